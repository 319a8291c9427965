"""A stranger's sampling loop, run on data whose best prediction is known, and what it did at each step.

The probe. Every coordinate has a data point of its own, which the predictor knows: it returns what a perfect network
would return if that were the only data point. Samplers are affine then, so a batch of unit vectors, one for the data,
one for the noise at the start and one for each later draw of noise, shows at every call of the network, and at the end,
how much of each is in the points: x = a data + b noise + sum of c_k draw_k. On the path a = alpha_t and the root of
b² + sum of c_k² is sigma_t. No random number is needed, and nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.edge import follow
from refimpl.formulas import components, conversions, gaussian_path
from refimpl.schedules import Schedule
from refimpl.testing.bridge import Backend, computing_in, given, returned

UNIT = 0.5  # of the unit vectors: samplers that clip what they predict leave it alone
_MIXED = (0.3, -0.2, 0.1)  # data, noise, draws of the row that must agree with the unit vectors
Predictor = Callable[[np.ndarray, float], np.ndarray]
Loop = Callable[..., Any]


class Stopped(Exception):
    """What is wrong with a loop that cannot be judged to its end."""


@dataclass
class Walk:
    """The calls of one run: our times, the points, what was answered, how many draws there had been, and the end."""

    times: list[float] = field(default_factory=list)
    points: list[np.ndarray] = field(default_factory=list)
    answers: list[np.ndarray] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)
    draws: int = 0
    end: np.ndarray = field(default_factory=lambda: np.empty(0))
    stopped: str = ""

    @property
    def states(self) -> list[np.ndarray]:
        """The points at each call, and at the end."""
        return [*self.points, self.end]


@dataclass(frozen=True)
class Problem:
    """A loop, and how it is to be called."""

    run: Loop
    schedule: Schedule
    timestep: Callable[[Any], Any] | None
    stochastic: bool
    several: bool
    backend: Backend = "numpy"

    def walk(
        self, word: str, n: int, predictor: Predictor, start: Callable[[float], np.ndarray], noise: np.ndarray | None
    ) -> Walk:
        """Runs the loop from `start(first time)`; draw k is row k of `noise`, and nothing without it."""
        first = self._go(word, n, lambda x, t: np.zeros_like(x), start(np.nan), None)
        if first.stopped or not first.times:
            return first
        return self._go(word, n, predictor, start(first.times[0]), noise)

    def _go(self, word: str, n: int, predictor: Predictor, x: np.ndarray, noise: np.ndarray | None) -> Walk:
        walk = Walk()

        def predict(points: Any, theirs: Any, *_: Any, **__: Any) -> Any:
            values, t = returned(points, "run"), self._time(theirs, n)
            if values.shape != x.shape:
                raise Stopped(f"with n = {n} the network is given points of the shape {values.shape}, not {x.shape}")
            again = walk.times and walk.times[-1] == t and np.array_equal(walk.points[-1], values)
            if again:  # with and without guidance, say
                return follow(walk.answers[-1], points)
            answer = predictor(values, t)
            walk.times.append(t)
            walk.points.append(values)
            walk.answers.append(answer)
            walk.drawn.append(walk.draws)
            return follow(answer, points)

        def normal(like: Any, *_: Any, **__: Any) -> Any:
            shape, k = returned(like, "run").shape, walk.draws
            walk.draws += 1
            if shape != x.shape:
                raise Stopped(f"with n = {n} it draws noise of the shape {shape}, not {x.shape}")
            return follow(np.zeros(shape) if noise is None or k >= len(noise) else noise[k], like)

        options = ({"predicts": word} if self.several else {}) | ({"normal": normal} if self.stochastic else {})
        try:
            with np.errstate(all="ignore"), computing_in(self.backend):
                walk.end = returned(self.run(predict, given(x, self.backend), n, **options), "run")
        except Stopped as reason:
            walk.stopped = f"{reason}."
        except Exception as error:
            walk.stopped = f"it raises {type(error).__name__} with n = {n}: {error}."
        else:
            if not walk.times:
                walk.stopped = f"with n = {n} it never calls the network."
            elif walk.end.shape != x.shape:
                walk.stopped = f"with n = {n} it returns the shape {walk.end.shape}, not {x.shape}."
        return walk

    def _time(self, theirs: Any, n: int) -> float:
        """Their time, one for all points, as ours."""
        values = np.unique(returned(theirs, "t"))
        if not np.all(np.isfinite(values)):
            raise Stopped(f"with n = {n} the network is asked at a time that is not a number")
        if len(values) != 1:
            raise Stopped(f"with n = {n} the network is asked at several times in one call")
        t = float(returned(self.timestep(values[0]) if self.timestep else values[0], "timestep"))
        if not -1e-9 <= t <= 1 + 1e-9:
            raise Stopped(f"with n = {n} the network is asked at t = {t:.6g}, outside of [0, 1]")
        return min(max(t, 0.0), 1.0)


def known_data(schedule: Schedule, word: str, data: np.ndarray) -> Predictor:
    """What a perfect network returns where each coordinate has one data point of its own."""

    def predict(x: np.ndarray, t: float) -> np.ndarray:
        known: dict[str, Any] = {**schedule.at(t), "data": data, "x": x}
        # where no noise is left, what it was cannot be told
        known["noise"] = call(conversions.noise_from_data, **known) if known["sigma_t"] > 0 else np.zeros_like(x)
        if word in known:
            return known[word]
        formulas = {
            "velocity": gaussian_path.velocity,
            "v_prediction": conversions.v_prediction,
            "score": conversions.score_from_noise,
        }
        with np.errstate(all="ignore"):
            return call(formulas[word], **known)

    return predict


def gaussian_data(schedule: Schedule, word: str, mean: float, variance: float) -> Predictor:
    """What a perfect network returns on Gaussian data."""
    formula = {"data": components.posterior_mean}.get(word) or getattr(components, word)

    def predict(x: np.ndarray, t: float) -> np.ndarray:
        return call(formula, xp=np, x=x, mean=mean, variance=variance, **schedule.at(t))

    return predict


@dataclass(frozen=True)
class Content:
    """What is in the points: data and noise, (), each later draw, (K,), and what should not be there."""

    data: float
    noise: np.ndarray  # (1 + K,): of the start, and of each draw
    offset: float
    bent: float  # by how much a row is off that combines the others

    @property
    def spread(self) -> float:
        """The noise scale: the root of the sum of squares."""
        return float(np.sqrt(np.sum(self.noise**2)))


def unit_vectors(draws: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Data (m, 1), noise (m, 1) and draws (K, m, 1): nothing, each by itself, and a mixture of all."""
    rows = 4 + draws
    data, noise, drawn = np.zeros((rows, 1)), np.zeros((rows, 1)), np.zeros((draws, rows, 1))
    data[1], noise[2] = UNIT, UNIT
    drawn[np.arange(draws), 3 + np.arange(draws)] = UNIT
    data[-1], noise[-1], drawn[:, -1] = _MIXED
    return data, noise, drawn


