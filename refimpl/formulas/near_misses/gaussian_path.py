"""WRONG on purpose: near misses of derivations/gaussian_path/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def inverse__data_taken_for_the_noise(x, data, alpha_t, sigma_t):
    """Near miss: data taken for the noise."""
    return data


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


def affine_velocity__rate_of_the_noise_scale_off_by_a_factor_2(x, path_mean, sigma_t, dpath_mean, dsigma_t):
    """Near miss: rate of the noise scale off by a factor 2."""
    return 2 * dsigma_t / sigma_t * (x - path_mean) + dpath_mean


def conditional_score__sign(x, data, alpha_t, sigma_t):
    """Near miss: sign."""
    return (x - alpha_t * data) / sigma_t**2


def conditional_score__deviation_where_the_variance_belongs(x, data, alpha_t, sigma_t):
    """Near miss: deviation where the variance belongs."""
    return -(x - alpha_t * data) / sigma_t


def conditional_flow__data_taken_for_the_noise(x, data, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: data taken for the noise."""
    return alpha_s * data + sigma_s * data


def optimal_transport_constant_velocity__sigma_min_forgotten_in_the_rate(data, noise, sigma_min):
    """Near miss: sigma_min forgotten in the rate."""
    return data - noise


def optimal_transport_velocity__sigma_min_forgotten(x, data, t, sigma_min):
    """Near miss: sigma_min forgotten."""
    return (data - x) / (1 - t)


def optimal_transport_acceleration__speed_varies_when_sigma_min_0(x, data, t, sigma_min):
    """Near miss: speed varies when sigma_min > 0."""
    return (1 - sigma_min) * (data - (1 - sigma_min) * x) / (1 - (1 - sigma_min) * t)**2


def optimal_transport_end_point__the_data_point_itself(data, noise, sigma_min):
    """Near miss: the data point itself."""
    return data


def optimal_transport_direction__it_aims_at_the_data_point(x, data, t, sigma_min):
    """Near miss: it aims at the data point."""
    aim = data
    velocity = (1 - sigma_min) * (aim - x) / (1 - (1 - sigma_min) * t)
    return aim, velocity
