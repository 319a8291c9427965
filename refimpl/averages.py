"""Averages over the components of a mixture with given probabilities.

Every quantity of a component is affine in the point and in the component's mean, coordinate by coordinate in its
eigenbasis: formula = slope · x + share · mean. The generated formula itself gives both factors, at (x, mean) = (1, 0)
and (0, 1). Where the axes are the eigenvectors the average is then a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from refimpl import odds
from refimpl._call import call
from refimpl.formulas import components
from refimpl.probable import weighted_sum

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Components, Posterior


def average(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    """The average of a formula for one coordinate, with probabilities (N, K): (N, d)."""
    xp, x, means = posterior.xp, posterior.x, posterior.means
    if posterior.distances is not None:
        slope, share = _affine(posterior, formula, posterior.variances[:, 0])
        return x * xp.sum(shares * slope, axis=-1, keepdims=True) + (shares * share) @ means
    if posterior.bases is None and not posterior.scales["alpha_t"].ndim:
        slope, share = _affine(posterior, formula, posterior.variances)
        return x * (shares @ slope) + shares @ (share * means)
    return _one_by_one(posterior, shares, formula)


def divergence(posterior: Posterior, shares: Array) -> Array:
    """The divergence of the averaged velocity, with probabilities (N, K): (N,).

    The average of the components' divergences, plus the posterior covariance of velocity and score. A covariance does
    not see a common shift, so both are taken around a centre, and the score relative to a common one.
    """
    if posterior.products_suffice:
        return _divergence_by_products(posterior, shares)
    if posterior.distances is not None:
        return _divergence_from_nearest(posterior, shares, posterior.distances)
    return _divergence_one_by_one(posterior, shares)


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


def _one_by_one(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    return weighted_sum(
        posterior, shares, posterior.xp.zeros_like(posterior.x), lambda k, part, _: _own(part.plain([k]), formula)
    )


def _divergence_one_by_one(posterior: Posterior, shares: Array) -> Array:
    xp = posterior.xp

    def centred(formula: Callable[..., Any]) -> Array:
        return weighted_sum(
            posterior, shares, xp.zeros_like(posterior.x), lambda k, part, _: _own(part.centred([k]), formula)
        )

    velocity, score = centred(components.velocity), centred(components.score_excess)

    def own(k: int, part: Posterior, at: Callable[[Array], Array]) -> Array:
        ((known, back),) = part.centred([k])
        velocity_excess = back(call(components.velocity, **known)) - at(velocity)
        score_excess = back(call(components.score_excess, **known)) - at(score)
        return xp.sum(call(components.divergence, **known), axis=-1) + xp.sum(velocity_excess * score_excess, axis=-1)

    return weighted_sum(posterior, shares, xp.zeros_like(posterior.x[:, 0]), own)


def _own(one: Components, formula: Callable[..., Any]) -> Array:
    ((known, back),) = one
    return back(call(formula, **known))
