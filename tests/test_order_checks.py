"""`check_order`: orders with their intervals, what is wrong with a step, and the plot."""

import io
import math

import numpy as np
import pytest
from scipy.stats import binom

import refimpl as ri
from refimpl.testing import check_order, plot_order
from refimpl.testing.orders import fitted
from tests.accuracy import accurate

GAUSSIAN = ri.MarginalField(
    ri.GaussianPath(ri.schedules.Trigonometric()), ri.Gaussian(np.array([0.5, -0.8]), np.diag([0.6, 0.1]))
)


def runge_kutta(nodes, inner, weights):
    """The step with this table of Butcher."""

    def step(predict, x, t, s):
        slopes = []
        for node, row in zip(nodes, inner, strict=True):
            slopes.append(
                predict(x + (s - t) * sum(a * k for a, k in zip(row, slopes, strict=False)), t + node * (s - t))
            )
        return x + (s - t) * sum(b * k for b, k in zip(weights, slopes, strict=True))

    return step


EULER = runge_kutta([0], [[]], [1])
HEUN = runge_kutta([0, 1], [[], [1]], [1 / 2, 1 / 2])
RALSTON = runge_kutta([0, 1 / 2, 3 / 4], [[], [1 / 2], [0, 3 / 4]], [2 / 9, 3 / 9, 4 / 9])
CLASSICAL = runge_kutta([0, 1 / 2, 1 / 2, 1], [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], [1 / 6, 1 / 3, 1 / 3, 1 / 6])


@pytest.mark.parametrize(("order", "step"), [(1, EULER), (2, HEUN), (3, RALSTON), (4, CLASSICAL)])
def test_the_order_is_measured_with_its_interval(order, step):
    found = check_order(step, expected=order).require()
    assert abs(found.details["order"] - order) < 0.02 and set(found.details["table"]) == {"Gaussian data", "a mixture"}
    for measured, half in found.details["orders"].values():
        assert abs(measured - order) < 0.02 and 0 < half < 0.02
    assert not check_order(step, GAUSSIAN, expected=order + 1)


WRONG = {
    "half a stage": (runge_kutta([0, 0], [[], [1]], [1 / 2, 1 / 2]), 2, "Stage 2 is asked at another time", {}),
    "weights": (
        runge_kutta([0, 1 / 2, 1 / 2, 1], [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], [1 / 6, 1 / 6, 1 / 3, 1 / 3]),
        4,
        "The condition of second order is broken: weights times nodes is 0.5833, not 1/2",
        {},
    ),
    "third order": (
        runge_kutta([0, 1 / 2, 1], [[], [1 / 2], [0, 1]], [1 / 4, 1 / 2, 1 / 4]),
        3,
        "A condition of third order is broken: weights times squared nodes",
        {},
    ),
    "one stage": (EULER, 2, "It is a method of one stage, Euler's method", {}),
    "the sum": (runge_kutta([0], [[]], [1 / 2]), None, "The weights of its stages add up to 0.5, not to 1", {}),
    "backwards": (runge_kutta([0], [[]], [-1]), None, "The steps run backwards", {}),
    "time": (
        lambda p, x, t, s: x + (s - t) * p(x, 1 - t),
        None,
        "Its time runs from data to noise: the network is asked at 1 - t",
        {},
    ),
    "nowhere": (lambda p, x, t, s: x, None, "It goes nowhere", {}),
    "another word": (EULER, None, "It follows the noise in the place of the velocity", {"predicts": "noise"}),
    "raises": (lambda p, x, t, s: 1 / 0, None, "It raises ZeroDivisionError with n = 2 steps", {}),
    "not finite": (lambda p, x, t, s: x / 0.0, None, "The points are not finite with n = 2 steps", {}),
    "unknown": (lambda p, x, t, s: x + 0.1 * (s - t) * np.abs(x), None, "No known mistake", {}),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_what_is_wrong_is_named(case):
    step, expected, phrase, options = WRONG[case]
    found = check_order(step, GAUSSIAN, expected, **options)
    assert not found and found.words.startswith(phrase), found.words
    with pytest.raises(AssertionError, match="order: "):
        found.require()


def test_other_words_directions_and_libraries():
    def ddim(predict, x, t, s):  # on the trigonometric path
        a, b, c, d = (f(math.pi / 2 * u) for u in (t, s) for f in (math.sin, math.cos))
        noise = predict(x, t)
        return c * (x - b * noise) / a + d * noise

    check_order(ddim, GAUSSIAN, expected=1, predicts="noise").require()
    check_order(HEUN, GAUSSIAN, expected=2, times=(0.9, 0.1)).require()
    check_order(EULER, expected=1, times=(0.0, 1.0)).require()
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def in_torch(predict, x, t, s):
        assert isinstance(x, torch.Tensor) and x.dtype == torch.float32
        return HEUN(lambda x, t: predict(x, torch.full((len(x), 1), t, dtype=x.dtype)), x, t, s)

    check_order(in_torch, GAUSSIAN, expected=2, dtype=torch.float32, backend="torch").require()


def test_an_exact_step_has_no_end_of_order_and_noise_has_none():
    exact = lambda p, x, t, s: GAUSSIAN.flow(x, t, s)  # noqa: E731
    assert "it is exact" in check_order(exact, GAUSSIAN, expected=7).require().words
    random = np.random.default_rng(0)
    rough = lambda p, x, t, s: GAUSSIAN.flow(x, t, s) + 1e-3 * (s - t) ** 2 * random.normal(size=x.shape)  # noqa: E731
    assert not check_order(rough, GAUSSIAN, expected=3)


def test_the_interval_covers_and_rounding_is_left_out():
    steps = [4, 8, 16, 32, 64, 128]
    errors = [5 * n**-2.0 for n in steps]
    fit = fitted("x", steps, [*errors[:4], 1e-12, 3e-12], 1e-10)
    assert fit.used == [True] * 4 + [False] * 2
    slope = lambda sizes: fitted("x", steps, [*sizes, 1e-12, 3e-12], 1e-10).order  # noqa: E731
    accurate(slope, 2, np.array(errors[:4]))
    covered, random = 0, np.random.default_rng(1)
    for _ in range(200):
        fit = fitted("x", steps, list(errors * np.exp(0.05 * random.normal(size=6))), 1e-10)
        covered += abs(fit.order - 2) <= fit.half_width
    assert covered >= binom.ppf(1e-6, 200, 0.98)  # the narrower of two intervals of 99 %; one false alarm in a million


def test_the_plot_is_drawn_with_its_slope():
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed: pip install refimpl[verify]")
    file = io.BytesIO()
    plot_order(check_order(HEUN, GAUSSIAN), file)
    assert file.getvalue().startswith(b"\x89PNG") and len(file.getvalue()) > 5000
    text = io.BytesIO()
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none", "savefig.format": "svg"}):
        plot_order(check_order(HEUN, GAUSSIAN), text)
    drawn = text.getvalue().decode()
    assert "Gaussian data" in drawn and "order 2.00" in drawn and "1/64" in drawn
    with pytest.raises(ValueError, match="`evidence` must be that of check_order"):
        plot_order(check_order(lambda p, x, t, s: 1 / 0), io.BytesIO())
