"""Somebody else's function, held against an equation of the registry, and told what is wrong with it.

Not to be confused with the experiments, which test the equations themselves: here the equation is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from refimpl.arguments import check_flag, check_seed
from refimpl.registry import Equation, equation
from refimpl.testing.binding import bind
from refimpl.testing.bridge import check_backend, check_dtype, numpy_callable
from refimpl.testing.bridge import given as as_theirs
from refimpl.testing.diagnosis import diagnose
from refimpl.testing.evidence import Evidence
from refimpl.testing.points import Batch, batches, pool
from refimpl.testing.truth import Answers, answers, worst_conditioned


class NonConformance(AssertionError):
    """A function does not compute the equation that it was held against.

    Attributes:
        id: of the equation.
        output: the name of the output with the worst disagreement, None where it has none.
        inputs: where the disagreement is worst, by argument name.
        expected, got: the two answers there.
        near_miss: name of the near miss that the function computes instead, if it is one.
        diagnosis: what is wrong, in words.
    """

    def __init__(
        self,
        message: str,
        id: str,
        *,
        output: str | None = None,
        inputs: Mapping[str, Any] | None = None,
        expected: float | None = None,
        got: float | None = None,
        near_miss: str | None = None,
        diagnosis: str = "",
    ) -> None:
        super().__init__(message)
        self.id, self.output, self.inputs = id, output, dict(inputs or {})
        self.expected, self.got, self.near_miss, self.diagnosis = expected, got, near_miss, diagnosis


def assert_conforms(
    function: Callable[..., Any],
    id: str,
    *,
    arguments: Mapping[str, str] | None = None,
    dtype: Any = None,
    backend: str = "auto",
    edges: bool = True,
    seed: int = 0,
) -> Evidence:
    """Asserts that a function computes an equation, at points of its domain: drawn, worst conditioned, at the edges.

    The function is given arrays, by the names of the registry if it knows them, otherwise in the registry's order:
    (n,) for elementwise equations; (K, n) for what belongs to the components of a mixture, with weights (K, 1); x
    (n, d), mean (d,), covariance (d, d) and numbers for the scales where there is a matrix; parameters of a schedule as
    Python numbers. It returns an array, or a tuple where the equation has several outputs. An argument called `xp` is
    given the array library.

    How far it may be from the truth is derived for every point from a running error analysis (`truth.answers`), not
    chosen: a different but backward stable order of operations passes, in the precision that was asked for.

    Args:
        function: a NumPy, PyTorch or JAX callable; a lambda will do.
        id: of the equation, such as "gaussian_path.conditional_velocity".
        arguments: which of our arguments each of theirs stands for, {"theirs": "ours"}.
        dtype: float64 (default) or float32: what the function is given; a name, or a dtype of NumPy or PyTorch.
        backend: "numpy", "torch", "jax", or "auto": NumPy, and PyTorch or JAX if the function does not take NumPy
            arrays, or answers in JAX's.
        edges: whether the ends of the domains are tried too (t = 0 and t = 1, say), wherever the truth is finite there.
        seed: of the points.

    Returns:
        The evidence: `statistic` is the largest disagreement as a part of what is allowed (`threshold`, 1), `power` the
        smallest relative error that would have been noticed.

    Raises:
        NonConformance: (an AssertionError) the function disagrees, raises, or returns something of another shape or
            undefined; with the worst point, and the known mistake that it makes, if it is one.
        ValueError: for an unknown id, an equation that prints no code, or arguments that cannot be matched.
    """
    record = equation(id)
    formula = record.function
    if formula is None:
        raise ValueError(f"`id` must name an equation that prints code; got {id}, an identity between expressions.")
    precision = check_dtype(dtype)
    check_backend(backend, auto=True)
    check_flag(edges, "edges")
    check_seed(seed, generators=False)
    entry = dict(record.entry)
    worst = worst_conditioned(formula, pool(entry, seed, precision), precision)
    points = [worst, *batches(entry, seed, precision)]
    bound = bind(function, [variable["name"] for variable in record.entry["inputs"]], arguments)
    theirs = _theirs(bound, points[0], backend, precision)
    truths = [answers(formula, batch, precision) for batch in points]
    inside = sum(not batch.edge for batch in points)  # these come first: what is wrong there is reported first
    given: list[tuple[np.ndarray, ...]] = []
    for stop in (inside, len(points)) if edges else (inside,):
        for batch, truth in zip(points[len(given) : stop], truths[len(given) : stop], strict=True):
            given.append(_outputs(theirs, record, batch, truth, function))
        evidence = _judge(function, record, points[:stop], truths[:stop], given, precision, seed)
    return evidence


def _judge(
    function: Callable[..., Any],
    record: Equation,
    points: list[Batch],
    truths: list[Answers],
    given: list[tuple[np.ndarray, ...]],
    precision: str,
    seed: int,
) -> Evidence:
    """Compares, point by point, and reports the worst."""
    worst, where, comparisons, blind = 0.0, (0, 0, 0), 0, 0.0
    for b, (truth, got) in enumerate(zip(truths, given, strict=True)):
        for o, (value, tolerance, answer) in enumerate(zip(truth.values, truth.tolerances, got, strict=True)):
            judged = np.isfinite(value)  # at an end the truth may be infinite or undefined: nothing to compare
            lost = ~judged if precision == "float64" else np.isnan(value)  # float32 cannot hold all that is finite
            if not points[b].edge and lost.any():
                raise ValueError(_without_a_value(record, points[b], truth, o))
            with np.errstate(all="ignore"):
                ratio = np.where(answer == value, 0.0, np.abs(answer - value) / tolerance)
                ratio = np.where(judged, np.where(np.isfinite(answer) & ~np.isnan(ratio), ratio, np.inf), 0.0)
                smallest = np.where(judged & (value != 0), tolerance / np.abs(value), np.inf)
            comparisons += int(judged.sum())
            if not points[b].edge:
                blind = max(blind, float(np.median(smallest)))
            if ratio.size and ratio.max() > worst:
                worst, where = float(ratio.max()), (b, o, int(np.argmax(ratio)))
    if worst > 1:
        raise _nonconformance(function, record, points, truths, given, precision, where)
    name = record.id
    words = (
        f"holds: of {comparisons} answers in {precision} the worst is off by {worst:.2g} of what rounding explains; "
        f"a relative error of {blind:.1g} would have been noticed."
    )
    statement = f"{_name(function)} computes {record.title} ({name})."
    return Evidence(name, statement, worst, 1.0, 0.0, True, comparisons, seed, blind, words, {"dtype": precision})


def _without_a_value(record: Equation, batch: Batch, truth: Answers, output: int) -> str:
    """The sentence for a point inside the domain where our own formula has no value."""
    value = truth.values[output]
    index = int(np.argmax(np.isnan(value) if np.isnan(value).any() else np.isinf(value)))
    place = _place(at_point(batch, value.shape, index))
    return (
        f"`id` must name an equation that has a value all over its domain; {record.id} is {np.ravel(value)[index]}"
        f" at {place}."
    )


def _place(inputs: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {np.array2string(np.asarray(v), precision=6)}" for name, v in inputs.items())


def _nonconformance(
    function: Callable[..., Any],
    record: Equation,
    points: list[Batch],
    truths: list[Answers],
    given: list[tuple[np.ndarray, ...]],
    precision: str,
    where: tuple[int, int, int],
) -> NonConformance:
    batch, truth, got = points[where[0]], truths[where[0]], given[where[0]]
    expected, answer = (float(np.ravel(each[where[1]])[where[2]]) for each in (truth.values, got))
    output = record.entry["returns"][where[1]]["name"]
    inputs = at_point(batch, truth.values[where[1]].shape, where[2])
    inside = [k for k, each in enumerate(points) if not each.edge]
    diagnosis, near_miss = diagnose(
        record, [points[k] for k in inside], [truths[k] for k in inside], [given[k] for k in inside], precision
    )
    if batch.edge:
        diagnosis = "Inside the domain it is right; it fails at the end of the domain."
    of = f" of {output}" if len(truth.values) > 1 else ""
    message = (
        f"{_name(function)} does not compute {record.id} ({record.title}). Worst disagreement{of}, at {_place(inputs)}:"
        f" got {answer:.9g}, expected {expected:.9g} ({_digits(answer, expected)}).\n{diagnosis}"
        f"\nThe formula: {'; '.join(record.entry['claim'])} (in code: refimpl show {record.id})"
    )
    return NonConformance(
        message,
        record.id,
        output=output,
        inputs=inputs,
        expected=expected,
        got=answer,
        near_miss=near_miss,
        diagnosis=diagnosis,
    )


def at_point(batch: Batch, shape: tuple[int, ...], index: int) -> dict[str, Any]:
    """The inputs that one entry of an output (of this shape) depends on: numbers, and lists of them."""
    place = np.unravel_index(index, shape) if shape else (0,)
    found: dict[str, Any] = {}
    for name, value in batch.values.items():
        if np.ndim(value) == 0 or value.shape[0] != (shape or (0,))[0]:  # a number, K components, or one for all points
            column = value[:, place[-1] % value.shape[1]] if np.ndim(value) == 2 and len(shape) == 1 else value
            found[name] = np.asarray(column).tolist()
        else:
            found[name] = value[place[0]].tolist()
    return found


def _theirs(bound: Callable[..., Any], batch: Batch, backend: str, precision: str) -> Callable[..., Any]:
    """The function as one of NumPy arrays; "auto" tries NumPy, and the others if that raises."""
    if backend != "auto":
        return numpy_callable(bound, backend, precision)  # type: ignore[arg-type]
    theirs = numpy_callable(bound, "numpy", precision)
    try:
        with np.errstate(all="ignore"):
            results = bound(**{name: as_theirs(value, "numpy", precision) for name, value in batch.values.items()})
    except Exception:
        for name in ("torch", "jax"):
            try:
                other = numpy_callable(bound, name, precision)
                other(**batch.values)
            except Exception:  # for none of them: what NumPy makes of it is reported
                continue
            return other
        return theirs
    first = results[0] if isinstance(results, tuple | list) and results else results
    in_jax = type(first).__module__.partition(".")[0] in ("jax", "jaxlib")  # which takes NumPy arrays, and cuts them
    return numpy_callable(bound, "jax", precision) if in_jax else theirs


def _stretches(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """The same number along some axes: as many axes, some of length 1."""
    return len(shape) == len(whole) and all(n in (m, 1) for n, m in zip(shape, whole, strict=True))


def _outputs(
    theirs: Callable[..., Any], record: Equation, batch: Batch, truth: Answers, function: Callable[..., Any]
) -> tuple[np.ndarray, ...]:
    """Their answers at a batch, one array in the shape of each of ours."""
    try:
        with np.errstate(all="ignore"):
            results = theirs(**batch.values)
    except Exception as error:
        if not all(np.isfinite(value).all() for value in truth.values):
            return truth.values  # where a value is not finite, to raise says so as well
        shown = ", ".join(f"{name} {_kind(value)}" for name, value in batch.values.items())
        message = f"{_name(function)} raised {type(error).__name__} ({error}) when given {shown}."
        if batch.edge:
            message += " That is at the end of the domain; `edges=False` leaves it out."
        raise NonConformance(message, record.id, diagnosis="It raises.") from error
    results = results if isinstance(results, tuple) else (results,)
    names = [output["name"] for output in record.entry["returns"]]
    if len(results) != len(truth.values):
        message = f"{_name(function)} must return {len(truth.values)} arrays ({', '.join(names)}); got {len(results)}."
        raise NonConformance(message, record.id, diagnosis="It returns another number of outputs.")
    found = []
    for name, result, value in zip(names, results, truth.values, strict=True):
        if result.shape not in (value.shape, ()) and not _stretches(result.shape, value.shape):
            message = f"{_name(function)} must return {name} in the shape {value.shape}; got {result.shape}."
            raise NonConformance(message, record.id, output=name, diagnosis="It returns another shape.")
        found.append(np.broadcast_to(result, value.shape))
    return tuple(found)


def _digits(got: float, expected: float) -> str:
    if not np.isfinite(got):
        return "not a finite number"
    off = abs(got - expected) / abs(expected) if expected else np.inf
    digits = -np.log10(off) if 0 < off < 1 else 0.0
    return f"{max(digits, 0.0):.1f} digits agree"


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return "The function" if name == "<lambda>" else f"`{name}`"


def _kind(value: Any) -> str:
    return f"= {value:.6g}" if isinstance(value, float) else f"of shape {value.shape}"
