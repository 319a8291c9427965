"""What the run found, as plain data."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from refimpl.writing import strict_json

SCHEMA = 1
PACKAGES = (
    "numpy",
    "scipy",
    "array-api-compat",
    "scikit-learn",
    "mpmath",
    "matplotlib",
    "torch",
    "sympy",
    "python-flint",
)


@dataclass
class Report:
    """Everything that is known so far; a stage adds to it as it goes, so that nothing is lost when it breaks off.

    Attributes:
        settings: what was asked for.
        equations: by id, what each stage found about it.
        sections: by stage, what is not about one equation: the data, the network, the trajectories.
        stages: the stages in their order: name, title, status ("passed", "failed", "interrupted", "skipped" or
            "not run"), seconds, words.
        failures: what failed: the stage, the equation or None, a sentence.
        drawings: arrays for the figures, by stage; not written to the file.
    """

    settings: dict[str, Any]
    equations: dict[str, dict[str, Any]] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)
    stages: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    drawings: dict[str, Any] = field(default_factory=dict)

    def fail(self, stage: str, message: str, equation: str | None = None) -> None:
        """Notes a failure."""
        self.failures.append({"stage": stage, "equation": equation, "message": message})

    @property
    def not_run(self) -> list[str]:
        """The titles of the stages that did not come to their end."""
        return [stage["title"] for stage in self.stages if stage["status"] in ("interrupted", "not run")]

    @property
    def passed(self) -> bool:
        """Whether nothing failed; stages that did not run have not failed."""
        return not self.failures

    def as_dict(self) -> dict[str, Any]:
        """The contents of `report.json`."""
        return {
            "schema": SCHEMA,
            "verdict": {
                "sentence": sentence(self),
                "passed": self.passed,
                "complete": not self.not_run,
                "not_run": self.not_run,
                "failures": self.failures,
            },
            "settings": self.settings,
            "environment": environment(),
            "stages": self.stages,
            **self.sections,
            "equations": self.equations,
        }


def sentence(report: Report) -> str:
    """The verdict on top of everything."""
    count = len(report.failures)
    if count:
        first = next((failure["equation"] for failure in report.failures if failure["equation"]), None)
        where = f", first in {first}" if first else ""
        lead = f"{count} check{'s' if count > 1 else ''} failed{where}."
        return lead + (" The run was interrupted." if report.not_run else "")
    if report.not_run:
        count, all_ = len(report.not_run), len(report.stages)
        return f"Interrupted: what ran holds, and {count} of {all_} stages did not come to their end."
    return "Everything that was checked holds."


def counts(report: Report) -> dict[str, int]:
    """How many of what: the figures that sum the equations up."""
    each = report.equations.values()
    proofs = [entry["proof"] for entry in each if entry.get("proof")]
    fifty = [entry["precision"] for entry in each if entry.get("precision")]
    trials = [trial for entry in each for trial in entry.get("experiments", ())]
    misses = [miss for entry in each for miss in entry.get("near_misses", ())]
    tried = [miss for miss in misses if miss["precision"] is not None or miss["experiments"]]
    return {
        "equations": len(report.equations),
        "definitions": sum(entry["verdict"] == "DEFINED" for entry in each),
        "proofs": len(proofs),
        "proofs_that_hold": sum(proof["holds"] for proof in proofs),
        "functions": len(fifty),
        "functions_that_agree": sum(found["passed"] for found in fifty),
        "experiments": len(trials),
        "experiments_that_hold": sum(trial["passed"] for trial in trials),
        "near_misses": len(tried),
        "near_misses_rejected": sum(rejected(miss) for miss in tried),
    }


def rejected(miss: Mapping[str, Any]) -> bool:
    """Whether a near miss was rejected in all the ways that were tried on it."""
    ways = [trial["passed"] for trial in miss["experiments"]]
    if miss["precision"] is not None:
        ways.append(not miss["precision"]["passed"])
    return all(ways)


def environment() -> dict[str, Any]:
    """What it ran on."""
    versions: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    from refimpl import __version__

    return {
        "refimpl": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": versions,
    }


def as_json(report: Report) -> str:
    """`report.json`: strict JSON, what is not finite as null."""
    return strict_json(report.as_dict())
