"""Runs mutants of equations through the layers, keeps what is finished, and prints the table."""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from derivations.engine.equation import ROOT, Equation, Verdict
from derivations.mutation.layers import KILLED, LAYERS, MISSED, SILENT, UNDECIDED, Ground, judged, survives, visible
from derivations.mutation.operators import KINDS, Mutant, chosen, mutants

MOST, EXPERIMENTS = 12, 4  # of each kind of an equation, among which a sample is drawn; of each equation
FILE = ROOT / "report" / "mutation.jsonl"


@dataclass(frozen=True)
class Settings:
    """Which of all mutants are tried. The rule is printed with every table."""

    most: int | None = None
    experiments: int = EXPERIMENTS
    seed: int = 0
    kinds: tuple[str, ...] = ()

    def __str__(self) -> str:
        which = "all mutants" if self.most is None else f"at most {self.most} mutants of each kind"
        return (
            f"of each equation {which}, one of each operator in turn; "
            f"of these, experiments are run on the first {self.experiments} functions (seed {self.seed})"
            + (f"; of the kinds {', '.join(self.kinds)} only" if self.kinds else "")
        )


def state() -> str:
    """What the results depend on: the text of the records, of the engine, of the code and of the checks."""
    digest = hashlib.sha256()
    for path in sorted(p for folder in ("derivations", "refimpl") for p in (ROOT / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    digest.update((ROOT / "tests" / "exact.py").read_bytes())
    return digest.hexdigest()[:16]


def tried(found: list[Mutant], ground: Ground, experiments: int = EXPERIMENTS) -> list[dict]:
    """The answers of all layers to each mutant that the ball witness sees."""
    results, run = [], 0
    for mutant in found:
        seen = visible(mutant, ground)
        answers = judged(mutant, ground, experiment=run < experiments) if seen else dict.fromkeys(LAYERS, SILENT)
        run += answers["experiment"] != SILENT
        results.append(
            {"kind": mutant.kind, "operator": mutant.operator, "name": mutant.name, "visible": seen, "answers": answers}
        )
    return results


def of_equation(id: str, settings: Settings) -> dict:
    """One equation, in a process of its own."""
    (equation,) = (e for e in records() if e.id == id)
    clock, found = time.perf_counter(), mutants(equation, settings.kinds)
    results = tried(chosen(found, settings.most, settings.seed), Ground(equation), settings.experiments)
    made = dict(Counter(one.kind for one in found))
    entry = {"id": id, "made": made, "mutants": results, "seconds": round(time.perf_counter() - clock, 2)}
    unwitnessed = equation.verdict is Verdict.DEFINED and equation.witness is None
    return entry | ({"mere_names": len(equation.claim)} if unwitnessed else {})


def records() -> list[Equation]:
    """The equations, and then the axioms: definitions, and what the notation says."""
    from derivations import equations
    from derivations.axioms import notation_axioms

    derived = [e for e in equations() if e.verdict is not Verdict.DEFINED]
    return [*derived, *(e for e in equations() if e.verdict is Verdict.DEFINED), *notation_axioms()]


def sample(count: int, seed: int = 0, ids: Sequence[str] = (), kinds: tuple[str, ...] = ()) -> dict[str, list[Mutant]]:
    """About three mutants of each of as many equations as that takes, so that every kind and operator has its turn."""
    among = [e for e in records() if not ids or e.id in ids]
    random.Random(seed).shuffle(among)
    among = among[: max(1, count // 3)]
    met: Counter[str] = Counter()
    picked: dict[str, list[Mutant]] = defaultdict(list)
    left = {e.id: chosen(mutants(e, kinds), MOST, seed) for e in among}
    while any(left.values()) and sum(map(len, picked.values())) < count:
        for e in among:
            if left[e.id] and sum(map(len, picked.values())) < count:
                best = min(left[e.id], key=lambda one: (met[one.operator], met[one.kind]))
                left[e.id].remove(best)
                picked[e.id].append(best)
                met.update([best.operator, best.kind])
    return dict(picked)


def of_sample(id: str, picked: list[Mutant]) -> dict:
    """What a sample found in one equation."""
    results = tried(picked, Ground(_record(id)), experiments=1)
    return {"id": id, "made": {}, "mutants": results, "seconds": 0.0}


def _record(id: str) -> Equation:
    return next(e for e in records() if e.id == id)


# ---- results -------------------------------------------------------------------------------------------------


def kept(path: Path, key: str) -> dict[str, dict]:
    """What an earlier run with the same settings finished, in the same state of the project."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # the line at which a run was cut off
            continue
        if entry.get("key") == key:
            found[entry["id"]] = entry
    return found


def table(entries: list[dict]) -> tuple[list[str], list[str]]:
    """The lines of the table, and the names of the mutants that survive proof and battery."""
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    counts: Counter[tuple[str, bool]] = Counter()
    gone: dict[str, list[str]] = defaultdict(list)
    recognised, survivors, names_only = 0, [], 0
    for entry in entries:
        names_only += entry.get("mere_names", 0)
        for one in entry["mutants"]:
            name, answers = f"{entry['id']}, {one['kind']}: {one['name']}", one["answers"]
            counts[one["kind"], one["visible"]] += 1
            for layer in LAYERS:
                rows[one["kind"], layer][answers[layer]] += 1
                if answers[layer] in (MISSED, UNDECIDED):
                    gone[layer].append(f"{name} ({answers[layer]})" if answers[layer] == UNDECIDED else name)
            if not one["visible"]:
                gone["the ball witness: it cannot tell them from what is right"].append(name)
            recognised += bool(answers.get("near miss"))
            if one["visible"] and survives(answers):
                survivors.append(name)
    lines = ["For each layer: killed / missed / undecided; - where the layer does not apply or was not run.", ""]
    lines.append(f"{'mutants of':12}{'visible':>9}{'not told':>10}" + "".join(f"{layer:>19}" for layer in LAYERS))
    for kind in (*KINDS, "all"):
        kinds = KINDS if kind == "all" else (kind,)
        cells = ""
        for layer in LAYERS:
            total = sum((rows[k, layer] for k in kinds), Counter())
            ran = [total[a] for a in (KILLED, MISSED, UNDECIDED)]
            cells += f"{' / '.join(map(str, ran)) if any(ran) else '-':>19}"
        lines.append(
            f"{kind:12}{sum(counts[k, True] for k in kinds):>9}{sum(counts[k, False] for k in kinds):>10}" + cells
        )
    named = sum(rows[k, "conformance"][KILLED] for k in KINDS)
    lines += ["", f"Of {named} functions that `assert_conforms` refused, {recognised} were recognised as a near miss."]
    for layer, names in sorted(gone.items()):
        lines += ["", f"Not killed by {layer}:", *(f"  {name}" for name in names)]
    if names_only:
        lines += ["", f"Formulas of definitions without a witness, as mere names: {names_only}"]
    lines += ["", f"Visible to the ball witness, and survive both proof and battery: {len(survivors)}"]
    return lines + [f"  {name}" for name in survivors], survivors


def mutate(ids: list[str], *, settings: Settings, count: int | None = None, file: Path = FILE, jobs: int = 0) -> int:
    """Try the mutants, print the table; the exit status is 0 where none survives both proof and battery."""
    known, names = [e.id for e in records()], {other: e.id for e in records() for other in e.also_known_as}
    ids = [names.get(id, id) for id in ids]
    derived = [e for e in records() if e.verdict is not Verdict.DEFINED]
    groups = {
        "renamings": [e.id for e in derived],
        "assumptions": [e.id for e in derived if e.assumptions],
        "definitions": [e.id for e in records() if e.verdict is Verdict.DEFINED and e.chapter != "notation"],
        "notation": [e.id for e in records() if e.chapter == "notation"],
    }
    if unknown := set(ids) - set(known) - set(groups):
        print(f"no equation is called {', '.join(sorted(unknown))}")
        return 2
    if count is not None:
        picked = sample(count, settings.seed, ids)
        entries = [of_sample(id, found) for id, found in picked.items()]
        print(f"A sample of {sum(map(len, picked.values()))} mutants of {len(picked)} equations, seed {settings.seed}.")
        lines, survivors = table(entries)
        print("\n".join(lines))
        return 1 if survivors else 0
    if ids and set(ids) <= set(groups):
        settings = replace(settings, kinds=tuple(k for k in KINDS if f"{k}s" in ids or k in ids))
    wanted = [id for group in (ids or known) for id in ([group] if group in known else groups[group])]
    wanted = list(dict.fromkeys(wanted))
    key = f"{state()} {settings}"
    done = {id: entry for id, entry in kept(file, key).items() if id in wanted}
    rest = [id for id in wanted if id not in done]
    if done:
        print(f"{len(done)} equations were finished before and are read from {file}")
    file.parent.mkdir(parents=True, exist_ok=True)
    start, cut_off = time.perf_counter(), False
    with file.open("a", encoding="utf-8") as out, contextlib.suppress(KeyboardInterrupt):
        cut_off = True
        for entry in _results(rest, settings, jobs):
            done[entry["id"]] = entry
            out.write(json.dumps(entry | {"key": key}) + "\n")
            out.flush()
            seen = [one for one in entry["mutants"] if one["visible"]]
            bad = sum(survives(one["answers"]) for one in seen)
            print(
                f"[{len(done):>3}/{len(wanted)}] {entry['id']:48} {len(seen):3} visible, {bad} survive "
                f"{entry['seconds']:6.1f} s",
                flush=True,
            )
        cut_off = False
    made = sum(sum(entry["made"].values()) for entry in done.values())
    tried_now = sum(len(entry["mutants"]) for entry in done.values())
    print(f"\n{tried_now} of {made} mutants of {len(done)} equations; {time.perf_counter() - start:.0f} s now.")
    print(f"Rule: {settings}.")
    lines, survivors = table([done[id] for id in wanted if id in done])
    print("\n".join(lines))
    if cut_off:
        print(f"\nInterrupted: {len(wanted) - len(done)} equations are left; the same command goes on with them.")
    return 130 if cut_off else 1 if survivors else 0


def _results(ids: list[str], settings: Settings, jobs: int):
    """The results as they come, from as many processes as there are cores."""
    workers = min(jobs or os.cpu_count() or 1, len(ids))
    if workers <= 1:
        yield from (of_equation(id, settings) for id in ids)
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        for future in as_completed([pool.submit(of_equation, id, settings) for id in ids]):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
