"""Somebody else's prediction, against the exact field of data that are known: is it what it says, and if not, what?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from refimpl.arguments import check_callable, check_count, check_flag, check_seed, check_word, kind_of, shown
from refimpl.field import MarginalField
from refimpl.path import WORDS
from refimpl.schedules import Discrete
from refimpl.testing.bridge import Backend, check_dtype, numpy_callable
from refimpl.testing.checks import check_conditional_expectation, check_score, check_transport
from refimpl.testing.evidence import Evidence
from refimpl.testing.field_mistakes import SAID, Question, candidates
from refimpl.testing.places import TIMES, Places, allowed, check_finite, places
from refimpl.testing.rules import check_accuracy, check_times

_MEANING_AT = 0.4


class Raised(Exception):
    """The prediction raised; the message says what it was given."""


def check_field(
    predict: Callable[..., Any],
    field: MarginalField,
    *,
    predicts: str = "velocity",
    times: Sequence[float] | None = None,
    t: str = "each",
    shape: Sequence[int] | None = None,
    dtype: Any = None,
    backend: Backend = "numpy",
    accuracy: float | None = None,
    experiment: bool = True,
    seed: int = 0,
) -> Evidence:
    """Is this the best prediction of a network on the field's data?

    `predict(x, t)` is asked at points of p_t that fill it evenly, and at hard ones: at the components, between them,
    far out, near the origin; at times inside and near both ends. First all points of a call have one time,
    then each its own. How far it may be from the truth follows from the dtype and the conditioning at each point.
    Then the experiment of its meaning is run: E[... | x] by test functions, the score by Stein's identity, the velocity
    by what it does to the law.

    Args:
        predict: x and t to the prediction, in the shape of x.
        field: the exact one.
        predicts: the word: data, noise, velocity, v_prediction or score.
        times: where it is asked, noise at 0 and data at 1; None: inside and near both ends. A lambda maps theirs.
        t: "each": a row with a time for each point, (n,); "one": a number for all.
        shape: of one point, such as (3, 32, 32), with as many entries as the field has dimensions; None for a row.
        dtype: float64 (default) or float32: what it is given.
        backend: "numpy", "torch" or "jax": what it is given.
        accuracy: the relative error that is allowed beside rounding, for a network that was trained or for tables in
            float32; None for none.
        experiment: whether the experiment of its meaning is run.
        seed: of the points.

    Returns:
        The evidence: `statistic` is the largest disagreement as a part of what is allowed (`threshold`, 1); `words`
        name the mistake where it is a known one; `details["experiment"]` is the evidence of the experiment.
    """
    _check(predict, field, predicts, t, accuracy)
    check_flag(experiment, "experiment")
    check_seed(seed, generators=False)
    precision, own = check_dtype(dtype), _shape(shape, field.distribution.dimension)
    asked = _asked(predict, own, t, backend, precision)
    where = places(field, _times(times, field, precision), seed, precision, own[-1])
    truth = (question := Question(field, predicts, where)).answers[predicts]
    may = allowed(field, predicts, where, truth, precision)[:, None] * np.ones_like(truth)
    check_finite(truth, may, where, predicts)
    if accuracy is not None:
        for piece in where.pieces:
            may[piece] += accuracy * math.sqrt(float(np.mean(truth[piece] ** 2)))
    statement = f"It predicts {SAID[predicts]} of {field.distribution!r}."
    try:
        got = np.concatenate([asked(where.x[piece], where.t[piece]) for piece in where.pieces])
    except Raised as error:
        words = f"{error}{_for_a_square(asked, where, own) if t == 'each' else ''}"
        return _evidence(statement, words, math.inf, where, math.inf)
    ratio = _ratio(got, truth, may)
    power = float(np.median(np.linalg.norm(may, axis=1) / np.maximum(np.linalg.norm(truth, axis=1), 1e-300)))
    worst = float(ratio.max())
    meaning = _meaning(asked, field, predicts, seed) if experiment else None
    if worst > 1:
        words = f"{_diagnosis(question, got, may, precision)} {_worst(ratio, got, truth, where, own)}"
    else:
        words, mixed = _each_its_own(asked, where, truth, may, own) if t == "each" else ("", 0.0)
        worst = max(worst, mixed)
    if meaning is not None and not meaning and not words:
        words = f"Its values are right at single points, but its meaning is {meaning.words}"
    rounding = "rounding" if accuracy is None else "rounding and the accuracy asked for"
    passed = (
        f"holds: at {len(where.x)} points and {len(where.pieces)} times the worst is off by {worst:.2g} of what"
        f" {rounding} explains; a relative error of {power:.1g} would have been noticed."
    )
    passed += " What it means holds too, by experiment." if meaning is not None else ""
    return _evidence(statement, words, worst, where, power, passed, precision, meaning)


def _evidence(
    statement: str,
    failure: str,
    worst: float,
    where: Places,
    power: float,
    passed: str = "",
    precision: str = "float64",
    meaning: Evidence | None = None,
) -> Evidence:
    details, n = {"dtype": precision, "experiment": meaning.as_dict() if meaning is not None else None}, len(where.x)
    return Evidence("field", statement, worst, 1.0, 0.0, not failure, n, 0, power, failure or passed, details)


def _asked(
    predict: Callable[..., Any], shape: tuple[int, ...], t: str, backend: Backend, precision: str
) -> Callable[[np.ndarray, Any], np.ndarray]:
    """The prediction on rows (n, d), whatever shape it wants."""
    called = numpy_callable(predict, backend, precision, name="predict")

    def at(x: np.ndarray, time: Any) -> np.ndarray:
        points = x.reshape(-1, *shape)
        times = np.broadcast_to(np.asarray(time, dtype=np.float64), len(points))
        given = times.copy() if t == "each" else float(times[0])
        try:
            with np.errstate(all="ignore"):
                result = called(points, given)
        except Exception as error:
            told = f"t of shape {times.shape}" if t == "each" else f"t = {given:g}"
            message = f"It raises {type(error).__name__} ({error}) when given x of shape {points.shape} and {told}."
            raise error if isinstance(error, TypeError) and "`predict`" in str(error) else Raised(message) from error
        if not isinstance(result, np.ndarray) or result.shape != points.shape:
            came = getattr(result, "shape", kind_of(result))
            raise ValueError(f"`predict` must return an array of the shape of x, {points.shape}; got {came}.")
        return result.reshape(x.shape)

    return at


def _ratio(got: np.ndarray, truth: np.ndarray, may: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.where(np.isfinite(got), np.abs(got - truth) / may, np.inf), nan=np.inf, posinf=np.inf)


def _diagnosis(question: Question, got: np.ndarray, may: np.ndarray, precision: str) -> str:
    """The mistake, in words."""
    truth, where = question.answers[question.word], question.where
    bad = ~np.isfinite(got).all(axis=1)
    if bad.any() and np.all(_ratio(got, truth, may)[~bad] <= 1):
        at = ", ".join(f"{t:g}" for t in np.unique(where.t[bad])[:4])
        words = (
            f"It is right where it is finite, but it is not finite at {int(bad.sum())} of {bad.size} points, t = {at}"
        )
        return f"{words}: densities that underflow, or a division by a scale that is 0."
    if bad.any():
        return f"It is not finite at {int(bad.sum())} of {bad.size} points."
    eps, single = float(np.finfo(precision).eps), float(np.finfo(np.float32).eps)
    if precision == "float64" and np.all(np.abs(got - truth) <= single / eps * may):
        with np.errstate(all="ignore"):
            off = float(np.nanmedian(np.abs(got / truth - 1)))
        middle = (where.t > 0.05) & (where.t < 0.95)
        if np.all(np.abs(got - truth)[middle] <= 64 * single * _sizes(truth, where)[middle]):
            kind = "it is computed in float32" if off > single / 64 else "digits are lost, as by a cancellation"
            return f"The formula is right, but {kind}."
    slack = np.sqrt(eps)
    for words, wrong in candidates(question, got):
        with np.errstate(all="ignore"):
            if np.all(np.abs(got - wrong) <= np.maximum(may, slack * _sizes(wrong, where))):
                return words
    return "No known mistake."


def _sizes(values: np.ndarray, where: Places) -> np.ndarray:
    """How large the values are at each time, in the shape of the values."""
    found = np.empty_like(values)
    for piece in where.pieces:
        found[piece] = math.sqrt(float(np.mean(values[piece] ** 2)))
    return found


def _worst(ratio: np.ndarray, got: np.ndarray, truth: np.ndarray, where: Places, shape: tuple[int, ...]) -> str:
    i, j = np.unravel_index(int(np.argmax(np.where(np.isfinite(got), ratio, 0.0))), ratio.shape)
    if not np.isfinite(got).any():
        i, j = 0, 0
    place = np.array2string(where.x[i], precision=4, separator=", ", threshold=8, edgeitems=2)
    index = [int(n) for n in np.unravel_index(int(j), shape)]
    entry = f"entry {index if len(index) > 1 else index[0]}" if len(truth[0]) > 1 else "it"
    wrong = int(np.sum(np.any(ratio > 1, axis=1)))
    return (
        f"Measured: wrong at {wrong} of {len(ratio)} points; at x = {place}, t = {where.t[i]:g}, {entry} is"
        f" {got[i, j]:.6g} and should be {truth[i, j]:.6g}."
    )


def _each_its_own(
    asked: Callable[..., np.ndarray], where: Places, truth: np.ndarray, may: np.ndarray, shape: tuple[int, ...]
) -> tuple[str, float]:
    """A time for each point: all of them at once, and as many points as the last axis has entries."""
    worst = 0.0
    mixed = np.random.default_rng(0).permutation(len(where.x))
    if len(mixed) == shape[-1]:
        mixed = mixed[1:]
    for chosen in (mixed, _square(where, shape)):
        try:
            got = asked(where.x[chosen], where.t[chosen])
        except Raised as error:
            return f"t is not accepted with a time for each point: {error}", math.inf
        ratio = float(_ratio(got, truth[chosen], may[chosen]).max())
        if ratio > 1:
            return _axis(len(chosen) == shape[-1], shape), ratio
        worst = max(worst, ratio)
    return "", worst


def _square(where: Places, shape: tuple[int, ...]) -> np.ndarray:
    """As many points as the last axis has entries, of as many times as there are."""
    return np.array([where.pieces[k % len(where.pieces)].start + k // len(where.pieces) for k in range(shape[-1])])


def _axis(square: bool, shape: tuple[int, ...]) -> str:
    where = f"where there are as many points as the last axis has entries, {shape[-1]}, " if square else ""
    words = f"t is broadcast over the wrong axis: {where}the answer at a point depends on the times of the others"
    return f"{words}. With one time for all points it is right."


def _for_a_square(asked: Callable[..., np.ndarray], where: Places, shape: tuple[int, ...]) -> str:
    try:
        asked(where.x[_square(where, shape)], where.t[_square(where, shape)])
    except (Raised, ValueError):
        return ' A function that wants one number for all points is checked with t="one".'
    words = f" With {shape[-1]} points, as many as the last axis has entries, it does not"
    return f"{words}: t is broadcast over the wrong axis."


def _meaning(asked: Callable[..., np.ndarray], field: MarginalField, word: str, seed: int) -> Evidence | None:
    """The experiment of what the word means; nothing where there is none, as for a table's times."""
    path, law = field.path, field.distribution
    if isinstance(path.schedule, Discrete):
        rows = path.schedule.times()
        t = float(rows[np.argmin(np.abs(rows - _MEANING_AT))])
    else:
        t = _MEANING_AT
    options: Any = {"seed": seed, "log2_points": 9}
    try:
        if word == "velocity":
            return check_transport(asked, law, lambda z, e, s: path.point(s, z, e), [t], **options)
        if word == "score":
            return check_score(lambda x: asked(x, t), law, lambda z, e: path.point(t, z, e), **options)
        targets = {
            "data": lambda z, e: z,
            "noise": lambda z, e: e,
            "v_prediction": lambda z, e: path.v_prediction(t, data=z, noise=e),
        }
        return check_conditional_expectation(
            lambda x: asked(x, t), targets[word], law, lambda z, e: path.point(t, z, e), **options
        )
    except Raised:
        return None


