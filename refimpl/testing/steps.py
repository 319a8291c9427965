"""One step of somebody else's sampler: which noise level goes in, and which comes out?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from refimpl.arguments import check_flag, kind_of, shown
from refimpl.edge import follow
from refimpl.schedules import Discrete, Schedule
from refimpl.testing.bridge import Backend, numpy_callable
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.mistakes import Step, ends, named
from refimpl.testing.rules import check_sampling, check_times, rows
from refimpl.testing.walks import UNIT

ACCURACY = 1e-9


def check_step(
    step: Callable[..., Any],
    schedule: Schedule,
    *,
    predicts: str = "noise",
    times: Sequence[tuple[float, float]] | None = None,
    stochastic: bool = False,
    accuracy: float = ACCURACY,
    backend: Backend = "numpy",
) -> Evidence:
    """Which noise level goes into one step, and which comes out?

    `step(prediction, x, t_from, t_to)` is a step of DDIM, of its stochastic forms or of ancestral sampling; it is given
    unit vectors, and answers how much of x, of the prediction and of fresh noise it makes of them. From these three
    numbers follow the times from and to which it really leads.

    Args:
        step: the step; if stochastic, it is also given `normal=`, to be called as `normal(x)`.
        schedule: the path on which the points lie before and after.
        predicts: what the network predicts.
        times: pairs of our times, from and to; for a table they must be rows. None: five pairs.
        stochastic: whether it draws noise.
        accuracy: the relative error that rounding may cause.
        backend: "numpy", "torch" or "jax": what the step is given.

    Returns:
        The evidence; `details["levels"]` lists t_from, t_to and the time at which x is after the step, None for none.
    """
    check_sampling(step, "step", schedule, predicts, (1,), accuracy)
    check_flag(stochastic, "stochastic")
    called = numpy_callable(step, backend, name="step")
    found, levels = [], []
    for t_from, t_to in _pairs(schedule) if times is None else _checked(times):
        one = _measured_step(called, schedule, predicts, t_from, t_to, stochastic)
        found.append(one)
        sound = math.isfinite(one.p + one.q + one.b)
        out = ends(one, t_from, accuracy) if sound else math.nan
        levels.append([t_from, t_to, out if math.isfinite(out) else None])
    off = [step.off((*step.step(step.b), step.b)) for step in found]
    worst = float(np.max(off))  # Python's own `max` may pass over NaN
    if worst <= accuracy:
        return _evidence("", worst, accuracy, found, levels)
    mistake = named(found, accuracy)
    words = mistake.sentence if mistake else _from_and_to(found, accuracy)
    return _evidence(words, worst, accuracy, found, levels)


def _evidence(
    failure: str, worst: float, accuracy: float, found: list[Step], levels: list[list[float | None]]
) -> Evidence:
    statement = f"The step leads from and to the noise levels of its times ({found[0].word})."
    passed = f"holds: {len(found)} steps lead from and to the noise levels of their times, right to {worst:.1g}."
    return measured("step", statement, failure, worst, accuracy, len(found), passed, levels=levels)


def _from_and_to(found: list[Step], accuracy: float) -> str:
    """The times from and to which the worst step really leads."""
    step = max(found, key=lambda step: step.off((*step.step(step.b), step.b)))
    if not math.isfinite(step.p + step.q + step.b):
        return f"The step from t = {step.t:g} to t = {step.s:g} is not finite."
    asked = f"asked for t = {step.t:g} to t = {step.s:g}"
    out = ends(step, step.t, accuracy)
    if math.isfinite(out):
        return f"A step lands at the time of another grid point: {asked}, it ends at t = {out:.6g} (diffusers #11347)."
    others = step.schedule.times() if isinstance(step.schedule, Discrete) else np.linspace(0.001, 0.999, 999)
    for t_in in sorted(others, key=lambda t: abs(t - step.t)):
        out = ends(step, float(t_in), accuracy)
        if math.isfinite(out):
            return (
                f"The noise level that goes into a step is another: {asked}, it takes x to be at t = {t_in:.6g} and"
                f" gives it at t = {out:.6g} (diffusers #10695)."
            )
    return (
        f"No known mistake: {asked}, it returns {step.p:.6g} x + {step.q:.6g} prediction + {step.b:.6g} noise; right is"
        f" {step.step(step.b)[0]:.6g} x + {step.step(step.b)[1]:.6g} prediction."
    )


def _measured_step(
    called: Callable[..., Any], schedule: Schedule, word: str, t_from: float, t_to: float, stochastic: bool
) -> Step:
    x, output, drawn = np.zeros((5, 1)), np.zeros((5, 1)), np.zeros((5, 1))
    x[1], output[2], drawn[3] = UNIT, UNIT, UNIT
    x[4], output[4], drawn[4] = 0.3, -0.2, 0.1
    options = {"normal": lambda like, *_, **__: follow(drawn, like)} if stochastic else {}
    with np.errstate(all="ignore"):
        result = called(output, x, t_from, t_to, **options)
    result = rows(result, "step", x)
    result = result if np.all(np.isfinite(result)) else np.full_like(result, np.nan)  # one bad number spoils the step
    p, q, b = (float(result[k, 0] - result[0, 0]) / UNIT for k in (1, 2, 3))
    return Step(schedule, word, t_from, t_to, 1, p, q, b)


def _checked(times: Any) -> list[tuple[float, float]]:
    if isinstance(times, str | bytes | Mapping) or not isinstance(times, Iterable):
        raise TypeError(f"`times` must be a sequence of pairs of times; got {kind_of(times)}.")
    pairs = []
    for pair in times:
        numbers = check_times(pair, 2)
        if len(numbers) != 2 or not all(0 <= t <= 1 for t in numbers) or numbers[0] == numbers[1]:
            raise ValueError(f"`times` must be pairs of different times in [0, 1]; got {shown(numbers)}.")
        pairs.append((numbers[0], numbers[1]))
    if not pairs:
        raise ValueError("`times` must be one pair at least; got none.")
    return pairs


def _pairs(schedule: Schedule) -> list[tuple[float, float]]:
    if isinstance(schedule, Discrete):
        rows = len(schedule.betas)
        places = [round(rows * part) for part in (0.9, 0.7, 0.45, 0.2, 0.05)]
        times = [(rows - place) / rows for place in places]
        return list(pairwise(times))
    return [(0.1, 0.3), (0.3, 0.4), (0.4, 0.75), (0.75, 0.95), (0.25, 0.9)]
