"""What a tree with matrices in it stands for, and its products taken apart so that they can be printed in order."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

NUMBER, VECTOR, MATRIX = "a number", "a vector", "a matrix"


def has_matrix(e, table) -> bool:
    return any(table[q].axis == "matrix" for q in e.free_symbols if q in table)


def shape(e, table) -> str:
    """What a part of a matrix statement stands for. A number added to a matrix is that multiple of the identity.

    Raises:
        TypeError: it stands for nothing: a root of a matrix, a matrix plus a vector, a product of two vectors.
    """
    if e in table:
        return MATRIX if table[e].axis == "matrix" else VECTOR if table[e].vector else NUMBER
    parts = [shape(arg, table) for arg in e.args if isinstance(arg, sp.Expr)]
    if set(parts) <= {NUMBER}:
        return NUMBER
    if e.is_Add:
        if VECTOR in parts and set(parts) != {VECTOR}:
            raise TypeError(f"no code for a sum of a vector and what is none: {e}")
        return VECTOR if VECTOR in parts else MATRIX
    if e.is_Mul:
        if parts.count(VECTOR) > 1:
            raise TypeError(f"no code for a product of two vectors: {e}")
        return VECTOR if VECTOR in parts else MATRIX
    if e.is_Pow and parts[0] == MATRIX and e.exp.is_Integer and e.exp != 0:
        return MATRIX
    raise TypeError(f"no code for {type(e).__name__} of {next(p for p in parts if p != NUMBER)}: {e}")


@dataclass(frozen=True)
class Product:
    """Numbers, then matrices from left to right, each with whether it is inverted, then the vector they act on."""

    numbers: tuple = ()
    matrices: tuple[tuple[sp.Expr, bool], ...] = ()
    vector: sp.Expr | None = None

    def times(self, other: Product) -> Product:
        """A vector may be typed on either side of the matrix that acts on it."""
        late = self.vector is not None
        matrices = other.matrices + self.matrices if late else self.matrices + other.matrices
        return Product(self.numbers + other.numbers, matrices, self.vector if late else other.vector)


def product(e, table) -> Product:
    """The factors of a tree, none lost."""
    if e in table or not (e.is_Mul or e.is_Pow):
        return _factor(e, table)
    if e.is_Mul:
        found = Product()
        for arg in e.args:
            found = found.times(product(arg, table))
        return found
    if shape(e, table) != MATRIX:
        return _factor(e, table)
    inside = product(e.base, table)
    if e.exp < 0:
        numbers = tuple(sp.Pow(n, -1, evaluate=False) for n in inside.numbers)
        inside = Product(numbers, tuple((m, not inverted) for m, inverted in reversed(inside.matrices)))
    times = abs(int(e.exp))
    return Product(inside.numbers * times, inside.matrices * times)


def _factor(e, table):
    kind = shape(e, table)
    if kind == NUMBER:
        return Product((e,))
    return Product(matrices=((e, False),)) if kind == MATRIX else Product(vector=e)


def in_one_matrix(trees, table) -> bool:
    """Functions of one matrix: they commute."""
    return len({q for e in trees for q in e.free_symbols if q in table and table[q].axis == "matrix"}) == 1


def is_symmetric(e, table) -> bool:
    """Is it certain? Covariances are, and so are sums of what is, and functions of one that is."""
    rows = [table[q] for q in e.free_symbols if q in table and table[q].axis == "matrix"]
    if not all(row.domain == "positive definite" for row in rows):
        return False
    if len(rows) == 1:
        return True
    return e.is_Add and all(shape(arg, table) == NUMBER or is_symmetric(arg, table) for arg in e.args)
