"""The axioms: a closed list, pinned word by word, each measured by a witness that knows none of its formulas."""

from __future__ import annotations

import ast
import dataclasses
import itertools
from pathlib import Path

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, arb_mat

from derivations import equations
from derivations.axioms import all_axioms, listing, notation_axioms
from derivations.engine import definitions, measure
from derivations.engine.definitions import ENOUGH, agreement, definition_failures
from derivations.engine.domain import UnknownDomain, holds
from derivations.engine.equation import EQUATIONS, Variable, Verdict
from derivations.engine.names import is_mere_name
from derivations.engine.prove import prove
from derivations.notation import *
from derivations.witnesses import special_cases
from derivations.witnesses.world import DIGITS, Law, World

PINNED = Path(__file__).with_name("axioms.txt")
ROOT = Path(__file__).parents[2]
AXIOMS = {e.id: e for e in all_axioms()}
DEFINITIONS = [e for e in AXIOMS.values() if e.chapter != "notation"]
FORMULAS = [(e, i) for e in AXIOMS.values() for i in range(len(e.claim))]
WITNESSES = {e.witness: e.witness for e in (*equations(), *AXIOMS.values()) if e.witness}
ROWS = {row.name: row for row in TABLE.values()}
every_axiom = pytest.mark.parametrize("axiom", AXIOMS.values(), ids=AXIOMS)


def test_every_witness_is_used():
    """A witness that no record and no row asks for measures nothing; a function that only helps others is none. What
    the special cases are for is tested with the lines that they confirm."""
    special = {name for name, w in measure.witnesses().items() if w.__module__ == special_cases.__name__}
    assert {w.__name__ for w in WITNESSES} | special == measure.witnesses().keys()


@pytest.mark.parametrize("name", measure.witnesses())
def test_every_witness_measures(name):
    """What it used and what it measured, as data, in each of its worlds; what it used lies where the table says."""
    found = measure.worlds(measure.witnesses()[name])
    assert len(found) == measure.WORLDS and all(seen for _, seen in found)
    with mp.workdps(DIGITS):
        for used, _ in found:
            values = {TABLE[q].name: _in_mpmath(v) for q, v in used.items() if q in TABLE and _is_a_number(v)}
            assert not [(n, v) for n, v in values.items() if not holds(ROWS[n], values)]


# ---- the list --------------------------------------------------------------------------------------------------


def test_the_axioms_are_a_closed_list_word_by_word():
    """Whoever adds an axiom, or changes what one says, says so in axioms.txt."""
    pinned = dict((part.split("\n")[0], part) for part in PINNED.read_text("utf-8").strip().split("\n\n"))
    found = listing()
    missing = "\n\n".join(text for id, text in found.items() if pinned.get(id) != text)
    assert not missing, f"not in {PINNED.name}, or otherwise there:\n\n{missing}"
    assert list(pinned) == list(found), f"in {PINNED.name}, and no axiom: {set(pinned) - set(found)}"
    assert len(DEFINITIONS) <= 100


def test_a_changed_formula_is_named(monkeypatch):
    record = EQUATIONS["gaussian_path.moments"]
    first, second = record.claim
    wrong = sp.Eq(first.lhs, 2 * first.rhs, evaluate=False)
    monkeypatch.setitem(record.__dict__, "claim", (wrong, second))
    assert listing()[record.id] not in PINNED.read_text("utf-8")
    assert "first_moment(t) = 2*data*alpha(t)" in listing()[record.id]


def test_what_passes_for_a_constant_is_said_to_be_one():
    """A parameter that callers give as a number is not differentiated: its row says that it stands still."""
    assert [row.name for row in TABLE.values() if row.scalar and row.rate != 0] == []


# ---- their witnesses -------------------------------------------------------------------------------------------


@every_axiom
def test_a_witness_measures_what_each_axiom_says(axiom):
    assert definition_failures(axiom, TABLE) == []
    assert axiom.witness is not None and (axiom.witness.__doc__ or "").strip()


def test_no_witness_knows_the_engine():
    for path in (ROOT / "derivations" / "witnesses").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(("derivations.engine", "derivations.mutation"))], path


def _in_mpmath(v):
    if isinstance(v, list):
        return [_in_mpmath(one) for one in v]
    if isinstance(v, arb_mat):
        return mp.matrix([[_in_mpmath(v[i, j]) for j in range(v.ncols())] for i in range(v.nrows())])
    mantissa, exponent = v.mid().man_exp()
    return mp.mpf(int(mantissa)) * mp.mpf(2) ** int(exponent)


def _is_a_number(v):
    return not isinstance(v[0] if isinstance(v, list) else v, sp.Basic | Law)


