"""Calculus in a claim: two derivatives that are independent of each other, of nothing that moves in secret."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from flint import arb, ctx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derivations.engine import balls, defined, derivative
from derivations.engine.canonical import Unsupported, flint_equal
from derivations.engine.equation import Limit, Verdict
from derivations.engine.normal_form import sympy_zero
from derivations.engine.prove import limit_error
from derivations.notation import *
from tests.meta import identities
from tests.meta.planting import known, planted, scratch, verdict  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("scratch")


def motion(board):
    return board.differentiate(board.given(known("gaussian_path.point")), t, "velocity")


def moved():
    return dalpha * data + dsigma * noise


def nothing(e, variable):
    """What SymPy takes for zero, typed."""
    return sp.Derivative(e, variable, evaluate=False)


HIDDEN = {
    "a point that moves": (lambda: nothing(x, t), "x may change with t"),
    "a mean that changes with x": (lambda: nothing(posterior_mean, x), "posterior_mean may change with x"),
    "a multiple of it": (lambda: nothing(alpha * marginal_velocity, x), "marginal_velocity may change with x"),
    "the noise that leads to x": (lambda: nothing(noise, x), "noise may change with x"),
    "a mean as a function of time": (
        lambda: nothing(2 * first_moment, data),
        r"first_moment\(t\) may change with data",
    ),
    "a place beside its density": (lambda: nothing(x * moving_density, t) - x * nothing(moving_density, t), "x may"),
    "the density of x": (lambda: over_space(marginal_density), "marginal_density may change with x"),
}


@pytest.mark.parametrize("attempt", HIDDEN)
def test_a_claim_that_holds_still_what_moves(attempt):
    extra, complaint = HIDDEN[attempt]

    def claim():
        return moved() + 0 * extra() if attempt.startswith("the density") else moved() + extra()

    record = planted(motion, velocity, claim, inputs=[data, noise, dalpha, dsigma])
    found = verdict(record)
    assert any(re.search(complaint, failure) for failure in found.failures), found.failures


def test_an_intermediate_that_holds_still_what_moves():
    record = planted(motion, velocity, lambda: moved() + aim, where=lambda: [sp.Eq(aim, nothing(score, x))],
                     inputs=[data, noise, dalpha, dsigma])  # fmt: skip
    assert any("score may change with x" in failure for failure in verdict(record).failures)


def test_what_shows_its_variable_may_be_differentiated():
    record = planted(motion, velocity, lambda: moved() + nothing(alpha * data, t) - data * dalpha,
                     inputs=[data, noise, dalpha, dsigma, alpha, t])  # fmt: skip
    found = verdict(record)
    assert found.verdict is Verdict.PROVED and found.failures == []


@settings(derandomize=True, database=None, max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(identities.true(), identities.half_true()),
    st.sampled_from([identities.x, identities.y, identities.p, identities.q]),
)
def test_our_derivative_and_that_of_sympy(identity, variable):
    """They have no rule in common, and the same values."""
    for tree in identity[1:]:
        ours, theirs = derivative.derivative(tree, variable), tree.diff(variable)
        theirs = theirs.replace(sp.sign, lambda u: u / sp.Abs(u))
        before, ctx.prec = ctx.prec, 300
        try:
            for place in defined.points([ours, theirs], (), count=3):
                one, other = defined.value(ours, place), defined.value(theirs, place)
                assert one.overlaps(other) or not (one.is_finite() and other.is_finite()), (tree, variable)
        finally:
            ctx.prec = before


def test_a_wrong_derivative_of_sympy_fools_sympy_alone(monkeypatch):
    typed = nothing(sp.sin(alpha * x) * x, x)
    right, wrong = (sp.sin(alpha * x) + sign * alpha * x * sp.cos(alpha * x) for sign in (1, -1))
    monkeypatch.setattr(sp.sin, "fdiff", lambda self, argindex=1: -sp.cos(self.args[0]))
    assert sympy_zero(wrong, typed) and not sympy_zero(right, typed)
    assert flint_equal(right, typed) and not flint_equal(wrong, typed)
    point, claim = {x: arb(3), alpha: arb(1) / 3}, sp.Eq(score, typed, evaluate=False)
    before, ctx.prec = ctx.prec, balls.BITS
    try:
        assert balls.value(claim, (), point).overlaps(balls.derived_value(right, point))
        assert not balls.value(claim, (), point).overlaps(balls.derived_value(wrong, point))
    finally:
        ctx.prec = before


def test_what_has_no_rule_is_refused():
    f = sp.Function("f", real=True)
    for inside in (f(x**2), f(x, x), sp.Integral(alpha * s, (s, 0, x)), sp.sign(x), sp.gamma(x), sp.Max(x, alpha)):
        with pytest.raises(derivative.NoRule):
            derivative.derivative(inside, x)
        with pytest.raises(Unsupported):
            flint_equal(nothing(inside, x), nothing(inside, x))


def test_what_is_assumed_of_a_quantity_is_not_assumed_of_a_bound_one():
    """Under an integral sign x is every place, also where the free x is positive."""
    size, odd = (sp.Integral(term, (x, -1, 2)) for term in (sp.Abs(x), x))
    for left, right in ((size, odd), (x * size, x * odd)):
        assert not sympy_zero(left, right, (), [x > 0])
        assert not flint_equal(left, right, (), [x > 0])
    assert flint_equal(sp.Abs(x) * size, x * size, (), [x > 0])
    assert flint_equal(odd, odd.xreplace({x: x_2}))


MOVERS = {
    "a mean": (lambda: posterior_mean * t, Limit(velocity, 1, "-", posterior_mean)),
    "a point": (lambda: x * t, Limit(velocity, 1, "-", x)),
    "a density": (lambda: component_density * t, Limit(velocity, 1, "-", component_density)),
}


@pytest.mark.parametrize("attempt", MOVERS)
def test_a_limit_in_time_of_what_moves_in_secret(attempt):
    claim, limit = MOVERS[attempt]
    record = planted(motion, velocity, claim, inputs=[t], limits=[limit])
    assert "may move with time, and does not show it" in limit_error(record, limit)


def test_a_limit_in_time_of_what_stands_still():
    at_a_place = Limit(marginal_velocity, 1, "-", x)
    assert (
        limit_error(planted(motion, marginal_velocity, lambda: x * t, inputs=[t], limits=[at_a_place]), at_a_place)
        == ""
    )
    limit = Limit(velocity, 1, "-", x_s)
    fields = {"inputs": [t], "limits": [limit], "id": "gaussian_path.planted_too"}
    assert limit_error(planted(motion, velocity, lambda: x_s * t, constant=[x_s], **fields), limit) == ""