def content(points: np.ndarray) -> Content:
    """Reads the rows of `unit_vectors`."""
    values = points[:, 0]
    parts = (values[1:-1] - values[0]) / UNIT
    weights = np.array([_MIXED[0], _MIXED[1], *[_MIXED[2]] * (len(parts) - 2)])
    bent = values[-1] - values[0] - weights @ parts
    return Content(float(parts[0]), parts[1:], float(values[0]), float(bent))


def walk_of_unit_vectors(problem: Problem, word: str, n: int) -> Walk:
    """The loop on known data points, with a unit vector for each draw of noise."""

    def from_the_path(data: np.ndarray, noise: np.ndarray) -> Callable[[float], np.ndarray]:
        def start(t: float) -> np.ndarray:
            if not np.isfinite(t):
                return np.zeros_like(data)
            known = problem.schedule.at(t)
            return np.asarray(gaussian_path.point(data, noise, known["alpha_t"], known["sigma_t"]))

        return start

    data, noise, drawn = unit_vectors(0)
    counted = problem.walk(word, n, known_data(problem.schedule, word, data), from_the_path(data, noise), drawn)
    if counted.stopped or not counted.draws:
        return counted
    data, noise, drawn = unit_vectors(counted.draws)
    return problem.walk(word, n, known_data(problem.schedule, word, data), from_the_path(data, noise), drawn)
