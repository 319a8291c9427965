"""The same values with JAX, eager and traced; objects are pytrees. Skipped where JAX is not installed."""

import numpy as np
import pytest

import refimpl as ri

jax = pytest.importorskip("jax", reason="JAX is not installed: its part of the public surface was not tested")
jnp = jax.numpy

METHODS = ("velocity", "score", "denoiser", "noise_prediction", "v_prediction", "log_density", "divergence")
FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), ri.reference_mixture())
X, T = FIELD.sample(5, 0.5, seed=0), np.linspace(0, 1, 5)


@pytest.fixture(params=[False, True], ids=["float32", "float64"], autouse=True)
def dtype(request):
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield np.float64 if request.param else np.float32
    jax.config.update("jax_enable_x64", before)


def close(computed, expected, units=64):
    expected = np.asarray(expected, dtype=np.float64)
    tolerance = units * np.finfo(np.asarray(computed).dtype).eps * np.abs(expected).max()
    np.testing.assert_allclose(np.asarray(computed, dtype=np.float64), expected, atol=tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_eager_and_traced_values_are_those_of_numpy(method, dtype):
    quantity = getattr(FIELD, method)
    expected = quantity(X.astype(dtype), T.astype(dtype))
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    traced_object = jax.jit(lambda field, x, t: getattr(field, method)(x, t))
    for result in (
        quantity(x, t),
        quantity(x, T),
        jax.jit(quantity)(x, t),
        jax.vmap(quantity)(x, t),
        traced_object(FIELD, x, t),
    ):
        assert result.dtype == dtype
        close(result, expected)


def test_derivatives(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    close(jax.grad(lambda x: FIELD.log_density(x, t).sum())(x), FIELD.score(x, t))
    close(jax.vmap(jax.jacfwd(FIELD.velocity))(x, t).trace(axis1=1, axis2=2), FIELD.divergence(x, t))


def test_paths_schedules_and_draws(dtype):
    x, t = jnp.asarray(X, dtype=dtype), jnp.asarray(T, dtype=dtype)
    path, schedule = FIELD.path, FIELD.path.schedule
    close(path.point(t, x, 2 * x), path.point(T.astype(dtype), X.astype(dtype), 2 * X.astype(dtype)))
    close(schedule.time_at_log_snr(schedule.log_snr(t)), T)
    np.testing.assert_array_equal(FIELD.sample(5, 0.5, seed=0, like=x), x)
    assert FIELD.flow(x, 0.5, 0.75).dtype == dtype
    with pytest.raises(ValueError, match=r"`t` must lie in \[0, 1\]; got a maximum of 2."):
        FIELD.velocity(x, 2 * t)


def test_objects_are_pytrees(dtype):
    leaves, structure = jax.tree_util.tree_flatten(FIELD)
    again = jax.tree_util.tree_unflatten(structure, leaves)
    assert again.path == FIELD.path
    np.testing.assert_allclose(again.distribution.covariances, FIELD.distribution.covariances, atol=1e-16)
    x = jnp.asarray(X, dtype=dtype)
    gradient = jax.grad(lambda field: field.log_density(x, 0.5).sum())(FIELD)
    h, low, high = (
        1e-5,
        *(
            ri.GaussianMixture(
                FIELD.distribution.weights, FIELD.distribution.means + shift, covariances=FIELD.distribution.covariances
            )
            for shift in (np.array([[0, 0], [-1e-5, 0], [0, 0]]), np.array([[0, 0], [1e-5, 0], [0, 0]]))
        ),
    )
    change = sum(s * ri.MarginalField(FIELD.path, m).log_density(X, 0.5).sum() for s, m in ((-1, low), (1, high))) / (
        2 * h
    )
    np.testing.assert_allclose(gradient.distribution.means[1, 0], change, rtol=1e-6 if dtype == np.float64 else 1e-4)


def test_precise_needs_64_bits(dtype):
    x = jnp.asarray(X, dtype=np.float32)
    if dtype == np.float64:
        close(FIELD.velocity(x, 0.5, precise=True), FIELD.velocity(X.astype(np.float32).astype(np.float64), 0.5), 1)
    else:
        with pytest.raises(ValueError, match="`precise` must be False unless JAX's `jax_enable_x64` is set; got True."):
            FIELD.velocity(x, 0.5, precise=True)
