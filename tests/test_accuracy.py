"""What decides in all other tests how far two values may differ: it knows conditioning, and it can say no."""

import numpy as np
import pytest

from tests.accuracy import (
    PARTIES,
    ROUNDINGS,
    STEP,
    accurate,
    agree,
    chained,
    close,
    condition,
    in_balls,
    is_rate_of,
    slope,
    within,
)

X = np.array([1.5, -2.25, 3.0])
BY_DIFFERENCES = ROUNDINGS * float(np.finfo(float).eps) / STEP  # what a difference quotient knows of a condition number


def test_a_condition_number_is_the_sum_over_all_inputs():
    found = condition(lambda x, y: x - y, 3.0, 2.75)
    assert found == pytest.approx(0.25 + 3 + 2.75, rel=BY_DIFFERENCES)
    found = condition(lambda x: np.prod(x), X)
    assert found == pytest.approx(4 * abs(np.prod(X)), rel=BY_DIFFERENCES)
    found = condition(lambda x: x.sum(), np.ones(10 * PARTIES))
    assert 1.5 * 10 * PARTIES < found <= 2 * 10 * PARTIES * (1 + BY_DIFFERENCES)  # never more than the sum
    found = condition(lambda x: 2 * x, 1.0, sizes=(100.0,))
    assert found == pytest.approx(2 + 200, rel=BY_DIFFERENCES)  # an input that was computed, and badly


def test_steps_carry_on_what_came_before():
    assert chained([lambda x: 10 * x, lambda x: x - 10], 1.0) == pytest.approx([1, 20, 20], rel=BY_DIFFERENCES)


@pytest.mark.parametrize("mistake", [1e-13, -1e-13, np.nan, np.inf])
def test_a_mistake_of_a_few_hundred_roundings_is_seen(mistake):
    with pytest.raises(AssertionError, match="off by"):
        accurate(lambda x: np.exp(x) * (1 + mistake), np.exp, X)
    with pytest.raises(AssertionError, match="off by"):
        agree(lambda x: x**2, lambda x: x * x * (1 + mistake), X)
    accurate(np.exp, np.exp, X)


def test_noise_does_not_excuse_itself_nor_does_an_infinite_bound():
    random = np.random.default_rng(0)
    with pytest.raises(AssertionError, match="off by"):
        accurate(lambda x: x * (1 + 1e-12 * random.standard_normal(3)), lambda x: x, X)
    with pytest.raises(AssertionError, match="off by"):
        within(1.0, 2.0, np.inf)
    within(np.inf, np.inf, 0)


def test_cancellation_is_allowed_what_it_costs_and_no_more():
    x = 1 + 2.0**-30
    cancelled, exact = np.sqrt(x) - 1, in_balls(lambda x: np.sqrt(x) - 1, x)
    close(cancelled, exact, condition(lambda x: np.sqrt(x) - 1, x))
    with pytest.raises(AssertionError, match="off by"):
        close(cancelled * (1 + 1e-4), exact, condition(lambda x: np.sqrt(x) - 1, x))
    with pytest.raises(AssertionError, match="off by"):
        close(cancelled, exact, exact)


def test_rates():
    value, allowed = slope(np.sin, X)
    assert np.all(np.abs(value - np.cos(X)) <= allowed) and np.all(allowed < 1e-10)
    with pytest.raises(AssertionError, match="off by"):
        is_rate_of(lambda x: np.cos(x) * (1 + 1e-9), np.sin, X)
