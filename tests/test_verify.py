"""The main job in small: right figures in the report, and everything that must turn it red does."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")

import refimpl as ri
from refimpl import data as datasets
from refimpl.cli import ONE_THREAD, main
from refimpl.data import load
from refimpl.formulas import gaussian_path, marginals
from refimpl.formulas.near_misses import gaussian_path as wrong
from refimpl.registry import registry
from refimpl.testing.experiments import EXPERIMENTS
from refimpl.verify import Settings, learning, precision, stages, trajectories, trials, verify
from refimpl.verify.display import Display
from refimpl.verify.mathematics import Typesetter
from refimpl.verify.report import write
from refimpl.verify.rows import ratio

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


# ---- a run that holds -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "STEPS", 40)
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        ids = (ID, "marginals.velocity", "marginals.divergence")
        return job(tmp_path_factory.mktemp("held"), *ids, quick=False)


def test_the_report_holds_the_figures_of_the_experiments(held):
    status, report, _ = held
    assert status == 0
    assert report["verdict"] == {
        "sentence": "Everything that was checked holds.",
        "passed": True,
        "complete": True,
        "not_run": [],
        "failures": [],
    }
    assert list(report["equations"]) == [ID, "marginals.velocity", "marginals.divergence"]
    known = report["equations"]["marginals.velocity"]
    trial, other = known["experiments"]
    assert (trial["path"], other["path"]) == trials.PATHS
    again = EXPERIMENTS["average_over_components"](marginals.velocity, LINEAR, ri.reference_mixture(), 0)
    assert trial["passed"] and trial["statistic"] == again.statistic < trial["threshold"] == again.threshold
    miss = known["near_misses"][0]
    assert miss["name"] == EQUATIONS["marginals.velocity"]["near_misses"][0]["name"]
    assert miss["experiments"][0]["passed"] and miss["experiments"][0]["statistic"] > 10
    assert not miss["precision"]["passed"] and miss["precision"]["share"] > 1e10


def test_the_report_holds_the_figures_of_the_code(held):
    found = held[1]["equations"]["marginals.divergence"]["precision"]
    assert found["passed"] and found["points"] == stages.POINTS
    assert 0.01 < found["share"] < 1 and 12 < found["digits"] < 15.7
    assert set(found["printed"]) == {"numpy", "torch"}
    assert all(0.01 < each["share"] < 1 for each in found["printed"].values())


def test_the_report_holds_the_figures_of_the_network(held):
    from refimpl.training import evaluate, train

    found = held[1]["network"]
    field = ri.MarginalField(LINEAR, ri.reference_mixture())
    again = train(field, steps=40, batch=learning.BATCH, seed=0)
    assert found["velocity_error"] == pytest.approx(again.velocity_error, rel=1e-5)
    normal = ri.Gaussian(field.distribution.mean(), field.distribution.covariance())
    affine = evaluate(field, ri.MarginalField(LINEAR, normal).velocity, (0.0, 1.0))
    assert found["affine_excess"] == affine.excess
    layers = [(11, 128), (128, 128), (128, 128), (128, 2)]
    assert found["parameters"] == sum((inputs + 1) * outputs for inputs, outputs in layers)
    noise = again.irreducible * found["parameters"] / (40 * learning.BATCH)
    assert found["gate"] == pytest.approx(affine.excess + noise)


def test_the_report_says_on_what_it_ran(held):
    report = held[1]
    assert report["schema"] == 1
    assert report["settings"] == {"data": "reference", "only": None, "quick": False, "seed": 0, "device": None}
    assert report["environment"]["packages"]["numpy"] == np.__version__
    assert report["data"] == {
        "name": "reference",
        "words": "The pinned reference mixture: three Gaussians in the plane, no data.",
        "dimension": 2,
        "components": 3,
    }
    assert [stage["status"] for stage in report["stages"]] == [
        "passed",
        "passed",
        "skipped",
        "passed",
        "passed",
        "passed",
    ]


def test_the_page_needs_nothing_else(held):
    page = held[2]
    assert "<script" not in page
    outside = [link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if not link.startswith(("#", "data:"))]
    assert outside == []
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert {link[1:] for link in re.findall(r'href="(#[^"]+)"', page)} <= set(names)


def test_the_page_says_what_the_report_says(held):
    _, report, page = held
    assert '<span class="mark good" aria-hidden="true">✓</span> <span>Everything that was checked holds.</span>' in page
    for id, known in report["equations"].items():
        row = page.split(f'id="{id}"')[1].split("</details>")[0]
        assert EQUATIONS[id]["title"] in row and f">{known['verdict']}</span>" in row
        assert f"{known['precision']['digits']:.1f} <small>" in row
        if known["experiments"]:
            worst = max(known["experiments"], key=ratio)
            assert f"{worst['statistic']:.2f} of {worst['threshold']:.2f}" in row
        for latex in EQUATIONS[id]["claim"]:
            assert f'aria-label="{latex}"' in row
    assert f"{100 * report['network']['velocity_error']:.1f} <small>%".replace(" %", "\u00a0%") in page
    assert page.count('<svg class="figure"') == 1 + 6 + 1 + 3 + 3 + 2


def test_without_proofs_the_page_says_so(held):
    assert held[1]["proofs"]["rerun"] is False
    assert "he proofs were not rerun" in held[2]


# ---- what must turn it red ------------------------------------------------------------------------------------------


def test_a_wrong_formula_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(gaussian_path, "conditional_velocity", getattr(wrong, MISS["function"]))
    status, report, page = job(tmp_path, ID)
    assert status == 1
    assert report["verdict"]["sentence"].endswith(f"checks failed, first in {ID}.")
    text = " ".join(messages(report, ID))
    assert "the printed numpy function is off by" in text
    assert "the experiment moves_with_the_sample on the path Linear is rejected, on two independent seeds" in text
    assert '<span class="badge failed">FAILED</span>' in page and "✗" in page


def test_a_near_miss_that_is_the_claim_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(wrong, MISS["function"], gaussian_path.conditional_velocity)
    status, report, _ = job(tmp_path, ID, quick=False)
    assert status == 1
    text = " ".join(messages(report, ID))
    assert f"the near miss '{MISS['name']}' agrees with 50-digit arithmetic" in text
    assert f"the near miss '{MISS['name']}' was not rejected by moves_with_the_sample" in text
    assert report["equations"][ID]["near_misses"][0]["experiments"][0]["passed"] is False


def test_a_near_miss_that_is_none_on_the_data_is_tried_on_the_reference_mixture():
    """One Gaussian: the average over its components is right with any weights."""
    planned = trials.trials([EQUATIONS["marginals.velocity"]], seed=0, quick=False)
    (prior,) = [trial for trial in planned if trial.near_miss == "prior average"]
    found = trials.outcome(prior, (np.ones(1), np.zeros((1, 2)), np.diag([1.0, 0.2])[None]))
    assert found["passed"] and found["on"] == "reference" and found["statistic"] > 10
    (own, _) = [trial for trial in planned if trial.near_miss is None]
    assert trials.outcome(own, (np.ones(1), np.zeros((1, 2)), np.diag([1.0, 0.2])[None]))["on"] == "data"


def test_code_that_loses_digits_is_named():
    """A form that is equal on paper, and cancels in floating point."""
    entry = dict(EQUATIONS["marginals.score_of_gaussian_data"])
    entry["code"] = entry["code"] | {
        "numpy": "import numpy as np\n\ndef score_of_gaussian_data(data, mean, covariance):\n"
        "    return -((data + 1e9) - (mean + 1e9)) @ np.linalg.inv(covariance)\n"
    }
    found = precision.agreement(entry, 16, 0)
    assert found["package"]["passed"] and not found["printed"]["numpy"]["passed"]
    (message,) = precision.failures(found)
    assert message.startswith("the printed numpy function is off by ")


def proofs(out, **changes):
    proof = {"verdict": "PROVED", "failures": [], "seconds": {}, "residual_bits": -193.4, "witness_digits": 16.1}
    out.mkdir(exist_ok=True)
    (out / "proofs.json").write_text(json.dumps({"seconds": 7.0, "equations": {ID: proof | changes}}))


def test_proofs_that_were_just_run_are_shown(tmp_path):
    proofs(tmp_path)
    status, report, page = job(tmp_path, ID)
    assert status == 0
    assert report["proofs"] == {"rerun": True, "words": "the proofs were rerun, in 7 s", "not_rerun": []}
    assert report["equations"][ID]["proof"]["residual_bits"] == -193.4
    row = page.split(f'id="{ID}"')[1].split("</summary>")[0]
    assert "2⁻¹⁹³" in row and ">16.1<" in row
    assert "not rerun" not in page


def test_a_proof_that_fails_is_named(tmp_path):
    proofs(tmp_path, failures=["residual is not zero: x"])
    status, report, page = job(tmp_path, ID)
    assert status == 1
    assert messages(report, ID) == ["residual is not zero: x"]
    assert f'<a href="#{ID}"><code>{ID}</code></a>: residual is not zero: x' in page


def test_a_verdict_that_fell_is_named_by_the_command(tmp_path, capsys):
    proofs(tmp_path, verdict="CHECKED")
    arguments = ["verify", "reference", "--quick", "--only", "gaussian_path.conditional_v*", "--out", str(tmp_path)]
    assert main(arguments) == 1
    sentence = "it is declared PROVED, and the proof ends with CHECKED"
    assert f"{ID}: {sentence}" in " ".join(capsys.readouterr().out.split())
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert messages(report, ID) == [sentence]
    assert report["settings"]["only"] == "gaussian_path.conditional_v*"
    assert list(report["equations"]) == [ID]


def test_proofs_older_than_the_registry_do_not_count(tmp_path):
    proofs(tmp_path, failures=["of a formula that is no more"])
    os.utime(tmp_path / "proofs.json", (0, 0))
    status, report, page = job(tmp_path, ID)
    assert status == 0
    assert report["proofs"]["words"] == "the proofs were not rerun: those on file are older than the registry"
    assert report["equations"][ID]["proof"] is None
    assert "not rerun</span>" in page


def test_a_stage_that_breaks_off_does_not_stop_the_others(tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("no network today")

    monkeypatch.setattr(learning, "learn", broken)
    status, report, _ = job(tmp_path, "marginals.velocity")
    assert status == 1
    assert messages(report) == ["it broke off: RuntimeError: no network today"]
    assert {stage["name"]: stage["status"] for stage in report["stages"]} == {
        "verdicts": "passed",
        "precision": "passed",
        "accuracy": "skipped",
        "experiments": "passed",
        "network": "failed",
        "trajectories": "passed",
    }
    assert "network" not in report and report["trajectories"]["passed"]


def test_only_the_stages_that_concern_an_equation_run(tmp_path):
    status, report, page = job(tmp_path, "schedules.linear")
    assert status == 0
    assert [stage["status"] for stage in report["stages"]] == ["passed"] * 2 + ["skipped"] * 4
    assert report["verdict"]["complete"] and "data" not in report and "network" not in report
    assert 'id="time"' not in page


def test_the_accuracy_of_the_field_is_reported_and_a_field_that_loses_digits_fails(tmp_path, monkeypatch):
    status, report, page = job(tmp_path / "right", "components.velocity", quick=True)
    rows = report["accuracy"]["rows"]
    assert status == 0 and len(rows) == 3 * 5 * 2
    assert 0.1 < max(row["worst"] for row in rows) <= report["accuracy"]["bound"]
    assert 'id="accuracy"' in page
    monkeypatch.setattr("refimpl.distributions.MOST_SPREAD", 1e30)  # quadratic forms always multiplied out
    status, report, _ = job(tmp_path / "wrong", "components.velocity", quick=True)
    assert status == 1
    assert any("rounding errors times its conditioning (isotropic, far apart" in each for each in messages(report))


def test_a_network_that_learned_something_else_fails(monkeypatch):
    import refimpl.training

    backwards = partial(refimpl.training.train, target=lambda data, noise, dalpha_t, dsigma_t: noise - data)
    monkeypatch.setattr(refimpl.training, "train", backwards)
    found, *_ = learning.learn(
        ri.reference_mixture(), seed=0, device="cpu", quick=True, advance=lambda done, total: None
    )
    assert not found["passed"]
    assert found["failures"][0].startswith("the network is no nearer to the exact field than the best affine field")


def test_a_field_that_is_not_optimal_is_seen_by_the_learned_one():
    field = ri.MarginalField(LINEAR, ri.reference_mixture())
    found = learning._orthogonal(field, field.velocity, seed=0)
    assert found.passed and found.statistic < found.threshold < 5
    shrunk = SimpleNamespace(
        path=field.path, distribution=field.distribution, velocity=lambda x, t: 0.97 * field.velocity(x, t)
    )
    assert not learning._orthogonal(shrunk, field.velocity, seed=0).passed


def test_a_wrong_divergence_is_seen_on_the_trajectories(monkeypatch):
    found, ways = trajectories.follow(ri.reference_mixture(), None, 0, lambda done, total: None)
    assert found["passed"] and found["log_density_defect"] < 1e-7 < found["gate"] < 1e-3
    field = ri.MarginalField(LINEAR, ri.reference_mixture())
    np.testing.assert_allclose(ways["exact"][:, -1], field.flow(ways["exact"][:, 0], 0.0, 1.0), rtol=0, atol=1e-7)
    true = ri.MarginalField.divergence
    monkeypatch.setattr(ri.MarginalField, "divergence", lambda self, x, t: 1.01 * true(self, x, t))
    found, _ = trajectories.follow(ri.reference_mixture(), None, 0, lambda done, total: None)
    assert not found["passed"]
    assert found["failures"][0].startswith("the log density at the end of a trajectory differs by ")


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
    assert verdict["sentence"] == "Interrupted: what ran holds, and 3 of 6 stages did not come to their end."
    assert [stage["status"] for stage in report["stages"]] == [
        "passed",
        "passed",
        "skipped",
        "interrupted",
        "not run",
        "not run",
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
    assert "Interrupted: what ran holds, and 3 of 6 stages did not come to their end." in out
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
    assert found.facts["explained_variance"] == pytest.approx(0.8494, abs=1e-4)
    assert (
        found.facts["components"] == len(found.mixture.weights) == min(found.facts["bic"], key=found.facts["bic"].get)
    )
    np.testing.assert_allclose(np.cov(found.points.T), np.eye(16), atol=1e-12)
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
    assert np.mean(density) == pytest.approx(found.facts["mean_log_density"], rel=1e-12)
    sizes = np.bincount((found.points[:, 0] > 0).astype(int))
    assert sorted(found.mixture.weights) == pytest.approx([1 / 3, 2 / 3], abs=1e-3)  # setosa, and the other two
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


# ---- formulas -------------------------------------------------------------------------------------------------------


def test_every_formula_of_the_registry_can_be_set():
    set_ = Typesetter()
    for entry in EQUATIONS.values():
        for latex in [*entry["claim"], *entry["where"], *(miss["latex"] for miss in entry["near_misses"])]:
            assert set_.formula(latex).startswith('<svg class="math" role="img"'), latex


def test_what_cannot_be_set_is_shown_as_source():
    assert Typesetter().formula(r"\begin{cases} a < b") == "<code>\\begin{cases} a &lt; b</code>"
