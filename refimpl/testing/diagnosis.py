"""Which known mistake does a function make? Its answers are compared with those of the wrong formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from itertools import combinations
from typing import Any

import numpy as np

from refimpl.registry import Equation, equations
from refimpl.testing.points import Batch
from refimpl.testing.truth import Answers, answers

Given = list[tuple[np.ndarray, ...]]

_RATES = ("dalpha_t", "dsigma_t", "half_variance_rate")


def diagnose(
    record: Equation, points: list[Batch], truths: list[Answers], given: Given, precision: str
) -> tuple[str, str | None]:
    """What is wrong, in words, and the name of the near miss that the function is.

    Args:
        record: the equation.
        points: batches inside the domain.
        truths: the right answers to each.
        given: the function's answers to each.
        precision: "float64" or "float32".

    Returns:
        Words, empty where everything agrees, and the near miss or None.
    """
    for miss in record.near_misses:
        if miss.function is not None:
            wrong = getattr(import_module(f"refimpl.formulas.near_misses.{record.entry['chapter']}"), miss.function)
            if _matches([answers(wrong, batch, precision) for batch in points], given):
                return f"It matches the near miss “{miss.name}” (made in: {miss.made_in}).", miss.name
    outputs = [output["name"] for output in record.entry["returns"]]
    bad = [o for o in range(len(outputs)) if not _matches(truths, given, (o,))]
    if not bad:
        return "", None
    undefined = sum(int(np.sum(~np.isfinite(got[o]))) for got in given for o in bad)
    if undefined:
        return f"It is not finite at {undefined} points inside the domain.", None
    for words, candidates in _candidates(record, points, truths, given, precision, bad):
        if _matches(candidates, given, tuple(bad)):
            return words + _which(bad, outputs), None
    return _by_precision(truths, given, bad, outputs, precision), None


def _candidates(
    record: Equation, points: list[Batch], truths: list[Answers], given: Given, precision: str, bad: list[int]
) -> Iterator[tuple[str, list[Answers]]]:
    """Wrong formulas that need no record of their own, the most telling first."""
    formula = record.function
    assert formula is not None

    def at(change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Answers]:
        return _if_any(formula, [replace(batch, values=change(batch.values)) for batch in points], truths, precision)

    names = [variable["name"] for variable in record.entry["inputs"]]
    outputs = [output["name"] for output in record.entry["returns"]]
    yield "Its sign is flipped.", _scaled(truths, -1.0)
    yield "It is twice what it should be: a factor 2 too much.", _scaled(truths, 2.0)
    yield "It is half of what it should be: a factor 2 is missing.", _scaled(truths, 0.5)
    rates = [name for name in names if name in _RATES]
    if rates:
        yield (
            "It matches the formula with time reversed (rates of the opposite sign): its time runs from data to noise.",
            at(lambda values: values | {name: -values[name] for name in rates}),
        )
    if "t" in names:
        flipped = at(lambda values: values | {"t": 1.0 - values["t"]})
        yield "It matches the formula at 1 - t: its time runs from data to noise.", flipped
        signs = [-1.0 if name in _RATES else 1.0 for name in outputs]
        words = "It matches the formula at 1 - t, rates included: its time runs from data to noise."
        yield words, _scaled(flipped, *signs)
    for first, second in combinations(range(len(outputs)), 2):
        order = list(range(len(outputs)))
        order[first], order[second] = second, first
        swapped = [Answers(*(tuple(part[o] for o in order) for part in (a.values, a.tolerances))) for a in truths]
        yield f"Its outputs {outputs[first]} and {outputs[second]} are in the opposite order.", swapped
    for first, second in combinations(names, 2):
        if _same_kind(points[0].values[first], points[0].values[second]):
            yield (
                f"It matches the formula with `{first}` and `{second}` swapped.",
                at(lambda values, a=first, b=second: values | {a: values[b], b: values[a]}),
            )
    if {"dalpha_t", "dsigma_t"} <= set(names):
        linear = {"dalpha_t": 1.0, "dsigma_t": -1.0}
        yield (
            "It matches the formula with dalpha_t = 1 and dsigma_t = -1: right on the linear path only.",
            at(lambda values: values | _like(values, linear)),
        )
    for name in names:
        for value in (1.0, 0.0, -1.0):
            yield (
                f"It matches the formula with `{name}` = {value:g}: `{name}` is forgotten, or taken as constant.",
                at(lambda values, name=name, value=value: values | _like(values, {name: value})),
            )
    for name in names:
        yield (
            f"It matches the formula with `{name}` squared.",
            at(lambda values, name=name: values | {name: values[name] ** 2}),
        )
        yield (
            f"It matches the formula with the sign of `{name}` flipped.",
            at(lambda values, name=name: values | {name: -values[name]}),
        )
    yield from _other_equations(record, points, truths, precision)
    yield from _ratios(truths, given, bad)


def _other_equations(
    record: Equation, points: list[Batch], truths: list[Answers], precision: str
) -> Iterator[tuple[str, list[Answers]]]:
    """Right answers to another question."""
    inputs = {variable["name"] for variable in record.entry["inputs"]}
    for other in equations():
        wanted = {variable["name"] for variable in other.entry["inputs"]}
        same = len(other.entry["returns"]) == len(record.entry["returns"])
        if other.id != record.id and other.function is not None and wanted <= inputs and same:
            words = f"It computes another equation of the registry, {other.id} ({other.title})."
            yield words, _if_any(other.function, points, truths, precision)


def _ratios(truths: list[Answers], given: Given, bad: list[int]) -> Iterator[tuple[str, list[Answers]]]:
    """A constant factor or a constant difference, read off the answers themselves."""
    value = np.concatenate([np.ravel(truth.values[bad[0]]) for truth in truths])
    got = np.concatenate([np.ravel(each[bad[0]]) for each in given])
    with np.errstate(all="ignore"):
        factor, shift = float(np.nanmedian(got / value)), float(np.nanmedian(got - value))
    yield f"It is {factor:.6g} times what it should be.", _scaled(truths, factor)
    moved = [Answers(tuple(v + shift for v in t.values), tuple(_wider(t, v, shift) for v in t.values)) for t in truths]
    yield f"It differs by a constant, {shift:.6g}.", moved


def _by_precision(truths: list[Answers], given: Given, bad: list[int], outputs: list[str], precision: str) -> str:
    """Right but inaccurate, or wrong in a way that nobody has met before."""
    eps, single = float(np.finfo(precision).eps), float(np.finfo(np.float32).eps)
    which = _which(bad, outputs)
    with np.errstate(all="ignore"):
        off = np.concatenate(
            [np.ravel(np.abs(a[o] / t.values[o] - 1)) for t, a in zip(truths, given, strict=True) for o in bad]
        )
    if precision == "float64" and _matches(truths, given, tuple(bad), factor=single / eps):
        if np.nanmedian(off) > single / 64:
            return f"The formula is right, but it is computed in float32.{which}"
    if _matches(truths, given, tuple(bad), factor=1 / np.sqrt(eps)):
        return f"The formula is right, but digits are lost: another order of operations would keep them.{which}"
    agree, total = 0, 0
    for truth, got in zip(truths, given, strict=True):
        for o in bad:
            with np.errstate(all="ignore"):
                agree += int(np.sum(np.abs(got[o] - truth.values[o]) <= truth.tolerances[o]))
            total += truth.values[o].size
    return f"No known mistake gives these answers; {agree} of {total} are right.{which}"


def _which(bad: list[int], outputs: list[str]) -> str:
    """Which outputs it is about, where it is not all of them."""
    return f" (Output: {', '.join(outputs[o] for o in bad)}.)" if len(bad) < len(outputs) else ""


def _matches(
    candidates: list[Answers], given: Given, outputs: tuple[int, ...] | None = None, factor: float = 1.0
) -> bool:
    """Whether a formula gives these answers, wherever it has an answer, and has one at most points."""
    compared = total = 0
    for candidate, got in zip(candidates, given, strict=True):
        for o in outputs if outputs is not None else range(len(got)):
            value, tolerance = candidate.values[o], candidate.tolerances[o]
            known = np.isfinite(value)
            with np.errstate(all="ignore"):
                if not np.all((np.abs(got[o] - value) <= factor * tolerance) | ~known):
                    return False
            compared, total = compared + int(known.sum()), total + value.size
    return 2 * compared > total


def _if_any(formula: Callable[..., Any], points: list[Batch], truths: list[Answers], precision: str) -> list[Answers]:
    """The answers of a formula; undefined if it has none of this shape: a covariance of 0 has no inverse."""
    try:
        found = [answers(formula, batch, precision) for batch in points]
    except ValueError:  # what NumPy raises for singular matrices, and for shapes that do not fit
        found = []
    shapes = [[value.shape for value in each.values] for each in truths]
    if shapes == [[value.shape for value in each.values] for each in found]:
        return found
    nowhere = [tuple(np.full(value.shape, np.nan) for value in truth.values) for truth in truths]
    return [Answers(undefined, undefined) for undefined in nowhere]


def _scaled(truths: list[Answers], *factors: float) -> list[Answers]:
    """Every output times its factor (or all times the only one)."""
    found = []
    for truth in truths:
        each = factors if len(factors) > 1 else factors * len(truth.values)
        values = tuple(f * v for f, v in zip(each, truth.values, strict=True))
        found.append(Answers(values, tuple(max(abs(f), 1.0) * t for f, t in zip(each, truth.tolerances, strict=True))))
    return found


def _wider(truth: Answers, value: np.ndarray, shift: float) -> np.ndarray:
    index = next(o for o, each in enumerate(truth.values) if each is value)
    return truth.tolerances[index] + 4 * np.finfo(np.float32).eps * abs(shift)


def _same_kind(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b)


def _like(values: dict[str, Any], constants: dict[str, float]) -> dict[str, Any]:
    """The constants in the shapes that these arguments have."""
    return {n: c if isinstance(values[n], float) else np.full(np.shape(values[n]), c) for n, c in constants.items()}
