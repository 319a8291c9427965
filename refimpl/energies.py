"""The potential of the marginal velocity of a mixture, and the energies of one Gaussian."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from refimpl._call import call
from refimpl.edge import Array, Namespace, check_finite, converted, namespace_of, on_its_own
from refimpl.empirical import Empirical
from refimpl.formulas import components, marginals
from refimpl.posterior import Posterior

if TYPE_CHECKING:
    from refimpl.field import MarginalField

Formula = Callable[..., Any]

_OVERFLOWS = 60.0  # the exponential of less is finite in float32 too


def potential(posterior: Posterior) -> Array:
    """The work against the velocity on the straight way from the origin to x: (...).

    The log density is compared with that of a round Gaussian around zero: near t = 0 squared distance and log density,
    both divided by alpha_t, would cancel. Any variance will do; the average one leaves least to compare.
    """
    xp = posterior.xp
    average_variance = xp.sum(posterior.weights * xp.mean(posterior.variances, axis=-1))
    posterior = replace(posterior, reference_variance=average_variance)
    scales = {name: value[..., 0] if value.ndim else value for name, value in posterior.scales.items()}
    known = scales | {"reference_variance": average_variance}
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
    shares = xp.exp(at_origin - _log_sum(at_origin, xp))
    rises = _of_each(marginals.component_rise, posterior)
    average = xp.sum(shares * rises, axis=0)
    beyond = alpha * (rises - average)
    # By Jensen's inequality the sum is 1 and something not negative, which is better known than the sum.
    moderate, silent = xp.max(beyond, axis=0) < _OVERFLOWS, alpha == 0
    something = xp.sum(shares * xp.expm1(xp.where(moderate, beyond, xp.zeros_like(beyond))), axis=0)
    much = _log_sum(at_origin + beyond, xp) - _log_sum(at_origin, xp)
    divided = xp.where(moderate, xp.log1p(something), much) / xp.where(silent, xp.ones_like(alpha), alpha)
    first_order = alpha * xp.sum(shares * (rises - average) ** 2, axis=0) / 2  # zero, but not its derivative in time
    return average + xp.where(silent, first_order, divided)


def _of_each(formula: Formula, posterior: Posterior) -> Array:
    """A formula for one coordinate of one component, summed over coordinates: (K, ...)."""
    return posterior.xp.stack(
        [posterior.xp.sum(call(formula, **known), axis=-1) for known, _ in posterior.components()]
    )


def _log_sum(logs: Array, xp: Namespace) -> Array:
    largest = xp.max(logs, axis=0)
    return largest + xp.log(xp.sum(xp.exp(logs - largest), axis=0))


def of_a_gaussian(formula: Formula, field: "MarginalField", t: Array | float) -> Array:
    """A formula for one coordinate of Gaussian data, summed over the eigenvectors of the covariance, in t's shape."""
    word, distribution = f"`{formula.__name__}`", field.distribution
    if isinstance(distribution, Empirical):
        raise ValueError(f"`distribution` must be a Gaussian for {word}; got an Empirical.")
    if len(distribution.weights) > 1:
        raise ValueError(
            f"`distribution` must have one component for {word}, which has no closed form for a mixture;"
            f" got {len(distribution.weights)}."
        )
    t = on_its_own(t)
    xp = namespace_of(t=t)
    scales = field.path.schedule.at(t)
    # Of the mean only the length matters, so it need not be turned into the eigenbasis.
    known = {"mean": distribution.means[0], "variance": distribution.variances[0]}
    known = {name: converted(value, t, xp) for name, value in known.items()}
    total = xp.sum(call(formula, **known, **{name: value[..., None] for name, value in scales.items()}), axis=-1)
    check_finite(total, xp, word, t, {name: scales[name] for name in ("alpha_t", "sigma_t")})
    return total
