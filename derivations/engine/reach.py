"""What a record rests on, and has to say: assumptions, schedules, data, numbers, what is held constant."""

from __future__ import annotations

import re

import sympy as sp

from derivations.engine.calculus import evaluated
from derivations.engine.equation import Equation
from derivations.engine.signs import Signs, gaps, of_the_table
from derivations.engine.snapshot import Snapshot

DEPTH = 3  # how often what the board knows of a quantity is put into an assumption


def overreaching(snapshot: Snapshot, equation: Equation) -> list[str]:
    """What a derivation rests on, and its record does not say."""
    return [*_unsaid(snapshot, equation), *_out_of_context(snapshot, equation), *not_assumed(snapshot, equation)]


def _unsaid(snapshot: Snapshot, equation: Equation) -> list[str]:
    held = snapshot.constant(equation.id) - set(equation.constant)
    found = [f"{q} is held constant, and the record does not say so" for q in sorted(held, key=str)]
    said = [f"{snapshot.table[q].name} = {number}" for q, number in snapshot.numbers(equation.id).items()]
    unsaid = [one for one in said if not re.search(rf"{re.escape(one)}(?![.\d])", equation.scope)]
    return found + [f"it holds for {one} alone, and its scope does not say so" for one in unsaid]


def _out_of_context(snapshot: Snapshot, equation: Equation) -> list[str]:
    found = []
    for (path, kind), words in snapshot.contexts(equation.id).items():
        if not words:
            found.append(f"it starts from facts that have no {kind} in common" + f", of {path}" * bool(path))
        elif not path and claims_any(kind, equation.scope):
            found.append(f"it claims any {kind}, and starts from facts of {', '.join(sorted(words))} only")
    return found


NOUNS = {"schedule": "schedules?", "data": "data|laws?|density|densities|distributions?"}


def claims_any(kind: str, scope: str) -> bool:
    """Do the words of a scope claim more schedules, or data, than those that they name?"""
    every = r"\b(any(?! number)|all|every|each|arbitrary|whatever|general)\b[^;,]*"
    narrowed = r"(?! (that|whose|which|with|named|points))"
    return kind in NOUNS and bool(re.search(rf"{every}\b({NOUNS[kind]})\b{narrowed}", scope, re.IGNORECASE))


def not_assumed(snapshot: Snapshot, equation: Equation) -> list[str]:
    """The assumptions of the records that it starts from, under the names that they have here, which do not follow from
    its own: from their signs, and from what its board knows of the quantities in them."""
    replay, found = snapshot.replay(equation.id), []
    signs = Signs((*equation.assumptions, *of_the_table(snapshot.table, snapshot.table)))
    known = {line.lhs: line.rhs for line in replay.lines if line.lhs in snapshot.table and not line.rhs.has(line.lhs)}
    for step in equation.steps:
        if step.verb != "given":
            continue
        record, at = snapshot.records[step.arguments["record"]], dict(step.arguments.get("at", ()))
        for assumption in record.assumptions:
            (gap,) = gaps([assumption])
            gap = evaluated(gap.xreplace({old: sp.sympify(new) for old, new in at.items()}))
            if not _follows(gap, signs, known):
                found.append(f"{record.id} assumes {gap} > 0, which does not follow from what is assumed here")
    return list(dict.fromkeys(found))


def _follows(gap, signs: Signs, known) -> bool:
    for _ in range(DEPTH):
        if signs.positive(gap):
            return True
        gap = evaluated(gap.xreplace(known).doit())
    return signs.positive(gap)
