"""Plain comparison of somebody's numbers with the right ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl.conform.check import digits_of
from refimpl.testing.evidence import Evidence, measured


def agreement(
    name: str,
    statement: str,
    got: Any,
    expected: Any,
    *,
    accuracy: float,
    words: str = "",
    scale: Any = None,
) -> Evidence:
    """Compares arrays by the largest relative error.

    Args:
        name: name of the check.
        statement: what is tested, in one sentence.
        got: the library's numbers: a NumPy array, a PyTorch tensor, or nested lists of numbers.
        expected: the right ones, in the same shape; infinities must be met exactly.
        accuracy: the relative error that is allowed; it comes from a reason, such as tables in float32.
        words: what a failure means; stands before the figures.
        scale: what an error is relative to, a number or an array. By default the expected value itself, and where that
            is zero the error counts as it is. For samples it is their spread.

    Returns:
        The evidence. The statistic is the largest relative error, `details["digits"]` its number of correct digits.

    Raises:
        ValueError: expected values that are not numbers, or an accuracy or scale that is not positive.
    """
    theirs, right = _array(got), _array(expected)
    if not (math.isfinite(accuracy) and accuracy > 0):
        raise ValueError(f"`accuracy` must be positive; got {accuracy}.")
    if np.isnan(right).any() or not right.size:
        raise ValueError("`expected` must be numbers, at least one.")
    if theirs.shape != right.shape:
        failure = f"{words} It has the shape {theirs.shape}, and should have {right.shape}.".strip()
        return measured(name, statement, failure, math.inf, accuracy, right.size, "", digits=0.0)
    sizes = np.where(right == 0, 1.0, np.abs(right)) if scale is None else np.broadcast_to(_array(scale), right.shape)
    if not np.all(sizes > 0):
        raise ValueError("`scale` must be positive.")
    with np.errstate(invalid="ignore", over="ignore"):
        errors = np.abs(theirs - right) / np.where(np.isfinite(sizes), sizes, 1.0)
    errors = np.where(theirs == right, 0.0, np.where(np.isfinite(errors), errors, np.inf))
    at = np.unravel_index(np.argmax(errors), errors.shape)
    worst = float(errors[at])
    found = digits_of(worst)
    many = f"{right.size} numbers agree" if right.size > 1 else "the number agrees"
    passed = f"holds: {many} to {found:.1f} digits."
    failure = ""
    if not worst <= accuracy:
        place = f" at index {', '.join(str(int(k)) for k in at)}" if right.size > 1 else ""
        off = "is not finite" if not np.isfinite(theirs[at]) else f"is off by {worst:.2g}, allowed {accuracy:.2g}"
        shown = max(7, min(int(found) + 3, 17))  # enough to see the difference
        failure = f"{words} It {off}{place}: got {theirs[at]:.{shown}g}, expected {right[at]:.{shown}g}.".strip()
    details = {"digits": found, "got": float(theirs[at]), "expected": float(right[at])}
    return measured(name, statement, failure, worst, accuracy, right.size, passed, **details)


def _array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # a PyTorch tensor, on whatever device
        value = value.detach().cpu().double().numpy()
    elif isinstance(value, list | tuple):
        return np.array([_array(each) for each in value], dtype=np.float64)
    return np.asarray(value, dtype=np.float64)
