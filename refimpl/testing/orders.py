"""Somebody else's integrator: how fast does its error fall with the size of its steps, and where does it lead?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, check_number, check_seed, check_word, kind_of, shown
from refimpl.distributions import Gaussian, reference_mixture
from refimpl.field import MarginalField
from refimpl.path import WORDS, GaussianPath
from refimpl.schedules import Linear
from refimpl.testing.bridge import Backend, check_dtype, computing_in, given, numpy_callable, returned
from refimpl.testing.evidence import Evidence
from refimpl.testing.order_mistakes import misguided, stages
from refimpl.testing.places import LOG2_POINTS, drawn_at
from refimpl.testing.rules import check_counts, check_times, rows

STEPS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
_MISSING = 0.5  # orders are whole numbers: this far below one is another
_FLOOR = 100  # roundings that a run may be worth: errors under them say nothing of the order
_FLOW = 1e-13  # how accurately the flow of a mixture is integrated
_CONVERGING = 0.3  # the slope of the finer half
_FITTED = 6  # the finest steps above the floor
_LEVEL = 0.99  # of the interval


@dataclass(frozen=True)
class Fit:
    """The order of one field's errors."""

    name: str
    steps: list[int]
    errors: list[float]
    used: list[bool]
    order: float
    half_width: float


def check_order(
    step: Callable[..., Any],
    field: MarginalField | None = None,
    expected: float | None = None,
    *,
    predicts: str = "velocity",
    times: tuple[float, float] = (0.1, 0.9),
    steps: Sequence[int] = STEPS,
    dtype: Any = None,
    backend: Backend = "numpy",
    seed: int = 0,
) -> Evidence:
    """With which order does an integrator converge to the exact flow of a field?

    `step(predict, x, t, s)` is one step, of points x (n, d) from time t to time s; it calls `predict(x, t)`, the exact
    prediction. The interval is cut into n equal steps, for every n, and the error at its end is set against the step
    size: the slope in logarithms is the order, fitted over the finest steps whose error is above rounding; its
    interval is that of the regression.

    Args:
        step: the integrator.
        field: the exact one; None for two, of Gaussian data, whose flow is known in closed form, and of a mixture.
        expected: the order that it should have; less than this by a half is rejected. None: anything that converges.
        predicts: what `predict` returns: data, noise, velocity, v_prediction or score.
        times: where the steps begin and end, in either direction.
        steps: the numbers of steps.
        dtype: float64 (default) or float32: what the step is given.
        backend: "numpy", "torch" or "jax": what the step is given.
        seed: of the points.

    Returns:
        The evidence: `statistic` is the error with the finest steps; `details` has `order`, `interval` and `table` (by
        field: steps, error, used in the fit or not); `words` say what is wrong with the step. `plot_order` draws it.
    """
    _check(step, field, expected, predicts)
    precision = check_dtype(dtype)
    check_seed(seed, generators=False)
    begin, end = _interval(times)
    counts = check_counts(steps)
    if len(counts) < 4:
        raise ValueError(f"`steps` must be four numbers at least, or no order can be fitted; got {shown(counts)}.")
    numpy_callable(step, backend, precision, name="step")
    fits: list[Fit] = []
    for one in _fields() if field is None else [field]:
        x = drawn_at(one, begin, seed, LOG2_POINTS).astype(precision).astype(np.float64)
        right = one.flow(x, begin, end, rtol=_FLOW, atol=_FLOW)
        run = _run(step, one, predicts, backend, precision)
        try:
            ended = {n: run(x, np.linspace(begin, end, n + 1)) for n in counts}
        except Raised as error:
            return _evidence(str(error), fits, math.inf, expected)
        size = math.sqrt(float(np.mean(right**2)))
        errors = [math.sqrt(float(np.mean((ended[n] - right) ** 2))) / size for n in counts]
        if not all(math.isfinite(error) for error in errors):
            bad = [n for n, error in zip(counts, errors, strict=True) if not math.isfinite(error)]
            return _evidence(f"The points are not finite with n = {bad[0]} steps.", fits, math.inf, expected)
        single = isinstance(one.distribution, Gaussian)
        floor = _FLOOR * max(float(np.finfo(precision).eps), 0.0 if single else _FLOW)
        fits.append(fitted(_name(one), counts, errors, floor))
        half = len(counts) // 2
        late = math.log(max(errors[half], 1e-300) / max(errors[-1], 1e-300)) / math.log(counts[-1] / counts[half])
        if errors[-1] > floor and late < _CONVERGING:
            said = stages(step, backend, precision) if predicts == "velocity" else ""
            said = said or misguided(one, predicts, begin, end, x, ended[counts[-1]], ended[counts[-2]])
            words = (
                f"{said or 'No known mistake.'} Measured: it does not converge to the flow; on {fits[-1].name} the"
                f" relative error is {errors[0]:.3g} with n = {counts[0]} and {errors[-1]:.3g} with n = {counts[-1]}."
            )
            return _evidence(words, fits, errors[-1], expected)
    return _evidence(_verdict(step, fits, expected, predicts, backend, precision), fits, _last(fits), expected)


