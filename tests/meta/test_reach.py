"""What a record rests on and does not say: a dropped assumption, facts that exclude each other, a scope too wide."""

from __future__ import annotations

import dataclasses

import mpmath as mp
import pytest
import sympy as sp

from derivations.engine import generate, snapshot
from derivations.engine.equation import Source, Verdict
from derivations.engine.reach import claims_any, not_assumed, overreaching
from derivations.engine.signs import Signs, gaps, of_the_table
from derivations.mutation.premises import with_record
from derivations.notation import *
from tests.meta.planting import known, planted, scratch, verdict  # noqa: F401 (a fixture)


def test_an_assumption_that_is_dropped_is_missed():
    """Each record that states what one of its premises assumes is refused without it, with the name of the premise.
    What may vanish at an edge of the domain is positive inside it: that follows for any record."""
    said, tried = snapshot.current(), 0
    for record in said.equations():
        if record.verdict is Verdict.DEFINED:
            continue
        for number, dropped in enumerate(record.assumptions):
            premises = [
                step.arguments["record"]
                for step in record.steps
                if step.verb == "given"
                and not step.arguments.get("at")
                and dropped in said.records[step.arguments["record"]].assumptions
            ]
            rest = record.assumptions[:number] + record.assumptions[number + 1 :]
            inside = Signs((*rest, *of_the_table(said.table, said.table)))
            if not premises or all(map(inside.positive, gaps([dropped]))):
                continue
            spoilt = dataclasses.replace(record, assumptions=rest)
            found = not_assumed(with_record(said, spoilt), spoilt)
            assert any(one.startswith(f"{id} assumes") for one in found for id in premises), (record.id, dropped)
            tried += 1
    assert tried >= 15


def test_an_assumption_is_taken_over_with_the_names():
    """The bound of a step is given from s to t: what it assumes is turned round with it."""
    said = snapshot.current()
    record = said.records["ddpm.continuous_bound"]
    straight = dataclasses.replace(record, assumptions=said.records["ddpm.bound_of_a_step"].assumptions)
    assert not_assumed(with_record(said, straight), straight)


@pytest.mark.usefixtures("scratch")
def test_a_number_that_an_assumption_excludes():
    """The geometric schedule needs a noise scale that is not zero at the data end."""

    def derivation(board):
        return board.given(known("schedules.geometric_noise"), output=sigma, at={sigma_min: 0})

    found = verdict(planted(derivation, sigma, sp.Integer(0), scope="the schedule named, sigma_min = 0"))
    assert found.verdict is not Verdict.PROVED or found.failures


APART = {
    "schedule": (("schedules.linear_scales", sigma), ("schedules.trigonometric_scales", sigma)),
    "a table and the schedule that it tends to": (("schedules.table_scaling", None), ("schedules.noise_rate", None)),
    "data": (("components.gaussian_data", None), ("marginals.two_points", opposite_point)),
    "data that are points": (("marginals.density_around_a_data_point", None), ("marginals.two_points", opposite_point)),
    "step": (("ddim.step", None), ("ddim.family", x_s)),
    "grid": (("time_grids.power_grid", None), ("time_grids.logarithmic_grid", None)),
    "motion": (("sdes.extension", {marginal_velocity: 0}), ("gaussian_path.point", None)),
}


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("kind", APART)
def test_facts_that_exclude_each_other(kind):
    """Whatever is made of both, the judge refuses it: here, the first one again."""

    def given(board, id, what):
        return board.given(known(id), at=what) if isinstance(what, dict) else board.given(known(id), output=what)

    def derivation(board):
        one, other = (given(board, *fact) for fact in APART[kind])
        return board.combine(one, other, coefficients=[1, 0], reason="the first")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("derivations.engine.board.complain_about_ends", lambda *_: None)
        patch.setattr("derivations.engine.replay.complain_about_ends", lambda *_: None)
        found = verdict(planted(derivation, t, sp.Integer(1), witness=lambda world: ({}, {t: mp.mpf(1)})))
    assert any(failure.startswith("it starts from facts that have no ") for failure in found.failures), found.failures


