"""Balls of sums and integrals: limits count, and a bound variable is nobody else's."""

import pytest
import sympy as sp
from flint import acb, arb, ctx, fmpq

from derivations.engine import balls
from derivations.notation import components, data, k, over_components, over_space, t, weight, x, x_2

LINE = (-sp.oo, sp.oo)


@pytest.fixture(autouse=True)
def precise():
    before, ctx.prec = ctx.prec, balls.BITS
    yield
    ctx.prec = before


def is_value(found, wanted, bits=100):
    return found.overlaps(arb(wanted)) and found.rad() < arb(2) ** -bits


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        (sp.Integral(x, (x, 0, 1)), fmpq(1, 2)),
        (sp.Integral(x**2, (x, -1, 2)), 3),
        (sp.Integral(x, (x, 1, 0)), fmpq(-1, 2)),
        (x * sp.Integral(x, (x, 0, 1)), fmpq(7, 2)),  # the outer x is 7
        (sp.Integral(x * data, (x, 0, data)), fmpq(27, 2)),  # data is 3
        (sp.Integral(x * x_2, (x, 0, x_2), (x_2, 0, 2)), 2),
        (sp.Integral(sp.Integral(x, (x, 0, x)), (x, 0, 1)), fmpq(1, 6)),
        (sp.Integral(sp.sqrt(x), (x, 0, 1)), fmpq(2, 3)),
        (sp.Integral(sp.Abs(x), (x, -1, 1)), 1),
        (sp.Sum(k, (k, 1, 4)), 10),
        (sp.Sum(k * weight, (k, 1, components)), 14),  # the weights are 1, 2, 3
        (sp.Sum(weight, (k, 2, 3)), 5),
        (sp.Sum(weight, (k, 2, components)), 5),
        (sp.Sum(k * x, (k, 3, 2)), 0),
        (over_components(weight * over_components(weight)), 36),
        (sp.Sum(weight * sp.Sum(weight, (k, 1, 2)), (k, 1, components)), 18),
    ],
    ids=str,
)
def test_limits_and_bound_variables(tree, wanted):
    point = {x: arb(7), data: arb(3), x_2: arb(5), k: arb(9), weight: [arb(1), arb(2), arb(3)]}
    assert is_value(balls.derived_value(tree, point), wanted, bits=40)


def test_over_the_line_in_one_variable_and_in_two():
    one, two = over_space(sp.exp(-(x**2))), over_space(sp.exp(-(x**2) - 2 * x_2**2), x, x_2)
    point = {x: arb(7)}
    assert abs(balls.evaluate(one, point) - arb.pi().sqrt()) < arb(2) ** -130
    assert abs(balls.evaluate(two, point) - arb.pi() / arb(2).sqrt()) < arb(2) ** -130


def test_what_is_no_real_number_is_not_finite():
    for tree in (sp.sqrt(x), sp.log(x), x**t, sp.asin(x), 1 / (x + 2), sp.Integral(sp.sqrt(x_2), (x_2, x, 0))):
        assert not balls.evaluate(tree, {x: arb(-2), t: arb(fmpq(1, 3))}).is_finite(), tree
    assert isinstance(balls.evaluate(sp.Integral(x, (x, 0, 1)), {}), arb)
    assert not isinstance(balls.evaluate(sp.Integral(x, (x, 0, 1)), {}), acb)


def test_sums_and_integrals_without_a_value():
    for tree in (sp.Sum(x, (k, 1, components)), sp.Integral(x, (x, 0, sp.oo)), sp.Sum(weight, (k, 1, 4))):
        with pytest.raises(TypeError):
            balls.evaluate(tree, {x: arb(1), components: arb(fmpq(5, 2)), weight: [arb(1), arb(2)]})
    assert balls.evaluate(sp.Sum(x, (k, 1, components)), {x: arb(2), components: arb(3)}) == 6


def test_the_sum_of_what_is_abstract_keeps_its_limits():
    density = sp.Function("p_k", positive=True)(k, x)
    point = {density: [x, 2 * x, 3 * x], x: arb(2)}
    assert balls.derived_value(sp.Sum(density, (k, 1, components)), point) == 12
    assert balls.derived_value(sp.Sum(density, (k, 2, 3)), point) == 10
    assert balls.derived_value(sp.Sum(density * x, (k, 1, 1)), point) == 4
    assert balls.derived_value(sp.Sum(k, (k, 1, 3)), {sp.Function("f")(x): x, x: arb(2)}) == 6
