"""Wrong values for the arguments of the public surface: one hypothesis strategy for each kind of fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from hypothesis.strategies import SearchStrategy

N, D = 3, 2  # points of the catalogue: N of them in D dimensions
Faults = dict[str, SearchStrategy[Any]]


@dataclass(frozen=True)
class Wrong:
    """One kind of wrong call: `call(value)` makes it, and the error must name `argument`."""

    callee: str
    argument: str
    fault: str
    values: SearchStrategy[Any]
    call: Callable[[Any], Any]

    @property
    def id(self) -> str:
        return f"{self.callee}, {self.argument}: {self.fault}"


def wrong(callee: str, argument: str, faults: Faults, call: Callable[[Any], Any]) -> list[Wrong]:
    return [Wrong(callee, argument, fault, values, call) for fault, values in faults.items()]


def choose(faults: Faults, *names: str) -> Faults:
    return {name: faults[name] for name in names}


def leave_out(faults: Faults, *names: str) -> Faults:
    return {name: values for name, values in faults.items() if name not in names}


# ---- values ----------------------------------------------------------------------------------------------------------

words = st.text("abcxyz_ 09-\n`'", max_size=100)
finite = st.floats(-10, 10)
below = st.one_of(st.floats(-1e300, -1e-9), st.integers(-(10**400), -1), st.fractions(max_value=Fraction(-1, 9)))
above = st.one_of(st.floats(1 + 1e-9, 1e300), st.integers(2, 10**400), st.fractions(min_value=Fraction(10, 9)))
booleans = st.booleans()
both_libraries = st.sampled_from([np.asarray, torch.asarray])
floats = st.sampled_from(["float32", "float64"])


def arrays(dtype: Any, shape: Any = (N, D), low: float = -3, high: float = 3) -> SearchStrategy[np.ndarray]:
    width = 32 if dtype == "float32" else 64
    kind = np.dtype(dtype).kind
    elements = {"f": st.floats(low, high, width=width), "i": st.integers(int(low), int(high))}.get(kind)
    return npst.arrays(dtype, shape, elements=elements)


def good(shape: Any = (N, D)) -> SearchStrategy[np.ndarray]:
    return floats.flatmap(lambda dtype: arrays(dtype, shape))


def in_either(values: SearchStrategy[np.ndarray]) -> SearchStrategy[Any]:
    """As they are, and as PyTorch tensors."""
    return st.builds(lambda library, array: library(array), both_libraries, values)


def shapes(reject: Callable[[tuple[int, ...]], bool], dims: int = 4, side: int = 4) -> SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(0, side), max_size=dims).map(tuple).filter(lambda shape: not reject(shape))


def masked(array: np.ndarray) -> Any:
    return np.ma.masked_less(array, 0)


def matrix(array: np.ndarray) -> Any:
    return array.reshape((*array.shape[:1], -1)).view(np.matrix)


def sparse(array: np.ndarray) -> torch.Tensor:
    return torch.asarray(array).to_sparse()


# ---- what is no array of floating-point numbers -------------------------------------------------------------------

NO_ARRAY: Faults = {
    "a string": words,
    "None": st.none(),
    "a list": st.lists(st.lists(finite, min_size=D, max_size=D), max_size=N),
    "a bool": booleans,
    "a complex number": st.complex_numbers(max_magnitude=9),
    "a dict": st.dictionaries(words, finite, max_size=2),
    "a function": st.just(lambda t: t),
}
NOT_FLOATING: Faults = {
    "integers": in_either(st.sampled_from(["int8", "int32", "int64", "uint8"]).flatmap(lambda d: arrays(d, low=0))),
    "booleans": in_either(npst.arrays(bool, (N, D))),
    "complex": in_either(st.sampled_from(["complex64", "complex128"]).flatmap(lambda d: npst.arrays(d, (N, D)))),
    "objects": npst.arrays(object, (N, D), elements=st.one_of(finite, words, st.none())),
    "strings": npst.arrays("U3", (N, D), elements=st.sampled_from(["0.5", "1", "x"])),
    "dates": npst.arrays("datetime64[D]", (N, D)),
    "eight bits": st.just(torch.zeros(N, D, dtype=torch.float8_e4m3fn)),
}
NOT_PLAIN: Faults = {
    "a masked array": good().map(masked),
    "a matrix": good().map(matrix),
    "a sparse tensor": good().map(sparse),
}
NOT_POINTS = NO_ARRAY | NOT_FLOATING | NOT_PLAIN
NOT_FIELD_POINTS: Faults = NOT_POINTS | {
    "a number": finite,
    "no axis": in_either(good(())),
    "another last axis": in_either(shapes(lambda s: not s or s[-1] == D).flatmap(good)),
}


# ---- times ---------------------------------------------------------------------------------------------------------


def times_with(bad: SearchStrategy[float], shape: Any = (N,)) -> SearchStrategy[np.ndarray]:
    """Times of which one is wrong."""

    def put(times: np.ndarray, value: float, place: int) -> np.ndarray:
        times.ravel()[place % times.size] = value
        return times

    return st.builds(put, arrays("float64", shape, 0, 1), bad, st.integers(0, 99))


NOT_TIME: Faults = {
    "a string": words,
    "None": st.none(),
    "a list": st.lists(st.floats(0, 1), min_size=N, max_size=N),
    "a bool": booleans,
    "a complex number": st.complex_numbers(max_magnitude=1),
    "integers": in_either(npst.arrays("int64", (N,), elements=st.integers(0, 1))),
    "booleans": in_either(npst.arrays(bool, (N,))),
    "complex": in_either(npst.arrays("complex128", (N,))),
    "objects": npst.arrays(object, (N,), elements=st.floats(0, 1)),
    "a masked array": arrays("float64", (N,), 0, 1).map(masked),
    "a sparse tensor": arrays("float64", (N,), 0, 1).map(sparse),
}
OUTSIDE: Faults = {
    "a number below 0": below,
    "a number above 1": above,
    "not a number": st.sampled_from([np.nan, np.float32(np.nan), np.float64(np.nan)]),
    "infinite": st.sampled_from([np.inf, -np.inf]),
    "one below 0": in_either(times_with(st.floats(-9, -1e-9))),
    "one above 1": in_either(times_with(st.floats(1 + 1e-9, 9))),
    "one not a number": in_either(times_with(st.just(np.nan))),
    "one infinite": in_either(times_with(st.sampled_from([np.inf, -np.inf]))),
}


def misaligned(axes: tuple[int, ...]) -> Faults:
    """Times whose shape is not that of leading axes of `axes`, and among them the tempting ones."""
    prefixes = [axes[:k] for k in range(len(axes) + 1)]
    faults: Faults = {"of another shape": shapes(prefixes.__contains__).flatmap(lambda s: arrays("float64", s, 0, 1))}
    if axes[-1:] != axes[:1]:
        faults["along the trailing axis"] = arrays("float64", axes[-1:], 0, 1)
    faults["with an axis too many"] = arrays("float64", (*axes, D), 0, 1)
    faults["with axes of length 1"] = arrays("float64", (N,) + (1,) * (len(axes)), 0, 1)
    faults["empty"] = arrays("float64", (0,))
    return faults


# ---- single values ---------------------------------------------------------------------------------------------------

NOT_NUMBER: Faults = {
    "a string": words,
    "None": st.none(),
    "a bool": booleans,
    "a complex number": st.complex_numbers(max_magnitude=9),
    "a list": st.lists(finite, max_size=2),
    "an array": in_either(good((2,))),
    "not a number": st.just(np.nan),
    "infinite": st.sampled_from([np.inf, -np.inf, 10**400]),
}
NOT_COUNT: Faults = {
    "a string": words,
    "None": st.none(),
    "a bool": booleans,
    "a float": st.one_of(finite, st.sampled_from([np.nan, np.inf, 3.0])),
    "a list": st.lists(st.integers(1, 9), max_size=2),
    "an array": in_either(arrays("int64", (2,), 1)),
    "negative": st.integers(-(10**30), -1),
}
NOT_SEED: Faults = NOT_COUNT | {"an older generator": st.just(np.random.RandomState(0))}
NOT_WORD: Faults = {
    "unknown": words,
    "in capitals": st.sampled_from(["Data", "VELOCITY", "Score "]),
    "None": st.none(),
    "a number": finite,
    "a list": st.lists(words, max_size=2),
    "an array": in_either(good()),
}
NOT_FLAG: Faults = {
    "a string": words,
    "a number": st.sampled_from([0, 1, 0.5]),
    "None": st.none(),
    "an array": in_either(good()),
}
NOT_CALLABLE: Faults = {
    "a string": words,
    "a number": finite,
    "an array": in_either(good()),
    "a list": st.just([lambda x: x]),
}
NOT_TABLE: Faults = {
    "a string": words,
    "a dict": st.dictionaries(words, finite, max_size=2),
    "a set": st.sets(finite, max_size=2),
    "booleans": in_either(npst.arrays(bool, (2,))),
    "complex": in_either(npst.arrays("complex128", (2,))),
    "objects": npst.arrays(object, (2,), elements=st.one_of(finite, words)),
    "numbers in strings": st.just(["0.5", "0.5"]),
    "dates": npst.arrays("datetime64[D]", (2,)),
    "a ragged list": st.just([[0.5, 0.5], [0.5]]),
    "a masked array": good((2,)).map(masked),
    "a sparse tensor": good((2,)).map(sparse),
    "a tensor without values": st.just(torch.empty(2, device="meta")),
}


def not_finite(shape: tuple[int, ...]) -> Faults:
    return {
        "one not a number": in_either(times_with(st.just(np.nan), shape)),
        "one infinite": in_either(times_with(st.sampled_from([np.inf, -np.inf]), shape)),
    }


def of_another_shape(*allowed: tuple[int, ...]) -> Faults:
    return {"of another shape": in_either(shapes(allowed.__contains__).flatmap(lambda s: arrays("float64", s, 0.1, 1)))}
