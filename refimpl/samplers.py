"""Samplers: from a point at one time to a point at another, with what a network predicts.

Time runs from noise at t = 0 to data at t = 1, so sampling runs *up*. `predict(x, t)` is any function of the points and
a time; `predicts` says which of the five words it returns. Every method is written in the words that it needs, and the
prediction is converted to them, so that no method knows which one the network was trained for.

Methods. Deterministic, in either direction of time:

- `ddim`: to where the path between the predicted end points is at the other time. `eta` in [0, 1] draws part of the
  noise anew, and makes it stochastic.
- `euler`: along the probability-flow velocity, in time.

Points have any shape; a time is a number, or an array that aligns with the *leading* axes of the points. Results keep
library, dtype and device. ValueError for a wrong shape, a time out of range, and where a quantity has no finite value
(the data point from a prediction of noise, where alpha_t = 0); TypeError for a wrong dtype.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.arguments import check_callable, check_flag, check_seed, check_word
from refimpl.edge import Array, Namespace, as_column, beside, check_finite, fails, follow, namespace_of, quiet, table
from refimpl.formulas import conversions, ddim
from refimpl.path import WORDS
from refimpl.schedules import Schedule
from refimpl.schedules.schedule import check_schedule

Predict = Callable[[Array, Any], Array]


@dataclass(frozen=True)
class _Method:
    """The words that the formula of a method is written in, and the formula."""

    words: tuple[str, ...]
    formula: Callable[..., Array]


def _euler(x: Array, velocity: Array, duration: Array) -> Array:
    return x + duration * velocity


_METHODS = {
    "ddim": _Method(("data", "noise"), ddim.step),
    "euler": _Method(("velocity",), _euler),
}
METHODS = tuple(_METHODS)


def step(
    predict: Predict,
    schedule: Schedule,
    x: Array,
    t_from: Array | float,
    t_to: Array | float,
    *,
    predicts: str = "noise",
    method: str = "ddim",
) -> Array:
    """The points x at time t_from, carried to time t_to by one call of `predict`."""
    check_callable(predict, "predict")
    check_schedule(schedule)
    check_word(predicts, "predicts", WORDS)
    rule = _METHODS[check_word(method, "method", METHODS)]
    xp = namespace_of(x=x)
    start, end = beside(t_from, x, xp, name="t_from"), beside(t_to, x, xp, name="t_to")
    prediction = predict(x, t_from)
    namespace_of(**{"x": x, "predict(x, t)": prediction})
    here, there = schedule.trusted_at(start, xp), schedule.trusted_at(end, xp)
    known = {name: as_column(value, x, xp) for name, value in here.items()}
    known |= {"x": x, predicts: prediction, "xp": xp}

    def evaluate(formula: Callable[..., Array], what: str, *inputs: Array) -> Array:
        with quiet(x):
            result = call(formula, **known)
        check_finite(result, xp, what, start, {n: here[n] for n in ("alpha_t", "sigma_t")}, *inputs, name="t_from")
        return result

    for word in rule.words:
        if word != predicts:
            formula = getattr(conversions, f"{word}_from_{predicts}")
            known[word] = evaluate(formula, f"`{word}` from `{predicts}`", x, prediction)
    known |= {
        "alpha_s": as_column(there["alpha_t"], x, xp),
        "sigma_s": as_column(there["sigma_t"], x, xp),
        "duration": as_column(end, x, xp) - as_column(start, x, xp),
    }
    return evaluate(rule.formula, f"a step of `{method}`", *(known[word] for word in rule.words))


@dataclass(frozen=True)
class Trajectory:
    """What a sampler went through.

    Attributes:
        times: (n + 1,), NumPy.
        points: (n + 1, ...), in the library of the points.
        evaluations: how often `predict` was called.
    """

    times: np.ndarray
    points: Array
    evaluations: int


def sample(
    predict: Predict,
    schedule: Schedule,
    x: Array,
    times: Any,
    *,
    predicts: str = "noise",
    method: str = "ddim",
    trajectory: bool = False,
) -> Array | Trajectory:
    """The points x at times[0], carried from time to time to times[-1]; with `trajectory`, all of them.

    `times` increases from noise to data, or decreases.
    """
    check_flag(trajectory, "trajectory")
    check_callable(predict, "predict")
    xp, grid = namespace_of(x=x), _grid(times)
    calls = 0

    def counted(x: Array, t: Any) -> Array:
        nonlocal calls
        calls += 1
        return predict(x, t)

    points = [x]
    for start, end in zip(grid[:-1], grid[1:], strict=True):
        x = step(counted, schedule, x, float(start), float(end), predicts=predicts, method=method)
        if trajectory:
            points.append(x)
    return Trajectory(grid, xp.stack(points), calls) if trajectory else x


def _grid(times: Any) -> np.ndarray:
    grid = table(times, "times")
    if grid.ndim != 1 or grid.size < 2:
        raise ValueError(f"`times` must be a row of at least two times; got the shape {grid.shape}.")
    steps = np.diff(grid)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        raise ValueError(f"`times` must go one way, without a halt; got {grid[:-1][steps * steps[0] <= 0][0]:g} twice.")
    return grid
