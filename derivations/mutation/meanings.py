"""Mutants of axioms: whether they say something else at all, and whether the witness of the axiom refuses them."""

from __future__ import annotations

import itertools

import sympy as sp

from derivations.engine import balls, definitions
from derivations.engine.equation import Equation
from derivations.mutation.operators import Mutant
from derivations.notation import TABLE

POINTS = 4
BEYOND = (TypeError, ValueError, KeyError, ZeroDivisionError, NotImplementedError, AttributeError, IndexError)


def differs(mutant: Mutant, equation: Equation) -> bool:
    """Is it certain that the wrong right side has another value than the right one? At points of the domain, drawn without
    the witness, where nothing is abstract; otherwise in the worlds of the witness."""
    for right, wrong in zip((*equation.claim, *equation.where), (*mutant.record.claim, *mutant.record.where), strict=True):
        if mutant.output is not None and right.lhs != mutant.output:
            continue
        for at, other_at in _places(right, wrong, equation, mutant.record):
            try:
                one, other = definitions.value(right.rhs, at), definitions.value(wrong.rhs, other_at)
            except BEYOND:
                continue
            if len(one) != len(other) or any(_apart(a, b) for a, b in zip(one, other, strict=True)):
                return True
    return False


def _places(right, wrong, equation: Equation, spoiled: Equation):
    """Scenes for both; a world has what the two records know."""
    abstract = any(tree.has(sp.Integral, sp.Limit, sp.Derivative, sp.Sum) for tree in (right.rhs, wrong.rhs))
    if not abstract:
        for point in itertools.islice(balls.points(equation, TABLE), POINTS):
            columns = {q: v for q, v in point.items() if isinstance(v, list)}
            numbers = {q: v for q, v in point.items() if not isinstance(v, list) and isinstance(v, balls.arb)}
            scene = definitions.Scene(numbers, {}, {}, columns)
            yield scene, scene
    for used, measured in definitions.worlds(equation.witness) if equation.witness else ():
        scene = definitions.scene(measured | used)
        yield scene, scene


def _apart(a, b) -> bool:
    """Numerical rules for integrals and limits are not balls: what is nearly the same is not told apart."""
    return bool(balls.separated(a, b)) and balls.relative_gap(a, b) > -30


def refuses(claim: sp.Eq, record: Equation) -> bool | None:
    """Does the witness disagree? None where the formula has no value in its worlds."""
    try:
        return not definitions.agreement(claim, record.where, record.witness) >= definitions.ENOUGH
    except BEYOND:
        return None
