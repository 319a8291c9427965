"""One step of a stranger's sampler: the noise levels that go in and come out are measured, and mistakes named."""

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import check_step
from tests.meta import A_MISTAKE

BETAS = np.linspace(1e-4, 0.02, 1000)
TABLE = ri.schedules.Discrete(BETAS)
ALPHAS_CUMPROD = np.cumprod(1 - BETAS)
VP = ri.schedules.VariancePreserving()


def timestep(t):
    return round(1000 * (1 - t)) - 1


def ddim(eps, x, at, to):
    a, b = (ALPHAS_CUMPROD[k] if k >= 0 else 1.0 for k in (at, to))
    return (b / a) ** 0.5 * (x - (1 - a) ** 0.5 * eps) + (1 - b) ** 0.5 * eps


def inversion_step(assumes_previous):
    """Towards noise, a hundred timesteps at a time, from or to the timestep that it is told."""

    def step(eps, x, t, s):
        told = timestep(t)
        return ddim(eps, x, told - 100, told) if assumes_previous else ddim(eps, x, told, told + 100)

    return step


def towards_data(stride):
    return lambda eps, x, t, s: ddim(eps, x, timestep(t), timestep(t) - stride if stride else timestep(s))


def ancestral(kind):
    """Any schedule, from alpha and sigma at both times; the network predicts the data."""

    def step(data, x, t, s, normal):
        a, sigma, b, tau = VP.alpha(t), VP.sigma(t), VP.alpha(s), VP.sigma(s)
        ratio = a / b
        fresh = tau / sigma * (sigma**2 - (ratio * tau) ** 2) ** 0.5
        noise = (x - a * data) / sigma
        if kind == "noise alone":
            return b * data + tau * noise + fresh * normal(x)
        if kind == "total variance":
            return b * data + fresh * normal(x)
        return b * data + (tau**2 - fresh**2) ** 0.5 * noise + fresh * normal(x)

    return step


def of_velocity(sign):
    return lambda v, x, t, s: x + sign * (s - t) * v


INVERSION = [(1 - k / 1000, 1 - (k + 100) / 1000) for k in (201, 301, 501)]
FALLING = [(0.2, 0.4), (0.4, 0.7), (0.7, 0.85)]
CASES = {
    "row 14: inversion is told the time where it ends": (
        inversion_step(assumes_previous=True),
        inversion_step(assumes_previous=False),
        {"schedule": TABLE, "times": INVERSION},
        ("The noise level that goes into a step is another", "#10695"),
    ),
    "row 5: always the same stride": (
        towards_data(stride=200),
        towards_data(stride=None),
        {"schedule": TABLE, "times": FALLING},
        ("lands at the time of another grid point", "#11347"),
    ),
    "row 24: noise on top": (
        ancestral("noise alone"),
        ancestral("right"),
        {"schedule": VP, "predicts": "data", "stochastic": True},
        ("Noise without the drift correction", "zea PR #551"),
    ),
    "row 26: var_dash": (
        ancestral("total variance"),
        ancestral("right"),
        {"schedule": VP, "predicts": "data", "stochastic": True},
        ("variance of the path stands in the mean", "shepherd PR #14"),
    ),
    "row 25: backwards": (
        of_velocity(-1),
        of_velocity(1),
        {"schedule": ri.schedules.Linear(), "predicts": "velocity"},
        ("The steps run backwards", "rectified-flow-pytorch #14"),
    ),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_mistake_is_named_and_the_right_one_passes(case):
    wrong, right, options, phrases = CASES[case]
    passed = check_step(right, **options).require()
    for _, t_to, measured in passed.details["levels"]:
        assert abs(measured - t_to) <= passed.threshold
    found = check_step(wrong, **options)
    assert not found and found.statistic > A_MISTAKE
    assert all(phrase in found.words for phrase in phrases), found.words


def test_the_levels_of_an_inversion_are_measured():
    """The convention behind the question whether the step belongs to t or to t + 1."""
    found = check_step(inversion_step(assumes_previous=True), TABLE, times=[(1 - 301 / 1000, 1 - 401 / 1000)])
    assert "asked for t = 0.699 to t = 0.599, it takes x to be at t = 0.799 and gives it at t = 0.699" in found.words


def test_an_unknown_mistake_is_described():
    found = check_step(lambda eps, x, t, s: 0.9 * x + 0.3 * eps, VP)
    assert "No known mistake" in found.words and "it returns 0.9 x + 0.3 prediction" in found.words
