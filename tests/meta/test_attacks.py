"""Attempts to have what is false proved. None may succeed, and each is refused with a reason.

The derivations are written as a hostile author would; witnesses are as tame as a hostile author could wish, measuring
from the claim itself, so that nothing but the engine stands in the way.
"""

from __future__ import annotations

import dataclasses

import mpmath as mp
import pytest
import sympy as sp

from derivations import witnesses
from derivations.engine.board import BoardError, derive
from derivations.engine.canonical import Unsupported, flint_equal
from derivations.engine.codec import encode
from derivations.engine.equation import Equation, Verdict, typed
from derivations.engine.normal_form import sympy_zero
from derivations.notation import *
from tests.meta.planting import HOUSE, known, named, planted, scratch, verdict  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("scratch")
ROOT = sp.sqrt(sp.Rational(101, 100) - alpha)


def tame(left, right):
    """A witness that measures what the claim says, whatever that is."""

    def measured_from_the_claim(world):
        here = world.scales() | {
            q: world.number() for q in (x, data, noise, posterior_mean, expected_noise, marginal_velocity, mean_slope)
        }
        here |= {alpha_s: world.number(0.1, 1), sigma_s: world.number(0.1, 1), s: world.number(0.1, 1)}
        here |= {variance: world.number(0.2, 1), reference_variance: world.number(1.1, 2)}
        here |= {dalpha_s: world.number() for dalpha_s in (alpha_s.diff(s),)}
        formula = sp.lambdify(list(here), right, modules="mpmath")
        return here, {left: mp.mpf(formula(*here.values()))}

    return measured_from_the_claim


# ---- what is no number ---------------------------------------------------------------------------------------


def test_a_schedule_fact_in_any_schedule():
    """Variance preserving noising, put into the path of any schedule."""

    def derivation(board):
        rest = board.solve(board.given(known("schedules.preserved_variance")), sigma, "what is left over")
        return board.substitute(board.given(known("gaussian_path.point")), rest, reason="put in")

    record = planted(
        derivation,
        x,
        lambda: alpha * data + sp.sqrt(1 - alpha**2) * noise,
        inputs=[data, noise, alpha],
        scope="any schedule",
    )
    found = verdict(record)
    assert found.verdict is None
    assert any("agrees in" in failure for failure in found.failures)
    assert any("claims any schedule, and starts from facts of" in failure for failure in found.failures)


def test_a_root_that_is_no_number_somewhere():
    """The root of a negative number in the first world of the witness hides nothing."""
    right = sp.Mul(ROOT**2, 1 / ROOT**2, alpha * data + sigma * noise, evaluate=False)
    record = planted(lambda board: board.given(known("gaussian_path.point"), at={x: velocity}), velocity, right)
    found = verdict(record)
    assert found.verdict is None and any("does not hold with x for velocity" in f for f in found.failures)


def test_a_bad_world_does_not_hide_another():
    """In one world the witness measures nothing that is a number, in the other one something else."""

    def wild(world):
        used, measured = witnesses.moving_point(world)
        return used, {velocity: mp.nan if world.number() < mp.inf and used[data] > 0 else measured[velocity] + 1}

    def derivation(board):
        return board.differentiate(board.given(known("gaussian_path.point")), t, "velocity")

    right = lambda: dalpha * data + dsigma * noise  # noqa: E731
    record = planted(derivation, velocity, right, inputs=[data, noise, dalpha, dsigma], witness=wild)
    found = verdict(record)
    assert found.verdict is None and any("no witness says" in f or "agrees in" in f for f in found.failures)


# ---- names --------------------------------------------------------------------------------------------------------

