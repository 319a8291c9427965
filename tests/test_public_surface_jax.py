"""The same values with JAX, eager and traced; objects are pytrees. Skipped where JAX is not installed."""

from itertools import pairwise

import numpy as np
import pytest

import refimpl as ri

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


def close(computed, expected, units=64):
    expected = np.asarray(expected, dtype=np.float64)
    tolerance = units * np.finfo(np.asarray(computed).dtype).eps * np.abs(expected).max()
    np.testing.assert_allclose(np.asarray(computed, dtype=np.float64), expected, rtol=0, atol=tolerance)


def test_eager_and_traced_values_are_those_of_numpy(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    expected = everything(FIELD, X.astype(dtype), T.astype(dtype))
    traced = jax.jit(everything)(FIELD, x, t)  # the field itself is an argument
    mapped = jax.jit(jax.vmap(lambda x, t: everything(FIELD, x, t)))(x, t)
    for results in (traced, mapped):
        for result, value in zip(results, expected, strict=True):
            assert result.dtype == dtype
            close(result, value)
    close(FIELD.velocity(x, t), expected[0])
    close(FIELD.velocity(x, T), expected[0])


def test_derivatives(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)

    @jax.jit
    def derivatives(x):
        return jax.grad(lambda x: FIELD.log_density(x, t).sum())(x), jax.vmap(jax.jacfwd(FIELD.velocity))(x, t)

    score, jacobian = derivatives(x)
    close(score, FIELD.score(X, T))
    close(np.trace(jacobian, axis1=1, axis2=2), FIELD.divergence(X, T))


def test_paths_schedules_and_draws(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    path, schedule = FIELD.path, FIELD.path.schedule
    close(path.point(t, x, 2 * x), path.point(T.astype(dtype), X.astype(dtype), 2 * X.astype(dtype)))
    close(schedule.time_at_log_snr(schedule.log_snr(t)), T)
    np.testing.assert_array_equal(FIELD.sample(4, 0.5, seed=0, like=x), x)
    assert FIELD.flow(x, 0.5, 0.5).dtype == dtype
    close(FIELD.flow(x, 0.5, 0.75), FIELD.flow(X.astype(dtype), 0.5, 0.75))
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
    expected = convert(x.astype(np.float64), value.astype(np.float64), t.astype(np.float64))
    for motion, once, exact in zip(motions, mapped, expected, strict=True):
        assert motion.dtype == once.dtype == dtype
        close(motion, exact)
        close(once, exact)


def test_a_motion_along_a_direction_is_the_jacobian_times_it(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    direction = jnp.ones_like(x).at[:, 1].set(-2)
    value, motion = jax.jit(lambda x: jax.jvp(lambda x: FIELD.velocity(x, t), (x,), (direction,)))(x)
    close(value, FIELD.velocity(X, T))
    step = 1e-5 * np.asarray(direction, dtype=np.float64)
    change = (FIELD.velocity(X + step, T) - FIELD.velocity(X - step, T)) / 2e-5
    np.testing.assert_allclose(motion, change, rtol=0, atol=(1e-9 if dtype == np.float64 else 1e-5) * abs(change).max())


def test_what_reads_values_refuses_to_be_traced(dtype):
    x = jnp.asarray(X, dtype=dtype)
    refused = {
        "x": lambda x: FIELD.flow(x, 0.0, 1.0),
        "log_snr": lambda x: FIELD.path.schedule.time_at_log_snr(x[:, 0]),
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
    np.testing.assert_allclose(again.distribution.covariances, MIXTURE.covariances, rtol=0, atol=1e-16)
    x = jnp.asarray(X, dtype=dtype)
    gradient = jax.jit(jax.grad(lambda field: field.log_density(x, 0.5).sum()))(FIELD)

    def shifted(step):
        means = MIXTURE.means + np.array([[0, 0], [step, 0]])
        moved = ri.GaussianMixture(MIXTURE.weights, means, covariances=MIXTURE.covariances)
        return ri.MarginalField(FIELD.path, moved).log_density(X, 0.5).sum()

    change = (shifted(1e-5) - shifted(-1e-5)) / 2e-5
    np.testing.assert_allclose(gradient.distribution.means[1, 0], change, rtol=1e-8 if dtype == np.float64 else 1e-5)


def test_precise_needs_64_bits(dtype):
    x = jnp.asarray(X, dtype=np.float32)
    if dtype == np.float64:
        close(FIELD.velocity(x, 0.5, precise=True), FIELD.velocity(X.astype(np.float32).astype(np.float64), 0.5), 1)
    else:
        with pytest.raises(
            ValueError, match=r"`precise` must be False unless JAX's `jax_enable_x64` is set; got True."
        ):
            FIELD.velocity(x, 0.5, precise=True)
