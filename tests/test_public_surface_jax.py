"""The same values with JAX, eager and traced; objects are pytrees. Skipped where JAX is not installed."""

from itertools import pairwise

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing.conditioning import ROUNDINGS
from tests.accuracy import close, condition, measured, of_field, slope, with_mixture, within

jax = pytest.importorskip("jax", reason="JAX is not installed: its part of the public surface was not tested")
jnp = jax.numpy

METHODS = (
    *("velocity", "score", "denoiser", "noise_prediction", "v_prediction"),
    *("log_density", "divergence", "posterior_covariance", "responsibilities"),
)
MIXTURE = ri.GaussianMixture([0.4, 0.6], [[1, 0], [-1, 0.5]], covariances=[[[0.3, 0.1], [0.1, 0.2]], np.eye(2)])
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), MIXTURE)
X, T = FIELD.sample(4, 0.5, seed=0), np.linspace(0, 1, 4)


@pytest.fixture(params=[False, True], ids=["float32", "float64"], autouse=True)
def dtype(request):
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield np.float64 if request.param else np.float32
    jax.config.update("jax_enable_x64", before)


def everything(field, x, t):
    return tuple(getattr(field, method)(x, t) for method in METHODS)


VECTORS = METHODS[:5]


def compared(method, found, x=X, t=T):
    """One of the field's quantities, as accurate as it is conditioned, in the precision of what was found."""
    kind = np.asarray(found).dtype
    x, t = x.astype(kind).astype(np.float64), np.asarray(t, dtype=kind).astype(np.float64)
    known = of_field(FIELD, method, x.astype(kind), t)
    close(found, getattr(FIELD, method)(x, t), known, known, vectors=method in VECTORS)


