"""Verdicts from processes that import no chapter: they read the snapshot, and what the witnesses measured."""

from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from derivations import CHAPTERS, WITHOUT_CHAPTERS
from derivations.axioms import all_axioms
from derivations.engine.definitions import definition_failures
from derivations.engine.equation import ROOT
from derivations.engine.lines import flattened
from derivations.engine.measure import Worlds, read
from derivations.engine.prove import Proof, judge, rejections
from derivations.engine.snapshot import Snapshot

APART = {WITHOUT_CHAPTERS: "1"}


class Court:
    """Judges at work, as many processes as there are cores. Closed at the end of a `with`."""

    def __init__(self, jobs: int = 0, names: Iterable[str] = ()):
        """Of the records with these names, or of all where none is given, each has a world of its own."""
        self.jobs, self.names = jobs or os.cpu_count() or 1, set(names)
        self.folder = tempfile.TemporaryDirectory()
        here = Path(self.folder.name)
        self.files = here / "snapshot.json", here / "measured.json", here / "own.json"

    def __enter__(self) -> Court:
        """Have the chapters written down and the witnesses measure, in processes of their own."""
        with self.files[0].open("w") as out:
            command = [sys.executable, "-m", "derivations", "snapshot"]
            writing = subprocess.Popen(command, stdout=out, env=os.environ | {WITHOUT_CHAPTERS: ""}, cwd=ROOT)
        shared = _measure([{"part": [i, self.jobs]} for i in range(self.jobs)])
        if writing.wait():
            self.folder.cleanup()
            raise RuntimeError("the chapters could not be written down")
        own = self._own_jobs()
        parts = [dict(list(own.items())[i :: self.jobs]) for i in range(self.jobs)]
        for file, found in zip(self.files[1:], (shared, _measure([{"own": part} for part in parts])), strict=True):
            file.write_text(json.dumps(found), encoding="utf-8")
        before = os.environ.get(WITHOUT_CHAPTERS)
        os.environ |= APART  # what a new process inherits
        self.pool = ProcessPoolExecutor(
            self.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_sit, initargs=self.files
        )
        self.pool.submit(os.getpid).result()
        self._before = before
        return self

    def _own_jobs(self) -> dict[str, list]:
        """One more world for each record, with a seed that follows from all that the record says."""
        return {
            one["id"]: [one["witness"], int(hashlib.sha256(json.dumps(one).encode()).hexdigest()[:12], 16)]
            for one in json.loads(self.files[0].read_text(encoding="utf-8"))["records"]
            if one["witness"] and one["verdict"] != "DEFINED"
            if not self.names or self.names & {one["id"], *one["also_known_as"]}
        }

    def __exit__(self, *_) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        if self._before is None:
            os.environ.pop(WITHOUT_CHAPTERS, None)
        self.folder.cleanup()

    def snapshot(self) -> Snapshot:
        """What the chapters said."""
        return Snapshot(json.loads(self.files[0].read_text(encoding="utf-8")))

    def proofs(self, ids: Iterable[str]) -> Iterator[Proof]:
        """The proofs in this order."""
        return self.pool.map(_proof, ids)

    def axioms(self) -> list[str]:
        """The ids of all axioms: definitions, and what the notation says."""
        return [e.id for e in all_axioms(self.snapshot())]

    def axiom_failures(self, ids: Iterable[str]) -> Iterator[list[str]]:
        """What speaks against each axiom, in this order."""
        return self.pool.map(_axiom_failures, ids)

    def proof(self, id: str) -> Proof:
        return self.pool.submit(_proof, id).result()

    def idle_givens(self, id: str) -> list[str]:
        return self.pool.submit(_idle_givens, id).result()

    def rejections(self, id: str, near_miss: str) -> dict[str, bool]:
        return self.pool.submit(_rejections, id, near_miss).result()


# ---- in the process of a judge ---------------------------------------------------------------------------


def _measure(jobs: list[dict]) -> dict:
    """What the witnesses measure, each job in a process of its own."""
    command, found = [sys.executable, "-m", "derivations.engine.measure", "-"], {}
    running = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | APART, cwd=ROOT, text=True
        )
        for _ in jobs
    ]
    for process, job in zip(running, jobs, strict=True):
        process.stdin.write(json.dumps(job))
        process.stdin.close()
    for process in running:
        said = process.stdout.read()
        if process.wait():
            raise RuntimeError("the witnesses could not measure")
        found |= json.loads(said)
    return found


class _Bench:
    snapshot: Snapshot
    measured: dict
    own: dict


def _sit(snapshot: Path, measured: Path, own: Path) -> None:
    """Read what there is to judge from."""
    present = sorted(name for name in CHAPTERS if f"derivations.{name}" in sys.modules)
    if present:
        raise RuntimeError(f"a judge has imported the chapters {', '.join(present)}")
    _Bench.snapshot = Snapshot(json.loads(snapshot.read_text(encoding="utf-8")))
    _Bench.measured = json.loads(measured.read_text(encoding="utf-8"))
    _Bench.own = json.loads(own.read_text(encoding="utf-8"))


def _worlds(id: str) -> Worlds | str:
    shared, own = _measured(_Bench.snapshot.records[id].witness), _Bench.own.get(id)
    if isinstance(shared, str) or own is None:
        return shared
    return own if isinstance(own, str) else [*shared, *read(own)]


@functools.cache
def _measured(name: str | None) -> Worlds | str:
    found = _Bench.measured.get(name, f"`{name}` is none of derivations/witnesses") if name else "none is named"
    return found if isinstance(found, str) else read(found)


@functools.cache
def _one_world_of_each() -> list[dict]:
    found = (_measured(name) for name in sorted(_Bench.measured))
    return [next(flattened(worlds)) for worlds in found if worlds and not isinstance(worlds, str)]


def _proof(id: str) -> Proof:
    return judge(_Bench.snapshot, id, _worlds(id), _one_world_of_each())


def _axiom_failures(id: str) -> list[str]:
    axiom = next(e for e in all_axioms(_Bench.snapshot) if e.id == id)
    name = axiom.witness if isinstance(axiom.witness, str) or axiom.witness is None else axiom.witness.__name__
    worlds = _measured(name) if name else None
    return definition_failures(axiom, _Bench.snapshot.table, worlds, _Bench.snapshot.records)


def _idle_givens(id: str) -> list[str]:
    return _Bench.snapshot.replay(id).idle_givens()


def _rejections(id: str, near_miss: str) -> dict[str, bool]:
    worlds, miss = _worlds(id), _Bench.snapshot.records[id].near_misses[near_miss]
    return rejections(_Bench.snapshot, id, miss, [] if isinstance(worlds, str) else worlds)
