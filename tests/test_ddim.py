"""The DDIM step in floating point at the ends of time, where a form that divides by a vanishing scale is no use."""

import math

import numpy as np
import pytest

from refimpl.formulas import conversions, ddim

SEED = np.random.default_rng(4)
X, DATA, NOISE = SEED.normal(size=(3, 64))


def at(angle):
    """Scales of a path that preserves variance, exactly 0 and 1 at its ends."""
    return {0.0: (1.0, 0.0), math.pi / 2: (0.0, 1.0)}.get(angle, (math.cos(angle), math.sin(angle)))


def test_a_step_to_the_data_end_is_the_predicted_data_point():
    alpha, sigma = at(0.8)
    landed = ddim.step_from_data(X, DATA, alpha, sigma, alpha_s=0.75, sigma_s=0.0)
    assert np.array_equal(landed, 0.75 * DATA)


def test_a_step_may_start_from_pure_noise():
    alpha_s, sigma_s = at(0.8)
    landed = ddim.step_from_data(X, DATA, 0.0, 1.0, alpha_s, sigma_s)
    assert np.array_equal(landed, alpha_s * DATA + sigma_s * X)
    v = conversions.v_prediction_from_data(X, DATA, 0.0, 1.0)
    assert np.allclose(ddim.step_from_v_prediction(X, v, 0.0, 1.0, alpha_s, sigma_s), landed, rtol=0, atol=4e-16)
    difference = DATA - X
    landed = ddim.increment_from_data_minus_noise(X, difference, 0.0, 1.0, 0.25, 0.75)
    assert np.allclose(landed, 0.25 * DATA + 0.75 * X, rtol=0, atol=1e-15)


def test_noise_needs_no_division_by_the_noise_scale():
    alpha_s, sigma_s = at(0.4)
    assert np.array_equal(
        ddim.step_from_noise(DATA, NOISE, 1.0, 0.0, alpha_s, sigma_s), alpha_s * DATA + sigma_s * NOISE
    )
    assert np.array_equal(ddim.inverse_step(DATA, NOISE, 0.0, 1.0, 1.0, 0.0), NOISE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_dpm_solver_reaches_the_data_end(dtype):
    """No noise is left where lambda is infinite; so says the form for floating point, not the published one."""
    alpha, sigma = at(0.8)
    x, noise = X.astype(dtype), NOISE.astype(dtype)
    half, infinite = dtype(math.log(alpha / sigma)), dtype(np.inf)
    landed = ddim.is_dpm_solver_1(x, noise, dtype(alpha), dtype(1), half, infinite, xp=np)
    wanted = (X - sigma * NOISE) / alpha
    assert landed.dtype == dtype and np.allclose(landed, wanted, rtol=0, atol=20 * np.finfo(dtype).eps)
    with np.errstate(invalid="ignore"):
        published = x / dtype(alpha) - np.exp(-infinite) * (np.exp(infinite - half) - 1) * noise
    assert np.isnan(published).all()


def test_a_rotation_goes_full_circle():
    x, v = X, NOISE
    for start, stop in ((0.2, 1.4), (1.4, 0.9), (0.9, 0.2)):
        x, v = ddim.rotation(x, v, start, stop, xp=np), ddim.rotation(v, -x, start, stop, xp=np)
    assert np.allclose(x, X, rtol=0, atol=1e-14) and np.allclose(v, NOISE, rtol=0, atol=1e-14)


def test_euler_differs_from_the_stretched_one_in_second_order():
    """Half the step, a quarter of the difference; and no difference where the ruler does not change."""

    def gap(h, ruler, rate):
        return ddim.euler_step_difference(X, NOISE, ruler(0.4), rate(0.4), ruler(0.4 + h), 0.4, 0.4 + h)

    long, short = (gap(h, np.exp, np.exp) for h in (2.0**-9, 2.0**-10))
    assert np.median(np.abs(long / short - 4)) < 0.02
    assert np.abs(long).max() > 1e-7
    assert np.array_equal(gap(0.3, lambda t: 2.0, lambda t: 0.0), np.zeros(64))


def test_a_step_undone():
    here, there = at(1.2), at(0.3)
    landed = ddim.step_from_noise(X, NOISE, *here, *there)
    assert np.allclose(ddim.inverse_step(landed, NOISE, *here, *there), X, rtol=0, atol=1e-14)
    assert np.array_equal(
        ddim.inverse_step(landed, NOISE, *here, *there), ddim.step_from_noise(landed, NOISE, *there, *here)
    )
