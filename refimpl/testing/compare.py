"""Two sides of an identity between expectations, compared over independent replicates of quasi-random points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypedDict, Unpack

import numpy as np

from refimpl.testing.evidence import FALSE_ALARM, Evidence, Measurement, judge
from refimpl.testing.features import Features
from refimpl.testing.quasi import LOG2_POINTS, REPLICATES, Transformable, normals, pair, uniforms
from refimpl.testing.rules import check_options

# The central differences of sixth order, and of fourth order on the inner points: their gap bounds the error.
STENCIL = (-3, -2, -1, 1, 2, 3)
_SIXTH = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60.0
_FOURTH = np.array([0.0, 1.0, -8.0, 8.0, -1.0, 0.0]) / 12.0
STEP = 1e-3

_ROUNDING = 2.0**-26  # half the digits of float64: what lies below is rounding, and no business of an experiment
_PILOT_SEED, _PILOT_LOG2_POINTS = 2**31 - 1, 10


class Options(TypedDict, total=False):
    """What every check lets its caller choose.

    statement: what is tested, in words.
    seed: a non-negative integer; fixes the draws and the test functions.
    false_alarm: the probability, at most, that a true statement is rejected.
    replicates: number of independent replicates.
    log2_points: each replicate has `2**log2_points` points.
    """

    statement: str
    seed: int
    false_alarm: float
    replicates: int
    log2_points: int


class Sides(NamedTuple):
    """Both sides of an identity, as one replicate estimates them: m numbers each.

    `groups` names the group (a time, an output) of each; `resolution` bounds the error that is not random.
    """

    left: np.ndarray
    right: np.ndarray
    groups: tuple[str, ...]
    resolution: np.ndarray

    @staticmethod
    def of(left: np.ndarray, right: np.ndarray, group: str, resolution: np.ndarray | float = 0.0) -> Sides:
        """Sides of one group, flattened."""
        left, right = np.ravel(left), np.ravel(right)
        return Sides(left, right, (group,) * left.size, np.broadcast_to(np.ravel(resolution), left.shape))

    @staticmethod
    def join(parts: Iterable[Sides]) -> Sides:
        """One after the other."""
        left, right, groups, resolution = zip(*parts, strict=True)
        return Sides(
            np.concatenate(left),
            np.concatenate(right),
            tuple(name for names in groups for name in names),
            np.concatenate(resolution),
        )


def compare(name: str, sides: Callable[[np.ndarray], Sides], dimension: int, **options: Unpack[Options]) -> Evidence:
    """Judges whether both sides have the same expectation.

    Args:
        name: name of the check.
        sides: estimates both sides from one replicate of uniform points (n, dimension).
        dimension: number of uniform coordinates.
        options: see `Options`.

    Returns:
        The evidence.
    """
    check_options(options)
    replicates, log2_points = options.get("replicates", REPLICATES), options.get("log2_points", LOG2_POINTS)

    def measure(seed: int) -> Measurement:
        with np.errstate(all="ignore"):  # what is not finite is judged, not warned about
            parts = [sides(uniforms(dimension, seed, r, log2_points=log2_points)) for r in range(replicates)]
        return measurement(parts, replicates * 2**log2_points)

    return judge(
        name,
        options.get("statement", name),
        measure,
        seed=options.get("seed", 0),
        false_alarm=options.get("false_alarm", FALSE_ALARM),
    )


def measurement(parts: list[Sides], samples: int) -> Measurement:
    """What the replicates measured. Rounding is granted 2^-26 of the largest side of the group."""
    left, right = np.array([part.left for part in parts]), np.array([part.right for part in parts])
    groups = parts[0].groups
    with np.errstate(invalid="ignore"):
        sizes = np.maximum(np.abs(left.mean(axis=0)), np.abs(right.mean(axis=0)))
    largest = {group: 0.0 for group in groups}
    for group, size in zip(groups, sizes, strict=True):
        largest[group] = max(largest[group], size)
    rounding = _ROUNDING * np.array([largest[group] for group in groups])
    resolution = np.mean([part.resolution for part in parts], axis=0) + rounding
    with np.errstate(invalid="ignore"):
        return Measurement(left - right, sizes, groups, resolution, samples)


def split(distribution: Transformable, uniform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Data and noise, (n, d) each, from the first 2 d + 1 columns of uniform points."""
    d = distribution.dimension
    return np.asarray(distribution.transform(uniform[:, : d + 1])), normals(uniform[:, d + 1 : 2 * d + 1])


def pilot(distribution: Transformable, point: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Points of the law under test from a seed of their own: the test functions are laid out on them."""
    return point(*pair(distribution, _PILOT_SEED, 0, log2_points=_PILOT_LOG2_POINTS))


def orthogonality(estimate: np.ndarray, target: np.ndarray, values: np.ndarray, group: str) -> Sides:
    """E[estimate phi] and E[target phi], for each of k outputs and m test functions: (n, k), (n, k), (n, m).

    The last test function is the estimate itself, E |estimate|^2 and E[estimate . target]: the best one at wrong sizes.
    """
    left = np.append(estimate.T @ values, np.sum(estimate * estimate))
    right = np.append(target.T @ values, np.sum(estimate * target))
    return Sides.of(left / len(values), right / len(values), group)


def transport(
    moving: Callable[[float], np.ndarray], t: float, velocity: np.ndarray, x: np.ndarray, family: Features, group: str
) -> Sides:
    """d/dt E phi(x_t) and E[velocity . grad phi(x_t)]; `moving(t)` gives the point x_t of each draw, (n, D)."""
    left, gap = rate_of_change(lambda time: family.values(moving(time)).mean(axis=0), t)
    right = ((velocity @ family.weight) * family.slopes(x)).mean(axis=0)
    return Sides.of(left, right, group, gap)


def rate_of_change(
    function: Callable[[float], np.ndarray], t: float, step: float = STEP
) -> tuple[np.ndarray, np.ndarray]:
    """The derivative at t by a central difference, and a bound on its error; calls up to three steps to either side."""
    values = np.array([function(t + k * step) for k in STENCIL])
    shape = (-1,) + (1,) * (values.ndim - 1)
    sixth, fourth = ((weights.reshape(shape) * values).sum(axis=0) / step for weights in (_SIXTH, _FOURTH))
    return sixth, np.abs(sixth - fourth)
