"""Marginal quantities of mixtures and of finite data sets, against autograd, quadrature, and sums written out."""

import mpmath as mp
import numpy as np
import pytest
import torch

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import components, marginals

GM3 = ri.reference_mixture()
SCHEDULES = [ri.schedules.Linear(), ri.schedules.Trigonometric(), ri.schedules.VariancePreserving()]
FIELD = ri.MarginalField(ri.GaussianPath(SCHEDULES[0]), GM3)
X = np.random.default_rng(3).standard_normal((6, 2)) * 1.2
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)


def close(got, want, tolerance=1e-12):
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    assert np.max(np.abs(got - want)) <= tolerance * max(1.0, np.max(np.abs(want)))


def scales(schedule, t):
    return {"alpha_t": float(schedule.alpha(t)), "sigma_t": float(schedule.sigma(t))}


def of_each_component(x, t, schedule=SCHEDULES[0]):
    """What the mixture formulas ask, written out with matrices: (K, n) densities, (K, n, d) means, (K, d, d)."""
    a, b = scales(schedule, t).values()
    densities, means, covariances, scores = [], [], [], []
    for mean, covariance in zip(GM3.means, GM3.covariances, strict=True):
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
    got = marginals.tweedie(x.detach(), score, **scales(schedule, t))
    close(got, field.denoiser(x.detach(), t), 1e-10)


@each_schedule
@pytest.mark.parametrize("t", [0.3, 0.6, 0.9])
def test_second_order_tweedie_against_autograd_of_the_log_density(schedule, t):
    """The whole covariance matrix, from the formula for one coordinate and the one for a pair."""
    field = ri.MarginalField(ri.GaussianPath(schedule), GM3)
    hessian = torch.func.vmap(torch.func.hessian(lambda x: field.log_density(x, t)))(torch.tensor(X)).numpy()
    variance, pair = marginals.tweedie_covariance(
        np.diagonal(hessian, axis1=1, axis2=2), hessian[:, 0, 1], **scales(schedule, t)
    )
    covariance = field.posterior_covariance(X, t)
    close(variance, np.diagonal(covariance, axis1=1, axis2=2), 1e-9)
    close(pair, covariance[:, 0, 1], 1e-9)
    assert np.abs(pair).max() > 1e-4, "a pair without covariance would test nothing"


# ---- mixtures ----------------------------------------------------------------------------------------


def posterior_on_a_grid(x, t):
    """Data points and their posterior weights by the trapezoidal rule over each component, on a fine grid."""
    a, b = scales(FIELD.path.schedule, t).values()
    ticks = np.linspace(-14, 14, 281)  # so far out: x may lie where a component hardly comes
    unit = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    points, weights = [], []
    for weight, mean, covariance in zip(GM3.weights, GM3.means, GM3.covariances, strict=True):
        z = mean + unit @ np.linalg.cholesky(covariance).T
        points.append(z)
        distance = ((x - a * z) ** 2).sum(-1) / b**2 + (unit**2).sum(-1)
        weights.append(weight * np.exp(-distance / 2))
    weights = np.stack(weights)
    return np.stack(points), weights / weights.sum()


@pytest.mark.parametrize("t", [0.1, 0.4, 0.6])
def test_responsibilities_and_covariance_are_the_posterior_ones_by_quadrature(t):
    for x in X:
        points, weights = posterior_on_a_grid(x, t)
        close(FIELD.responsibilities(x, t), weights.sum(axis=1), 1e-11)
        mean = np.einsum("kn,kni->i", weights, points)
        covariance = np.einsum("kn,kni,knj->ij", weights, points - mean, points - mean)
        close(FIELD.posterior_covariance(x, t), covariance, 1e-11)


@pytest.mark.parametrize("t", [0.3, 0.7])
def test_law_of_total_covariance(t):
    """What is left unknown, on average, and what x tells: E Cov[data | x] + Cov E[data | x] = Cov data."""
    ticks = np.linspace(-6, 6, 241)
    x = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    share = np.exp(FIELD.log_density(x, t)) * (ticks[1] - ticks[0]) ** 2
    close(share.sum(), 1.0, 1e-10)
    excess = FIELD.denoiser(x, t) - GM3.mean()
    told = np.einsum("n,ni,nj->ij", share, excess, excess)
    left = np.einsum("n,nij->ij", share, FIELD.posterior_covariance(x, t))
    close(left + told, GM3.covariance(), 1e-10)


@pytest.mark.parametrize("t", [0.15, 0.5, 0.8])
def test_mixture_formulas_are_the_field(t):
    density, mean, covariance, score = of_each_component(X, t)
    weight = GM3.weights[:, None]
    known = {"weight": weight, "density": density, "xp": np}
    close(marginals.responsibilities(**known).T, FIELD.responsibilities(X, t))
    close(marginals.mixture_log_density(**known), FIELD.log_density(X, t))
    spread = FIELD.posterior_covariance(X, t)
    a, b = scales(FIELD.path.schedule, t).values()
    noise = (X - a * mean) / b
    for i in range(2):
        close(marginals.mixture_score(component_score=score[..., i], **known), FIELD.score(X, t)[:, i])
        close(marginals.mixture_denoiser(component_posterior_mean=mean[..., i], **known), FIELD.denoiser(X, t)[:, i])
        close(
            marginals.mixture_noise(component_expected_noise=noise[..., i], **known),
            FIELD.noise_prediction(X, t)[:, i],
        )
        for j in range(2):
            pair = marginals.mixture_covariance(
                component_posterior_mean=mean[..., i],
                component_posterior_mean_2=mean[..., j],
                component_pair_covariance=covariance[:, i, j, None],
                **known,
            )
            close(pair, spread[:, i, j])


def test_the_spread_between_components_is_most_of_it_half_way():
    """The covariances of the components alone, averaged, are far too small between two components."""
    pair = ri.GaussianMixture([0.5, 0.5], [[3, 0], [-3, 0]], variances=0.5)
    field = ri.MarginalField(FIELD.path, pair)
    within = components.posterior_variance(0.5, 0.5, 0.5)
    got = field.posterior_covariance(np.zeros(2), 0.5)
    close(got, [[within + (3 * (1 - 0.5 * 0.5 / 0.375 * 0.5)) ** 2, 0], [0, within]])
    assert got[0, 0] > 10 * within


def test_gaussian_posterior_covariance_does_not_depend_on_x():
    root = np.array([[0.9, 0.2, -0.4], [0.1, 0.6, 0.3], [-0.5, 0.2, 0.7]])  # in the plane a basis may be symmetric
    field = ri.MarginalField(FIELD.path, ri.Gaussian([1.0, -2.0, 0.5], root @ root.T))
    want = marginals.posterior_covariance(root @ root.T, **scales(FIELD.path.schedule, 0.6), xp=np)
    close(field.posterior_covariance(PLACES, 0.6), np.broadcast_to(want, (7, 3, 3)))


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
    moved = np.finfo(float).eps * 1e6 * a * 0.06 / (a**2 * 1e-4 + b**2)  # what rounding x moves the log odds by
    assert np.abs(field.posterior_covariance(x, t) - want).max() < 2 * moved * np.abs(want).max()
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
    for i in np.ndindex(2, 3):
        close(got[i], compute(x[i], t[i]))
    close(compute(torch.tensor(x), torch.tensor(t)).numpy(), got)
    narrow = compute(torch.tensor(x, dtype=torch.float32), 0.4)
    assert narrow.dtype == torch.float32
    close(narrow, compute(x.astype(np.float32).astype(float), 0.4), 1e-5)
    assert np.all(compute(x, 0.0) == compute(x * 0, 0.0)), "at t = 0 x says nothing"
    with pytest.raises(ValueError, match="`x` must have a last axis of length 2"):
        compute(np.zeros((4, 3)), 0.5)


def test_at_the_ends_the_covariance_is_that_of_the_data_and_zero():
    close(FIELD.posterior_covariance(X[0], 0.0), GM3.covariance())
    close(FIELD.posterior_covariance(X[0], 1.0), np.zeros((2, 2)))
    close(FIELD.responsibilities(X[0], 0.0), GM3.weights)


# ---- a finite data set ---------------------------------------------------------------------------------


POINTS = np.random.default_rng(8).standard_normal((50, 3))
PLACES = np.random.default_rng(9).standard_normal((7, 3))


def empirical(t, schedule=SCHEDULES[0], **more):
    """What the formulas ask: squared distances (K, n, 1), data points (K, 1, d)."""
    known = {
        q: float(getattr(schedule, q.removesuffix("_t"))(t)) for q in ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t")
    }
    distance = ((PLACES - known["alpha_t"] * POINTS[:, None]) ** 2).sum(-1, keepdims=True)
    return known | {
        "x": PLACES,
        "squared_distance": distance,
        "nearest_squared_distance": distance.min(axis=0),
        "data_point": POINTS[:, None],
        "xp": np,
    } | more  # fmt: skip


@each_schedule
@pytest.mark.parametrize("t", [0.1, 0.5, 0.9])
def test_empirical_denoiser_against_a_direct_softmax(schedule, t):
    known = empirical(t, schedule)
    a, b = known["alpha_t"], known["sigma_t"]
    distance = torch.cdist(torch.tensor(PLACES), a * torch.tensor(POINTS)) ** 2
    attention = torch.softmax(-distance / (2 * b**2), dim=1) @ torch.tensor(POINTS)
    close(call(marginals.empirical_denoiser, **known), attention, 1e-11)
    velocity = schedule.dsigma(t) / b * (PLACES - a * attention.numpy()) + schedule.dalpha(t) * attention.numpy()
    close(call(marginals.empirical_velocity, **known), velocity, 1e-11)


@pytest.mark.parametrize("t", [0.3, 0.8])
def test_a_finite_data_set_is_the_limit_of_narrow_components(t):
    narrow = ri.GaussianMixture(np.full(50, 0.02), POINTS, variances=1e-10)
    field = ri.MarginalField(FIELD.path, narrow)
    close(call(marginals.empirical_denoiser, **empirical(t)), field.denoiser(PLACES, t), 1e-7)
    close(call(marginals.empirical_velocity, **empirical(t)), field.velocity(PLACES, t), 1e-7)


def test_without_the_nearest_distance_the_exponentials_underflow():
    """Where the noise has nearly gone every weight is zero but for the reference: then the nearest point is found."""
    near_the_end = 1 - 2.0**-8
    with np.errstate(invalid="ignore"):
        bare = call(marginals.empirical_denoiser, **empirical(near_the_end, nearest_squared_distance=0.0))
    assert np.isnan(bare).all()
    known = empirical(near_the_end)
    nearest = POINTS[known["squared_distance"][..., 0].argmin(axis=0)]
    close(call(marginals.empirical_denoiser, **known), nearest, 1e-6)
