"""The main job in small: interruption, files, processes, and the data that it runs on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("torch")

import refimpl as ri
from refimpl import data as datasets
from refimpl.data import load
from refimpl.verify import trials
from refimpl.writing import write
from tests.accuracy import within
from tests.verify_jobs import EQUATIONS, ID, ROOT, job
from tests.verify_jobs import small as small

# ---- interruption, files, processes ---------------------------------------------------------------------------------


def test_what_was_finished_survives_an_interruption(tmp_path, monkeypatch):
    true, asked = trials.outcome, []

    def outcome(trial, mixture):
        asked.append(trial)
        if len(asked) > 1:
            raise KeyboardInterrupt
        return true(trial, mixture)

    monkeypatch.setattr(trials, "outcome", outcome)
    status, report, page = job(tmp_path, ID, "marginals.velocity")
    assert status == 130
    verdict = report["verdict"]
    assert verdict["passed"] and not verdict["complete"]
    assert verdict["sentence"] == "Interrupted: what ran holds, and 3 of 7 stages did not come to their end."
    assert [stage["status"] for stage in report["stages"]] == [
        "passed",
        "passed",
        "skipped",
        "interrupted",
        "not run",
        "not run",
        "skipped",
    ]
    assert report["equations"][ID]["experiments"][0]["passed"]
    assert report["equations"]["marginals.velocity"]["experiments"] == []
    assert report["equations"]["marginals.velocity"]["precision"]["passed"]
    for title in verdict["not_run"]:
        assert f"<li>{title}</li>" in page
    assert 'id="network"' not in page


def listen():
    """A shell in the background makes what it starts deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_a_report_and_no_process(tmp_path):
    command = [sys.executable, "-m", "refimpl", "verify", "reference", "--only", "*.v*", "--out", str(tmp_path)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=listen,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Experiments" in line:
            break
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""
    assert "Interrupted: what ran holds, and 3 of 7 stages did not come to their end." in out
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["verdict"]["not_run"][0] == "Experiments and near misses"
    assert report["equations"]["gaussian_path.velocity"]["precision"]["passed"]
    assert "did not run to its end" in (tmp_path / "index.html").read_text("utf-8")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "report.json"
    write(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write(path, "second \ud800")
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


def test_processes_give_what_one_process_gives():
    planned = [trial for trial in trials.trials([EQUATIONS[ID]], seed=3, quick=False) if trial.near_miss is None]
    assert [trial.path for trial in planned] == ["Linear", "VariancePreserving"]
    found: list[dict[str, dict]] = [{}, {}]
    for processes, kept in enumerate(found, 1):
        trials.run(
            planned, ri.reference_mixture(), processes, lambda trial, seen, kept=kept: kept.update({trial.path: seen})
        )
    assert found[0] == found[1]
    assert set(found[0]) == set(trials.PATHS)


def test_the_quick_form_leaves_near_misses_to_the_50_digits():
    planned = trials.trials(list(EQUATIONS.values()), seed=0, quick=True)
    assert [trial.id for trial in planned] == [id for id, entry in EQUATIONS.items() if entry["experiment"]]
    assert {(trial.near_miss, trial.path) for trial in planned} == {(None, "Linear")}


def test_every_experiment_and_near_miss_is_planned():
    planned = trials.trials(list(EQUATIONS.values()), seed=0, quick=False)
    own = {(trial.id, trial.path) for trial in planned if trial.near_miss is None}
    for id, entry in EQUATIONS.items():
        if not entry["experiment"]:
            continue
        paths = trials.PATHS[:1] if entry["experiment"] in trials.PATHLESS else trials.PATHS
        assert {path for own_id, path in own if own_id == id} == set(paths)
        misses = {trial.near_miss for trial in planned if trial.id == id} - {None}
        assert misses == {miss["name"] for miss in entry["near_misses"] if miss["function"]}


# ---- data -----------------------------------------------------------------------------------------------------------


def test_digits_are_whitened_and_drawn_again():
    found = load("digits")
    assert found.points is not None and found.images is not None and found.originals is not None
    assert found.facts["rows"] == 1797 and found.facts["dimension"] == datasets.DIMENSIONS == 16
    assert round(found.facts["explained_variance"], 4) == 0.8494
    assert (
        found.facts["components"] == len(found.mixture.weights) == min(found.facts["bic"], key=found.facts["bic"].get)
    )
    rows = len(found.points)  # a sum over so many errs by as many roundings; orthogonal to as many are singular vectors
    within(np.cov(found.points.T), np.eye(16), 2 * rows * np.finfo(float).eps)
    drawn = found.images(found.points)
    assert drawn.shape == found.originals.shape == (1797, 8, 8)
    # What the components that were left out hold, and a little for what was clipped to [0, 1].
    lost = np.sum((drawn - found.originals) ** 2) / np.sum((found.originals - found.originals.mean(axis=0)) ** 2)
    assert lost < 1 - found.facts["explained_variance"]


def test_noise_outside_of_the_kept_components_leaves_them_alone():
    found = load("digits")
    assert found.points is not None and found.images is not None
    noise = np.random.default_rng(0).standard_normal((5, 64))
    inside = found.images(found.points[:5], np.zeros((5, 64)))
    np.testing.assert_array_equal(inside, found.images(found.points[:5]))
    assert np.mean(np.abs(found.images(found.points[:5], noise) - inside)) > 0.02


def test_iris_is_fitted_and_fits_the_data():
    found = load("iris")
    assert found.points is not None
    assert (found.facts["rows"], found.facts["dimension"], found.facts["components"]) == (150, 4, 2)
    density = found.mixture.log_density(found.points)
    rounding = len(density) * np.finfo(float).eps * np.mean(np.abs(density))  # the mean, summed in another order
    within(np.mean(density), found.facts["mean_log_density"], rounding)
    sizes = np.bincount((found.points[:, 0] > 0).astype(int))
    assert sorted(np.rint(150 * found.mixture.weights)) == [50, 100]  # setosa, and the other two
    assert sizes.sum() == 150


def test_a_file_is_read_the_same_from_text_and_from_numpy(tmp_path):
    table = np.random.default_rng(0).standard_normal((80, 3)) * [1.0, 1e4, 1e-3] + [0.0, 5e4, 1.0]
    np.save(tmp_path / "table.npy", table)
    text = "\n".join(",".join(repr(float(value)) for value in row) for row in table)
    (tmp_path / "table.csv").write_text("\ufeff" + text + "\n\n", encoding="utf-8")
    np.testing.assert_array_equal(datasets.read(str(tmp_path / "table.csv")), table)
    first, second = (load(str(tmp_path / name)) for name in ("table.npy", "table.csv"))
    np.testing.assert_array_equal(first.mixture.means, second.mixture.means)
    assert first.facts["dimension"] == 3 and first.facts["components"] == 1
