"""Running error analysis: how far floating point may stray from the exact value of a generated formula.

A formula is called with `Tracked` numbers and with a `TrackedNamespace` as `xp`; it returns its value together with
bounds, so that no tolerance is ever typed. To first order in the machine epsilon (eps):

- `error`: what the roundings of this very sequence of operations amount to. A basic operation is rounded by at most
  eps, an elementary function by at most 4 eps, and what has gone wrong before is carried along by the derivative.
- `sensitivity`: by how much the value moves when every input moves by eps, relative to itself: the conditioning.
- `operations`: how many roundings there were.

All three are in units of eps, of the precision in which the formula will run; the value is computed in float64, or
with any number of digits by mpmath. Values may be arrays: one number for all, or one each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

_FUNCTION_ROUNDING = 4.0


class Tracked:
    """A value (a number or an array), with bounds on its rounding error and on its sensitivity, in units of eps.

    Args:
        value: float, NumPy array, mpmath number or object array of these.
        error: bound on the rounding error, in units of eps.
        sensitivity: bound on the effect of relative changes of the inputs by eps, in units of eps.
        operations: number of roundings so far.
    """

    __slots__ = ("error", "operations", "sensitivity", "value")

    def __init__(self, value: Any, error: Any = 0.0, sensitivity: Any = 0.0, operations: int = 0) -> None:
        self.value, self.error, self.sensitivity, self.operations = value, error, sensitivity, operations

    @classmethod
    def exact(cls, value: Any) -> Tracked:
        """An input that is known exactly, as the formula's caller knows it."""
        return cls(value, 0.0, abs(value))

    @classmethod
    def rounded(cls, value: Any) -> Tracked:
        """An input that has been rounded once."""
        return cls(value, abs(value), abs(value))

    def __repr__(self) -> str:
        return f"Tracked({self.value!r} ± {self.error!r} eps)"

    def __getitem__(self, index: Any) -> Tracked:
        value, error, sensitivity = (part[index] if np.ndim(part) else part for part in self._parts())
        return Tracked(value, error, sensitivity, self.operations)

    def __add__(self, other: Any) -> Tracked:
        other = _tracked(other)
        value = self.value + other.value
        return self._with(other, value, 1.0, 1.0, abs(value))

    def __sub__(self, other: Any) -> Tracked:
        return self + -_tracked(other)

    def __mul__(self, other: Any) -> Tracked:
        other = _tracked(other)
        value = self.value * other.value
        exact = self._is_unit() or other._is_unit()
        return self._with(other, value, abs(other.value), abs(self.value), 0.0 if exact else abs(value))

    def __truediv__(self, other: Any) -> Tracked:
        other = _tracked(other)
        value = _divide(self.value, other.value)
        slope = abs(_divide(value, other.value))
        return self._with(other, value, abs(_divide(1.0, other.value)), slope, 0.0 if other._is_unit() else abs(value))

    def __pow__(self, exponent: Any) -> Tracked:
        exponent = _tracked(exponent)
        value = self.value**exponent.value
        power = abs(exponent.value * self.value ** (exponent.value - 1)) if exponent._is_constant() else None
        if power is not None:  # as that many multiplications, or as the exponential of a multiple of the logarithm
            steps = abs(exponent.value)
            if steps != int(steps) and steps != 0.5:
                with np.errstate(divide="ignore", invalid="ignore"):
                    logarithm = np.abs(np.log(np.asarray(self.value, dtype=float)))
                steps = steps * (1 + np.where(np.isfinite(logarithm), logarithm, 0.0)) + _FUNCTION_ROUNDING
            return self._apply(value, power, steps * abs(value))
        base = abs(_divide(exponent.value * value, self.value))
        return self._with(exponent, value, base, abs(value * _logarithm(self.value)), _FUNCTION_ROUNDING * abs(value))

    def __matmul__(self, other: Any) -> Tracked:
        other = _tracked(other)
        value, here, there = self.value @ other.value, abs(self.value), abs(other.value)
        terms = np.shape(other.value)[0]
        return Tracked(
            value,
            _spread(self, self.error) @ there + here @ _spread(other, other.error) + terms * (here @ there),
            _spread(self, self.sensitivity) @ there + here @ _spread(other, other.sensitivity),
            self.operations + other.operations + 2 * terms,
        )

    def __neg__(self) -> Tracked:
        return Tracked(-self.value, self.error, self.sensitivity, self.operations)

    def __pos__(self) -> Tracked:
        return self

    def __abs__(self) -> Tracked:
        return Tracked(abs(self.value), self.error, self.sensitivity, self.operations)

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    @property
    def dtype(self) -> Any:
        return np.asarray(self.value).dtype

    @property
    def device(self) -> str:
        return "cpu"

    def __radd__(self, other: Any) -> Tracked:
        return _tracked(other) + self

    def __rsub__(self, other: Any) -> Tracked:
        return _tracked(other) - self

    def __rmul__(self, other: Any) -> Tracked:
        return _tracked(other) * self

    def __rtruediv__(self, other: Any) -> Tracked:
        return _tracked(other) / self

    def __rmatmul__(self, other: Any) -> Tracked:
        return _tracked(other) @ self

    def __rpow__(self, other: Any) -> Tracked:
        return _tracked(other) ** self

    def _with(self, other: Tracked, value: Any, here: Any, there: Any, rounding: Any) -> Tracked:
        """The result of an operation on two numbers, from its two slopes and its own rounding."""
        return Tracked(
            value,
            here * self.error + there * other.error + rounding,
            here * self.sensitivity + there * other.sensitivity,
            self.operations + other.operations + 1,
        )

    def _apply(self, value: Any, slope: Any, rounding: Any) -> Tracked:
        """The result of a function of one number."""
        return Tracked(value, slope * self.error + rounding, slope * self.sensitivity, self.operations + 1)

    def _parts(self) -> tuple[Any, Any, Any]:
        return self.value, self.error, self.sensitivity

    def _is_unit(self) -> bool:
        return self._is_constant() and abs(self.value) == 1

    def _is_constant(self) -> bool:
        return isinstance(self.value, int | float) and self.sensitivity == 0 and self.operations == 0


