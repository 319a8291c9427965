"""Mutants of axioms: whether they say something else at all, and whether the witness of the axiom refuses them."""

from __future__ import annotations

import itertools

import sympy as sp

from derivations.engine import balls, definitions, measure
from derivations.engine.equation import Equation
from derivations.mutation.operators import Mutant
from derivations.notation import TABLE

POINTS = 4
BEYOND = (TypeError, ValueError, KeyError, ZeroDivisionError, NotImplementedError, AttributeError, IndexError)


def differs(mutant: Mutant, equation: Equation) -> bool:
    """Is it certain that the wrong right side has another value than the right one? At points of the domain, drawn
    without the witness, where nothing is abstract; and in the worlds of the witness."""
    return any(
        _differ(_unfolded(right, equation), _unfolded(wrong, mutant.record), equation)
        for right, wrong in zip(equation.claim, mutant.record.claim, strict=True)
    )


def _unfolded(claim, record: Equation):
    """The right side with the author's intermediates put in, as typed."""
    right = claim.rhs
    with sp.evaluate(False):
        for name in reversed(record.where):
            right = right.xreplace({name.lhs: name.rhs})
    return right


def _differ(right, wrong, equation: Equation) -> bool:
    if right == wrong:
        return False
    if not any(tree.has(sp.Integral, sp.Limit, sp.Derivative, sp.Sum) for tree in (right, wrong)):
        for point in itertools.islice(balls.points(equation, TABLE), POINTS):
            columns = {q: v for q, v in point.items() if isinstance(v, list)}
            numbers = {q: v for q, v in point.items() if isinstance(v, balls.arb)}
            at = definitions.Scene(numbers, {}, {}, columns)
            if _apart(lambda tree, at=at: definitions.value(tree, at), right, wrong):
                return True
    if equation.witness is None:
        return False
    return any(
        _apart(lambda tree, n=n: definitions.right_side(tree, (), equation.witness, n), right, wrong)
        for n in range(definitions.WORLDS)
    )


def _apart(value, right, wrong) -> bool:
    """Numerical rules for integrals and limits are not balls: what is nearly the same is not told apart. Nor is what
    has no value, or another number of them."""
    try:
        one, other = value(right), value(wrong)
    except BEYOND:
        return False
    return any(bool(balls.separated(a, b)) and balls.relative_gap(a, b) > -30 for a, b in zip(one, other, strict=False))


def refused(mutant: Mutant) -> bool | None:
    """Does the witness disagree with any of the formulas? None where one has no value in its worlds."""
    record = mutant.record
    answers = [_refuses(c, record) for c in record.claim if mutant.output in (None, c.lhs)]
    return True if True in answers else None if None in answers else False


def _refuses(claim: sp.Eq, record: Equation) -> bool | None:
    try:
        return not definitions.agreement(claim, record.where, measure.worlds(record.witness)) >= definitions.ENOUGH
    except BEYOND:
        return None
