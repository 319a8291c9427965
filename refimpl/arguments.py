"""Rules that a single argument must keep, whatever it is for: a number, a count, a seed, a word, a flag, a function.

Each raises TypeError for the wrong kind and ValueError for the wrong value, in one sentence: the argument, the rule,
what came. A boolean is not a number.
"""

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

_SHOWN = 60  # characters of a value that a message repeats


def kind_of(value: Any) -> str:
    """The type of a value, as messages name it."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def shown(value: Any) -> str:
    """The value as messages repeat it, on one line and cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def as_float(number: Any) -> float:
    """A real number as a float; integers that are too large become infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def check_number(number: Any, name: str) -> float:
    """A finite real number, as a float."""
    if not is_number(number):
        raise TypeError(f"`{name}` must be a real number; got {kind_of(number)}.")
    value = as_float(number)
    if not math.isfinite(value):
        raise ValueError(f"`{name}` must be finite; got {value}.")
    return value


def check_count(count: Any, name: str = "n", least: int = 0, most: int | None = None) -> int:
    if not isinstance(count, Integral) or isinstance(count, bool):
        raise TypeError(f"`{name}` must be a whole number; got {kind_of(count)}.")
    number = int(count)
    if number < least:
        rule = "not be negative" if least == 0 else f"be at least {least}"
        raise ValueError(f"`{name}` must {rule}; got {shown(count)}.")
    if most is not None and number > most:
        raise ValueError(f"`{name}` must be at most {most}; got {shown(count)}.")
    return number


def check_seed(seed: Any, *, generators: bool = True) -> Any:
    """A whole number that is not negative, or, where they are welcome, a NumPy Generator."""
    import numpy as np  # the command line reads the registry, and with it this module, before it sets up NumPy

    if generators and isinstance(seed, np.random.Generator):
        return seed
    if not isinstance(seed, Integral) or isinstance(seed, bool):
        rule = "a whole number or a NumPy Generator" if generators else "a whole number"
        raise TypeError(f"`seed` must be {rule}; got {kind_of(seed)}.")
    return check_count(seed, "seed")


def check_word(word: Any, name: str, words: Sequence[str]) -> str:
    if not isinstance(word, str) or word not in words:
        raise ValueError(f"`{name}` must be one of {', '.join(words)}; got {shown(word)}.")
    return word


def check_flag(flag: Any, name: str) -> None:
    if not isinstance(flag, bool):
        raise TypeError(f"`{name}` must be True or False; got {kind_of(flag)}.")


def check_callable(function: Any, name: str) -> None:
    if not callable(function):
        raise TypeError(f"`{name}` must be callable; got {kind_of(function)}.")
