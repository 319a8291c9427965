"""What no witness has seen is refused: claims wider than the worlds, parts that none shows, lines that hold in none."""

from __future__ import annotations

import dataclasses
import json

import pytest
import sympy as sp
from flint import arb, ctx

from derivations import witnesses
from derivations.engine import balls, measure
from derivations.engine import snapshot as snapshots
from derivations.engine.equation import EQUATIONS
from derivations.engine.lines import flattened, holds, untrue
from derivations.engine.measure import measured, read, worlds
from derivations.engine.prove import assumed, complaints, judge, proves
from derivations.engine.roots import unreal
from derivations.engine.seen import narrow, unseen
from derivations.engine.signs import Signs
from derivations.engine.snapshot import of
from derivations.notation import *
from tests.meta.planting import known, planted, scratch  # noqa: F401 (a fixture)


@pytest.fixture(autouse=True)
def as_the_judge_reckons(monkeypatch):
    monkeypatch.setattr(ctx, "prec", balls.BITS)


def typed(right):
    with sp.evaluate(False):
        return right()


# ---- as much as is claimed ------------------------------------------------------------------------------


def straight(derive, **fields):
    """The velocity of the linear path, claimed for any schedule."""
    words = {"inputs": [data, noise, sigma_min], "scope": "any schedule, componentwise"}
    return planted(derive, velocity, data - (1 - sigma_min) * noise, witness=witnesses.straight_point, **words | fields)


@pytest.mark.usefixtures("scratch")
def test_worlds_of_one_schedule_show_nothing_of_the_others():
    record = straight(lambda board: board.given(known("gaussian_path.velocity")))
    linear = map(known, ("gaussian_path.optimal_transport_constant_velocity", "schedules.linear"))
    (found,) = narrow(of(record, *linear, table=TABLE), record, worlds(witnesses.straight_point))
    assert "optimal_transport_constant_velocity" in found and "linear" in found


@pytest.mark.usefixtures("scratch")
def test_worlds_in_which_a_parameter_vanishes_show_nothing_of_others():
    end = lambda board: board.given(known("schedules.exponent_at_the_end"))  # noqa: E731
    linear = known("schedules.linear_noise_exponent")
    record = planted(end, end_exponent, 1, witness=linear.witness, schedules=("linear",), id="schedules.planted")
    found = narrow(of(record, linear, table=TABLE), record, worlds(linear.witness))
    assert found and "linear_noise_exponent" in found[0] and "sigma_min: 0" in found[0]


@pytest.mark.parametrize("id", ["gaussian_path.velocity", "schedules.linear", "components.velocity"])
def test_records_say_no_more_than_their_worlds_show(id):
    assert not narrow(snapshots.current(), EQUATIONS[id], worlds(EQUATIONS[id].witness))


# ---- all that a formula says ------------------------------------------------------------------------------

