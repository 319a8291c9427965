"""The experiments of the equations and of their near misses on the mixture, in as many processes as there are cores.

A trial is one experiment on one formula: the equation's own, which must hold, or a near miss, which must be rejected.
Trials share nothing, and all of them are fixed by the seed, so their results do not depend on who runs them.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from refimpl.cli import ONE_THREAD

Mixture = tuple[np.ndarray, np.ndarray, np.ndarray]  # weights, means, covariances

PATHS = ("Linear", "VariancePreserving")
FEW = 8  # near misses are grossly wrong: replicates of 256 points show it, and where they do not, all points are taken
PATHLESS = ("schedule_of_an_sde",)  # experiments that bring their own schedules: one run of them is all


@dataclass(frozen=True)
class Trial:
    """One experiment on one formula.

    Attributes:
        id: the equation.
        experiment: the name of the experiment.
        function: the formula's name in `refimpl.formulas.<chapter>`, or in the near misses of the chapter.
        wrong: whether it is looked up among the near misses (an identity's own stand-in lives there too).
        near_miss: its name; None for the equation's own formula.
        path: the name of the schedule.
        seed: of the experiment.
    """

    id: str
    experiment: str
    function: str
    wrong: bool
    near_miss: str | None
    path: str
    seed: int


def trials(entries: Sequence[Mapping[str, Any]], seed: int, quick: bool) -> list[Trial]:
    """What there is to run: every experiment on every path, and every near miss on the linear path.

    The quick form runs the experiments on the linear path only, and leaves the near misses to the 50 digits.
    """
    found = []
    for entry in entries:
        if not entry["experiment"]:
            continue
        paths = PATHS[:1] if quick or entry["experiment"] in PATHLESS else PATHS
        own = (entry["id"], entry["experiment"], entry["name"], entry["code"] is None, None)
        found += [Trial(*own, path, seed) for path in paths]
        misses = [miss for miss in entry["near_misses"] if miss["function"] and not quick]
        found += [
            Trial(entry["id"], entry["experiment"], miss["function"], True, miss["name"], PATHS[0], seed)
            for miss in misses
        ]
    return found


def run(planned: Sequence[Trial], mixture: Any, workers: int, report: Callable[[Trial, dict[str, Any]], None]) -> None:
    """Runs the trials, and reports each as it ends; interrupted, it stops at once.

    Args:
        planned: what to run.
        mixture: the distribution of the data.
        workers: how many processes; with one, everything runs in this process.
        report: called with the trial and what came of it, see `outcome`.
    """
    arrays = (np.asarray(mixture.weights), np.asarray(mixture.means), np.asarray(mixture.covariances))
    if workers <= 1 or len(planned) <= 1:
        for trial in planned:
            report(trial, outcome(trial, arrays))
        return
    pool = ProcessPoolExecutor(min(workers, len(planned)), mp_context=multiprocessing.get_context("spawn"))
    try:
        # The slowest first: a rejection is confirmed on a second seed, which is twice the work.
        slowest_first = sorted(planned, key=lambda trial: trial.near_miss is None)
        with _for_children():
            waiting = {pool.submit(outcome, trial, arrays): trial for trial in slowest_first}
        for done in as_completed(waiting):
            report(waiting[done], done.result())
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def outcome(trial: Trial, mixture: Mixture) -> dict[str, Any]:
    """The evidence of one trial as plain data, with `passed`; for a near miss to pass is to be rejected.

    A near miss may be no mistake on the data at hand: on a single Gaussian, for one, every average over components is
    right. One that is not rejected there is tried again `on` the reference mixture, which tells all of them apart.
    An experiment that raises has not passed, whatever it was given: its error is kept.
    """
    import refimpl as ri
    from refimpl.testing.experiments import EXPERIMENTS

    package = "refimpl.formulas.near_misses" if trial.wrong else "refimpl.formulas"
    on = "data"
    try:
        formula = getattr(import_module(f"{package}.{trial.id.split('.')[0]}"), trial.function)
        path = ri.GaussianPath(getattr(ri.schedules, trial.path)())
        distribution = ri.GaussianMixture(mixture[0], mixture[1], covariances=mixture[2])
        experiment = EXPERIMENTS[trial.experiment]
        points = None if trial.near_miss is None else FEW
        evidence = experiment(formula, path, distribution, trial.seed, log2_points=points)
        if trial.near_miss is not None and evidence.passed:
            evidence = experiment(formula, path, distribution, trial.seed)
        if trial.near_miss is not None and evidence.passed:
            on = "reference"
            evidence = experiment(formula, path, ri.reference_mixture(), trial.seed)
    except Exception as error:
        return {"path": trial.path, "on": on, "passed": False, "error": f"{type(error).__name__}: {error}"}
    found = evidence.as_dict()
    kept = ("statement", "statistic", "threshold", "false_alarm", "samples", "power", "words", "seed")
    details = {name: found["details"][name] for name in ("quantities", "replicates", "stages", "worst")}
    rejected = not evidence.passed and math.isfinite(evidence.statistic)  # by a number: what has none was not compared
    passed = evidence.passed if trial.near_miss is None else rejected
    return {"path": trial.path, "on": on, "passed": passed} | {name: found[name] for name in kept} | details


def failure(trial: Trial, found: Mapping[str, Any]) -> str | None:
    """What is wrong with the outcome of a trial, in words; None if nothing is."""
    if found["passed"]:
        return None
    if "error" in found:
        return f"the experiment {trial.experiment} could not run: {found['error']}"
    if trial.near_miss is None:
        return f"the experiment {trial.experiment} on the path {trial.path} is {found['words']}"
    return f"the near miss '{trial.near_miss}' was not rejected by {trial.experiment}: it {found['words']}"


@contextmanager
def _for_children() -> Iterator[None]:
    """What processes started here inherit: one thread each, since they share the cores; deaf to Ctrl-C, it is ours."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    previous = None
    try:
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: Ctrl-C does not arrive here
        pass
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if previous is not None:
            signal.signal(signal.SIGINT, previous)