RENAMINGS = {
    "the point for the velocity": ("gaussian_path.point", {x: velocity}),
    "another time, and the point stays": ("gaussian_path.point", {t: s}),
    "the point alone": ("gaussian_path.point", {x: x_s}),
    "the point of another path": ("gaussian_path.point", {t: s, x: other_point}),
    "noise for data": ("gaussian_path.point", {data: noise}),
    "no noise": ("gaussian_path.point", {sigma: 0}),
    "the scales of another path, and its point": ("gaussian_path.velocity", {alpha: other_alpha, sigma: other_sigma}),
    "an average for another": ("components.velocity", {marginal_velocity: posterior_mean}),
    "a function without its average": ("marginals.expected_velocity", {some_velocity: data}),
    "what an integral runs over": ("marginals.total_probability", {x: data}),
    "a law without its logarithm": ("marginals.log_density", {log_density: log_odds}),
    "the present for the end": ("gaussian_path.point", {t: 1}),
    "a score for a mean": ("marginals.tweedie", {posterior_mean: marginal_score}),
}


@pytest.mark.parametrize("attempt", RENAMINGS)
def test_a_name_for_something_else(attempt):
    id, at = RENAMINGS[attempt]
    record = planted(lambda board: board.given(known(id), at=at), velocity, data)
    with pytest.raises(BoardError, match=r"does not hold with|is bound by"):
        derive(record, TABLE)


def test_a_parameter_that_vanishes_vanishes_everywhere():
    def derivation(board):
        board.given(known("schedules.linear_scales"), output=sigma, at={sigma_min: 0})
        return board.given(known("schedules.linear_scales"), output=sigma)

    with pytest.raises(BoardError, match="sigma_min is 0 on this board; it stays open"):
        derive(planted(derivation, sigma, t), TABLE)


# ---- verbs that derive what is false ---------------------------------------------------------------------------------


def given(id, **options):
    return lambda board: board.given(known(id), **options)


FALSE_STEPS = {
    "the conditional score for the marginal one": (
        lambda board: board.average(given("gaussian_path.conditional_score")(board), "average"),
        "no expectation of score",
    ),
    "a point that is its own expectation": (
        lambda board: board.average(given("gaussian_path.point", at={t: s, x: x_s})(board), "average"),
        "no expectation of x_s",
    ),
    "a velocity whose noise does not depend on x": (
        lambda board: board.slope(
            board.average(given("gaussian_path.velocity")(board), "average"), x, "the divergence"
        ),
        "does not say how expected_noise changes with x",
    ),
    "a density that stands still": (
        lambda board: board.differentiate(given("marginals.responsibilities")(board), t, "rate"),
        "moves, but the notation table gives it no rate",
    ),
    "a velocity with its point held": (
        lambda board: board.differentiate(
            given("gaussian_path.conditional_velocity")(board), t, "acceleration", holding=[x]
        ),
        "velocity moves with all that moves",
    ),
    "a score held while time goes on": (
        lambda board: board.differentiate(given("marginals.total_probability")(board), t, "rate", holding=[score]),
        "moves with all that moves|only a place can be held",
    ),
    "the noise that leads to x, taken for one number": (
        lambda board: board.interchange(
            given("marginals.expected_velocity", at={some_velocity: noise, marginal_velocity: expected_noise})(board),
            "outside",
        ),
        "noise may change with data",
    ),
    "the point put under an integral over the data": (
        lambda board: board.substitute(
            board.substitute(
                given("marginals.total_probability")(board),
                given("gaussian_path.density", output=conditional_density)(board),
                reason="the density",
            ),
            given("gaussian_path.point")(board),
            reason="where the point is",
        ),
        "stands under a sign that binds",
    ),
    "coefficients in x of what changes with x": (
        lambda board: board.match(given("gaussian_path.point")(board), x, [alpha], "for every x"),
        "changes with x",
    ),
    "two facts about different schedules": (
        lambda board: board.equal(
            given("schedules.linear_scales", output=alpha)(board),
            given("schedules.geometric_noise", output=alpha)(board),
            "the signal scale",
        ),
        None,
    ),
}