def test_eager_and_traced_values_are_those_of_numpy(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    traced = jax.jit(everything)(FIELD, x, t)  # the field itself is an argument
    mapped = jax.jit(jax.vmap(lambda x, t: everything(FIELD, x, t)))(x, t)
    for results in (traced, mapped):
        for method, result in zip(METHODS, results, strict=True):
            assert result.dtype == dtype
            compared(method, result)
    compared("velocity", FIELD.velocity(x, t))
    compared("velocity", FIELD.velocity(x, T))


def test_derivatives(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)

    @jax.jit
    def derivatives(x):
        return jax.grad(lambda x: FIELD.log_density(x, t).sum())(x), jax.vmap(jax.jacfwd(FIELD.velocity))(x, t)

    score, jacobian = derivatives(x)
    compared("score", score)
    compared("divergence", np.trace(jacobian, axis1=1, axis2=2))


def test_paths_schedules_and_draws(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    path, schedule = FIELD.path, FIELD.path.schedule
    given = T.astype(dtype), X.astype(dtype), 2 * X.astype(dtype)
    known = condition(path.point, *given)
    close(path.point(t, x, 2 * x), path.point(*given), known, known)
    again, inside = schedule.time_at_log_snr(schedule.log_snr(t)), t[1:-1]
    within(again[::3], t[::3], ROUNDINGS * np.finfo(dtype).eps)
    known = condition(schedule.time_at_log_snr, schedule.log_snr(inside), sizes=(condition(schedule.log_snr, inside),))
    close(again[1:-1], inside, known)
    np.testing.assert_array_equal(FIELD.sample(4, 0.5, seed=0, like=x), x)
    assert FIELD.flow(x, 0.5, 0.5).dtype == dtype
    np.testing.assert_array_equal(FIELD.flow(x, 0.5, 0.75), FIELD.flow(X.astype(dtype), 0.5, 0.75))
    with pytest.raises(ValueError, match=r"`t` must lie in \[0, 1\]; got a maximum of 2."):
        FIELD.velocity(x, 2 * t)


def test_conversions_are_traced_mapped_and_differentiated(dtype):
    """Image-shaped, one time a row; a conversion is linear, so that it is its own derivative."""
    path, words = FIELD.path, ("data", "noise", "velocity", "score", "v_prediction", "data")  # each once from, once to
    value, x = np.random.default_rng(3).standard_normal((2, 3, 2, 2, 2)).astype(dtype)
    t = np.array([0.25, 0.5, 0.875], dtype=dtype)

    def convert(value, x, t):
        return [path.convert(value, x, t, given=a, want=b) for a, b in pairwise(words)]

    arrays = [jnp.asarray(each) for each in (value, x, t)]
    steps = (arrays[1], arrays[0])
    (_, motions), mapped = jax.jit(
        lambda value, x, t: (jax.jvp(lambda v, x: convert(v, x, t), (value, x), steps), jax.vmap(convert)(*steps, t))
    )(*arrays)
    given = [each.astype(np.float64) for each in (x, value, t)]
    known = measured(lambda *given: dict(enumerate(convert(*given))), *given).values()
    for motion, once, (exact, of_exact) in zip(motions, mapped, known, strict=True):
        assert motion.dtype == once.dtype == dtype
        close(motion, exact, of_exact, of_exact)
        close(once, exact, of_exact, of_exact)


def pushed(x, t, along):
    """How well the motion is conditioned: by PyTorch, which differentiates the same."""
    torch = pytest.importorskip("torch")

    def motion(mixture, x, t):
        x, velocity = torch.tensor(x), ri.MarginalField(FIELD.path, mixture).velocity
        direction = torch.asarray(along).expand(x.shape)
        return torch.func.jvp(lambda x: velocity(x, torch.asarray(t)), (x,), (direction,))[1]

    return condition(*with_mixture(MIXTURE, motion, x, t))


def test_a_motion_along_a_direction_is_the_jacobian_times_it(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    direction = jnp.ones_like(x).at[:, 1].set(-2)
    value, motion = jax.jit(lambda x: jax.jvp(lambda x: FIELD.velocity(x, t), (x,), (direction,)))(x)
    compared("velocity", value)
    along, (places, times) = np.array([1.0, -2.0]), (np.asarray(each, dtype=np.float64) for each in (x, t))
    change, allowed = slope(lambda h: FIELD.velocity(places + h * along, times), 0.0)
    roundings = ROUNDINGS * np.finfo(dtype).eps * pushed(places, times, along)
    within(motion, change, allowed + roundings, vectors=True)


def test_what_reads_values_refuses_to_be_traced(dtype):
    x = jnp.asarray(X, dtype=dtype)
    own = ri.schedules.Custom(lambda t: t, lambda t: 1 - t)  # no closed form for its clock
    refused = {
        "x": lambda x: FIELD.flow(x, 0.0, 1.0),
        "log_snr": lambda x: own.time_at_log_snr(x[:, 0]),
        "t": lambda x: FIELD.sample(len(X), jnp.abs(x[:, 0]), seed=0),
        "means": lambda x: ri.GaussianMixture([0.25] * 4, x, variances=1.0).means,
    }
    for name, call in refused.items():
        with pytest.raises(TypeError, match=f"`{name}` must .*; got "):
            jax.jit(call)(x)
    with pytest.raises(TypeError, match=r"`noise` must be an array of the library of `data`; got numpy\.ndarray\."):
        FIELD.path.point(0.5, x, X.astype(dtype))


def test_objects_are_pytrees(dtype):
    leaves, structure = jax.tree_util.tree_flatten(FIELD)
    again = jax.tree_util.tree_unflatten(structure, leaves)
    assert again.path == FIELD.path
    close(again.distribution.covariances, MIXTURE.covariances, np.abs(MIXTURE.covariances).max())  # from an eigenbasis
    x = jnp.asarray(X, dtype=dtype)
    gradient = jax.jit(jax.grad(lambda field: field.log_density(x, 0.5).sum()))(FIELD)

    def shifted(step):
        means = MIXTURE.means + np.array([[0, 0], [step, 0]])
        moved = ri.GaussianMixture(MIXTURE.weights, means, covariances=MIXTURE.covariances)
        return ri.MarginalField(FIELD.path, moved).log_density(np.asarray(x, dtype=np.float64), 0.5).sum()

    change, allowed = slope(shifted, 0.0)
    known = condition(
        lambda mean: slope(lambda step: shifted(step + mean - MIXTURE.means[1, 0]), 0.0)[0], MIXTURE.means[1, 0]
    )
    within(gradient.distribution.means[1, 0], change, allowed + ROUNDINGS * np.finfo(dtype).eps * known)


def test_precise_needs_64_bits(dtype):
    x = jnp.asarray(X, dtype=np.float32)
    if dtype == np.float64:
        precise, wide = FIELD.velocity(x, 0.5, precise=True), FIELD.velocity(np.asarray(x, dtype=np.float64), 0.5)
        close(precise, wide, np.abs(wide))
    else:
        with pytest.raises(
            ValueError, match=r"`precise` must be False unless JAX's `jax_enable_x64` is set; got True."
        ):
            FIELD.velocity(x, 0.5, precise=True)
