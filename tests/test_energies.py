"""Energies: the potential that the flow descends, its ends, where two points part, speeds, what cannot be learned."""

from __future__ import annotations

import itertools
import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch

import refimpl as ri
from refimpl.formulas import marginals
from refimpl.testing.conditioning import ROUNDINGS
from refimpl.testing.evidence import threshold
from refimpl.testing.quasi import REPLICATES
from refimpl.training import evaluate
from tests.accuracy import accurate, agree, close, condition, limit, of_field, slope, with_mixture, within

SCHEDULES = {
    "linear": ri.schedules.Linear(),
    "with noise left": ri.schedules.Linear(0.1),
    "trigonometric": ri.schedules.Trigonometric(),
    "variance preserving": ri.schedules.VariancePreserving(),
}
MIXTURE = ri.reference_mixture()
EPS = float(np.finfo(float).eps)
GAUSSIAN = ri.Gaussian([1.5, -0.5], [[1.0, 0.6], [0.6, 2.0]])
TIMES = (0.0, 1e-6, 0.2, 0.5, 0.9, 1.0)

every_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


def field(schedule: Any, distribution: Any = MIXTURE) -> ri.MarginalField:
    return ri.MarginalField(ri.GaussianPath(schedule), distribution)


def places(n=40):
    return 2 * np.random.default_rng(0).standard_normal((n, 2))


# ---- the potential ------------------------------------------------------------------------------------


@every_schedule
@pytest.mark.parametrize("t", TIMES)
def test_minus_the_gradient_of_the_potential_is_the_velocity(schedule, t):
    x = torch.tensor(places(), requires_grad=True)
    (slope,) = torch.autograd.grad(field(schedule).potential(x, t).sum(), x)
    known = of_field(field(schedule), "velocity", x, t)
    close(-slope, field(schedule).velocity(x, t), known, known, vectors=True)


@every_schedule
@pytest.mark.parametrize("t", TIMES)
def test_the_velocity_does_not_curl(schedule, t):

    def jacobian(mixture, x):
        velocity = field(schedule, mixture).velocity
        return torch.func.vmap(torch.func.jacrev(lambda x: velocity(x, t)))(torch.tensor(x)).flatten(1)

    known = condition(*with_mixture(MIXTURE, jacobian, places()))
    found = jacobian(MIXTURE, places())
    close(found[:, 1], found[:, 2], known.max(axis=1), known.max(axis=1))  # computed in the components' eigenbases


