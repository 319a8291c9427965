"""Averages over the components of a mixture with given probabilities.

Every quantity of a component is affine in the point and in the component's mean, coordinate by coordinate in its
eigenbasis: formula = slope · x + share · mean. The generated formula itself gives both factors, at (x, mean) = (1, 0)
and (0, 1). Where the axes are the eigenvectors the average is then a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from refimpl import odds, plain
from refimpl._call import call
from refimpl.edge import read
from refimpl.formulas import components

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Posterior

GROUPS = (32, 512)  # the fewest and the most points that are averaged together


def average(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    """The average of a formula for one coordinate, with probabilities (N, K): (N, d)."""
    xp, x, means = posterior.xp, posterior.x, posterior.means
    if posterior.distances is not None:
        slope, share = _affine(posterior, formula, posterior.variances[:, 0])
        return x * xp.sum(shares * slope, axis=-1, keepdims=True) + (shares * share) @ means
    if posterior.bases is None and not posterior.scales["alpha_t"].ndim:
        slope, share = _affine(posterior, formula, posterior.variances)
        return x * (shares @ slope) + shares @ (share * means)
    return _by_groups(posterior, shares, lambda rows, own, only: plain.average(rows, own, formula, only))


def divergence(posterior: Posterior, shares: Array) -> Array:
    """The divergence of the averaged velocity, with probabilities (N, K): (N,).

    The average of the components' divergences, plus the posterior covariance of velocity and score. A covariance does
    not see a common shift, so both are taken around a centre, and the score relative to a common one.
    """
    if posterior.products_suffice:
        return _divergence_by_products(posterior, shares)
    if posterior.distances is not None:
        return _divergence_from_nearest(posterior, shares, posterior.distances)
    return _by_groups(posterior, shares, plain.divergence)


def _divergence_by_products(posterior: Posterior, shares: Array) -> Array:
    """One time for all points, the axes the eigenvectors: all sums multiplied out, matrix products."""
    xp, variance = posterior.xp, posterior.variances
    x, means = posterior.x - posterior.scales["alpha_t"] * posterior.centre, posterior.means - posterior.centre
    slope, share = _affine(posterior, components.velocity, variance)
    score_slope, score_share = _affine(posterior, components.score_excess, variance)
    velocity = x * (shares @ slope) + shares @ (share * means)
    score = x * (shares @ score_slope) + shares @ (score_share * means)
    own = call(components.divergence, variance=variance, **posterior.scales) + share * score_share * means**2
    mixed = (slope * score_share + share * score_slope) * means
    products = x * (x * (shares @ (slope * score_slope)) + shares @ mixed) - velocity * score
    return shares @ xp.sum(own, axis=-1) + xp.sum(products, axis=-1)


def _divergence_from_nearest(posterior: Posterior, shares: Array, distances: Array) -> Array:
    """Round components: everything as seen from the mean nearest to each point."""
    xp, means, variance = posterior.xp, posterior.means, posterior.variances[:, 0]
    anchor, along, apart, size = odds.from_nearest(posterior, distances)
    slope, share = _affine(posterior, components.velocity, variance)
    score_slope, score_share = _affine(posterior, components.score_excess, variance)
    own = posterior.x.shape[-1] * call(components.divergence, variance=variance, **posterior.scales)

    def mean(values: Array) -> Array:
        return xp.sum(shares * values, axis=-1, keepdims=True)

    def moved(factor: Array) -> Array:
        return (shares * factor) @ means - mean(factor) * anchor

    slope, score_slope = slope - mean(slope), score_slope - mean(score_slope)
    mixed = (slope * score_share + share * score_slope) * along
    total = mean(own + slope * score_slope * size + mixed + share * score_share * apart)[:, 0]
    return total - xp.sum(moved(share) * moved(score_share), axis=-1)


def _affine(posterior: Posterior, formula: Callable[..., Any], variance: Array) -> tuple[Array, Array]:
    known = posterior.scales | {"variance": variance, "reference_variance": posterior.reference_variance}
    return call(formula, x=1.0, mean=0.0, **known), call(formula, x=0.0, mean=1.0, **known)


def _by_groups(
    posterior: Posterior, shares: Array, evaluate: Callable[[Posterior, Array, Sequence[int] | None], Array]
) -> Array:
    """Evaluate with those components alone that are probable enough, for each group of points.

    Points with the same most probable component are neighbours, so that a group has few. A component is left out where
    its probability is below the third power of a rounding error: what is averaged would have to be larger than the
    result by the second power to be seen. While a function is traced nothing is known, and all components are taken.
    """
    xp = posterior.xp
    points, components = shares.shape
    values = read(shares) if points and components > 1 else None
    if values is None:
        return evaluate(posterior, shares.T, None)
    order = np.argsort(values.argmax(axis=1), kind="stable")
    counts = values > float(xp.finfo(shares.dtype).eps) ** 3
    fewest, most = GROUPS
    size = min(max(points // components, fewest), most)
    results = []
    for start in range(0, points, size):
        group = order[start : start + size]
        rows = xp.asarray(group, device=posterior.x.device)
        only = np.flatnonzero(counts[group].any(axis=0)).tolist()
        results.append(evaluate(posterior.rows(rows), xp.take(shares, rows, axis=0).T, only))
    back = np.empty_like(order)
    back[order] = np.arange(points)
    return xp.take(xp.concat(results), xp.asarray(back, device=posterior.x.device), axis=0)