def test_what_is_known_of_another_path_is_not_about_ours():
    said = snapshot.current()
    record = said.records["ddim.increment_from_data_minus_noise"]
    assert said.contexts(record.id)["the linear path", "schedule"] == {"linear"}
    assert ("", "schedule") not in said.contexts(record.id)


@pytest.mark.parametrize("words", [
    "any schedule", "every schedule, componentwise", "Any schedule whatever", "all differentiable schedules",
    "arbitrary schedules", "each of the schedules", "whatever schedule", "a general schedule", "every smooth schedule",
])  # fmt: skip
def test_ways_to_claim_any_schedule(words):
    assert claims_any("schedule", words)


@pytest.mark.parametrize("words", ["any data density", "Every law of the data", "all distributions, componentwise"])
def test_ways_to_claim_any_data(words):
    assert claims_any("data", words)
    assert not claims_any("schedule", words)


@pytest.mark.parametrize("kind, words", [
    ("step", "any step, with or without noise"), ("step", "every sampler"), ("grid", "all grids"),
    ("motion", "any motion"), ("motion", "all processes"),
])  # fmt: skip
def test_ways_to_claim_any_step_grid_or_motion(kind, words):
    assert claims_any(kind, words)
    assert not claims_any(kind, "any number of steps, any two times") and not claims_any("schedule", words)


def test_what_is_held_constant_is_printed():
    said = snapshot.current()
    assert "constant in time: drift_offset, drift_slope, sampler_diffusion" in generate._contexts(
        said, said.records["sdes.linear_moments"]
    )


@pytest.mark.parametrize("id, kind, scope", [
    ("sdes.langevin", "motion", "any density, any motion"), ("time_grids.karras", "grid", "any grid"),
    ("ddim.rotation", "schedule", "every schedule"), ("marginals.posterior_mean", "data", "any data density"),
])  # fmt: skip
def test_a_scope_that_says_more_than_its_premises(id, kind, scope):
    said = snapshot.current()
    wide = dataclasses.replace(said.records[id], scope=scope)
    assert any(f"it claims any {kind}" in one for one in overreaching(with_record(said, wide), wide))


def test_a_number_that_only_looks_like_the_one_that_was_meant():
    said = snapshot.current()
    record = said.records["marginals.velocity_at_the_data_end"]
    assert overreaching(said, record) == []
    near = dataclasses.replace(record, scope=record.scope.replace("sigma_min = 0", "sigma_min = 0.25"))
    assert near.scope != record.scope
    assert any("sigma_min = 0 alone" in one for one in overreaching(with_record(said, near), near))


RIGHT = {"inputs": [data, noise, dalpha, dsigma], "scope": "any schedule, componentwise"}


def motion(board):
    return board.differentiate(board.given(known("gaussian_path.point")), t, "velocity")


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("fields, words", [
    ({}, None),
    ({"scope": 'any schedule """ 1 + 1'}, "the words have"),
    ({"scope": "any schedule\nraise SystemExit"}, "go over lines"),
    ({"sources": [Source("house", 'names """')]}, "the words have"),
    ({"assumptions": lambda: [sp.Eq(data, noise)]}, "is no assumption"),
    ({"assumptions": lambda: [sp.false]}, "is no assumption"),
    ({"assumptions": lambda: [sp.Or(data > noise, noise > data)]}, "is no assumption"),
])  # fmt: skip
def test_what_would_run_in_a_docstring_or_is_no_assumption(fields, words):
    record = planted(motion, velocity, lambda: dalpha * data + dsigma * noise, **(RIGHT | fields))
    found = verdict(record).failures
    assert any(words in one for one in found) if words else found == []


@pytest.mark.usefixtures("scratch")
def test_an_output_that_is_made_of_itself():
    with sp.evaluate(False):
        right = dalpha * data + dsigma * noise + velocity - velocity
    found = verdict(planted(motion, velocity, right, **RIGHT)).failures
    assert any("`velocity` occurs in the claim but is not in `inputs`" in one for one in found)
