"""How far two floating-point values may differ: what the conditioning allows, and no more.

The accuracy that the library promises is `ROUNDINGS` rounding errors times the condition number of the output at that
point: |output| plus the sum over all inputs of |input · d(output)/d(input)|. Here it is measured: every entry of every
input is moved by a relative STEP, up or down at random, in PROBES parties, and the changes are added. Entries that move
together may cancel, so this is at most the sum, and a bound made of it is never looser than the promise; where an
output depends on few entries it is the sum.

A value that is noisy does not excuse itself: noise of the size e enters the condition number as e / STEP, and the bound
as e · ROUNDINGS · eps / STEP, which is e / 2^18.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.distributions import GaussianMixture
from refimpl.testing.conditioning import ROUNDINGS

STEP = 2.0**-30
PROBES = 16


def condition(function: Callable[..., Any], *inputs: Any) -> np.ndarray:
    """The condition number of each entry of function(*inputs); inputs are numbers or arrays, called in float64."""
    return measured(lambda *given: {"": function(*given)}, *inputs)[""][1]


def measured(function: Callable[..., dict[str, Any]], *inputs: Any) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each quantity that the function returns, by name, the value and the condition number of every entry."""
    inputs = tuple(_double(each) for each in inputs)
    random, entries = np.random.default_rng(0), sum(each.size for each in inputs)
    values = {name: _double(value) for name, value in function(*map(_as_given, inputs)).items()}
    conditions = {name: np.abs(value) for name, value in values.items()}
    signs, turns = random.choice([-1, 1], entries), np.arange(entries) % PROBES
    starts = np.cumsum([0, *(each.size for each in inputs)])
    for probe in range(min(PROBES, entries)):
        steps = 1 + STEP * np.where(turns == probe, signs, 0)
        moved = [
            each * steps[at : at + each.size].reshape(each.shape) for each, at in zip(inputs, starts, strict=False)
        ]
        for name, there in function(*map(_as_given, moved)).items():
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


def close(found: Any, expected: Any, condition: Any, *, vectors: bool = False) -> None:
    """Each entry is as accurate as its condition number allows, in the precision of what was found.

    Where two computed values are compared, the condition number is the sum of both. The entries of a vector, along the
    last axis, count together where they were computed in another basis.
    """
    eps = max(_eps(found), _eps(expected))
    found, expected = _double(found), _double(expected)
    assert found.shape == expected.shape or not np.ndim(expected), (found.shape, expected.shape)
    off, condition = np.abs(found - expected), np.broadcast_to(condition, found.shape)
    if vectors:
        off, condition = (np.linalg.norm(each, axis=-1) for each in (off, condition))
    allowed = ROUNDINGS * eps * condition
    assert np.all(off <= allowed), _worst(off, allowed)


def agree(one: Callable[..., Any], other: Callable[..., Any], *inputs: Any, vectors: bool = False) -> None:
    """Two ways to compute the same, each with the accuracy that is promised."""
    both = condition(one, *inputs) + condition(other, *inputs)
    close(one(*inputs), other(*inputs), both, vectors=vectors)


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
