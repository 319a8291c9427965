"""WRONG on purpose: near misses of derivations/components.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""

import math


def log_density__mean_and_variance_of_the_data_ignored(x, mean, variance, alpha_t, sigma_t, *, xp):
    """Near miss: mean and variance of the data ignored."""
    return -x**2 / (2 * sigma_t**2) - xp.log(2 * math.pi * sigma_t**2) / 2
