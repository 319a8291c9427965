"""The lines of a derivation, measured: one that is false in every world that knows what it speaks of is no line.

A world need not be one that the derivation is about. It is enough that some witness, of whatever law and schedule, has
seen the line hold; a contradiction holds in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from flint import arb, arb_mat
from sympy.core.function import AppliedUndef

from derivations.engine import balls
from derivations.engine.replay import Replay

ACCURACY = arb(10) ** -12  # of what is measured: of its size, and of one where it should vanish


def untrue(replay: Replay, own: Iterable[dict], others: Iterable[dict]) -> list[str]:
    """The lines that some world could confirm, and none does. What a line speaks of is looked up in the worlds of the
    record's own witness, then in those of the others."""
    found, own = [], list(own)
    for number, line in enumerate(replay.lines, 1):
        answers = (verdict for world in (*own, *others) if (verdict := holds(line, world)) is not None)
        seen = next(answers, None)
        if seen is False and not any(answers):
            found.append(f"line ({number}) holds in no world that any witness has measured: {line.lhs} = {line.rhs}")
    return found


def widened(world: dict) -> dict:
    """A world whose numbers are known as well as they are measured."""
    return {q: _widened(value) for q, value in world.items()}


def holds(line: sp.Eq, world: dict) -> bool | None:
    """Does a line hold in a world? None where the world does not know all that it speaks of."""
    if not all(_known(side, world) for side in (line.lhs, line.rhs)):
        return None
    rates = {q: sp.Dummy() for q in line.atoms(sp.Derivative) if q in world}  # measured, whatever stands under the sign
    world = world | {dummy: world[q] for q, dummy in rates.items()}
    try:
        left, right = (balls.derived_value(side.xreplace(rates), world) for side in (line.lhs, line.rhs))
    except (KeyError, TypeError, ValueError, ArithmeticError, NotImplementedError):
        return None
    if isinstance(left, arb_mat) != isinstance(right, arb_mat):
        return None
    entries = [one for side in (left, right) for one in (side.entries() if isinstance(side, arb_mat) else [side])]
    if not all(isinstance(one, arb) for one in entries):
        return None
    return all(one.is_finite() for one in entries) and not balls.separated(left, right)


def _known(tree, world, bound=frozenset()) -> bool:
    """Are there values for all quantities, and for how they change in time where that is asked for?"""
    if tree in world or tree in bound:
        return True
    if isinstance(tree, sp.Limit):
        return False
    if isinstance(tree, sp.Integral) and len(tree.limits) > 1:  # thousands of nodes for each
        return False
    if isinstance(tree, sp.Sum | sp.Integral):
        bound = bound | set(tree.variables)
        inner = [tree.function, *(end for limit in tree.limits for end in limit[1:] if not _is_a_count(end))]
        return all(_known(one, world, bound) for one in inner)
    if isinstance(tree, sp.Derivative):
        moves = any(str(v) in ("t", "s") for v in tree.variables)
        return not moves and _known(tree.expr, world, bound)
    if isinstance(tree, AppliedUndef | sp.Indexed):
        return False
    return all(_known(arg, world, bound) for arg in tree.args) if tree.args else not isinstance(tree, sp.Symbol)


def _is_a_count(end) -> bool:
    return isinstance(end, sp.Symbol) and bool(end.is_integer)


def _widened(value):
    if isinstance(value, arb):
        return value + arb(0, (1 + abs(value)) * ACCURACY)
    if isinstance(value, list):
        return list(map(_widened, value))
    if isinstance(value, arb_mat):
        return arb_mat(value.nrows(), value.ncols(), list(map(_widened, value.entries())))
    return value


def flattened(worlds: Iterable[tuple[dict, dict]]) -> Iterator[dict]:
    """What a witness used and what it measured, together."""
    for used, measured in worlds:
        yield widened(measured | used)
