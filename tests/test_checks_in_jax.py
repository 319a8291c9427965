"""The checks take JAX's arrays, in both precisions, whatever JAX's own setting is."""

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import assert_conforms, check_field, check_likelihood, check_order, check_sampler
from refimpl.testing.points import batches, pool
from refimpl.testing.truth import answers, worst_conditioned

NOISE = "conversions.velocity_from_noise"


def velocity(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    return dalpha_t / alpha_t * (x - sigma_t * noise) + dsigma_t * noise


@pytest.fixture(params=[False, True], ids=["float32", "float64"])
def setting(request):
    """JAX's own setting, which other tests change, too."""
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax runs the JAX checks")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield request.param
    jax.config.update("jax_enable_x64", before)


def test_a_function_that_answers_in_jax_is_asked_in_float64(setting):
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax runs the JAX checks")
    jnp = jax.numpy
    seen = []

    @jax.jit
    def compiled(*known):
        seen.append(known[0].dtype)
        return velocity(*known)

    assert assert_conforms(compiled, NOISE).statistic < 1
    assert jnp.float64 in seen
    seen.clear()
    assert assert_conforms(compiled, NOISE, dtype=jnp.float32, backend="jax").statistic < 1
    assert not seen or set(seen) == {jnp.dtype("float32")}
    with pytest.raises(AssertionError, match="sign"):
        assert_conforms(jax.jit(lambda *known: -velocity(*known)), NOISE)
    assert jax.config.jax_enable_x64 is setting  # it is left alone


def test_loops_steps_fields_and_likelihoods_in_jax():
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax runs the JAX checks")
    jnp = jax.numpy
    linear = ri.schedules.Linear()
    field = ri.MarginalField(ri.GaussianPath(linear), ri.Gaussian(np.array([0.5, -0.8]), np.diag([0.6, 0.3])))

    def run(predict, x, n, sign=1):
        assert isinstance(x, jax.Array) and x.dtype == jnp.float64
        for t in jnp.arange(n) / n:
            x = x + sign * predict(x, t) / n
        return x

    options = {"predicts": "velocity", "backend": "jax", "steps": (1, 2, 5)}
    check_sampler(run, linear, **options).require()
    assert "The steps run backwards" in check_sampler(lambda *a: run(*a, sign=-1), linear, **options).words

    def heun(predict, x, t, s):
        assert isinstance(x, jax.Array)
        first = predict(x, t)
        return x + (s - t) / 2 * (first + predict(x + (s - t) * first, s))

    check_order(heun, field, 2, steps=(16, 24, 32, 48), backend="jax").require()
    compiled = jax.jit(field.velocity)
    for dtype in ("float32", "float64"):
        options = {"dtype": dtype, "times": [0.25, 0.75], "experiment": False}
        check_field(compiled, field, backend="jax", **options).require()

    def log_density(velocity, divergence, x, n=30):
        change = 0.0
        for k in range(n, 0, -1):
            middle, t = x - velocity(x, k / n) / (2 * n), (k - 0.5) / n
            x, change = x - velocity(middle, t) / n, change - divergence(middle, t) / n
        return change - jnp.sum(x**2, axis=1) / 2 - jnp.log(2 * jnp.pi)

    check_likelihood(log_density, accuracy=0.01, backend="jax").require()


@pytest.mark.parametrize("id", [NOISE, "components.posterior_mean", "schedules.time_shift"])
def test_the_worst_conditioned_points_are_chosen(id):
    equation = ri.equation(id)
    entry, formula = dict(equation.entry), equation.function
    assert formula is not None

    def harm(batch):
        found = answers(formula, batch, "float64")
        with np.errstate(all="ignore"):
            shares = [t / np.abs(v) for v, t in zip(found.values, found.tolerances, strict=True)]
        return np.where(np.isfinite(shares), shares, 0.0)

    many = pool(entry, 0, "float64")
    chosen = harm(worst_conditioned(formula, many, "float64"))
    assert chosen.max() == max(harm(batch).max() for batch in many)
    drawn = [np.median(harm(batch)) for batch in batches(entry, 0, "float64") if not batch.edge]
    assert chosen.max() > 3 * np.median(drawn)
