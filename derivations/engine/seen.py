"""What a measurement says about a record: of how much that it claims, and of which parts of its formulas.

A witness that draws worlds of one schedule has measured nothing of the others, and a term that could be left out of a
formula without a difference in any world has not been measured at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy as sp
from flint import arb, arb_mat
from sympy.core.function import AppliedUndef

from derivations.engine import balls
from derivations.engine.derivative import unfolded as typed
from derivations.engine.equation import Equation
from derivations.engine.lines import widened
from derivations.engine.measure import Worlds
from derivations.engine.snapshot import Snapshot

DIGITS = 12  # in which what is measured must agree
DRAWN = ("schedule", "data")  # the contexts that say of what a world is drawn
SUBSETS = 6  # of sums with up to so many terms all parts are left out, of longer ones each term


def narrow(snapshot: Snapshot, equation: Equation, worlds: Worlds) -> list[str]:
    """Why a measurement says less than the record: all its worlds obey a record that holds for fewer schedules, laws of
    the data, or values of a parameter than this one says that it holds for."""
    ours = _holds_for(snapshot, equation.id)
    for other in snapshot.records.values():
        obeyed = other.id != equation.id and worlds and all(map(obeys(other), worlds))
        if not obeyed or not snapshot.stands(other.id):
            continue
        theirs = _holds_for(snapshot, other.id)
        fewer = [kind for kind, words in theirs.items() if kind not in ours or words < ours[kind]]
        drawn = set(fewer) & set(DRAWN) or all(ours[kind] <= theirs[kind] for kind in DRAWN if kind in theirs)
        if fewer and drawn:  # else it is a parameter of another schedule
            said = "; ".join(f"{kind}: {', '.join(sorted(theirs[kind]))}" for kind in fewer)
            return [f"the worlds of its witness are such as {other.id} speaks of ({said}), and it says more"]
    return []


def _holds_for(snapshot: Snapshot, id: str) -> dict[str, frozenset[str]]:
    contexts = snapshot.contexts(id).items()
    found = {kind: words for (path, kind), words in contexts if not path and kind in DRAWN}
    return found | {snapshot.table[q].name: frozenset({str(n)}) for q, n in snapshot.numbers(id).items()}


def obeys(record: Equation):
    """Does a world measure all that a record claims, and agree with it?"""

    def agrees(world) -> bool:
        used, measured = world
        known = used | measured
        try:
            return all(_agree(known[c.lhs], balls.value(c, record.names(c), known)) for c in record.claim)
        except (KeyError, TypeError, ValueError, ZeroDivisionError, ArithmeticError):
            return False  # something that it speaks of has no number there

    return agrees


def _agree(seen, said) -> bool:
    seen = arb_mat(len(seen), 1, seen) if isinstance(seen, list) else seen
    return type(seen) is type(said) and -balls.relative_gap(said, seen) * 0.30103 >= DIGITS


# ---- parts of a formula ---------------------------------------------------------------------------------


def unseen(equation: Equation, worlds: Worlds) -> list[str]:
    """Parts of the claims and of the names in them that no world shows: terms that can be left out, functions that have
    one value everywhere, absolute values of what has one sign in all worlds and two on the domain."""
    found = []
    for claim in equation.claim:
        names = equation.names(claim)
        found += _without_value(claim, names, worlds)
        points = [_named(names, used) for used, _ in worlds]
        if any(point is None for point in points):
            continue  # under integrals of abstract densities: what they are is measured as a whole
        for tree in (claim, *names):
            found += [f"{tree.lhs}: {reason}" for reason in _unseen_in(tree.rhs, claim, names, points, tree)]
    return list(dict.fromkeys(found))


def _without_value(claim, names, worlds) -> list[str]:
    """Does a formula keep a value where quantities are known as well as they are measured? What vanishes by its meaning
    divides nothing."""
    found = []
    for number, (used, _) in enumerate(worlds):
        value = balls.value(claim, names, widened(used))
        entries = value.entries() if isinstance(value, arb_mat) else [value]
        if not all(one.is_finite() for one in entries):
            found.append(f"{claim.lhs}: divided by what vanishes in world {number}, as well as it is measured")
    return found


def _named(names, used):
    """A world with the names of a record; nothing where one of them has no number."""
    known = dict(used)
    try:
        for name in names:
            known[name.lhs] = balls.evaluate(name.rhs, known)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    return known


def _unseen_in(whole, claim, names, points, tree) -> Iterator[str]:
    for part in _parts(whole):
        values = [_number(part, point, names) for point in points]
        if any(v is None for v in values):
            continue
        if part.free_symbols and part.args and _is_one_value(values):
            yield f"{part} is the same in all worlds of the witness"
        if isinstance(part, sp.Abs) or _is_even_root(part):
            inside = part.args[0] if isinstance(part, sp.Abs) else part.base.base
            if not _both_signs([_number(inside, point, names) for point in points]):
                yield f"{inside} has one sign in all worlds of the witness, and the formula turns at its zero"
        if part.is_Add:
            for left_out in _left_out(part.args):
                kept = sp.Add(*(arg for arg in part.args if arg not in left_out), evaluate=False)
                others = [_number(kept, point, names) for point in points]
                if all(v is not None and _agree(v, w) for v, w in zip(others, values, strict=True)):
                    yield f"without {sp.Add(*left_out, evaluate=False)} it has the same value in all worlds"


def _parts(tree) -> Iterator:
    """The parts of a formula that stand under no sign that binds a variable."""
    if isinstance(tree, sp.Sum | sp.Integral | sp.Limit | sp.Derivative | AppliedUndef | sp.Indexed):
        return
    yield tree
    for arg in tree.args:
        yield from _parts(arg)


def _left_out(terms) -> Iterator[tuple]:
    most = len(terms) - 1 if len(terms) <= SUBSETS else 1
    for many in range(1, most + 1):
        yield from itertools.combinations(terms, many)


def _number(tree, point, names):
    """The value of a part; where calculus is asked for, it is carried out."""
    try:
        asks = tree.has(sp.Integral) or any(d not in point for d in tree.atoms(sp.Derivative))
        found = balls.derived_value(typed(tree, names), point) if asks else balls.evaluate(tree, point)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    return found if isinstance(found, arb) and found.is_finite() else None


def _is_one_value(values) -> bool:
    return len(values) > 2 and all(_agree(values[0], one) for one in values[1:])


def _is_even_root(part) -> bool:
    return (
        part.is_Pow
        and part.exp.is_Rational
        and not part.exp.is_Integer
        and part.base.is_Pow
        and bool(part.base.exp.is_even)
    )


def _both_signs(values) -> bool:
    return any(v is not None and v > 0 for v in values) and any(v is not None and v < 0 for v in values)