PLAIN = EQUATIONS["gaussian_path.velocity"]
HIDDEN = {
    "less than is measured": lambda e: e + sp.Rational(1, 10**14),
    "a turn where no world is": lambda e: e + (sp.Abs(t - sp.Rational(1, 10)) - (t - sp.Rational(1, 10))),
    "the same turn, as a root": lambda e: e + (sp.sqrt((t - sp.Rational(1, 10)) ** 2) - (t - sp.Rational(1, 10))),
    "a step where no world is": lambda e: e * ((sp.tanh(400 * (t - sp.Rational(1, 10))) + 2) / 3),
    "a bump that dies away": lambda e: e + sp.exp(-((20 * t) ** 4)),
    "a derivative of what does not move": lambda e: e + sp.Derivative(sigma**2, sigma_min),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_world_shows_is_refused(name):
    (claim,) = PLAIN.claim
    wrong = sp.Eq(claim.lhs, typed(lambda: HIDDEN[name](claim.rhs)), evaluate=False)
    record = dataclasses.replace(PLAIN, claim=(wrong,))
    three = read(json.loads(json.dumps(measured(PLAIN.witness, range(3)))))
    assert unseen(record, three)
    assert not unseen(PLAIN, three)


def test_a_formula_is_not_divided_by_what_vanishes_on_the_path():
    (claim,) = PLAIN.claim
    nothing = x - alpha * data - sigma * noise
    wrong = sp.Eq(claim.lhs, typed(lambda: claim.rhs * (nothing * nothing**-1)), evaluate=False)
    found = unseen(dataclasses.replace(PLAIN, claim=(wrong,)), worlds(witnesses.moving_point))
    assert any("vanishes" in one for one in found)


OUTSIDE = {
    "a root": lambda e: e + sp.sqrt(t - sp.Rational(1, 20)) ** 2 - (t - sp.Rational(1, 20)),
    "a logarithm": lambda e: e + sp.exp(sp.log(t - sp.Rational(1, 20))) - (t - sp.Rational(1, 20)),
    "an arc": lambda e: e + sp.sin(sp.asin(21 * t / 20)) - 21 * t / 20,
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_root_is_real_on_all_of_the_domain(name):
    (claim,) = PLAIN.claim
    line = [sp.Eq(claim.lhs, claim.rhs)]
    wrong = sp.Eq(claim.lhs, typed(lambda: OUTSIDE[name](claim.rhs)), evaluate=False)
    record = dataclasses.replace(PLAIN, claim=(wrong,))
    (found,) = unreal(record, line, Signs(assumed(record, TABLE)), lambda *_: False)
    assert "> 0 does not follow from what is assumed" in found
    assert not unreal(PLAIN, line, Signs(assumed(PLAIN, TABLE)), lambda *_: False)


def test_a_root_of_the_derivation_is_one_of_the_claim():
    """Where the derivation ends in a root, the claim may have it, and its stable form one that is proved to be it."""
    asked, record = [], EQUATIONS["schedules.cosine"]
    lines = of(record, table=TABLE).replay(record.id).closed
    known = assumed(record, TABLE)
    assert not unreal(record, lines, Signs(known), lambda *a: set(proves(*a, known).values()) == {True})
    assert unreal(record, lines, Signs(known), lambda *a: bool(asked.append(a))) and asked


# ---- the way there ------------------------------------------------------------------------------------------


def test_a_line_that_holds_nowhere_is_refused():
    """Whatever verb wrote it: here the fault is planted in the line itself."""
    snapshot = of(EQUATIONS["gaussian_path.velocity"], table=TABLE)
    replay, worlds_ = snapshot.replay("gaussian_path.velocity"), list(flattened(worlds(witnesses.moving_point)))
    assert not untrue(replay, worlds_, ())
    replay.lines[-1] = sp.Eq(velocity, dalpha * data - dsigma * noise, evaluate=False)
    (found,) = untrue(replay, (), worlds_)
    assert found.startswith(f"line ({len(replay.lines)}) holds in no world")


def test_one_world_in_which_a_line_holds_is_enough():
    replay = of(EQUATIONS["gaussian_path.velocity"], table=TABLE).replay("gaussian_path.velocity")
    replay.lines.append(sp.Eq(sigma_min, 0, evaluate=False))
    assert untrue(replay, [{sigma_min: arb(1)}], [{sigma_min: arb(2)}])
    assert not untrue(replay, [{sigma_min: arb(1)}], [{sigma_min: arb(0)}])


def test_a_world_that_does_not_know_says_nothing():
    assert holds(sp.Eq(velocity, data, evaluate=False), {velocity: arb(1)}) is None
    assert (
        holds(sp.Eq(velocity, data / noise, evaluate=False), {velocity: arb(1), data: arb(1), noise: arb(0)}) is False
    )


SPECIAL_CASES = {
    "a_hand_that_runs_back": "conventions.data_at_zero",
    "a_hand_on_the_log_snr": "conventions.log_snr_time",
    "the_hour_when_energy_splits": "marginals.energy_splits",
    "the_hour_when_velocity_splits": "marginals.velocity_splits",
    "noising_that_changes_nothing": "ddpm.fixed_large",
    "an_imperfect_step_read_backwards": "ddpm.continuous_bound",
    "data_without_noise": "sdes.langevin_variance",
    "a_cloud_around_the_origin": "sdes.noise_alone",
}


@pytest.mark.parametrize("name", SPECIAL_CASES)
def test_each_special_case_confirms_a_line(name):
    """Of the record that is named; its own witness has not seen the line hold."""
    record, witness = EQUATIONS[SPECIAL_CASES[name]], measure.witnesses()[name]
    lines = of(record, table=TABLE).replay(record.id).lines
    own, special = (list(flattened(worlds(one))) for one in (record.witness, witness))
    confirmed = [line for line in lines if all(holds(line, world) for world in special)]
    assert any(not any(holds(line, world) for world in own) for line in confirmed)


def test_no_special_case_is_forgotten():
    own = {n for n, w in measure.witnesses().items() if w.__module__ == "derivations.witnesses.special_cases"}
    assert own == SPECIAL_CASES.keys()


# ---- names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lambda", "print", "math", "xp", "two words"])
def test_names_that_mean_something_else_are_refused(name):
    record = dataclasses.replace(PLAIN, id=f"gaussian_path.{name}")
    assert f"`{name}` is no name for a function" in complaints(record, TABLE)
    also = dataclasses.replace(PLAIN, also_known_as=(f"gaussian_path.{name}",))
    assert f"`{name}` is no name for a function" in complaints(also, TABLE)


def test_an_input_is_named_once():
    twice = dataclasses.replace(PLAIN, inputs=(*PLAIN.inputs, PLAIN.inputs[0]))
    assert any("is an input twice" in one for one in complaints(twice, TABLE))


def test_a_logarithm_to_another_base_is_refused():
    (claim,) = PLAIN.claim
    wrong = sp.Eq(claim.lhs, claim.rhs + sp.log(t, 2, evaluate=False), evaluate=False)
    record = dataclasses.replace(PLAIN, claim=(wrong,))
    assert any("another base" in one for one in complaints(record, TABLE)) or not wrong.atoms(sp.log)


# ---- one that breaks down ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("scratch")
def test_a_derivation_that_breaks_down_is_told_once_and_spoils_no_other():
    broken = straight(lambda board: board.solve(board.given(known("gaussian_path.velocity")), x, "there is no x"))
    snapshot = of(broken, PLAIN, table=TABLE)
    told = judge(snapshot, broken.id, worlds(witnesses.straight_point))
    assert sum("BrokenDerivation" in one for one in told.failures) == 1
    assert not any("zip" in one for one in told.failures)
    assert not judge(snapshot, PLAIN.id, worlds(PLAIN.witness)).failures