def _times(times: Sequence[float] | None, field: MarginalField, precision: str) -> list[float]:
    if times is not None:
        numbers = check_times(times, 1)
        if not all(0 <= t <= 1 for t in numbers) or any(b <= a for a, b in pairwise(numbers)):
            raise ValueError(f"`times` must increase and lie in [0, 1]; got {shown(numbers)}.")
        return numbers
    found = TIMES if precision == "float64" else (0.01, *TIMES[1:-1], 0.99)
    if isinstance(field.path.schedule, Discrete):
        rows = field.path.schedule.times()[1:][::-1]
        return sorted({float(rows[np.argmin(np.abs(rows - t))]) for t in found})
    return [float(np.float32(t)) if precision == "float32" else t for t in found]


def _shape(shape: Any, dimension: int) -> tuple[int, ...]:
    if shape is None:
        return (dimension,)
    if not isinstance(shape, list | tuple):
        raise TypeError(f"`shape` must be a row of whole numbers; got {kind_of(shape)}.")
    sizes = tuple(check_count(size, "shape", least=1) for size in shape)
    if math.prod(sizes) != dimension or not sizes:
        raise ValueError(f"`shape` must have as many entries as the field has dimensions, {dimension}; got {sizes}.")
    return sizes


def _check(predict: Any, field: Any, predicts: Any, t: Any, accuracy: Any) -> None:
    check_callable(predict, "predict")
    if not isinstance(field, MarginalField):
        raise TypeError(f"`field` must be a MarginalField; got {kind_of(field)}.")
    check_word(predicts, "predicts", WORDS)
    if not isinstance(t, str) or t not in ("each", "one"):
        raise ValueError(f'`t` must be "each" or "one"; got {shown(t)}.')
    if accuracy is not None:
        check_accuracy(accuracy)
