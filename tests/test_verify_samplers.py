"""The main job in small: diffusion samplers beside those of flow matching, and what must turn that red."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")


import refimpl as ri
from refimpl.formulas import ddpm
from refimpl.formulas.near_misses import ddim as wrong
from refimpl.samplers import methods
from refimpl.verify import sampling
from tests.accuracy import chained, close, condition
from tests.verify_jobs import job
from tests.verify_jobs import small as small

ID = "ddim.step_from_noise"
MIXTURE = ri.reference_mixture()


def sampled():
    return sampling.sampled(MIXTURE, 0, True, lambda done, all_: None)


def test_the_report_shows_that_both_samplers_are_one(tmp_path):
    status, report, page = job(tmp_path, ID)
    assert status == 0
    found = report["samplers"]
    assert found["passed"] and found["apart"] <= found["allowed"] < found["euler_on_its_own_path"]
    law, doubled = found["ancestral"]["law"], found["ancestral"]["doubled_noise"]
    assert law["statistic"] < law["threshold"] and doubled["statistic"] > doubled["threshold"]
    assert 'id="samplers"' in page and "Where the samplers arrive" in page
    assert next(stage for stage in report["stages"] if stage["name"] == "samplers")["status"] == "passed"


def test_the_times_have_the_same_signal_to_noise_ratio():
    linear, preserving = ri.schedules.Linear(), ri.schedules.VariancePreserving()
    clock, times = sampling.matched_times(linear, preserving)
    inner = clock[1:-1]
    *_, known = chained([linear.log_snr, preserving.time_at_log_snr, preserving.log_snr], inner)
    close(preserving.log_snr(times[1:-1]), linear.log_snr(inner), known, condition(linear.log_snr, inner))
    signal = float(preserving.alpha(0.0)) / (float(preserving.alpha(0.0)) + float(preserving.sigma(0.0)))
    assert clock[0] == signal and times[0] == 0.0
    assert clock[-1] == times[-1] == 1.0


def test_a_wrong_ddim_step_comes_apart(monkeypatch):
    """The published factor 2, eta = alpha - sigma."""
    doubled = wrong.step_is_euler_on_the_linear_path__time_alpha_sigma_a_factor_2
    monkeypatch.setattr(sampling, "QUICK_ANCESTRAL_STEPS", 4)
    monkeypatch.setitem(methods.TABLE, "ddim", replace(methods.TABLE["ddim"], words=("noise",), formula=doubled))
    found, _ = sampled()
    assert not found["passed"] and "come apart by" in found["failures"][0]


def test_ancestral_sampling_without_its_noise_is_seen(monkeypatch):
    monkeypatch.setattr(sampling, "QUICK_ANCESTRAL_STEPS", 60)
    monkeypatch.setitem(methods.TABLE, "ddpm", replace(methods.TABLE["ddpm"], formula=_no_noise))
    found, _ = sampled()
    assert any("does not arrive at the law of the data" in message for message in found["failures"])


def _no_noise(x, data, alpha_t, sigma_t, alpha_s, sigma_s):
    return ddpm.posterior_mean(x, data, alpha_t, sigma_t, alpha_s, sigma_s)
