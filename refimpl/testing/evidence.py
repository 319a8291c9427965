"""From replicated measurements to a verdict with a stated false-alarm probability.

The rule. A check measures many quantities that its statement says are zero, each by independent replicates, and
forms Student's t for each. It is rejected in two stages: some |t| must exceed a threshold on the first seed, and one
of the *same* quantities again on a second, independent seed. Each stage has the square root of the false-alarm
probability to spend, shared out evenly (Bonferroni) over the quantities it looks at, so that a true statement is
rejected with at most the stated probability, while no threshold lies so far in the tail of Student's t that its
shape could not be measured. `tests/test_statistics.py` measures it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

FALSE_ALARM = 1e-6
_POWER = 0.99  # an effect "would be caught" when both stages see it with this probability


@dataclass(frozen=True)
class Measurement:
    """Independent estimates of quantities that a statement says are zero.

    Attributes:
        differences: (R, m), one row per independent replicate.
        sizes: (m,), the size of either side of each difference: what a relative error of the formula multiplies.
        groups: (m,), the name of the group (a time, an output) that each quantity belongs to.
        resolution: (m,), a bound on the error that is not random: discretisation and rounding.
        samples: the number of points drawn, over all replicates.
    """

    differences: np.ndarray
    sizes: np.ndarray
    groups: tuple[str, ...]
    resolution: np.ndarray
    samples: int


@dataclass(frozen=True)
class Evidence:
    """What a check found. True in a boolean context when it passed.

    Attributes:
        name: name of the check.
        statement: what was tested, in words.
        statistic: the largest |t| (beyond the discretisation error), of the stage that decided.
        threshold: what that stage allows.
        false_alarm: the probability that a true statement is rejected is at most this.
        passed: the verdict.
        samples: points drawn, in all.
        seed: the seed that repeats the check.
        power: the smallest relative error of the weakest group of quantities that is caught with probability
            0.99, as measured in this very run; infinite where nothing could be caught.
        words: the verdict in a sentence.
        details: more figures, ready for JSON.
    """

    name: str
    statement: str
    statistic: float
    threshold: float
    false_alarm: float
    passed: bool
    samples: int
    seed: int
    power: float
    words: str
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing passes that was not compared."""
        if self.passed and not (math.isfinite(self.statistic) and self.samples > 0):
            raise ValueError(
                f"`passed` must rest on a finite statistic of some samples; got {self.statistic} of {self.samples}"
                f" in {self.name}."
            )

    def __bool__(self) -> bool:
        return self.passed

    def require(self) -> Evidence:
        """Returns itself when the check passed.

        Raises:
            AssertionError: otherwise, with the verdict in words.
        """
        if not self.passed:
            raise AssertionError(f"{self.name}: {self.words}")
        return self

    def as_dict(self) -> dict[str, Any]:
        """The record as plain data for JSON; what is infinite or not a number becomes None."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def measured(
    name: str, statement: str, failure: str, error: float, accuracy: float, samples: int, passed: str, **details: Any
) -> Evidence:
    """What a check found that knows no chance: it fails where `failure` says what is wrong, or nothing was compared.

    Args:
        name: name of the check.
        statement: what was tested, in words.
        failure: what is wrong, in words; nothing where all is well.
        error: the largest one.
        accuracy: what is allowed, and so the smallest that is seen.
        samples: how many were compared.
        passed: the words where all is well.
        details: more figures, ready for JSON.
    """
    if not failure and not math.isfinite(error):
        failure = f"its largest error is {error}, which compares with nothing."
    if not failure and samples < 1:
        failure = "nothing was compared: there are no samples."
    words = failure or passed
    return Evidence(name, statement, error, accuracy, 0.0, not failure, samples, 0, accuracy, words, details)


def judge(
    name: str,
    statement: str,
    measure: Callable[[int], Measurement],
    *,
    seed: int = 0,
    false_alarm: float = FALSE_ALARM,
) -> Evidence:
    """Applies the two-stage rule to a measurement.

    Args:
        name: name of the check.
        statement: what is tested, in words.
        measure: measures with fresh, independent draws for each seed it is given; same quantities every time.
        seed: a non-negative integer that fixes everything.
        false_alarm: the probability, at most, that a true statement is rejected; in (0, 1).

    Returns:
        The evidence.

    Raises:
        ValueError: for a seed or probability out of range, and for a measurement of nothing or without scatter.
    """
    if not 0 < false_alarm < 1:
        raise ValueError(f"`false_alarm` must lie in (0, 1); got {false_alarm}.")
    if seed < 0:
        raise ValueError(f"`seed` must not be negative; got {seed}.")
    level = math.sqrt(false_alarm)
    first = _measured(measure, seed, 0)
    result = _stage(first, level, np.arange(len(first.groups)))
    samples, stages, alarmed = first.samples, 1, result.rejected
    if alarmed.size:
        second = _measured(measure, seed, 1)
        result = _stage(second, level, alarmed)
        samples, stages = samples + second.samples, 2
    passed = not result.rejected.size
    powers = _powers(first, level)
    power = max(powers.values())
    worst, statistic = result.worst, result.statistic
    if not passed:
        words = (
            f"rejected, on two independent seeds, in {worst}: off by {result.difference:.3g} where the sides have size "
            f"{result.size:.3g}; t = {statistic:.3g}, allowed {result.threshold:.3g} (false alarm {false_alarm:g})."
            if math.isfinite(statistic)
            else f"rejected: values that are not finite, or a difference without any scatter, in {worst}."
        )
    else:
        words = (
            f"holds: the largest of {len(first.groups)} statistics is {statistic:.2f}, allowed {result.threshold:.2f} "
            f"(false alarm {false_alarm:g}); sides that differ by {_percent(power)} would have been caught."
        )
    details = {
        "quantities": len(first.groups),
        "replicates": int(first.differences.shape[0]),
        "stages": stages,
        "alarms": int(alarmed.size),
        "worst": worst,
        "difference": result.difference,
        "standard_error": result.standard_error,
        "resolution": float(np.max(first.resolution, initial=0.0)),
        "power": powers,
    }
    return Evidence(
        name, statement, statistic, result.threshold, false_alarm, passed, samples, seed, power, words, details
    )


def _measured(measure: Callable[[int], Measurement], seed: int, stage: int) -> Measurement:
    found = measure(_stage_seed(seed, stage))
    replicates, quantities = found.differences.shape
    if replicates < 2 or quantities < 1 or found.samples < 1:
        raise ValueError(
            "`measure` must give at least one quantity, two replicates and one sample;"
            f" got {quantities}, {replicates} and {found.samples}."
        )
    return found


@dataclass(frozen=True)
class _Stage:
    rejected: np.ndarray
    statistic: float
    threshold: float
    worst: str
    difference: float
    size: float
    standard_error: float


def statistics(measurement: Measurement) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, standard error and |t| beyond the resolution, (m,) each; |t| is infinite for what is not finite.

    That goes for the sizes and for the resolution too: one that is infinite would excuse any difference.
    """
    differences = measurement.differences
    replicates = differences.shape[0]
    with np.errstate(invalid="ignore", over="ignore"):
        mean = differences.mean(axis=0)
        error = differences.std(axis=0, ddof=1) / math.sqrt(replicates)
        excess = np.maximum(np.abs(mean) - measurement.resolution, 0.0)
        t = np.divide(excess, error, out=np.where(excess > 0, np.inf, 0.0), where=error > 0)
    finite = np.isfinite(mean + error) & np.isfinite(measurement.sizes) & np.isfinite(measurement.resolution)
    return mean, error, np.where(finite, t, np.inf)


