"""Is an expression defined at all? Complex balls at points of its domain: what they do not find finite is no proof.

A prover cancels, and what cancels may have been divided by zero: x/(a - a) - x/(a - a), or the same in disguise.
A finite ball is certain; one point would do for an analytic expression, and several see absolute values and roots.
"""

from __future__ import annotations

import operator
import random
from functools import reduce
from itertools import product

import sympy as sp
from flint import acb, arb, ctx, fmpq
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef

from derivations.engine.calculus import evaluated, own_variables
from derivations.engine.derivative import NoRule, carried_out
from derivations.engine.signs import Signs, bounds, converges, gaps, proper, quantities

POINTS, TRIES, TERMS, NODES = 5, 1000, 40, 6
FUNCTIONS = {f: f.__name__ for f in (sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.coth,
             sp.asin, sp.acos, sp.atan, sp.asinh, sp.acosh, sp.atanh)}  # fmt: skip
CONSTANTS = {sp.pi: acb.pi, sp.E: lambda: acb(1).exp(), sp.I: lambda: acb(0, 1)}


class NoValue(Exception):
    """There are no balls for an expression of this kind."""


def value(e, point):
    """The complex ball of a typed tree, on principal branches. What is abstract has a random value of its sign."""
    if e in point:
        return point[e]
    if e.is_Rational:
        return acb(arb(fmpq(int(e.p), int(e.q))))
    if e.is_Float:
        return acb(arb(str(e)))
    if e in CONSTANTS:
        return CONSTANTS[e]()
    if isinstance(e, sp.Sum):
        return _total(e.function, list(e.limits), point)
    if isinstance(e, sp.Integral):
        return _integral(e.function, list(e.limits), point)
    if isinstance(e, sp.Derivative) and not isinstance(e.expr, AppliedUndef):
        return value(carried_out(e), point)
    if isinstance(e, AppliedUndef):
        return _abstract(e, e.func.__name__, [value(arg, point) for arg in e.args])
    if isinstance(e, sp.Indexed | sp.Derivative) or e.is_Symbol:
        inside = [point[q] for q in sorted(e.free_symbols & set(point), key=str)]
        return _abstract(e, str(e.base) if isinstance(e, sp.Indexed) else str(e), inside)
    parts = [value(arg, point) for arg in e.args]
    if e.is_Add or e.is_Mul:
        return reduce(operator.add if e.is_Add else operator.mul, parts)
    if e.is_Pow:
        return parts[0] ** int(e.exp) if e.exp.is_Integer else _power(parts[0], parts[1], e.exp)
    if e.func in FUNCTIONS:
        return getattr(parts[0], FUNCTIONS[e.func])()
    if isinstance(e, sp.Abs):
        return acb(abs(parts[0]))
    if isinstance(e, expm1):
        return parts[0].exp() - 1
    if isinstance(e, log1p):
        return (1 + parts[0]).log()
    raise NoValue(type(e).__name__)


def _power(base, exponent, typed):
    if typed == sp.S.Half:
        return base.sqrt()
    return (exponent * base.log()).exp() if not (base == 0 and exponent.real > 0) else acb(0)


def _abstract(e, name, inside):
    """A random number that belongs to a name and to the places where it is taken."""
    rng = random.Random(f"{name} {[q.mid().str(12) for q in inside]}")
    size = fmpq(rng.randint(10**5, 3 * 10**6), 10**6)
    return acb(arb(size if e.is_nonnegative or rng.random() < 0.5 else -size))


def _ends(limit, point):
    _, low, high = limit
    return [end if end.is_infinite else value(end, point).real for end in (low, high)]


def _total(function, limits, point):
    if not limits:
        return value(function, point)
    low, high = (float(end.mid()) if isinstance(end, arb) else None for end in _ends(limits[-1], point))
    if low is None or high is None or high - low > TERMS or low % 1 or high % 1:
        raise NoValue("a sum without ends")
    places = range(int(low), int(high) + 1)
    return sum((_total(function, limits[:-1], point | {limits[-1][0]: acb(i)}) for i in places), acb(0))


