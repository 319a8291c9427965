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
    unsaid = [one for one in said if not re.search(rf"(?<![\w.]){re.escape(one)}(?![\w.])", equation.scope)]
    return found + [f"it holds for {one} alone, and its scope does not say so" for one in unsaid]


def _out_of_context(snapshot: Snapshot, equation: Equation) -> list[str]:
    found = []
    for (path, kind), words in snapshot.contexts(equation.id).items():
        if not words:
            found.append(f"it starts from facts that have no {kind} in common" + f", of {path}" * bool(path))
        elif not path and claims_any(kind, equation.scope):
            found.append(f"it claims any {kind}, and starts from facts of {', '.join(sorted(words))} only")
    return found


NOUNS = {
    "schedule": "schedules?",
    "data": "data|laws?|density|densities|distributions?",
    "step": "(?<!number of )steps?|samplers?",
    "grid": "grids?",
    "motion": "motions?|velocity|velocities|flows?|process|processes",
}


def claims_any(kind: str, scope: str) -> bool:
    """Do the words of a scope claim more schedules, data, steps, than those that they name?"""
    every = r"\b(any(?! number)|all|every|each|arbitrary|whatever|general)\b[^;,]*"
    narrowed = r"(?! (that|whose|which|with|named|points))"
    return kind in NOUNS and bool(re.search(rf"{every}\b({NOUNS[kind]})\b{narrowed}", scope, re.IGNORECASE))


def not_assumed(snapshot: Snapshot, equation: Equation) -> list[str]:
    """The assumptions of the records that it starts from, under the names that they have here, which do not follow from
    its own: from their signs, and from what its board knows of the quantities in them. What a line rests on is not
    shown by that line: of the givens whose assumptions are open, none helps another."""
    replay = snapshot.replay(equation.id)
    signs = Signs((*equation.assumptions, *of_the_table(snapshot.table, snapshot.table)))
    asked = {made.start: _asked(snapshot, step) for step, made in zip(equation.steps, replay.made, strict=True)}
    unshown = {n: [gap for gap in gaps if not signs.positive(gap)] for n, gaps in asked.items()}
    rest_on = {n for n, left in unshown.items() if left}
    for step, made in zip(equation.steps, replay.made, strict=True):
        if rest_on & set(step.lines):
            rest_on |= set(made)
    lines = [line for n, line in enumerate(replay.lines) if n not in rest_on]
    known = {line.lhs: line.rhs for line in lines if line.lhs in snapshot.table and not line.rhs.has(line.lhs)}
    return [
        f"{replay.step_of(n).arguments['record']} assumes {gap} > 0, which does not follow from what is assumed here"
        for n, left in unshown.items()
        for gap in dict.fromkeys(left)
        if not _follows(gap, signs, known)
    ]


def _asked(snapshot: Snapshot, step) -> list:
    """What must be positive where a given record is taken over to other names."""
    if step.verb != "given":
        return []
    at = {old: sp.sympify(new) for old, new in step.arguments.get("at", ())}
    assumed = snapshot.records[step.arguments["record"]].assumptions
    return [evaluated(gap.xreplace(at)) for one in assumed for gap in _gap(one)]


def _gap(assumption) -> list:
    """The one gap of an inequality; a weak one that may say nothing asks for what it says all the same."""
    found = gaps([assumption])
    if not found:
        less = assumption.rel_op in ("<", "<=")
        found = [evaluated(assumption.rhs - assumption.lhs) if less else evaluated(assumption.lhs - assumption.rhs)]
    return found


def _follows(gap, signs: Signs, known) -> bool:
    for _ in range(DEPTH):
        if signs.positive(gap):
            return True
        gap = evaluated(gap.xreplace(known).doit())
    return signs.positive(gap)
