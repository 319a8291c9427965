"""The witness in numbers: typed trees evaluated in 200-bit ball arithmetic.

A ball encloses the true value. Two formulas whose balls have no point in common are different, which is
a proof; balls that overlap at many random points, each narrower than 2^-120 of its size, are evidence.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Iterator
from functools import reduce

import sympy as sp
from flint import acb, arb, arb_mat, fmpq

from derivations.engine.calculus import calculus, evaluated
from derivations.engine.derivative import carried_out, put_in
from derivations.engine.derivative import unfolded as typed
from derivations.engine.equation import Equation

BITS, POINTS, COMPONENTS, DIMENSION, NODES = 200, 16, 3, 3, 80
FUNCTIONS = {"expm1": "expm1", "log1p": "log1p", "exp": "exp", "log": "log", "sin": "sin", "cos": "cos", "sinh": "sinh",
             "cosh": "cosh", "tanh": "tanh", "asin": "asin", "acos": "acos", "atan": "atan",
             "Abs": "__abs__"}  # fmt: skip
WHOLE = "whole"  # under this key a point keeps the lists of which a row sees one value each
ANALYTIC = "analytic"  # under this key: must a function refuse where it is not analytic?


def evaluate(e, point):
    """The ball (or matrix of balls) that encloses the value of a tree; `point` maps symbols to balls."""
    if e in point:
        return point[e]
    if isinstance(e, sp.Sum):
        return total(e.function, list(e.limits), point)
    if isinstance(e, sp.Integral):
        return integral(e.function, list(e.limits), point)
    if e.is_Rational:
        return arb(fmpq(int(e.p), int(e.q)))
    if e.is_Float:
        return arb(str(e))
    if e is sp.pi:
        return arb.pi()
    parts = [evaluate(arg, point) for arg in e.args]
    if e.is_Add:
        return reduce(add, parts)
    if e.is_Mul:
        return reduce(multiply, parts)
    if any(isinstance(part, acb) for part in parts):
        return analytic(e, list(map(acb, parts)), point.get(ANALYTIC, False))
    if e.is_Pow:
        return power(parts[0], e.exp, parts[1])
    if e.func.__name__ in FUNCTIONS:
        return getattr(parts[0], FUNCTIONS[e.func.__name__])()
    raise TypeError(f"no ball for {type(e).__name__}: {e}")


def total(function, limits, point):
    """A sum over whole numbers between its limits; up to K, over the components that the point has values for."""
    if not limits:
        return evaluate(function, point)
    *inner, (index, low, high) = limits
    seen = {**point, **point.get(WHOLE, {})}
    lists = {q: v for q, v in seen.items() if isinstance(v, list) and q.has(index) and function.has(q)}
    count = min(map(len, lists.values()), default=None)
    first, last = whole(low, point), whole(high, point) if count is None or not high.is_Symbol else count
    if count is not None and (first < 1 or last > count):
        raise TypeError(f"no values for the components {first} to {last}")
    values = [
        total(
            function,
            inner,
            point | {q: v[i - 1] for q, v in lists.items()} | {index: arb(i), WHOLE: point.get(WHOLE, {}) | lists},
        )
        for i in range(first, last + 1)
    ]
    return reduce(operator.add, values) if values else arb(0)


def whole(end, point):
    """The end of a sum, which must be a whole number."""
    found = evaluate(end, point)
    if not (isinstance(found, arb) and found.is_integer()):
        raise TypeError(f"a sum does not end at a whole number: {end}")
    return int(found.unique_fmpz())


def integral(function, limits, point):
    """Between numbers with certainty. Over the line by the trapezoidal rule, on nodes that both sides of an identity
    share: there an abstract function is a formula that dies away on either side.
    """
    if not limits:
        return evaluate(function, point)
    *inner, (variable, *ends) = limits
    if ends == [-sp.oo, sp.oo]:
        names, (body,) = sp.cse(function) if not inner else ([], (function,))
        found = arb(0)
        for i in range(-NODES, NODES + 1):
            known = point | {variable: arb(i) / 8}
            for name, part in names:
                known[name] = evaluate(part, known)
            found += integral(body, inner, known) / 8
        return found
    if len(ends) != 2 or any(end.is_infinite for end in ends):
        raise TypeError(f"no ball for an integral over {variable} from {' to '.join(map(str, ends))}")
    low, high = (acb(evaluate(end, point)) for end in ends)
    found = acb.integral(
        lambda z, flag: acb(
            integral(function, inner, point | {variable: z, ANALYTIC: flag or point.get(ANALYTIC, False)})
        ),
        low,
        high,
    )
    if ANALYTIC in point:
        return found
    return found.real if found.imag.contains(0) else arb("nan")


def analytic(e, parts, flag):
    """A function of a complex ball under an integral sign; with `flag`, not finite where it is not analytic."""
    z, name, i = parts[0], e.func.__name__, acb(0, 1)
    if e.is_Pow and e.exp.is_Integer:
        return z ** int(e.exp)
    if e.is_Pow:
        return z.sqrt(analytic=flag) if e.exp == sp.S.Half else z.pow(parts[1], analytic=flag)
    if name == "log" or name == "log1p":
        return (z + (name == "log1p")).log(analytic=flag)
    if name == "atan":
        return i / 2 * ((1 - i * z).log(analytic=flag) - (1 + i * z).log(analytic=flag))
    if name == "asin" or name == "acos":
        arc = -i * (i * z + (1 - z * z).sqrt(analytic=flag)).log(analytic=flag)
        return arc if name == "asin" else acb.pi() / 2 - arc
    if name == "Abs":
        return z.real_abs(analytic=flag)
    if name in FUNCTIONS:
        return getattr(z, FUNCTIONS[name])()
    raise TypeError(f"no ball for {type(e).__name__}: {e}")


def of_each_component(e, point):
    """The value of a tree; a column with one for each component, where components occur outside of sums."""
    outside = e.xreplace({one: sp.Dummy() for one in e.atoms(sp.Sum)})
    lists = {q: v for q, v in point.items() if isinstance(v, list)}
    count = next((len(v) for q, v in lists.items() if outside.has(q)), None)
    if count is None:
        return evaluate(e, point)
    values = [evaluate(e, point | {q: v[i] for q, v in lists.items()} | {WHOLE: lists}) for i in range(count)]
    return arb_mat(len(values), 1, values)


def add(a, b):
    if (
        isinstance(a, arb_mat) and a.ncols() > 1 and not isinstance(b, arb_mat)
    ):  # a number stands for that multiple of 1
        return a + identity(b)
    if isinstance(b, arb_mat) and b.ncols() > 1 and not isinstance(a, arb_mat):
        return identity(a) + b
    return a + b


def identity(number):
    return arb_mat(DIMENSION, DIMENSION, [number if i == j else 0 for i in range(DIMENSION) for j in range(DIMENSION)])


def multiply(a, b):
    if isinstance(a, arb_mat) and isinstance(b, arb_mat) and a.ncols() != b.nrows():  # vectors are typed on either side
        a, b = b, a
    return a * b


def power(base, exponent, value):
    if isinstance(base, arb_mat):
        if not exponent.is_Integer:
            raise TypeError(f"no ball for a matrix to the power {exponent}")
        return base.inv() if exponent == -1 else base ** int(exponent)
    if exponent.is_Integer:
        return base ** int(exponent)
    if exponent == sp.S.Half:
        return base.sqrt()
    return base**value


def number(rng: random.Random, low: float, high: float) -> arb:
    """A random ball of radius zero: a fraction with a small denominator, so that nothing is special about it."""
    return arb(fmpq(round(rng.uniform(low, high) * 10**6), 10**6))


def points(equation: Equation, table, *, count=POINTS, seed=0) -> Iterator[dict]:
    """Random values for every quantity of the table, where the assumptions hold; no such point is an error.

    In a matrix statement the points and means are vectors and the covariance is a full matrix.
    """
    rng, found = random.Random(seed), 0
    matrix = any(table[q].axis == "matrix" for q in equation.inputs)

    ends = {
        limit[2] for tree in (*equation.claim, *equation.where) for one in tree.atoms(sp.Sum) for limit in one.limits
    }

    def draw(row):
        if row.symbol in ends:
            return arb(COMPONENTS)
        if row.axis == "component":
            return [number(rng, *row.sample) for _ in range(COMPONENTS)]
        if matrix and row.axis == "matrix":
            root = arb_mat(DIMENSION, DIMENSION, [number(rng, -1, 1) for _ in range(DIMENSION**2)])
            return root * root.transpose() + identity(arb(1) / 4)
        if matrix and row.vector:
            return arb_mat(DIMENSION, 1, [number(rng, *row.sample) for _ in range(DIMENSION)])
        return number(rng, *row.sample)

    assumed = {q for q, row in table.items() if row.axis == "component" or any(a.has(q) for a in equation.assumptions)}
    for _ in range(200 * count):
        point = {q: draw(table[q]) for q in table if q in assumed}
        if all(_holds(a, point) for a in equation.assumptions):
            found += 1
            yield {q: point[q] if q in assumed else draw(row) for q, row in table.items()}
            if found == count:
                return
    if not found:
        raise ValueError(f"{equation.id}: no point of the domain satisfies {[str(a) for a in equation.assumptions]}")


def at_the_ends(place, table) -> Iterator[tuple]:
    """A place once more for each number that closes the domain of a quantity, with the quantity there."""
    for q, row in table.items():
        ends = ["[0"] if row.domain == "nonnegative" else row.domain.split(", ")
        for closed in (one.strip("[]") for one in ends if one[0] == "[" or one[-1] == "]"):
            if isinstance(place.get(q), arb) and closed.isdigit():
                yield q, closed, place | {q: arb(int(closed))}


def _holds(assumption, point):
    gaps = of_each_component(evaluated(assumption.lhs) - evaluated(assumption.rhs), point)
    each = gaps.entries() if isinstance(gaps, arb_mat) else [gaps]
    return all({">": g > 0, ">=": g >= 0, "<": g < 0, "<=": g <= 0}[assumption.rel_op] for g in each)


def is_identity(equation: Equation, table) -> bool:
    """An equation between operator expressions: its left side is no quantity of the notation table."""
    return any(c.lhs not in table for c in equation.claim)


def unfolded(right, where):
    """The author's intermediates put in, and every derivative carried out."""
    right = evaluated(right)
    for name in reversed(where):
        right = right.xreplace({evaluated(name.lhs): evaluated(name.rhs)})
    return calculus(right)


