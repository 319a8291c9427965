"""The distribution of a finite set of data points, and what is known of the path once the data point is averaged out.

Given x, a data point z has a probability proportional to exp(-|x - alpha z|² / (2 sigma²)). All that is wanted follows
from E[data | x], which is one pass over the data set, a block of it at a time: blocks are compared with the most
probable point so far, as in streaming attention.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl._pytrees import announce
from refimpl.arguments import check_count, check_seed
from refimpl.distributions import check_uniforms
from refimpl.edge import Array, Namespace, converted, follow, is_jax, quiet, table, to_numpy, values_of
from refimpl.formulas import components
from refimpl.posterior import row_by_row, some_rows

BLOCK = 4096  # data points at a time
ROWS = 1024  # points of the path at a time
PAIRS = 2**21  # most entries of the differences that are taken at a time
FEW = 32  # data points that matter to one point of the path
SEEN = 6.0  # how much less probable than the last digit a data point must be to be left out, as a logarithm


class Empirical:
    """Finitely many data points in d dimensions, all equally probable: a data set in memory.

    Args:
        points: (M, d).

    Raises:
        ValueError: a wrong shape, a number that is not finite.
    """

    points: Array
    _centre: Array
    _shared: Array

    def __init__(self, points: Array) -> None:
        points = table(points, "points")
        if points.ndim != 2 or 0 in points.shape:
            raise ValueError(f"`points` must have shape (M, d); got {points.shape}.")
        self.points, self._shared = points.view(), points  # libraries that share memory insist on writable arrays
        self.points.flags.writeable = False
        self._centre = points.mean(axis=0)
        announce(Empirical, ("points", "_centre"))

    def __repr__(self) -> str:
        count, dimension = self.points.shape
        return f"Empirical({count} point{'s' * (count > 1)} in {dimension} dimensions)"

    @property
    def dimension(self) -> int:
        """d, the length of the last axis of points."""
        return self.points.shape[-1]

    def mean(self) -> np.ndarray:
        """E[data]: (d,)."""
        return self.points.mean(axis=0)

    def covariance(self) -> np.ndarray:
        """Covariance of the data: (d, d); divided by M, since the points are all there is."""
        excess = self.points - self.mean()
        return excess.T @ excess / len(excess)

    def sample(self, n: int, seed: int | np.random.Generator, like: Array | None = None) -> Array:
        """n independent data points (n, d), drawn in NumPy from the seed, with replacement.

        They take library, dtype and device of `like` (default: float64 NumPy).
        """
        check_count(n)
        chosen = np.random.default_rng(check_seed(seed)).integers(len(self.points), size=int(n))
        return follow(self.points[chosen], like)

    def transform(self, uniforms: np.ndarray) -> np.ndarray:
        """Data points (n, d) from uniforms (n, d + 1) in (0, 1), for quasi-Monte Carlo.

        The first column picks the point; the others, which move points of other distributions, are left alone.
        """
        uniforms = check_uniforms(uniforms, self.dimension)
        return self.points[(uniforms[:, 0] * len(self.points)).astype(np.int64)]

    def log_density(self, x: Array) -> Array:
        """A finite set of points has no density: this raises. Its marginals at t < 1 have one."""
        raise ValueError("`log_density` must be asked of the marginal field at t < 1: a finite set of points has none.")

    def check_points(self, x: Array) -> None:
        if x.ndim < 1 or x.shape[-1] != self.dimension:
            raise ValueError(f"`x` must have a last axis of length {self.dimension}; got shape {tuple(x.shape)}.")

    def posterior(self, x: Array, scales: dict[str, Array], xp: Namespace) -> PointPosterior:
        """The data points as seen from points x on the path, in x's library."""
        points = self._shared if isinstance(self.points, np.ndarray) else self.points
        return PointPosterior(xp, x, points, self._centre, scales)


