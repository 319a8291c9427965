"""What the experiments run on: schedules at times, the components of a mixture, a small network."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.testing.compare import rate_of_change
from refimpl.testing.quasi import normals

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


def components(distribution: Any, x: np.ndarray, known: dict[str, float]) -> dict[str, np.ndarray]:
    """Weight (K, 1, 1), density (K, n, 1) and velocity (K, n, d) of each component at x (n, d), by argument name.

    One coordinate at a time in the eigenbasis of each covariance.
    """
    from refimpl.formulas import components as one_coordinate

    density, velocity = [], []
    for mean, covariance in zip(distribution.means, distribution.covariances, strict=True):
        variance, basis = np.linalg.eigh(covariance)
        rotated = {"x": x @ basis, "mean": mean @ basis, "variance": variance}
        log_density = call(one_coordinate.log_density, xp=np, **rotated, **known).sum(axis=1, keepdims=True)
        density.append(np.exp(log_density))
        velocity.append(call(one_coordinate.velocity, **rotated, **known) @ basis.T)
    return {
        "weight": np.asarray(distribution.weights)[:, None, None],
        "density": np.stack(density),
        "component_velocity": np.stack(velocity),
    }


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
