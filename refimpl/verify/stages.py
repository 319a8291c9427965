"""The stages of a run, in their order. Each adds what it finds to the report as soon as it has found it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from refimpl.data import DataSet
from refimpl.verify.display import Advance
from refimpl.verify.report import Report, counts

POINTS, QUICK_POINTS = 64, 16
PROOFS = "proofs.json"

# What each of these stages puts to the test, for `--only`.
ACCURACY = ("components.velocity",)
NETWORK = (
    "gaussian_path.velocity",
    "marginals.velocity",
    "components.velocity",
    "objectives.flow_matching_gradient",
)
TRAJECTORIES = (
    "marginals.velocity",
    "marginals.divergence",
    "components.velocity",
    "components.divergence",
    "components.log_density",
)
SAMPLERS = (
    "ddim.step",
    "ddim.step_from_noise",
    "ddim.step_is_euler_on_the_linear_path",
    "ddim.stochastic_step",
    "ddpm.posterior_mean",
    "ddpm.posterior_variance",
)


@dataclass
class Run:
    """What the stages share.

    Attributes:
        entries: the equations of the registry that were asked for.
        report: what was found.
        data: the data set; None until it is loaded, or where no stage needs it.
        seed, quick, device, workers, out: as the command line says.
        learned: the learned field, once there is one.
    """

    entries: Sequence[Mapping[str, Any]]
    report: Report
    data: DataSet | None
    seed: int
    quick: bool
    device: str | None
    workers: int
    out: Path
    learned: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Stage:
    """A stage: what it is called, what it does, and whether it concerns these equations.

    `work(run, advance)` returns what it found, in words.
    """

    name: str
    title: str
    work: Callable[[Run, Advance], str]
    concerns: Callable[[Sequence[Mapping[str, Any]]], bool]


def verdicts(run: Run, advance: Advance) -> str:
    """Verdicts from the registry, and the figures of the proofs if they were run before."""
    found, where = _proofs(run.out)
    for entry in run.entries:
        kept = ("title", "chapter", "kind", "verdict", "scope")
        known: dict[str, Any] = {name: entry[name] for name in kept} | {"proof": None, "experiments": []}
        known["near_misses"] = [
            {"name": miss["name"], "made_in": miss["made_in"], "precision": None, "experiments": []}
            for miss in entry["near_misses"]
        ]
        run.report.equations[entry["id"]] = known
        proof = found.get(entry["id"])
        if proof is None or entry["verdict"] == "DEFINED":
            continue
        wrong = list(proof["failures"])
        if proof["verdict"] != entry["verdict"]:
            wrong.append(f"it is declared {entry['verdict']}, and the proof ends with {proof['verdict']}")
        known["proof"] = proof | {"holds": not wrong}
        for message in wrong:
            run.report.fail("verdicts", message, entry["id"])
    missing = [entry["id"] for entry in run.entries if entry["verdict"] != "DEFINED" and entry["id"] not in found]
    run.report.sections["proofs"] = {"rerun": not missing, "words": where, "not_rerun": missing}
    tally = counts(run.report)
    if not tally["proofs"]:
        return f"{len(run.entries)} equations; {where}"
    held, definitions = tally["proofs_that_hold"], tally["definitions"]
    return f"{held} of {tally['proofs']} equations proved as declared; {definitions} definitions"


def _proofs(out: Path) -> tuple[dict[str, Any], str]:
    """The figures that `python -m derivations prove` left, unless the registry has changed since; and words on them."""
    registry = files("refimpl").joinpath("registry.json")
    for path in dict.fromkeys((out / PROOFS, Path("report") / PROOFS)):
        if not path.is_file():
            continue
        if isinstance(registry, Path) and os.path.getmtime(path) < os.path.getmtime(registry):
            return {}, "the proofs were not rerun: those on file are older than the registry"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return dict(content["equations"]), f"the proofs were rerun, in {content['seconds']:.0f} s"
        except (ValueError, KeyError, TypeError):
            return {}, f"the proofs were not rerun: {path} cannot be read"
    return {}, "the proofs were not rerun"


def precision(run: Run, advance: Advance) -> str:
    """Every generated function, and every snippet that is printed, in float64 against 50 digits."""
    from refimpl.verify.precision import DIGITS, agreement, failures

    coded = [entry for entry in run.entries if entry["code"]]
    for done, entry in enumerate(coded, 1):
        known = run.report.equations[entry["id"]]
        try:
            found = agreement(entry, QUICK_POINTS if run.quick else POINTS, run.seed)
        except Exception as error:
            known["precision"] = {"passed": False, "error": f"{type(error).__name__}: {error}"}
            run.report.fail("precision", f"its code could not be run: {known['precision']['error']}", entry["id"])
            continue
        wrong = failures(found)
        known["precision"] = found["package"] | {"printed": found["printed"], "passed": not wrong}
        for miss in known["near_misses"]:
            miss["precision"] = found["near_misses"].get(miss["name"])
        for message in wrong:
            run.report.fail("precision", message, entry["id"])
        advance(done, len(coded))
    tally = counts(run.report)
    good, all_ = tally["functions_that_agree"], tally["functions"]
    return f"{good} of {all_} functions agree with {DIGITS} digits, to what rounding allows"


def accuracy(run: Run, advance: Advance) -> str:
    """The exact field of hard mixtures in float64 and float32, against many digits and its conditioning."""
    from refimpl.verify.accuracy import sweep

    found = sweep(run.seed, run.quick, advance)
    _section(run, "accuracy", found, None)
    worst = max(row["worst"] for row in found["rows"])
    return f"at worst {worst:.1f} rounding errors times the conditioning; {found['bound']} are allowed"


def experiments(run: Run, advance: Advance) -> str:
    """Every experiment on the mixture, and every near miss, which must be rejected."""
    from refimpl.verify import trials

    assert run.data is not None
    planned = trials.trials(run.entries, run.seed, run.quick)
    done = 0

    def keep(trial: trials.Trial, found: dict[str, Any]) -> None:
        nonlocal done
        done += 1
        known = run.report.equations[trial.id]
        if trial.near_miss is not None:
            known = next(miss for miss in known["near_misses"] if miss["name"] == trial.near_miss)
        known["experiments"].append(found)
        if message := trials.failure(trial, found):
            run.report.fail("experiments", message, trial.id)
        advance(done, len(planned))

    trials.run(planned, run.data.mixture, run.workers, keep)
    for known in run.report.equations.values():  # they end in any order
        known["experiments"].sort(key=lambda found: found["path"])
    tally = counts(run.report)
    wrong = sum(trial.near_miss is not None for trial in planned)
    held = f"{tally['experiments_that_hold']} of {tally['experiments']} hold"
    return f"{held}; {wrong} near misses were tried" if wrong else held


def network(run: Run, advance: Advance) -> str:
    """A network, trained on the mixture and compared with the exact field."""
    from refimpl.verify.learning import learn

    assert run.data is not None
    found, run.learned, drawn = learn(
        run.data.mixture, seed=run.seed, device=run.device, quick=run.quick, advance=advance
    )
    _section(run, "network", found, drawn)
    error, affine = 100 * found["velocity_error"], 100 * found["affine_error"]
    return f"off by {error:.1f} % (relative L2); the best affine field by {affine:.0f} %"


def trajectories(run: Run, advance: Advance) -> str:
    """From noise to data along the exact and the learned field."""
    from refimpl.verify.trajectories import follow

    assert run.data is not None
    found, drawn = follow(run.data.mixture, run.learned, run.seed, advance)
    _section(run, "trajectories", found, drawn)
    return f"{found['count']} from noise to data; log densities agree to {found['log_density_defect']:.0e}"


def samplers(run: Run, advance: Advance) -> str:
    """DDIM beside Euler's method on the linear path, and ancestral sampling."""
    from refimpl.verify.sampling import sampled

    assert run.data is not None
    found, drawn = sampled(run.data.mixture, run.seed, run.quick, advance)
    _section(run, "samplers", found, drawn)
    return (
        f"DDIM and Euler's method on the linear path agree to {found['apart']:.0e}; ancestral sampling arrives at "
        f"{'the' if found['ancestral']['law']['passed'] else 'another'} law of the data"
    )


def _section(run: Run, name: str, found: dict[str, Any], drawn: Any) -> None:
    run.report.sections[name], run.report.drawings[name] = found, drawn
    for message in found["failures"]:
        run.report.fail(name, message)


def _some(ids: Sequence[str]) -> Callable[[Sequence[Mapping[str, Any]]], bool]:
    return lambda entries: any(entry["id"] in ids for entry in entries)


STAGES = (
    Stage("verdicts", "Verdicts and proofs", verdicts, lambda entries: True),
    Stage("precision", "Agreement with 50 digits", precision, lambda entries: any(e["code"] for e in entries)),
    Stage("accuracy", "Accuracy of the exact field", accuracy, _some(ACCURACY)),
    Stage(
        "experiments", "Experiments and near misses", experiments, lambda entries: any(e["experiment"] for e in entries)
    ),
    Stage("network", "A network against the exact field", network, _some(NETWORK)),
    Stage("trajectories", "Trajectories from noise to data", trajectories, _some(TRAJECTORIES)),
    Stage("samplers", "Diffusion is flow matching", samplers, _some(SAMPLERS)),
)
