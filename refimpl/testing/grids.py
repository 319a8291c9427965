"""Somebody else's noise levels: the grid that a sampler walks along, and the schedule itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, shown
from refimpl.formulas import schedules as formulas
from refimpl.schedules import Discrete, Schedule
from refimpl.schedules.schedule import check_schedule as of_ours
from refimpl.testing.bridge import Backend, numpy_callable, returned
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.rules import check_accuracy, check_counts, check_times

STEPS = (1, 2, 5, 20, 50)
ACCURACY = 1e-9
_ONE_STEP = "as with a division by n - 1, or by what is left of a range (diffusers #14411, mflux #494, sglang #24708)"


def check_time_grid(
    grid: Callable[[int], Any],
    expected: Callable[[int], Any] | None = None,
    *,
    steps: Sequence[int] = STEPS,
    accuracy: float = ACCURACY,
) -> Evidence:
    """Are these the times, or noise levels, at which a sampler of n steps should stop?

    Checked are, for every n: n + 1 finite numbers, which go one way without a halt; and that these are as expected.

    Args:
        grid: n to the row of n + 1 numbers, the end included: times, or noise levels.
        expected: n to what they should be, such as `lambda n: 1 - refimpl.time_grids.shifted(n, 3.0)`; or None.
        steps: the numbers of steps.
        accuracy: the difference that rounding may cause, as a part of the largest number.

    Returns:
        The evidence; `words` name the mistake where it is a known one.
    """
    check_callable(grid, "grid")
    if expected is not None:
        check_callable(expected, "expected")
    counts = check_counts(steps)
    check_accuracy(accuracy)
    statement = "The grid has the right numbers for every number of steps."
    theirs, seen, worst = {}, 0, 0.0
    for n in counts:
        try:
            with np.errstate(all="ignore"):
                theirs[n] = returned(grid(n), "grid")
        except Exception as error:
            others = f" With one step only: {_ONE_STEP}." if n == 1 and len(counts) > 1 else ""
            failure = f"It raises {type(error).__name__} with n = {n}: {error}.{others}"
            return measured("time grid", statement, failure, math.inf, accuracy, seen, "")
    ours = {n: None if expected is None else returned(expected(n), "expected") for n in counts}
    for n in reversed(counts):  # with more numbers a mistake shows more of itself
        failure, off = _wrong_grid(theirs, ours, n, accuracy, grid)
        seen, worst = seen + theirs[n].size, float(np.maximum(worst, off))
        if failure:
            return measured("time grid", statement, failure, off, accuracy, seen, "")
    passed = f"holds: {seen} numbers with n = {', '.join(map(str, counts))} are finite, go one way"
    passed += f", and are the expected ones to {worst:.1g}." if expected is not None else "."
    return measured("time grid", statement, "", worst, accuracy, seen, passed)


def _wrong_grid(
    theirs: dict[int, np.ndarray],
    ours: dict[int, np.ndarray | None],
    n: int,
    accuracy: float,
    grid: Callable[[int], Any],
) -> tuple[str, float]:
    numbers, right = theirs[n], ours[n]
    shown = np.array2string(numbers[:6], precision=6, separator=", ")
    if numbers.ndim != 1 or len(numbers) != n + 1:
        missing = " the end is missing" if numbers.shape == (n,) else f" they must be n + 1 = {n + 1}"
        return f"With n = {n} the grid has the shape {numbers.shape}:{missing}.", math.inf
    if not np.all(np.isfinite(numbers)):
        alone = n == 1 and all(np.all(np.isfinite(theirs[m])) for m in theirs if m > 1) and len(theirs) > 1
        hint = f", with one step only: {_ONE_STEP}" if alone else ""
        return f"With n = {n} the grid is not finite, {shown}{hint}.", math.inf
    steps = np.diff(numbers)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        last = " The last number is repeated: the last step goes nowhere (diffusers #5689)." if steps[-1] == 0 else ""
        return f"With n = {n} the grid does not go one way without a halt: {shown}.{last}", math.inf
    if right is None:
        return "", 0.0
    scale = np.abs(right).max()
    off = float(np.abs(numbers - right).max() / scale) if numbers.shape == right.shape else math.inf
    if off <= accuracy:
        return "", off
    at = int(np.argmax(np.abs(numbers - right)))
    place = f"With n = {n}, number {at} is {numbers[at]:.6g} and should be {right[at]:.6g}."
    for words, candidate in _other_grids(numbers, right, n, grid):
        if candidate.shape == numbers.shape and np.abs(numbers - candidate).max() <= math.sqrt(accuracy) * scale:
            return f"{words} {place}", off
    return f"No known mistake. {place}", off


def _other_grids(
    numbers: np.ndarray, right: np.ndarray, n: int, grid: Callable[[int], Any]
) -> Iterator[tuple[str, np.ndarray]]:
    """Wrong grids, the most telling first."""
    yield "The grid runs the wrong way.", right[::-1]
    if not (np.all((right >= 0) & (right <= 1)) and np.all((numbers >= 0) & (numbers <= 1))):
        return
    yield "Its time is counted from the other end: 1 - t.", 1 - right
    inside = np.flatnonzero((right > 0) & (right < 1) & (numbers > 0) & (numbers < 1))
    if not inside.size:
        return
    odds = [float(row[inside[-1]] / (1 - row[inside[-1]])) for row in (numbers, right)]
    factor = odds[0] / odds[1]

    def shifted(levels: np.ndarray, by: float) -> np.ndarray:
        return 1 - formulas.time_shift(1 - levels, by)[0]

    by = max(factor, 1 / factor)
    yield (
        f"The shift is applied twice: {by:.4g} is in the grid once too often (diffusers #13243).",
        shifted(right, factor),
    )
    ends = np.append(np.linspace(right[0], right[inside[-1]], len(right) - 1), right[-1])
    yield (
        (
            f"The shift is applied twice: the ends of the range are stored shifted, and shifted by {by:.4g} again"
            " (diffusers #13243)."
        ),
        shifted(ends, factor),
    )


def check_schedule(
    scales: Callable[[Any], Any],
    schedule: Schedule,
    *,
    times: Sequence[float] | None = None,
    accuracy: float = ACCURACY,
    backend: Backend = "numpy",
) -> Evidence:
    """Are these alpha and sigma the scales of this schedule?

    Args:
        scales: a row of our times, noise at 0 and data at 1, to alpha and sigma, the signal and the noise scale.
        schedule: the right one.
        times: where it is asked. None: the rows of a table, without the data itself, or else 41 times from 0 to 1.
        accuracy: the difference that rounding may cause.
        backend: "numpy", "torch" or "jax": what it is given.

    Returns:
        The evidence; `words` name the mistake where it is a known one.
    """
    of_ours(schedule)
    check_accuracy(accuracy)
    asked = _times(schedule) if times is None else np.asarray(_checked(times))
    called = numpy_callable(scales, backend, name="scales")
    with np.errstate(all="ignore"):
        result = called(asked)
    parts = result if isinstance(result, tuple) else (result,)
    if len(parts) != 2 or any(part.shape != asked.shape for part in parts):
        came = " and ".join(str(part.shape) for part in parts)
        raise ValueError(f"`scales` must return alpha and sigma in the shape of the times, {asked.shape}; got {came}.")
    theirs, right = np.stack(result), _scales(schedule, asked)
    gaps = np.where(np.isfinite(theirs), np.abs(theirs - right), math.inf).max(axis=0)
    worst, at = float(gaps.max()), int(np.argmax(gaps))
    statement, passed = f"These are the scales of {schedule}.", f"holds: {asked.size} pairs agree to {worst:.1g}."
    if worst <= accuracy:
        return measured("schedule", statement, "", worst, accuracy, asked.size, passed)
    place = (
        f"At t = {asked[at]:.6g} they are {theirs[0, at]:.6g} and {theirs[1, at]:.6g}, and should be {right[0, at]:.6g}"
        f" and {right[1, at]:.6g}."
    )
    words = "No known mistake."
    if not np.all(np.isfinite(theirs)):
        words = f"They are not finite at {int((~np.isfinite(theirs)).any(axis=0).sum())} of {asked.size} times."
    for name, candidate in _other_scales(schedule, asked, right, theirs):
        if np.all(np.isfinite(theirs)) and np.nanmax(np.abs(theirs - candidate)) <= math.sqrt(accuracy):
            words = name
            break
    return measured("schedule", statement, f"{words} {place}", worst, accuracy, asked.size, "")


def _other_scales(
    schedule: Schedule, asked: np.ndarray, right: np.ndarray, theirs: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Wrong scales, the most telling first."""
    if isinstance(schedule, Discrete):
        row = 1 / len(schedule.betas)
        near = _scales(schedule, np.minimum(asked + row, 1.0))
        yield (
            "It is one row of the table too near to the data: the first row has alpha-bar = 1 and no noise, and what is"
            " divided by its noise is not a number (MONAI GenerativeModels #489, MONAI PR #8427).",
            near,
        )
        yield "It is one row of the table too far from the data.", _scales(schedule, np.maximum(asked - row, 0.0))
    yield "alpha and sigma are swapped.", right[::-1]
    yield "Its time runs from data to noise.", _scales(schedule, 1 - asked)
    yield "These are the squares: alpha-bar in the place of its root.", right**2
    yield "sigma is the variance, not its root.", np.stack([right[0], right[1] ** 2])
    yield "alpha is alpha-bar, not its root.", np.stack([right[0] ** 2, right[1]])
    with np.errstate(all="ignore"):
        ratio = (theirs[1] / theirs[0]) / (right[1] / right[0])
    factor = float(np.nanmedian(ratio))
    if np.isfinite(factor) and factor > 0 and np.allclose(right.sum(axis=0), 1):  # a linear path
        time = formulas.time_shift(right[0], factor)[0]
        words = (
            f"Noise to signal is {factor:.4g} times too large: a shift is applied once too often (diffusers #13243)."
        )
        yield words, np.stack([time, 1 - time])


def _scales(schedule: Schedule, t: np.ndarray) -> np.ndarray:
    known = schedule.at(t)
    return np.stack([known["alpha_t"], known["sigma_t"]])


def _checked(times: Any) -> list[float]:
    numbers = check_times(times, 1)
    if not all(0 <= t <= 1 for t in numbers):
        raise ValueError(f"`times` must lie in [0, 1]; got {shown(numbers)}.")
    return numbers


def _times(schedule: Schedule) -> np.ndarray:
    if isinstance(schedule, Discrete):
        return schedule.times()[1:]
    return np.linspace(0.0, 1.0, 41)
