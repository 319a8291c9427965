"""How far two floating-point values may differ: what the conditioning allows, and no more.

The accuracy that the library promises is `ROUNDINGS` rounding errors times the condition number of the output at that
point: |output| plus the sum over all inputs of |input · d(output)/d(input)|. Here it is measured: every entry of every
input is moved by a relative STEP, up or down at random, in so many PARTIES, and the changes are added. Entries that
move together may cancel, so this is at most the sum, and a bound made of it is never looser than the promise; where an
output depends on few entries it is the sum.

A value that is noisy does not excuse itself: noise of the size e enters the condition number as e / STEP, and the bound
as e · ROUNDINGS · eps / STEP, which is e / 2^18.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb, ctx
from scipy.integrate import solve_ivp

from refimpl.distributions import GaussianMixture
from refimpl.field import MarginalField
from refimpl.testing.compare import rate_of_change
from refimpl.testing.conditioning import ROUNDINGS

STEP = 2.0**-30
PARTIES = 16
WEIGHT = 11 / 6  # the weights of the difference quotient, without their signs


def condition(function: Callable[..., Any], *inputs: Any, sizes: tuple[Any, ...] | None = None) -> np.ndarray:
    """The condition number of each entry of function(*inputs); inputs are numbers or arrays, called in float64.

    Inputs that were computed themselves err by more than a rounding: `sizes` are then their own condition numbers.
    """
    return measured(lambda *given: {"": function(*given)}, *inputs, sizes=sizes)[""][1]


def measured(
    function: Callable[..., dict[str, Any]],
    *inputs: Any,
    sizes: tuple[Any, ...] | None = None,
    parties: int = PARTIES,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each quantity that the function returns, by name, the value and the condition number of every entry."""
    inputs = tuple(_double(each) for each in inputs)
    known = inputs if sizes is None else tuple(np.broadcast_to(s, i.shape) for s, i in zip(sizes, inputs, strict=True))
    values = {name: _double(value) for name, value in function(*map(_as_given, inputs)).items()}
    conditions = {name: np.abs(value) for name, value in values.items()}
    starts = np.cumsum([0, *(each.size for each in inputs)])
    signs = np.random.default_rng(0).choice([-1, 1], starts[-1])
    signs[np.concatenate([each.ravel() for each in inputs]) == 1] = -1  # t = 1 is the end of time
    party = np.arange(starts[-1]) % parties
    for turn in range(min(parties, starts[-1])):
        steps = STEP * np.where(party == turn, signs, 0)
        moved = [
            each + size * steps[at : at + each.size].reshape(each.shape)
            for each, size, at in zip(inputs, known, starts, strict=False)
        ]
        for name, there in function(*map(_as_given, moved)).items():
            with np.errstate(invalid="ignore"):  # what is not finite has no condition number
                conditions[name] = conditions[name] + np.abs(_double(there) - values[name]) / STEP
    return {name: (value, conditions[name]) for name, value in values.items()}


def with_mixture(mixture: GaussianMixture, function: Callable[..., Any], *inputs: Any) -> tuple[Any, ...]:
    """`function(mixture, *inputs)` as a function and its inputs, the parameters of the mixture among them."""
    if mixture.bases is not None:
        kind, spread = "covariances", mixture.covariances
    else:  # round components have one variance, which moves as one
        alike = np.all(mixture.variances == mixture.variances[:, :1])
        kind, spread = "variances", mixture.variances[:, 0] if alike else mixture.variances

    def with_parameters(weights: Any, means: Any, spread: Any, *inputs: Any) -> Any:
        spread = (spread + spread.mT) / 2 if kind == "covariances" else spread
        return function(GaussianMixture(weights / weights.sum(), means, **{kind: spread}), *inputs)

    return with_parameters, mixture.weights, mixture.means, spread, *inputs


def of_field(field: MarginalField, name: str, x: Any, t: Any) -> np.ndarray:
    """The condition numbers of one of the field's quantities, by the name of its method.

    A covariance is made of products of two distances from the mean: where they vanish, their errors multiply.
    """

    def quantity(mixture: GaussianMixture, x: Any, t: Any) -> Any:
        return getattr(MarginalField(field.path, mixture), name)(x, t)

    own = condition(*with_mixture(field.distribution, quantity, x, t))
    if name == "posterior_covariance":
        mean = of_field(field, "denoiser", x, t)
        own = own + ROUNDINGS * _eps(x) * mean[..., :, None] * mean[..., None, :]
    return own


def close(found: Any, expected: Any, condition: Any, of_expected: Any = 0, *, vectors: bool = False) -> None:
    """Each entry is as accurate as its condition number allows, in the precision of what was found.

    Where what is expected was computed too, it errs as well, in its own precision. The entries of a vector, along the
    last axis, count together where they were computed in another basis.
    """
    allowed = _eps(found) * np.asarray(condition) + _eps(expected) * np.asarray(of_expected)
    within(found, expected, ROUNDINGS * allowed, vectors=vectors)


