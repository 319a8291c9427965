"""What the experiments run on: schedules at times, the components of a mixture, a small network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.testing.compare import Sides, compare, rate_of_change, split
from refimpl.testing.evidence import Evidence
from refimpl.testing.quasi import Transformable, normals

Formula = Callable[..., Any]
Part = Callable[[np.ndarray, np.ndarray], Sides]

_OWN_LOG_SNR, _OTHER_LOG_SNR = (-1.5, 0.7, 3.0), 0.2
_HIDDEN = 6


@dataclass(frozen=True)
class Case:
    """A schedule at a time."""

    schedule: Any
    t: float

    @property
    def label(self) -> str:
        return f"{type(self.schedule).__name__}, t = {self.t:.3g}"

    def quantities(self, t: float | None = None) -> dict[str, float]:
        """What formulas ask of the schedule, as numbers; at the case's own time unless another is given."""
        return _quantities(self.schedule, self.t if t is None else t)

    def point(self, data: np.ndarray, noise: np.ndarray, t: float | None = None) -> np.ndarray:
        """alpha_t data + sigma_t noise."""
        known = self.quantities(t)
        return known["alpha_t"] * data + known["sigma_t"] * noise

    def motion(self, data: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """dx_t/dt of each sample, by differences of the path in time."""

        def scales(t: float) -> np.ndarray:
            known = self.quantities(t)
            return np.array([known["alpha_t"], known["sigma_t"]])

        return mixed(rate_of_change(scales, self.t)[0], data, noise)


def cases(path: Any) -> list[Case]:
    """The path's own schedule at three times, and other schedules at one."""
    own, *others = schedules(path)
    return [
        *(Case(own, time_at_log_snr(own, wanted)) for wanted in _OWN_LOG_SNR),
        *(Case(other, time_at_log_snr(other, _OTHER_LOG_SNR)) for other in others),
    ]


def over_cases(
    experiment: Callable[..., Evidence],
    part: Callable[[Case], Part],
    path: Any,
    distribution: Transformable,
    seed: int,
    log2_points: int,
) -> Evidence:
    """Judges the sides that `part` prepares for each case; they are given data and noise."""
    parts = [part(case) for case in cases(path)]
    return compare(
        experiment.__name__,
        lambda uniform: Sides.join(sides(*split(distribution, uniform)) for sides in parts),
        2 * distribution.dimension + 1,
        statement=statement_of(experiment),
        seed=seed,
        log2_points=log2_points,
    )


def schedules(path: Any) -> list[Any]:
    """The path's schedule, and two on which other mistakes show: of scales with sum not 1, and of rates that vary."""
    from refimpl.schedules import Linear, VariancePreserving

    return [path.schedule, Linear(sigma_min=0.1), VariancePreserving(beta_min=0.5, beta_max=6.0)]


def time_at_log_snr(schedule: Any, wanted: float) -> float:
    """The time at which log(alpha_t^2 / sigma_t^2) has this value, or the nearest it comes to it well inside (0, 1)."""
    low, high = 0.01, 0.99
    for _ in range(40):
        middle = (low + high) / 2
        known = _quantities(schedule, middle)
        if 2 * math.log(known["alpha_t"] / known["sigma_t"]) < wanted:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 6)


@lru_cache(maxsize=4096)
def _quantities(schedule: Any, t: float) -> dict[str, float]:
    known = schedule.at(np.asarray(t, dtype=np.float64))
    return {name: float(value) for name, value in known.items()}


def statement_of(experiment: Callable[..., Any]) -> str:
    """The first line of the docstring."""
    return (experiment.__doc__ or "").splitlines()[0]