class Raised(Exception):
    """The step raised."""


def fitted(name: str, steps: list[int], errors: list[float], floor: float) -> Fit:
    """The order by regression over the finest steps above the floor: log error = a + order log h.

    With a correction + c h where that narrows the interval. Nothing above the floor is an order without end.
    """
    above = [i for i, error in enumerate(errors) if error > floor]
    below = [i for i, error in enumerate(errors) if error <= floor]
    if below:
        above = [i for i in above if i < below[0]]
    kept = above[-_FITTED:]
    used = [i in kept for i in range(len(steps))]
    if len(kept) < 2:
        return Fit(name, steps, errors, used, math.inf, 0.0 if below else math.inf)
    h = 1 / np.array([steps[i] for i in kept], dtype=np.float64)
    logs = np.log([errors[i] for i in kept])
    columns = [np.ones_like(h), np.log(h), h / h.max()]
    tried = [_slope(np.stack(columns[:k], axis=1), logs) for k in ((2, 3) if len(kept) > 4 else (2,))]
    return Fit(name, steps, errors, used, *min(tried, key=lambda found: found[1]))


def _slope(design: np.ndarray, logs: np.ndarray) -> tuple[float, float]:
    """The second weight of a regression, and half the width of its interval."""
    weights, *_ = np.linalg.lstsq(design, logs, rcond=None)
    free = len(logs) - design.shape[1]
    if free < 1:
        return float(weights[1]), math.inf
    from scipy.special import stdtrit

    scatter = float(np.sum((design @ weights - logs) ** 2)) / free
    variance = scatter * float(np.linalg.inv(design.T @ design)[1, 1])
    return float(weights[1]), float(stdtrit(free, (1 + _LEVEL) / 2)) * math.sqrt(variance)


def _verdict(
    step: Callable[..., Any], fits: list[Fit], expected: float | None, word: str, backend: Backend, precision: str
) -> str:
    """What is wrong, in words; nothing where all is well."""
    if expected is None:
        return ""
    worst = _telling(fits)
    if math.isinf(worst.order) and worst.half_width == 0:
        return ""  # exact
    if worst.half_width > _MISSING:
        return (
            f"No order can be seen on {worst.name}: {worst.order:.2g} ± {worst.half_width:.2g}; other `steps` may show"
            " it."
        )
    if worst.order >= expected - _MISSING:
        return ""
    said = stages(step, backend, precision) if word == "velocity" else ""
    first, last = worst.used.index(True), len(worst.used) - 1 - worst.used[::-1].index(True)
    return (
        f"{said or 'No known mistake.'} Measured: it is of order {worst.order:.2f} ± {worst.half_width:.2g}, not"
        f" {expected:g}: on {worst.name} the relative error is {worst.errors[first]:.3g} with n = {worst.steps[first]}"
        f" and {worst.errors[last]:.3g} with n = {worst.steps[last]}."
    )


def _telling(fits: list[Fit]) -> Fit:
    """That of the lowest order, of those on which an order can be seen."""
    seen = [fit for fit in fits if fit.half_width <= _MISSING]
    return min(seen or fits, key=lambda fit: fit.order)


