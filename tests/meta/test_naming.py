"""The names of intermediates: each is held against its witness, against other records, or must be a mere name."""

from __future__ import annotations

import dataclasses
import json

import pytest
import sympy as sp
from flint import arb

from derivations import equations, witnesses
from derivations.engine import equation as registry
from derivations.engine import measure
from derivations.engine.equation import EQUATIONS, Verdict, typed
from derivations.engine.naming import differs, is_measured
from derivations.engine.prove import judge, prove
from derivations.engine.renaming import Family
from derivations.engine.snapshot import Snapshot, of, take
from derivations.notation import *
from derivations.witnesses.world import Law
from tests.meta.planting import known, planted, scratch, verdict  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("scratch")
NAMES = [(e, i) for e in equations() for i in range(len(e.where))]


def motion(board):
    return board.differentiate(board.given(known("gaussian_path.point")), t, "velocity")


def record_that_names(*names, **fields):
    """A right record about the velocity, whose witness knows little more; with names for what does not occur in it."""
    fields = {"inputs": [data, noise, dalpha, dsigma, alpha, sigma, t], "where": lambda: list(names)} | fields
    return planted(motion, velocity, lambda: dalpha * data + dsigma * noise, **fields)


def called(left, right):
    with sp.evaluate(False):
        return sp.Eq(left, right() if callable(right) else right)


def failures(*names, **fields):
    return verdict(record_that_names(*names, **fields)).failures


# ---- those of the project --------------------------------------------------------------------------------------


@pytest.mark.parametrize("record, i", NAMES, ids=[f"{e.id}-{e.where[i].lhs}" for e, i in NAMES])
def test_a_spoilt_name_is_refused_by_the_witness(record, i):
    """Each name of the project is measured; half as much again, and the other sign, are not what was measured."""
    name, worlds = record.where[i], measure.worlds(record.witness)
    assert is_measured(name, worlds) and differs(name, record.where[:i], worlds, TABLE) == ""
    for right in (name.rhs * sp.Rational(3, 2), -name.rhs):
        wrong = called(name.lhs, right)
        assert "agrees with what is measured in" in differs(wrong, record.where[:i], worlds, TABLE)


def test_an_expectation_that_is_called_the_data_point():
    """A record that is right but for what it calls the posterior mean."""
    record = EQUATIONS["marginals.mixture_covariance"]
    assert prove(record, TABLE).failures == []
    wrong = called(posterior_mean_2, component_expected_data_2.subs(k, 1))
    spoilt = dataclasses.replace(record, where=(record.where[0], wrong))
    assert any(f.startswith("what is called posterior_mean_2 ") for f in prove(spoilt, TABLE).failures)


# ---- what the witness knows --------------------------------------------------------------------------------------

ENTRIES = {weight: [arb(1) / 4, arb(3) / 4], component_score: [arb(2), arb(-5)]}
PRODUCTS = [arb(1) / 2, arb(-15) / 4]
FIELD = {theta: arb(3), network: sp.sin(theta * x)}


@pytest.mark.parametrize(
    "name, used, measured, words",
    [
        ((component_velocity, weight * component_score), ENTRIES, {component_velocity: PRODUCTS}, None),
        ((component_velocity, -weight * component_score), ENTRIES, {component_velocity: PRODUCTS}, "agrees with"),
        ((component_velocity, weight), ENTRIES, {component_velocity: [arb(1) / 4, arb(0)]}, "agrees with"),
        ((component_velocity, weight), ENTRIES, {component_velocity: PRODUCTS[:1]}, "cannot be compared"),
        ((component_velocity, weight), ENTRIES, {component_velocity: []}, "cannot be compared"),
        ((gain, weight), ENTRIES, {gain: arb(1) / 4}, "cannot be compared"),
        ((network, lambda: sp.sin(x * theta)), FIELD, {}, None),
        ((network, lambda: sp.cos(x * theta)), FIELD, {}, "agrees with"),
        ((network, lambda: sp.sin(x * theta) + gain), FIELD, {}, "cannot be compared"),
        ((gain, x), {x: arb(1)}, {gain: Law(((arb(1), {x: arb(1)}),))}, "cannot be compared"),
        ((gain, x), {x: arb(1), gain: arb(1)}, {gain: arb(2)}, "agrees with"),
        ((gain, x), {x: arb("nan")}, {gain: arb(1)}, "agrees with"),
        ((gain, x), {x: arb(1)}, {gain: arb("nan")}, "agrees with"),
        ((gain, x), {}, {gain: arb(1)}, "cannot be compared"),
    ],
)
def test_numbers_lists_and_functions_are_compared(name, used, measured, words):
    found = differs(called(*name), (), [(used, measured)], TABLE)
    assert words in found if words else found == ""


def test_a_name_has_its_value_in_every_world():
    worlds = [({x: arb(1)}, {gain: arb(1)}), ({x: arb(2)}, {gain: arb(2)})]
    assert differs(called(gain, x), (), worlds, TABLE) == ""
    worlds[1][1][gain] = arb(3)
    assert "agrees with what is measured in" in differs(called(gain, x), (), worlds, TABLE)
    del worlds[1][1][gain]
    assert "has no value in world 1" in differs(called(gain, x), (), worlds, TABLE)