@every_schedule
@pytest.mark.parametrize("t", TIMES)
def test_the_potential_is_the_work_on_the_way_from_the_origin(schedule, t):
    """Quadrature of minus the velocity along straight lines."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x = places()
    on_the_way = (nodes[:, None, None] + 1) / 2 * x
    work = -np.einsum("i,inj,nj->n", weights / 2, field(schedule).velocity(on_the_way, t), x)
    coarse, shares = np.polynomial.legendre.leggauss(100)
    near = field(schedule).velocity((coarse[:, None, None] + 1) / 2 * x, t)
    gap = np.abs(work + np.einsum("i,inj,nj->n", shares / 2, near, x))  # half of the nodes: more than what is left
    size = np.einsum("i,inj,nj->n", weights / 2, of_field(field(schedule), "velocity", on_the_way, t), np.abs(x))
    roundings = ROUNDINGS * EPS * (size + of_field(field(schedule), "potential", x, t))
    within(field(schedule).potential(x, t), work, gap + roundings)
    assert np.all(field(schedule).potential(np.zeros((3, 2)), t) == 0)


@pytest.mark.parametrize("distribution", [MIXTURE, GAUSSIAN], ids=["mixture", "Gaussian"])
def test_the_potential_of_the_linear_path_at_both_ends(distribution):
    """A bowl around the mean of the data at the noise end, a hill around the origin at the data end."""
    x, mean = places(), distribution.mean()
    linear = field(SCHEDULES["linear"], distribution)
    bowl = np.sum((x - mean) ** 2, axis=-1) / 2 - mean @ mean / 2
    per_axis = marginals.potential_at_the_noise_end(x, mean).sum(axis=-1)
    size = np.sum((np.abs(x) + np.abs(mean)) ** 2, axis=-1)  # of what is added and taken away
    close(per_axis, bowl, size, size)
    for t in (0.0, 1e-300):
        close(linear.potential(x, t), bowl, of_field(linear, "potential", x, t), size)
    hill = -np.sum(x**2, axis=-1) / 2
    close(linear.potential(x, 1.0), hill, of_field(linear, "potential", x, 1.0))
    assert np.all(marginals.potential_at_the_data_end(x).sum(axis=-1) == hill)
    for time, first in ((lambda gap: gap, bowl), (lambda gap: 1 - gap, hill)):
        step = 2.0**-24
        known = of_field(linear, "potential", x, time(step))
        value, allowed = limit(lambda gap, time=time: linear.potential(x, time(gap)), step, known)
        within(value, first, allowed + ROUNDINGS * EPS * size)
        beside = np.abs(linear.potential(x, time(step)) - first)
        assert np.all(beside > ROUNDINGS * EPS * (known + size)), "the ends are limits, not plateaus"


NARROW = ri.GaussianMixture([1 - 1e-9, 1e-9], [[0.0], [30.0]], variances=[0.5, 1e-4])
WIDE = ri.GaussianMixture([0.4, 0.6], [[-1.0], [2.0]], variances=[0.2, 3.0])


def potential_at_60_digits(distribution, schedule, x, t):
    """The published form; its cancellation near t = 0 costs digits that are there."""
    with mp.workdps(60):
        known = {name: mp.mpf(float(v)) for name, v in schedule.at(t).items() if name != "log_snr"}
        a, s = known["alpha_t"], known["sigma_t"]
        rows = zip(distribution.weights, distribution.means[:, 0], distribution.variances[:, 0], strict=True)
        parts = [(mp.mpf(w), mp.mpf(m), a**2 * mp.mpf(c) + s**2) for w, m, c in rows]

        def log_density(y):
            return mp.log(mp.fsum(w * mp.exp(-((y - a * m) ** 2) / (2 * v)) / mp.sqrt(v) for w, m, v in parts))

        rise = log_density(mp.mpf(x)) - log_density(mp.mpf(0))
        slope = known["dalpha_t"] / a
        return -slope / 2 * mp.mpf(x) ** 2 - (s**2 * slope - known["half_variance_rate"]) * rise


@pytest.mark.parametrize("distribution", [NARROW, WIDE], ids=["narrow and rare", "wide"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@every_schedule
def test_the_potential_keeps_its_digits_for_all_times(schedule, dtype, distribution):
    """In units of eps of what a rounding of x may change: |x velocity|, and of the potential itself. Where the share of
    a component at the origin is far below eps the potential at x still knows of it."""
    worst = 0.0
    for t, x in itertools.product((1e-8, 1e-3, 0.3, 0.5, 0.75, 1 - 1e-6), (-3.0, 0.01, 1.7, 14.9, 29.0)):
        kind = np.dtype(dtype).type
        t, x = float(kind(t)), float(kind(x))
        want = potential_at_60_digits(distribution, schedule, x, t)
        point = np.array([x], dtype=dtype)
        got = field(schedule, distribution).potential(point, t)
        assert got.dtype == point.dtype
        speed = float(field(schedule, distribution).velocity(np.array([x]), t)[0])
        size = abs(float(want)) + abs(x * speed)
        worst = max(worst, abs(float(got) - float(want)) / (np.finfo(dtype).eps * size))
    assert worst <= ROUNDINGS  # measured: 6.2 in float64, 4.3 in float32


def test_the_published_form_would_lose_them():
    """Squared distance and log density, both divided by the signal scale, cancel near the noise end."""
    linear, x = field(SCHEDULES["linear"]), places()
    for t in (0.6, 1e-6):
        scales = [SCHEDULES["linear"].at(t)[n] for n in ("alpha_t", "sigma_t", "dalpha_t", "half_variance_rate")]
        rise = linear.log_density(x, t) - linear.log_density(0 * x, t)
        published = marginals.potential(np.sum(x**2, axis=-1), rise, *scales)
        sizes = sum(of_field(linear, "log_density", place, t) for place in (x, 0 * x))
        known = of_field(linear, "potential", x, t)
        close(published, linear.potential(x, t), (np.sum(x**2, axis=-1) + sizes) / t, known)
    assert np.all(np.abs(published - linear.potential(x, t)) > ROUNDINGS * EPS * known)


def test_the_potential_takes_a_time_for_each_point():
    x, t = places(6), np.array([0.0, 0.1, 0.4, 0.7, 1.0, 0.0])
    one_by_one = [float(field(SCHEDULES["linear"]).potential(x[i], t[i])) for i in range(6)]
    together = field(SCHEDULES["linear"]).potential(x.reshape(3, 2, 2), t.reshape(3, 2))
    known = of_field(field(SCHEDULES["linear"]), "potential", x, t)
    close(together.ravel(), one_by_one, known, known)


def test_the_potential_is_transformed_and_traced():
    """Gradients in x and in t under `torch.func`, and the compiled function."""
    linear, x = field(SCHEDULES["linear"]), torch.tensor(places(5))
    slopes = torch.func.vmap(torch.func.grad(lambda point: linear.potential(point, 0.4)))(x)
    known = of_field(linear, "velocity", x, 0.4)
    close(-slopes, linear.velocity(x, 0.4), known, known, vectors=True)
    t, step = torch.full((5,), 0.4, dtype=torch.float64, requires_grad=True), 2.0**-18
    (rate,) = torch.autograd.grad(linear.potential(x, t).sum(), t)
    quotient, allowed = slope(lambda u: linear.potential(x, u), 0.4)
    within(rate, quotient, allowed)
    start = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    (rate,) = torch.autograd.grad(linear.potential(x, start).sum(), start)
    first, known = linear.potential(x, 0.0), 2 * of_field(linear, "potential", x, 0.0) / step
    quotient, allowed = limit(lambda u: (linear.potential(x, u) - first) / u, step, known)
    within(rate, quotient, allowed)  # at the noise end the limit stands, and moves as it should


# ---- the data end ---------------------------------------------------------------------------------------


def test_the_velocity_of_the_linear_path_does_not_vanish_at_the_data_end():
    """u_1(x) = x on the linear path, whatever the density of the data; on the trigonometric path it is zero."""
    x = places()
    assert np.all(marginals.velocity_at_the_data_end(x) == x)
    for name, want in (("linear", x), ("trigonometric", 0)):
        known = of_field(field(SCHEDULES[name]), "velocity", x, 1.0)
        close(field(SCHEDULES[name]).velocity(x, 1.0), want, known, vectors=True)
    linear, step = field(SCHEDULES["linear"]), 2.0**-24
    known = of_field(linear, "velocity", x, 1 - step)
    value, allowed = limit(lambda gap: linear.velocity(x, 1 - gap), step, known)
    within(value, x, allowed, vectors=True)
    late = [np.abs(linear.velocity(x, 1 - gap) - x).max() for gap in (2 * step, step)]
    assert round(math.log2(late[0] / late[1])) == 1, "the distance to the limit is of first order in 1 - t"


# ---- where two points part ------------------------------------------------------------------------------


def sign_changes(values):
    signs = np.sign(values)
    return int(np.sum(signs[1:] != signs[:-1]))


@pytest.mark.parametrize("half_distance", [0.5, 1.0, 2.0])
def test_energy_and_velocity_split_when_they_are_said_to(half_distance):
    """Stationary points of the energy, and places where the velocity vanishes, counted on a narrow mixture: one before,
    three after."""
    narrow = ri.GaussianMixture([0.5, 0.5], [[-half_distance], [half_distance]], variances=1e-6)
    two = field(SCHEDULES["linear"], narrow)
    x = np.linspace(-3, 3, 6000)[:, None]  # an even number: the origin is no node
    energy = marginals.energy_splits(half_distance)
    velocity = marginals.velocity_splits(half_distance, xp=np)
    assert velocity < energy
    for when, quantity in ((energy, two.score), (velocity, two.velocity)):
        assert [sign_changes(quantity(x, when + shift)[:, 0]) for shift in (-0.01, 0.01)] == [1, 3]


def test_the_splits_of_unit_points():
    assert marginals.energy_splits(1.0) == 0.5
    accurate(lambda distance: marginals.velocity_splits(distance, xp=np), (3 - math.sqrt(5)) / 2, 1.0)
    assert marginals.velocity_slope(0.3, 1.0) < 0 < marginals.velocity_slope(0.45, 1.0)
    assert marginals.energy_curvature(1.0, 0.45, 0.55) > 0 > marginals.energy_curvature(1.0, 0.55, 0.45)


def test_two_points_are_the_limit_of_narrow_mixtures():
    x, t, step = np.linspace(-2, 2, 41)[:, None], 0.6, 2.0**-24

    def narrow(variance):
        return field(SCHEDULES["linear"], ri.GaussianMixture([0.5, 0.5], [[-1.3], [1.3]], variances=variance))

    for name, formula in (
        ("velocity", lambda x, t: marginals.two_points_velocity(t, x, 1.3, xp=np)),
        ("score", lambda x, t: marginals.two_points_score(x, 1.3, t, 1 - t, xp=np)),
    ):
        known = of_field(narrow(step), name, x, t)
        value, allowed = limit(lambda h, name=name: getattr(narrow(h), name)(x, t), step, known)
        within(formula(x, t), value, allowed + ROUNDINGS * EPS * condition(formula, x, t))


# ---- mean squares -----------------------------------------------------------------------------------------


def gauss_hermite(dimension):
    """Three nodes a dimension: exact for the squares of affine functions of standard normal variables."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    grid = np.array(list(itertools.product(nodes, repeat=dimension)))
    return grid, np.array([math.prod(w) for w in itertools.product(weights / weights.sum(), repeat=dimension)])


