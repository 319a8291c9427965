"""Derivatives of typed trees by rules of our own: the second prover and the balls do not take SymPy's word for them."""

from __future__ import annotations

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef

from derivations.engine.calculus import evaluated

ONE, MINUS, TWO = sp.S.One, sp.S.NegativeOne, sp.Integer(2)


class NoRule(TypeError):
    """Nobody has said how this is differentiated."""


def _over(u):
    return sp.Pow(u, MINUS)


def _leg(u):
    return sp.sqrt(1 - u**2)


# The derivative of each function at u; called while SymPy evaluates nothing.
OUTER = {
    sp.exp: sp.exp,
    sp.log: _over,
    sp.sin: sp.cos,
    sp.cos: lambda u: -sp.sin(u),
    sp.tan: lambda u: 1 + sp.tan(u) ** 2,
    sp.sinh: sp.cosh,
    sp.cosh: sp.sinh,
    sp.tanh: lambda u: 1 - sp.tanh(u) ** 2,
    sp.coth: lambda u: 1 - sp.coth(u) ** 2,
    sp.asin: lambda u: _over(_leg(u)),
    sp.acos: lambda u: -_over(_leg(u)),
    sp.atan: lambda u: _over(1 + u**2),
    expm1: sp.exp,
    log1p: lambda u: _over(1 + u),
}


def unfolded(tree, names=()):
    """The typed tree with the author's intermediates put in, as typed."""
    known = {}
    for name in names:
        known[name.lhs] = put_in(name.rhs, known)
    return put_in(tree, known)


def put_in(e, known):
    """Trees in place of others; nothing is evaluated."""
    with sp.evaluate(False):
        return _put_in(e, known)


def _put_in(e, known):
    if not known or e in known:
        return known.get(e, e)
    args = [_put_in(arg, known) for arg in e.args]
    return e if all(new is old for new, old in zip(args, e.args, strict=True)) else e.func(*args)


def carried_out(e):
    """The tree without derivatives, but for those of abstract functions."""
    if not e.has(sp.Derivative):
        return e
    with sp.evaluate(False):
        return _carried_out(e)


def _carried_out(e):
    if not e.has(sp.Derivative):
        return e
    if not isinstance(e, sp.Derivative):
        return e.func(*map(_carried_out, e.args))
    found = _carried_out(e.expr)
    for variable, times in (pair.args for pair in e.variable_count):
        if not (variable.is_Symbol and times.is_Integer):
            raise NoRule(f"no rule for {e}")
        for _ in range(int(times)):
            found = _derivative(found, variable)
    return found


def derivative(e, variable):
    """The partial derivative of a tree without derivatives of anything known."""
    with sp.evaluate(False):
        return _derivative(e, variable)


def _derivative(e, v):
    if v not in e.free_symbols:
        return sp.S.Zero
    if e == v:
        return ONE
    if isinstance(e, AppliedUndef | sp.Derivative):
        inside = e.expr if isinstance(e, sp.Derivative) else e
        if not isinstance(inside, AppliedUndef) or [a for a in inside.args if v in a.free_symbols] != [v]:
            raise NoRule(f"no rule for the derivative of {e} in {v}")
        with sp.evaluate(True):  # it counts how often
            return sp.Derivative(e, v)
    if e.is_Add:
        return _sum([_derivative(arg, v) for arg in e.args])
    if e.is_Mul:
        args = e.args
        return _sum([_product(*args[:i], _derivative(f, v), *args[i + 1 :]) for i, f in enumerate(args)])
    if e.is_Pow:
        return _of_power(e, v)
    if isinstance(e, sp.Sum | sp.Integral) and not any(
        v in end.free_symbols for limit in e.limits for end in limit[1:]
    ):
        return e.func(_derivative(e.function, v), *e.limits)
    if isinstance(e, sp.Abs) and e.args[0].is_real:
        return _product(e.args[0], _over(e), _derivative(e.args[0], v))
    if e.func in OUTER:
        return _product(OUTER[e.func](e.args[0]), _derivative(e.args[0], v))
    raise NoRule(f"no rule for the derivative of {type(e).__name__} in {v}")


def _of_power(e, v):
    base, exponent = e.base, e.exp
    if exponent.free_symbols:
        of_exponent = _product(e, sp.log(base), _derivative(exponent, v)) if v in exponent.free_symbols else sp.S.Zero
        return _sum([of_exponent, _product(e, exponent, _over(base), _derivative(base, v))])
    with sp.evaluate(True):
        number = evaluated(exponent)
        less = number - 1
    return _product(number, base if less == 1 else sp.Pow(base, less), _derivative(base, v))


def _sum(terms):
    left = [term for term in terms if term != 0]
    return sp.Add(*left) if len(left) > 1 else left[0] if left else sp.S.Zero


def _product(*factors):
    left = [f for f in factors if f != 1]
    return sp.S.Zero if 0 in left else sp.Mul(*left) if len(left) > 1 else left[0] if left else ONE
