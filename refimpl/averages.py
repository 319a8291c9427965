"""Averages over the components of a mixture with given probabilities.

Every quantity of a component is affine in the point and in the component's mean, coordinate by coordinate in its
eigenbasis: formula = slope · x + share · mean. The generated formula itself gives both factors, at (x, mean) = (1, 0)
and (0, 1). Where the axes are the eigenvectors the average is then a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from refimpl._call import call
from refimpl.formulas import components
from refimpl.probable import weighted_sum

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Back, Posterior


def average(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    """The average of a formula for one coordinate, with probabilities (N, K): (N, d)."""
    xp, x, means = posterior.xp, posterior.x, posterior.means
    if posterior.distances is not None:
        slope, share = _affine(posterior, formula, posterior.variances[:, 0])
        return x * xp.sum(shares * slope, axis=-1, keepdims=True) + (shares * share) @ means
    if posterior.bases is None and not posterior.scales["alpha_t"].ndim:
        slope, share = _affine(posterior, formula, posterior.variances)
        return x * (shares @ slope) + shares @ (share * means)
    return _weighted(posterior, shares, formula)


def divergence(posterior: Posterior, shares: Array) -> Array:
    """The divergence of the averaged velocity, with probabilities (N, K): (N,).

    As in `refimpl.plain`. Sums of products of velocities and scores would be faster and lose the covariance to rounding
    where one component has nearly all the probability.
    """
    xp, seen = posterior.xp, posterior.from_centre()
    velocity = _weighted(seen, shares, components.velocity)
    score = _weighted(seen, shares, components.score_excess)

    def own(known: dict[str, Any], back: Back, at: Callable[[Array], Array]) -> Array:
        velocity_excess = back(call(components.velocity, **known)) - at(velocity)
        score_excess = back(call(components.score_excess, **known)) - at(score)
        return xp.sum(call(components.divergence, **known), axis=-1) + xp.sum(velocity_excess * score_excess, axis=-1)

    return weighted_sum(seen, shares, xp.zeros_like(posterior.x[:, 0]), own)


def _affine(posterior: Posterior, formula: Callable[..., Any], variance: Array) -> tuple[Array, Array]:
    known = posterior.scales | {"variance": variance, "reference_variance": posterior.reference_variance}
    return call(formula, x=1.0, mean=0.0, **known), call(formula, x=0.0, mean=1.0, **known)


def _weighted(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    zero = posterior.xp.zeros_like(posterior.x)
    return weighted_sum(posterior, shares, zero, lambda known, back, _: back(call(formula, **known)))
