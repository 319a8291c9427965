"""The first prover: SymPy's normal form. What is written in two ways (arcs, roots, angles, logarithms) becomes one."""

from __future__ import annotations

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

EXPONENTIALS = [sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.coth, expm1]


def sympy_zero(expr, *, hard=True) -> bool:
    """SymPy's normal form. `hard` allows `simplify`, the last and slowest resort: never used on near misses."""
    logarithms = expr.has(sp.log)  # of its own; the rewriting makes others
    expr = _one_arc(expr.replace(lambda e: isinstance(e, sp.Sum), _pulled_out))
    expr = expr.replace(lambda e: isinstance(e, sp.sin | sp.cos), _divided)
    expr = _one_root(expr.rewrite(EXPONENTIALS, sp.exp).rewrite([log1p], sp.log).replace(_is_general_power, _as_exp))
    expr = expr.replace(sp.log, _split_log).replace(sp.exp, _whole_exponent)
    if expr.has(sp.Integral):
        return all(sympy_zero(integrand, hard=hard) for integrand in _integrands(sp.expand(expr)))
    attempts = [_normal, sp.cancel] + [sp.simplify] * hard
    if expr.has(sp.log):  # a real number is zero where its exponential is one
        attempts.insert(0 if logarithms else 1, lambda e: _normal(sp.exp(sp.expand(e)) - 1))
    return any(attempt(expr) == 0 for attempt in attempts)


def _split_log(u):
    return sp.expand_log(sp.log(sp.factor(sp.together(u))))


def _whole_exponent(u):
    return sp.exp(sp.cancel(u) if sp.fraction(sp.together(u))[1].free_symbols else u)


def _one_arc(expr):
    """Arcs are arc tangents, and those of equal numbers are equal: written in two ways, they become the same.

    The numbers are compared by their squares, and by their signs at one point: none of them vanishes or jumps.
    """
    if not expr.has(sp.asin, sp.acos, sp.atan):
        return expr
    expr = expr.replace(sp.acos, lambda u: sp.pi / 2 - sp.asin(u))
    expr = expr.replace(sp.asin, lambda u: sp.atan(u / sp.sqrt(1 - u**2)))
    known = []

    def sign(u):
        return sp.sign(sp.N(u.xreplace({q: sp.Rational(1, 3) for q in u.free_symbols})))

    def of(u):
        for number in known:
            if sign(u) == sign(number) and sympy_zero(u**2 - number**2, hard=False):
                return sp.atan(number)
            if sign(u) == sign(number) and sympy_zero(u**2 * number**2 - 1, hard=False):
                return sign(u) * sp.pi / 2 - sp.atan(number)
        known.append(u)
        return sp.atan(u)

    return expr.replace(sp.atan, of)


def _is_general_power(e):
    return e.is_Pow and not e.exp.is_Rational


def _as_exp(power):
    return sp.exp(power.exp * sp.log(power.base))


def _normal(expr):
    return sp.powsimp(sp.expand(sp.fraction(sp.together(expr))[0]))


def _divided(turn):
    """An angle that is a fraction, as whole part and rest: (1 + a)/(1 + b) and its parts are one angle."""
    above, below = sp.fraction(sp.together(turn.args[0]))
    if not below.free_symbols:
        return turn
    whole, rest = sp.div(above, below, *sorted(below.free_symbols, key=str))
    return turn.func(sp.expand(whole) + sp.Add(*(term / below for term in sp.Add.make_args(sp.expand(rest)))))


def _one_root(expr):
    """The square roots in a product are one root; roots of equal numbers, written in two ways, become the same."""
    known = []

    def is_root(e):
        return e.is_Pow and e.exp.is_Rational and e.exp.q == 2

    def walk(e):
        roots = [f for f in sp.Mul.make_args(e) if is_root(f)]
        if not roots:
            return e.func(*map(walk, e.args)) if e.args else e
        base, rest = sp.Mul(*(walk(f.base) ** (2 * f.exp) for f in roots)), walk(e / sp.Mul(*roots))
        # The root of an exponential stands outside.
        parts = sp.Mul.make_args(sp.factor(sp.together(base)))
        exponent = sp.Add(*(f.args[0] for f in parts if isinstance(f, sp.exp)))
        bare = sp.Mul(*(f for f in parts if not isinstance(f, sp.exp)))
        for number, root, other, inner in known:
            if _normal(base - number) == 0:
                return rest * root
            if _normal(base * number - 1) == 0:
                return rest / root
            if _normal(bare - inner) == 0:
                return rest * root * sp.exp((exponent - other) / 2)
        known.append((base, sp.Dummy(positive=True), exponent, bare))
        return rest * known[-1][1]

    if len({e.base for e in expr.atoms(sp.Pow) if is_root(e) and not e.base.is_Atom}) < 2:
        return expr
    expr = walk(expr)
    for number, root, *_ in reversed(known):
        expr = expr.xreplace({root: sp.sqrt(number)})
    return expr


def _pulled_out(total):
    """A sum is linear: what does not depend on the index stands in front."""
    parts = (
        term.as_independent(*total.variables, as_Add=False) for term in sp.Add.make_args(sp.expand(total.function))
    )
    return sp.Add(*(free * sp.Sum(bound, *total.limits) for free, bound in parts))


def _integrands(expr):
    """The sum under each integral sign, and what stands outside; all zero is enough for the whole to be zero."""
    under, outside = {}, sp.S.Zero
    for term in sp.Add.make_args(expr):
        found = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.Integral)]
        if len(found) == 1:
            under[found[0].limits] = under.get(found[0].limits, 0) + term / found[0] * found[0].function
        else:
            outside += term
    return [*under.values(), outside]
