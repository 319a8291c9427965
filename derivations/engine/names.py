"""Which formulas of definitions are mere names: abbreviations that no theorem about anything else can rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from derivations.engine.calculus import evaluated
from derivations.engine.equation import Equation, Variable, Verdict

SIGNS = ("is_positive", "is_nonnegative", "is_negative", "is_integer")


def is_mere_name(
    equation: Equation, claim: sp.Eq, records: Iterable[Equation], table: Mapping[sp.Expr, Variable]
) -> bool:
    """Is the formula `q = e` an abbreviation, so that it needs no witness?

    It is, where q is a symbol of the table that occurs neither in e, nor in any other formula of any definition, nor in
    what the table says of another row; where the table says nothing of a rate, slope or expectation of q and does not
    let it pass for a constant; and where e has whatever sign the symbol promises to the provers. A function is more
    than a name: with it come its values elsewhere and its derivatives.

    Then exempting it is sound. Take any derivation from all axioms that ends in a statement without q, and write e for
    q on each of its lines. The formula itself becomes e = e; every other axiom stays as it is, for q does not occur in
    it; what the provers assume of q holds of e; and no verb makes anything of q by itself, for differentiating it is an
    error. So the statement follows from the other axioms alone: the definition is a conservative extension, and if it
    were another one, no theorem about anything else would change. Theorems that do name q are about what is so named,
    and have witnesses of their own.
    """
    name = evaluated(claim.lhs)
    if name not in table or not isinstance(name, sp.Symbol):
        return False
    row = table[name]
    if row.scalar or row.rate is not None or row.slope is not None or row.expected is not None:
        return False
    others = [c for e in records if e.verdict is Verdict.DEFINED for c in (*e.claim, *e.where)]
    trees = [tree for c in others if c is not claim for tree in (c.lhs, c.rhs)]
    trees += [
        said
        for other in table.values()
        for said in (other.rate, other.slope, other.expected)
        if isinstance(said, sp.Basic)
    ]
    if any(name in tree.free_symbols or tree.has(name) for tree in (*trees, claim.rhs)):
        return False
    right = evaluated(claim.rhs)
    return all(getattr(right, sign) for sign in SIGNS if getattr(name, sign))
