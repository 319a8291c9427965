"""Marginal quantities of mixtures and of finite data sets, against autograd, quadrature, and sums written out."""

import mpmath as mp
import numpy as np
import pytest
import torch

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import components, marginals
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import close, condition, limit, measured, of_field, with_mixture, within

GM3 = ri.reference_mixture()
SCHEDULES = [ri.schedules.Linear(), ri.schedules.Trigonometric(), ri.schedules.VariancePreserving()]
FIELD = ri.MarginalField(ri.GaussianPath(SCHEDULES[0]), GM3)
X = np.random.default_rng(3).standard_normal((6, 2)) * 1.2
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)


def scales(schedule, t):
    return {"alpha_t": float(schedule.alpha(t)), "sigma_t": float(schedule.sigma(t))}


def of_each_component(mixture, x, t, schedule=SCHEDULES[0]):
    """What the mixture formulas ask, written out with matrices: (K, n) densities, (K, n, d) means, (K, d, d)."""
    a, b = scales(schedule, t).values()
    densities, means, covariances, scores = [], [], [], []
    for mean, covariance in zip(mixture.means, mixture.covariances, strict=True):
        inverse = np.linalg.inv(a**2 * covariance + b**2 * np.eye(2))
        away = x - a * mean
        exponent = -np.einsum("ni,ij,nj->n", away, inverse, away) / 2
        densities.append(np.exp(exponent) * np.sqrt(np.linalg.det(inverse)) / (2 * np.pi))
        means.append(mean + away @ (a * inverse @ covariance))
        covariances.append(covariance - a**2 * covariance @ inverse @ covariance)
        scores.append(-away @ inverse)
    return tuple(map(np.stack, (densities, means, covariances, scores)))


# ---- Tweedie -----------------------------------------------------------------------------------------


@each_schedule
@pytest.mark.parametrize("t", [0.2, 0.6, 0.9])
def test_tweedie_against_autograd_of_the_log_density(schedule, t):
    field = ri.MarginalField(ri.GaussianPath(schedule), GM3)
    x = torch.tensor(X, requires_grad=True)
    (score,) = torch.autograd.grad(field.log_density(x, t).sum(), x)

    def tweedie(x, score, t):
        return marginals.tweedie(x, score, **scales(schedule, t))

    known = condition(tweedie, X, score, t, sizes=(X, of_field(field, "score", X, t), t))
    close(tweedie(X, score.numpy(), t), field.denoiser(X, t), known, of_field(field, "denoiser", X, t), vectors=True)


@each_schedule
@pytest.mark.parametrize("t", [0.3, 0.6, 0.9])
def test_second_order_tweedie_against_autograd_of_the_log_density(schedule, t):
    """The whole covariance matrix, from the formula for one coordinate and the one for a pair."""
    field = ri.MarginalField(ri.GaussianPath(schedule), GM3)

    def hessian(mixture, x, t):
        here = ri.MarginalField(field.path, mixture)
        return torch.func.vmap(torch.func.hessian(lambda x: here.log_density(x, t)))(torch.tensor(x)).numpy()

    def tweedie(hessian, t):
        diagonal = np.diagonal(hessian, axis1=1, axis2=2)
        variance, pair = marginals.tweedie_covariance(diagonal, hessian[:, 0, 1], **scales(schedule, t))
        return np.concatenate([variance, pair[:, None]], axis=1)

    second, of_second = hessian(GM3, X, t), condition(*with_mixture(GM3, hessian, X, t))
    covariance, known = field.posterior_covariance(X, t), of_field(field, "posterior_covariance", X, t)
    want, of_want = (np.stack([c[:, 0, 0], c[:, 1, 1], c[:, 0, 1]], axis=1) for c in (covariance, known))
    close(tweedie(second, t), want, condition(tweedie, second, t, sizes=(of_second, t)), of_want, vectors=True)
    assert np.abs(want[:, 2]).max() > 1e-4, "a pair without covariance would test nothing"


# ---- mixtures ----------------------------------------------------------------------------------------


def posterior_on_a_grid(x, t):
    """Data points and their posterior weights by the trapezoidal rule over each component, on a fine grid; and by how
    many roundings each weight may be off, which are those of the terms of its exponent."""
    a, b = scales(FIELD.path.schedule, t).values()
    ticks = np.linspace(-14, 14, 281)  # so far out: x may lie where a component hardly comes
    unit = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    points, weights, roundings = [], [], []
    for weight, mean, covariance in zip(GM3.weights, GM3.means, GM3.covariances, strict=True):
        z = mean + unit @ np.linalg.cholesky(covariance).T
        points.append(z)
        distance = ((x - a * z) ** 2).sum(-1) / b**2 + (unit**2).sum(-1)
        weights.append(weight * np.exp(-distance / 2))
        roundings.append(1 + (((np.abs(x) + a * np.abs(z)) ** 2).sum(-1) / b**2 + (unit**2).sum(-1)) / 2)
    weights = np.stack(weights)
    return np.stack(points), weights / weights.sum(), np.stack(roundings)