def threshold(replicates: int, level: float, quantities: int) -> float:
    """What |t| over that many replicates exceeds, for any of so many quantities, with probability at most `level`."""
    from scipy.special import stdtrit

    return float(-stdtrit(replicates - 1, level / (2 * max(quantities, 1))))


def _stage(measurement: Measurement, level: float, watched: np.ndarray) -> _Stage:
    mean, error, t = statistics(measurement)
    limit = threshold(measurement.differences.shape[0], level, watched.size)
    worst = watched[np.argmax(t[watched])]
    return _Stage(
        watched[t[watched] > limit],
        float(t[worst]),
        limit,
        measurement.groups[worst],
        float(mean[worst]),
        float(measurement.sizes[worst]),
        float(error[worst]),
    )


def _powers(measurement: Measurement, level: float) -> dict[str, float]:
    """The smallest relative error that each group of quantities would catch, in both stages."""
    replicates = measurement.differences.shape[0]
    _, error, _ = statistics(measurement)
    reach = threshold(replicates, level, len(measurement.groups)) + threshold(replicates, 1 - _POWER, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (reach * error + measurement.resolution) / measurement.sizes
    smallest: dict[str, float] = {}
    for group, value in zip(measurement.groups, relative, strict=True):
        smallest[group] = min(smallest.get(group, math.inf), float(value) if np.isfinite(value) else math.inf)
    return smallest


def _stage_seed(seed: int, stage: int) -> int:
    return int(np.random.SeedSequence([seed, stage]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _percent(value: float) -> str:
    return f"{100 * value:.2g} %" if math.isfinite(value) else "any part of themselves"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
