"""What the notation table says of the values of a quantity, read so that a machine can hold a number against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp

from derivations.engine.equation import Variable

NUMBERS = {"0": mp.mpf(0), "1": mp.mpf(1), "pi/2": mp.pi / 2}
PLAIN: dict[str, Callable[[Any], bool]] = {
    "real": lambda v: True,
    "positive": lambda v: v > 0,
    "positive definite": lambda v: v > 0,
    "nonnegative": lambda v: v >= 0,
    "not zero": lambda v: v != 0,
    "not one": lambda v: v != 1,
    "-1 or 1": lambda v: v in (-1, 1),
    "1, 2, ...": lambda v: v == int(v) and v >= 1,
}
REMARKS = ("positive where it divides", "positive where the ratio grows")  # assumptions of equations, not of the row
RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "at least": lambda v, other: v >= other,
    "less than": lambda v, other: v < other,
    "greater than": lambda v, other: v > other,
}


class UnknownDomain(ValueError):
    """A row whose domain is a text that nobody has taught the reader."""


def holds(row: Variable, values: Mapping[str, Any]) -> bool:
    """Do the values of a row, among those of all quantities by name, lie where the row says? For one value for each
    component, each of them; an end that is another quantity counts where that has a value."""
    found = values[row.name]
    if isinstance(found, mp.matrix) and row.domain == "positive definite":
        return bool(min(mp.eigsy(found, eigvals_only=True)) > 0)
    each = list(found) if isinstance(found, list | mp.matrix) else [found]
    if row.domain == "positive, with sum 1":
        return all(v > 0 for v in each) and (len(each) == 1 or abs(mp.fsum(each) - 1) < mp.mpf(10) ** -20)
    return all(mp.isfinite(v) and _within(v, row.domain, values) for v in each)


def _within(v, domain: str, values: Mapping[str, Any]) -> bool:
    if domain in PLAIN:
        return PLAIN[domain](v)
    if interval := re.fullmatch(r"([\[(])(\S+), (\S+)([\])])", domain):
        opening, low, high, closing = interval.groups()
        if {low, high} <= NUMBERS.keys():
            above = v >= NUMBERS[low] if opening == "[" else v > NUMBERS[low]
            return bool(above and (v <= NUMBERS[high] if closing == "]" else v < NUMBERS[high]))
    if index := re.fullmatch(r"([01]) \.\. (\w+)", domain):
        first, last = index.groups()
        return bool(v >= int(first) and (last not in values or v <= values[last]))
    if relation := re.fullmatch(rf"({'|'.join(RELATIONS)}) (\w+)", domain):
        how, other = relation.groups()
        return other not in values or bool(RELATIONS[how](v, values[other]))
    first, _, rest = domain.rpartition(", ")
    if rest in REMARKS:
        return _within(v, first, values)
    if rest in PLAIN and first == "real":
        return PLAIN[rest](v)
    raise UnknownDomain(f"no reader knows the domain `{domain}`")
