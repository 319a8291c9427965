"""Derivatives, vectorisation and compilation by PyTorch, by value."""

import itertools

import numpy as np
import pytest

import refimpl as ri

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
func = torch.func

MIXTURE = ri.GaussianMixture([0.4, 0.6], [[1, 0], [-1, 0.5]], covariances=[[[0.3, 0.1], [0.1, 0.2]], np.eye(2)])
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), MIXTURE)
PATH, SCHEDULE = FIELD.path, FIELD.path.schedule
WORDS = ("data", "noise", "velocity", "v_prediction", "score")
FIELD_METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")

every_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def close(computed, expected, units):
    """Equal up to some rounding errors of the computed dtype, relative to the largest entry."""
    expected = np.asarray(expected.detach() if isinstance(expected, torch.Tensor) else expected, dtype=np.float64)
    tolerance = units * torch.finfo(computed.dtype).eps * np.abs(expected).max()
    assert tuple(computed.shape) == expected.shape
    np.testing.assert_allclose(computed.detach().double().numpy(), expected, rtol=0, atol=tolerance)


def points(dtype, rows=5):
    """Points of the path, one time for each, and what the schedule says there; all exact in both precisions."""
    t = torch.linspace(0.25, 0.875, rows, dtype=dtype)
    x = torch.asarray(FIELD.sample(rows, t.double().numpy(), seed=0)).to(dtype)
    return x, t, {name: value[:, None, None] for name, value in SCHEDULE.at(t.double().numpy()).items()}


def images(dtype):
    """Data and noise in the shape of images, and one time for each."""
    random = np.random.default_rng(3)
    data, noise = (torch.asarray(random.standard_normal((4, 3, 2, 2))).to(dtype) for _ in range(2))
    return data, noise, torch.linspace(0.125, 0.875, 4, dtype=dtype)


def jacobians(x, t, known):
    """The Jacobian of each of the five predictions at every point, exact: all follow from the posterior covariance.

    The derivative of E[data | x] in x is alpha_t / sigma_t² times the covariance of the data given x; the others are
    affine in E[data | x] and x. Written with full matrices, one component after the other.
    """
    x = x.double().numpy()
    alpha, sigma = known["alpha_t"], known["sigma_t"]
    shares, means, seconds = [], [], []
    for weight, mean, covariance in zip(MIXTURE.weights, MIXTURE.means, MIXTURE.covariances, strict=True):
        total = alpha**2 * covariance + sigma**2 * np.eye(2)
        off = (x - alpha[:, 0] * mean)[..., None]
        shares.append(
            weight * np.exp(-(off.mT @ np.linalg.solve(total, off))[:, 0, 0] / 2) / np.sqrt(np.linalg.det(total))
        )
        here = mean[:, None] + alpha * covariance @ np.linalg.solve(total, off)
        means.append(here)
        seconds.append(covariance - alpha**2 * covariance @ np.linalg.solve(total, covariance) + here @ here.mT)
    share = np.array(shares) / np.sum(shares, axis=0)
    mean, second = (np.einsum("kn,knij->nij", share, np.array(each)) for each in (means, seconds))
    data = alpha / sigma**2 * (second - mean @ mean.mT)
    noise = (np.eye(2) - alpha * data) / sigma
    return {
        "data": data,
        "noise": noise,
        "velocity": known["dalpha_t"] * data + known["dsigma_t"] * noise,
        "v_prediction": alpha * noise - sigma * data,
        "score": -noise / sigma,
    }


# ---- the field -----------------------------------------------------------------------------------------------------


@every_dtype
@pytest.mark.parametrize("word", WORDS)
def test_jacobians_of_the_field_are_the_exact_ones(word, dtype):
    x, t, known = points(dtype)
    exact = jacobians(x, t, known)[word]

    def predict(x, t):
        return FIELD.predict(x, t, word)

    close(func.vmap(func.jacrev(predict))(x, t), exact, 64)
    close(func.vmap(func.jacfwd(predict))(x, t), exact, 64)
    direction = torch.tensor([0.5, -2.0], dtype=dtype).expand(x.shape)
    value, motion = func.jvp(lambda x: predict(x, t), (x,), (direction,))
    close(value, predict(x, t), 4)
    close(motion, (exact @ direction.double().numpy()[..., None])[..., 0], 64)
    point = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((predict(point, t) * direction).sum(), point)
    close(gradient, (direction.double().numpy()[:, None, :] @ exact)[:, 0, :], 64)


@every_dtype
def test_derivatives_of_density_and_divergence(dtype):
    x, t, _ = points(dtype)
    reference = x.double(), t.double()
    point, time = x.clone().requires_grad_(), t.clone().requires_grad_()
    gradient, rate = torch.autograd.grad(FIELD.log_density(point, time).sum(), (point, time))
    velocity, score, divergence = (getattr(FIELD, name)(*reference) for name in ("velocity", "score", "divergence"))
    close(gradient, score, 64)
    close(rate, -divergence - (velocity * score).sum(-1), 256)  # the continuity equation
    curvature = func.vmap(func.jacrev(func.jacrev(FIELD.velocity)))(*reference)  # (n, output, input, input)
    close(func.vmap(func.grad(FIELD.divergence))(x, t), torch.einsum("niij->nj", curvature), 256)
    jacobian = func.vmap(func.jacrev(FIELD.velocity))(x, t)
    close(jacobian.diagonal(dim1=-2, dim2=-1).sum(-1), divergence, 256)


@every_dtype
@pytest.mark.parametrize("method", FIELD_METHODS)
def test_vmap_of_the_field_is_its_batch(method, dtype):
    x, t, _ = points(dtype)
    quantity = getattr(FIELD, method)
    close(func.vmap(quantity)(x, t), quantity(x, t), 16)
    grid = torch.stack([x, x + 0.5, x - 1])  # (3, n, d): times shared along the first axis
    close(func.vmap(quantity, in_dims=(0, None))(grid, t), torch.stack([quantity(each, t) for each in grid]), 16)


@every_dtype
def test_torch_compiles_the_field_in_one_graph(dtype):
    """Captured whole, without a graph break, and run without code generation, which would need a C++ compiler."""
    x, t, _ = points(dtype)
    compiled = torch.compile(
        lambda x, t: tuple(getattr(FIELD, method)(x, t) for method in FIELD_METHODS), fullgraph=True, backend="eager"
    )
    point = x.clone().requires_grad_()
    results = dict(zip(FIELD_METHODS, compiled(point, t), strict=True))
    for method, value in results.items():
        close(value, getattr(FIELD, method)(x.double(), t.double()), 256)
    (gradient,) = torch.autograd.grad(results["log_density"].sum(), point)
    close(gradient, FIELD.score(x.double(), t.double()), 64)


def test_a_compiled_field_takes_times_as_numbers():
    x, _, _ = points(torch.float64)
    compiled = torch.compile(FIELD.velocity, fullgraph=True, backend="eager")
    for t in (0.25, 0.5, 0.0, 1.0):  # compiled anew for the second, where the number becomes a variable
        close(compiled(x, t), FIELD.velocity(x, t), 16)


# ---- paths -----------------------------------------------------------------------------------------------------------


@every_dtype
def test_derivatives_of_a_point_are_the_scales_and_the_velocity(dtype):
    data, noise, t = images(dtype)
    known = {name: value[:, None, None, None] for name, value in SCHEDULE.at(t.double().numpy()).items()}
    leaves = [each.clone().requires_grad_() for each in (t, data, noise)]
    by_time, by_data, by_noise = torch.autograd.grad(PATH.point(*leaves).sum(), leaves)
    close(by_data, np.broadcast_to(known["alpha_t"], data.shape), 4)
    close(by_noise, np.broadcast_to(known["sigma_t"], data.shape), 4)
    velocity = known["dalpha_t"] * data.double().numpy() + known["dsigma_t"] * noise.double().numpy()
    close(by_time, velocity.sum(axis=(1, 2, 3)), 64)
    _, motion = func.jvp(lambda t: PATH.point(t, data, noise), (t,), (torch.ones_like(t),))
    close(motion, velocity, 64)
    close(PATH.velocity(t, data=data, noise=noise), velocity, 16)
    jacobian = func.vmap(func.jacrev(PATH.point, argnums=1))(t, data[:, 0, 0, :], noise[:, 0, 0, :])
    close(jacobian, known["alpha_t"][..., 0] * np.eye(2), 4)


@every_dtype
@pytest.mark.parametrize("given, want", list(itertools.permutations(WORDS, 2)))
def test_conversions_are_differentiated_and_vectorised(given, want, dtype):
    """A conversion is linear in the prediction and the point together, so that it is its own derivative."""
    value, x, t = images(dtype)

    def convert(value, x, t):
        return PATH.convert(value, x, t, given=given, want=want)

    steps = torch.flip(x, (0,)), torch.flip(value, (1,))
    expected = convert(steps[0].double(), steps[1].double(), t.double())
    _, motion = func.jvp(lambda value, x: convert(value, x, t), (value, x), steps)
    close(motion, expected, 64)
    close(func.vmap(convert)(*steps, t), expected, 64)
    leaf = value.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(convert(leaf, x, t).sum(), leaf)
    ones = torch.ones_like(value, dtype=torch.float64)
    close(gradient, convert(ones, 0 * ones, t.double()), 64)


@every_dtype
def test_torch_compiles_paths_in_one_graph(dtype):
    data, noise, t = images(dtype)
    methods = {name: getattr(PATH, name) for name in ("velocity", "score", "v_prediction")}

    def everything(t, data, noise):
        x = PATH.point(t, data, noise)
        made = {name: method(t, x=x, noise=noise) for name, method in methods.items()}
        back = [PATH.convert(value, x, t, given=name, want="data") for name, value in made.items()]
        return x, *made.values(), *back

    results = torch.compile(everything, fullgraph=True, backend="eager")(t, data, noise)
    expected = everything(t.double(), data.double(), noise.double())
    for result, value in zip(results, expected, strict=True):
        close(result, value, 256)


@every_dtype
def test_schedules_are_vectorised_and_differentiated(dtype):
    t = torch.linspace(0.125, 0.875, 4, dtype=dtype)
    exact = t.double().numpy()
    for value, rate in ((SCHEDULE.alpha, SCHEDULE.dalpha), (SCHEDULE.sigma, SCHEDULE.dsigma)):
        close(func.vmap(value)(t), value(exact), 16)
        close(func.vmap(func.grad(value))(t), rate(exact), 64)
    slope = 2 * (SCHEDULE.dalpha(exact) / SCHEDULE.alpha(exact) - SCHEDULE.dsigma(exact) / SCHEDULE.sigma(exact))
    close(func.vmap(func.grad(SCHEDULE.log_snr))(t), slope, 64)
