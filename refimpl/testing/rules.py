"""What the checks ask of their callers: options in range, a distribution that can be drawn from, results in shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, check_count, check_number, check_seed, kind_of, shown

MOST_LOG2_POINTS = 29  # Sobol points of `quasi` have 30 bits
LEAST_REPLICATES = 8


def check_options(options: Mapping[str, Any]) -> None:
    """The options that all checks share, `compare.Options`, as far as they are given."""
    known = ("statement", "seed", "false_alarm", "replicates", "log2_points")
    if strange := [name for name in options if name not in known]:
        raise TypeError(f"`options` must be of {', '.join(known)}; got {strange[0]}.")
    if not isinstance(options.get("statement", ""), str):
        raise TypeError(f"`statement` must be a string; got {kind_of(options['statement'])}.")
    check_seed(options.get("seed", 0), generators=False)
    check_count(options.get("log2_points", 0), "log2_points", most=MOST_LOG2_POINTS)
    if "false_alarm" in options and not 0 < check_number(options["false_alarm"], "false_alarm") < 1:
        raise ValueError(f"`false_alarm` must lie in (0, 1); got {options['false_alarm']}.")
    if "replicates" in options and check_count(options["replicates"], "replicates") < LEAST_REPLICATES:
        raise ValueError(
            f"`replicates` must be at least {LEAST_REPLICATES}, or their scatter says little;"
            f" got {options['replicates']}."
        )


def check_distribution(distribution: Any) -> None:
    dimension = getattr(distribution, "dimension", None)
    if isinstance(distribution, type) or not callable(getattr(distribution, "transform", None)):
        raise TypeError(f"`distribution` must have a method `transform`; got {kind_of(distribution)}.")
    if not isinstance(dimension, Integral) or isinstance(dimension, bool) or dimension < 1:
        raise TypeError(f"`distribution` must have a `dimension`, at least 1; got {shown(dimension)}.")


def check_times(times: Any, least: int, *, name: str = "times") -> list[float]:
    """Finite numbers, at least so many, as floats."""
    if isinstance(times, str | bytes | Mapping) or not isinstance(times, Iterable):
        raise TypeError(f"`{name}` must be a sequence of real numbers; got {kind_of(times)}.")
    numbers = [check_number(time, name) for time in times]
    if len(numbers) < least:
        raise ValueError(f"`{name}` must have {least} of them at least; got {len(numbers)}.")
    return numbers


def check_callables(**functions: Any) -> None:
    for name, function in functions.items():
        check_callable(function, name)


def rows(result: Any, name: str, like: np.ndarray | int) -> np.ndarray:
    """A result that must have the shape of `like`, or so many rows where that is a number."""
    shape = getattr(result, "shape", None)
    if isinstance(like, np.ndarray) and shape == like.shape:
        return result
    if isinstance(like, int) and shape is not None and len(shape) == 2 and shape[0] == like and shape[1] > 0:
        return result
    wanted = str(like.shape) if isinstance(like, np.ndarray) else f"({like}, k)"
    raise ValueError(f"`{name}` must return an array of shape {wanted}; got {shape or kind_of(result)}.")