def test_the_scales_of_every_world_rise_and_fall_between_zero_and_one():
    with mp.workdps(DIGITS):
        for seed in range(200):
            world = World(seed)
            signal, left = ([f(mp.mpf(i) / 20) for i in range(21)] for f in (world.alpha, world.sigma))
            assert all(0 < a < b < 1 for a, b in itertools.pairwise(signal))
            assert all(1 >= a > b > 0 for a, b in itertools.pairwise(left))


# ---- the judge -------------------------------------------------------------------------------------------------


SLOW = ("marginals.moments_of_a_pair",)


@pytest.mark.parametrize(
    "axiom, i",
    [pytest.param(e, i, id=f"{e.id}-{i}", marks=pytest.mark.slow if e.id in SLOW else ()) for e, i in FORMULAS],
)
def test_half_as_much_again_and_the_other_sign_are_refused(axiom, i):
    """Of each formula, by its own witness; where it says zero, a third."""
    claim = axiom.claim[i]
    wrong = [claim.rhs * sp.Rational(3, 2), -claim.rhs] if claim.rhs != 0 else [sp.Rational(1, 3)]
    for right in wrong:
        spoiled = sp.Eq(claim.lhs, right, evaluate=False)
        assert not agreement(spoiled, axiom.where, measure.worlds(axiom.witness)) >= ENOUGH, right


def test_the_judge_says_what_is_wrong():
    record = EQUATIONS["marginals.two_points"]
    one, two, three = record.claim
    spoiled = dataclasses.replace(record, claim=(one, sp.Eq(two.lhs, two.rhs * 2, evaluate=False), three))
    (failure,) = prove(spoiled, TABLE).failures
    assert failure.startswith("marginal_density: the measured quantity agrees in ")
    unknown = dataclasses.replace(record, claim=(sp.Eq(one.lhs, -mean, evaluate=False),))
    assert "the witness gives it no value" in prove(unknown, TABLE).failures[0]
    bare = dataclasses.replace(record, witness=None)
    assert len(prove(bare, TABLE).failures) == 3 and "it is no mere name" in prove(bare, TABLE).failures[0]
    assert prove(record, TABLE).failures == []


def test_a_value_that_is_none_is_no_agreement():
    """Infinities and what is not a number agree with nothing, in whatever world they come."""
    record = EQUATIONS["gaussian_path.point"]
    (claim,) = record.claim

    for nothing in (mp.nan, mp.inf):

        def nowhere(world, nothing=nothing):
            return {data: mp.mpf(0), noise: mp.mpf(0), alpha: mp.mpf(1), sigma: mp.mpf(1)}, {x: nothing}

        (failure,) = definition_failures(dataclasses.replace(record, witness=nowhere), TABLE)
        assert failure == f"the witness has not measured: NotANumber: world 0: x is {'+inf' if nothing > 0 else 'nan'}"
        with_a_ball = [({data: arb(0), noise: arb(0), alpha: arb(1), sigma: arb(1)}, {x: arb(str(nothing))})]
        assert agreement(claim, (), with_a_ball) == float("-inf")
    for rest in (sp.sqrt(-1 - alpha**2), 1 / (sigma - sigma)):
        with sp.evaluate(False):
            spoiled = sp.Eq(claim.lhs, claim.rhs + 0 * rest)
        assert definition_failures(dataclasses.replace(record, claim=(spoiled,)), TABLE) != []


def test_an_integral_over_a_law_of_places_is_a_sum():
    coin = Law(((arb(3) / 4, {x: arb(2)}), (arb(1) / 4, {x: arb(-1)})))
    law = moving_density
    scene = definitions.scene({law: coin})
    assert definitions.value(sp.Integral(x**2 * law, (x, -sp.oo, sp.oo)), scene)[0] == 3.25
    with pytest.raises(ValueError, match="stands as a factor"):
        definitions.value(sp.Integral(x**2 * law**2, (x, -sp.oo, sp.oo)), scene)


def test_limits_and_integrals_up_to_a_place_are_evaluated():
    scene = definitions.scene({marginal_velocity: t**2 * data, data: arb(3), density_elsewhere: sp.exp(-(place**2))})
    (limit,) = definitions.value(sp.Limit(marginal_velocity, t, 1, "-"), scene)
    assert definitions._digits(limit, arb(3)) >= definitions.ENOUGH
    (half,) = definitions.value(sp.Integral(density_elsewhere, (place, -sp.oo, data)), scene)
    assert definitions._digits(half, arb.pi().sqrt() / 2 * (1 + arb(3).erf())) >= definitions.ENOUGH


# ---- mere names ------------------------------------------------------------------------------------------------


def name(id, output):
    record = EQUATIONS[id]
    (claim,) = (c for c in record.claim if c.lhs == output)
    return is_mere_name(record, claim, EQUATIONS.values(), TABLE)


