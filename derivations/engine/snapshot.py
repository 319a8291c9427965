"""Everything that the chapters say, as plain data: records as typed, rows of the notation, steps of the derivations.

The process that imports the chapters writes one snapshot. Verdicts, code, pages and registry come from what is read
back from it, by processes that import no chapter: what a chapter did beside its records has no way in.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import sympy as sp

from derivations import WITHOUT_CHAPTERS
from derivations.engine import equation as registry
from derivations.engine.board import derive
from derivations.engine.codec import decode, encode
from derivations.engine.equation import ROOT, Equation, Limit, NearMiss, Source, Step, Variable, Verdict
from derivations.engine.names import speaks_of
from derivations.engine.renaming import Family
from derivations.engine.replay import Replay
from derivations.notation import FAMILIES

Contexts = dict[tuple[str, str], frozenset[str]]
HERE = Family("no other names", {})
PLAIN = ("id", "title", "scope", "text", "experiment", "file", "line")
TREES = ("claim", "inputs", "assumptions", "where", "stable", "constant")


class BrokenDerivation(ValueError):
    """A derivation that came to no end."""


class Snapshot:
    """Records and notation as they were read back, each derivation carried out at most once."""

    def __init__(self, data: dict):
        self.table = {row.symbol: row for row in map(_row_read, data["notation"])}
        self.families = tuple(map(_family_read, data["families"]))
        self.records: dict[str, Equation] = {}
        self.broken: dict[str, str] = {}  # what went wrong where a derivation broke down
        ids = [name for one in data["records"] for name in (one["id"], *one["also_known_as"])]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"equation id `{twice[0]}` is declared twice")
        for one in data["records"]:
            self.records[one["id"]] = _record_read(one)
            if one["broken"]:
                self.broken[one["id"]] = one["broken"]
        self.chapters: list[dict] = data["chapters"]
        self.unproved: tuple[str, ...] = tuple(data["unproved"])
        self.files: dict[str, str] | None = None  # what is printed from it
        self._replays: dict[str, Replay] = {}
        self._contexts: dict[str, dict] = {}

    def replay(self, id: str) -> Replay:
        """The derivation of a record, carried out from its steps."""
        if id in self.broken:
            raise BrokenDerivation(self.broken[id])
        if id not in self._replays:
            self._replays[id] = Replay(self.records[id], self.table, self.records, self.families, self.numbers)
        return self._replays[id]

    def stands(self, id: str) -> bool:
        """Does the derivation of a record come to its end?"""
        try:
            self.replay(id)
        except Exception:  # whatever it broke down with is told where the record itself is judged
            return False
        return True

    def contexts(self, id: str) -> Contexts:
        """For what all that a record rests on holds, where that is not for any: the schedules that its facts have in
        common, the data, the step, each of our path or of one that is named. An empty set is a contradiction."""
        if self._is_taken_on_trust(id):
            return {}
        if id not in self._contexts:
            record, replay = self.records[id], self.replay(id)
            said = [("schedule", record.schedules)] if record.schedules else []
            said += [(kind, (word,)) for kind, word in record.contexts.items()]
            found: Contexts = {}
            _meet(found, {("", kind): frozenset(words) for kind, words in said})
            for step, made in zip(record.steps, replay.made, strict=True):
                if step.verb == "given":
                    family = replay.renamed.get(made.start, HERE)
                    inherited = self.contexts(step.arguments["record"]).items()
                    _meet(found, {(family.place_of(kind, at), kind): words for (at, kind), words in inherited})
                    _meet(found, {("", kind): frozenset({word}) for kind, word in family.contexts.items()})
            self._contexts[id] = found
        return self._contexts[id]

    def _is_taken_on_trust(self, id: str) -> bool:
        """Is it a derived record that stands here without its steps? What it rests on is not known in a part of all."""
        return id in self.unproved and self.records[id].verdict is not Verdict.DEFINED

    def constant(self, id: str) -> set:
        """What a record holds constant, and what those that it starts from do, under the names that it has here."""
        if self._is_taken_on_trust(id):
            return set(self.records[id].constant)
        found = set(self.replay(id).held)
        for step in self.records[id].steps:
            if step.verb == "given":
                at = dict(step.arguments.get("at", ()))
                found |= {at.get(q, q) for q in self.constant(step.arguments["record"])}
        return {q for q in found if not isinstance(q, int)}

    def numbers(self, id: str) -> dict:
        """The parameters that have one value only where a record holds: on its board, with those of the records that it
        starts from."""
        return {} if self._is_taken_on_trust(id) else self.replay(id).numbers

    def equations(self) -> list[Equation]:
        """All records, in reading order, without those that stand here only because others start from them."""
        return [e for e in self.records.values() if e.id not in self.unproved]


def _meet(found: Contexts, others: Contexts) -> None:
    for where, words in others.items():
        found[where] = found.get(where, words) & words


def take(records: Iterable[Equation], table: Mapping, chapters: Iterable[dict] = ()) -> dict:
    """Derive each record on a board, and write all of it down."""
    return {
        "schema": 1,
        "chapters": list(chapters),
        "notation": [_row_written(row) for row in table.values()],
        "families": [_family_written(family) for family in FAMILIES],
        "records": [_record_written(e, *_derived(e, table)) for e in records],
        "unproved": [],
    }


def of(*records: Equation, table: Mapping) -> Snapshot:
    """A snapshot of a few records, of those that their derivations start from, and of those that speak of what they
    name."""
    data, named = take(records, table), {w.lhs for e in records for w in e.where}
    used = {step["arguments"].get("record") for one in data["records"] for step in one["steps"]}
    used |= {e.id for e in registry.EQUATIONS.values() if speaks_of(e, *named)}
    used -= {None, *(e.id for e in records)}
    data["records"] += [_record_written(registry.EQUATIONS[id], (), (), None) for id in sorted(used)]
    return Snapshot(json.loads(json.dumps(data | {"unproved": sorted(used)})))


def _derived(equation: Equation, table):
    """The steps, the lines that they end in, and what went wrong."""
    if equation.verdict is Verdict.DEFINED:
        return (), (), None
    try:
        _, steps, ends = derive(equation, table)
    except Exception as broken:  # one derivation that breaks down is told, and ends no other
        return (), (), f"{type(broken).__name__}: {broken}"
    return steps, ends, None


# ---- records ----------------------------------------------------------------------------------------


def _record_written(e: Equation, steps, ends, broken) -> dict:
    return (
        {name: getattr(e, name) for name in PLAIN}
        | {name: [encode(tree) for tree in getattr(e, name)] for name in TREES}
        | {
            "verdict": e.verdict.name,
            "also_known_as": list(e.also_known_as),
            "schedules": list(e.schedules),
            "contexts": dict(e.contexts),
            "witness": e.witness.__name__ if callable(e.witness) else e.witness,
            "sources": [[s.key, s.where] for s in e.sources],
            "limits": [[encode(one.output), one.point, one.side, encode(one.value)] for one in e.limits],
            "near_misses": [[name, encode(m.wrong), m.made_in] for name, m in e.near_misses.items()],
            "steps": [_step_written(step) for step in steps],
            "ends": list(ends),
            "broken": broken,
        }
    )


def _record_read(data: dict) -> Equation:
    return Equation(
        **{name: data[name] for name in PLAIN},
        **{name: tuple(map(decode, data[name])) for name in TREES},
        verdict=Verdict[data["verdict"]],
        also_known_as=tuple(data["also_known_as"]),
        schedules=tuple(data["schedules"]),
        contexts=data["contexts"],
        witness=data["witness"],
        sources=tuple(Source(*one) for one in data["sources"]),
        limits=tuple(Limit(decode(q), point, side, decode(v)) for q, point, side, v in data["limits"]),
        near_misses={name: NearMiss(decode(wrong), made_in) for name, wrong, made_in in data["near_misses"]},
        steps=tuple(map(_step_read, data["steps"])),
        ends=tuple(data["ends"]),
    )


# ---- steps: a symbol is written as a mapping, so that it is told from words, numbers and lists -----------------


def _step_written(step: Step) -> dict:
    return {
        "verb": step.verb,
        "reason": step.reason,
        "lines": list(step.lines),
        "arguments": {name: _argument_written(value) for name, value in step.arguments.items()},
    }


def _step_read(data: dict) -> Step:
    arguments = {name: _argument_read(value) for name, value in data["arguments"].items()}
    return Step(data["verb"], data["reason"], tuple(data["lines"]), MappingProxyType(arguments))


def _argument_written(value):
    if isinstance(value, sp.Basic):
        return {"symbol": encode(value)}
    return [_argument_written(one) for one in value] if isinstance(value, tuple) else value


def _argument_read(value):
    if isinstance(value, dict):
        return decode(value["symbol"])
    return tuple(map(_argument_read, value)) if isinstance(value, list) else value


# ---- rows of the notation ------------------------------------------------------------------------------

QUANTITIES = ("symbol", "rate", "slope", "expected")


def _row_written(row: Variable) -> dict:
    written = {f.name: getattr(row, f.name) for f in dataclasses.fields(row) if f.name not in QUANTITIES}
    quantities = {name: getattr(row, name) for name in QUANTITIES}
    return written | {name: None if q is None else encode(sp.sympify(q)) for name, q in quantities.items()}


def _row_read(data: dict) -> Variable:
    quantities = {name: data[name] and decode(data[name]) for name in QUANTITIES}
    return Variable(**data | quantities | {"sample": tuple(data["sample"])})


def _family_written(family: Family) -> dict:
    names = [[encode(old), None if new is None else encode(sp.sympify(new))] for old, new in family.names.items()]
    words = {"meaning": family.meaning, "of": list(family.of), "elsewhere": family.elsewhere, "law": family.law}
    return {**words, "names": names, "contexts": dict(family.contexts)}


def _family_read(data: dict) -> Family:
    names = {decode(old): new and _number(decode(new)) for old, new in data["names"]}
    return Family(**data | {"names": names, "of": tuple(data["of"])})


def _number(quantity):
    return int(quantity) if quantity.is_Integer else quantity


def written() -> Snapshot:
    """The snapshot of all chapters, taken in a process of its own: this one imports none."""
    command = [sys.executable, "-m", "derivations", "snapshot"]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, check=True, env=os.environ | {WITHOUT_CHAPTERS: ""}
    )
    return Snapshot(json.loads(done.stdout))


@functools.cache
def current() -> Snapshot:
    """The snapshot of all chapters, taken in this process and read back."""
    import derivations
    from derivations.notation import TABLE

    data = take(derivations.equations(), TABLE, derivations.chapters())
    return Snapshot(json.loads(json.dumps(data)))
