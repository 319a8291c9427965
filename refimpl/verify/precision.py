"""Is the printed code as good as its numbers allow? Every function in float64 against the same code with 50 digits.

The bound is no tolerance that somebody chose: a running error analysis of the very formula, at the very point, says
how far rounding can carry it (`refimpl.testing.rounding`). The near misses are held against the same bound, and must
break it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

import numpy as np
from mpmath import mp

from refimpl._call import call, names_of
from refimpl.testing.rounding import Tracked, TrackedNamespace, with_functions

DIGITS = 50
EPS = float(np.finfo(np.float64).eps)

_COMPONENTS = 3  # of a mixture, along the first axis
_MATRIX_SIZE = 3


@dataclass(frozen=True)
class Agreement:
    """How float64 agrees with 50 digits.

    Attributes:
        points: at how many points.
        digits: correct digits at the worst point, relative to the value there.
        share: the largest error, as a share of what rounding allows at that point; above 1 it fails.
        passed: no error is larger than rounding allows.
    """

    points: int
    digits: float
    share: float
    passed: bool

    def as_dict(self) -> dict[str, Any]:
        """As plain data for JSON; a share that is infinite becomes None."""
        return {key: value if math.isfinite(value) else None for key, value in asdict(self).items()}


@dataclass(frozen=True)
class Points:
    """Arguments drawn from the ranges that the registry declares: `plain` for NumPy, `exact` with 50 digits."""

    plain: dict[str, Any]
    exact: dict[str, Any]


class _ManyDigits(TrackedNamespace):
    """`TrackedNamespace` over mpmath, with a bound for linear systems that holds for every elimination with pivots."""

    def __init__(self) -> None:
        super().__init__(mp)

    def solve(self, matrix: Any, right: Any) -> Tracked:
        """The solution X of matrix X = right.

        The computed solution solves (A + dA) X = B exactly, with |dA| at most 3 d |L| |U|, in units of eps (Higham,
        Accuracy and Stability of Numerical Algorithms, theorem 9.4). Partial pivoting keeps |L| at 1 and lets the
        entries of U grow by 2^(d - 1) at most, so that |L| |U| is at most d 2^(d - 1) times the largest entry of A.
        What comes of it grows with the condition number, as it must.
        """
        d = len(matrix.value)
        system, right = mp.matrix(matrix.value.tolist()), right if isinstance(right, Tracked) else Tracked(right)
        solution = np.array([list(mp.lu_solve(system, mp.matrix(list(b)))) for b in right.value.T], dtype=object).T
        inverse = abs(np.array(mp.inverse(system).tolist(), dtype=object))
        backward = 3 * d * d * 2 ** (d - 1) * np.max(abs(matrix.value))
        moved = matrix.error + backward + 0 * abs(matrix.value)
        error = inverse @ (moved @ abs(solution) + right.error)
        sensitivity = inverse @ (matrix.sensitivity @ abs(solution) + right.sensitivity)
        return Tracked(solution, error, sensitivity, matrix.operations + right.operations + d**3)


def agreement(entry: Mapping[str, Any], points: int, seed: int) -> dict[str, Any]:
    """What the stage finds for one equation of the registry that prints code.

    Returns:
        "printed": by name of the library, how the stand-alone snippet agrees; "package": how the function of
        `refimpl.formulas` does; "near_misses": by name, how the wrong version does.
    """
    with mp.workdps(DIGITS):
        batches = list(_batches(entry, points, seed))
        formula = getattr(import_module(f"refimpl.formulas.{entry['chapter']}"), entry["name"])
        truths = [_exactly(formula, batch) for batch in batches]

        def judged(function: Callable[..., Any], library: str = "numpy") -> dict[str, Any]:
            return _compared(truths, [_evaluated(function, batch, library) for batch in batches], points).as_dict()

        found: dict[str, Any] = {"package": judged(formula), "printed": {}, "near_misses": {}}
        for library in ("numpy", "torch"):
            found["printed"][library] = judged(_printed(entry, library), library)
        for miss in entry["near_misses"]:
            if miss["function"]:
                wrong = import_module(f"refimpl.formulas.near_misses.{entry['chapter']}")
                found["near_misses"][miss["name"]] = judged(getattr(wrong, miss["function"]))
        return found


def failures(found: Mapping[str, Any]) -> list[str]:
    """What is wrong with a finding, in words."""
    wrong = []
    each = {"the function of the package": found["package"]}
    each |= {f"the printed {library} function": value for library, value in found["printed"].items()}
    for what, value in each.items():
        if not value["passed"]:
            times = "infinitely" if value["share"] is None else f"{value['share']:.3g} times"
            wrong.append(f"{what} is off by {times} what rounding allows ({DIGITS}-digit arithmetic)")
    for name, value in found["near_misses"].items():
        if value["passed"]:
            wrong.append(
                f"the near miss '{name}' agrees with {DIGITS}-digit arithmetic, so the comparison sees nothing"
            )
    return wrong


def _batches(entry: Mapping[str, Any], points: int, seed: int) -> Any:
    """One batch for an elementwise formula; several where a matrix or a parameter serves all points of a batch."""
    random = np.random.default_rng([seed, zlib.crc32(entry["id"].encode())])
    matrix = any(row["axis"] == "matrix" for row in entry["inputs"])
    numbers = np.vectorize(mp.mpf, otypes=[object])  # the same numbers as in float64, exactly
    several = matrix or any(row["scalar"] for row in entry["inputs"])
    for _ in range(8 if several else 1):
        count = points // 8 if several else points
        plain: dict[str, Any] = {row["name"]: _drawn(row, count, matrix, random) for row in entry["inputs"]}
        yield Points(plain, {name: Tracked.exact(numbers(value)) for name, value in plain.items()})


def _drawn(row: Mapping[str, Any], count: int, matrix: bool, random: np.random.Generator) -> Any:
    low, high = row["sample"]
    if row["axis"] == "matrix":
        basis, _ = np.linalg.qr(random.normal(size=(_MATRIX_SIZE, _MATRIX_SIZE)))
        covariance = (basis * random.uniform(low, high, _MATRIX_SIZE)) @ basis.T
        return (covariance + covariance.T) / 2
    if row["axis"] == "component":
        return random.uniform(low, high, (_COMPONENTS, count))
    if matrix and row["domain"] == "real":  # a vector; the scales are one number for all points
        return random.uniform(low, high, (count, _MATRIX_SIZE))
    alone = matrix or row["scalar"]
    return np.float64(random.uniform(low, high)) if alone else random.uniform(low, high, count)


def _exactly(formula: Callable[..., Any], batch: Points) -> list[Tracked]:
    """The generated code itself, run with 50 digits and error bounds; pi has as many digits there."""
    digits = _ManyDigits()  # also in the place of `math`, which formulas call for their parameters
    digits.pi = Tracked(+mp.pi, abs(+mp.pi))
    values = call(with_functions(formula, digits), xp=digits, **batch.exact)
    return [each if isinstance(each, Tracked) else Tracked(each) for each in _several(values)]


def _evaluated(function: Callable[..., Any], batch: Points, library: str) -> list[np.ndarray]:
    """The function in float64, in that library."""
    known: dict[str, Any] = batch.plain
    if library == "torch":
        import torch

        known = {name: torch.tensor(value, dtype=torch.float64) for name, value in known.items()}
    with np.errstate(all="ignore"):
        values = call(function, **known, **({"xp": np} if "xp" in names_of(function) else {}))
    return [np.asarray(value, dtype=np.float64) for value in _several(values)]


def _printed(entry: Mapping[str, Any], library: str) -> Callable[..., Any]:
    """The stand-alone function that the registry prints, executed from its text alone."""
    known: dict[str, Any] = {}
    exec(compile(entry["code"][library], f"{entry['id']} ({library})", "exec"), known)
    return known[entry["name"]]


def _compared(truths: list[list[Tracked]], found: list[list[np.ndarray]], points: int) -> Agreement:
    digits, share, compared = math.inf, 0.0, 0
    for batch, values in zip(truths, found, strict=True):
        for truth, value in zip(batch, values, strict=True):
            each = np.broadcast_arrays(
                *np.broadcast_arrays(np.asarray(truth.value, dtype=object), np.asarray(truth.error, dtype=object)),
                value,
            )
            for exact, error, got in zip(*(part.ravel() for part in each), strict=True):
                if isinstance(exact, mp.mpc):  # a root of what is negative: these arguments are not of the domain
                    continue
                compared += 1
                allowed = EPS * error
                known = math.isfinite(got) and mp.isfinite(exact) and mp.isfinite(allowed)
                off = abs(mp.mpf(float(got)) - exact) if known else mp.inf
                share = max(share, float(off / allowed) if known and allowed > 0 else (math.inf if off else 0.0))
                if off and exact:
                    digits = min(digits, -float(mp.log10(off / abs(exact)))) if mp.isfinite(off) else -math.inf
    # The bounds are of first order in eps: what is of second order is far below one unit in the last place of them.
    passed = share <= 1 and compared > 0
    return Agreement(points, min(digits, -math.log10(EPS)) if passed else digits, share, passed)


def _several(values: Any) -> tuple[Any, ...]:
    return values if isinstance(values, tuple) else (values,)
