"""The potential of the marginal velocity of a mixture, and the energies of one Gaussian."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from refimpl._call import call
from refimpl.edge import Array, Namespace, check_finite, converted, namespace_of, on_its_own
from refimpl.formulas import components, marginals
from refimpl.posterior import Posterior

if TYPE_CHECKING:
    from refimpl.field import MarginalField

Formula = Callable[..., Any]


def potential(posterior: Posterior) -> Array:
    """The work against the velocity on the straight way from the origin to x: (...).

    The log density is compared with that of a round Gaussian around zero: near t = 0 squared distance and log density,
    both divided by alpha_t, would cancel.
    """
    xp = posterior.xp
    scales = {name: value[..., 0] if value.ndim else value for name, value in posterior.scales.items()}
    known = scales | {"reference_variance": posterior.reference_variance}
    squared_norm = xp.sum(posterior.x**2, axis=-1)
    excess_rise = _excess_rise(posterior, scales["alpha_t"])
    return call(marginals.potential_around_the_reference, squared_norm=squared_norm, excess_rise=excess_rise, **known)


def _excess_rise(posterior: Posterior, alpha: Array) -> Array:
    """How much the log density rises from the origin to x beyond the reference, over alpha_t; at zero its limit.

    It is log Σ π exp(alpha e) / alpha, with the components' probabilities π at the origin, and their own rises alpha e.
    """
    xp = posterior.xp
    at_origin = _of_each(components.log_odds, replace(posterior, x=xp.zeros_like(posterior.x)))
    at_origin = at_origin + xp.reshape(xp.log(posterior.weights), (-1,) + (1,) * (at_origin.ndim - 1))
    at_origin = at_origin - _log_sum(at_origin, xp)
    rises = _of_each(marginals.component_rise, posterior)
    largest = xp.max(rises, axis=0)
    below, shares = rises - largest, xp.exp(at_origin)  # all of one sign: in their average nothing cancels
    shortfall = xp.sum(shares * xp.expm1(alpha * below), axis=0)
    # A large shortfall is all but one, and the shares that make the difference are too small to be seen in it.
    near, silent = shortfall > -0.5, alpha == 0
    logarithm = xp.where(
        near,
        xp.log1p(xp.where(near, shortfall, xp.zeros_like(shortfall))),
        _log_sum(at_origin + alpha * below, xp),
    )
    divided = logarithm / xp.where(silent, xp.ones_like(alpha), alpha)
    return largest + xp.where(silent, xp.sum(shares * below, axis=0), divided)


def _of_each(formula: Formula, posterior: Posterior) -> Array:
    """A formula for one coordinate of one component, summed over coordinates: (K, ...)."""
    return posterior.xp.stack([posterior.xp.sum(call(formula, **known), axis=-1) for known, _ in posterior.plain()])


def _log_sum(logs: Array, xp: Namespace) -> Array:
    largest = xp.max(logs, axis=0)
    return largest + xp.log(xp.sum(xp.exp(logs - largest), axis=0))


def of_a_gaussian(formula: Formula, field: "MarginalField", t: Array | float) -> Array:
    """A formula for one coordinate of Gaussian data, summed over the eigenvectors of the covariance, in t's shape."""
    word, distribution = f"`{formula.__name__}`", field.distribution
    if len(distribution.weights) > 1:
        raise ValueError(
            f"`distribution` must have one component for {word}, which has no closed form for a mixture;"
            f" got {len(distribution.weights)}."
        )
    t = on_its_own(t)
    xp = namespace_of(t=t)
    scales = field.path.schedule.at(t)
    mean = distribution.means if distribution.bases is None else distribution.means @ distribution.bases[0]
    known = {"mean": converted(mean[0], t, xp), "variance": converted(distribution.variances[0], t, xp)}
    total = xp.sum(call(formula, **known, **{name: value[..., None] for name, value in scales.items()}), axis=-1)
    check_finite(total, xp, word, t, {name: scales[name] for name in ("alpha_t", "sigma_t")})
    return total
