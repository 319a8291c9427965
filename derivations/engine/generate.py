"""Writes refimpl/formulas/ and refimpl/registry.json, whole or not at all; `differences` says what is out of date."""

from __future__ import annotations

import difflib
import json
import os
import re
from pathlib import Path

import sympy as sp

from derivations.axioms import notation_axioms
from derivations.engine import snapshot
from derivations.engine.balls import BITS, POINTS, is_identity
from derivations.engine.equation import ROOT, Equation, Verdict
from derivations.engine.measure import witnesses
from derivations.engine.print_chapter import chapter, near_miss_chapter
from derivations.engine.print_code import function, is_function, near_misses, slug, snippet
from derivations.engine.print_docstring import limit_latex
from derivations.engine.print_latex import latex
from derivations.engine.prove import PROVERS, complaints
from derivations.engine.renaming import Family
from derivations.engine.replay import Replay
from derivations.engine.snapshot import Snapshot
from derivations.sources import SOURCES

PACKAGE = ROOT / "refimpl"


def files(said: Snapshot | None = None) -> dict[str, str]:
    """Every generated file, by its path inside the package: printed from what the chapters said."""
    said = said or snapshot.current()
    said.files = said.files or _files(said)
    return said.files


def _files(said: Snapshot) -> dict[str, str]:
    records, names, texts = said.equations(), [chapter["name"] for chapter in said.chapters], {}
    for folder, printed in (("formulas", chapter), ("formulas/near_misses", near_miss_chapter)):
        found = {name: text for name in names if (text := printed(name, records, said.table))}
        index = "".join(f"from refimpl.{folder.replace('/', '.')} import {name} as {name}\n" for name in sorted(found))
        texts[f"{folder}/__init__.py"] = f'"""Generated: python -m derivations generate"""\n\n{index}'
        texts |= {f"{folder}/{name}.py": text for name, text in found.items()}
    text = json.dumps(registry(said), indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    one_line = re.sub(r'("from": )\[([\d,\s]*)\]', lambda m: f"{m[1]}[{', '.join(re.findall(r'[0-9]+', m[2]))}]", text)
    return texts | {"registry.json": one_line}


def registry(said: Snapshot) -> dict:
    """Everything that readers of the package, of the pages and of the report may ask about the equations."""
    records = said.equations()
    if wrong := [f"{e.id}: {complaint}" for e in records for complaint in complaints(e, said.table)]:
        raise ValueError("; ".join(wrong))
    uses = {e.id: said.replay(e.id).uses for e in records}
    used_by = {e.id: [other for other in uses if e.id in uses[other]] for e in records}
    check_no_cycle(uses)
    return {
        "schema": 1,
        "chapters": said.chapters,
        "notation": [
            {"name": r.name, "latex": r.latex, "meaning": r.meaning, "domain": r.domain} for r in said.table.values()
        ],
        "notation_axioms": [_row_axiom(e, said.table) for e in notation_axioms(said.table)],
        "families": [_family(family, said.table) for family in said.families],
        "sources": {key: vars(work) for key, work in SOURCES.items()},
        "equations": [entry(e, said, uses[e.id], used_by[e.id]) for e in records],
    }


def check_no_cycle(uses: dict[str, list[str]]) -> None:
    """An equation that rests on itself proves nothing."""
    done: set[str] = set()

    def visit(name, path):
        if name in path:
            raise ValueError(f"a cycle of derivations: {' -> '.join([*path, name])}")
        if name not in done:
            for other in uses.get(name, []):
                visit(other, [*path, name])
            done.add(name)

    for name in uses:
        visit(name, [])


def entry(e: Equation, said: Snapshot, uses, used_by) -> dict:
    """One equation as data."""
    table = said.table
    matrix = any(table[q].axis == "matrix" for q in e.inputs)
    typed = lambda tree: latex(tree, table, matrix=matrix)  # noqa: E731
    code = (
        {target: snippet(e, target, table) for target in ("numpy", "torch", "jax")} if is_function(e, table) else None
    )
    misses = near_misses(e, table)
    proved = e.verdict is Verdict.PROVED
    return {
        "id": e.id,
        "also_known_as": list(e.also_known_as),
        "title": e.title,
        "chapter": e.chapter,
        "name": e.name,
        "kind": "definition" if e.verdict is Verdict.DEFINED else "identity" if is_identity(e, table) else "function",
        "verdict": e.verdict.name,
        "scope": e.scope,
        "text": " ".join(e.text.split()),
        "claim": [typed(c) for c in e.claim],
        "where": [typed(w) for w in e.where],
        "stable": [typed(c) for c in e.stable],
        "assumptions": [typed(a) for a in e.assumptions],
        "contexts": _contexts(said, e),
        "inputs": [_row(table[q]) | _narrowed(table[q], e.assumptions) for q in e.inputs],
        "returns": [_row(table[c.lhs]) for c in e.claim if c.lhs in table],
        "uses": uses,
        "used_by": used_by,
        "steps": _lines(said.replay(e.id), table),
        "limits": [limit_latex(limit, table) for limit in e.limits],
        "near_misses": [
            {
                "name": name,
                "latex": typed(miss.wrong),
                "made_in": miss.made_in,
                "function": python if (python := f"{e.name}__{slug(name)}") in misses else None,
            }
            for name, miss in e.near_misses.items()
        ],
        "sources": [{"key": s.key, "where": s.where} for s in e.sources],
        "experiment": e.experiment,
        "evidence": {
            "provers": list(PROVERS),
            "ball_points": POINTS,
            "ball_bits": BITS,
            "witness": _told(e.witness),
        }
        if proved and e.witness
        else {"witness": _told(e.witness)}
        if e.verdict is Verdict.DEFINED and e.witness
        else None,
        "code": code and {"array_api": function(e, "array_api", table).text, **code},
        "file": e.file,
        "line": e.line,
    }


def _lines(replay: Replay, table) -> list[dict]:
    """The lines of a derivation: what was done, on which lines (counted from one), and what came of it."""
    found = []
    for number, line in enumerate(replay.lines):
        step = replay.step_of(number)
        found.append(
            {
                "verb": step.verb.replace("_", " "),
                "reason": step.reason,
                "latex": latex(line, table, typed=False),
                "from": [n + 1 for n in step.lines],
                "uses": step.arguments.get("record"),
            }
        )
    return found


def _contexts(said: Snapshot, e: Equation) -> list[str]:
    """What else a record holds for, where not for any: the schedules, the data, the step that its facts share, and what
    does not change in time."""
    held = sorted(said.table[q].name for q in e.constant)
    return [
        f"{kind}{f' of {path}' * bool(path)}: {', '.join(sorted(words))}"
        for (path, kind), words in said.contexts(e.id).items()
        if words != {"along the path"}
    ] + [f"constant in time: {', '.join(held)}"] * bool(held)


def _told(witness: str) -> str:
    """What a witness does, in its own words."""
    known = witnesses()[witness]
    return (known.__doc__ or "").split("\n\n")[0]


def _family(family: Family, table) -> dict:
    """Names that belong together, as data: what stands for what, and in which records."""
    written = lambda q: None if q is None else latex(sp.sympify(q), table, typed=False)  # noqa: E731
    return {
        "meaning": family.meaning,
        "names": [[written(old), written(new)] for old, new in family.names.items()],
        "of": list(family.of),
    }


def _row_axiom(e: Equation, table) -> dict:
    """What a row of the notation says, as data."""
    (claim,), (quantity,) = e.claim, e.inputs
    return {
        "id": e.id,
        "kind": e.name.split("_of_")[0],
        "name": table[quantity].name,
        "latex": table[quantity].latex,
        "meaning": table[quantity].meaning,
        "says": latex(claim.rhs, table),
        "witness": " ".join(_told(e.witness.__name__).split()),
    }


def _narrowed(row, assumptions):
    """A parameter that may vanish elsewhere, but is assumed positive here."""
    positive = row.scalar and any(a.rel_op == ">" and (a.lhs, a.rhs) == (row.symbol, 0) for a in assumptions)
    low, high = row.sample
    return {"domain": "positive", "sample": (max(low, high / 50), high)} if positive else {}


def _row(row):
    kept = ("name", "latex", "meaning", "domain", "sample", "axis", "scalar")
    return {name: getattr(row, name) for name in kept}


def differences(said: Snapshot | None = None) -> str:
    """What the committed files say otherwise than the derivations, as a diff; empty where all is current."""
    fresh, text = files(said), []
    present = {p.relative_to(PACKAGE).as_posix() for p in (PACKAGE / "formulas").rglob("*.py")}
    for name in sorted({*fresh, *present}):
        path = PACKAGE / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        text += difflib.unified_diff(
            old.splitlines(True), fresh.get(name, "").splitlines(True), f"committed/{name}", f"generated/{name}"
        )
    return "".join(text)


def write(said: Snapshot | None = None) -> list[str]:
    """Write every file through a temporary one, remove what is no longer generated; the names of what changed."""
    fresh, changed = files(said), []
    for path in (PACKAGE / "formulas").rglob("*.py"):
        if path.relative_to(PACKAGE).as_posix() not in fresh:
            path.unlink()
            changed.append(path.relative_to(PACKAGE).as_posix())
    for name, text in fresh.items():
        path: Path = PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            draft = path.with_suffix(".tmp")
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, path)
            changed.append(name)
    return changed
