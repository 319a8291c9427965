"""The right answers at a batch of points, and how far a sound implementation may be from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._call import call
from refimpl.testing.points import Batch
from refimpl.testing.rounding import Tracked, TrackedNamespace, with_functions

_MORE_OPERATIONS = 4
_OURS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Answers:
    """Values of each output (float64 arrays), and the disagreement that is allowed with each."""

    values: tuple[np.ndarray, ...]
    tolerances: tuple[np.ndarray, ...]


def answers(formula: Callable[..., Any], batch: Batch, dtype: str) -> Answers:
    """Evaluates a generated formula together with its running error analysis.

    The tolerance has two parts, both in the precision of `dtype`: the rounding error of the formula as it is printed,
    and, for any other order of operations, N times the conditioning. A backward stable algorithm of N operations
    returns the exact answer to inputs that were moved by at most N eps each, relative to themselves; N is taken as four
    times the number of operations of the printed formula. Where the bound is not finite, as at the zero of a square
    root, half the digits of the largest value are asked for, since there an input that moves by eps moves the answer by
    the square root of eps. An answer that the precision cannot hold counts as infinite, or as near zero.
    """
    inputs = {name: Tracked.exact(value) for name, value in batch.values.items()}
    functions = TrackedNamespace()
    with np.errstate(all="ignore"):
        results = call(with_functions(formula, functions), xp=functions, **inputs)
    results = results if isinstance(results, tuple) else (results,)
    judged = [_judged(result, dtype) for result in results]
    shape = np.broadcast_shapes(*(value.shape for value, _ in judged))  # a rate may be the same number everywhere
    if shape == ():
        shape = np.broadcast_shapes(*(np.shape(value) for value in batch.values.values() if np.ndim(value) <= 1))
    values, tolerances = (tuple(np.broadcast_to(part, shape) for part in parts) for parts in zip(*judged, strict=True))
    return Answers(values, tolerances)


def worst_conditioned(formula: Callable[..., Any], batches: list[Batch], dtype: str) -> Batch:
    """The points at which rounding does most harm, by what is allowed there as a part of the value.

    Of elementwise equations points of all batches; where points of a batch share a number, the batch with the worst.
    """
    harm = []
    for batch in batches:
        found = answers(formula, batch, dtype)
        with np.errstate(all="ignore"):
            parts = [
                np.where(np.isfinite(value) & (value != 0), tolerance / np.abs(value), 0.0)
                for value, tolerance in zip(found.values, found.tolerances, strict=True)
            ]
        harm.append(np.max(parts, axis=0))
    if any(np.ndim(value) != 1 or np.shape(value) != harm[0].shape for value in batches[0].values.values()):
        return batches[int(np.argmax([np.max(each) for each in harm]))]
    worst = np.argsort(np.concatenate(harm))[::-1][: len(harm[0])]
    return Batch({n: np.concatenate([batch.values[n] for batch in batches])[worst] for n in batches[0].values})


def _judged(result: Any, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    result = result if isinstance(result, Tracked) else Tracked(result)
    value, limits = np.asarray(result.value, dtype=np.float64), np.finfo(dtype)
    eps, tiny = float(limits.eps), float(limits.tiny)
    with np.errstate(all="ignore"):
        value = np.where(np.abs(value) > float(limits.max), np.copysign(np.inf, value), value)
        freedom = _MORE_OPERATIONS * (result.operations + 1) * result.sensitivity
        tolerance = np.broadcast_to(eps * (result.error + freedom) + _OURS * result.error + tiny, value.shape)
    largest = np.max(np.abs(value), initial=0.0, where=np.isfinite(value))
    return value, np.where(np.isfinite(tolerance), tolerance, np.sqrt(eps) * largest)
