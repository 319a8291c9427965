"""Strangers' sampling loops that draw noise: each with one mistake of the field's libraries, and its right counterpart.

Their laws are read off exactly: the loop is given its noise.
"""

from itertools import pairwise

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import check_sampler
from tests.meta import A_MISTAKE

BETAS = np.linspace(1e-4, 0.02, 1000)
TABLE = ri.schedules.Discrete(BETAS)
ALPHAS_CUMPROD = np.cumprod(1 - BETAS)
COSINE = np.cos((np.arange(1001) / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2
FLOW = ri.schedules.Linear()
EDM = ri.schedules.EDM()


def of_integers(k):
    return 1 - (k + 1) / 1000


# ---- ancestral sampling in integer timesteps -----------------------------------------------------------------------


def ddpm(variance_type="fixed_small", mistake=None):
    """The posterior of a step that may skip rows of the table."""

    def run(predict, x, n, normal):
        timesteps = np.round(np.arange(1000, 0, -1000 / n)).astype(int) - 1
        for i, t in enumerate(timesteps):
            prod = ALPHAS_CUMPROD[t]
            prod_prev = ALPHAS_CUMPROD[timesteps[i + 1]] if i + 1 < n else 1.0
            alpha = prod / prod_prev
            beta = BETAS[t] if mistake == "beta of the table, everywhere" else 1 - alpha
            original = (x - (1 - prod) ** 0.5 * predict(x, t)) / prod**0.5
            if mistake == "beta of the table, everywhere":
                alpha = 1 - beta
            mean = prod_prev**0.5 * beta / (1 - prod) * original + alpha**0.5 * (1 - prod_prev) / (1 - prod) * x
            if mistake == "var_dash":
                mean = (x - (1 - prod) / (1 - prod) ** 0.5 * predict(x, t)) / alpha**0.5
            if mistake == "beta of the table":
                beta = BETAS[t]
            variance = (1 - prod_prev) / (1 - prod) * beta
            if variance_type == "fixed_large_log":
                log_variance = np.log(beta)
                deviation = np.exp(0.5 * log_variance) if mistake is None else np.sqrt(log_variance)
            else:
                deviation = variance**0.5
            x = mean + (deviation * normal(x) if i + 1 < n else 0.0)
        return x

    return run


def ddpm_cosine(first_row):
    """Ancestral sampling on the cosine table: `alphas_cumprod` with, or without, the row that has no noise."""
    table = COSINE / COSINE[0]
    table = table[:-1] if first_row else table[1:]
    betas = np.clip(1 - table / np.append(1.0, table[:-1]), 0, 0.999)
    table = np.cumprod(1 - betas)

    def run(predict, x, n, normal):
        timesteps = np.round(np.arange(1000, 0, -1000 / n)).astype(int) - 1
        timesteps[1:] = timesteps[1:] // 1000 if n == 2 else timesteps[1:]
        for i, t in enumerate(timesteps):
            prod, prod_prev = table[t], table[timesteps[i + 1]] if i + 1 < n else 1.0
            original = (x - (1 - prod) ** 0.5 * predict(x, t)) / prod**0.5
            beta = 1 - prod / prod_prev
            x = (
                prod_prev**0.5 * beta / (1 - prod) * original
                + (prod / prod_prev) ** 0.5 * (1 - prod_prev) / (1 - prod) * x
            )
            if i + 1 < n:
                x = x + ((1 - prod_prev) / (1 - prod) * beta) ** 0.5 * normal(x)
        return x

    return run, ri.schedules.Discrete(np.maximum(betas, 1e-30))


# ---- flow matching with noise: data at t = 0, x_t = (1 - t) data + t noise -----------------------------------------


def flow_sde(drift=1.0, draw="normal"):
    """Euler-Maruyama with squared diffusion t; the velocity is noise - data, the score - noise / t."""

    def run(predict, x, n, normal):
        dt = 1 / n
        for i in range(n):
            t = 1 - i * dt
            velocity = -predict(x, t)
            noise = x + (1 - t) * velocity
            z = normal(x) * normal(x) if draw == "a product" else normal(x)
            x = x - dt * velocity - drift * 0.5 * dt * noise + (t * dt) ** 0.5 * z
        return x

    return run


# ---- samplers of second order in sigma -----------------------------------------------------------------------------


def sigmas_of(n):
    return np.append(np.geomspace(80, 0.002, n), 0.0)


def solver_of_the_reverse_sde(denoise, x, n, normal):
    """Multistep: the exponential integrator of the reverse SDE, with the slope of the last two denoised points."""
    sigmas, old, h_last = sigmas_of(n), None, None
    for sigma, then in pairwise(sigmas):
        denoised = denoise(x, sigma)
        if then == 0:
            return denoised
        h = np.log(sigma / then)
        step = -np.expm1(-2 * h)
        x = then / sigma * np.exp(-h) * x + step * denoised
        if old is not None:
            x = x + 0.5 * step * (denoised - old) * h / h_last
        x = x + then * step**0.5 * normal(x)
        old, h_last = denoised, h
    return x


def ancestral_of_second_order(denoise, x, n, normal):
    """A midpoint method between ancestral steps: down to a lower level, and up again with noise."""

    def ancestral(x, denoised, sigma, then):
        up = then * (1 - (then / sigma) ** 2) ** 0.5
        down = then**2 / sigma
        return denoised + down / sigma * (x - denoised) + up * normal(x)

    sigmas = sigmas_of(n)
    for sigma, then in pairwise(sigmas):
        denoised = denoise(x, sigma)
        if then == 0:
            return denoised
        middle = (sigma * then) ** 0.5
        x = ancestral(x, denoise(ancestral(x, denoised, sigma, middle), middle), sigma, then)
    return x


IN_TABLE = {"schedule": TABLE, "timestep": of_integers, "stochastic": True}
IN_FLOW = {
    "schedule": FLOW,
    "timestep": lambda t: 1 - t,
    "predicts": "velocity",
    "stochastic": True,
    "exact": False,
    "steps": (25, 50, 100),
}
COSINE_WRONG, COSINE_TABLE_WRONG = ddpm_cosine(first_row=True)
COSINE_RIGHT, COSINE_TABLE = ddpm_cosine(first_row=False)
NOISY = {
    "row 3: the root of a log variance": (
        ddpm("fixed_large_log", "root of a logarithm"),
        ddpm("fixed_large_log"),
        IN_TABLE | {"exact": False, "steps": (50, 250)},
        ("root of a log variance", "#14569"),
    ),
    "row 9: beta of the table when steps are skipped, in the variance": (
        ddpm(mistake="beta of the table"),
        ddpm(),
        IN_TABLE,
        ("the posterior is that of one row of the table, though steps are skipped", "PR #3006"),
    ),
    "row 9: beta of the table when steps are skipped, in mean and variance": (
        ddpm(mistake="beta of the table, everywhere"),
        ddpm(),
        IN_TABLE,
        ("Mean and variance of the posterior are those of one row of the table", "PR #3006"),
    ),
    "row 15: not the solver of the reverse SDE": (
        ancestral_of_second_order,
        solver_of_the_reverse_sde,
        {
            "schedule": EDM,
            "timestep": lambda sigma: ri.conventions.time_at_edm_sigma(EDM, sigma),
            "predicts": "data",
            "stochastic": True,
            "order": 2,
            "steps": (5, 40, 80),
        },
        ("not the second-order solver of the reverse SDE", "k-diffusion #59"),
    ),
    "row 24: noise without the drift correction": (
        flow_sde(drift=0.0),
        flow_sde(),
        IN_FLOW,
        ("Noise without the drift correction", "zea PR #551"),
    ),
    "row 24: diffusion 2 t in one place and t in the other": (
        flow_sde(drift=2.0),
        flow_sde(),
        IN_FLOW,
        ("drift correction lacks its factor one half", "REPA #52"),
    ),
    "row 24: noise multiplied by noise": (
        flow_sde(draw="a product"),
        flow_sde(),
        IN_FLOW,
        ("A draw of noise is multiplied by another", "iap-diffusion-labs #17"),
    ),
    "row 26: var_dash for sigma squared": (
        ddpm(mistake="var_dash"),
        ddpm(),
        IN_TABLE,
        ("variance of the path stands in the mean for that of the step", "shepherd PR #14"),
    ),
}


@pytest.mark.parametrize("case", NOISY, ids=str)
def test_the_mistake_is_named_and_the_right_one_passes(case):
    wrong, right, options, phrases = NOISY[case]
    check_sampler(right, **options).require()
    found = check_sampler(wrong, **options)
    assert not found and found.statistic > A_MISTAKE
    assert all(phrase in found.words for phrase in phrases), found.words


def test_row_26_a_table_whose_first_row_has_no_noise():
    options = {"timestep": of_integers, "stochastic": True}
    check_sampler(COSINE_RIGHT, COSINE_TABLE, **options).require()
    found = check_sampler(COSINE_WRONG, COSINE_TABLE_WRONG, **options)
    assert not found
    assert "alpha-bar = 1 (MONAI PR #8427)" in found.words, found.words
