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
    name, right = evaluated(claim.lhs), evaluated(claim.rhs)
    others = [c for e in records if e.verdict is Verdict.DEFINED for c in (*e.claim, *e.where) if c is not claim]
    return (
        is_said_nothing_of(name, table)
        and not any(_occurs(name, tree) for c in others for tree in (c.lhs, c.rhs))
        and not _occurs(name, claim.rhs)
        and has_the_promised_signs(name, right)
    )


def is_said_nothing_of(name, table: Mapping[sp.Expr, Variable]) -> bool:
    """Is it a symbol of the table of which no row says anything that a derivation could use?"""
    if name not in table or not isinstance(name, sp.Symbol):
        return False
    row = table[name]
    if row.scalar or any(said is not None for said in (row.rate, row.slope, row.expected)):
        return False
    said = [said for other in table.values() for said in (other.rate, other.slope, other.expected)]
    return not any(_occurs(name, tree) for tree in said if isinstance(tree, sp.Basic))


def has_the_promised_signs(name, right) -> bool:
    """Has a formula every sign that the symbol which stands for it promises to the provers?"""
    return all(getattr(right, sign) for sign in SIGNS if getattr(name, sign))


def speaks_of(e: Equation, *quantities) -> bool:
    """Does a record say anything in which one of the quantities occurs?"""
    trees = (*e.claim, *e.where, *e.stable, *e.assumptions, *e.constant, *(one.value for one in e.limits))
    return any(_occurs(q, tree) for tree in trees for q in quantities)


def _occurs(name, tree) -> bool:
    return name in tree.free_symbols or tree.has(name)