def within(found: Any, expected: Any, allowed: Any, *, vectors: bool = False) -> None:
    """No entry is off by more than what is allowed there, which is finite: else nothing would have been compared."""
    found, expected = np.broadcast_arrays(_double(found), _double(expected))
    with np.errstate(invalid="ignore"):
        off = np.abs(np.where(found == expected, 0, found - expected))
    allowed = np.broadcast_to(allowed, found.shape)
    if vectors:
        off, allowed = (np.linalg.norm(each, axis=-1) for each in (off, allowed))
    assert np.all((off == 0) | (off <= allowed) & np.isfinite(allowed)), _worst(off, allowed)


def agree(one: Callable[..., Any], other: Callable[..., Any], *inputs: Any, vectors: bool = False) -> None:
    """Two ways to compute the same, each with the accuracy that is promised."""
    close(one(*inputs), other(*inputs), condition(one, *inputs), condition(other, *inputs), vectors=vectors)


def accurate(function: Callable[..., Any], expected: Any, *inputs: Any, vectors: bool = False) -> None:
    """What a function returns is the exact value, with the accuracy that is promised.

    The exact value is a number, or a formula in NumPy's functions, which is then evaluated in 200-bit balls.
    """
    exact = in_balls(expected, *inputs) if callable(expected) else expected
    close(function(*inputs), exact, condition(function, *inputs), vectors=vectors)


def in_balls(formula: Callable[..., Any], *inputs: Any) -> np.ndarray:
    """A formula in NumPy's functions at exactly these inputs, rounded once."""
    before, ctx.prec = ctx.prec, 200
    try:
        exact = formula(*(np.frompyfunc(lambda v: arb(float(v)), 1, 1)(_double(each)) for each in inputs))
        return np.asarray(np.frompyfunc(_certain, 1, 1)(np.asarray(exact)), dtype=float)
    finally:
        ctx.prec = before


def chained(steps: list[Callable[[Any], Any]], x: Any) -> np.ndarray:
    """The condition numbers of the points that steps lead to, one after the other, the first point among them: each
    step errs by itself, and carries on what came before.
    """
    known = [np.abs(_double(x))]
    for step in steps:
        known.append(condition(step, x, sizes=(known[-1],)))
        x = step(x)
    return np.stack(known)


def slope(
    function: Callable[[Any], Any], t: Any, step: float = 2.0**-10, known: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """The derivative as a difference quotient, and what it may be off by: for its order, and for the roundings.

    Where the values depend on more than t, `known` are their condition numbers.
    """
    value, gap = rate_of_change(lambda u: _double(function(u)), t, step)
    known = condition(function, t) if known is None else known
    return value, gap + ROUNDINGS * float(np.finfo(float).eps) * known * WEIGHT / step


def converged(run: Callable[[float], Any]) -> tuple[np.ndarray, np.ndarray]:
    """What a solver returns when it is asked for errors under 1e-12 in every step, and what that may be off by.

    That is no more than the distance from what it returns under 1e-10, but for the roundings.
    """
    value, coarse = _double(run(1e-12)), _double(run(1e-10))
    return value, np.abs(value - coarse) + ROUNDINGS * float(np.finfo(float).eps) * np.abs(value).max()


def limit(function: Callable[[float], Any], step: float, known: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where function(h) goes as h goes to 0, with an error of first order, and what that may be off by.

    One extrapolation leaves an error of second order: a third of its distance from the one with steps twice as large.
    `known` are the condition numbers of the values.
    """
    one, two, four = (_double(function(k * step)) for k in (1, 2, 4))
    value, coarse = 2 * one - two, 2 * two - four
    return value, np.abs(value - coarse) + 5 * ROUNDINGS * float(np.finfo(float).eps) * _double(known)


def integrated(
    motion: Callable[[Any, Any], Any], start: Any, times: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Where dx/dt = motion(x, t) leads, by a solver that knows nothing of paths, and what that may be off by."""

    def run(tolerance: float) -> Any:
        solution = solve_ivp(
            lambda t, x: motion(x, t), times, start, method="DOP853", rtol=tolerance, atol=tolerance / 10
        )
        return solution.y[:, -1]

    return converged(run)


def is_rate_of(rate: Callable[[Any], Any], function: Callable[[Any], Any], t: Any) -> None:
    """The one is the derivative of the other, as far as a difference quotient can tell."""
    value, allowed = slope(function, t)
    within(rate(t), value, allowed + ROUNDINGS * float(np.finfo(float).eps) * condition(rate, t))


def _certain(ball: Any) -> float:
    assert ball == 0 or ball.rel_accuracy_bits() > 60, ball
    return float(ball.mid())


def _as_given(value: np.ndarray) -> Any:
    return value if value.ndim else float(value)


def _double(value: Any) -> np.ndarray:
    return np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=np.float64)


def _eps(value: Any) -> float:
    dtype = np.asarray(value.detach() if hasattr(value, "detach") else value).dtype
    return float(np.finfo(dtype if dtype.kind == "f" else np.float64).eps)


def _worst(off: np.ndarray, allowed: np.ndarray) -> str:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.isnan(off), np.inf, off / np.where(off == 0, 1, allowed))
    where = np.unravel_index(np.argmax(ratio), ratio.shape)
    return f"off by {off[where]:.3g} at {tuple(map(int, where))}, where {allowed[where]:.3g} is allowed"
