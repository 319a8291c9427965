"""What the adapters of flow_matching, torchcfm and torchebm find, by number, and that they see what is planted."""

import importlib
from importlib.util import find_spec

import numpy as np
import pytest

pytestmark = pytest.mark.against


def found(package, id):
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    adapter = importlib.import_module(f"refimpl.conform.adapters.{package}")
    checks = {check.id: check for check in adapter.checks()}
    return checks[id].evidence()


# ---- flow_matching -------------------------------------------------------------------------------------------------

CONVERSIONS = (
    "target_to_velocity",
    "epsilon_to_velocity",
    "velocity_to_target",
    "epsilon_to_target",
    "velocity_to_epsilon",
    "target_to_epsilon",
)


@pytest.mark.parametrize("method", CONVERSIONS)
def test_times_of_a_batch_raise_or_are_silently_wrong(method):
    assert found("flow_matching", f"convert.{method}.float64").passed
    raises, wrong = (found("flow_matching", f"convert.{method}.{kind}") for kind in ("batch_times", "square_batch"))
    assert not raises and raises.details["raised"] == "RuntimeError"
    assert not wrong and wrong.statistic > 0.4 and "raised" not in wrong.details


def test_n2_conversions_that_are_not_finite_at_the_ends():
    """CondOT: noise to velocity at t = 0 and data to velocity at t = 1; the variance-preserving ones at t = 1."""
    for id, end in (
        ("ends.condot.epsilon_to_velocity", "t = 0"),
        ("ends.condot.target_to_velocity", "t = 1"),
        ("ends.vp.velocity_to_target", "t = 1"),
        ("ends.linear_vp.target_to_epsilon", "t = 1"),
    ):
        evidence = found("flow_matching", id)
        assert not evidence and f"At {end}: It is not finite" in evidence.words, id
    assert found("flow_matching", "ends.condot.velocity_to_target").passed


def test_sigma_of_vp_is_zero_in_float32_near_the_data():
    sigma, rate = (found("flow_matching", f"vp.near_data{kind}.float32") for kind in ("", "_rate"))
    assert sigma.details["got"] == 0 and sigma.details["expected"] == pytest.approx(1.544e-4, rel=1e-3)
    assert rate.details["got"] == -np.inf
    assert found("flow_matching", "condot.near_data.float32").passed


def test_likelihood_is_right_where_it_runs():
    assert found("flow_matching", "likelihood.exact").statistic < 1e-6
    assert found("flow_matching", "likelihood.hutchinson.law").passed
    assert found("flow_matching", "likelihood.hutchinson.float64").details["raised"] == "RuntimeError"
    assert found("flow_matching", "likelihood.exact.image").details["raised"] == "IndexError"


def test_the_transformed_velocity_has_no_data_end_and_dopri5_asks_beyond_it():
    assert found("flow_matching", "transform.condot.cosine").statistic < 1e-13
    assert "got nan" in found("flow_matching", "transform.cosine.condot.data_end").words
    assert 0.1 < found("flow_matching", "solver.dopri5.times").statistic < 0.2


# ---- torchcfm ------------------------------------------------------------------------------------------------------


def test_the_guard_of_the_bridge_and_its_cost():
    """1e-8 / (2 t (1 - t)) of the first term is lost."""
    evidence = found("torchcfm", "bridge.flow.near_ends")
    assert not evidence and evidence.statistic == pytest.approx(5e-3, rel=0.02)
    for sigma, cost in ((1, 1e-8), (0.1, 1e-6), (0.001, 9.9e-3)):
        assert found("torchcfm", f"bridge.lambda.sigma_{sigma:g}").statistic == pytest.approx(cost, rel=0.02)
    assert "2e+08 at t = 0" in found("torchcfm", "target.lambda.sigma_0").words
    assert "weight is 0" in found("torchcfm", "independent.lambda.sigma_0").words


def test_matchers_agree_with_their_own_paths():
    for name in ("independent", "exact_ot", "target", "vp"):
        assert found("torchcfm", f"{name}.flow").statistic < 1e-14
    assert "got nan" in found("torchcfm", "target.flow.data_end").words


def test_pairs_far_from_the_origin_are_not_the_best_in_float32():
    assert found("torchcfm", "ot.plan.float32").passed
    evidence = found("torchcfm", "ot.plan.far.float32")
    assert not evidence and "points are paired with another than the best" in evidence.words


def test_a_wrong_flow_is_seen(monkeypatch):
    """A factor of two in the flow of the trigonometric path, planted."""
    if find_spec("torchcfm") is None:
        pytest.skip("torchcfm is not installed")
    from torchcfm.conditional_flow_matching import VariancePreservingConditionalFlowMatcher as Matcher

    right = Matcher.compute_conditional_flow
    monkeypatch.setattr(Matcher, "compute_conditional_flow", lambda *args: 2 * right(*args))
    evidence = found("torchcfm", "vp.flow")
    assert not evidence and evidence.statistic == pytest.approx(1.0)
    assert not found("torchcfm", "vp.conventions")


# ---- torchebm ------------------------------------------------------------------------------------------------------


def test_the_drift_of_the_cosine_interpolant_in_float32():
    """The ratio of alpha is 0 at the data end; a clamp makes pi / 2 times 1e8 of a negative tangent."""
    drift = found("torchebm", "cosine.drift.data_end.float32")
    assert drift.details["got"] == pytest.approx(-np.pi / 2 * 1e8, rel=1e-6) and drift.details["expected"] == 0
    assert found("torchebm", "cosine.drift.data_end.float64").passed
    for word in ("score", "noise"):
        assert found("torchebm", f"ode.cosine.{word}.float64").passed
        assert found("torchebm", f"ode.cosine.{word}.float32").statistic > 50
    assert found("torchebm", "ode.cosine.velocity.float32").passed


def test_reverse_asks_for_the_times_of_the_other_direction():
    evidence = found("torchebm", "ode.reverse")
    assert not evidence and "asked for t = 0 first and for t = 1 last" in evidence.words
    assert evidence.statistic == pytest.approx(0.358, abs=0.01)


@pytest.mark.parametrize(("name", "missing"), [("linear", 0.21), ("cosine", 0.44), ("vp", 0.76)])
def test_the_last_step_of_the_sde_takes_variance_away(name, missing):
    assert found("torchebm", f"sde.default.{name}").statistic == pytest.approx(missing, abs=0.01)


def test_heun_loses_its_order_at_the_noise_end():
    assert found("torchebm", "ode.linear.score.heun").details["order"] == pytest.approx(1, abs=0.1)
    assert found("torchebm", "ode.vp.score.heun").details["order"] == pytest.approx(2, abs=0.1)


def test_a_wrong_drift_is_seen(monkeypatch):
    """A factor of two in the variance of the drift, planted."""
    if find_spec("torchebm") is None:
        pytest.skip("torchebm is not installed")
    from torchebm.core import BaseInterpolant

    right = BaseInterpolant.compute_drift

    def wrong(self, x, t):
        mean, variance = right(self, x, t)
        return mean, 2 * variance

    monkeypatch.setattr(BaseInterpolant, "compute_drift", wrong)
    assert not found("torchebm", "linear.drift")
    assert not found("torchebm", "convert.score_to_velocity.float64")
