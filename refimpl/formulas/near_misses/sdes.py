"""WRONG on purpose: near misses of derivations/sdes/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""

import math


def forward_process__drift_in_generation_time(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: drift in generation time."""
    drift = dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t**2 * dalpha_t / alpha_t - 2 * half_variance_rate
    return drift, squared_diffusion


def forward_process__rate_of_the_noise_scale_off_by_a_factor_2(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: rate of the noise scale off by a factor 2."""
    drift = -dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t**2 * dalpha_t / alpha_t - 4 * half_variance_rate
    return drift, squared_diffusion


def diffusion_is_the_snr_rate__diffusion_coefficient_one(sigma_t, log_snr_rate):
    """Near miss: diffusion coefficient one."""
    return 1


def fokker_planck_of_the_path__diffusion_coefficient_one(x, data, alpha_t, sigma_t, dalpha_t, half_variance_rate, *, xp):
    """Near miss: diffusion coefficient one."""
    return -1 / 4 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-3) * (-1 + (-x + data * alpha_t)**2 * sigma_t**(-2)) * xp.exp(-1 / 2 * (-x + data * alpha_t)**2 * sigma_t**(-2)) - 1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) / alpha_t / sigma_t * dalpha_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2)) + 1 / 4 * x * math.sqrt(2) * math.pi**(-1 / 2) / alpha_t * sigma_t**(-3) * (2 * x - 2 * data * alpha_t) * dalpha_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2))


def fokker_planck_of_the_path__rate_of_the_noise_scale_off_by_a_factor_2(x, data, alpha_t, sigma_t, dalpha_t, half_variance_rate, *, xp):
    """Near miss: rate of the noise scale off by a factor 2."""
    return -1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) / alpha_t / sigma_t * dalpha_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2)) - 1 / 4 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-3) * (-1 + (-x + data * alpha_t)**2 * sigma_t**(-2)) * (-4 * half_variance_rate + 2 / alpha_t * sigma_t**2 * dalpha_t) * xp.exp(-1 / 2 * (-x + data * alpha_t)**2 * sigma_t**(-2)) + 1 / 4 * x * math.sqrt(2) * math.pi**(-1 / 2) / alpha_t * sigma_t**(-3) * (2 * x - 2 * data * alpha_t) * dalpha_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2))


def extension__noise_without_drift(marginal_velocity, marginal_score, sampler_diffusion):
    """Near miss: noise without drift."""
    return marginal_velocity


def extension__sign_of_the_score(marginal_velocity, marginal_score, sampler_diffusion):
    """Near miss: sign of the score."""
    return marginal_velocity - sampler_diffusion / 2 * marginal_score


def extension__one_half_lost(marginal_velocity, marginal_score, sampler_diffusion):
    """Near miss: one half lost."""
    return marginal_velocity + sampler_diffusion * marginal_score


def reverse_process__forward_clock(x, drift, squared_diffusion, marginal_score):
    """Near miss: forward clock."""
    return drift * x - squared_diffusion * marginal_score


def reverse_process__sign_of_the_score(x, drift, squared_diffusion, marginal_score):
    """Near miss: sign of the score."""
    return -drift * x - squared_diffusion * marginal_score


def reverse_process__drift_of_the_probability_flow(x, drift, squared_diffusion, marginal_score):
    """Near miss: drift of the probability flow."""
    return -drift * x + squared_diffusion / 2 * marginal_score


def probability_flow__forward_clock(x, drift, squared_diffusion, marginal_score):
    """Near miss: forward clock."""
    return drift * x - squared_diffusion / 2 * marginal_score


def probability_flow__sign_of_the_score(x, drift, squared_diffusion, marginal_score):
    """Near miss: sign of the score."""
    return -drift * x - squared_diffusion / 2 * marginal_score


def probability_flow__the_whole_of_the_score_without_noise(x, drift, squared_diffusion, marginal_score):
    """Near miss: the whole of the score, without noise."""
    return -drift * x + squared_diffusion * marginal_score


def extension_in_space__slope_of_the_diffusion_forgotten(marginal_velocity, marginal_score, local_diffusion, diffusion_slope):
    """Near miss: slope of the diffusion forgotten."""
    return marginal_velocity + local_diffusion / 2 * marginal_score


def extension_in_space__noise_without_drift(marginal_velocity, marginal_score, local_diffusion, diffusion_slope):
    """Near miss: noise without drift."""
    return marginal_velocity


def langevin__one_half_lost(marginal_score, sampler_diffusion):
    """Near miss: one half lost."""
    return sampler_diffusion * marginal_score


def langevin__the_score_alone_whatever_the_noise(marginal_score, sampler_diffusion):
    """Near miss: the score alone, whatever the noise."""
    return marginal_score


def langevin_variance__without_noise(variance, step_size, step_count, sampler_diffusion, start_variance):
    """Near miss: without noise."""
    stationary_variance = variance / (1 - step_size * sampler_diffusion / (4 * variance))
    variance_after = ((1 - step_size * sampler_diffusion / (2 * variance))**2)**step_count * start_variance
    return stationary_variance, variance_after


def noise_alone__the_variance_of_the_data(variance, sampler_diffusion):
    """Near miss: the variance of the data."""
    return variance
