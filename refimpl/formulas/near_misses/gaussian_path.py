"""WRONG on purpose: near misses of derivations/gaussian_path.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def velocity__data_minus_noise_on_every_schedule(data, noise, dalpha_t, dsigma_t):
    """Near miss: data minus noise on every schedule."""
    return data - noise


def conditional_velocity__weights_of_a_fraction_of_the_way(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: weights of a fraction of the way."""
    return dalpha_t / alpha_t * (data - x) - dsigma_t / sigma_t * x


def conditional_velocity__signal_and_noise_scale_swapped(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: signal and noise scale swapped."""
    return dalpha_t / alpha_t * (x - sigma_t * data) + dsigma_t * data


def conditional_velocity__velocity_of_the_reversed_path(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: velocity of the reversed path."""
    return -(dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data)


def conditional_score__sign(x, data, alpha_t, sigma_t):
    """Near miss: sign."""
    return (x - alpha_t * data) / sigma_t**2


def conditional_score__deviation_where_the_variance_belongs(x, data, alpha_t, sigma_t):
    """Near miss: deviation where the variance belongs."""
    return -(x - alpha_t * data) / sigma_t
