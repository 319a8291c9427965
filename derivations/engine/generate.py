"""Writes refimpl/formulas/ and refimpl/registry.json, whole or not at all; `differences` says what is out of date."""

from __future__ import annotations

import difflib
import functools
import json
import os
from pathlib import Path

import derivations
from derivations.axioms import notation_axioms
from derivations.engine.balls import BITS, POINTS, is_identity
from derivations.engine.board import derive
from derivations.engine.equation import ROOT, Equation, Verdict
from derivations.engine.print_code import (
    chapter,
    function,
    is_function,
    near_miss_chapter,
    near_misses,
    slug,
    snippet,
)
from derivations.engine.print_docstring import limit_latex
from derivations.engine.print_latex import latex
from derivations.engine.prove import PROVERS, complaints
from derivations.notation import TABLE
from derivations.sources import SOURCES

PACKAGE = ROOT / "refimpl"


@functools.cache
def files() -> dict[str, str]:
    """Every generated file, by its path inside the package."""
    chapters = {name: [e for e in derivations.equations() if e.chapter == name] for name in derivations.CHAPTERS}
    texts = {}
    for folder, printed in (("formulas", chapter), ("formulas/near_misses", near_miss_chapter)):
        found = {name: text for name, members in chapters.items() if (text := printed(name, members, TABLE))}
        index = "".join(f"from refimpl.{folder.replace('/', '.')} import {name} as {name}\n" for name in sorted(found))
        texts[f"{folder}/__init__.py"] = f'"""Generated: python -m derivations generate"""\n\n{index}'
        texts |= {f"{folder}/{name}.py": text for name, text in found.items()}
    return texts | {"registry.json": json.dumps(registry(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"}


def registry() -> dict:
    """Everything that readers of the package, of the pages and of the report may ask about the equations."""
    records = derivations.equations()
    if wrong := [f"{e.id}: {complaint}" for e in records for complaint in complaints(e, TABLE)]:
        raise ValueError("; ".join(wrong))
    steps = {e.id: derive(e, TABLE)[1] if e.derive else () for e in records}
    uses = {e.id: list(dict.fromkeys(s.uses for s in steps[e.id] if s.uses)) for e in records}
    used_by = {e.id: [other for other in uses if e.id in uses[other]] for e in records}
    check_no_cycle(uses)
    modules = {name: getattr(derivations, name) for name in derivations.CHAPTERS}
    return {
        "schema": 1,
        "chapters": [_chapter(name, module) for name, module in modules.items()],
        "notation": [
            {"name": r.name, "latex": r.latex, "meaning": r.meaning, "domain": r.domain} for r in TABLE.values()
        ],
        "notation_axioms": [_row_axiom(e) for e in notation_axioms()],
        "sources": {key: vars(work) for key, work in SOURCES.items()},
        "equations": [entry(e, steps[e.id], uses[e.id], used_by[e.id]) for e in records],
    }


def _chapter(name, module):
    title, _, text = module.__doc__.partition("\n")
    return {"name": name, "title": title.rstrip("."), "text": " ".join(text.split())}


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


def entry(e: Equation, steps, uses, used_by) -> dict:
    """One equation as data."""
    matrix = any(TABLE[q].axis == "matrix" for q in e.inputs)
    typed = lambda tree: latex(tree, TABLE, matrix=matrix)  # noqa: E731
    code = (
        {target: snippet(e, target, TABLE) for target in ("numpy", "torch", "jax")} if is_function(e, TABLE) else None
    )
    misses = near_misses(e, TABLE)
    proved = e.verdict is Verdict.PROVED
    return {
        "id": e.id,
        "title": e.title,
        "chapter": e.chapter,
        "name": e.name,
        "kind": "definition" if e.verdict is Verdict.DEFINED else "identity" if is_identity(e, TABLE) else "function",
        "verdict": e.verdict.name,
        "scope": e.scope,
        "text": " ".join(e.text.split()),
        "claim": [typed(c) for c in e.claim],
        "where": [typed(w) for w in e.where],
        "stable": [typed(c) for c in e.stable],
        "assumptions": [typed(a) for a in e.assumptions],
        "inputs": [_row(q) | _narrowed(q, e.assumptions) for q in e.inputs],
        "returns": [_row(c.lhs) for c in e.claim if c.lhs in TABLE],
        "uses": uses,
        "used_by": used_by,
        "steps": [
            {"verb": s.verb, "reason": s.reason, "latex": latex(s.result, TABLE, typed=False), "uses": s.uses}
            for s in steps
        ],
        "limits": [limit_latex(limit, TABLE) for limit in e.limits],
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
        "code": code and {"array_api": function(e, "array_api", TABLE).text, **code},
        "file": e.file,
        "line": e.line,
    }


def _told(witness) -> str:
    """What a witness does, in its own words."""
    return (witness.__doc__ or "").split("\n\n")[0]


def _row_axiom(e: Equation) -> dict:
    """What a row of the notation says, as data."""
    (claim,), (quantity,) = e.claim, e.inputs
    return {
        "id": e.id,
        "kind": e.name.split("_of_")[0],
        "name": TABLE[quantity].name,
        "latex": TABLE[quantity].latex,
        "meaning": TABLE[quantity].meaning,
        "says": latex(claim.rhs, TABLE),
        "witness": " ".join(_told(e.witness).split()),
    }


def _narrowed(q, assumptions):
    """A parameter that may vanish elsewhere, but is assumed positive here."""
    positive = TABLE[q].scalar and any(a.rel_op == ">" and (a.lhs, a.rhs) == (q, 0) for a in assumptions)
    low, high = TABLE[q].sample
    return {"domain": "positive", "sample": (max(low, high / 50), high)} if positive else {}


def _row(q):
    kept = ("name", "latex", "meaning", "domain", "sample", "axis", "scalar")
    return {name: getattr(TABLE[q], name) for name in kept}


def differences() -> str:
    """What the committed files say otherwise than the derivations, as a diff; empty where all is current."""
    fresh, text = files(), []
    present = {p.relative_to(PACKAGE).as_posix() for p in (PACKAGE / "formulas").rglob("*.py")}
    for name in sorted({*fresh, *present}):
        path = PACKAGE / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        text += difflib.unified_diff(
            old.splitlines(True), fresh.get(name, "").splitlines(True), f"committed/{name}", f"generated/{name}"
        )
    return "".join(text)


def write() -> list[str]:
    """Write every file through a temporary one, remove what is no longer generated; the names of what changed."""
    fresh, changed = files(), []
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
