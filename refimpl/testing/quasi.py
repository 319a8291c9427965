"""Randomised quasi-Monte Carlo: independently scrambled Sobol points, each replicate an unbiased estimate.

The points of one replicate fill the unit cube far more evenly than random ones, so that a smooth expectation
comes out with a variance hundreds of times smaller; the replicates are independent of each other, so that
their scatter measures the error of their mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

REPLICATES = 32
LOG2_POINTS = 12
_BITS = 30


class Transformable(Protocol):
    """What the harness needs of a distribution: its dimension d, and a map of uniforms (n, d + 1) to points."""

    @property
    def dimension(self) -> int: ...

    def transform(self, uniform: Any, /) -> Any: ...


def uniforms(dimension: int, seed: int, replicate: int = 0, *, log2_points: int = LOG2_POINTS) -> np.ndarray:
    """The points of one scrambled Sobol replicate, strictly inside the unit cube.

    Args:
        dimension: number of coordinates, from 1 to 21201.
        seed: a non-negative integer; the same seed gives the same points.
        replicate: which of the independent replicates, 0, 1, 2, ...
        log2_points: the replicate has `2**log2_points` points.

    Returns:
        float64 array of shape (2**log2_points, dimension), every value in the open interval (0, 1).

    Raises:
        ValueError: for a dimension, seed, replicate or number of points out of range.
    """
    if not 1 <= dimension <= 21201:
        raise ValueError(f"`dimension` must lie in 1 .. 21201, the directions known for Sobol points; got {dimension}.")
    if seed < 0 or replicate < 0:
        raise ValueError(f"`seed` and `replicate` must not be negative; got {seed} and {replicate}.")
    if not 0 <= log2_points < _BITS:
        raise ValueError(f"`log2_points` must lie in 0 .. {_BITS - 1}; got {log2_points}.")
    from scipy.stats import qmc

    generator = np.random.default_rng([seed, replicate])
    corners = qmc.Sobol(dimension, bits=_BITS, rng=generator).random_base2(log2_points)
    return corners + 2.0 ** -(_BITS + 1)  # Sobol points are lower corners of cells; the middle is never 0 or 1


def normals(uniform: np.ndarray) -> np.ndarray:
    """Standard normal values of the given uniform values, by the inverse distribution function; same shape."""
    from scipy.special import ndtri

    return ndtri(uniform)


def draws(
    distribution: Transformable, seed: int, *, replicates: int = REPLICATES, log2_points: int = LOG2_POINTS
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Independent replicates of pairs (data, noise): data from the distribution, noise standard normal.

    One Sobol sequence of 2 d + 1 coordinates serves both: one picks the component, d make the data point, d the noise.

    Args:
        distribution: has `dimension` (d) and `transform(uniform (n, d + 1))`.
        seed: a non-negative integer.
        replicates: number of independent replicates.
        log2_points: each replicate has `2**log2_points` pairs.

    Yields:
        data and noise, float64 arrays of shape (2**log2_points, d).
    """
    for replicate in range(replicates):
        yield pair(distribution, seed, replicate, log2_points=log2_points)


def pair(
    distribution: Transformable, seed: int, replicate: int, *, log2_points: int = LOG2_POINTS
) -> tuple[np.ndarray, np.ndarray]:
    """One replicate of `draws`: data and noise, float64 arrays of shape (2**log2_points, d)."""
    d = distribution.dimension
    uniform = uniforms(2 * d + 1, seed, replicate, log2_points=log2_points)
    return np.asarray(distribution.transform(uniform[:, : d + 1])), normals(uniform[:, d + 1 :])
