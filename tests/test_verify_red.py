"""The main job in small: everything that must turn it red does."""

from __future__ import annotations

import json
import os
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")

import refimpl as ri
from refimpl.cli import main
from refimpl.formulas import gaussian_path
from refimpl.formulas.near_misses import gaussian_path as wrong
from refimpl.verify import learning, precision, trajectories, trials
from tests.accuracy import within
from tests.verify_jobs import EQUATIONS, ID, LINEAR, MISS, job, messages
from tests.verify_jobs import small as small


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
        "samplers": "skipped",
    }
    assert "network" not in report and report["trajectories"]["passed"]


def test_only_the_stages_that_concern_an_equation_run(tmp_path):
    status, report, page = job(tmp_path, "schedules.linear")
    assert status == 0
    assert [stage["status"] for stage in report["stages"]] == ["passed"] * 2 + ["skipped"] * 5
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
    assert found["passed"] and found["log_density_defect"] < found["gate"]
    field = ri.MarginalField(LINEAR, ri.reference_mixture())
    roughly, _ = trajectories._exact(field, ways["exact"][:, 0], trajectories._COARSE)
    allowed = np.abs(roughly[:, -1] - ways["exact"][:, -1]).max()
    within(field.flow(ways["exact"][:, 0], 0.0, 1.0), ways["exact"][:, -1], allowed)
    true = ri.MarginalField.divergence
    monkeypatch.setattr(ri.MarginalField, "divergence", lambda self, x, t: 1.01 * true(self, x, t))
    found, _ = trajectories.follow(ri.reference_mixture(), None, 0, lambda done, total: None)
    assert not found["passed"]
    assert found["failures"][0].startswith("the log density at the end of a trajectory differs by ")