def mixed(scales: np.ndarray, data: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The first scale times data plus the second times noise."""
    return scales[0] * data + scales[1] * noise


_OF_ONE = {  # what a formula may ask of each component -> its name in `refimpl.formulas.components`
    "component_velocity": "velocity",
    "component_posterior_mean": "posterior_mean",
    "component_expected_noise": "noise",
    "component_score": "score",
}


def components(
    asked: Iterable[str], distribution: Any, x: np.ndarray, known: dict[str, float]
) -> dict[str, np.ndarray]:
    """Of each component at x (n, d): weight (K, 1, 1), density (K, n, 1), and what of `_OF_ONE` is asked for (K, n, d).

    One coordinate at a time in the eigenbasis of each covariance. By the names of arguments: `asked` may be all those
    of a formula.
    """
    from refimpl.formulas import components as one_coordinate

    formulas = {name: getattr(one_coordinate, _OF_ONE[name]) for name in asked if name in _OF_ONE}
    found: dict[str, list[np.ndarray]] = {name: [] for name in ("density", *formulas)}
    for mean, covariance in zip(distribution.means, distribution.covariances, strict=True):
        variance, basis = np.linalg.eigh(covariance)
        rotated = {"x": x @ basis, "mean": mean @ basis, "variance": variance}
        log_density = call(one_coordinate.log_density, xp=np, **rotated, **known).sum(axis=1, keepdims=True)
        found["density"].append(np.exp(log_density))
        for name, of_one in formulas.items():
            found[name].append(call(of_one, **rotated, **known) @ basis.T)
    weight = np.asarray(distribution.weights)[:, None, None]
    return {"weight": weight} | {name: np.stack(values) for name, values in found.items()}


def points_for(distribution: Any, most: int = 11) -> int:
    """How many, as a power of 2: fewer where many components in many dimensions make each of them expensive."""
    return most if distribution.dimension * len(distribution.weights) <= 64 else 10


def heaviest(distribution: Any) -> int:
    """The component with the largest weight."""
    return int(np.argmax(distribution.weights))


class Coordinate:
    """The first coordinate of a mixture of Gaussians, as a distribution on the line."""

    dimension = 1

    def __init__(self, distribution: Any) -> None:
        self.edges = np.cumsum(distribution.weights)[:-1]
        self.means = np.asarray(distribution.means)[:, 0]
        self.spreads = np.sqrt(np.asarray(distribution.covariances)[:, 0, 0])

    def transform(self, uniform: np.ndarray) -> np.ndarray:
        component = np.searchsorted(self.edges, uniform[:, 0], side="right")
        return (self.means[component] + self.spreads[component] * normals(uniform[:, 1]))[:, None]


class StandardNormal:
    """Standard normal points, as the harness wants a distribution."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def transform(self, uniform: np.ndarray) -> np.ndarray:
        return normals(uniform[:, 1:])


class Network:
    """One hidden layer of tanh units with random parameters, laid out on a pilot sample (n, d): R^d -> R^d."""

    def __init__(self, pilot: np.ndarray, seed: int) -> None:
        d = pilot.shape[1]
        generator = np.random.default_rng([seed, d])
        self.centre, self.spread = pilot.mean(axis=0), pilot.std(axis=0)
        self.first = generator.normal(size=(d, _HIDDEN)) * 1.5 / np.sqrt(d)
        self.phase = generator.normal(size=_HIDDEN)
        self.last = generator.normal(size=(_HIDDEN, d))
        self.shift = generator.normal(size=d)

    def gradient(self, x: np.ndarray, target: np.ndarray) -> np.ndarray:
        """The gradient of the mean of |network(x) - target|^2 in every parameter, one after the other."""
        unit = (x - self.centre) / self.spread
        hidden = np.tanh(unit @ self.first + self.phase)
        miss = 2.0 * (hidden @ self.last + self.shift - target)
        inner = (miss @ self.last.T) * (1.0 - hidden * hidden)
        parts = (unit.T @ inner, inner.sum(axis=0), hidden.T @ miss, miss.sum(axis=0))
        return np.concatenate([part.ravel() for part in parts]) / len(x)
