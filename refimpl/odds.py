"""How probable each component of a mixture is at a point: log densities relative to one round Gaussian, the reference.

Points are the rows of a matrix (N, d), schedule values numbers or columns (N, 1). Each route returns the log odds
(N, K), log(weight · density) less the reference's log density, and what gives the latter (N,). Only differences of log
odds matter; far out and near t = 0 they are small beside the log densities themselves, so these are never subtracted.
With V = alpha²·variance + sigma² of a component, R that of the reference, and z = x - alpha · (the reference's mean):

    log odds = alpha² (variance - reference variance) / (2 V R) · |z|² + (|z|² - |x - alpha mean|²) / (2V) - log(V/R)/2

summed over the coordinates of the component's eigenbasis.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from refimpl import faint as leaving_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from refimpl.edge import Array, Namespace
    from refimpl.posterior import Posterior

    Compared = tuple[Array, Callable[[], Array]]
    Comparison = Callable[[Posterior], Compared]

GROUP = 16  # coordinates in a group: the fewer, the fewer products are taken twice and the more calls are made


def squared_distances(means: Array, xp: Namespace) -> Array:
    """Squared distances between all pairs of means (K, d), by differences: (K, K)."""
    count, d = means.shape
    step = max(1, 2**18 // (count * d))
    pieces = (means[i : i + step, None, :] for i in range(0, count, step))
    return xp.concat([xp.sum((piece - means[None, :, :]) ** 2, axis=-1) for piece in pieces])


def log_density(posterior: Posterior, compare: Comparison) -> Array:
    """Log density: (N,)."""
    xp = posterior.xp
    odds, reference = compare(posterior)
    largest = xp.max(odds, axis=-1)
    return reference() + largest + xp.log(xp.sum(xp.exp(odds - largest[:, None]), axis=-1))


def probabilities(posterior: Posterior, compare: Comparison) -> Array:
    """Probability of each component given x: (N, K)."""
    xp = posterior.xp
    odds, _ = compare(posterior)
    return _normalised(odds - xp.max(odds, axis=-1, keepdims=True), xp)


def shares(posterior: Posterior, compare: Comparison) -> Array:
    """The probabilities, for averages: (N, K). None is near the smallest numbers there are, with which processors take
    ten times as long; what is added to those is beneath a rounding of the largest."""
    xp = posterior.xp
    odds, _ = compare(posterior)
    limits = xp.finfo(odds.dtype)
    least = math.log(float(limits.smallest_normal) / float(limits.eps))
    return _normalised(xp.clip(odds - xp.max(odds, axis=-1, keepdims=True), least, None), xp)


def _normalised(odds: Array, xp: Namespace) -> Array:
    shares = xp.exp(odds)
    return shares / xp.sum(shares, axis=-1, keepdims=True)


def comparison(posterior: Posterior, *, faint: bool = True) -> Comparison:
    """How to compare the components at some of the points; what depends on the time alone is computed here, once.

    Without the `faint` ones, components too improbable to be seen in an average may get minus infinity.
    """
    if posterior.products_suffice and posterior.bases is None:
        return _by_products(posterior)
    if posterior.distances is not None:
        return _round
    if not faint and posterior.bases is not None and leaving_out.is_worthwhile(posterior):
        bend, level = _bends(posterior, posterior.variances)
        return leaving_out.comparison(posterior, posterior.bases, bend, posterior.xp.log(posterior.weights) - level)
    if posterior.products_suffice and posterior.bases is not None and _is_worth_tables(posterior):
        return _by_pairs_of_coordinates(posterior, posterior.bases)
    return _by_differences


def _by_products(posterior: Posterior) -> Comparison:
    """One time for all points, the axes the eigenvectors: the quadratic forms multiplied out, one or two products."""
    xp, alpha, sigma = posterior.xp, posterior.scales["alpha_t"], posterior.scales["sigma_t"]
    means, variance, d = posterior.from_centre().means, posterior.variances, posterior.x.shape[-1]
    alike = 1
    if posterior.distances is not None:
        variance, alike = variance[:, :1], d  # all coordinates share a variance
    reference = xp.mean(variance, axis=0)
    own, common = alpha**2 * variance + sigma**2, alpha**2 * reference + sigma**2
    slope, bend = alpha * means / own, alpha**2 * (variance - reference) / (2 * own * common)
    level = xp.sum(alpha * slope * means, axis=-1) + alike * xp.sum(xp.log(own / common), axis=-1)
    level, size = xp.log(posterior.weights) - level / 2, alike * xp.sum(xp.log(2 * math.pi * common))

    def compare(rows: Posterior) -> Compared:
        x = rows.from_centre().x
        if alike > 1:
            squares = xp.sum(x**2, axis=-1)
            lines = xp.stack([squares, xp.ones_like(squares)], axis=-1) @ xp.stack([bend[:, 0], level])
            return x @ slope.T + lines, lambda: -(squares / common + size) / 2
        squares = x**2
        return x @ slope.T + (squares @ bend.T + level), lambda: -(squares @ (1 / common) + size) / 2

    return compare


def _is_worth_tables(posterior: Posterior) -> bool:
    """Whether there are points enough to make it pay, and the tables take no more than 64 MiB."""
    k, d = posterior.means.shape
    return math.prod(posterior.x.shape[:-1]) >= 8 * d and k * d**2 <= 2**23


def _by_pairs_of_coordinates(posterior: Posterior, bases: Array) -> Comparison:
    """One time for all points, any covariances: the quadratic forms are linear in the products of two coordinates.

    So all components are compared in one matrix product, taken group of coordinates by group, the rows of its right
    side the products of a coordinate of one with a coordinate of the other.
    """
    xp, alpha, d = posterior.xp, posterior.scales["alpha_t"], posterior.x.shape[-1]
    means, common = posterior.from_centre().means, alpha**2 * posterior.reference_variance
    common = common + posterior.scales["sigma_t"] ** 2
    bend, level = _bends(posterior, posterior.variances)
    forms = (bases * bend[:, None, :]) @ bases.mT
    slope = alpha * (means / common - 2 * (forms @ means[:, :, None])[:, :, 0])
    level = xp.log(posterior.weights) - level - alpha * xp.sum(slope * means, axis=-1) / 2
    starts = range(0, d, GROUP)
    pairs = [(i, j) for i in starts for j in starts if i <= j]
    tables = [
        xp.reshape(forms[:, i : i + GROUP, j : j + GROUP] * (1 if i == j else 2), (len(level), -1)) for i, j in pairs
    ]

    def compare(rows: Posterior) -> Compared:
        x = rows.from_centre().x.T
        odds = slope @ x + level[:, None]
        for (i, j), table in zip(pairs, tables, strict=True):
            products = x[i : i + GROUP, None, :] * x[None, j : j + GROUP, :]
            odds = odds + table @ xp.reshape(products, (table.shape[1], -1))
        return odds.T, lambda: -(xp.sum(x**2, axis=0) / common + d * xp.log(2 * math.pi * common)) / 2

    return compare


def _round(posterior: Posterior) -> Compared:
    """Round components: two matrix products, accurate however tight the components are and however far apart.

    Multiplied out, |x - alpha mean|² loses digits where x is near a mean and both are far from the origin. Seen from
    the mean nearest to x nothing is larger than the distances that are asked for, and the distances between means are
    differences taken once. An error of the search for the nearest does no harm.
    """
    xp, alpha, sigma = posterior.xp, posterior.scales["alpha_t"], posterior.scales["sigma_t"]
    means, variance, d = posterior.means, posterior.variances[:, 0], posterior.x.shape[-1]
    seen = posterior.from_centre()
    nearest = xp.argmin(alpha * (xp.sum(seen.means**2, axis=-1) / 2) - seen.x @ seen.means.T, axis=-1)
    anchor, apart = xp.take(means, nearest, axis=0), xp.take(posterior.distances, nearest, axis=0)
    rest = posterior.x - alpha * anchor
    along = rest @ means.T - xp.sum(rest * anchor, axis=-1, keepdims=True)
    size = xp.sum(rest**2, axis=-1, keepdims=True)
    broadest = xp.max(variance)
    own, common = alpha**2 * variance + sigma**2, alpha**2 * broadest + sigma**2
    slope, bend = alpha / own, alpha**2 * (variance - broadest) / (2 * own * common)
    level = xp.log(posterior.weights) - d * xp.log(own / common) / 2
    odds = slope * (along - (alpha / 2) * apart) + bend * size + level
    return odds, lambda: (-(size / common) - d * xp.log(2 * math.pi * common))[:, 0] / 2


def _by_differences(posterior: Posterior) -> Compared:
    """Any components, component by component: accurate always. The reference is broad, so what it adds is small."""
    xp, alpha, sigma = posterior.xp, posterior.scales["alpha_t"], posterior.scales["sigma_t"]
    seen = posterior.from_centre()
    x, means, d = seen.x, seen.means, posterior.x.shape[-1]
    common = alpha**2 * posterior.reference_variance + sigma**2
    along = alpha * (x @ means.T - alpha * (xp.sum(means**2, axis=-1) / 2)) / common
    bends, tables = [], () if alpha.ndim else _bends(posterior, posterior.variances)
    for k in range(posterior.weights.shape[0]):
        rest = posterior.x - alpha * posterior.means[k, :]
        if posterior.bases is not None:
            rest = rest @ posterior.bases[k, :, :]
        bend, level = (each[k, ...] for each in tables) if tables else _bends(posterior, posterior.variances[k, :])
        bends.append((xp.sum(rest**2 * bend, axis=-1) if bend.ndim == 2 else rest**2 @ bend) - level)
    odds = along + xp.stack(bends, axis=-1) + xp.log(posterior.weights)

    def reference() -> Array:
        return (-xp.sum(x**2, axis=-1, keepdims=True) / common - d * xp.log(2 * math.pi * common))[:, 0] / 2

    return odds, reference


def _bends(posterior: Posterior, variance: Array) -> tuple[Array, Array]:
    """How the odds bend along each axis relative to the reference, and what they are less at the mean."""
    xp, alpha, sigma = posterior.xp, posterior.scales["alpha_t"], posterior.scales["sigma_t"]
    own, common = alpha**2 * variance + sigma**2, alpha**2 * posterior.reference_variance + sigma**2
    return alpha**2 * (variance - posterior.reference_variance) / (2 * own * common), xp.sum(
        xp.log(own / common), axis=-1
    ) / 2
