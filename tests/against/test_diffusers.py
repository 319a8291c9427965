"""What is wrong in a released diffusers, by the numbers that its users meet."""

from fnmatch import fnmatchcase

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("diffusers", reason="diffusers is not installed")

from refimpl.conform.adapters import diffusers as adapter
from refimpl.conform.adapters.diffusers import flow, loops, tcd
from refimpl.conform.known import known_differences

pytestmark = pytest.mark.against

# the check, what its words must say, and the least error
FINDINGS = {
    "flow_euler.shift_3.grid": (("The shift is applied twice", "is 0.00892857 and should be 0.00299401"), 5e-3),
    "flow_euler.shift_7.grid": (("The shift is applied twice", "is 0.0467557 and should be 0.00695825"), 3e-2),
    "flow_heun.shift_3.grid": (("The shift is applied twice", "#13243"), 5e-3),
    "flow_euler.shift_terminal.one_step": (("not finite, [nan,  0.]", "one step only", "#14411"), 1e9),
    "pndm.plms.leading.v_prediction": (("Raw outputs of different times are combined", "2.292", "#14816"), 0.5),
    "ddpm.fixed_large_log.finite": (("Not finite", "root of a log variance", "#14569"), 1e9),
    "ddim.linspace.noise": (("at the time of another grid point: from t = 0 at t = 0.2", "0.25", "#11347"), 1.0),
    "ddim.trailing.any_number": (("at t = 0.142, not at the next time of the grid, 0.143", "#11347"), 1e-3),
    "ddim.zero_snr.noise": (("Not finite",), 1e9),
    "euler.zero_snr.last_row": (("got 5.96", "expected 0"), 5e-8),
    "ddpm.full_chain.deviation": (("got 0.0092465", "expected 0.0092455"), 1e-4),
    "lcm.c_out": (("got 0.9987523, expected 0.4993762",), 0.9),
    "ddim.linspace.one_step": (("got 0, expected 999",), 900),
    "dpm_singlestep.sde_data.order_2.order": (("off by 0.267 with n = 24 and by 0.163 with n = 48",), 1e9),
    "dpm_multistep.sde_noise.order_3.order": (("UnboundLocalError",), 1e9),
    "dpm_singlestep.sde_data.order_3.heun.order": (("off by 28.5 with n = 24 and by 37.9 with n = 48",), 1e9),
    "dpm_multistep.data.order_3.weights": (("The order is 2.18, not 3",), 0.8),
    "dpm_multistep.karras.order_3.no_noise": (("not finite at index 3: got nan",), 1e9),
    "deis.karras.falling": (("The last number is repeated", "#5689"), 0.0),
    "tcd.leading.end": (("0.99995 data + 0.0100008 noise",), 5e-3),
    "tcd.fresh.gamma_1": (("got 0.0090", "expected 0"), 9e-3),
}
SOUND = (
    "ddim.trailing.noise",
    "ddim.leading.eta_1",
    "ddpm.trailing.fixed_small",
    "pndm.plms.leading.noise",
    "euler.linspace.noise",
    "euler_ancestral.linspace.noise",
    "dpm_multistep.data.order_2",
    "flow_euler.velocity",
    "heun.order",
    "deis.order_3.weights",
    "tcd.target.gamma_0.3",
)


@pytest.fixture(scope="module")
def checks():
    return {check.id: check for check in adapter.checks()}


@pytest.mark.parametrize("id", FINDINGS)
def test_the_difference_is_found_and_said(id, checks):
    phrases, least = FINDINGS[id]
    found = checks[id].evidence()
    assert not found and found.statistic >= least
    assert all(phrase in found.words for phrase in phrases), found.words
    listed = [each for each in known_differences() if each.package == "diffusers" and fnmatchcase(id, each.check)]
    assert any(each.words in found.words for each in listed)


@pytest.mark.parametrize("id", SOUND)
def test_the_same_checks_pass_where_nothing_is_wrong(id, checks):
    checks[id].evidence().require()


def test_the_last_level_before_the_data_at_shift_3():
    assert flow.sigmas(flow.EULER, 50, shift=3.0)[-2] == pytest.approx(0.00893, abs=5e-6)
    assert flow.shifted_once(50, 3.0)[-2] == pytest.approx(0.00299, abs=5e-6)


def test_gamma_taken_the_other_way_round_is_seen(monkeypatch):
    import diffusers

    step = diffusers.TCDScheduler.step
    monkeypatch.setattr(diffusers.TCDScheduler, "step", lambda *given, eta: step(*given, eta=1 - eta))
    failing = {check.id for check in tcd.checks() if not check.evidence()}
    assert {f"tcd.{what}.gamma_{gamma}" for what in ("target", "renewed") for gamma in ("0", "0.3", "1")} <= failing


def test_planted_noise_is_taken_away_again():
    """What the adapter puts in the place of their random numbers must not stay there."""
    import torch
    from diffusers.schedulers import scheduling_ddpm

    kept, theirs = scheduling_ddpm.randn_tensor, loops.scheduler("DDPMScheduler")
    with pytest.raises(KeyError), loops.planted(theirs, torch.zeros_like):
        assert scheduling_ddpm.randn_tensor((2,)).tolist() == [0.0, 0.0]
        raise KeyError
    assert scheduling_ddpm.randn_tensor is kept


def test_a_timestep_between_two_rows_means_what_they_take_it_for():
    """At int(t) in place of t the noise level would be another: the trap of an adapter."""
    name, options = "EulerDiscreteScheduler", {"beta_start": 1e-4, "beta_end": 0.02}
    theirs = loops.scheduler(name, **options)
    theirs.set_timesteps(20)
    meant = loops.interpolated(name, False, **options)
    pairs = list(zip(theirs.timesteps.tolist(), theirs.sigmas.tolist(), strict=False))
    off = [abs(meant(t) - loops.time_of_sigma(sigma)) for t, sigma in pairs]
    wrong = [abs(meant(int(t)) - loops.time_of_sigma(sigma)) for t, sigma in pairs]
    assert max(off) < 1e-6 and max(wrong) > 1e-4
