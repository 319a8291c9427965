"""What is no finite number, or was not compared, proves nothing: in balls, worlds, claims, stable forms, limits."""

from __future__ import annotations

import itertools

import mpmath as mp
import pytest
import sympy as sp

from derivations import witnesses
from derivations.engine import balls, measure
from derivations.engine.equation import Limit, Verdict
from derivations.engine.prove import points as compared_at
from derivations.notation import *
from tests.meta.planting import known, planted, scratch, verdict  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("scratch")
INPUTS = [data, noise, dalpha, dsigma, alpha]


def motion(board):
    return board.differentiate(board.given(known("gaussian_path.point")), t, "velocity")


def right():
    return dalpha * data + dsigma * noise


def record(claim=right, **fields):
    return planted(motion, velocity, claim, inputs=INPUTS, **fields)


def test_what_is_finite_passes():
    found = verdict(record())
    assert found.verdict is Verdict.PROVED and found.failures == []


NO_NUMBER = {
    "the root of a negative number": lambda: sp.sqrt(-1 - alpha),
    "the logarithm of a negative number": lambda: sp.log(alpha - 2),
    "a division by nothing": lambda: 1 / (alpha - alpha),
}


@pytest.mark.parametrize("what", NO_NUMBER)
def test_a_claim_without_a_value(what):
    with sp.evaluate(False):
        spoiled = right() + 0 * NO_NUMBER[what]()
    found = verdict(record(lambda: spoiled))
    assert found.verdict is None
    assert any("the claim about velocity at point 0 is not a finite number" in f for f in found.failures)
    assert any("the claim about velocity in world 0 is not a finite number" in f for f in found.failures)


@pytest.mark.parametrize("what", NO_NUMBER)
def test_a_stable_form_without_a_value(what):
    with sp.evaluate(False):
        spoiled = sp.Eq(velocity, right() + 0 * NO_NUMBER[what]())
    found = verdict(record(stable=lambda: spoiled))
    assert found.verdict is not Verdict.PROVED
    assert any("stable form of velocity at point 0 is not a finite number" in f for f in found.failures)


def changed(where, value):
    """A witness that measures something else in one of its worlds, the first or the second."""
    turns = itertools.count()

    def witness(world):
        used, measured = witnesses.moving_point(world)
        if next(turns) == where:
            measured = dict(measured)
            measured.pop(velocity) if value is None else measured.update({velocity: value})
        return used, measured

    return witness


@pytest.mark.parametrize("value", [mp.nan, mp.inf, -mp.inf])
@pytest.mark.parametrize("where", [0, 1])
def test_a_world_with_a_value_that_is_no_number(value, where):
    found = verdict(record(witness=changed(where, value)))
    assert found.verdict is None
    assert any("no witness says" in f and "velocity is" in f for f in found.failures)


@pytest.mark.parametrize("where", [0, 1])
def test_a_world_that_measures_nothing_is_not_passed_over(where):
    found = verdict(record(witness=changed(where, None)))
    assert any("the witness does not measure velocity in world" in f for f in found.failures)


def test_a_witness_that_breaks_down():
    def broken(world):
        raise ZeroDivisionError("nothing to divide by")

    assert any("nothing to divide by" in f for f in verdict(record(witness=broken)).failures)


def test_no_world_and_no_point(monkeypatch):
    monkeypatch.setattr(measure, "WORLDS", 0)
    found = verdict(record(witness=changed(0, mp.mpf(1))))
    assert any("the witness has no world" in f for f in found.failures)
    monkeypatch.setattr(balls, "points", lambda *_, **__: [])
    with pytest.raises(ValueError, match="no point at which"):
        compared_at(record(id="gaussian_path.planted_too"), TABLE)


LIMITS = {
    "is declared infinite": (sp.log(t), Limit(velocity, 1, "-", sp.oo), "declared oo, found 0"),
    "is infinite": (1 / t, Limit(velocity, 0, "+", sp.S.Zero), "declared 0, found oo"),
    "is no number": (sp.log(t - 2), Limit(velocity, 1, "-", sp.S.Zero), "the numbers next to it|declared 0, found"),
    "is from nowhere": (t, Limit(velocity, 1, "both", sp.S.One), "from above or from below"),
}


@pytest.mark.parametrize("offence", LIMITS)
def test_a_limit_that(offence):
    from derivations.engine.prove import limit_error

    claim, limit, complaint = LIMITS[offence]
    spoiled = planted(motion, velocity, claim, inputs=[t], limits=[limit])
    assert any(word in limit_error(spoiled, limit) for word in complaint.split("|"))


def test_lines_are_added():
    """The end points from the point and its velocity: a combination with quantities for coefficients."""

    def derivation(board):
        place, moves = board.given(known("gaussian_path.point")), motion(board)
        mixed = board.combine(place, moves, coefficients=[dsigma, sigma], reason="the noise cancels, but for its sign")
        assert mixed.lhs == dsigma * x + sigma * velocity
        less = board.combine(moves, place, coefficients=[1, -2], reason="one less the other, twice")
        assert less.rhs == dalpha * data + dsigma * noise - 2 * (alpha * data + sigma * noise)
        return board.solve(less, velocity, "solved")

    combined = planted(derivation, velocity, right, inputs=INPUTS)
    from derivations.engine.board import derive

    assert sp.expand(derive(combined, TABLE)[0][0].rhs - (right() - 2 * (alpha * data + sigma * noise) + 2 * x)) == 0


@pytest.mark.parametrize("end", [t, alpha, 1 - alpha])
def test_a_stable_form_that_differs_where_a_domain_ends(end):
    """What is nothing inside and one at the end is seen at the end alone."""
    with sp.evaluate(False):
        spoiled = sp.Eq(velocity, right() + 0**end)
    found = verdict(record(stable=lambda: spoiled)).failures
    place = f"alpha(t) = {0 if end == alpha else 1}" if end.has(alpha) else "t = 0"
    assert [f for f in found if "differ" in f] == [f"claim and stable form of velocity differ at {place}"]
