"""How many digits of the marginal field are right, measured against the conditioning of the question.

Row by row the error may be at most 16 rounding errors (of x's dtype) times the condition number of that output at that
point, both taken from ball arithmetic (`ball_reference.py`). Points are searched for the worst: a random pool, of all
distances and between the components, then a local search from the worst of the pool.

Points and times are rounded to float32 first, so that one reference serves both dtypes.
"""

from functools import partial

import numpy as np
import pytest
from flint import arb, ctx

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import components, marginals
from refimpl.testing.conditioning import ROUNDINGS
from tests import ball_reference as balls

TIMES = [0.0, 1e-6, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-6, 1.0]
POOL, STEPS = 6, 6

SCHEDULES = {
    "linear": (ri.schedules.Linear(), partial(balls.linear, sigma_min=0.0)),
    "trigonometric": (ri.schedules.Trigonometric(), balls.trigonometric),
    "variance preserving": (
        ri.schedules.VariancePreserving(),
        partial(balls.variance_preserving, beta_min=0.1, beta_max=20.0),
    ),
}


def turned(variances, seed):
    """A covariance with these eigenvalues, its eigenvectors in general position."""
    basis, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(variances),) * 2))
    matrix = (basis * variances) @ basis.T
    return (matrix + matrix.T) / 2


def graded(units, correlation):
    """Correlated coordinates in very different units."""
    return np.outer(units, units) * correlation


GM3 = ri.reference_mixture()
UNITS = np.array([1e-8, 1.0, 1e-4])
MIXTURES = {
    "reference": GM3,
    "tight": ri.GaussianMixture(
        [0.2, 0.5, 0.3],
        [[1, 0], [-1, 0.5], [0.5, -1]],
        covariances=[turned([1e-6, 1e-4], 1), turned([1e-5, 1e-5], 2), turned([1e-6, 1e-2], 3)],
    ),
    "nearly singular": ri.GaussianMixture(
        [0.6, 0.4],
        [[1, 0, 0.5], [-0.5, 1, 0]],
        covariances=[turned([1, 1e-2, 1e-9], 4), turned([1e-7, 0.5, 0.3], 5)],
    ),
    "far from the origin": ri.GaussianMixture(
        GM3.weights, GM3.means + np.array([1e4, -3e4]), covariances=GM3.covariances
    ),
    "broad": ri.GaussianMixture(
        [0.3, 0.7], [[100, -50], [-30, 200]], covariances=[turned([1e4, 3e3], 6), turned([1e4, 100], 7)]
    ),
    "different units": ri.GaussianMixture(
        [0.3, 0.7],
        [[1e-9, 0.5, 1e-4], [-3e-8, -0.5, -2e-4]],
        covariances=[
            graded(UNITS, [[1, 0.7, 0.5], [0.7, 1, 0.6], [0.5, 0.6, 1]]),
            graded(UNITS, [[1, -0.7, 0.5], [-0.7, 1, -0.6], [0.5, -0.6, 1]]),
        ],
    ),
    "round": ri.GaussianMixture([0.5, 0.5], [[3, 0], [-3, 0]], variances=0.5),
}


class Case:
    """One mixture, one schedule, one time: how far the field strays at a point, in units of the bound's right side."""

    def __init__(self, mixture, schedule, t):
        self.mixture, self.t = mixture, float(np.float32(t))
        own, exact = SCHEDULES[schedule]
        self.field = ri.MarginalField(ri.GaussianPath(own), mixture)
        self.reference = balls.Ball(exact, mixture.weights, mixture.means, mixture.covariances)
        self.alpha, self.sigma = float(own.alpha(self.t)), float(own.sigma(self.t))

    def draw(self, random):
        """A point around one component, at any distance; sometimes on the way to another, sometimes near the origin."""
        k, j = random.integers(len(self.mixture.weights), size=2)
        spread = self.alpha**2 * self.mixture.covariances[k] + self.sigma**2 * np.eye(self.mixture.dimension)
        distance = 10 ** random.uniform(-1, 0.9)
        x = self.alpha * self.mixture.means[k] + distance * np.linalg.cholesky(spread) @ random.standard_normal(
            len(spread)
        )
        if random.random() < 0.3:
            x = x + random.random() * self.alpha * (self.mixture.means[j] - self.mixture.means[k])
        return x * 10 ** random.uniform(-4, 0) if random.random() < 0.1 else x

    def ratios(self, x, quantities=None):
        """{(quantity, dtype): error / (rounding unit · condition number)} at a point."""
        x = x.astype(np.float32)
        found = {}
        for name, (exact, condition) in self.reference.values_and_conditions(x.astype(np.float64), self.t).items():
            compute = (quantities or {}).get(name) or getattr(self.field, name)
            for dtype in (np.float64, np.float32):
                error = balls.error(compute(x.astype(dtype), self.t), exact)
                assert np.isfinite(error), (name, dtype, x)
                unit = float(np.finfo(dtype).eps) * condition
                found[name, np.dtype(dtype).name] = error / unit if error else 0.0
        return found

    def search(self, random):
        """The worst ratios met on the way to the worst point."""
        worst = {}

        def visit(x):
            ratios = self.ratios(x)
            for key, ratio in ratios.items():
                worst[key] = max((ratio, tuple(x)), worst.get(key, (-1.0, ())))
            return max(ratios.values())

        pool = [self.draw(random) for _ in range(POOL)]
        heights = [visit(x) for x in pool]
        best, height, step = pool[int(np.argmax(heights))], max(heights), 0.3
        for _ in range(STEPS):
            scale = np.abs(best - self.alpha * self.mixture.mean()) + 1e-3 * self.sigma
            x = best + step * scale * random.standard_normal(best.shape)
            if (here := visit(x)) > height:
                best, height = x, here
            else:
                step *= 0.8
        return worst


