"""Strangers' training pairs: which end is data, what the target is, and whether its sign fits the path."""

import numpy as np
import pytest

from refimpl.testing import probe_conventions

BETAS = np.linspace(1e-4, 0.02, 1000)
ALPHAS_CUMPROD = np.cumprod(1 - BETAS)


def straight(data_at_one, target):
    """A straight path; the target is minus or plus the difference of its ends."""

    def pair(x_data, x_noise, t):
        t = t if data_at_one else 1 - t
        return t * x_data + (1 - t) * x_noise, target * (x_data - x_noise)

    return pair


def ddpm(target):
    def pair(x0, eps, t):
        bar = ALPHAS_CUMPROD[int(t)]
        a, s = bar**0.5, (1 - bar) ** 0.5
        return a * x0 + s * eps, {"epsilon": eps, "sample": x0, "v": a * eps - s * x0, "half": 0.5 * eps}[target]

    return pair


def edm(x0, eps, sigma):
    return x0 + sigma * eps, -eps / sigma


SAID = {
    "rectified flow": (straight(True, 1), (0, 1), 1, "velocity", "linear"),
    "data at t = 0": (straight(False, -1), (0, 1), 0, "velocity", "linear"),
    "epsilon": (ddpm("epsilon"), (0, 999), 0, "noise", "variance preserving"),
    "sample": (ddpm("sample"), (0, 999), 0, "data", "variance preserving"),
    "v": (ddpm("v"), (0, 999), 0, "v_prediction", "variance preserving"),
    "the score in sigma": (edm, (0.01, 80), 0.01, "score", "variance exploding"),
}


@pytest.mark.parametrize("case", SAID, ids=str)
def test_conventions_are_measured(case):
    pair, times, data_at, target, path = SAID[case]
    found = probe_conventions(pair, times=times).require()
    assert (found.details["data_at"], found.details["target"]) == (data_at, target)
    assert found.details["path"].startswith(path)
    assert f"Data are at t = {data_at:g}" in found.words


@pytest.mark.parametrize("data_at_one", [True, False])
def test_row_25_a_velocity_of_the_opposite_sign(data_at_one):
    sign = -1 if data_at_one else 1
    found = probe_conventions(straight(data_at_one, sign))
    assert not found and found.details["target"] == "-velocity"
    assert "opposite sign of the velocity" in found.words and "splitmeanflow #2" in found.words


def test_a_target_that_is_none_of_the_five():
    found = probe_conventions(ddpm("half"), times=(0, 999))
    assert not found and "none of the five predictions: 0 data + 0.5 noise" in found.words