@every_schedule
@pytest.mark.parametrize("t", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_mean_squares_of_one_gaussian(schedule, t):
    """Averages over data and noise, by Gauss-Hermite quadrature, of what the definitions say."""
    grid, weights = gauss_hermite(4)
    data = GAUSSIAN.mean() + grid[:, :2] @ np.linalg.cholesky(GAUSSIAN.covariance()).T
    path, marginal = ri.GaussianPath(schedule), field(schedule, GAUSSIAN)
    velocity = marginal.velocity(path.point(t, data, grid[:, 2:]), t)
    conditional = path.velocity(t, data=data, noise=grid[:, 2:])
    square, left = (float(weights @ np.sum(v**2, axis=-1)) for v in (velocity, conditional - velocity))

    def size(conditions):
        """Of an average of squares whose terms err by so much."""
        return float(weights @ np.sum(conditions**2, axis=-1))

    given = path.point(t, data, grid[:, 2:])
    of_velocity = of_field(marginal, "velocity", given, t)
    of_conditional = condition(lambda d, n: path.velocity(t, data=d, noise=n), data, grid[:, 2:])
    close(marginal.mean_squared_velocity(t), square, square, 2 * size(of_velocity))
    close(marginal.irreducible_loss(t), left, left, 2 * size(of_velocity + of_conditional))


def over_time(quantity, end=1.0, nodes=200):
    places, weights = np.polynomial.legendre.leggauss(nodes)
    return float(weights @ quantity(end * (places + 1) / 2) / 2)


def settled(quantity, want):
    """Half of the nodes differ by more than what is left. The squares are of differences between speeds of up to π:
    where these vanish, their errors multiply."""
    found, gap = over_time(quantity), abs(over_time(quantity) - over_time(quantity, nodes=100))
    size, unit = over_time(lambda t: condition(quantity, t)), ROUNDINGS * EPS
    within(found, want, gap + unit * (size + abs(want)) + (unit * math.pi) ** 2)


@pytest.mark.parametrize("deviation", [0.5, 1.0, 2.0])
def test_kinetic_energy_and_irreducible_loss_over_time(deviation):
    """Linear path: mean² + s² + 1 - π s / 2 and π s / 2; trigonometric, mean zero: π² (s - 1)² / 8 and π² s / 4."""
    mean, s = 0.7, deviation
    linear = field(SCHEDULES["linear"], ri.Gaussian([mean], [[s**2]]))
    settled(linear.mean_squared_velocity, mean**2 + s**2 + 1 - math.pi * s / 2)
    settled(linear.irreducible_loss, math.pi * s / 2)
    turning = field(SCHEDULES["trigonometric"], ri.Gaussian([0.0], [[s**2]]))
    settled(turning.mean_squared_velocity, math.pi**2 * (s - 1) ** 2 / 8)
    settled(turning.irreducible_loss, math.pi**2 * s / 4)


def test_the_special_case_of_the_linear_path():
    linear, t = field(SCHEDULES["linear"], ri.Gaussian([0.7], [[0.3]])), np.linspace(0, 1, 11)
    agree(lambda t: marginals.linear_mean_squared_velocity(t, 0.7, 0.3), linear.mean_squared_velocity, t)


def test_training_measures_the_same_irreducible_loss():
    turning = field(SCHEDULES["trigonometric"], GAUSSIAN)
    measured = evaluate(turning, lambda x, t: turning.velocity(x, t), (0.0, 0.9))
    exact, coarse = (over_time(turning.irreducible_loss, 0.9, nodes) for nodes in (200, 100))
    # Of independent replicates, by Student's t, with a false alarm of 1e-6.
    chance = threshold(REPLICATES, 1e-6, 1) * measured.irreducible_error
    within(measured.irreducible, exact, chance + abs(exact - coarse))


def test_mean_squares_keep_library_and_dtype():
    t = torch.linspace(0, 1, 7, dtype=torch.float32).reshape(7, 1)
    found = field(SCHEDULES["linear"], GAUSSIAN).mean_squared_velocity(t)
    assert isinstance(found, torch.Tensor) and found.dtype == torch.float32 and found.shape == (7, 1)
    squares = field(SCHEDULES["linear"], GAUSSIAN).mean_squared_velocity
    known = condition(
        *with_mixture(GAUSSIAN, lambda one, t: field(SCHEDULES["linear"], one).mean_squared_velocity(t), t)
    )
    close(found, squares(t.double().numpy()), known, known)


# ---- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mean_squared_velocity", "irreducible_loss"])
def test_a_mixture_has_no_closed_form(name):
    with pytest.raises(ValueError, match=f"one component for `{name}`, .* got 3"):
        getattr(field(SCHEDULES["linear"]), name)(0.5)


def test_a_loss_without_a_finite_value():
    with pytest.raises(ValueError, match="`irreducible_loss` has no finite value at `t` = 1, where alpha_t = 1"):
        field(SCHEDULES["variance preserving"], GAUSSIAN).irreducible_loss(np.array([0.5, 1.0]))
