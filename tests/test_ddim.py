"""The DDIM step in floating point at the ends of time, where a form that divides by a vanishing scale is no use."""

import math
from functools import partial

import numpy as np
import pytest

from refimpl.formulas import conversions, ddim
from tests.accuracy import chained, close, condition

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
    step = partial(ddim.step_from_v_prediction, alpha_t=0.0, sigma_t=1.0, alpha_s=alpha_s, sigma_s=sigma_s)
    close(step(X, v), landed, condition(step, X, v), np.abs(landed))
    step = partial(ddim.increment_from_data_minus_noise, alpha_t=0.0, sigma_t=1.0, alpha_s=0.25, sigma_s=0.75)
    known = condition(step, X, DATA - X)
    close(step(X, DATA - X), 0.25 * DATA + 0.75 * X, known, known)


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
    given = x, noise, dtype(alpha), dtype(1), half, infinite

    def step(x, noise, alpha_t, half):
        return ddim.is_dpm_solver_1(x, noise, alpha_t, 1.0, half, np.inf, xp=np)

    landed = ddim.is_dpm_solver_1(*given, xp=np)
    assert landed.dtype == dtype
    close(landed, (x.astype(float) - sigma * noise.astype(float)) / alpha, condition(step, x, noise, alpha, half))
    with np.errstate(invalid="ignore"):
        published = x / dtype(alpha) - np.exp(-infinite) * (np.exp(infinite - half) - 1) * noise
    assert np.isnan(published).all()


def test_a_rotation_goes_full_circle():
    both, turns = np.stack([X, NOISE]), ((0.2, 1.4), (1.4, 0.9), (0.9, 0.2))

    def turned(both, start, stop):
        return np.stack([ddim.rotation(*each, start, stop, xp=np) for each in (both, [both[1], -both[0]])])

    known = np.abs(both)
    for start, stop in turns:
        known = condition(turned, both, start, stop, sizes=(known, start, stop))
        both = turned(both, start, stop)
    close(both, [X, NOISE], known)


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
    steps = [
        lambda x: ddim.step_from_noise(x, NOISE, *here, *there),
        lambda x: ddim.inverse_step(x, NOISE, *here, *there),
    ]
    close(ddim.inverse_step(landed, NOISE, *here, *there), X, chained(steps, X)[-1])
    assert np.array_equal(
        ddim.inverse_step(landed, NOISE, *here, *there), ddim.step_from_noise(landed, NOISE, *there, *here)
    )
