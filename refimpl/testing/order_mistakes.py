"""What is wrong with an integrator: where its steps lead instead, and what its stages do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from refimpl.field import MarginalField
from refimpl.testing.bridge import Backend, numpy_callable, returned
from refimpl.testing.field_mistakes import SAID
from refimpl.testing.places import rows_of

_FINE, _POINTS = 60, 8
_BACKWARDS = (
    "The steps run backwards, along the velocity with the opposite sign (lucidrains/rectified-flow-pytorch #14)"
)
Motion = Callable[[np.ndarray, float], np.ndarray]


def misguided(
    field: MarginalField, word: str, begin: float, end: float, x: np.ndarray, reached: np.ndarray, before: np.ndarray
) -> str:
    """Another motion that leads where the finest steps lead, in words; nothing if none is known."""
    x, reached, before = x[:_POINTS], reached[:_POINTS], before[:_POINTS]
    near = 5 * float(np.abs(reached - before).max()) + 1e-6 * float(np.abs(reached).max())  # of first order: 3
    for words, motion, start, stop in _motions(field, word, begin, end):
        try:
            goal = _followed(motion, x, start, stop)
        except ValueError:  # outside of [0, 1], or where a quantity has no value
            continue
        if np.all(np.isfinite(goal)) and float(np.abs(reached - goal).max()) <= near:
            return words
    return ""


def _motions(field: MarginalField, word: str, begin: float, end: float) -> Iterator[tuple[str, Motion, float, float]]:
    """Wrong motions, the most telling first."""
    right = field.velocity
    yield "It goes nowhere: the points stay where they are.", lambda x, t: np.zeros_like(x), begin, end
    yield (
        f"{_BACKWARDS}.",
        lambda x, t: -right(x, t),
        begin,
        end,
    )
    yield (
        "Its time runs from data to noise: the network is asked at 1 - t (tau-0-vla #7).",
        lambda x, t: right(x, 1 - t),
        begin,
        end,
    )
    yield (
        "Its time runs from data to noise, and its steps with it (tau-0-vla #7).",
        lambda x, t: -right(x, 1 - t),
        begin,
        end,
    )
    yield "The time of the network stands still, where the steps begin.", lambda x, t: right(x, begin), begin, end
    for factor, of in ((2.0, "twice"), (0.5, "half")):
        yield f"The steps are {of} as long as they should be.", lambda x, t, f=factor: f * right(x, t), begin, end
    for other in rows_of(field):
        if other != "velocity":
            yield (
                f"It follows {SAID[other]} in the place of the velocity.",
                lambda x, t, other=other: field.predict(x, t, other),
                begin,
                end,
            )
        if other != word:
            yield (
                f"The network's answer, {SAID[word]}, is taken for {SAID[other]}.",
                lambda x, t, other=other: field.path.convert(
                    field.predict(x, t, word), x, t, given=other, want="velocity"
                ),
                begin,
                end,
            )


def _followed(motion: Motion, x: np.ndarray, begin: float, end: float) -> np.ndarray:
    """By the classical method of fourth order."""
    h = (end - begin) / _FINE
    with np.errstate(all="ignore"):
        for k in range(_FINE):
            t = begin + k * h
            first = motion(x, t)
            second = motion(x + h / 2 * first, t + h / 2)
            third = motion(x + h / 2 * second, t + h / 2)
            fourth = motion(x + h * third, t + h)
            x = x + h / 6 * (first + 2 * second + 2 * third + fourth)
    return x


def stages(step: Callable[..., Any], backend: Backend, precision: str) -> str:
    """The first condition of a Runge-Kutta method that its stages break, in words; nothing if they break none.

    The network answers with constants, one unit vector for each call, so that the points at every call, and at the end,
    show how much of each answer is in them: the table of Butcher, measured.
    """
    t, s, calls = 0.25, 0.65, []
    size = 16

    def predict(points: Any, time: Any, *_: Any, **__: Any) -> Any:
        values = np.asarray(returned(points, "x"))
        calls.append((float(np.mean(returned(time, "t"))), values[0].copy()))
        answer = np.zeros_like(values)
        if len(calls) <= size:
            answer[:, len(calls) - 1] = 1.0
        return points * 0 + _like(answer, points)

    try:
        end = numpy_callable(lambda x: step(predict, x, t, s), backend, precision, name="step")(np.zeros((2, size)))[0]
    except Exception:  # it cannot be asked in this way
        return ""
    if not 1 <= len(calls) <= size or not all(np.all(np.isfinite(values)) for _, values in calls):
        return ""
    h, count = s - t, len(calls)
    nodes = np.array([(time - t) / h for time, _ in calls])
    inner = np.array([values[:count] for _, values in calls]) / h
    weights = end[:count] / h
    close = 1e-6 if precision == "float64" else 1e-3
    if np.allclose(1 - nodes * h - 2 * t, inner.sum(axis=1) * h, rtol=0, atol=close) and h != 1 - 2 * t:
        return "Its time runs from data to noise: the network is asked at 1 - t (tau-0-vla #7)."
    if abs(weights.sum() + 1) < close:
        return f"{_BACKWARDS}."
    for k in range(count):
        reach = float(inner[k].sum())
        if abs(reach - nodes[k]) > close:
            return (
                f"Stage {k + 1} is asked at another time than that of its point: the point is {reach:.4g} of the step"
                f" ahead, the network is told {nodes[k]:.4g} of the step (diffusers PR #1512)."
            )
    shown = ", ".join(f"{weight:.4g}" for weight in weights)
    if abs(weights.sum() - 1) > close:
        return f"The weights of its stages add up to {weights.sum():.4g}, not to 1: {shown}."
    if count > 1 and abs(float(weights @ nodes) - 0.5) > close:
        return (
            f"The condition of second order is broken: weights times nodes is {float(weights @ nodes):.4g}, not 1/2"
            f" (weights {shown}; nodes {', '.join(f'{node:.4g}' for node in nodes)})."
        )
    if count > 2 and abs(float(weights @ nodes**2) - 1 / 3) > close:
        return f"A condition of third order is broken: weights times squared nodes is {float(weights @ nodes**2):.4g}."
    if count > 2 and abs(float(weights @ inner @ nodes) - 1 / 6) > close:
        return f"A condition of third order is broken: the stages add up to {float(weights @ inner @ nodes):.4g}."
    kind = {1: "Euler's method, of order 1"}.get(count, "")
    return f"It is a method of one stage, {kind}." if kind else ""


def _like(answer: np.ndarray, points: Any) -> Any:
    from refimpl.edge import follow

    return follow(answer, points)
