"""A formula is one record, however many names it has; every other name leads to it, as do the ids that were retired."""

import importlib
from collections import defaultdict
from dataclasses import replace

import pytest
import sympy as sp

import refimpl as ri
from derivations import equations
from derivations.__main__ import main as derivations_command
from derivations.engine import equation as records
from derivations.engine.balls import unfolded
from derivations.engine.equation import EQUATIONS, Verdict, definition, find
from derivations.engine.print_chapter import chapter
from derivations.engine.print_code import function, is_function
from derivations.notation import TABLE, alpha, data, noise, sigma, x
from refimpl import cli
from refimpl.registry import registry
from refimpl.testing import assert_conforms

OTHER_NAMES = {
    "conversions.noise_from_data": "gaussian_path.inverse",
    "conversions.velocity_from_data": "gaussian_path.conditional_velocity",
    "conversions.score_from_data": "gaussian_path.conditional_score",
    "ddim.step_from_data": "gaussian_path.conditional_flow",
}
each_name = pytest.mark.parametrize(("other", "id"), OTHER_NAMES.items(), ids=list(OTHER_NAMES))


def same_code(of):
    """The ids of records that say the same of the same quantity: in what they print, or once SymPy has tidied it.

    In what order the arguments come is no difference, nor whether one is called a definition. What has no arguments is
    a number, and that a number is the same for two schedules is two theorems.
    """
    alike = defaultdict(list)
    for e in of:
        inputs, outputs = frozenset(e.inputs), tuple(str(c.lhs) for c in e.claim)
        if is_function(e, TABLE):
            body = function(replace(e, stable=()), "numpy", TABLE, name="f", doc="").text.partition('""""""')[2]
            alike[inputs, outputs, body].append(e.id)
        if inputs:
            meant = frozenset((c.lhs, unfolded(c.rhs, e.names(c))) for c in e.claim)
            alike[inputs, meant].append(e.id)
    return {tuple(ids) for ids in alike.values() if len(ids) > 1}


def test_no_two_records_say_the_same():
    assert same_code(equations()) == set()


@pytest.mark.parametrize(
    ("right", "inputs"),
    [
        (lambda: alpha * data + sigma * noise, [data, noise, alpha, sigma]),
        (lambda: alpha * data + sigma * noise, [sigma, alpha, noise, data]),
        (lambda: noise * sigma + data * alpha, [data, noise, alpha, sigma]),
    ],
    ids=["as it stands", "arguments in another order", "typed in another order"],
)
def test_a_record_that_says_the_same_is_seen(right, inputs, monkeypatch):
    monkeypatch.setattr(records, "EQUATIONS", {})
    again = definition(
        id="ddim.planted", title="Planted", claim=lambda: sp.Eq(x, right(), evaluate=False), inputs=inputs, sources=[]
    )
    assert again.verdict is Verdict.DEFINED
    assert same_code([*equations(), again]) == {("gaussian_path.point", "ddim.planted")}


def test_the_other_names_are_these():
    assert {other: e.id for e in equations() for other in e.also_known_as} == OTHER_NAMES
    assert {other: e["id"] for e in registry()["equations"] for other in e["also_known_as"]} == OTHER_NAMES
    assert {e.id for e in ri.equations()}.isdisjoint(OTHER_NAMES)
    assert len(ri.equations()) == len(equations()) == len({e.id for e in ri.equations()})


@each_name
def test_another_name_leads_to_the_record(other, id):
    assert ri.equation(other) is ri.equation(id)
    assert find(other) is EQUATIONS[id]
    there, name = other.split(".")
    module = importlib.import_module(f"refimpl.formulas.{there}")
    assert getattr(module, name) is ri.equation(id).function
    assert f"Also known as {other}." in module.__dict__[name].__doc__


@each_name
def test_the_commands_know_another_name(other, id, capsys):
    for form in ([], ["--numpy"], ["--latex"], ["--steps"]):
        assert cli.main(["show", id, *form]) == 0
        expected = capsys.readouterr().out
        assert cli.main(["show", other, *form]) == 0
        assert capsys.readouterr().out == expected
    assert cli.main(["list", "--chapter", other.split(".")[0]]) == 0
    assert [other, "other", "name", "of", id] in [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [entry["id"] for entry in cli._chosen(other)] == [id]


def test_a_proof_may_be_asked_for_by_another_name(capsys):
    assert derivations_command(["prove", "conversions.velocity_from_data"]) == 0
    assert "PROVED   gaussian_path.conditional_velocity " in capsys.readouterr().out


@each_name
def test_a_function_may_be_checked_against_another_name(other, id):
    evidence = assert_conforms(ri.equation(id).function, other)
    assert evidence.name == id and evidence.passed


def planted(monkeypatch, **fields):
    monkeypatch.setattr(records, "EQUATIONS", dict(EQUATIONS))
    fields = {"id": "ddim.planted", "title": "Planted", "inputs": [data], "sources": []} | fields
    return definition(claim=lambda: sp.Eq(x, data, evaluate=False), **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": "ddim.step_from_data"}, "`ddim.step_from_data` is declared twice"),
        ({"also_known_as": ["gaussian_path.point"]}, "`gaussian_path.point` is declared twice"),
        ({"also_known_as": ["ddim.step_from_data"]}, "`ddim.step_from_data` is declared twice"),
        ({"also_known_as": ["ddim.planted"]}, "`ddim.planted` is declared twice"),
        ({"also_known_as": ["ddim.a", "ddim.a"]}, "`ddim.a` is declared twice"),
        ({"also_known_as": ["ddim"]}, "an equation id is `chapter.name`; got `ddim`"),
    ],
)
def test_a_name_has_one_meaning(fields, words, monkeypatch):
    with pytest.raises(ValueError, match=words):
        planted(monkeypatch, **fields)


def test_a_retired_id_leads_on_in_the_same_way(monkeypatch):
    """Also in its own chapter, where the generated file needs no import."""
    record = planted(monkeypatch, also_known_as=["ddim.retired", "time_grids.retired"])
    assert find("ddim.retired") is record and find("time_grids.retired") is record
    here, there = chapter("ddim", [record], TABLE), chapter("time_grids", [record], TABLE)
    words = '"""Another name of `ddim.planted`: the same function."""'
    assert here.endswith(f"\n\n\nretired = planted\n{words}\n") and "import" not in here
    assert there.endswith(f"from refimpl.formulas import ddim\n\n\nretired = ddim.planted\n{words}\n")
    with pytest.raises(KeyError):
        find("ddim.never")
