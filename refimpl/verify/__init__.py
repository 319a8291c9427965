"""The main job: everything that is claimed, tried on real data, with a report. `refimpl verify` calls `verify`."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refimpl.verify.display import Display
from refimpl.verify.report import Report, as_json, sentence
from refimpl.verify.stages import STAGES, Run, Stage
from refimpl.writing import write

INTERRUPTED = 130


@dataclass(frozen=True)
class Settings:
    """What to verify, on what, and where the report goes.

    Attributes:
        entries: the equations of the registry.
        data: a name that `refimpl.data.load` knows, or a file.
        only: the pattern that chose the equations, for the report; None for all.
        quick: fewer dimensions, points, paths and steps; no experiments on near misses.
        seed: fixes everything that is drawn.
        device: where the network is trained; None for the best there is.
        out: the directory of the report.
        workers: processes for the experiments.
    """

    entries: Sequence[Mapping[str, Any]]
    data: str = "digits"
    only: str | None = None
    quick: bool = False
    seed: int = 0
    device: str | None = None
    out: Path = Path("report")
    workers: int = 1


def verify(settings: Settings, display: Display | None = None) -> int:
    """Runs the stages and writes `report.json` and `index.html`.

    A stage that breaks off, by an error or by Ctrl-C, keeps what it has found. After an error the next stages run;
    after Ctrl-C they do not, and the report says so.

    Returns:
        0 where everything holds, 1 where something fails, 130 where it was interrupted.

    Raises:
        ValueError: for data that cannot be used; nothing is written then.
    """
    display = display if display is not None else Display()
    kept = ("data", "only", "quick", "seed", "device")
    report = Report({name: getattr(settings, name) for name in kept})
    concerned = [stage for stage in STAGES if stage.concerns(settings.entries)]
    report.stages = [{"name": stage.name, "title": stage.title, "status": "not run"} for stage in STAGES]
    for stage, row in zip(STAGES, report.stages, strict=True):
        if stage not in concerned:
            row["status"] = "skipped"
    run = Run(
        settings.entries, report, None, settings.seed, settings.quick, settings.device, settings.workers, settings.out
    )
    interrupted = False
    try:
        if any(stage.name in ("experiments", "network", "trajectories", "samplers") for stage in concerned):
            _load(run, settings.data, display)
        for stage, row in zip(STAGES, report.stages, strict=True):
            if stage in concerned:
                _perform(stage, row, run, display)
    except KeyboardInterrupt:
        interrupted = True
        display.say("Interrupted: the report is written now, and says what did not run.", "yellow")
    with _deaf():
        page = _write(run, display)
    _conclude(report, page, display)
    return INTERRUPTED if interrupted else 0 if report.passed else 1


def _load(run: Run, name: str, display: Display) -> None:
    from refimpl.data import DIMENSIONS, QUICK_DIMENSIONS, load

    started = time.perf_counter()
    with display.stage("Data and mixture"):
        run.data = load(name, run.seed, QUICK_DIMENSIONS if run.quick else DIMENSIONS)
    run.report.sections["data"] = {"name": run.data.name, "words": run.data.words} | run.data.facts
    mixture = run.data.mixture
    words = f"{len(mixture.weights)} Gaussians in {mixture.dimension} dimensions stand for {run.data.name}"
    display.ended("Data and mixture", "passed", time.perf_counter() - started, words)


def _perform(stage: Stage, row: dict[str, Any], run: Run, display: Display) -> None:
    """Runs a stage, and notes how it ended."""
    started, before = time.perf_counter(), len(run.report.failures)
    row["status"], words = "interrupted", "interrupted"
    try:
        with display.stage(stage.title) as advance:
            words = stage.work(run, advance)
    except Exception as error:
        words = f"it broke off: {type(error).__name__}: {error}"
        run.report.fail(stage.name, words)
    finally:
        row["seconds"] = round(time.perf_counter() - started, 1)
        if words != "interrupted":
            row["status"] = "failed" if len(run.report.failures) > before else "passed"
        row["words"] = words
        display.ended(stage.title, row["status"], row["seconds"], words)


def _write(run: Run, display: Display) -> Path:
    """The figures first, since they cannot fail; then the page, which also draws."""
    write(run.out / "report.json", as_json(run.report))
    from refimpl.verify.page import page

    path, before = run.out / "index.html", len(run.report.failures)
    with display.stage("The page"):
        write(path, page(run.report, run.entries, run.data))
    if len(run.report.failures) > before:
        write(run.out / "report.json", as_json(run.report))
    return path


def _conclude(report: Report, page: Path, display: Display) -> None:
    for failure in report.failures:
        display.say(f"  {failure['equation'] or failure['stage']}: {failure['message']}", "red")
    display.say(sentence(report), "bold " + ("red" if not report.passed else "yellow" if report.not_run else "green"))
    display.say(f"The report: {page}")


@contextmanager
def _deaf() -> Any:
    """Ctrl-C waits until the report is on the disk."""
    try:
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
