"""Guards of what the engine does with sums over components and with integrals: each with the offence planted."""

from __future__ import annotations

import dataclasses

import pytest
import sympy as sp
from flint import arb, arb_mat, ctx

from derivations.engine import balls
from derivations.engine.board import Board, BoardError
from derivations.engine.calculus import interchanged
from derivations.engine.canonical import flint_equal
from derivations.engine.equation import EQUATIONS
from derivations.engine.print_latex import latex
from derivations.engine.prove import RESIDUAL_BITS, prove, rejected
from derivations.marginals import empirical_denoiser, mixture_covariance, responsibilities, tweedie
from derivations.notation import *


def board_of(record):
    return Board(record, TABLE)


def test_a_slope_that_forgets_what_depends_on_x():
    """Tweedie's formula in x: the score moves with x, too. Without its slope the covariance would not depend on it."""
    board = board_of(mixture_covariance)
    slope = board.slope(board.given(tweedie), x, "slope in x")
    assert sp.simplify(slope.rhs - (1 + sigma**2 * score_slope) / alpha) == 0
    assert slope.lhs == mean_slope


def test_recognising_some_of_the_factors_of_a_product():
    board = board_of(mixture_covariance)
    law = board.given(EQUATIONS["gaussian_path.density"], output=conditional_densities[1])
    steep = board.differentiate(law, x, "slope of the density")
    known = board.recognise(steep, law, reason="the density")
    assert not known.rhs.has(sp.exp)
    assert sp.simplify(known.rhs.subs(law.lhs, law.rhs) - steep.rhs) == 0
    other = board.given(EQUATIONS["gaussian_path.density"], output=conditional_densities[2])
    with pytest.raises(BoardError, match="nothing is recognised"):
        board.recognise(steep, other, reason="the density in three dimensions is not in it")


def test_the_one_derivative_of_a_line():
    board = board_of(tweedie)
    kernel = board.solve(board.given(EQUATIONS["gaussian_path.score"]), sp.Derivative, "the slope")
    assert kernel.lhs == conditional_density.diff(x)
    with pytest.raises(BoardError, match="expected one Derivative"):  # no derivative in the line: nothing to solve for
        board.solve(board.given(EQUATIONS["gaussian_path.point"]), sp.Derivative, "no slope")


def test_interchange_takes_out_what_is_constant_and_nothing_else():
    whole = (data, -sp.oo, sp.oo)
    split = interchanged(sp.Integral((x - alpha * data) * prior_density / sigma, whole))
    zeroth, first = sp.Integral(prior_density, whole), sp.Integral(data * prior_density, whole)
    assert sp.expand(split - x * zeroth / sigma + alpha * first / sigma) == 0
    summed = interchanged(sp.Integral(prior_density * sp.Sum(weight * component_prior, (k, 1, components)), whole))
    assert summed == sp.Sum(weight * sp.Integral(prior_density * component_prior, whole), (k, 1, components))
    squared = sp.Integral(sp.Sum(component_prior, (k, 1, components)) ** 2, whole)
    assert interchanged(squared) == squared  # a product of sums is not the sum of products
    plane = sp.Integral(data * data_2 * pair_prior, whole, (data_2, -sp.oo, sp.oo))
    assert interchanged(plane) == plane  # neither coordinate is a constant


def over(term):
    return sp.Sum(term, (k, 1, components))


def test_canonical_sums_of_terms_with_a_monomial_below():
    decay, rise = sp.exp(-squared_distance / sigma**2), sp.exp((1 - squared_distance) / sigma**2)
    assert flint_equal(over(decay * data_point) / over(decay), over(rise * data_point) / over(rise))
    assert not flint_equal(over(decay * data_point) / over(decay), over(rise * data_point) / over(decay))
    assert not flint_equal(over(data_point / weight), over(data_point * weight))
    assert flint_equal(over(data_point / weight), over(2 * data_point / weight) / 2)


def test_canonical_sums_of_fractions():
    below, rest = weight + sigma * data_point, weight - data_point
    assert flint_equal(over(alpha * x / below), x * over(1 / (weight / alpha + sigma / alpha * data_point)))
    assert flint_equal(over((weight**2 - data_point**2) / (rest * below)), over((weight + data_point) / below))
    assert flint_equal(over(x / below**2) - over(-sigma / below**2), (x + sigma) * over(1 / below**2))
    assert not flint_equal(over(1 / below), over(1 / below**2))
    assert not flint_equal(over(1 / below), over(1 / rest))
    assert not flint_equal(over(weight / below), weight * over(1 / below))
    assert not flint_equal(over(1 / below), 1 / over(below))


def test_canonical_integrals_over_the_plane_keep_both_variables_inside():
    one, other = (
        sp.Integral(f * pair_prior, (data, -sp.oo, sp.oo), (data_2, -sp.oo, sp.oo)) for f in (data * data_2, data)
    )
    assert not flint_equal(one, data_2 * other)


def test_a_value_for_each_component():
    point = {weight: [arb(1), arb(2), arb(5)], component_density: [arb(3), arb(1), arb(1)]}
    with ctx.workprec(balls.BITS):
        value = balls.value(responsibilities.claim[0], (), point)
        shares = [arb(3) / 10, arb(2) / 10, arb(5) / 10]
        assert isinstance(value, arb_mat)
        assert max(map(balls.relative_gap, value.entries(), shares)) < RESIDUAL_BITS
    inside = over(weight * (component_density - over(weight * component_density)))  # a sum in a sum sees all of them
    total, mass = arb(3 + 2 + 5), arb(8)
    assert balls.evaluate(inside, point) == total - mass * total


def test_a_claim_that_is_wrong_in_each_component_by_the_same_factor():
    (claim,) = responsibilities.claim
    with sp.evaluate(False):
        spoiled = dataclasses.replace(responsibilities, claim=(sp.Eq(claim.lhs, 2 * claim.rhs),))
    proof = prove(spoiled, TABLE)
    assert proof.verdict is None and any("not proved" in failure for failure in proof.failures)


def test_the_mean_of_all_forgotten_in_the_covariance():
    """Only the spread within the components: seen by the balls, by both provers, and by the measured covariance."""
    within = EQUATIONS["marginals.mixture_covariance"].claim[0]
    with sp.evaluate(False):
        only = sp.Eq(
            within.lhs,
            over(weight * component_density * component_pair_covariance) / over(weight * component_density),
        )
    miss = next(iter(responsibilities.near_misses.values()))
    ways = rejected(mixture_covariance, dataclasses.replace(miss, wrong=only), TABLE)
    assert ways == {"balls": True, "provers": True, "witness": True}


def test_beside_a_component_sums_run_over_another_index():
    text = latex(responsibilities.claim[0], TABLE)
    assert text == r"\gamma_k(x_t) = \frac{w_k p_k(x_t)}{\sum_{j=1}^{K} w_j p_j(x_t)}"
    assert r"\sum_{k=1}^{K}" in latex(empirical_denoiser.claim[0], TABLE)
    assert latex(EQUATIONS["marginals.moments_of_a_pair"].claim[0], TABLE).endswith(r"\, dx_1 \, dx_1^{(2)}")