def test_what_is_a_mere_name_and_what_is_not():
    assert name("ddim.euler_step", euler_difference)
    assert name("conventions.dpm_lambda", half_log_snr)
    assert not name("gaussian_path.point", x)  # it moves, says its row
    assert not name("ddim.euler_step", euler_x_s)  # another formula of the same definition rests on it
    assert not name("gaussian_path.half_variance_rate", half_variance_rate)  # others rest on it
    assert not name("schedules.linear_scales", alpha)  # a function, and every schedule constrains it
    assert not name("ddim.stretched_path", stretched_alpha)  # a function has values at other times, and a derivative
    assert not name("marginals.two_points", posterior_mean)  # the expectation of the data point
    assert not name("schedules.rescaled_signal", rescaled_alpha)


def test_a_name_promises_no_sign_that_its_formula_may_not_have():
    record = EQUATIONS["ddim.euler_step"]
    claim = sp.Eq(learned_variance, x, evaluate=False)
    others = [e for e in EQUATIONS.values() if e.id != "ddpm.interpolated_logarithm"]
    assert not is_mere_name(record, claim, others, TABLE)
    assert is_mere_name(record, sp.Eq(learned_variance, sp.exp(x), evaluate=False), others, TABLE)


def test_a_definition_without_a_witness_may_be_a_mere_name():
    record = EQUATIONS["conventions.dpm_lambda"]
    assert definition_failures(dataclasses.replace(record, witness=None), TABLE) == []


# ---- domains ---------------------------------------------------------------------------------------------------


def test_every_domain_of_the_table_is_understood():
    for row in TABLE.values():
        value = [mp.mpf(1) / 4] * 4 if row.axis == "component" else mp.mpf(1) / 4
        holds(row, {row.name: value})


@pytest.mark.parametrize(
    "domain, inside, outside",
    [
        ("real", -3, mp.inf),
        ("positive", 1, 0),
        ("nonnegative", 0, -1),
        ("[0, 1]", 1, 1.044),
        ("(0, 1]", 1, 0),
        ("[0, pi/2)", 0, 2),
        ("[0, 1], positive where it divides", 0, -0.1),
        ("real, not zero", -1, 0),
        ("1, 2, ...", 3, 2.5),
        ("1 .. K", 2, 9),
        ("at least beta_min", 5, 1),
        ("less than end", 1, 5),
        ("-1 or 1", -1, 0),
        ("real", 1, mp.nan),
    ],
)
def test_a_domain_is_read(domain, inside, outside):
    row = Variable(x, "x", "x", "", domain)
    others = {"K": 4, "beta_min": 3, "end": 4}
    assert holds(row, others | {"x": mp.mpf(inside)})
    assert not holds(row, others | {"x": mp.mpf(outside)})


def test_weights_add_up_to_one():
    row = Variable(x, "x", "x", "", "positive, with sum 1")
    assert holds(row, {"x": [mp.mpf(1) / 4, mp.mpf(3) / 4]})
    assert not holds(row, {"x": [mp.mpf(1) / 4, mp.mpf(1) / 4]})
    assert not holds(row, {"x": [mp.mpf(-1), mp.mpf(2)]})


@pytest.mark.parametrize("domain", ["between friends", "[0, 2]", "0 to 1", "positive, or so"])
def test_an_unknown_domain_is_refused(domain):
    with pytest.raises(UnknownDomain, match="no reader knows the domain"):
        holds(Variable(x, "x", "x", "", domain), {"x": mp.mpf(1)})


# ---- what is said of rows --------------------------------------------------------------------------------------


def test_every_rate_slope_and_expectation_is_listed():
    said = {
        (kind, row.name)
        for row in TABLE.values()
        for kind, value in (("rate", row.rate), ("slope", row.slope), ("expectation", row.expected))
        if value is not None
    }
    assert {tuple(e.name.split("_of_", 1)) for e in notation_axioms()} == said
    assert all(e.verdict is Verdict.DEFINED for e in notation_axioms())


def test_a_row_that_says_something_else_is_refused():
    rows = dict(TABLE) | {data: dataclasses.replace(TABLE[data], rate=velocity, expected=expected_noise)}
    wrong = {e.id: e for e in notation_axioms(rows)}
    for id in ("notation.rate_of_data", "notation.expectation_of_data"):
        assert definition_failures(wrong[id], rows) != []
    nobody = dict(TABLE) | {marginal_density: dataclasses.replace(TABLE[marginal_density], rate=0)}
    (unmeasured,) = (e for e in notation_axioms(nobody) if e.inputs == (marginal_density,))
    assert "no witness says what it means" in definition_failures(unmeasured, nobody)[0]
