"""Averages over the components of a mixture, one component after the other, by the generated formulas alone.

The plain reference: `refimpl.odds` and `refimpl.averages` compute the same faster and are tested against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from refimpl._call import call
from refimpl.formulas import components

if TYPE_CHECKING:
    from refimpl.edge import Array
    from refimpl.posterior import Components, Posterior


def log_density(posterior: Posterior) -> Array:
    """Log density at x: (...)."""
    xp = posterior.xp
    own = [xp.sum(call(components.log_density, **known), axis=-1) for known, _ in posterior.components()]
    joint = _log_weighted(posterior, own)
    largest = xp.max(joint, axis=0)
    return largest + xp.log(xp.sum(xp.exp(joint - largest), axis=0))


def probabilities(posterior: Posterior) -> Array:
    """Probability of each component given x: (K, ...).

    Only differences of log densities matter. Far out and near t = 0 they are small beside the log densities
    themselves, so each component is compared with one round Gaussian around the centre, the same for all.
    """
    xp = posterior.xp
    own = [xp.sum(call(components.log_odds, **known), axis=-1) for known, _ in posterior.from_centre().components()]
    odds = _log_weighted(posterior, own)
    shares = xp.exp(odds - xp.max(odds, axis=0))
    return shares / xp.sum(shares, axis=0)


def average(posterior: Posterior, shares: Array, formula: Callable[..., Any]) -> Array:
    """The posterior average over components of a formula for one coordinate: (..., d)."""
    return _weighted(shares, posterior.components(), formula)


def divergence(posterior: Posterior, shares: Array) -> Array:
    """Divergence of the averaged velocity: (...).

    The average of the components' divergences, plus the posterior covariance of velocity and score, since the
    probabilities move with x. A covariance does not see a common shift: the velocity is taken around the centre and
    the score relative to that of the common reference, or far out and near the ends of time digits are lost.
    """
    xp = posterior.xp
    velocity = _weighted(shares, posterior.from_centre().components(), components.velocity)
    score = _weighted(shares, posterior.from_centre().components(), components.score_excess)
    total: Any = 0
    for k, (known, back) in enumerate(posterior.from_centre().components()):
        own = xp.sum(call(components.divergence, **known), axis=-1)
        velocity_excess = back(call(components.velocity, **known)) - velocity
        score_excess = back(call(components.score_excess, **known)) - score
        total = total + shares[k, ...] * (own + xp.sum(velocity_excess * score_excess, axis=-1))
    return total


def _log_weighted(posterior: Posterior, logs: list[Array]) -> Array:
    xp = posterior.xp
    stacked = xp.stack(logs)
    return stacked + xp.reshape(xp.log(posterior.weights), (-1,) + (1,) * (stacked.ndim - 1))


def _weighted(shares: Array, own: Components, formula: Callable[..., Any]) -> Array:
    total: Any = 0
    for k, (known, back) in enumerate(own):
        total = total + shares[k, ...][..., None] * back(call(formula, **known))
    return total