@pytest.mark.parametrize("t", [0.1, 0.4, 0.6])
def test_responsibilities_and_covariance_are_the_posterior_ones_by_quadrature(t):
    for x in X:
        points, weights, roundings = posterior_on_a_grid(x, t)
        # The trapezoidal rule converges faster than any power for a normal density: what is left are the roundings.
        errors = weights * (roundings + np.sum(weights * roundings))  # of the weight, and of the sum that divides it
        share, mean = weights.sum(axis=1), np.einsum("kn,kni->i", weights, points)
        spread = points - mean
        of_share, of_covariance = (of_field(FIELD, name, x, t) for name in ("responsibilities", "posterior_covariance"))
        close(FIELD.responsibilities(x, t), share, of_share, errors.sum(axis=1))
        covariance = np.einsum("kn,kni,knj->ij", weights, spread, spread)
        sizes = np.einsum("kn,kni,knj->ij", errors, np.abs(spread), np.abs(spread) + np.abs(points))
        close(FIELD.posterior_covariance(x, t), covariance, of_covariance, sizes + sizes.T)


@pytest.mark.parametrize("t", [0.3, 0.7])
def test_law_of_total_covariance(t):
    """What is left unknown, on average, and what x tells: E Cov[data | x] + Cov E[data | x] = Cov data."""
    ticks = np.linspace(-6, 6, 241)
    x = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    # The rule errs as the roundings of the exponents do, and by what lies beyond: 6 deviations of noise at t = 0.3, and
    # at t = 0.7 more of them; a normal law has 2e-9 there, the last point of the grid its density.
    density = np.exp(FIELD.log_density(x, t))
    beyond = 6 * density.reshape(241, 241)[[0, -1]].sum() * (ticks[1] - ticks[0]) * 2
    share = density * (ticks[1] - ticks[0]) ** 2
    roundings = ROUNDINGS * np.finfo(float).eps * np.sum(share * (1 + of_field(FIELD, "log_density", x, t)))
    within(share.sum(), 1.0, beyond + roundings)
    excess = FIELD.denoiser(x, t) - GM3.mean()
    told = np.einsum("n,ni,nj->ij", share, excess, excess)
    left = np.einsum("n,nij->ij", share, FIELD.posterior_covariance(x, t))
    within(left + told, GM3.covariance(), (beyond + roundings) * np.max(excess**2))


@pytest.mark.parametrize("t", [0.15, 0.5, 0.8])
def test_mixture_formulas_are_the_field(t):
    def by_formulas(mixture, x, t):
        density, mean, covariance, score = of_each_component(mixture, x, t)
        known = {"weight": mixture.weights[:, None], "density": density, "xp": np}
        a, b = scales(FIELD.path.schedule, t).values()
        noise = (x - a * mean) / b

        def pair(i, j):
            return marginals.mixture_covariance(
                component_posterior_mean=mean[..., i],
                component_posterior_mean_2=mean[..., j],
                component_pair_covariance=covariance[:, i, j, None],
                **known,
            )

        each = range(2)
        return {
            "responsibilities": marginals.responsibilities(**known).T,
            "log_density": marginals.mixture_log_density(**known),
            "score": np.stack([marginals.mixture_score(component_score=score[..., i], **known) for i in each], -1),
            "denoiser": np.stack(
                [marginals.mixture_denoiser(component_posterior_mean=mean[..., i], **known) for i in each], -1
            ),
            "noise_prediction": np.stack(
                [marginals.mixture_noise(component_expected_noise=noise[..., i], **known) for i in each], -1
            ),
            "posterior_covariance": np.stack([np.stack([pair(i, j) for j in each], -1) for i in each], -2),
        }

    for name, (value, known) in measured(*with_mixture(GM3, by_formulas, X, t)).items():
        vectors = name in ("score", "denoiser", "noise_prediction")
        close(getattr(FIELD, name)(X, t), value, of_field(FIELD, name, X, t), known, vectors=vectors)


