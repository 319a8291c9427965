"""Whether the names that an author gives to intermediates, the lines of `where`, say what those quantities are.

A name is held against what the witness measures; where the witness does not know it, against the records that claim the
same quantity; and where no record does, it must be a mere name, with one meaning in all records.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp
from flint import arb, arb_mat

from derivations.engine import balls
from derivations.engine.definitions import ENOUGH
from derivations.engine.equation import Equation, Verdict
from derivations.engine.measure import Worlds
from derivations.engine.names import has_the_promised_signs, is_said_nothing_of, speaks_of
from derivations.engine.snapshot import Snapshot
from derivations.witnesses.world import Law

PLACES = 3  # at which functions are compared
Same = Callable[[sp.Expr, sp.Eq, tuple], bool]  # is the typed line, with these names, equal to the tree?


def misnamed(snapshot: Snapshot, equation: Equation, worlds: Worlds, same: Same) -> list[str]:
    """What speaks against each of the author's names, in order: nothing, or one reason."""
    return [reason for i in range(len(equation.where)) if (reason := _reason(snapshot, equation, i, worlds, same))]


def _reason(snapshot, equation, i, worlds, same) -> str:
    name, before, later = equation.where[i], equation.where[:i], equation.where[i:]
    if name.lhs not in snapshot.table:
        return f"{name.lhs} is named, and is no quantity of the notation table"
    if name.lhs in [w.lhs for w in before]:
        return f"{name.lhs} is named twice"
    if own := [w.lhs for w in later if name.rhs.has(w.lhs)]:
        return f"{name.lhs} is named by way of {own[0]}, which is not named before it"
    if is_measured(name, worlds):
        return differs(name, before, worlds, snapshot.table)
    others = [e for e in snapshot.records.values() if e.id != equation.id]
    if claims := [(e, c) for e in others for c in e.claim if c.lhs == name.lhs]:
        return _is_another(snapshot, equation, name, before, claims, same)
    return _is_more_than_a_name(snapshot, equation, name, before, same)


# ---- what the witness measures ---------------------------------------------------------------------------


def is_measured(name: sp.Eq, worlds: Worlds) -> bool:
    return any(name.lhs in part for world in worlds for part in world)


def differs(name: sp.Eq, before, worlds: Worlds, table) -> str:
    """How a name differs from what the witness knows the quantity to be, in any of its worlds."""
    for number, (used, measured) in enumerate(worlds):
        known = [part[name.lhs] for part in (used, measured) if name.lhs in part]
        if not known:
            return f"what is called {name.lhs} has no value in world {number}, and has one in another"
        try:
            digits = min(_agreement(name, before, one, used, table) for one in known)
        except (TypeError, ValueError, ArithmeticError) as reason:
            return f"what is called {name.lhs} cannot be compared with what is measured in world {number}: {reason}"
        if digits < ENOUGH:
            return f"what is called {name.lhs} agrees with what is measured in {digits:.1f} digits only"
    return ""


def _agreement(name, before, known, used, table) -> float:
    """Digits to which a typed name has the known value: a number, one for each component, or a function at places."""
    if isinstance(known, Law):
        raise TypeError("a law of a few places is no value")
    worst = float("inf")
    for place in _places(known, used, table):
        said, seen = _entries(_value(name, before, place)), _entries(known, place)
        said *= len(seen) if len(said) == 1 else 1
        worst = min(worst, *(-balls.relative_gap(a, b) for a, b in zip(said, seen, strict=True)))
    return worst * 0.30103


def _value(name, before, place):
    """The ball of a name as typed; where functions stand in for abstract ones, they are put in first."""
    if _trees(place.values()):
        return balls.derived_value(balls.unfolded(name.rhs, before), place)
    return balls.value(name, before, place)


def _trees(values) -> list[sp.Basic]:
    every = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [one for one in every if isinstance(one, sp.Basic)]


def _places(known, used, table):
    """Where a known function is compared: a value for each of its variables that has none in the world."""
    free = sorted(set().union(*(tree.free_symbols for tree in _trees([known]))) - used.keys(), key=str)
    rng = random.Random(0)
    for _ in range(PLACES if free else 1):
        yield used | {q: balls.number(rng, *table[q].sample) for q in free}


def _entries(value, place=None) -> list[arb]:
    if isinstance(value, sp.Basic):
        value = balls.derived_value(value, place)
    if isinstance(value, list):
        return [entry for one in value for entry in _entries(one, place)]
    return value.entries() if isinstance(value, arb_mat) else [value]


# ---- what other records claim ----------------------------------------------------------------------------


def _is_another(snapshot, equation, name, before, claims, same) -> str:
    """Why a name is none of the formulas that other records have for the quantity, where ours holds."""
    own = balls.unfolded(name.rhs, before)
    for e, claim in claims:
        if not _holds_where(snapshot, e, equation):
            continue
        other = balls.unfolded(claim.rhs, e.names(claim))
        if _are_one(own, other) or same(other, name, before):
            return ""
    ids = ", ".join(sorted({e.id for e, _ in claims}))
    return f"no witness measures what is called {name.lhs}, and it is not what is known of it: {ids}"


def _holds_where(snapshot, other: Equation, equation: Equation) -> bool:
    """Is another record proved, or an axiom, and does it hold wherever this one does: for its schedules and data, and
    under its assumptions?"""
    if other.verdict not in (Verdict.DEFINED, Verdict.PROVED) or other.id in snapshot.broken:
        return False
    if not set(other.assumptions) <= set(equation.assumptions):
        return False
    numbers, held = snapshot.numbers(equation.id), snapshot.constant(equation.id)
    if not (snapshot.numbers(other.id).items() <= numbers.items() and snapshot.constant(other.id) <= held):
        return False
    ours, theirs = snapshot.contexts(equation.id), snapshot.contexts(other.id).items()
    return all(where in ours and ours[where] <= words for where, words in theirs if where[0] == "")


def _are_one(own, other) -> bool:
    return own == other and not own.has(sp.nan, sp.zoo, sp.oo)


# ---- mere names --------------------------------------------------------------------------------------------


def _is_more_than_a_name(snapshot, equation, name, before, same) -> str:
    """Why a quantity that nothing is known of may not be called by this name all the same.

    A mere name is a symbol of which the table and the families of names say nothing and no record speaks that does not
    name it itself: then any value is right, if it is the same in all of them.
    """
    quantity, own = name.lhs, balls.unfolded(name.rhs, before)
    renamed = any(quantity in (*family.names, *family.names.values()) for family in snapshot.families)
    free = [e.id for e in snapshot.records.values() if speaks_of(e, quantity) and _name_in(e, quantity) is None]
    if renamed or free or not is_said_nothing_of(quantity, snapshot.table) or not has_the_promised_signs(quantity, own):
        return f"no witness measures what is called {quantity}, no record claims it, and it is more than a name"
    for e in snapshot.records.values():
        other = _name_in(e, quantity)
        if e.id == equation.id or other is None:
            continue
        theirs = balls.unfolded(other.rhs, e.where[: e.where.index(other)])
        if not _are_one(own, theirs) and not same(theirs, name, before):
            return f"what is called {quantity} is something else in {e.id}"
    return ""


def _name_in(e: Equation, quantity):
    return next((w for w in e.where if w.lhs == quantity), None)