def value(claim: sp.Eq, where, point: dict):
    """The ball of a typed right side: as typed, names in order; where calculus is asked for, it is carried out."""
    if claim.rhs.has(sp.Integral) or any(d not in point for d in claim.rhs.atoms(sp.Derivative)):
        return derived_value(typed(claim.rhs, where), point)
    known = dict(point)
    for name in where:
        known[name.lhs] = evaluate(name.rhs, known)
    return of_each_component(claim.rhs, known)


def derived_value(right, point):
    """The ball of an evaluated tree. Concrete functions in `point` first take the place of the abstract ones."""
    concrete = {q: v for q, v in point.items() if isinstance(v, sp.Expr)}
    rows = {q: v for q, v in point.items() if isinstance(v, list) and isinstance(v[0], sp.Expr)}
    if concrete or rows:
        numbers = {q: v for q, v in point.items() if isinstance(v, list) and q not in rows}
        names = {q: [sp.Dummy() for _ in v] for q, v in numbers.items()}

        def spread(e):
            ((index, low, high),) = e.limits
            lists = {q: v for q, v in (rows | names).items() if q.has(index)}
            count = next((len(v) for q, v in lists.items() if e.function.has(q)), None)
            if count is None:
                return e
            places = range(whole(low, point), (count if high.is_Symbol else whole(high, point)) + 1)
            each = [{q: v[i - 1] for q, v in lists.items()} | {index: sp.Integer(i)} for i in places]
            return sp.Add(*(e.function.xreplace(row) for row in each))

        right = put_in(right.replace(lambda e: isinstance(e, sp.Sum), spread), concrete)
        point = point | {d: v for q, dummies in names.items() for d, v in zip(dummies, numbers[q], strict=True)}
        point = {q: v for q, v in point.items() if q not in concrete and q not in rows}
    return of_each_component(carried_out(right), point)


def relative_gap(a, b) -> float:
    """log2 of the largest difference that the balls still allow, relative to their size."""
    if isinstance(a, arb_mat):
        return max(relative_gap(p, q) for p, q in zip(a.entries(), b.entries(), strict=True))
    gap, size = abs(a - b).abs_upper(), abs(b).abs_upper()
    if not (gap.is_finite() and size.is_finite()):
        return float("inf")
    return float("-inf") if gap == 0 else float((gap / max(size, arb(2) ** -60)).log() / arb(2).log())


def separated(a, b) -> bool:
    """Is it certain that the values differ?"""
    if isinstance(a, arb_mat):
        return any(separated(p, q) for p, q in zip(a.entries(), b.entries(), strict=True))
    return not a.overlaps(b)