def test_the_spread_between_components_is_most_of_it_half_way():
    """The covariances of the components alone, averaged, are far too small between two components."""
    pair = ri.GaussianMixture([0.5, 0.5], [[3, 0], [-3, 0]], variances=0.5)
    field = ri.MarginalField(FIELD.path, pair)
    own = components.posterior_variance(0.5, 0.5, 0.5)
    got = field.posterior_covariance(np.zeros(2), 0.5)
    between = (3 * (1 - 0.5 * 0.5 / 0.375 * 0.5)) ** 2
    want = np.array([[own + between, 0], [0, own]])
    close(got, want, of_field(field, "posterior_covariance", np.zeros(2), 0.5), want)
    assert got[0, 0] > 10 * own


def test_gaussian_posterior_covariance_does_not_depend_on_x():
    root = np.array([[0.9, 0.2, -0.4], [0.1, 0.6, 0.3], [-0.5, 0.2, 0.7]])  # in the plane a basis may be symmetric
    field = ri.MarginalField(FIELD.path, ri.Gaussian([1.0, -2.0, 0.5], root @ root.T))

    def formula(covariance, t):
        return marginals.posterior_covariance(covariance, **scales(FIELD.path.schedule, t), xp=np)

    want, of_want = formula(root @ root.T, 0.6), condition(formula, root @ root.T, 0.6)
    got, known = field.posterior_covariance(PLACES, 0.6), of_field(field, "posterior_covariance", PLACES, 0.6)
    close(got, np.broadcast_to(want, (7, 3, 3)), known, of_want)


def test_covariance_far_from_the_origin_keeps_its_digits():
    """Two narrow components at 10^6: the expected square minus the squared mean has lost every digit there."""
    shift = np.array([1e6, -1e6])
    means = shift + np.array([[0.03, 0.0], [-0.03, 0.01]])
    far = ri.GaussianMixture([0.6, 0.4], means, variances=1e-4)
    t, a, b = 0.75, 0.75, 0.25
    x = a * (shift + np.array([0.004, 0.02]))
    with mp.workdps(60):
        own = mp.mpf(float(far.variances[0, 0]))
        total = mp.mpf(a) ** 2 * own + mp.mpf(b) ** 2
        away = [[mp.mpf(float(p)) - a * mp.mpf(float(m)) for p, m in zip(x, mean, strict=True)] for mean in means]
        raw = [w * mp.exp(-mp.fsum(d**2 for d in ds) / (2 * total)) for w, ds in zip((0.6, 0.4), away, strict=True)]
        shares = [r / mp.fsum(raw) for r in raw]
        centres = [[mp.mpf(float(m)) + a * own / total * d for m, d in zip(mean, ds, strict=True)]
                   for mean, ds in zip(means, away, strict=True)]  # fmt: skip
        middle = [mp.fsum(s * c[i] for s, c in zip(shares, centres, strict=True)) for i in range(2)]
        want = np.array([
            [
                float(
                    (own * b**2 / total if i == j else 0)
                    + mp.fsum(
                        s * (c[i] - middle[i]) * (c[j] - middle[j]) for s, c in zip(shares, centres, strict=True)
                    )
                )
                for j in range(2)
            ]
            for i in range(2)
        ])  # fmt: skip
    field = ri.MarginalField(FIELD.path, far)
    # What rounding x costs: that of the means, of the same size, would cost the distance between them its digits.
    close(field.posterior_covariance(x, t), want, condition(lambda x: field.posterior_covariance(x, t), x))
    shares, mean = field.responsibilities(x, t), field.denoiser(x, t)
    each = means + a * 1e-4 / (a**2 * 1e-4 + b**2) * (x - a * means)
    textbook = np.einsum("k,ki,kj->ij", shares, each, each) - np.outer(mean, mean)
    assert np.abs(textbook - want).max() > 0.01 * np.abs(want).max()


@pytest.mark.parametrize("method", ["posterior_covariance", "responsibilities"])
def test_one_time_for_each_row_any_axes_float32_and_torch(method):
    compute = getattr(FIELD, method)
    last = (2, 2) if method == "posterior_covariance" else (3,)
    x, t = X.reshape(2, 3, 2), np.linspace(0, 1, 6).reshape(2, 3)
    got = compute(x, t)
    assert got.shape == (2, 3, *last)
    known = of_field(FIELD, method, x, t)
    close([[compute(x[i, j], t[i, j]) for j in range(3)] for i in range(2)], got, known, known)
    close(compute(torch.tensor(x), torch.tensor(t)), got, known, known)
    narrow = compute(torch.tensor(x, dtype=torch.float32), 0.4)
    assert narrow.dtype == torch.float32
    rounded = x.astype(np.float32)
    close(narrow, compute(rounded.astype(float), 0.4), of_field(FIELD, method, rounded, np.float32(0.4)))
    assert np.all(compute(x, 0.0) == compute(x * 0, 0.0)), "at t = 0 x says nothing"
    with pytest.raises(ValueError, match="`x` must have a last axis of length 2"):
        compute(np.zeros((4, 3)), 0.5)


