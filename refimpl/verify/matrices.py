"""Running error analysis of the three matrix operations that formulas use: solve, inverse, identity.

Everything else a formula does is arithmetic, which `refimpl.testing.rounding` follows. A linear system is solved with
many digits by mpmath; the bound is that of Gaussian elimination with partial pivoting, and grows with the condition
number of the matrix as it must.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import mp

from refimpl.testing.rounding import Tracked, TrackedNamespace


class TrackedMatrix(Tracked):
    """A matrix of mpmath numbers with bounds, in units of eps, that a formula may ask for shape, dtype and device."""

    __slots__ = ()
    dtype, device = object, "cpu"

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    def __rmatmul__(self, other: Any) -> Tracked:
        """other @ self, of (..., d) and (d, k): d products and d - 1 sums for each entry."""
        terms = self.shape[0]
        left, right = _bounds(other), _bounds(self)
        size = abs(other.value) @ abs(self.value)
        return Tracked(
            other.value @ self.value,
            abs(other.value) @ right[0] + left[0] @ abs(self.value) + terms * size,
            abs(other.value) @ right[1] + left[1] @ abs(self.value),
            other.operations + self.operations + 2 * terms - 1,
        )


class MatrixNamespace(TrackedNamespace):
    """`TrackedNamespace` over mpmath, with the linear algebra of small matrices."""

    def __init__(self) -> None:
        super().__init__(mp)

    def eye(self, size: int, *, dtype: Any = None, device: Any = None) -> Tracked:
        """The identity matrix, exactly."""
        return TrackedMatrix.exact(mpmath_array(np.eye(size)))

    def inv(self, matrix: Tracked) -> TrackedMatrix:
        """The inverse, as the solution for the columns of the identity matrix (that is how LAPACK finds it)."""
        return self.solve(matrix, self.eye(len(matrix.value)))

    def solve(self, matrix: Tracked, right: Tracked) -> TrackedMatrix:
        """The solution X of matrix X = right.

        The computed solution solves (A + dA) X = B exactly, with |dA| at most 3 d |L| |U|, in units of eps (Higham,
        Accuracy and Stability of Numerical Algorithms, theorem 9.4). Partial pivoting keeps |L| at 1 and lets the
        entries of U grow by 2^(d - 1) at most, so that |L| |U| is at most d 2^(d - 1) times the largest entry of A.
        """
        d = len(matrix.value)
        inverse = from_mpmath(mp.inverse(mp.matrix(matrix.value.tolist())))
        columns = [mp.lu_solve(mp.matrix(matrix.value.tolist()), mp.matrix(list(column))) for column in right.value.T]
        solution = np.array([list(column) for column in columns], dtype=object).T
        backward = 3 * d * d * 2 ** (d - 1) * np.max(abs(matrix.value))
        reach = abs(inverse)
        (error, sensitivity), (right_error, right_sensitivity) = _bounds(matrix), _bounds(right)
        return TrackedMatrix(
            solution,
            reach @ ((error + backward) @ abs(solution) + right_error),
            reach @ (sensitivity @ abs(solution) + right_sensitivity),
            matrix.operations + right.operations + d**3,
        )


def _bounds(tracked: Tracked) -> tuple[np.ndarray, np.ndarray]:
    """Error and sensitivity, one for each entry."""
    shape = np.shape(tracked.value)
    error, sensitivity = (np.asarray(each, dtype=object) for each in (tracked.error, tracked.sensitivity))
    return np.broadcast_to(error, shape), np.broadcast_to(sensitivity, shape)


def mpmath_array(values: Any) -> np.ndarray:
    """The same numbers, exactly, as mpmath numbers in an object array."""
    return np.vectorize(mp.mpf, otypes=[object])(np.asarray(values, dtype=np.float64))


def from_mpmath(matrix: Any) -> np.ndarray:
    """An mpmath matrix as an object array."""
    return np.array(matrix.tolist(), dtype=object)