@pytest.mark.parametrize("attempt", FALSE_STEPS)
def test_a_verb_that_would_lead_to_something_false(attempt):
    steps, reason = FALSE_STEPS[attempt]
    if reason is None:  # t = 1: no verb sees it, the judge does
        found = verdict(planted(steps, t, sp.Integer(1), scope="always", witness=lambda world: ({}, {t: mp.mpf(1)})))
        assert found.verdict is not Verdict.PROVED or found.failures
        assert any("have no schedule in common" in failure for failure in found.failures)
        return
    with pytest.raises(BoardError, match=reason):
        derive(planted(steps, velocity, data), TABLE)


def test_a_rate_under_a_derivative_sign_is_the_whole_rate():
    """What a formula names moves with the point: put under a derivative sign, it does not stand still."""

    def derivation(board):
        whole = board.given(known("components.standard_point"))
        rate = board.differentiate(whole, t, "its rate")
        return board.solve(board.substitute(rate, whole, reason="put in"), velocity, "solved")

    with pytest.raises(BoardError, match="expected one solution"):
        derive(planted(derivation, velocity, sp.Integer(0)), TABLE)


def test_twice_the_point_changes_with_the_noise():
    """A multiple of a quantity is none that anybody knows not to change."""

    def derivation(board):
        twice = board.combine(board.given(known("gaussian_path.point")), coefficients=[2], reason="twice")
        return board.differentiate(twice, noise, "the noise")

    with pytest.raises(BoardError, match="may change with noise, and does not show it"):
        derive(planted(derivation, velocity, data), TABLE)


def test_twice_the_noise_with_its_point_held():
    def derivation(board):
        twice = board.combine(board.given(known("gaussian_path.inverse")), coefficients=[2], reason="twice")
        return board.differentiate(twice, t, "the rate", holding=[x])

    with pytest.raises(BoardError, match="nothing can be held"):
        derive(planted(derivation, velocity, data), TABLE)


HIDDEN = {
    "the mean of a point hides its data point": ("gaussian_path.moments", first_moment, data),
    "a standard point hides its point": ("components.standard_point", standard_point, x),
    "an aim hides the data point": ("gaussian_path.optimal_transport_direction", None, data),
}


@pytest.mark.parametrize("attempt", HIDDEN)
def test_what_is_written_without_what_it_depends_on(attempt):
    id, output, variable = HIDDEN[attempt]

    def derivation(board):
        twice = board.combine(board.given(known(id), output=output), coefficients=[2], reason="twice")
        return board.differentiate(twice, variable, "the slope")

    with pytest.raises(BoardError, match=r"does not say how|is no quantity"):
        derive(planted(derivation, velocity, data), TABLE)


def test_the_noise_does_not_stand_still_along_a_field():
    def derivation(board):
        field = board.given(known("components.velocity"))
        return board.differentiate(board.given(known("gaussian_path.inverse")), t, "along it", along=field)

    with pytest.raises(BoardError, match="does not stand still"):
        derive(planted(derivation, velocity, data), TABLE)


def test_steps_are_checked_where_they_are_carried_out():
    """By the judge, too: what the board was talked into is no step."""
    for verb, arguments in {
        "solve": {"unknown": sp.Integer(3)},
        "differentiate": {"variable": alpha * data, "holding": ()},
        "combine": {"coefficients": (sp.sqrt(x) + 7,)},
        "given": {"record": "gaussian_path.planted", "output": 0, "at": ()},
    }.items():

        def derivation(board, verb=verb, arguments=arguments):
            place = [] if verb == "given" else [board.given(known("gaussian_path.point"))]
            return board.line(verb, "by hand", *place, **arguments)

        with pytest.raises(BoardError, match=r"takes quantities|starts from other records"):
            derive(
                planted(derivation, velocity, data, id=f"gaussian_path.planted{'' if verb == 'given' else verb}"), TABLE
            )


def motion(board):
    return board.differentiate(board.given(known("gaussian_path.point")), t, "velocity")


def moved():
    return dalpha * data + dsigma * noise