def test_at_the_ends_the_covariance_is_that_of_the_data_and_zero():
    for t, want in ((0.0, GM3.covariance()), (1.0, np.zeros((2, 2)))):
        known = of_field(FIELD, "posterior_covariance", X[0], t)
        close(FIELD.posterior_covariance(X[0], t), want, known, known)
    close(FIELD.responsibilities(X[0], 0.0), GM3.weights, GM3.weights)


# ---- a finite data set ---------------------------------------------------------------------------------


POINTS = np.random.default_rng(8).standard_normal((50, 3))
PLACES = np.random.default_rng(9).standard_normal((7, 3))


def empirical(t, schedule=SCHEDULES[0], points=POINTS, places=PLACES, **more):
    """What the formulas ask: squared distances (K, n, 1), data points (K, 1, d)."""
    known = {
        q: float(getattr(schedule, q.removesuffix("_t"))(t)) for q in ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t")
    }
    distance = ((places - known["alpha_t"] * points[:, None]) ** 2).sum(-1, keepdims=True)
    return known | {
        "x": places,
        "squared_distance": distance,
        "nearest_squared_distance": distance.min(axis=0),
        "data_point": points[:, None],
        "xp": np,
    } | more  # fmt: skip


@each_schedule
@pytest.mark.parametrize("t", [0.1, 0.5, 0.9])
def test_empirical_denoiser_against_a_direct_softmax(schedule, t):

    def by_formulas(points, places, t):
        known = empirical(float(t), schedule, points, places)
        return {
            "denoiser": call(marginals.empirical_denoiser, **known),
            "velocity": call(marginals.empirical_velocity, **known),
        }

    def written_out(points, places, t):
        a, b = scales(schedule, t).values()
        distance = torch.tensor(((places[:, None] - a * points) ** 2).sum(-1))
        attention = (torch.softmax(-distance / (2 * b**2), dim=1) @ torch.tensor(points)).numpy()
        velocity = schedule.dsigma(t) / b * (places - a * attention) + schedule.dalpha(t) * attention
        return {"denoiser": attention, "velocity": velocity}

    found, expected = (measured(route, POINTS, PLACES, t) for route in (by_formulas, written_out))
    for name, (value, known) in found.items():
        other, of_other = expected[name]
        close(value, other, known, of_other)


@pytest.mark.parametrize("t", [0.3, 0.8])
def test_a_finite_data_set_is_the_limit_of_narrow_components(t):
    """The distance from the limit is of first order in the variance."""
    step = 2.0**-26

    def narrow(variance):
        return ri.MarginalField(FIELD.path, ri.GaussianMixture(np.full(50, 0.02), POINTS, variances=variance))

    for name, formula in (("denoiser", marginals.empirical_denoiser), ("velocity", marginals.empirical_velocity)):

        def by_formula(points, places, t, formula=formula):
            return call(formula, **empirical(float(t), points=points, places=places))

        found, known = by_formula(POINTS, PLACES, t), condition(by_formula, POINTS, PLACES, t)
        of_narrow = of_field(narrow(step), name, PLACES, t)
        value, allowed = limit(lambda h, name=name: getattr(narrow(h), name)(PLACES, t), step, of_narrow)
        within(found, value, allowed + ROUNDINGS * np.finfo(float).eps * known)
        off = [np.abs(found - getattr(narrow(k * step), name)(PLACES, t)).max() for k in (2, 1)]
        assert round(np.log2(off[0] / off[1])) == 1


def test_without_the_nearest_distance_the_exponentials_underflow():
    """Where the noise has nearly gone every weight is zero but for the reference: then the nearest point is found."""
    near_the_end = 1 - 2.0**-8
    with np.errstate(invalid="ignore"):
        bare = call(marginals.empirical_denoiser, **empirical(near_the_end, nearest_squared_distance=0.0))
    assert np.isnan(bare).all()
    known = empirical(near_the_end)
    distances = known["squared_distance"][..., 0]
    nearest = POINTS[distances.argmin(axis=0)]
    # The next nearest has e to the minus so much of the weight.
    gap = (np.diff(np.sort(distances, axis=0)[:2], axis=0)[0] / (2 * known["sigma_t"] ** 2))[:, None]
    allowed = 50 * np.exp(-gap) * np.ptp(POINTS) + ROUNDINGS * np.finfo(float).eps * np.abs(nearest)
    within(call(marginals.empirical_denoiser, **known), nearest, allowed)
    assert allowed.max() < 0.01
