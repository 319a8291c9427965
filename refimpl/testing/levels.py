"""What noise level goes into a step of a sampler, and what comes out: measured, from exact data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, check_word
from refimpl.path import WORDS, GaussianPath
from refimpl.schedules import Schedule
from refimpl.schedules.schedule import check_schedule
from refimpl.testing.rules import rows

Step = Callable[[Callable[..., Any], Any, float, float, Any], Any]


@dataclass(frozen=True)
class Levels:
    """Where a step ends: signal · data + noise · (the noise that was there) + fresh · (the noise that it draws).

    A step that keeps the law of the path has `signal` alpha and `scale` sigma of the time where it ends.
    """

    signal: float
    noise: float
    fresh: float

    @property
    def scale(self) -> float:
        """The noise scale of the point, of both noises together."""
        return float(np.hypot(self.noise, self.fresh))


def levels_after(step: Step, schedule: Schedule, t_from: float, t_to: float, *, predicts: str = "noise") -> Levels:
    """The scales that a step leaves, measured with a network that knows the data point.

    With the true data point known, a step is linear in data, noise and fresh noise: one call, with each of the three
    equal to 1 in one row and 0 in the others, shows how much of it arrives. A network that knows the data predicts no
    less at other times: asked at a time where x is not, it gives an answer that belongs to that time.

    Args:
        step: called as `step(predict, x, t_from, t_to, fresh_noise)`, float64 NumPy arrays (3, 1); `predict(x, t)` is
            for the step to call.
        schedule: that of the path.
        t_from: where the points are, with noise.
        t_to: where the step should end.
        predicts: what `predict` returns.

    Returns:
        The levels. `Levels.signal` and `Levels.scale` are to be compared with those of the schedule at t_to.
    """
    check_callable(step, "step")
    path = GaussianPath(check_schedule(schedule))
    check_word(predicts, "predicts", WORDS)
    data, noise, fresh = np.eye(3)[:, :, None]

    def predict(x: Any, t: Any) -> Any:
        return path.convert(data, x, t, given="data", want=predicts)

    ended = rows(step(predict, path.point(t_from, data, noise), t_from, t_to, fresh), "step", data)
    return Levels(*(float(value) for value in ended[:, 0]))
