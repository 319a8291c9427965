"""Mutants of what a derivation starts from: what `at=` renames in its steps, and what its record assumes."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Iterator
from itertools import combinations

import sympy as sp

from derivations.engine import balls, prove
from derivations.engine.board import derive
from derivations.engine.calculus import BoardError, equate
from derivations.engine.equation import EQUATIONS, Equation, Step, Verdict
from derivations.engine.reach import overreaching
from derivations.engine.renaming import quantities
from derivations.engine.replay import Replay
from derivations.engine.snapshot import Snapshot, of
from derivations.engine.verbs import Verbs
from derivations.notation import TABLE, alpha, data, noise, s, sigma, t, velocity, x
from derivations.notation.families import COPIES

ALIKE = 3  # other names that are tried in place of one
POINTS, SEED = 64, 1  # where an assumption is looked for that is needed: more than the judge looks at, and others
PLAUSIBLE = ((t, s), (s, t), (x, velocity), (x, data), (data, noise), (noise, data), (alpha, sigma), (sigma, alpha))
TURNED = {">": sp.Lt, ">=": sp.Le, "<": sp.Gt, "<=": sp.Ge}
Change = tuple[str, str, Equation]  # operator, readable name, record with another step or another assumption
NO_BALL = (TypeError, ValueError, KeyError, LookupError, AttributeError, NotImplementedError, ZeroDivisionError)


# ---- the records, with their steps -----------------------------------------------------------------------


@functools.cache
def _stage() -> Snapshot:
    import derivations

    derivations.equations()
    stage = of(table=TABLE)
    stage.records = dict(EQUATIONS)
    return stage


@functools.cache
def stage(id: str) -> Snapshot:
    """All records; this one, and all that it rests on, with the steps of their derivations."""
    said = _stage()
    record = said.records[id]
    if record.verdict is not Verdict.DEFINED:
        _, steps, ends = derive(record, TABLE)
        said.records[id] = dataclasses.replace(record, steps=steps, ends=ends)
        for step in steps:
            if step.verb == "given":
                stage(step.arguments["record"])
    return said


def with_record(said: Snapshot, record: Equation) -> Snapshot:
    """The same records, one of them changed."""
    other = copy.copy(said)
    other.records = said.records | {record.id: record}
    other._replays = {id: one for id, one in said._replays.items() if id != record.id}
    other._contexts = {id: one for id, one in said._contexts.items() if id != record.id}
    return other


# ---- renamings -------------------------------------------------------------------------------------------


def renamings(equation: Equation) -> Iterator[Change]:
    """Every step that renames, or could: a pair less, a pair more, another name in one, two exchanged, none at all."""
    said = stage(equation.id)
    record, replay = said.records[equation.id], said.replay(equation.id)
    present = sorted(set().union(*(quantities(line, TABLE) for line in replay.lines)) & set(TABLE), key=str)
    for number, step in enumerate(record.steps):
        if step.verb not in ("given", "constant"):
            continue
        at = tuple(step.arguments.get("at", ()))
        seen = {frozenset(at)}
        what = f"{step.verb} {step.arguments['record']}" if step.verb == "given" else step.verb
        for operator, words, other in _changed(at, _named(said, replay, step), present):
            if frozenset(other) in seen:
                continue
            seen.add(frozenset(other))
            changed = dataclasses.replace(step, arguments={**step.arguments, "at": other})
            steps = (*record.steps[:number], changed, *record.steps[number + 1 :])
            yield operator, f"step {number + 1}, {what}: {words}", dataclasses.replace(record, steps=steps)


def _named(said: Snapshot, replay: Replay, step: Step) -> list:
    """The quantities that a line names before it is renamed."""
    if step.verb == "constant":
        line = replay.lines[step.lines[0]]
    else:
        arguments = {name: value for name, value in step.arguments.items() if name != "at"}
        line = Verbs("", said.table, said.records, said.families).given(**arguments)
    return sorted(quantities(line, TABLE) & set(TABLE), key=str)


def _changed(at, named, present) -> Iterator[tuple[str, str, tuple]]:
    for i, (old, new) in enumerate(at):
        rest = (*at[:i], *at[i + 1 :])
        yield "renaming dropped", f"{old} keeps its name", rest
        for other in _alike(new if new in TABLE else old, present):
            if other not in (old, new):
                yield "another name", f"{old} is {other}, not {new}", (*at[:i], (old, other), *at[i + 1 :])
        for end in (0, 1):
            if end != new:
                yield "number for a name", f"{old} is {end}, not {new}", (*at[:i], (old, end), *at[i + 1 :])
    for (i, (one, first)), (j, (two, second)) in combinations(enumerate(at), 2):
        if first != second:
            swapped = list(at)
            swapped[i], swapped[j] = (one, second), (two, first)
            yield "names exchanged", f"{one} is {second} and {two} is {first}", tuple(swapped)
    if len(at) > 1:
        yield "renaming dropped", "nothing is renamed", ()
    renamed, most = {old for old, _ in at}, 1 if at else ALIKE
    for q in named:
        if q not in renamed:
            for other in _alike(q, present, most):
                yield "renaming added", f"{q} is {other}", (*at, (q, other))
            yield "number for a name", f"{q} is 0", (*at, (q, 0))
    for old, new in PLAUSIBLE:
        if old in named and old not in renamed:
            yield "renaming added", f"{old} is {new}", (*at, (old, new))
    for family in COPIES:
        whole = tuple((q, family.names[q]) for q in named if family.names.get(q) is not None)
        if whole:
            yield "renaming added", family.meaning, whole


def _alike(quantity, present, most=ALIKE) -> list:
    """Others with a row like that of a quantity, those that the derivation speaks of first."""
    row = TABLE.get(quantity)
    if row is None:
        return []
    like = lambda other: (other.domain, other.axis, other.scalar, other.vector, other.kind)  # noqa: E731
    found = [q for q in dict.fromkeys((*present, *TABLE)) if q != quantity and like(TABLE[q]) == like(row)]
    return found[:most]


class _Unguarded(Verbs):
    """Verbs that rename whatever they are told to."""

    def _renamed(self, at, known, claim):
        return {old: sp.Integer(new) if isinstance(new, int) else new for old, new in at}

    def _agrees_in_its_numbers(self, line):
        pass


def unguarded(said: Snapshot, record: Equation) -> list[sp.Eq]:
    """What would be derived with the changed step if no one minded: all that hangs on it is carried out again."""
    right, old = said.replay(record.id), said.records[record.id]
    verbs, touched = _Unguarded(record.id, said.table, said.records, said.families), set()
    for before, step, made in zip(old.steps, record.steps, right.made, strict=True):
        if before == step and not touched.intersection(step.lines):
            verbs.lines += [right.lines[n] for n in made]
            continue
        if len(verbs.carry_out(step)) != len(made):
            raise BoardError(f"{record.id}: another number of lines")
        touched |= set(made)
    results = [verbs.lines[n] for n in record.ends]
    if [line.lhs for line in results] != [line.lhs for line in right.results]:
        raise BoardError(f"{record.id}: it ends elsewhere")
    return _closed(results)


def _closed(results) -> list[sp.Eq]:
    done: dict = {}
    for r in results:
        done[r.lhs] = balls.calculus(r.rhs.xreplace(done))
    return [equate(left, right) for left, right in done.items()]


def renaming_differs(record: Equation, points, seconds=5) -> bool:
    """Would the derivation lead to something else, or nowhere?"""
    said = stage(record.id)
    try:
        with prove.time_limit(seconds):
            found = unguarded(said, record)
    except Exception:  # it breaks down, or goes on and on: nothing is derived
        return True
    right = said.replay(record.id).closed
    pairs = [(a.rhs, b.rhs) for a, b in zip(right, found, strict=True) if a != b]
    return any(_apart(a, b, point) for a, b in pairs for point in points)


def _apart(right, wrong, point) -> bool:
    """Balls that do not meet; a value that is no finite number where the right one is one."""
    try:
        one, other = balls.derived_value(right, point), balls.derived_value(wrong, point)
        return bool(balls.separated(one, other)) or not _finite(other)
    except NO_BALL:
        return False


def _finite(value) -> bool:
    try:
        return bool(prove.finite(value, "it") is not None)
    except prove.NotANumber:
        return False


def who_refuses_renaming(record: Equation, points) -> tuple[str, list[sp.Eq]]:
    """Who of the judge's court refuses the record first, if anyone, and what is derived where it comes so far."""
    said = with_record(stage(record.id), record)
    try:
        with prove.time_limit(prove.SECONDS):
            found = said.replay(record.id).closed
    except BoardError as reason:
        known = any(words in str(reason) for words in ("does not hold with", "is bound by", "on this board"))
        return "renaming" if known else "its end" if "the derivation ends at" in str(reason) else "another verb", []
    except Exception:
        return "another verb", []
    if overreaching(said, record):
        return "scope", found
    try:
        if not prove._agree(record, found, points, prove.Proof(record.id, None)):
            return "balls", found
    except NO_BALL:
        return "balls", found
    return "", found