@pytest.mark.parametrize(
    "names, words",
    [
        ([(alpha * data, x)], "is no quantity of the notation table"),
        ([(data, data)], "data is named by way of data"),
        ([(scaling, total_scale), (total_scale, lambda: alpha + sigma)], "scaling is named by way of total_scale"),
        ([(scaling, lambda: 2 * scaling)], "scaling is named by way of scaling"),
        ([(x, lambda: alpha * data + sigma * noise)] * 2, "x is named twice"),
    ],
)
def test_a_name_is_made_of_what_is_named_before_it(names, words):
    assert any(words in f for f in failures(*(called(*name) for name in names)))


# ---- what other records claim --------------------------------------------------------------------------------------


def test_a_name_that_another_record_claims():
    """The definition of the log-SNR says what may be called so; in other words, too."""
    assert failures(called(log_snr, lambda: 2 * sp.log(alpha / sigma))) == []
    assert failures(called(log_snr, lambda: 2 * sp.log(alpha) - 2 * sp.log(sigma)), id="gaussian_path.planted_2") == []
    wrong = failures(called(log_snr, lambda: sp.log(alpha / sigma)), id="gaussian_path.planted_3")
    assert any("it is not what is known of it: " in f and "schedules.log_snr" in f for f in wrong)


def test_a_claim_counts_where_it_holds_only():
    """On a named schedule, under an assumption, or unproved: then it says nothing of every record."""
    linear = called(beta, lambda: beta_min + (beta_max - beta_min) * (1 - t))
    inputs = [data, noise, dalpha, dsigma, alpha, sigma, t, beta_min, beta_max]
    assert any("schedules.noise_rate" in f for f in failures(linear, inputs=inputs))
    positive = typed(lambda: [sigma > 0])
    right, told = (lambda: alpha + sigma), called(gain, lambda: alpha + sigma)
    claimed = planted(motion, gain, right, id="gaussian_path.planted_gain", witness=witnesses.two_points)
    assert failures(told, id="gaussian_path.planted_2") == []
    for i, fields in enumerate(({"assumptions": positive}, {"verdict": Verdict.CHECKED})):
        registry.EQUATIONS[claimed.id] = dataclasses.replace(claimed, **fields)
        wrong = failures(told, id=f"gaussian_path.planted_{3 + i}")
        assert any("it is not what is known of it: gaussian_path.planted_gain" in f for f in wrong), fields
    registry.EQUATIONS[claimed.id] = dataclasses.replace(claimed, assumptions=positive)
    assert failures(told, id="gaussian_path.planted_5", assumptions=lambda: [sigma > 0]) == []


# ---- mere names ----------------------------------------------------------------------------------------------------


def test_a_mere_name_means_the_same_everywhere():
    """Two records of the project have a word for the sum of the two scales; so may others, for the same sum."""
    assert failures(called(total_scale, lambda: sigma + alpha)) == []
    wrong = failures(called(total_scale, lambda: alpha + 2 * sigma), id="gaussian_path.planted_2")
    assert any("what is called total_scale is something else in " in f for f in wrong)


def test_a_mere_name_is_one_of_which_nothing_is_said():
    for i, name in enumerate(
        (
            called(data_angle, lambda: alpha + sigma),  # its row says that it stands still
            called(scaling, data),  # it is positive
            called(moving_log_density, data),  # a function
        )
    ):
        found = failures(name, id=f"gaussian_path.planted_{i}")
        assert any("it is more than a name" in f or "what is known of it" in f for f in found), name


def test_a_name_of_which_others_speak_is_more():
    name = called(total_scale, lambda: alpha + sigma)
    record = record_that_names(name)
    worlds, said = measure.worlds(record.witness), of(record, table=TABLE)
    assert judge(said, record.id, worlds).failures == []
    said.families += (Family("planted", {total_scale: gain}),)
    assert any("it is more than a name" in f for f in judge(said, record.id, worlds).failures)
    planted(motion, velocity, lambda: total_scale * data, id="gaussian_path.planted_free")
    assert any("it is more than a name" in f for f in failures(name, id="gaussian_path.planted_2"))


# ---- definitions ---------------------------------------------------------------------------------------------------


def test_the_names_of_a_definition_are_measured():
    record = EQUATIONS["schedules.cosine_signal"]
    assert prove(record, TABLE).failures == []
    half = typed(lambda: called(data_angle, offset / (1 + offset) * sp.pi / 4))
    failed = prove(dataclasses.replace(record, where=half), TABLE).failures
    assert any(f.startswith("data_angle: the measured quantity agrees in ") for f in failed)
    unknown = typed(lambda: called(gain, offset))
    failed = prove(dataclasses.replace(record, where=(*record.where, *unknown)), TABLE).failures
    assert any(f.startswith("gain: the witness gives it no value") for f in failed)


# ---- ids -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "others",
    [
        {"gaussian_path.point": ["gaussian_path.velocity"]},
        {"gaussian_path.point": ["ddim.old"], "gaussian_path.velocity": ["ddim.old"]},
        {"gaussian_path.point": ["ddim.old", "ddim.old"]},
        {"gaussian_path.point": ["gaussian_path.point"]},
    ],
)
def test_an_other_name_is_no_name_of_another_record(others):
    """Whatever was registered: what is read back has one record for each id."""
    ids = "gaussian_path.point", "gaussian_path.velocity"
    data = json.loads(json.dumps(take([EQUATIONS[id] for id in ids], TABLE)))
    assert list(Snapshot(data).records) == list(ids)
    for one in data["records"]:
        one["also_known_as"] = others.get(one["id"], [])
    with pytest.raises(ValueError, match="is declared twice"):
        Snapshot(data)