def _integral(function, limits, point):
    """Any rule serves to see what is finite; this one lies alike on both sides of the middle."""
    if not limits:
        return value(function, point)
    if len(limits[-1]) != 3:
        raise NoValue("an integral without ends")
    low, high = _ends(limits[-1], point)
    odd = [fmpq(2 * i + 1, 2 * NODES) for i in range(-NODES, NODES)]
    if isinstance(low, arb) and isinstance(high, arb):
        places = [((low + high + (high - low) * u) / 2, (high - low) / (2 * NODES)) for u in odd]
    elif isinstance(low, arb) or isinstance(high, arb):
        places = [(low + 3 + 3 * arb(u) if isinstance(low, arb) else high - 3 - 3 * arb(u), arb(1) / 2) for u in odd]
    else:
        places = [(3 * arb(u), arb(1) / 2) for u in odd]
    inner = limits[:-1]
    return sum((w * _integral(function, inner, point | {limits[-1][0]: acb(u)}) for u, w in places), acb(0))


def points(trees, assumptions, count=POINTS, seed=0):
    """Random places where the assumptions hold: whole numbers for indices, both signs for what may have both."""
    rng, positive, found = random.Random(seed), gaps(assumptions), []
    within = bounds(positive)
    atoms = sorted(set().union(*(quantities(e) for e in (*trees, *positive))), key=str)
    bound = {v for e in trees for total in e.atoms(sp.Sum, sp.Integral) for v in total.variables}
    free = set().union(*(e.free_symbols for e in trees), *(gap.free_symbols for gap in positive))
    atoms = [q for q in atoms if q in free or not q.free_symbols & bound]
    symbols = [q for q in sorted(free, key=str) if q not in atoms and q.is_Symbol and not isinstance(q, sp.Idx)]
    for _ in range(TRIES):
        point = {q: acb(arb(_number(rng, q, within.get(q, (None, None))))) for q in (*symbols, *atoms)}
        if all(value(gap, point).real > 0 for gap in positive):
            found.append(point)
        if len(found) == count:
            return found
    return found


def _number(rng, q, ends):
    if q.is_integer:
        return fmpq(rng.randint(1, 4) if q.is_positive or q.is_nonnegative else rng.randint(-3, 3))
    low, high = (None if end is None else float(end) for end in ends)
    sign = 1 if q.is_nonnegative else -1 if q.is_nonpositive else rng.choice((1, -1))
    size = rng.choice((rng.uniform(0.05, 1), rng.uniform(0.5, 3)))
    if low is not None and high is not None:
        drawn = rng.uniform(low, high)
    elif low is not None:
        drawn = low + size
    else:
        drawn = sign * size if high is None or sign * size < high else high - size
    return fmpq(round(drawn * 10**6), 10**6)


def divisors(e) -> set:
    """What must not be zero in an expression: what divides, and what stands in logarithms."""
    found = set().union(*map(divisors, e.args))
    if e.is_Pow and not e.exp.is_positive:
        found.add(e.base)
    if isinstance(e, sp.log):
        found.add(e.args[0])
    if isinstance(e, log1p):
        found.add(1 + e.args[0])
    if isinstance(e, sp.tan | sp.coth):
        found.add((sp.cos if isinstance(e, sp.tan) else sp.sinh)(e.args[0]))
    if isinstance(e, sp.atanh):
        found.add(1 - e.args[0] ** 2)
    return found


def undefined(trees, assumptions=()) -> str:
    """Why these trees are not known to be defined on their domain; nothing where they are."""
    try:
        with sp.evaluate(False):
            trees = [own_variables(carried_out(e)) for e in trees]
    except NoRule as reason:
        return str(reason)
    if any(e.has(sp.Float) for e in trees):
        return "a number that is not exact"
    if any(e.has(sp.nan, sp.zoo, sp.oo, -sp.oo) and not _ends_only(e) for e in trees):
        return "not finite"
    signs = Signs(assumptions)
    for total in {total for e in trees for total in e.atoms(sp.Sum, sp.Integral)}:
        if not proper(total, signs):
            return f"a variable leaves the range of its symbol: {total.limits}"
        if not converges(total, signs):
            return f"not known to converge: {total}"
    for divisor in set().union(*map(divisors, trees)):
        if not signs.nonzero(evaluated(divisor)):
            return f"may vanish on a part of the domain: {divisor}"
    before = ctx.prec
    try:
        places = points(trees, assumptions)
        if not places:
            return "no point where the assumptions hold"
        for e, place in product(trees, places):
            for ctx.prec in (160, 1200):
                if value(e, place).is_finite():
                    break
            else:
                return f"not finite at a point of the domain: {e}"
    except NoValue as kind:
        return f"no value: {kind}"
    finally:
        ctx.prec = before
    return ""


def _ends_only(e):
    """Do infinities stand at the ends of integrals only?"""
    if isinstance(e, sp.Integral):
        return _ends_only(e.function)
    return e not in (sp.nan, sp.zoo, sp.oo, -sp.oo) and all(map(_ends_only, e.args))
