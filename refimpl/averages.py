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
from refimpl.probable import Tables, weighted_sum

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Back, Posterior

Averaging = Callable[["Posterior", "Array"], "Array"]


def averaging(posterior: Posterior, formula: Callable[..., Any]) -> Averaging:
    """How to average a formula for one coordinate, with probabilities (N, K), at some of the points: (N, d).

    What depends on the time alone is computed here, once.
    """
    round_ones = posterior.distances is not None
    if posterior.scales["alpha_t"].ndim:
        if round_ones:
            return lambda rows, shares: _round(rows, shares, formula)
        tables = _tables(posterior)
        return lambda rows, shares: _weighted(rows, shares, tables, formula)
    slope, share = _affine(posterior, formula, posterior.variances[:, :1] if round_ones else posterior.variances)
    if posterior.bases is not None:
        lines = {"slope": slope, "offset": share * posterior.turned_means()}
        return lambda rows, shares: _weighted(rows, shares, lines, _on_a_line)
    means = share * posterior.means

    def average(rows: Posterior, shares: Array) -> Array:
        total = rows.x * (shares @ slope)
        total += shares @ means  # in place: to find memory takes longer than to add
        return total

    return average


def _tables(posterior: Posterior) -> Tables:
    return {"mean": posterior.turned_means(), "variance": posterior.variances}


def _on_a_line(x: Array, slope: Array, offset: Array) -> Array:
    return slope * x + offset


def _round(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    """Round components, a time for each point."""
    slope, share = _affine(posterior, formula, posterior.variances[:, 0])
    return posterior.x * posterior.xp.sum(shares * slope, axis=-1, keepdims=True) + (shares * share) @ posterior.means


def divergence(posterior: Posterior, shares: Array) -> Array:
    """The divergence of the averaged velocity, with probabilities (N, K): (N,).

    As in `refimpl.plain`. Sums of products of velocities and scores would be faster and lose the covariance to rounding
    where one component has nearly all the probability.
    """
    xp, seen = posterior.xp, posterior.from_centre()
    tables = _tables(seen)
    velocity = _weighted(seen, shares, tables, components.velocity)
    score = _weighted(seen, shares, tables, components.score_excess)

    def own(known: dict[str, Any], back: Back, at: Callable[[Array], Array]) -> Array:
        velocity_excess = back(call(components.velocity, **known)) - at(velocity)
        score_excess = back(call(components.score_excess, **known)) - at(score)
        return xp.sum(call(components.divergence, **known), axis=-1) + xp.sum(velocity_excess * score_excess, axis=-1)

    return weighted_sum(seen, shares, xp.zeros_like(posterior.x[:, 0]), tables, own)


def _affine(posterior: Posterior, formula: Callable[..., Any], variance: Array) -> tuple[Array, Array]:
    known = posterior.scales | {"variance": variance, "reference_variance": posterior.reference_variance}
    return call(formula, x=1.0, mean=0.0, **known), call(formula, x=0.0, mean=1.0, **known)


def _weighted(posterior: Posterior, shares: Array, tables: Tables, formula: Callable[..., Any]) -> Array:
    zero = posterior.xp.zeros_like(posterior.x)
    return weighted_sum(posterior, shares, zero, tables, lambda known, back, _: back(call(formula, **known)))