@dataclass(frozen=True)
class PointPosterior:
    """Data points as seen from the points `x` (..., d): how probable each is.

    Args:
        points, centre: (M, d) and (d,), the data points and their mean; blocks of them follow x to its library.
        scales: what the schedule says, by argument name; each a number or of shape (..., 1).
    """

    xp: Namespace
    x: Array
    points: Array
    centre: Array
    scales: dict[str, Array]

    def average(self, formula: Callable[..., Any]) -> Array:
        """The posterior average over data points of a formula for one coordinate: (..., d)."""
        mean, *_ = self._moments()
        if formula is components.posterior_mean:
            return mean  # at t = 1 too: its limit, the nearest data point
        with quiet(mean):
            return call(formula, x=self.x, mean=mean, variance=0.0, **self.scales)

    def log_density(self) -> Array:
        """Log density at x: (...)."""
        _, log_density, _ = self._moments()
        return log_density

    def divergence(self) -> Array:
        """Divergence of the averaged velocity: (...).

        The slope of one data point's velocity, plus the posterior covariance of velocity and score: both are affine in
        the data point. Where more than `FEW` data points matter, the error is that of the squared size of the data set,
        beside which the squared size of what matters may be small.
        """
        *_, scatter = self._moments()
        one, mean = {"variance": 0.0, **self.scales}, {"x": 0.0, "mean": 1.0}
        with quiet(scatter):
            shares = call(components.velocity, **mean, **one) * call(components.score, **mean, **one)
            slope = self.x.shape[-1] * call(components.divergence, **one)
            return (slope + shares * scatter[..., None])[..., 0]

    def _moments(self) -> tuple[Array, Array, Array]:
        """Of the data points given x: the mean (..., d), the log density of x (...), the mean squared distance (...)
        of a data point from the mean.
        """
        d = self.x.shape[-1]
        both = row_by_row(self, _moments, ROWS)
        return both[..., :d], both[..., d], both[..., d + 1]


