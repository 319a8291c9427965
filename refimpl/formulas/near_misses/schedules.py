"""WRONG on purpose: near misses of derivations/schedules.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""

import math


def linear__sigma_min_forgotten_in_the_rate(t, sigma_min, *, xp):
    """Near miss: sigma_min forgotten in the rate."""
    alpha_t = t
    sigma_t = 1 - (1 - sigma_min) * t
    dalpha_t = 1
    dsigma_t = -1
    half_variance_rate = -(1 - sigma_min) * sigma_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def trigonometric__signal_and_noise_scale_swapped(t, *, xp):
    """Near miss: signal and noise scale swapped."""
    alpha_t = xp.cos(math.pi * t / 2)
    sigma_t = xp.sin(math.pi * (1 - t) / 2)
    dalpha_t = math.pi / 2 * sigma_t
    dsigma_t = -math.pi / 2 * alpha_t
    half_variance_rate = -math.pi / 2 * alpha_t * sigma_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def variance_preserving__rate_in_noising_time(t, beta_min, beta_max, *, xp):
    """Near miss: rate in noising time."""
    beta = beta_min + (beta_max - beta_min) * (1 - t)
    total_beta = beta_min * (1 - t) + (beta_max - beta_min) * (1 - t)**2 / 2
    alpha_t = xp.exp(-total_beta / 2)
    sigma_t = xp.sqrt(-xp.expm1(-total_beta))
    dalpha_t = -beta / 2 * alpha_t
    dsigma_t = -beta / 2 * alpha_t**2 / sigma_t
    half_variance_rate = -beta / 2 * alpha_t**2
    log_snr = -total_beta / 2 - xp.log(2 * xp.sinh(total_beta / 2))
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def variance_preserving__factor_2_in_the_rate_of_the_noise_scale(t, beta_min, beta_max, *, xp):
    """Near miss: factor 2 in the rate of the noise scale."""
    beta = beta_min + (beta_max - beta_min) * (1 - t)
    total_beta = beta_min * (1 - t) + (beta_max - beta_min) * (1 - t)**2 / 2
    alpha_t = xp.exp(-total_beta / 2)
    sigma_t = xp.sqrt(-xp.expm1(-total_beta))
    dalpha_t = beta / 2 * alpha_t
    dsigma_t = -beta * alpha_t**2 / sigma_t
    half_variance_rate = -beta / 2 * alpha_t**2
    log_snr = -total_beta / 2 - xp.log(2 * xp.sinh(total_beta / 2))
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def variance_preserving__square_of_the_scale_taken_for_the_scale(t, beta_min, beta_max, *, xp):
    """Near miss: square of the scale taken for the scale."""
    beta = beta_min + (beta_max - beta_min) * (1 - t)
    total_beta = beta_min * (1 - t) + (beta_max - beta_min) * (1 - t)**2 / 2
    alpha_t = xp.exp(-total_beta)
    sigma_t = xp.sqrt(-xp.expm1(-total_beta))
    dalpha_t = beta / 2 * alpha_t
    dsigma_t = -beta / 2 * alpha_t**2 / sigma_t
    half_variance_rate = -beta / 2 * alpha_t**2
    log_snr = -total_beta / 2 - xp.log(2 * xp.sinh(total_beta / 2))
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr
