"""Derivatives, vectorisation and compilation by PyTorch, by value."""

import itertools
from functools import partial

import numpy as np
import pytest

import refimpl as ri
from tests.accuracy import close, condition, measured, of_field, with_mixture

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
func = torch.func

MIXTURE = ri.GaussianMixture([0.4, 0.6], [[1, 0], [-1, 0.5]], covariances=[[[0.3, 0.1], [0.1, 0.2]], np.eye(2)])
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), MIXTURE)
PATH, SCHEDULE = FIELD.path, FIELD.path.schedule
WORDS = ("data", "noise", "velocity", "v_prediction", "score")
METHODS = dict(zip(WORDS, ("denoiser", "noise_prediction", "velocity", "v_prediction", "score"), strict=True))
FIELD_METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")

every_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def points(dtype, rows=5):
    """Points of the path, and one time for each."""
    t = torch.linspace(0.25, 0.875, rows, dtype=dtype)
    return torch.asarray(FIELD.sample(rows, t.double().numpy(), seed=0)).to(dtype), t


def images(dtype):
    """Data and noise in the shape of images, and one time for each."""
    random = np.random.default_rng(3)
    data, noise = (torch.asarray(random.standard_normal((4, 3, 2, 2))).to(dtype) for _ in range(2))
    return data, noise, torch.linspace(0.125, 0.875, 4, dtype=dtype)


def jacobians(mixture, x, t):
    """The Jacobian of each of the five predictions at every point, exact: all follow from the posterior covariance.

    The derivative of E[data | x] in x is alpha_t / sigma_t² times the covariance of the data given x; the others are
    affine in E[data | x] and x. Written with full matrices, one component after the other.
    """
    known = {name: value[:, None, None] for name, value in SCHEDULE.at(t).items()}
    alpha, sigma = known["alpha_t"], known["sigma_t"]
    shares, means, seconds = [], [], []
    for weight, mean, covariance in zip(mixture.weights, mixture.means, mixture.covariances, strict=True):
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
    x, t = points(dtype)
    wide = x.double().numpy(), t.double().numpy()
    direction = np.array([0.5, -2.0])

    def written_out(*given):
        jacobian = jacobians(*given)[word]
        return {"jacobian": jacobian.reshape(-1, 4), "motion": jacobian @ direction, "gradient": direction @ jacobian}

    exact = measured(*with_mixture(MIXTURE, written_out, *wide))
    exact = {name: (value, known, known) for name, (value, known) in exact.items()}

    def predict(x, t):
        return FIELD.predict(x, t, word)

    for jacobian in (func.jacrev, func.jacfwd):
        found = func.vmap(jacobian(predict))(x, t)
        close(found.flatten(1), *exact["jacobian"], vectors=True)
    along = torch.tensor(direction, dtype=dtype).expand(x.shape)
    value, motion = func.jvp(lambda x: predict(x, t), (x,), (along,))
    known = of_field(FIELD, METHODS[word], x, t)
    close(value, predict(x, t), known, known, vectors=True)
    close(motion, *exact["motion"], vectors=True)
    point = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((predict(point, t) * along).sum(), point)
    close(gradient, *exact["gradient"], vectors=True)


@every_dtype
def test_derivatives_of_density_and_divergence(dtype):
    x, t = points(dtype)
    reference = x.double(), t.double()
    point, time = x.clone().requires_grad_(), t.clone().requires_grad_()
    gradient, rate = torch.autograd.grad(FIELD.log_density(point, time).sum(), (point, time))

    def continuity(mixture, x, t):
        field = ri.MarginalField(PATH, mixture)
        velocity, score = field.velocity(x, t), field.score(x, t)
        return -field.divergence(x, t) - (velocity * score).sum(-1)

    def turned(mixture, x, t):
        """The gradient of the divergence, by differentiating the velocity twice."""
        field = ri.MarginalField(PATH, mixture)
        curvature = func.vmap(func.jacrev(func.jacrev(field.velocity)))(torch.as_tensor(x), torch.as_tensor(t))
        return torch.einsum("niij->nj", curvature)  # (n, output, input, input)

    close(gradient, FIELD.score(*reference), of_field(FIELD, "score", x, t), vectors=True)
    close(rate, continuity(MIXTURE, *reference), condition(*with_mixture(MIXTURE, continuity, x, t)))
    known = condition(*with_mixture(MIXTURE, turned, x, t))
    close(func.vmap(func.grad(FIELD.divergence))(x, t), turned(MIXTURE, *reference), known, known, vectors=True)
    jacobian = func.vmap(func.jacrev(FIELD.velocity))(x, t)
    trace = jacobian.diagonal(dim1=-2, dim2=-1).sum(-1)
    known = of_field(FIELD, "divergence", x, t)
    close(trace, FIELD.divergence(*reference), known, known)


@every_dtype
@pytest.mark.parametrize("method", FIELD_METHODS)
def test_vmap_of_the_field_is_its_batch(method, dtype):
    x, t = points(dtype)
    quantity, vectors = getattr(FIELD, method), method in METHODS.values()
    known = of_field(FIELD, method, x, t)
    close(func.vmap(quantity)(x, t), quantity(x, t), known, known, vectors=vectors)
    grid = torch.stack([x, x + 0.5, x - 1])  # (3, n, d): times shared along the first axis
    known = np.stack([of_field(FIELD, method, each, t) for each in grid])
    each = torch.stack([quantity(each, t) for each in grid])
    close(func.vmap(quantity, in_dims=(0, None))(grid, t), each, known, known, vectors=vectors)


@every_dtype
def test_torch_compiles_the_field_in_one_graph(dtype):
    """Captured whole, without a graph break, and run without code generation, which would need a C++ compiler."""
    x, t = points(dtype)
    compiled = torch.compile(
        lambda x, t: tuple(getattr(FIELD, method)(x, t) for method in FIELD_METHODS), fullgraph=True, backend="eager"
    )
    point = x.clone().requires_grad_()
    results = dict(zip(FIELD_METHODS, compiled(point, t), strict=True))
    for method, value in results.items():
        known, wide = of_field(FIELD, method, x, t), getattr(FIELD, method)(x.double(), t.double())
        close(value, wide, known, known, vectors=method in METHODS.values())
    (gradient,) = torch.autograd.grad(results["log_density"].sum(), point)
    known = of_field(FIELD, "score", x, t)
    close(gradient, FIELD.score(x.double(), t.double()), known, known, vectors=True)


def test_a_compiled_field_takes_times_as_numbers():
    x, _ = points(torch.float64)
    compiled = torch.compile(FIELD.velocity, fullgraph=True, backend="eager")
    for t in (0.25, 0.5, 0.0, 1.0):  # compiled anew for the second, where the number becomes a variable
        known = of_field(FIELD, "velocity", x, t)
        close(compiled(x, t), FIELD.velocity(x, t), known, known, vectors=True)


# ---- paths -----------------------------------------------------------------------------------------------------------


@every_dtype
def test_derivatives_of_a_point_are_the_scales_and_the_velocity(dtype):
    data, noise, t = images(dtype)
    wide = [each.double().numpy() for each in (t, data, noise)]

    def scale(name):
        return lambda t, data, noise: getattr(SCHEDULE, name)(t)[:, None, None, None] * np.ones_like(data)

    def velocity(t, data, noise):
        known = {name: value[:, None, None, None] for name, value in SCHEDULE.at(t).items()}
        return known["dalpha_t"] * data + known["dsigma_t"] * noise

    def compared(found, exact):
        known = condition(exact, *wide)
        close(found, exact(*wide), known, known)

    leaves = [each.clone().requires_grad_() for each in (t, data, noise)]
    by_time, by_data, by_noise = torch.autograd.grad(PATH.point(*leaves).sum(), leaves)
    compared(by_data, scale("alpha"))
    compared(by_noise, scale("sigma"))
    close(by_time, velocity(*wide).sum(axis=(1, 2, 3)), condition(velocity, *wide).sum(axis=(1, 2, 3)))
    _, motion = func.jvp(lambda t: PATH.point(t, data, noise), (t,), (torch.ones_like(t),))
    compared(motion, velocity)
    compared(PATH.velocity(t, data=data, noise=noise), velocity)
    jacobian = func.vmap(func.jacrev(PATH.point, argnums=1))(t, data[:, 0, 0, :], noise[:, 0, 0, :])
    known, alpha = condition(SCHEDULE.alpha, wide[0])[:, None, None], SCHEDULE.alpha(wide[0])[:, None, None]
    close(jacobian, alpha * np.eye(2), known, known)


@every_dtype
@pytest.mark.parametrize("given, want", list(itertools.permutations(WORDS, 2)))
def test_conversions_are_differentiated_and_vectorised(given, want, dtype):
    """A conversion is linear in the prediction and the point together, so that it is its own derivative."""
    value, x, t = images(dtype)

    def convert(value, x, t):
        return PATH.convert(value, x, t, given=given, want=want)

    steps = torch.flip(x, (0,)), torch.flip(value, (1,))
    expected = convert(steps[0].double(), steps[1].double(), t.double())
    known = condition(convert, *steps, t)
    _, motion = func.jvp(lambda value, x: convert(value, x, t), (value, x), steps)
    close(motion, expected, known, known)
    close(func.vmap(convert)(*steps, t), expected, known, known)
    leaf = value.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(convert(leaf, x, t).sum(), leaf)
    ones = torch.ones_like(value, dtype=torch.float64)
    known = condition(convert, ones, 0 * ones, t)
    close(gradient, convert(ones, 0 * ones, t.double()), known, known)


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
    of_point, kept = condition(PATH.point, t, data, noise), {}
    for i, (result, value) in enumerate(zip(results, expected, strict=True)):
        known = condition(lambda *given, i=i: everything(*given)[i], t, data, noise)
        if 0 < i <= 3:  # made of a point that was computed
            made = list(methods.values())[i - 1]
            given = t, expected[0], noise
            known = condition(lambda t, x, n, made=made: made(t, x=x, noise=n), *given, sizes=(t, of_point, noise))
            kept[i] = known
        elif i > 3:
            name, given = list(methods)[i - 4], (expected[i - 3], expected[0], t)
            back = partial(PATH.convert, given=name, want="data")
            known = condition(back, *given, sizes=(kept[i - 3], of_point, t))
        close(result, value, known, known)


@every_dtype
def test_schedules_are_vectorised_and_differentiated(dtype):
    t = torch.linspace(0.125, 0.875, 4, dtype=dtype)
    exact = t.double().numpy()
    for value, rate in ((SCHEDULE.alpha, SCHEDULE.dalpha), (SCHEDULE.sigma, SCHEDULE.dsigma)):
        of_value, of_rate = condition(value, exact), condition(rate, exact)
        close(func.vmap(value)(t), value(exact), of_value, of_value)
        if value == SCHEDULE.sigma:  # expm1 is differentiated as itself plus 1
            of_rate = of_rate + np.abs(rate(exact)) / SCHEDULE.alpha(exact) ** 2
        close(func.vmap(func.grad(value))(t), rate(exact), of_rate, of_rate)

    def slope(t):
        return 2 * (SCHEDULE.dalpha(t) / SCHEDULE.alpha(t) - SCHEDULE.dsigma(t) / SCHEDULE.sigma(t))

    known = condition(slope, exact)
    close(func.vmap(func.grad(SCHEDULE.log_snr))(t), slope(exact), known, known)
