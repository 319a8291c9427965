"""The first prover: SymPy's normal form. What is written in two ways (arcs, roots, angles, logarithms) becomes one."""

from __future__ import annotations

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derivations.engine import balls
from derivations.engine.calculus import calculus, evaluated, own_variables
from derivations.engine.defined import undefined
from derivations.engine.signs import Signs

EXPONENTIALS = [sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.coth, expm1]


def sympy_zero(derived, claimed=sp.S.Zero, names=(), assumptions=()) -> bool:
    """Is the difference zero in SymPy's normal form, where both sides are defined, by signs that are certain?"""
    trees = [derived, claimed, *(name.rhs for name in names)]  # as typed: evaluation cancels what divides by zero
    claim = balls.unfolded(claimed, names)
    if not all(map(commutative, trees)) or undefined([*trees, claim], assumptions):
        return False
    expr = calculus(evaluated(derived)) - claim
    try:
        return _is_zero(own_variables(expr), Signs(assumptions))
    except sp.PolynomialError:  # SymPy found no polynomials in what it was given
        return False


def commutative(tree) -> bool:
    """Are all the symbols numbers, for which the order of factors does not matter?"""
    return all(
        e.is_commutative and not isinstance(e, sp.MatrixExpr | sp.MatrixBase | sp.IndexedBase)
        for e in sp.preorder_traversal(tree)
        if isinstance(e, sp.Expr | sp.MatrixBase) and not isinstance(e, sp.IndexedBase)
    )


def _is_zero(expr, signs) -> bool:
    expr = _one_arc(own_variables(expr.replace(lambda e: isinstance(e, sp.Sum), _pulled_out)), signs)
    expr = expr.replace(sp.Abs, lambda u: signs.sign(u) * u if signs.sign(u) else sp.Abs(u))
    expr = expr.replace(lambda e: isinstance(e, sp.sin | sp.cos), _divided)
    logarithms = expr.has(sp.log)  # of its own; the rewriting makes others
    expr = expr.rewrite(EXPONENTIALS, sp.exp).rewrite([log1p], sp.log).replace(_is_general_power, _as_exp)
    expr = _one_root(expr, signs)
    expr = expr.replace(sp.log, lambda u: _split_log(u, signs)).replace(sp.exp, _whole_exponent)
    under, outside = _integrands(sp.expand(expr))
    if under:
        return all(_is_zero(integrand, signs) for integrand in (*under, outside))
    attempts = [_normal, sp.cancel]
    if expr.has(sp.log) and signs.real(expr):
        attempts.insert(0 if logarithms else 1, _exponential)
    return any(attempt(expr) == 0 for attempt in attempts)


def _exponential(expr):
    """A real number is zero where its exponential is one, or that of a multiple in which a logarithm stands alone."""
    found = _normal(sp.exp(sp.expand(expr)) - 1)
    if found == 0:
        return found
    above = sp.expand(sp.fraction(sp.together(expr))[0])
    alone = next((above.coeff(one) for one in sorted(above.atoms(sp.log), key=str)), 0)
    return found if alone == 0 or alone.has(sp.log) else _normal(sp.exp(sp.expand(above / alone)) - 1)


def _split_log(u, signs):
    """The logarithms of positive factors stand apart; of the rest the sign is not known, and it stays whole."""
    total, rest = sp.S.Zero, sp.S.One
    for factor in sp.Mul.make_args(sp.factor(sp.together(u))):
        base, power = factor.as_base_exp() if factor.is_Pow else (factor, sp.S.One)
        if base.is_Number or signs.sign(base) != 1 or not signs.real(power):
            rest *= factor
        else:
            total += power * sp.expand_log(sp.log(base))
    return total + sp.expand_log(sp.log(rest))


def _whole_exponent(u):
    return sp.exp(sp.cancel(u) if sp.fraction(sp.together(u))[1].free_symbols else u)


def _one_arc(expr, signs):
    """Arcs are arc tangents, and those of equal numbers are equal: written in two ways, they become the same.

    Numbers that are equal need no sign. Squares and reciprocals tell only numbers whose signs are certain.
    """
    if not expr.has(sp.asin, sp.acos, sp.atan):
        return expr
    expr = expr.replace(sp.acos, lambda u: sp.pi / 2 - sp.asin(u))
    expr = expr.replace(sp.asin, lambda u: sp.atan(u / sp.sqrt(1 - u**2)) if signs.positive(1 - u**2) else sp.asin(u))
    known = []

    def of(u):
        sign = signs.sign(u)
        for number, its in known:
            if _is_zero(u - number, signs):
                return sp.atan(number)
            if sign is None or sign != its:
                continue
            if _is_zero(u**2 - number**2, signs):
                return sp.atan(number)
            if _is_zero(u**2 * number**2 - 1, signs):
                return sign * sp.pi / 2 - sp.atan(number)
        known.append((u, sign))
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
    symbols = sorted(below.free_symbols, key=str)
    if not symbols or not (above.is_polynomial(*symbols) and below.is_polynomial(*symbols)):
        return turn
    whole, rest = sp.div(above, below, *symbols)
    return turn.func(sp.expand(whole) + sp.Add(*(term / below for term in sp.Add.make_args(sp.expand(rest)))))


def _one_root(expr, signs):
    """The square roots of positive numbers in a product are one root; roots of equal numbers become the same."""
    known = []

    def is_root(e):
        return e.is_Pow and e.exp.is_Rational and e.exp.q == 2

    def one(base, positive):
        """The root of a number, in terms of those that are known. An exponential stands outside."""
        parts = sp.Mul.make_args(sp.factor(sp.together(base)))
        squares = [f for f in parts if f.is_Pow and f.exp.is_even and signs.positive(f.base)]
        outside = [f for f in parts if isinstance(f, sp.exp) and signs.real(f)]
        whole = sp.Mul(*(f.base ** (f.exp / 2) for f in squares))
        base = sp.Mul(*(f for f in parts if f not in squares))
        exponent, bare = (
            sp.Add(*(f.args[0] for f in outside)),
            sp.Mul(*(f for f in parts if f not in squares + outside)),
        )
        for number, root, other, inner, its in known:
            if _normal(base - number) == 0:
                return whole * root
            if positive and its and _normal(base * number - 1) == 0:
                return whole / root
            if _normal(bare - inner) == 0:
                return whole * root * sp.exp((exponent - other) / 2)
        known.append((base, sp.Dummy(positive=True) if positive else sp.Dummy(), exponent, bare, positive))
        return whole * known[-1][1]

    def walk(e):
        roots = [f for f in sp.Mul.make_args(e) if is_root(f)]
        if not roots:
            return e.func(*map(walk, e.args)) if e.args else e
        found, base = walk(e / sp.Mul(*roots)), sp.S.One
        for f in roots:
            if signs.positive(f.base):
                base *= walk(f.base) ** (2 * f.exp)
            else:
                found *= one(walk(f.base), False) ** (2 * f.exp)
        return found * one(base, True) if base != 1 else found

    if not any(is_root(e) and not e.base.is_Atom for e in expr.atoms(sp.Pow)):
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
    return list(under.values()), outside
