"""WRONG on purpose: near misses of derivations/gaussian_path.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def velocity__data_minus_noise_on_every_schedule(data, noise, dalpha_t, dsigma_t):
    """Near miss: data minus noise on every schedule."""
    return data - noise


def conditional_velocity__moving_mean_forgotten(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: moving mean forgotten."""
    return dsigma_t / sigma_t * (x - alpha_t * data)


def conditional_velocity__scale_ratio_upside_down(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: scale ratio upside down."""
    return sigma_t / dsigma_t * (x - alpha_t * data) + dalpha_t * data


def conditional_velocity__alpha_forgotten(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: alpha forgotten."""
    return dsigma_t / sigma_t * (x - data) + dalpha_t * data


def conditional_velocity__velocity_of_the_reversed_path(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: velocity of the reversed path."""
    return -(dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data)


def conditional_score__sign(x, data, alpha_t, sigma_t):
    """Near miss: sign."""
    return (x - alpha_t * data) / sigma_t**2


def conditional_score__noise_scale_not_squared(x, data, alpha_t, sigma_t):
    """Near miss: noise scale not squared."""
    return -(x - alpha_t * data) / sigma_t