class TrackedNamespace:
    """What a generated formula takes as `xp`: elementary functions and sums of `Tracked` numbers.

    Also of NumPy arrays whose entries are `Tracked`. Everything else that the formulas use is arithmetic.

    Args:
        functions: a module with `exp`, `log`, `sin` and so on for plain values: NumPy, or `mpmath.mp`.
    """

    def __init__(self, functions: Any = np) -> None:
        self._functions = functions
        self.pi = functions.pi
        self.linalg = self

    def exp(self, x: Any) -> Any:
        return self._elementary(x, "exp", lambda u, f: f)

    def expm1(self, x: Any) -> Any:
        return self._elementary(x, "expm1", lambda u, f: f + 1)

    def log(self, x: Any) -> Any:
        return self._elementary(x, "log", lambda u, f: _divide(1.0, u))

    def log1p(self, x: Any) -> Any:
        return self._elementary(x, "log1p", lambda u, f: _divide(1.0, 1 + u))

    def sqrt(self, x: Any) -> Any:
        return self._elementary(x, "sqrt", lambda u, f: _divide(0.5, f))

    def sin(self, x: Any) -> Any:
        return self._elementary(x, "sin", lambda u, f: self._plain("cos", u))

    def cos(self, x: Any) -> Any:
        return self._elementary(x, "cos", lambda u, f: self._plain("sin", u))

    def tan(self, x: Any) -> Any:
        return self._elementary(x, "tan", lambda u, f: 1 + f * f)

    def atan(self, x: Any) -> Any:
        return self._elementary(x, "atan", lambda u, f: _divide(1.0, 1 + u * u))

    def sinh(self, x: Any) -> Any:
        return self._elementary(x, "sinh", lambda u, f: self._plain("cosh", u))

    def cosh(self, x: Any) -> Any:
        return self._elementary(x, "cosh", lambda u, f: self._plain("sinh", u))

    def tanh(self, x: Any) -> Any:
        return self._elementary(x, "tanh", lambda u, f: 1 - f * f)

    def abs(self, x: Any) -> Any:
        return abs(x)

    def sum(self, x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        """The sum, one term after the other."""
        if not isinstance(x, Tracked):
            return np.sum(x, axis=axis, keepdims=keepdims)
        value, error, sensitivity = x.value, _spread(x, x.error), _spread(x, x.sensitivity)
        if axis is None:
            value, error, sensitivity, axis = value.ravel(), error.ravel(), sensitivity.ravel(), 0
        partial = np.cumsum(value, axis=axis)
        total = np.take(partial, [-1], axis=axis)
        roundings = np.abs(partial).sum(axis=axis, keepdims=True) - np.abs(np.take(value, [0], axis=axis))
        parts = (total, error.sum(axis=axis, keepdims=True) + roundings, sensitivity.sum(axis=axis, keepdims=True))
        parts = parts if keepdims else tuple(np.squeeze(part, axis=axis) for part in parts)
        return Tracked(*parts, x.operations * value.shape[axis] + value.shape[axis] - 1)

    def eye(self, n: int, *, dtype: Any = None, device: Any = None) -> np.ndarray:
        return np.eye(n, dtype=dtype)

    def inv(self, matrix: Any) -> Any:
        """The inverse, by elimination."""
        return self.solve(matrix, self.eye(np.shape(_tracked(matrix).value)[-1], dtype=_tracked(matrix).dtype))

    def solve(self, matrix: Any, right: Any) -> Any:
        """The solution of a linear system by a backward stable elimination: an error of n eps in the matrix."""
        matrix, right = _tracked(matrix), _tracked(right)
        n = matrix.shape[-1]
        value, inverse = _eliminate(matrix.value, right.value), abs(_eliminate(matrix.value, np.eye(n)))
        moved = _spread(matrix, matrix.error) + n * abs(matrix.value)
        return Tracked(
            value,
            inverse @ (moved @ abs(value) + _spread(right, right.error)),
            inverse @ (_spread(matrix, matrix.sensitivity) @ abs(value) + _spread(right, right.sensitivity)),
            matrix.operations + right.operations + 2 * n,
        )

    def _elementary(self, x: Any, name: str, slope: Callable[[Any, Any], Any]) -> Any:
        if isinstance(x, np.ndarray) and x.dtype == object and x.size and isinstance(x.flat[0], Tracked):
            return np.frompyfunc(lambda each: self._elementary(each, name, slope), 1, 1)(x)
        if not isinstance(x, Tracked):
            return self._plain(name, x)
        value = self._plain(name, x.value)
        return x._apply(value, abs(slope(x.value, value)), _FUNCTION_ROUNDING * abs(value))

    def _plain(self, name: str, value: Any) -> Any:
        function = getattr(self._functions, name)
        if self._functions is not np and isinstance(value, np.ndarray):
            return np.frompyfunc(function, 1, 1)(value)
        return function(value)


def with_functions(formula: Callable[..., Any], functions: Any) -> Callable[..., Any]:
    """The formula with `functions` in the place of `math`, which it calls for parameters that are Python numbers."""
    known = formula.__globals__ | {"math": functions}
    again = FunctionType(formula.__code__, known, formula.__name__, formula.__defaults__, formula.__closure__)
    again.__kwdefaults__ = formula.__kwdefaults__
    return again


def _tracked(value: Any) -> Tracked:
    """A constant of the formula: whole numbers and short binary fractions are exact, others were rounded once."""
    if isinstance(value, Tracked):
        return value
    if isinstance(value, int | np.ndarray) or (math.isfinite(value) and float(value * 256).is_integer()):
        return Tracked(value)
    return Tracked(value, abs(value))


def _spread(number: Tracked, bound: Any) -> Any:
    """A bound in the shape of the value."""
    return bound + 0.0 * abs(number.value)


def _eliminate(matrix: Any, right: Any) -> Any:
    """The solution of a linear system, for entries of any kind."""
    if matrix.dtype != object:
        return np.linalg.solve(matrix, right)
    n = len(matrix)
    work = np.concatenate([matrix, np.reshape(right, (n, -1)) + 0 * matrix[0, 0]], axis=1)
    for k in range(n):
        pivot = k + max(range(n - k), key=lambda i: abs(work[k + i, k]))
        work[[k, pivot]] = work[[pivot, k]]
        work[k] = work[k] / work[k, k]
        for i in range(n):
            if i != k:
                work[i] = work[i] - work[i, k] * work[k]
    return work[:, n:].reshape(np.shape(right))


def _logarithm(value: Any) -> Any:
    """The logarithm of floats, or of mpmath numbers with the digits that they have."""
    if np.asarray(value).dtype != object:
        return np.log(value)
    from mpmath import mp

    return np.frompyfunc(mp.log, 1, 1)(value)


def _divide(a: Any, b: Any) -> Any:
    """a / b, where a division of plain floats by zero gives what IEEE arithmetic gives."""
    if isinstance(b, float) and not isinstance(b, np.floating):
        b = np.float64(b)
    with np.errstate(all="ignore"):
        return a / b