CLAIMS = {
    "no equation": (lambda: sp.Ne(velocity, moved()), "is no equation"),
    "a number that is not exact": (lambda: sp.Eq(velocity, moved() * sp.Float(1)), "not exact"),
    "another x": (lambda: sp.Eq(velocity, moved() * sp.Symbol("x", positive=True) / x), "`x` has no row"),
    "another logarithm": (lambda: sp.Eq(velocity, moved() * sp.Function("log")(x)), "`log` has no row"),
    "a mean without signs": (lambda: sp.Eq(velocity, moved() + sp.Symbol("posterior_mean")), "`posterior_mean` has no"),
}


@pytest.mark.parametrize("attempt", CLAIMS)
def test_what_may_stand_in_a_claim(attempt):
    claim, complaint = CLAIMS[attempt]
    with sp.evaluate(False):
        tree = claim()
    record = planted(motion, tree.lhs, tree.rhs, inputs=[data, noise, dalpha, dsigma])
    record = dataclasses.replace(record, claim=(tree,))
    assert any(complaint in failure for failure in verdict(record).failures)


def test_signs_that_nobody_knows_are_not_written_down():
    odd = sp.Symbol("y", extended_nonnegative=True)
    with pytest.raises(TypeError, match="only real, positive"):
        encode(odd)
    with pytest.raises(TypeError, match="only real, positive"):
        encode(sp.Symbol("y", commutative=False))


def test_an_integral_that_diverges():
    """The mean of p²/q for two Gaussians is infinite where the first is more than twice as wide as the second."""
    density = sp.exp(-(x**2) / variance) / (2 * sp.pi * variance)
    ratio = density * sp.sqrt(2 * sp.pi * reference_variance) * sp.exp(x**2 / (2 * reference_variance))
    name = named(second_moment, lambda: over_space(ratio))
    right = reference_variance / sp.sqrt(variance * (2 * reference_variance - variance))
    inside = lambda board: board.integrate(board.given(name), "integrate")  # noqa: E731
    with pytest.raises(BoardError, match="need not converge"):
        derive(planted(inside, second_moment, right, scope="any two variances"), TABLE)
    narrow = planted(
        inside,
        second_moment,
        right,
        inputs=[variance, reference_variance],
        assumptions=lambda: [variance < 2 * reference_variance],
        id="gaussian_path.planted_narrow",
    )
    found = derive(narrow, TABLE)[0][0].rhs
    assert sp.N((found - right).xreplace({variance: sp.Rational(3, 4), reference_variance: 2}), 30) == 0


def test_an_integral_over_a_part_of_the_line():
    name = named(second_moment, lambda: sp.Integral(sp.exp(-(x**2)), (x, 0, 1)))
    with pytest.raises(BoardError, match="not over the real line"):
        derive(planted(lambda board: board.integrate(board.given(name), "whole"), second_moment, sp.Integer(1)), TABLE)


def test_a_limit_from_both_sides():
    name = named(final_velocity, lambda: sp.Limit(sp.Abs(t - 1) / (t - 1), t, 1, "+-"))
    with pytest.raises(BoardError, match="from above and"):
        derive(planted(lambda board: board.limit(board.given(name), "limit"), final_velocity, sp.Integer(1)), TABLE)


# ---- past the verbs -----------------------------------------------------------------------------------------------


def false_claim():
    return sp.Eq(velocity, alpha * data - sigma * noise, evaluate=False)


def unregistered():
    return Equation(
        id="gaussian_path.point",
        title="Gaussian path",
        claim=typed(false_claim),
        inputs=(data, noise, alpha, sigma),
        sources=tuple(HOUSE),
        scope="by definition",
        verdict=Verdict.DEFINED,
    )


def a_line_of_its_own(board):
    line = false_claim()
    board.verbs.lines.append(line)
    return line


def a_peek(board):
    line = vars(board.equation)["claim"][0]
    board.verbs.lines.append(line)
    return line


