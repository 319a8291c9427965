"""Time grids: where a sampler stops, from noise to data.

Times are NumPy arrays in float64, they increase, and a grid of n steps has n + 1 of them; the last is 1, the data. One
step, n = 1, is always possible. Other people's grids count noise levels (`karras`) or rows of a table (`ddpm`) instead,
from noise to data as well; `at_sigmas` and `at_steps` say at which times these are.
"""

from typing import Any

import numpy as np

from refimpl.arguments import check_count, check_number, check_word
from refimpl.conventions import edm_sigma, time_at_edm_sigma, time_of_step
from refimpl.edge import table
from refimpl.formulas import schedules as schedule_formulas
from refimpl.formulas import time_grids as formulas
from refimpl.schedules import Schedule
from refimpl.schedules.schedule import check_schedule

_ROUNDING = 16 * 2.0**-52  # levels this close to an end of a schedule are that end
SPACINGS = ("leading", "trailing", "linspace")


def uniform(n: int) -> np.ndarray:
    """n steps of equal time from 0 to 1; (n + 1,)."""
    return np.linspace(0.0, 1.0, check_count(n, least=1) + 1)


def shifted(n: int, shift: float) -> np.ndarray:
    """n steps of equal time, shifted once: t / (t + shift (1 - t)); (n + 1,).

    Above 1 more of the steps lie in noise. Not for a schedule that is `shifted` itself: that would be twice.
    """
    if not check_number(shift, "shift") > 0:
        raise ValueError(f"`shift` must be positive; got {shift:g}.")
    return schedule_formulas.time_shift(uniform(n), float(shift))[0]


def uniform_in_log_snr(schedule: Schedule, n: int, low: float | None = None, high: float | None = None) -> np.ndarray:
    """n steps at equal distances of the log signal-to-noise ratio; (n + 1,).

    Args:
        schedule: whose times they are.
        n: the number of steps.
        low: where the grid begins; None is the value at t = 0, which must then be finite.
        high: where the last step to t = 1 begins; None is the value at t = 1, which must then be finite: all n steps
            are equal.
    """
    count = check_count(n, least=1)
    start, end = (float(value) for value in check_schedule(schedule).log_snr(np.array([0.0, 1.0])))
    bounds = {"low": start if low is None else low, "high": end if high is None else high}
    for name, value in bounds.items():
        if (low, high)[name == "high"] is None:
            if not np.isfinite(value):
                raise ValueError(f"`{name}` must be given for {schedule}, whose log-SNR ends at {value}; got None.")
        elif not start <= check_number(value, name) <= end:
            raise ValueError(f"`{name}` must lie in [{start:g}, {end:g}] for {schedule}; got {value:g}.")
    if not bounds["low"] < bounds["high"]:
        raise ValueError(f"`low` must be less than `high`, {bounds['high']:g}; got {bounds['low']:g}.")
    place = np.linspace(0.0, 1.0, count + 1 if high is None else count)
    levels = formulas.uniform_in_log_snr(place, float(bounds["low"]), float(bounds["high"]))
    times = schedule.time_at_log_snr(levels)
    if low is None:
        times[0] = 0.0
    return np.append(times[:count], 1.0)


def karras(n: int, sigma_min: float = 0.002, sigma_max: float = 80.0, rho: float = 7.0) -> np.ndarray:
    """The noise levels of EDM, from sigma_max to sigma_min in n levels, and then 0; (n + 1,).

    Levels are noise-to-signal ratios, sigma_t / alpha_t; `at_sigmas` finds their times. A single level is sigma_max.
    """
    count = check_count(n, least=1)
    for name, value in (("sigma_min", sigma_min), ("sigma_max", sigma_max), ("rho", rho)):
        if not check_number(value, name) > 0:
            raise ValueError(f"`{name}` must be positive; got {value:g}.")
    if not sigma_min < sigma_max:
        raise ValueError(f"`sigma_min` must be less than `sigma_max`, {sigma_max:g}; got {sigma_min:g}.")
    levels = formulas.karras(np.linspace(0.0, 1.0, count), float(sigma_max), float(sigma_min), float(rho))
    levels[-1], levels[0] = sigma_min, sigma_max  # the ends to the last digit, and of a single level the first
    return np.append(levels, 0.0)


def at_sigmas(schedule: Schedule, sigmas: Any) -> np.ndarray:
    """The times at which sigma_t / alpha_t has these values, a row that falls from noise to data; in its shape.

    A last 0 is t = 1, also where the schedule keeps some noise to the end.
    """
    check_schedule(schedule)
    levels = table(sigmas, "sigmas")
    if levels.ndim != 1 or not levels.size:
        raise ValueError(f"`sigmas` must be a row of numbers; got the shape {levels.shape}.")
    if not np.all(levels >= 0):
        raise ValueError(f"`sigmas` must not be negative; got a minimum of {levels.min():g}.")
    rises = np.flatnonzero(np.diff(levels) >= 0)
    if rises.size:
        raise ValueError(f"`sigmas` must fall; got {levels[rises[0] + 1]:g} after {levels[rises[0]]:g}.")
    times = np.where(np.isclose(levels, edm_sigma(schedule, 0.0), rtol=_ROUNDING, atol=0), 0.0, 1.0)
    inside = ~np.isclose(levels, edm_sigma(schedule, 1.0), rtol=_ROUNDING, atol=0) & (levels > 0) & (times > 0)
    times[inside] = time_at_edm_sigma(schedule, levels[inside])
    if np.any(np.diff(times) <= 0):
        raise ValueError(
            f"`sigmas` must belong to different times; got t = {times[1:][np.diff(times) <= 0][0]:g} twice."
        )
    return times


def ddpm(n: int, count: int = 1000, spacing: str = "leading") -> np.ndarray:
    """Which n of the steps of a table a sampler of diffusion models visits, from noise to data; (n,) integers.

    Steps are counted from 0, the least noise, to count - 1; `at_steps` finds their times. `leading` takes the multiples
    of count // n, and so does not begin with the most noise; `trailing` goes back from it in steps of count / n, and
    `linspace` takes both ends.
    """
    count = check_count(count, "count", least=1)
    n = check_count(n, least=1, most=count)
    check_word(spacing, "spacing", SPACINGS)
    backwards = np.arange(n)
    if spacing == "leading":
        steps = (n - 1 - backwards) * (count // n)
    elif spacing == "trailing":
        steps = np.round(count - backwards * count / n) - 1
    else:
        steps = np.round((count - 1) - backwards * (count - 1) / max(n - 1, 1))
    return steps.astype(np.int64)


def at_steps(steps: Any, count: int = 1000) -> np.ndarray:
    """The times of steps of a table, from noise to data, and then 1; one more than there are steps.

    Step k is the law after k + 1 of `count` noisings, at t = 1 - (k + 1) / count, a row of `schedules.Discrete`. The
    step after the last one leads to the data, whatever the distance.
    """
    count = check_count(count, "count", least=1)
    rows = table(steps, "steps")
    if rows.ndim != 1 or not rows.size or np.any(rows != np.round(rows)):
        raise ValueError(f"`steps` must be a row of whole numbers; got {steps}.")
    if rows.min() < 0 or rows.max() >= count:
        raise ValueError(f"`steps` must lie in 0 .. {count - 1}; got {rows.min() if rows.min() < 0 else rows.max():g}.")
    if np.any(np.diff(rows) >= 0):
        raise ValueError(f"`steps` must fall from noise to data; got {steps}.")
    return np.append(time_of_step(rows + 1, count), 1.0)