def _seen_on(fits: list[Fit]) -> str:
    return " and ".join(fit.name for fit in fits if fit.half_width <= _MISSING) or "no field"


def _evidence(failure: str, fits: list[Fit], error: float, expected: float | None) -> Evidence:
    worst = _telling(fits) if fits else None
    order, half = (worst.order, worst.half_width) if worst else (math.nan, math.nan)
    table = {fit.name: list(map(list, zip(fit.steps, fit.errors, fit.used, strict=True))) for fit in fits}
    found = "it is exact" if math.isinf(order) else f"it is of order {order:.2f} ± {half:.2g}"
    sought = "" if expected is None else f" (expected {expected:g})"
    passed = f"holds: {found}{sought}, on {_seen_on(fits)}; the smallest error is {error:.1g}."
    statement = "The step converges to the exact flow" + (f" with order {expected:g}." if expected else ".")
    details = {
        "order": order,
        "interval": [order - half, order + half],
        "expected": expected,
        "orders": {fit.name: [fit.order, fit.half_width] for fit in fits},
        "table": table,
    }
    runs = sum(map(len, table.values()))
    return Evidence(
        "order", statement, error, math.inf, 0.0, not failure, runs, 0, _MISSING, failure or passed, details
    )


def plot_order(evidence: Evidence, file: Any) -> None:
    """Draws error against step size, both in logarithms, with the fitted slopes: see `check_order`.

    Args:
        evidence: of `check_order`.
        file: a path, whose ending says in which format, or an open binary file.
    """
    if not isinstance(evidence, Evidence) or evidence.name != "order" or not evidence.details.get("table"):
        raise ValueError(f"`evidence` must be that of check_order, with a table; got {shown(evidence)}.")
    from refimpl.testing.order_plot import draw

    draw(evidence, file)


def _run(step: Callable[..., Any], field: MarginalField, word: str, backend: Backend, precision: str) -> Any:
    def predict(points: Any, time: Any, *_: Any, **__: Any) -> Any:
        t = np.ravel(returned(time, "t"))
        return field.predict(points, float(t[0]) if t.size == 1 else given(t, backend, precision), word)

    def run(x: np.ndarray, grid: np.ndarray) -> np.ndarray:
        try:
            with np.errstate(all="ignore"), computing_in(backend, precision):
                points = given(x, backend, precision)
                for t, s in pairwise(grid.tolist()):
                    points = step(predict, points, t, s)
                result = returned(points, "step")
        except Exception as error:
            if isinstance(error, TypeError) and "`step`" in str(error):
                raise
            message = f"It raises {type(error).__name__} with n = {len(grid) - 1} steps: {error}."
            raise Raised(message) from error
        return rows(result, "step", x)

    return run


def _fields() -> list[MarginalField]:
    path = GaussianPath(Linear())
    one = Gaussian(np.array([0.5, -0.8]), np.array([[0.6, 0.25], [0.25, 0.3]]))
    return [MarginalField(path, one), MarginalField(path, reference_mixture())]


def _name(field: MarginalField) -> str:
    return "Gaussian data" if isinstance(field.distribution, Gaussian) else "a mixture"


def _last(fits: list[Fit]) -> float:
    return max(min(fit.errors) for fit in fits)


def _interval(times: Any) -> tuple[float, float]:
    numbers = check_times(times, 2)
    if len(numbers) != 2 or not all(0 <= t <= 1 for t in numbers) or numbers[0] == numbers[1]:
        raise ValueError(f"`times` must be two different times in [0, 1]; got {shown(numbers)}.")
    return numbers[0], numbers[1]


def _check(step: Any, field: Any, expected: Any, predicts: Any) -> None:
    check_callable(step, "step")
    if field is not None and not isinstance(field, MarginalField):
        raise TypeError(f"`field` must be a MarginalField or None; got {kind_of(field)}.")
    if expected is not None and check_number(expected, "expected") <= 0:
        raise ValueError(f"`expected` must be positive; got {expected:g}.")
    check_word(predicts, "predicts", WORDS)
