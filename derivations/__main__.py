"""python -m derivations prove | generate [--check] | mutate | snapshot | pages DIRECTORY"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path

PROOFS = Path(__file__).parents[1] / "report" / "proofs.json"


def prove_all(names: list[str], quiet: bool) -> int:
    """Prove every equation (or those named), print a line for each, and keep the figures for the report. Axioms are
    held against their witnesses."""
    from derivations.engine.court import Court
    from derivations.engine.equation import Verdict

    start = time.perf_counter()
    with Court(names=names) as court:
        known = court.snapshot().equations()
        axioms = [id for id in court.axioms() if not names or id in names]
        asked = [e for e in known if not names or {e.id, *e.also_known_as} & set(names)]
        if unknown := set(names) - {name for e in asked for name in (e.id, *e.also_known_as)} - set(axioms):
            print(
                f"no equation is called {', '.join(sorted(unknown))}; `python -m derivations prove` lists all",
                file=sys.stderr,
            )
            return 2
        records = [e for e in asked if e.verdict is not Verdict.DEFINED]
        found, failed, width = {}, 0, len(str(len(records)))
        if not quiet:
            print(f"The chapters are written down and the witnesses have measured: {time.perf_counter() - start:.1f} s")
        for i, (e, proof) in enumerate(zip(records, court.proofs([e.id for e in records]), strict=True), 1):
            failed += bool(proof.failures)
            verdict = "FAILED" if proof.failures or proof.verdict is None else proof.verdict.name
            if not quiet or proof.failures:
                seconds = sum(proof.seconds.values())
                print(f"[{i:>{width}}/{len(records)}] {verdict:8} {e.id:45} {seconds:5.1f} s   {e.scope}", flush=True)
            for failure in proof.failures:
                print(f"      {failure}", flush=True)
            found[e.id] = {
                "verdict": verdict,
                "failures": proof.failures,
                "seconds": {k: round(v, 4) for k, v in proof.seconds.items()},
                "residual_bits": proof.residual_bits if math.isfinite(proof.residual_bits) else None,
                "witness_digits": proof.witness_digits and round(proof.witness_digits, 1),
            }
        wrong = {id: failures for id, failures in zip(axioms, court.axiom_failures(axioms), strict=True) if failures}
        for id, failures in wrong.items():
            print("\n      ".join([f"FAILED   {id}", *failures]), flush=True)
        print(f"{len(axioms) - len(wrong)} of {len(axioms)} axioms say what their witnesses measure")
    seconds = time.perf_counter() - start
    print(f"{len(records) - failed} of {len(records)} equations hold as declared; {seconds:.1f} s")
    if not names:
        PROOFS.parent.mkdir(exist_ok=True)
        draft = PROOFS.with_suffix(".tmp")
        draft.write_text(json.dumps({"seconds": round(seconds, 1), "equations": found}, indent=1), encoding="utf-8")
        os.replace(draft, PROOFS)
    return 1 if failed or wrong else 0


def main(argv: list[str] | None = None) -> int:
    """The command line; the exit status is 0 where everything holds."""
    parser = argparse.ArgumentParser(
        prog="python -m derivations", description="Prove the equations and generate the code."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    proving = commands.add_parser("prove", help="prove every equation and compare with the declared verdicts")
    proving.add_argument("ids", nargs="*", help="only these equations")
    proving.add_argument("--quiet", action="store_true", help="print failures and the last line only")
    generating = commands.add_parser("generate", help="write refimpl/formulas and refimpl/registry.json")
    generating.add_argument("--check", action="store_true", help="write nothing; print what is out of date and fail")
    mutating = commands.add_parser("mutate", help="plant mechanical mistakes, and say which layer of checks sees them")
    mutating.add_argument(
        "ids",
        nargs="*",
        help="only these equations; `definitions` and `notation` stand for all axioms, `renamings` and `assumptions` "
        "for what derivations start from",
    )
    mutating.add_argument("--sample", type=int, metavar="N", help="only about so many mutants, of all kinds")
    mutating.add_argument("--seed", type=int, default=0, help="which ones")
    mutating.add_argument("--most", type=int, help="at most so many mutants of each kind and equation; otherwise all")
    mutating.add_argument("--out", type=Path, metavar="FILE", help="where results are kept: report/mutation.jsonl")
    mutating.add_argument("--jobs", type=int, default=0, help="how many processes; as many as there are cores")
    commands.add_parser("snapshot", help="print all that the chapters say, as plain data: what the verdicts rest on")
    paging = commands.add_parser("pages", help="write the pages of the registry as Markdown, for other site builders")
    paging.add_argument("directory", type=Path)
    options = parser.parse_args(argv)
    if options.command == "prove":
        return prove_all(options.ids, options.quiet)
    if options.command == "snapshot":
        from derivations import chapters, equations
        from derivations.engine.snapshot import take
        from derivations.notation import TABLE

        json.dump(take(equations(), TABLE, chapters()), sys.stdout, ensure_ascii=False)
        return 0
    if options.command == "generate":
        from derivations.engine.generate import differences, write
        from derivations.engine.snapshot import written

        said = written()
        if not options.check:
            changed = write(said)
            print(f"wrote {', '.join(changed)}" if changed else "nothing to write: the generated code is current")
            print("Verdicts are written as declared; `python -m derivations prove` says whether they hold.")
            return 0
        if diff := differences(said):
            print(
                diff + "\nrefimpl/formulas or refimpl/registry.json is out of date. Run: python -m derivations generate"
            )
            return 1
        print("the generated code is current")
        return 0
    if options.command == "mutate":
        from derivations.mutation.run import FILE, Settings, mutate

        settings = Settings(most=options.most, seed=options.seed)
        return mutate(options.ids, settings=settings, count=options.sample, file=options.out or FILE, jobs=options.jobs)
    from refimpl.pages import pages

    registry = json.loads((Path(__file__).parents[1] / "refimpl" / "registry.json").read_text(encoding="utf-8"))
    for uri, text in pages(registry).items():
        path = options.directory / uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
