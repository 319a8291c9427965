"""Trees as plain data and back: exactly as typed, node by node.

SymPy's own ways (`srepr`, pickle) build a tree by calling its constructors again, which evaluate what was typed. Here a
node is written as its head and its arguments, heads come from a closed list, and what is read is built without
evaluation. Nothing but the closed list can be written: no head that a chapter made up, no dummy, no code.
"""

from __future__ import annotations

import functools

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef, UndefinedFunction

HEADS = {
    head.__name__: head
    for head in (
        sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.asin,
        sp.acos, sp.atan, sp.Abs, expm1, log1p, sp.Derivative, sp.Integral, sp.Sum, sp.Limit, sp.Tuple, sp.Eq, sp.Ne,
        sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan, sp.And, sp.Or, sp.Indexed,
    )
}  # fmt: skip
SIGNS = ("real", "positive", "nonnegative", "nonzero", "integer", "commutative")
CONSTANTS = {"pi": sp.pi, "oo": sp.oo, "-oo": -sp.oo, "E": sp.E, "true": sp.true, "false": sp.false}
AS_THEY_ARE = (sp.Sum, sp.Integral, sp.Limit, sp.Tuple)  # their constructors would change what was typed


def encode(tree):
    """Nested lists of strings and integers. What is not on the closed list is a `TypeError`."""
    if type(tree) is sp.Symbol:
        return ["symbol", tree.name, _signs(tree)]
    if isinstance(tree, sp.Rational):
        return ["number", int(tree.p), int(tree.q)]
    if isinstance(tree, sp.Float):
        return ["float", *map(int, tree._mpf_), int(tree._prec)]
    if type(tree) is sp.IndexedBase:
        return ["base", tree.label.name, _signs(tree.label)]
    for name, constant in CONSTANTS.items():
        if tree is constant:
            return ["constant", name]
    arguments = [encode(argument) for argument in tree.args]
    if isinstance(tree, AppliedUndef):
        if type(type(tree)) is not UndefinedFunction:
            raise TypeError(f"a function of a class of its own cannot be written down: {tree!r}")
        return ["function", type(tree).__name__, _signs(type(tree)), *arguments]
    if HEADS.get(type(tree).__name__) is not type(tree):
        raise TypeError(f"a {type(tree).__name__} cannot be written down: {tree!r}")
    return [type(tree).__name__, *arguments]


def decode(data):
    """The tree that was written, without evaluation."""
    head, *rest = data
    if head == "symbol":
        return sp.Symbol(rest[0], **dict(rest[1]))
    if head == "number":
        return sp.Rational(rest[0], rest[1])
    if head == "float":
        sign, mantissa, exponent, bits, precision = rest
        return sp.Float._new((sign, mantissa, exponent, bits), precision, zero=False)
    if head == "base":
        return sp.IndexedBase(rest[0], **dict(rest[1]))
    if head == "constant":
        return CONSTANTS[rest[0]]
    if head == "function":
        return _function(rest[0], tuple(map(tuple, rest[1])))(*map(decode, rest[2:]))
    kind, arguments = HEADS[head], [decode(argument) for argument in rest]
    if kind in AS_THEY_ARE:
        built = sp.Basic.__new__(kind, *arguments)
        if kind in (sp.Sum, sp.Integral):
            built.is_commutative = True
        return built
    if kind is sp.Indexed:
        return kind(*arguments)
    options = {"evaluate": False}
    return kind(*arguments, **options)


@functools.cache
def _function(name, signs):
    return sp.Function(name, **dict(signs))


def _signs(made) -> list:
    """The assumptions that a symbol or a function was made with, in order."""
    given = made._assumptions_orig if hasattr(made, "_assumptions_orig") else made._kwargs
    known = SIGNS if isinstance(made, sp.Symbol) else given  # of a function, what follows from them, too
    if odd := [name for name, value in given.items() if name not in known or (name == "commutative" and not value)]:
        raise TypeError(f"{made} is {', '.join(odd)}: only {', '.join(SIGNS)} can be written down")
    return sorted([name, value] for name, value in given.items() if value is not None and name != "commutative")
