"""Mechanical mistakes: a fixed sample through all layers, and the layers themselves put out of action one by one."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from derivations.engine import prove, verbs
from derivations.engine.equation import EQUATIONS, Verdict
from derivations.engine.renaming import Family
from derivations.mutation import layers, run
from derivations.mutation.layers import KILLED, LAYERS, MISSED, SILENT, Ground, judged, survives, visible
from derivations.mutation.operators import KINDS, PREMISES, chosen, mutants
from tests import exact

# Quick ones of all kinds: schedules with limits and stable forms, mixtures, matrices, identities, experiments.
IDS = (
    "gaussian_path.conditional_velocity",
    "gaussian_path.conditional_score",
    "gaussian_path.optimal_transport_direction",
    "conversions.velocity_from_score",
    "conversions.data_from_v_prediction",
    "schedules.linear",
    "schedules.trigonometric",
    "schedules.polynomial",
    "marginals.posterior_mean",
    "marginals.velocity_splits",
    "schedules.zero_terminal_snr",
    "components.score",
    "continuity.composition",
    "continuity.hutchinson_mean",
    "ddim.step_from_noise",
    "gaussian_path.conditional_flow",
    "sdes.forward_process",
    "objectives.flow_matching_gradient",
    "gaussian_path.velocity",
    "marginals.irreducible_loss",
    "marginals.two_points",
    "ddim.stretched_path",
    "notation.rate_of_x",
    "notation.expectation_of_data",
)
OPERATORS = {
    "sign",
    "factor 2",
    "2 and 1/2",
    "swapped symbols",
    "derivative",
    "square",
    "root",
    "shifted index",
    "conditional for marginal",
    "reversed time",
    "transpose",
    "term dropped",
    "factor dropped",
    "power -1",
    "function",
    "infinite",
}
OF_PREMISES = {
    "renaming dropped",
    "renaming added",
    "another name",
    "names exchanged",
    "number for a name",
    "assumption dropped",
    "assumption turned",
}
VELOCITY = EQUATIONS["gaussian_path.conditional_velocity"]


def mutant(id, kind, name):
    (found,) = (one for one in mutants(EQUATIONS[id]) if (one.kind, one.name) == (kind, name))
    return found


@pytest.fixture(scope="module")
def entries():
    kinds = tuple(kind for kind in KINDS if kind not in PREMISES)
    return [run.of_sample(id, picked) for id, picked in run.sample(72, 0, IDS, kinds).items()]


def test_no_mutant_of_the_sample_survives(entries):
    """Every mutant that the ball witness sees is killed by the proof or by the battery."""
    lines, survivors = run.table(entries)
    assert survivors == [], "\n".join(lines)
    tried = [one for entry in entries for one in entry["mutants"]]
    assert len(tried) == 72 and {entry["id"] for entry in entries} == set(IDS)
    assert {one["operator"] for one in tried} == OPERATORS
    assert {one["kind"] for one in tried} == set(KINDS) - set(PREMISES)
    assert sum(one["visible"] for one in tried) >= 66
    killed = Counter(layer for one in tried for layer in LAYERS if one["answers"][layer] == KILLED)
    assert min(killed[layer] for layer in LAYERS if layer != "judge") >= 3


PREMISED = (
    "conversions.velocity_from_noise",
    "ddim.step_from_noise",
    "ddpm.posterior_variance",
    "schedules.zero_terminal_snr",
)


def test_no_other_premise_of_the_sample_survives():
    """The judge refuses every derivation that renames something else and every other assumption that the balls see."""
    entries = [run.of_sample(id, picked) for id, picked in run.sample(28, 0, PREMISED, PREMISES).items()]
    lines, survivors = run.table(entries)
    assert survivors == [], "\n".join(lines)
    tried = [one for entry in entries for one in entry["mutants"]]
    assert len(tried) == 28 and {one["operator"] for one in tried} == OF_PREMISES
    assert sum(one["visible"] for one in tried) >= 20
    assert {one["answers"]["judge"] for one in tried if one["visible"]} == {KILLED}


# ---- what is a mistake, and what is not ---------------------------------------------------------------------


def test_another_way_to_write_it_is_no_mistake():
    """sin is odd: with both signs turned, the stable form of the trigonometric noise scale is the same up to sign."""
    same = mutant("schedules.trigonometric", "stable", "sign of term 2 of 1 - t (in sigma_t)")
    assert not visible(same, Ground(EQUATIONS["schedules.trigonometric"]))


def test_mutants_are_reproducible_and_have_names_of_their_own():
    for id in IDS[:6]:
        first, second = mutants(EQUATIONS[id]), mutants(EQUATIONS[id])
        assert [(m.kind, m.name, m.source) for m in first] == [(m.kind, m.name, m.source) for m in second]
        assert len({(m.kind, m.name) for m in first}) == len(first)
        assert chosen(first, 5) == chosen(second, 5) and len(chosen(first, 5)) <= 5 * len(KINDS)


# ---- planted holes ------------------------------------------------------------------------------------------


CLAIM = ("gaussian_path.conditional_velocity", "claim", "alpha_t for sigma_t")
CODE = ("gaussian_path.conditional_velocity", "code", "rates of the opposite sign")
LIMIT = ("schedules.trigonometric", "limit", "1 for 0 (limit of sigma_t at 1)")
STABLE = ("schedules.trigonometric", "stable", "cos for sin of math.pi * (1 - t) / 2 (in sigma_t)")


@pytest.mark.parametrize("which", [CLAIM, CODE, LIMIT, STABLE], ids=lambda which: which[1])
def test_every_layer_that_applies_sees_it(which):
    one, ground = mutant(*which), Ground(EQUATIONS[which[0]])
    assert visible(one, ground)
    answers = judged(one, ground)
    assert {answers[layer] for layer in LAYERS} <= {KILLED, SILENT} and not survives(answers)


AXIOMS = {
    "definition": ("marginals.two_points", "factor 3/2 on the whole (in marginal_density)"),
    "notation": ("notation.expectation_of_data", "expected_noise for posterior_mean"),
}


@pytest.mark.parametrize("kind", AXIOMS)
def test_an_axiom_is_seen_by_its_witness_alone(kind, monkeypatch):
    """There is no proof of it; where the witness is blind, the mistake survives and is listed."""
    id, name = AXIOMS[kind]
    record = next(e for e in run.records() if e.id == id)
    (one,) = (m for m in mutants(record) if (m.kind, m.name) == (kind, name))
    assert visible(one, Ground(record))
    answers = judged(one, Ground(record))
    assert answers == dict.fromkeys(LAYERS, SILENT) | {"witness": KILLED} and not survives(answers)
    monkeypatch.setattr(layers.meanings, "refused", lambda *_: False)
    blind = judged(one, Ground(record))
    assert blind["witness"] == MISSED and survives(blind)


def test_definitions_and_notation_are_asked_for_by_name(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(run, "of_equation", lambda id, settings: asked.append(id) or {
        "id": id, "made": {}, "mutants": [], "seconds": 0.0, "mere_names": 1,
    })  # fmt: skip
    settings = run.Settings(most=1)
    assert run.mutate(["definitions", "notation"], settings=settings, file=tmp_path / "results.jsonl", jobs=1) == 0
    assert asked == [e.id for e in run.records() if e.verdict is Verdict.DEFINED]
    assert f"Formulas of definitions without a witness, as mere names: {len(asked)}" in capsys.readouterr().out


def test_where_the_guard_of_renamings_is_blind_the_provers_and_the_balls_still_see_it(monkeypatch):
    record = EQUATIONS["conversions.velocity_from_noise"]
    found = [one for one in mutants(record, ("renaming",)) if visible(one, Ground(record))]
    by = {one.name: judged(one, Ground(record)) for one in found}
    assert {answers["judge"] for answers in by.values()} == {KILLED}
    monkeypatch.setattr(verbs, "family_of", lambda at, *_: Family("any", dict(at)))
    monkeypatch.setattr(verbs, "is_vanishing", lambda *_: False)
    unguarded = {one.name: judged(one, Ground(record)) for one in found}
    assert {answers["judge"] for answers in unguarded.values()} == {KILLED}
    assert [n for n in by if by[n]["refused by"] == "renaming" and unguarded[n]["refused by"] == "balls"]
    assert KILLED in {answers["flint"] for answers in unguarded.values()}


def test_where_the_judge_is_blind_a_wrong_premise_survives(monkeypatch):
    record = EQUATIONS["schedules.zero_terminal_snr"]
    found = [one for one in mutants(record, ("assumption",)) if visible(one, Ground(record))]
    monkeypatch.setattr(layers.premises, "who_refuses_assumption", lambda *_: "")
    answers = [judged(one, Ground(record)) for one in found]
    assert answers and all(one["judge"] == MISSED and survives(one) for one in answers)


BLIND = {
    "SymPy": lambda patch: patch.setattr(layers, "sympy_zero", lambda *_, **__: True),
    "flint": lambda patch: patch.setattr(prove, "flint_zero", lambda *_: True),
    "witness": lambda patch: patch.setattr(prove, "digits", lambda *_: 30.0),
    "battery": lambda patch: patch.setattr(exact, "float_errors", lambda *_: [(0.0, 1.0)]),
}


@pytest.mark.parametrize("layer", BLIND)
def test_a_layer_that_is_blind_is_seen_to_miss(layer, monkeypatch):
    BLIND[layer](monkeypatch)
    answers = judged(mutant(*CLAIM), Ground(VELOCITY))
    assert answers[layer] == MISSED and not survives(answers), "the other layers still see it"


def test_where_all_layers_are_blind_the_survivors_are_listed(monkeypatch, capsys, tmp_path):
    for blind in BLIND.values():
        blind(monkeypatch)
    settings = run.Settings(most=2, experiments=0, kinds=("claim", "code"))
    status = run.mutate([VELOCITY.id], settings=settings, file=tmp_path / "results.jsonl", jobs=1)
    out = capsys.readouterr().out
    assert status == 1
    assert "survive both proof and battery: 4" in out
    assert f"\n  {VELOCITY.id}, claim: " in out and f"\n  {VELOCITY.id}, code: " in out


def test_a_limit_at_infinity_is_not_met_by_a_number():
    """Any number lies within a rounding error of infinity: that hole was in the battery, and mutants found it."""
    assert not exact.is_the_limit(5.0, np.inf) and not exact.is_the_limit(-np.inf, np.inf)
    assert exact.is_the_limit(np.inf, np.inf) and exact.is_the_limit(1.0 + 2.0**-52, 1.0)


UNDEFINED = {
    # at a few points
    "gaussian_path.conditional_velocity": "def f(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):\n"
    "    right = dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data\n"
    "    return right + 0 * xp.sqrt(x**2 - 0.01)\n",
    # in the last coordinate
    "marginals.posterior_mean": "def f(x, mean, covariance, alpha_t, sigma_t, *, xp):\n"
    "    total = alpha_t**2 * covariance + sigma_t**2 * xp.eye(3)\n"
    "    right = mean + (x - alpha_t * mean) @ xp.linalg.solve(total, alpha_t * covariance)\n"
    "    return right + 0 * xp.sqrt(xp.asarray([1.0, 1.0, -1.0]))\n",
}


@pytest.mark.parametrize("id", UNDEFINED)
def test_an_answer_that_is_not_a_number_is_no_answer(id):
    """Where the claim has a value, NaN is wrong: the battery used to leave out such points, and such entries."""
    one = next(m for m in mutants(EQUATIONS[id]) if m.kind == "code")
    ground, right = Ground(EQUATIONS[id]), UNDEFINED[id].rpartition(" + 0 *")[0] + "\n"
    assert layers.battery(dataclasses.replace(one, source=UNDEFINED[id]), ground) == KILLED
    assert layers.battery(dataclasses.replace(one, source=right), ground) == MISSED


# ---- the run -------------------------------------------------------------------------------------------------


def test_an_interrupted_run_keeps_what_was_finished(monkeypatch, capsys, tmp_path):
    ids, file = ["conversions.data_from_noise", "conversions.data_from_score"], tmp_path / "results.jsonl"
    settings, once = run.Settings(most=1), run.of_equation

    def stops(id, settings):
        if id == ids[1]:
            raise KeyboardInterrupt
        return once(id, settings)

    monkeypatch.setattr(run, "of_equation", stops)
    assert run.mutate(ids, settings=settings, file=file, jobs=1) == 130
    assert "Interrupted: 1 equations are left" in capsys.readouterr().out
    with file.open("a") as out:
        out.write('{"id": "conversions.data_from_sc')  # cut off while it was written
        out.write("\n" + json.dumps({"id": ids[1], "key": "another state of the project"}) + "\n")
    monkeypatch.setattr(run, "of_equation", once)
    assert run.mutate(ids, settings=settings, file=file, jobs=1) == 0
    out = capsys.readouterr().out
    assert (
        "1 equations were finished before" in out and f"[  2/2] {ids[1]}" in out and ids[0] not in out.split("Rule")[0]
    )
    assert "of each equation at most 1 mutants of each kind" in out


def test_an_unknown_equation(capsys, tmp_path):
    assert run.mutate(["nobody.knows"], settings=run.Settings(), file=tmp_path / "results.jsonl") == 2
    assert "no equation is called nobody.knows" in capsys.readouterr().out
