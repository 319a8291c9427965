"""What the tests of the main job share: a run in small, in this process."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

import pytest

pytest.importorskip("torch")

import refimpl as ri
from refimpl.cli import ONE_THREAD
from refimpl.registry import registry
from refimpl.verify import Settings, learning, verify
from refimpl.verify.display import Display

ROOT = Path(__file__).parents[1]
EQUATIONS = {entry["id"]: entry for entry in registry()["equations"]}
ID = "gaussian_path.conditional_velocity"
MISS = next(miss for miss in EQUATIONS[ID]["near_misses"] if miss["function"])
LINEAR = ri.GaussianPath(ri.schedules.Linear())


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """Few training steps; no proofs of an earlier run in ./report; `verify` may not set the threads of the test run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learning, "QUICK_STEPS", 40)
    monkeypatch.setattr(learning, "STEPS", 40)
    for name in ONE_THREAD:
        monkeypatch.setenv(name, os.environ.get(name, "1"))


def job(out, *ids, data="reference", quick=True, **options):
    """Runs the stages that concern these equations, in this process; returns status, report and page."""
    from rich.console import Console

    display = Display(Console(file=StringIO()))
    settings = Settings([EQUATIONS[id] for id in ids], data, quick=quick, out=out, **options)
    status = verify(settings, display)
    report = json.loads((out / "report.json").read_text("utf-8"), parse_constant=pytest.fail)
    return status, report, (out / "index.html").read_text("utf-8")


def messages(report, id=None):
    return [failure["message"] for failure in report["verdict"]["failures"] if failure["equation"] == id]
