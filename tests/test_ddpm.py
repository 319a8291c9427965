"""The reverse steps of the noising chain: their digits where two times are close, the last step, a table of betas."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

import refimpl as ri
from refimpl._call import call
from refimpl.formulas import ddpm
from refimpl.testing.conditioning import ROUNDINGS

SCHEDULES = [
    ri.schedules.Linear(),
    ri.schedules.Trigonometric(),
    ri.schedules.VariancePreserving(),
    ri.schedules.Cosine(),
    ri.schedules.VarianceExploding(sigma_min=0.01, sigma_max=50.0),
    ri.schedules.EDM(sigma_max=80.0),
]
TIMES = np.linspace(0.02, 0.97, 39)
GAPS = (2.0**-20, 2.0**-14, 1e-3, 0.02)
POSITIVE = ["added_share", "posterior_variance", "fixed_large", "learned_range", "transition", "bound_of_a_step"]


def scales_at(schedule, t, s, dtype):
    """The scales at two times, as floats; only where rounding has left them in order."""
    t, s = t.astype(dtype), s.astype(dtype)
    scales = {"alpha_t": schedule.alpha(t), "sigma_t": schedule.sigma(t)}
    scales |= {"alpha_s": schedule.alpha(s), "sigma_s": schedule.sigma(s)}
    scales = {name: np.broadcast_to(np.asarray(v, dtype=dtype), t.shape) for name, v in scales.items()}
    up, down = scales["alpha_s"] - scales["alpha_t"], scales["sigma_t"] - scales["sigma_s"]
    kept = (up >= 0) & (down >= 0) & (up + down > 0) & (scales["alpha_t"] > 0)
    return {name: v[kept] for name, v in scales.items()}


def exact_share(a, b, a_s, b_s):
    return 1 - (a * b_s / (a_s * b)) ** 2


def exactly(name, a, b, a_s, b_s, share=0.25):
    """What the formulas mean, at 60 digits, written as differences."""
    new, share = exact_share(a, b, a_s, b_s), mp.mpf(share)
    return {
        "added_share": lambda: new,
        "posterior_variance": lambda: b_s**2 * new,
        "fixed_large": lambda: b**2 - (a / a_s * b_s) ** 2,
        "learned_range": lambda: (b**2 * new) ** share * (b_s**2 * new) ** (1 - share),
        "transition": lambda: mp.sqrt(b**2 - (a / a_s * b_s) ** 2),
        "bound_of_a_step": lambda: ((a_s / b_s) ** 2 - (a / b) ** 2) / 2,
    }[name]()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: type(schedule).__name__)
@pytest.mark.parametrize("name", POSITIVE)
def test_no_digits_are_lost_where_two_times_are_close(name, schedule, dtype):
    """Variances and weights are right to 16 roundings for the scales as given, however close the two times are."""
    eps, checked = float(np.finfo(dtype).eps) / 2, 0
    share = dtype(0.25)
    for gap in GAPS:
        scales = scales_at(schedule, TIMES, TIMES + gap, dtype)
        values = scales | {"learned_share": share, "data": dtype(1), "predicted_data": dtype(0), "xp": np}
        got = call(getattr(ddpm, name), **values)
        got = got[1] if isinstance(got, tuple) else got
        assert got.dtype == dtype
        with mp.workdps(60):
            for one, *row in zip(got, *scales.values(), strict=True):
                want = exactly(name, *(mp.mpf(float(v)) for v in row))
                assert abs(mp.mpf(float(one)) - want) <= ROUNDINGS * eps * want
                checked += 1
    assert checked >= 3 * len(TIMES)


def test_written_as_a_difference_the_variance_loses_its_digits():
    """The form of the textbooks, in float32, between neighbours of a thousand steps: the check above would see it."""
    scales = scales_at(ri.schedules.VariancePreserving(), TIMES, TIMES + 1e-3, np.float32)
    a, b, a_s, b_s = scales.values()
    textbook = b_s**2 * (np.float32(1) - (a * b_s / (a_s * b)) ** 2)
    with mp.workdps(60):
        exact = [
            exactly("posterior_variance", *map(mp.mpf, map(float, row))) for row in zip(a, b, a_s, b_s, strict=True)
        ]
    lost = np.max(np.abs(textbook / np.array(exact, dtype=float) - 1)) / 2.0**-24
    assert lost > 100


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_last_step_ends_at_the_data_and_adds_no_noise(dtype):
    """Where no noise is left at time s, the mean is the predicted data point and every variance is zero, but for
    fixed-large, which is that of the noise at time t."""
    a, b, a_s, b_s = dtype(0.6), dtype(0.7), dtype(0.9), dtype(0)
    scales = {"alpha_t": a, "sigma_t": b, "alpha_s": a_s, "sigma_s": b_s}
    data, x = dtype(1.3), dtype(0.4)
    assert ddpm.posterior_mean(x=x, data=data, **scales) == a_s * data
    assert ddpm.posterior_variance(**scales) == 0
    assert ddpm.added_share(**scales) == 1
    assert ddpm.fixed_large(**scales) == b**2
    assert ddpm.learned_range(learned_share=dtype(0.5), **scales) == 0
    assert ddpm.learned_range(learned_share=dtype(0), **scales) == 0
    assert ddpm.learned_range(learned_share=dtype(1), **scales) == b**2
    assert ddpm.transition(**scales, xp=np) == (a / a_s, b)


def test_no_signal_at_all_at_the_noise_end():
    """On a path that starts from pure noise the first step knows nothing of x: only the prediction counts."""
    scales = {"alpha_t": 0.0, "sigma_t": 1.0, "alpha_s": 0.25, "sigma_s": 0.75}
    assert ddpm.posterior_mean(x=7.0, data=2.0, **scales) == 0.5
    assert ddpm.posterior_mean_from_v_prediction(x=7.0, v_prediction=-2.0, **scales) == 0.5
    assert ddpm.posterior_variance(**scales) == 0.75**2


@pytest.mark.parametrize("skip", [1, 7, 100])
def test_a_table_of_betas(skip):
    """With alpha² the product of 1 − beta the two variances are those of the paper; with rows skipped, beta is that of
    the product over the rows skipped, and not that of one row."""
    with mp.workdps(50):
        betas = [mp.mpf("1e-4") + mp.mpf("0.0199") * i / 999 for i in range(1000)]
        for row in (200, 500, 999):
            bar, bar_s = (mp.fprod(1 - beta for beta in betas[: n + 1]) for n in (row, row - skip))
            scales = (mp.sqrt(bar), mp.sqrt(1 - bar), mp.sqrt(bar_s), mp.sqrt(1 - bar_s))
            beta = 1 - bar / bar_s
            assert abs(ddpm.fixed_large(*scales) / beta - 1) < mp.mpf(10) ** -40
            small = beta * (1 - bar_s) / (1 - bar)
            assert abs(ddpm.posterior_variance(*scales) / small - 1) < mp.mpf(10) ** -40
            between = ddpm.learned_range(mp.mpf(1) / 3, *scales)
            assert abs(between - mp.exp((mp.log(beta) + 2 * mp.log(small)) / 3)) < mp.mpf(10) ** -40
            assert (abs(beta / betas[row] - 1) < mp.mpf(10) ** -40) == (skip == 1)


def test_stops_on_the_way_cost_nothing_for_a_prediction_that_stays():
    """The bounds of 50 steps add up to that of one step."""
    schedule = ri.schedules.Cosine()
    stops = np.linspace(0.1, 0.9, 51)
    a, b = schedule.alpha(stops), schedule.sigma(stops)
    each = ddpm.bound_of_a_step(0.7, 0.2, a[:-1], b[:-1], a[1:], b[1:])
    whole = ddpm.telescoped_bound(0.7, 0.2, a[0], b[0], a[-1], b[-1])
    assert abs(np.sum(each) / whole - 1) < 51 * 16 * 2.0**-53
