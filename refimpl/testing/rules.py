"""What the checks ask of their callers: options in range, a distribution that can be drawn from, results in shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, check_count, check_number, check_seed, check_word, kind_of, shown
from refimpl.path import WORDS
from refimpl.schedules.schedule import check_schedule

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


def check_sampling(
    function: Any, name: str, schedule: Any, predicts: Any, steps: Any, accuracy: Any
) -> tuple[list[str], list[int]]:
    """What the checks of samplers share: the words that a network may predict, and numbers of steps that increase."""
    check_callable(function, name)
    check_schedule(schedule)
    words = list(predicts) if isinstance(predicts, list | tuple) else [predicts]
    if not words:
        raise ValueError(f"`predicts` must name one word at least; got {shown(predicts)}.")
    for word in words:
        check_word(word, "predicts", WORDS)
    counts = check_counts(steps)
    check_accuracy(accuracy)
    return words, counts


def check_counts(steps: Any) -> list[int]:
    """Numbers of steps, which increase."""
    if isinstance(steps, str | bytes | Mapping) or not isinstance(steps, Iterable):
        raise TypeError(f"`steps` must be a sequence of whole numbers; got {kind_of(steps)}.")
    counts = [check_count(n, "steps", least=1) for n in steps]
    if not counts or any(b <= a for a, b in pairwise(counts)):
        raise ValueError(f"`steps` must be numbers that increase; got {shown(counts)}.")
    return counts


def check_accuracy(accuracy: Any) -> float:
    if not 0 < check_number(accuracy, "accuracy") < 1:
        raise ValueError(f"`accuracy` must lie in (0, 1); got {accuracy:g}.")
    return float(accuracy)
