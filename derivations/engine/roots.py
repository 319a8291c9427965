"""Roots, logarithms and arcs in what an author types: real on all of the domain, or those of the derivation.

A square of a root is what stands under it wherever that is not negative. A prover that counts on it, and a ball at a
point where it is so, see nothing of the other points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from sympy.codegen.cfunctions import log1p

from derivations.engine.calculus import evaluated
from derivations.engine.equation import Equation
from derivations.engine.signs import Signs

Same = Callable[[sp.Expr, sp.Eq, tuple], bool]


def unreal(equation: Equation, results, signs: Signs, same: Same) -> list[str]:
    """What stands under a root or in a logarithm or an arc of a claim, a name or a stable form, and need not be where
    the domain is. It is where its sign follows from what is assumed, and where it stands so in a line that was
    derived, or in the claim of which this is the stable form. `same` says whether a tree is what was typed, names put
    in."""
    found = []
    derived = [place for line in results for place in places(line.rhs)]
    for tree in (*equation.claim, *equation.stable):
        names = equation.names(tree)
        claimed = [c.rhs for c in equation.claim if c.lhs == tree.lhs and tree in equation.stable]
        proved = derived + [_put_in(place, names) for one in claimed for place in places(one)]
        for place in dict.fromkeys(one for part in (*names, tree) for one in places(part.rhs)):
            inside = evaluated(place)
            certain = signs.positive(inside) or inside.is_nonnegative or signs.positive(_put_in(inside, names))
            if not certain and not any(same(one, sp.Eq(tree.lhs, place, evaluate=False), names) for one in proved):
                found.append(f"{tree.lhs}: {place} > 0 does not follow from what is assumed, and it has to be")
    return list(dict.fromkeys(found))


def places(tree) -> Iterator:
    """What has to be positive where a formula is to be real."""
    for e in sp.preorder_traversal(tree):
        if isinstance(e, sp.Pow) and not e.exp.is_integer:
            yield e.base
        elif isinstance(e, sp.log):
            yield e.args[0]
        elif isinstance(e, log1p):
            yield 1 + e.args[0]
        elif isinstance(e, sp.asin | sp.acos):
            yield 1 - e.args[0] ** 2


def _put_in(inside, names):
    for name in reversed(names):
        inside = inside.xreplace({evaluated(name.lhs): evaluated(name.rhs)})
    return inside
