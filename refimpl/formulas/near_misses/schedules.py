"""WRONG on purpose: near misses of derivations/schedules/, and what its identities say.

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


def cosine__square_of_the_scale_taken_for_the_scale(t, offset, *, xp):
    """Near miss: square of the scale taken for the scale."""
    angle = (1 - t + offset) / (1 + offset) * math.pi / 2
    data_angle = offset / (1 + offset) * math.pi / 2
    alpha_t = xp.cos(angle)**2 / math.cos(data_angle)**2
    sigma_t = xp.sqrt(xp.sin(math.pi * (1 - t) / (2 * (1 + offset))) * xp.sin(angle + data_angle) / math.cos(data_angle)**2)
    dalpha_t = math.pi / (2 * (1 + offset)) * xp.sin(angle) / math.cos(data_angle)
    dsigma_t = -alpha_t * dalpha_t / sigma_t
    half_variance_rate = -alpha_t * dalpha_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def variance_exploding__logarithm_of_the_ratio_forgotten_in_the_rate(t, sigma_min, sigma_max, *, xp):
    """Near miss: logarithm of the ratio forgotten in the rate."""
    alpha_t = 1
    sigma_t = sigma_min * (sigma_max / sigma_min)**(1 - t)
    dalpha_t = 0
    dsigma_t = -math.log(sigma_max / sigma_min) * sigma_t
    half_variance_rate = -sigma_t**2
    log_snr = -2 * xp.log(sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def edm__diffusion_coefficient_one(t, sigma_max, *, xp):
    """Near miss: diffusion coefficient one."""
    alpha_t = 1
    sigma_t = sigma_max * (1 - t)
    dalpha_t = 0
    dsigma_t = -sigma_max
    half_variance_rate = -1 / 2
    log_snr = -2 * xp.log(sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def discrete_step__square_of_the_scale_taken_for_the_scale(alpha_t, sigma_t, table_beta, *, xp):
    """Near miss: square of the scale taken for the scale."""
    alpha_s = (1 - table_beta) * alpha_t
    sigma_s = xp.sqrt((1 - table_beta) * sigma_t**2 + table_beta)
    return alpha_s, sigma_s


def time_shift__shifted_twice(t, shift):
    """Near miss: shifted twice."""
    shifted_time = t / (t + shift**2 * (1 - t))
    shifted_rate = shift / (t + shift * (1 - t))**2
    return shifted_time, shifted_rate


def time_shift_twice__the_second_shift_does_nothing(t, shift):
    """Near miss: the second shift does nothing."""
    return t / (t + shift * (1 - t))