# ---- assumptions -----------------------------------------------------------------------------------------


def assumptions(equation: Equation) -> Iterator[Change]:
    """Each one dropped, and each one turned around."""
    record = stage(equation.id).records[equation.id]
    for i, one in enumerate(record.assumptions):
        rest = (*record.assumptions[:i], *record.assumptions[i + 1 :])
        shown = sp.sstr(one, order="none")
        yield "assumption dropped", f"without {shown}", dataclasses.replace(record, assumptions=rest)
        turned = TURNED[one.rel_op](one.lhs, one.rhs, evaluate=False)
        both = (*record.assumptions[:i], turned, *record.assumptions[i + 1 :])
        yield "assumption turned", f"{sp.sstr(turned, order='none')}", dataclasses.replace(record, assumptions=both)


def assumption_differs(record: Equation, worlds) -> bool:
    """Is there a point in the ranges of the rows, allowed now and not before, at which claim and derivation are apart
    or one of them is no finite number? Or is there no point at all?"""
    said = stage(record.id)
    equation = said.records[record.id]
    if worlds and prove.points(equation, TABLE, worlds)[0] is worlds[0][0]:
        return False  # no point is drawn where functions are abstract
    try:
        drawn = list(balls.points(record, TABLE, count=POINTS, seed=SEED))
    except ValueError:
        return True
    right = said.replay(record.id).closed
    for point in drawn:
        if all(balls._holds(a, point) for a in equation.assumptions):
            continue
        for line, claim in zip(right, equation.claim, strict=True):
            try:
                one = balls.value(claim, equation.names(claim), point)
                other = balls.derived_value(line.rhs, point)
            except NO_BALL:
                return True
            if not (_finite(one) and _finite(other)) or balls.separated(one, other):
                return True
    return False


def who_refuses_assumption(record: Equation, worlds) -> str:
    """What the judge complains of: worlds, points and balls are asked first, then all that a verdict rests on."""
    if outside := prove._outside(record, worlds):
        return outside[0]
    try:
        points = prove.points(record, TABLE, worlds)
    except ValueError:
        return "no point"
    try:
        if not prove._agree(record, stage(record.id).replay(record.id).closed, points, prove.Proof(record.id, None)):
            return "balls"
    except NO_BALL:
        return "balls"
    proof = prove.judge(with_record(stage(record.id), record), record.id, worlds)
    return proof.failures[0] if proof.failures else ""
