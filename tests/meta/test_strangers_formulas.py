"""Strangers' formulas, in their own words, held against the registry: each mistake is called by its name."""

import numpy as np
import pytest

from refimpl import equations
from refimpl.testing import NonConformance, assert_conforms
from refimpl.testing.points import _ASSUMPTIONS, batches, binding

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


# ---- row 3 and row 9: variances of a reverse step ------------------------------------------------------------------


def learned_range(interpolate):
    def variance(share, alpha_t, sigma_t, alpha_s, sigma_s):
        kernel = sigma_t**2 - (alpha_t / alpha_s * sigma_s) ** 2
        largest, smallest = kernel, kernel * sigma_s**2 / sigma_t**2
        return interpolate(share, largest, smallest)

    return variance


def logarithms(share, largest, smallest):
    return np.exp(share * np.log(largest) + (1 - share) * np.log(smallest))


def variances(share, largest, smallest):
    return share * largest + (1 - share) * smallest


def fixed_large(log):
    def variance(alpha_t, sigma_t, alpha_s, sigma_s):
        beta = sigma_t**2 * (1 - (alpha_t * sigma_s / (alpha_s * sigma_t)) ** 2)
        return np.log(beta) if log else beta

    return variance


def skipped(all_of_it):
    """The noise of two steps in one, from the factors and deviations of both."""

    def steps(first_factor, first_deviation, next_factor, next_deviation):
        kept = next_factor * first_deviation if all_of_it else 0.0
        return first_factor * next_factor, np.hypot(kept, next_deviation)

    return steps


# ---- row 26, row 25, row 24 ----------------------------------------------------------------------------------------


def denoising_step(total):
    """x_{t-1} = x / a - sigma² / (a sigma_dash) eps, in which sigma is of the step and sigma_dash of the path."""

    def mean(x, eps, alpha_t, sigma_t, alpha_s, sigma_s):
        a = alpha_t / alpha_s
        var_dash = sigma_t**2
        sigma_squared = var_dash - a**2 * sigma_s**2
        return x / a - (var_dash if total else sigma_squared) / (a * sigma_t) * eps

    return mean


def score_of_flow(extra=False, sign=1.0):
    """From u = a x + b score with a = alpha'/alpha and b = a sigma² - sigma sigma'."""

    def score(x, u, alpha, sigma, d_alpha, d_sigma):
        a = d_alpha / alpha
        b = a * sigma**2 - d_sigma * sigma
        return sign * (u - a * x) / b * (sigma**2 / 2 if extra else 1.0)

    return score


def teacher(sign):
    """In PyTorch: the velocity of a path from data at t = 0 to noise at t = 1."""

    def velocity(data, noise, dalpha_t, dsigma_t):
        return sign * torch.add(dsigma_t * noise, dalpha_t * data)

    return velocity


def sde_drift(weight):
    def drift(marginal_velocity, marginal_score, sampler_diffusion):
        return marginal_velocity + weight * sampler_diffusion * marginal_score

    return drift


def ddim_of_data(careful):
    def step(x, pred_original_sample, alpha_t, sigma_t, alpha_s, sigma_s):
        eps = (x - alpha_t * pred_original_sample) / sigma_t if careful else pred_original_sample
        return alpha_s * pred_original_sample + sigma_s * eps

    return step


STRANGERS = {
    "row 3: a logarithm for the variance": (
        "ddpm.fixed_large",
        fixed_large(log=True),
        fixed_large(log=False),
        ("logarithm handed out as the variance", "#14569"),
    ),
    "row 6: data used as noise": (
        "gaussian_path.conditional_flow",
        ddim_of_data(careful=False),
        ddim_of_data(careful=True),
        ("data taken for the noise", "#1486"),
    ),
    "row 9: variances interpolated": (
        "ddpm.learned_range",
        learned_range(variances),
        learned_range(logarithms),
        ("variances interpolated", "PR #2090"),
    ),
    "row 9: the noise of one row of the table": (
        "ddpm.skipped_steps",
        skipped(all_of_it=False),
        skipped(all_of_it=True),
        ("noise of the last step alone", "PR #3006"),
    ),
    "row 24: noise without drift": (
        "sdes.extension",
        sde_drift(0.0),
        sde_drift(0.5),
        ("noise without drift", "zea PR #551"),
    ),
    "row 24: one half lost": ("sdes.extension", sde_drift(1.0), sde_drift(0.5), ("one half lost", "REPA #52")),
    "row 25: teacher and student of opposite sign": (
        "gaussian_path.velocity",
        teacher(-1.0),
        teacher(1.0),
        ("Its sign is flipped",),
    ),
    "row 26: var_dash for sigma squared": (
        "ddpm.posterior_mean_from_noise",
        denoising_step(total=True),
        denoising_step(total=False),
        ("all the noise removed in one step", "shepherd"),
    ),
    "row 26: extra half of sigma squared": (
        "conversions.score_from_velocity",
        score_of_flow(extra=True),
        score_of_flow(),
        ("extra half of the noise variance", "iap-diffusion-labs #11"),
    ),
    "row 26: sign of the score": (
        "conversions.score_from_velocity",
        score_of_flow(sign=-1.0),
        score_of_flow(),
        ("sign", "lebellig/flow-matching #2"),
    ),
}


@pytest.mark.parametrize("case", STRANGERS, ids=str)
def test_the_mistake_is_named_and_the_right_one_passes(case):
    id, wrong, right, phrases = STRANGERS[case]
    assert assert_conforms(right, id, edges=False).statistic < 1
    with pytest.raises(NonConformance) as caught:
        assert_conforms(wrong, id, edges=False)
    assert all(phrase in caught.value.diagnosis for phrase in phrases), caught.value.diagnosis


def test_points_keep_the_assumptions_that_bind_several_arguments():
    """A logarithm of a variance has no value where a step adds noise that is assumed to take it away."""
    met = dict.fromkeys(_ASSUMPTIONS.values(), 0)
    for equation in equations():
        for gap in binding(dict(equation.entry)):
            for batch in batches(dict(equation.entry), 1, "float64"):
                if not batch.edge:
                    assert np.all(gap(batch.values) > 0), equation.id
                    met[gap] += 1
    assert all(met.values())