def a_verb_of_its_own(board):
    board.verbs.__class__ = type("Verbs", (type(board.verbs),), {"carry_out": lambda self, step: [false_claim()]})
    return board.given(known("gaussian_path.point"))


def a_tree_for_a_symbol(board):
    return board.solve(board.given(known("gaussian_path.point")), sp.Function("f")(alpha * data), "a tree")


PAST_THE_VERBS = {
    "an unregistered record": lambda board: board.given(unregistered()),
    "a line of its own": a_line_of_its_own,
    "a peek at the claim": a_peek,
    "a verb of its own": a_verb_of_its_own,
    "a tree for a symbol": a_tree_for_a_symbol,
}


@pytest.mark.parametrize("attempt", PAST_THE_VERBS)
def test_a_line_past_the_verbs(attempt):
    """What the board was made to show, the judge does not see: it has the steps, and the registered records."""
    record = planted(
        PAST_THE_VERBS[attempt],
        velocity,
        lambda: alpha * data - sigma * noise,
        inputs=[data, noise, alpha, sigma],
        witness=tame(velocity, alpha * data - sigma * noise),
    )
    try:
        found = verdict(record)
    except BoardError:
        return
    assert found.verdict is not Verdict.PROVED and found.failures


def test_an_intermediate_that_the_witness_knows_better():
    """`where` names what it likes; what the witness has a value for must have that value."""
    record = planted(motion, velocity, moved, where=lambda: [sp.Eq(x, data)], inputs=[data, noise, dalpha, dsigma, x])
    assert any("what is called x agrees with what is measured in" in failure for failure in verdict(record).failures)


def test_a_record_that_starts_from_a_proved_one_is_judged_by_itself():
    """What is refused here is refused for its own sake: a right record that starts from a derived one passes."""
    fields = {"inputs": [x, data, alpha, sigma], "assumptions": lambda: [sigma > 0]}
    record = planted(given("gaussian_path.conditional_score"), score, lambda: -(x - alpha * data) / sigma**2,
                     witness=witnesses.conditional_score, **fields)  # fmt: skip
    assert verdict(record).failures == []


# ---- provers --------------------------------------------------------------------------------------------------------

with sp.evaluate(False):
    NOTHING = (x - x) / (alpha - alpha)
HALF_TRUE = {
    "atan(x) + atan(1/x)": (sp.atan(x) + sp.atan(1 / x), sp.pi / 2),
    "acos(1/sqrt(1 + x²))": (sp.acos(1 / sp.sqrt(1 + x**2)), sp.atan(x)),
    "sqrt(x) sqrt(z)": (sp.sqrt(x) * sp.sqrt(data), sp.sqrt(x * data)),
    "sqrt(x²)": (sp.sqrt(x**2), x),
    "log(x²)": (sp.log(x**2), 2 * sp.log(x)),
    "log(x z)": (sp.log(x * data), sp.log(x) + sp.log(data)),
    "(x²)^(3/2)": ((x**2) ** sp.Rational(3, 2), x**3),
    "sqrt(x - 1) sqrt(x + 1)": (sp.sqrt(x - 1) * sp.sqrt(x + 1), sp.sqrt(x**2 - 1)),
    "asin(sin x)": (sp.asin(sp.sin(x)), x),
    "|x|": (sp.Abs(x), x),
    "a multiple of nothing over nothing": (data, sp.Add(NOTHING, data, evaluate=False)),
}  # fmt: skip


@pytest.mark.parametrize("identity", HALF_TRUE)
def test_what_holds_on_half_of_the_domain_is_not_proved(identity):
    left, right = HALF_TRUE[identity]
    assert not sympy_zero(left, right)
    try:
        assert not flint_equal(left, right)
    except Unsupported:
        pass


def test_symbols_that_do_not_commute():
    first, second = sp.symbols("M N", commutative=False)
    with pytest.raises(Unsupported):
        flint_equal(first * second, second * first)
    assert not sympy_zero(first * second, second * first)