def _moments(rows: PointPosterior) -> Array:
    xp, d = rows.xp, rows.x.shape[-1]
    near = _candidates(rows) if rows.x.shape[0] else None
    with quiet(rows.x):
        if near is None:
            mean, level, scatter = _from_all(rows)
        else:
            step = max(1, PAIRS // (near.shape[1] * d))
            parts = [slice(i, i + step) for i in range(0, rows.x.shape[0], step)]
            each = [_from_few(some_rows(rows, part), near[part]) for part in parts]
            mean, level, scatter = (xp.concat(columns) for columns in zip(*each, strict=True))
        normal = d * xp.log(2 * math.pi * rows.scales["sigma_t"] ** 2) / 2 + math.log(rows.points.shape[0])
        return xp.concat([mean, level - normal, scatter], axis=-1)


def _from_few(rows: PointPosterior, near: np.ndarray) -> tuple[Array, Array, Array]:
    """With those data points alone that matter, (N, W) by number, by differences."""
    xp, x, scales = rows.xp, rows.x, rows.scales
    unique, place = np.unique(near, return_inverse=True)
    found = converted(rows.points[unique, :], x, xp)
    index = xp.asarray(place.reshape(-1), device=None if is_jax(xp) else x.device)
    data = xp.reshape(xp.take(found, index, axis=0), (*near.shape, x.shape[-1]))
    alpha = scales["alpha_t"][:, None] if scales["alpha_t"].ndim else scales["alpha_t"]
    squares = xp.sum((x[:, None, :] - alpha * data) ** 2, axis=-1)
    # Repeated numbers fill the rows up: each data point counts once.
    first = converted(np.concatenate([np.ones((len(near), 1)), np.diff(near, axis=1) > 0], axis=1), x, xp)
    nearest = xp.min(squares, axis=-1, keepdims=True)
    shares = first * _exp((nearest - squares) / 2, scales["sigma_t"], xp)
    total = xp.sum(shares, axis=-1, keepdims=True)
    shares = (shares / total)[..., None]
    mean = xp.sum(shares * data, axis=1)
    scatter = xp.sum(shares * (data - mean[:, None, :]) ** 2, axis=(1, 2))[:, None]
    return mean, xp.log(total) - nearest / (2 * scales["sigma_t"] ** 2), scatter


def _from_all(rows: PointPosterior) -> tuple[Array, Array, Array]:
    """With all data points, a block at a time, multiplied out around their mean: two matrix products."""
    xp, sigma = rows.xp, rows.scales["sigma_t"]
    centre = converted(rows.centre, rows.x, xp)
    x = rows.x - rows.scales["alpha_t"] * centre
    best = xp.full_like(x[:, :1], -math.inf)
    total, mean, square = xp.zeros_like(best), xp.zeros_like(x), xp.zeros_like(best)
    for _, data, closeness in _blocks(rows, x, centre):
        now = xp.maximum(best, xp.max(closeness, axis=-1, keepdims=True))
        kept, shares = _exp(best - now, sigma, xp), _exp(closeness - now, sigma, xp)
        total = kept * total + xp.sum(shares, axis=-1, keepdims=True)
        mean = kept * mean + shares @ data
        square = kept * square + (shares @ xp.sum(data**2, axis=-1))[:, None]
        best = now
    mean = mean / total
    scatter = square / total - xp.sum(mean**2, axis=-1, keepdims=True)
    level = xp.log(total) + (best - xp.sum(x**2, axis=-1, keepdims=True) / 2) / sigma**2
    return mean + centre, level, scatter


def _candidates(rows: PointPosterior) -> np.ndarray | None:
    """The data points that are probable enough to be seen, by number: (N, W), filled up with the last one.

    None where they are many, and where values cannot be read, as in a traced function.
    """
    xp = rows.xp
    x, alpha, sigma = (values_of(a) for a in (rows.x, rows.scales["alpha_t"], rows.scales["sigma_t"]))
    if x is None or alpha is None or sigma is None or not isinstance(rows.points, np.ndarray):
        return None
    eps, centre = float(xp.finfo(rows.x.dtype).eps), converted(rows.centre, rows.x, xp)
    reach = np.sqrt(((x - alpha * rows.centre) ** 2).sum(axis=-1, keepdims=True))
    best, found = np.full(reach.shape, -np.inf), []
    for start, data, closeness in _blocks(rows, rows.x - rows.scales["alpha_t"] * centre, centre):
        size = math.sqrt(float(xp.max(xp.sum(data**2, axis=-1))))
        values = to_numpy(closeness)
        best = np.maximum(best, values.max(axis=-1, keepdims=True))
        slack = SEEN * sigma**2 - math.log(eps) * sigma**2 + 8 * eps * alpha * size * (reach + alpha * size)
        point, number = np.nonzero(values >= best - slack)
        found.append((point, number + start, values[point, number], np.broadcast_to(slack, reach.shape)[point, 0]))
        if sum(len(each[0]) for each in found) > 4 * FEW * len(reach):
            return None
    point, number, value, slack = (np.concatenate(column) for column in zip(*found, strict=True))
    seen = value >= best[point, 0] - slack
    point, number = point[seen], number[seen]
    counts = np.bincount(point, minlength=len(reach))
    if counts.max() > FEW:
        return None
    order = np.lexsort((number, point))
    last = np.cumsum(counts)
    place = np.minimum((last - counts)[:, None] + np.arange(counts.max()), last[:, None] - 1)
    return number[order][place]


def _blocks(rows: PointPosterior, x: Array, centre: Array) -> Iterator[tuple[int, Array, Array]]:
    """Blocks of data points less their mean, and (|x|² - |x - alpha · data|²) / 2, with x around their mean too."""
    alpha = rows.scales["alpha_t"]
    for start in range(0, rows.points.shape[0], BLOCK):
        data = converted(rows.points[start : start + BLOCK, :], x, rows.xp, shared=True) - centre
        yield start, data, alpha * (x @ data.T - alpha * (rows.xp.sum(data**2, axis=-1) / 2))


def _exp(gap: Array, sigma: Array, xp: Namespace) -> Array:
    """exp(gap / sigma²) of a gap that is not positive; without noise its limit, 1 where there is no gap and 0 else."""
    noisy = sigma > 0
    limit = xp.where(gap < 0, xp.full_like(gap, -math.inf), xp.zeros_like(gap))
    return xp.exp(xp.where(noisy, gap / xp.where(noisy, sigma, xp.ones_like(sigma)) ** 2, limit))
