"""The distribution of a data set: draws, moments, and its marginal field against narrow mixtures and plain sums."""

import itertools

import numpy as np
import pytest

import refimpl as ri
from tests.accuracy import close, condition

METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")
RANDOM = np.random.default_rng(11)
POINTS = RANDOM.standard_normal((9000, 3)) @ np.diag([3, 1, 0.2]) + [5, 0, -1]  # more than one block
PATH = ri.GaussianPath(ri.schedules.Linear())


def plain(points, x, t):
    """The definitions, by sums over all data points, in extended precision: a dictionary by method."""
    points, x, t = (np.asarray(a, dtype=np.longdouble) for a in (points, x, t))
    sigma, (n, d) = 1 - t, points.shape
    noise = (x[:, None, :] - t * points) / sigma
    logs = -(noise**2).sum(-1) / 2
    best = logs.max(-1, keepdims=True)
    shares = np.exp(logs - best)
    total = shares.sum(-1, keepdims=True)
    shares = shares / total

    def mean(values):
        return np.einsum("nm,nmd->nd", shares, values)

    data = np.broadcast_to(points, noise.shape)
    velocity = data - noise
    spread = np.einsum("nm,nmd,nmd->n", shares, velocity - mean(velocity)[:, None], -(noise - mean(noise)[:, None]))
    return {
        "velocity": mean(velocity),
        "score": -mean(noise) / sigma,
        "denoiser": mean(data),
        "noise_prediction": mean(noise),
        "v_prediction": mean(t * noise - sigma * data),
        "log_density": (best + np.log(total))[:, 0] - d * np.log(2 * np.pi * sigma**2) / 2 - np.log(n),
        "divergence": -d / sigma + spread / sigma,
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
    shares = np.bincount(drawn[:, 0].astype(int), minlength=4) / 100_000
    assert np.abs(shares - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 100_000)
    np.testing.assert_array_equal(data.sample(5, 3), data.sample(5, 3))
    picked = data.transform(np.array([[1e-9, 0.5, 0.5, 0.5], [0.5001, 0.5, 0.1, 0.5], [1 - 1e-9, 0.1, 0.5, 0.5]]))
    np.testing.assert_array_equal(picked, POINTS[[0, 4500, 8999]])
    with pytest.raises(ValueError, match="read-only"):
        data.points[0, 0] = 1


@pytest.mark.parametrize("t", [0.0, 0.3, 0.9, 0.999])
def test_the_field_is_the_average_over_all_data_points(t):
    """At t = 0.3 nearly all data points count, at t = 0.999 a few: two routes."""
    field = ri.MarginalField(PATH, ri.Empirical(POINTS))
    x = field.sample(20, t, 1)
    expected = plain(POINTS, x, t)
    for method in METHODS:
        for library, dtype in itertools.product(("numpy", "torch"), ("float64", "float32")):
            points = x.astype(dtype) if library == "numpy" else pytest.importorskip("torch").asarray(x.astype(dtype))
            found = np.asarray(getattr(field, method)(points, t), dtype=np.float64)
            exact = expected[method] if dtype == "float64" else plain(POINTS, x.astype(dtype), t)[method]
            scale = np.abs(exact).max() / (1 - t)
            if method == "divergence":  # the scatter of data points is the difference of two squares of this size
                scale = scale + t / (1 - t) ** 3 * (POINTS**2).sum(-1).max()
            assert np.abs(found - exact).max() <= 64 * np.finfo(dtype).eps * scale, (method, library, dtype)


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
    narrow = ri.GaussianMixture(np.full(40, 1 / 40), points, variances=1e-13)
    ours, theirs = (ri.MarginalField(PATH, data) for data in (ri.Empirical(points), narrow))
    x = ours.sample(30, 0.6, 2)
    for method in METHODS:
        expected = getattr(theirs, method)(x, 0.6)
        np.testing.assert_allclose(getattr(ours, method)(x, 0.6), expected, rtol=0, atol=1e-10 * np.abs(expected).max())


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
