"""WRONG on purpose: near misses of derivations/continuity/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""

import math


def conditional(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    """As the identity says."""
    return -1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-2) * dsigma_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2)) + 1 / 4 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-3) * (2 * x - 2 * data * alpha_t) * (data * dalpha_t + 1 / sigma_t * (x - data * alpha_t) * dsigma_t) * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2))


def conditional__compression_without_transport(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    """Near miss: compression without transport."""
    return -1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-2) * dsigma_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2))


def conditional__inflow_taken_for_outflow(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    """Near miss: inflow taken for outflow."""
    return 1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-2) * dsigma_t * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2)) - 1 / 4 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-3) * (2 * x - 2 * data * alpha_t) * (data * dalpha_t + 1 / sigma_t * (x - data * alpha_t) * dsigma_t) * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2))


def conditional__score_in_place_of_the_velocity(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    """Near miss: score in place of the velocity."""
    return 1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-3) * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2)) + 1 / 4 * math.sqrt(2) * math.pi**(-1 / 2) * sigma_t**(-5) * (-x + data * alpha_t) * (2 * x - 2 * data * alpha_t) * xp.exp(-1 / 2 * (x - data * alpha_t)**2 * sigma_t**(-2))


def gaussian(x, mean, variance, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    """As the identity says."""
    return -1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) * (sigma_t**2 + variance * alpha_t**2)**(-3 / 2) * (dsigma_t * sigma_t + variance * dalpha_t * alpha_t) * xp.exp(-(x - mean * alpha_t)**2 / (2 * sigma_t**2 + 2 * variance * alpha_t**2)) + 1 / 2 * math.sqrt(2) * math.pi**(-1 / 2) * (sigma_t**2 + variance * alpha_t**2)**(-1 / 2) / (2 * sigma_t**2 + 2 * variance * alpha_t**2) * (2 * x - 2 * mean * alpha_t) * (mean * dalpha_t + 1 / (sigma_t**2 + variance * alpha_t**2) * (x - mean * alpha_t) * (dsigma_t * sigma_t + variance * dalpha_t * alpha_t)) * xp.exp(-(x - mean * alpha_t)**2 / (2 * sigma_t**2 + 2 * variance * alpha_t**2))


def change_of_variables__slope_instead_of_its_inverse(base_log_density, slope, *, xp):
    """Near miss: slope instead of its inverse."""
    return base_log_density + xp.log(abs(slope))
