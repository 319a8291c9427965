"""The distribution of a data set: draws, moments, and its marginal field against narrow mixtures and plain sums."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

import refimpl as ri
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import close, condition, limit, measured, within

METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")
RANDOM = np.random.default_rng(11)
POINTS = RANDOM.standard_normal((9000, 3)) @ np.diag([3, 1, 0.2]) + [5, 0, -1]  # more than one block
PATH = ri.GaussianPath(ri.schedules.Linear())
EPS = float(np.finfo(float).eps)


def seen(points, x, t):
    """What noise takes each data point to x, (n, M, d), how probable each is, (n, M), and the logarithm of all."""
    noise = (x[:, None, :] - t * points) / (1 - t)
    logs = -(noise**2).sum(-1) / 2
    shares = np.exp(logs - logs.max(-1, keepdims=True))
    return noise, shares / total(shares)[:, None], logs.max(-1) + np.log(total(shares))


def total(values):
    """The sum over data points, rounded once."""
    return np.apply_along_axis(math.fsum, 1, values)


def of_denoiser(mean, x, t):
    """All words, as the denoiser and the point give them."""
    noise = (x - t * mean) / (1 - t)
    return {
        "velocity": mean - noise,
        "score": -noise / (1 - t),
        "denoiser": mean,
        "noise_prediction": noise,
        "v_prediction": t * noise - (1 - t) * mean,
    }


def plain(points, x, t):
    """The definitions, by sums over all data points: a dictionary by method."""
    (_, shares, level), d = seen(points, x, t), points.shape[-1]
    mean = total(shares[..., None] * points)
    scatter = total((shares[..., None] * (points - mean[:, None]) ** 2).sum(-1))
    return of_denoiser(mean, x, t) | {
        "log_density": level - d * np.log(2 * np.pi * (1 - t) ** 2) / 2 - np.log(len(points)),
        "divergence": -d / (1 - t) + t / (1 - t) ** 3 * scatter,
    }


def of_sums(points, x, t, multiplied_out):
    """The condition numbers of what `plain` returns, by method, where every exponent is rounded: the square of a
    difference, or what depends on the data point in the square multiplied out around the mean of the data.
    """
    noise, shares, level = seen(points, x, t)
    exponents, centre, near = (noise**2).sum(-1) / 2, 0, 0
    if multiplied_out:
        centre = points.mean(0)
        near, far = (np.linalg.norm(each, axis=-1) / (1 - t) for each in (x - t * centre, t * (points - centre)))
        exponents = near[:, None] * far + far**2 / 2
    mean, away = total(shares[..., None] * points), points - centre
    apart = np.abs(points - mean[:, None])
    of_mean = np.abs(centre) + total(shares[..., None] * (np.abs(away) + exponents[..., None] * apart))
    known = measured(of_denoiser, mean, x, t, sizes=(of_mean, np.abs(x), t))
    squares = (away**2).sum(-1) if multiplied_out else (apart**2).sum(-1)
    spread = np.abs(squares - total(shares * squares)[:, None])
    of_scatter = total(shares * (squares + exponents * spread)) + 2 * (np.abs(mean - centre) * of_mean).sum(-1)
    return {name: size for name, (_, size) in known.items()} | {
        "log_density": total(shares * exponents) + near**2 / 2 + np.abs(level),
        "divergence": t / (1 - t) ** 3 * of_scatter,
    }


def of_empirical(points, method, x, t):
    """The condition numbers of one of the field's quantities, the data points among the inputs."""

    def quantity(points, x, t):
        return getattr(ri.MarginalField(PATH, ri.Empirical(points)), method)(x, t)

    return condition(quantity, points, x, t)


def test_moments_and_draws():
    data = ri.Empirical(POINTS)
    size, away = np.abs(POINTS).mean(0), np.abs(POINTS - POINTS.mean(0))
    close(data.mean(), POINTS.mean(0), size, size)
    scatter = away.T @ (away + 2 * size) / len(POINTS)  # the mean was rounded too
    close(data.covariance(), np.cov(POINTS.T, bias=True), scatter, scatter)
    assert data.dimension == 3 and repr(data) == "Empirical(9000 points in 3 dimensions)"
    drawn = ri.Empirical(np.arange(4.0)[:, None]).sample(100_000, 5)
    counts = np.bincount(drawn[:, 0].astype(int), minlength=4)
    # A false alarm of 1e-6, shared by four data points and both sides.
    low, high = stats.binom.ppf([1e-6 / 8, 1 - 1e-6 / 8], 100_000, 0.25)
    assert np.all((low <= counts) & (counts <= high))
    np.testing.assert_array_equal(data.sample(5, 3), data.sample(5, 3))
    picked = data.transform(np.array([[1e-9, 0.5, 0.5, 0.5], [0.5001, 0.5, 0.1, 0.5], [1 - 1e-9, 0.1, 0.5, 0.5]]))
    np.testing.assert_array_equal(picked, POINTS[[0, 4500, 8999]])
    with pytest.raises(ValueError, match="read-only"):
        data.points[0, 0] = 1