@pytest.mark.parametrize("name", MIXTURES)
def test_every_quantity_is_as_accurate_as_its_conditioning_allows(name):
    random = np.random.default_rng(20)
    worst = {}
    for schedule in SCHEDULES:
        for t in TIMES:
            for key, (ratio, x) in Case(MIXTURES[name], schedule, t).search(random).items():
                worst[key] = max((ratio, schedule, t, x), worst.get(key, (-1.0,)))
    for key, (ratio, schedule, t, x) in worst.items():
        assert ratio <= ROUNDINGS, f"{key}: {ratio:.3g} at t = {t}, x = {x}, {schedule}"


# ---- the bound can be missed: algorithms that lose digits are caught ------------------------------------------------


def through_the_score(field):
    return lambda x, t: field.path.convert(field.score(x, t), x, t, given="score", want="velocity")


def through_the_denoiser(field):
    return lambda x, t: field.path.convert(field.denoiser(x, t), x, t, given="data", want="velocity")


def weighted_by_log_densities(field):
    """The same average, with probabilities from the log densities themselves, not relative to a common reference."""

    def velocity(x, t):
        scales = field.path.schedule.at(np.asarray(t, dtype=x.dtype))
        logs, own = [], []
        parts = field.distribution.posterior(x, scales, np).components()
        for weight, (known, back) in zip(field.distribution.weights, parts, strict=True):
            logs.append(np.log(weight).astype(x.dtype) + np.sum(call(components.log_density, **known)))
            own.append(back(call(components.velocity, **known)))
        density = np.exp(np.array(logs) - max(logs))[:, None]
        return marginals.velocity(np.ones_like(density), density, np.array(own), xp=np)

    return velocity


@pytest.mark.parametrize(
    "route, t, x, at_least",
    [
        (through_the_score, 1e-6, (0.5, -0.7), 1e3),
        (through_the_denoiser, 1 - 1e-6, (2.3, 0.1), 1e3),
        (weighted_by_log_densities, 1e-6, (3e3, -2e3), 1e2),
    ],
)
def test_an_algorithm_that_loses_digits_misses_the_bound(route, t, x, at_least):
    case = Case(GM3, "linear", t)
    ratio = case.ratios(np.array(x), {"velocity": route(case.field)})["velocity", "float64"]
    assert ratio > at_least
    assert case.ratios(np.array(x))["velocity", "float64"] <= ROUNDINGS


def test_a_wrong_factor_misses_the_bound():
    case = Case(GM3, "trigonometric", 0.5)
    x = np.array([0.3, 0.2])
    for name in balls.NAMES:
        right = getattr(case.field, name)
        ratios = case.ratios(x, {name: lambda x, t, right=right: right(x, t) * (1 + 1e-5)})
        assert ratios[name, "float32"] > 1 and ratios[name, "float64"] > 1e6, name


# ---- the reference itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_reference_agrees_with_definitions(schedule):
    """Score and divergence are derivatives, the velocity is made of the expected end points: to 60 digits, in balls."""
    case = Case(GM3, schedule, 0.25)
    before = ctx.prec
    ctx.prec = 800
    try:
        inputs = case.reference.inputs([0.5, -0.25], 0.25)
        velocity, score, data, noise, log_density, divergence = case.reference.field(inputs)
        step, slope, trace = arb(2) ** -300, [], arb(0)
        for i in range(2):
            moved = [*inputs]
            moved[i] += step
            there = case.reference.field(moved)
            slope.append((there[4][0] - log_density[0]) / step)
            trace += (there[0][i] - velocity[i]) / step
        alpha, sigma, dalpha, half_rate = case.reference.schedule(inputs[2])
        tiny = arb(10) ** -60
        for i in range(2):
            assert abs(score[i] - slope[i]) < tiny
            assert abs(velocity[i] - dalpha * data[i] - half_rate / sigma * noise[i]) < tiny
            assert abs(alpha * data[i] + sigma * noise[i] - inputs[i]) < tiny
        assert abs(divergence[0] - trace) < tiny
    finally:
        ctx.prec = before


def test_the_schedules_of_the_reference_agree_with_their_rates():
    before = ctx.prec
    ctx.prec = 800
    try:
        t, step = arb(0.3), arb(2) ** -300
        for _, exact in SCHEDULES.values():
            alpha, sigma, dalpha, half_rate = exact(t)
            alpha_later, sigma_later, *_ = exact(t + step)
            assert abs((alpha_later - alpha) / step - dalpha) < arb(10) ** -60
            assert abs((sigma_later**2 - sigma**2) / (2 * step) - half_rate) < arb(10) ** -60
    finally:
        ctx.prec = before
