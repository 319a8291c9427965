"""WRONG on purpose: near misses of derivations/conversions.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def velocity_from_noise__noise_read_as_data(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: noise read as data."""
    return dsigma_t / sigma_t * (x - alpha_t * noise) + dalpha_t * noise


def velocity_from_noise__rate_of_the_noise_scale_off_by_a_factor_2(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: rate of the noise scale off by a factor 2."""
    return dalpha_t / alpha_t * (x - sigma_t * noise) + 2 * dsigma_t * noise


def velocity_from_noise__v_prediction_taken_for_the_velocity(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: v-prediction taken for the velocity."""
    return alpha_t * noise - sigma_t * (x - sigma_t * noise) / alpha_t


def score_from_velocity__sign(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: sign."""
    return (dalpha_t * x - alpha_t * velocity) / (sigma_t * (dalpha_t * sigma_t - alpha_t * dsigma_t))


def score_from_velocity__scaled_velocity_plus_scaled_point(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: scaled velocity plus scaled point."""
    return alpha_t / sigma_t**2 * velocity + (dalpha_t / alpha_t - dsigma_t / sigma_t) * x


def score_from_velocity__extra_half_of_the_noise_variance(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: extra half of the noise variance."""
    return sigma_t**2 / 2 * (alpha_t * velocity - dalpha_t * x) / (sigma_t * (dalpha_t * sigma_t - alpha_t * dsigma_t))


def velocity_error__the_squared_errors_are_equal(squared_noise_error, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: the squared errors are equal."""
    return squared_noise_error


def edm_preconditioning__deviation_of_the_data_forgotten(edm_sigma, sigma_data, *, xp):
    """Near miss: deviation of the data forgotten."""
    c_skip = sigma_data**2 / (edm_sigma**2 + sigma_data**2)
    c_out = edm_sigma / xp.sqrt(edm_sigma**2 + sigma_data**2)
    c_in = 1 / xp.sqrt(edm_sigma**2 + sigma_data**2)
    return c_skip, c_out, c_in