@pytest.mark.parametrize("t", [0.0, 0.3, 0.9, 0.999])
def test_the_field_is_the_average_over_all_data_points(t):
    """At t = 0.3 nearly all data points count, at t = 0.999 a few: two routes."""
    field = ri.MarginalField(PATH, ri.Empirical(POINTS))
    x = field.sample(20, t, 1).astype(np.float32).astype(float)
    expected, of_expected = plain(POINTS, x, t), of_sums(POINTS, x, t, multiplied_out=False)
    of_route = of_sums(POINTS, x, t, multiplied_out=t < 0.999)
    for method in METHODS:
        known = of_empirical(POINTS, method, x, t)
        for library, dtype in itertools.product(("numpy", "torch"), ("float64", "float32")):
            points = x.astype(dtype) if library == "numpy" else pytest.importorskip("torch").asarray(x.astype(dtype))
            found = getattr(field, method)(points, t)
            close(found, expected[method], known + of_route[method], known + of_expected[method])


def test_one_time_a_row_and_any_axes_in_front():
    field = ri.MarginalField(PATH, ri.Empirical(POINTS[:50]))
    x, t = RANDOM.standard_normal((3, 2, 3)), np.array([0.0, 0.4, 0.95])
    for method in METHODS:
        whole = getattr(field, method)(x, t)
        rows = np.stack([getattr(field, method)(x[i, j], float(t[i])) for i in range(3) for j in range(2)])
        known = of_empirical(POINTS[:50], method, x, t)
        close(whole, rows.reshape(whole.shape), known, known, vectors=whole.ndim == 3)


def test_it_is_the_limit_of_narrow_mixtures():
    points = POINTS[:40]
    ours = ri.MarginalField(PATH, ri.Empirical(points))
    x = ours.sample(30, 0.6, 2)
    for method in METHODS:

        def narrow(variance, method=method):
            mixture = ri.GaussianMixture(np.full(40, 1 / 40), points, variances=variance)
            return getattr(ri.MarginalField(PATH, mixture), method)(x, 0.6)

        known = of_empirical(points, method, x, 0.6)
        expected, allowed = limit(narrow, 2.0**-26, known)
        within(getattr(ours, method)(x, 0.6), expected, allowed + ROUNDINGS * EPS * known)


def test_at_the_end_of_time_only_the_nearest_data_point_is_left():
    data = ri.Empirical(POINTS)
    field, x = ri.MarginalField(PATH, data), POINTS[:7] + 1e-9
    np.testing.assert_array_equal(field.denoiser(x, 1.0), POINTS[:7])
    for method in ("velocity", "score", "noise_prediction", "log_density", "divergence"):
        with pytest.raises(ValueError, match=f"`{method.split('_pred')[0]}` has no finite value at `t` = 1, where"):
            getattr(field, method)(x, 1.0)
    with pytest.raises(ValueError, match="a finite set of points has none"):
        data.log_density(x)


def test_derivatives_and_traces():
    torch = pytest.importorskip("torch")
    field = ri.MarginalField(PATH, ri.Empirical(POINTS[:300]))
    x, t = torch.asarray(field.sample(4, 0.7, 3)), torch.tensor([0.1, 0.5, 0.7, 0.9], dtype=torch.float64)
    jacobian = torch.func.vmap(torch.func.jacrev(field.velocity))(x, t)
    trace = jacobian.diagonal(dim1=-2, dim2=-1).sum(-1)
    known = {name: of_empirical(POINTS[:300], name, x, t) for name in ("divergence", "score", "velocity")}
    close(trace, field.divergence(x, t), known["divergence"], known["divergence"])
    point = x.clone().requires_grad_()
    (score,) = torch.autograd.grad(field.log_density(point, t).sum(), point)
    close(score, field.score(x, t), known["score"], known["score"], vectors=True)
    compiled = torch.compile(field.velocity, fullgraph=True, backend="eager")
    close(compiled(x, t), field.velocity(x, t), known["velocity"], known["velocity"], vectors=True)


def test_bad_points_are_refused():
    for points, message in (
        ([1.0, 2.0], r"`points` must have shape \(M, d\); got \(2,\)."),
        ([[1.0, np.nan]], "`points` must be finite; got nan."),
    ):
        with pytest.raises(ValueError, match=message):
            ri.Empirical(points)
    with pytest.raises(ValueError, match=r"`x` must have a last axis of length 3; got shape \(2, 2\)."):
        ri.MarginalField(PATH, ri.Empirical(POINTS)).score(np.zeros((2, 2)), 0.5)


def test_what_only_a_mixture_has_is_refused():
    field, x = ri.MarginalField(PATH, ri.Empirical(POINTS[:5])), POINTS[:2]
    for method in ("potential", "posterior_covariance", "responsibilities"):
        with pytest.raises(ValueError, match=f"must be a Gaussian or a GaussianMixture for `{method}`; got an Emp"):
            getattr(field, method)(x, 0.5)
    for method in ("mean_squared_velocity", "irreducible_loss"):
        with pytest.raises(ValueError, match=f"`distribution` must be a Gaussian for `{method}`; got an Empirical."):
            getattr(field, method)(0.5)
