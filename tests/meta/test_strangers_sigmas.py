"""Strangers' samplers that count noise levels, sigma, in the place of times; the points are data + sigma noise."""

from itertools import pairwise

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import check_sampler
from tests.meta import A_MISTAKE

EDM = ri.schedules.EDM()
BOTH = ("noise", "v_prediction")


def of_sigmas(sigma):
    return ri.conventions.time_at_edm_sigma(EDM, sigma)


def karras_sigmas(n, smallest=0.02, largest=80.0, rho=7.0):
    ramp = np.arange(n) / max(n - 1, 1)
    return (largest ** (1 / rho) + ramp * (smallest ** (1 / rho) - largest ** (1 / rho))) ** rho


def heun(sigma_of_second_stage):
    """Heun's method with a network that was trained for v on c_in x, where c_in = 1 / sqrt(sigma² + 1)."""

    def denoised(v, x, sigma):
        return x / (sigma**2 + 1) - sigma / (sigma**2 + 1) ** 0.5 * v

    def run(predict, x, n, predicts):
        def to_d(output, x, sigma, at):
            if predicts == "noise":
                return output
            return (x - denoised(output, x, at)) / sigma

        sigmas = np.append(karras_sigmas(n), 0.0)
        for sigma, then in pairwise(sigmas):
            first = to_d(predict(x / (sigma**2 + 1) ** 0.5, sigma), x, sigma, sigma)
            moved = x + (then - sigma) * first
            if then:
                output = predict(moved / (then**2 + 1) ** 0.5, then)
                second = to_d(output, moved, then, then if sigma_of_second_stage == "next" else sigma)
                first = (first + second) / 2
            x = x + (then - sigma) * first
        return x

    def in_path(predict, x, n, predicts):
        """Their loop wants x / alpha."""
        first = karras_sigmas(n)[0]
        return run(predict, x * (first**2 + 1) ** 0.5, n, predicts)

    return in_path


PRESERVING = ri.schedules.Trigonometric()  # alpha² + sigma² = 1, without a table


def dpm_multistep(last):
    """Second-order multistep on denoised points, in the logarithm of sigma."""

    def run(model, x, n):
        sigmas = karras_sigmas(n)
        sigmas = np.append(sigmas, 0.0 if last == "zero" else sigmas[-1])
        old, old_h = None, None
        for i in range(n):
            denoised = model(x, sigmas[i])
            if sigmas[i + 1] == 0:
                x = denoised
                continue
            h = np.log(sigmas[i] / sigmas[i + 1])
            d = denoised if old is None else denoised + (denoised - old) * h / (2 * old_h)
            x = sigmas[i + 1] / sigmas[i] * x - np.expm1(-h) * d
            old, old_h = denoised, h if h else 1.0
        return x

    return run


LOOPS = {
    "row 7: second stage with the first sigma": (
        heun("first"),
        heun("next"),
        {
            "schedule": PRESERVING,
            "timestep": lambda sigma: ri.conventions.time_at_edm_sigma(PRESERVING, sigma),
            "predicts": BOTH,
        },
        ("Heun's second stage", "noise level of the first", "#1512"),
    ),
    "row 10: the last sigma is repeated": (
        dpm_multistep("repeated"),
        dpm_multistep("zero"),
        {"schedule": EDM, "timestep": of_sigmas, "predicts": "data"},
        ("last noise level is repeated", "noise of scale 0.02 is left", "#5689"),
    ),
}


@pytest.mark.parametrize("case", LOOPS, ids=str)
def test_the_mistake_is_named_and_the_right_one_passes(case):
    wrong, right, options, phrases = LOOPS[case]
    check_sampler(right, **options).require()
    found = check_sampler(wrong, **options)
    assert not found and found.statistic > A_MISTAKE
    assert all(phrase in found.words for phrase in phrases), found.words


def test_with_a_prediction_of_noise_the_second_stage_shows_nothing():
    """Why the mistake was there for so long."""
    options = LOOPS["row 7: second stage with the first sigma"][2] | {"predicts": ("noise",)}
    assert check_sampler(heun("first"), **options)
