"""WRONG on purpose: near misses of derivations/ddim/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def step_from_noise__noise_at_time_s_forgotten(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: noise at time s forgotten."""
    return alpha_s * ((x - sigma_t * noise) / alpha_t)


def step_from_velocity__velocity_of_the_reversed_path(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, alpha_s, sigma_s):
    """Near miss: velocity of the reversed path."""
    return ((alpha_t * sigma_s - sigma_t * alpha_s) * velocity + (dalpha_t * sigma_s - dsigma_t * alpha_s) * x) / (dalpha_t * sigma_t - alpha_t * dsigma_t)


def step_from_v_prediction__sign_of_the_v_prediction(x, v_prediction, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: sign of the v-prediction."""
    return ((alpha_s * alpha_t + sigma_s * sigma_t) * x - (sigma_s * alpha_t - alpha_s * sigma_t) * v_prediction) / (alpha_t**2 + sigma_t**2)


def step_from_score__sign_of_the_score(x, score, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: sign of the score."""
    return alpha_s * ((x - sigma_t**2 * score) / alpha_t) + sigma_s * sigma_t * score


def increment_from_data_minus_noise__time_alpha_sigma_a_factor_2(x, linear_velocity, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: time alpha − sigma: a factor 2."""
    return x + (alpha_s - sigma_s - (alpha_t - sigma_t)) * linear_velocity


def increment_from_data_minus_noise__difference_with_the_opposite_sign(x, linear_velocity, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: difference with the opposite sign."""
    total_scale = alpha_t + sigma_t
    next_total_scale = alpha_s + sigma_s
    linear_time = alpha_t / total_scale
    next_linear_time = alpha_s / next_total_scale
    return next_total_scale * (x / total_scale - (next_linear_time - linear_time) * linear_velocity)


def step_is_euler_on_the_linear_path__time_alpha_sigma_a_factor_2(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: time alpha − sigma: a factor 2."""
    predicted_data = (x - sigma_t * noise) / alpha_t
    linear_velocity = predicted_data - noise
    return x + (alpha_s - sigma_s - (alpha_t - sigma_t)) * linear_velocity


def step_is_euler_on_the_linear_path__velocity_with_the_opposite_sign(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: velocity with the opposite sign."""
    predicted_data = (x - sigma_t * noise) / alpha_t
    linear_velocity = predicted_data - noise
    total_scale = alpha_t + sigma_t
    next_total_scale = alpha_s + sigma_s
    linear_time = alpha_t / total_scale
    next_linear_time = alpha_s / next_total_scale
    return next_total_scale * (x / total_scale - (next_linear_time - linear_time) * linear_velocity)


def step_is_euler_on_the_linear_path__euler_step_without_rescaling(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: Euler step without rescaling."""
    predicted_data = (x - sigma_t * noise) / alpha_t
    linear_velocity = predicted_data - noise
    return x + (alpha_s - alpha_t) * linear_velocity


def rotation__sign_of_the_v_prediction(x, v_prediction, angle_t, angle_s, *, xp):
    """Near miss: sign of the v-prediction."""
    return xp.cos(angle_s - angle_t) * x - xp.sin(angle_s - angle_t) * v_prediction


def rescaling_invariance__point_not_rescaled(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, alpha_s, sigma_s, stretch_s):
    """Near miss: point not rescaled."""
    x_s = ((alpha_s * sigma_t - sigma_s * alpha_t) * velocity + (dalpha_t * sigma_s - dsigma_t * alpha_s) * x) / (dalpha_t * sigma_t - alpha_t * dsigma_t)
    return x_s


def euler_step_difference__moving_ruler_forgotten(x, velocity, stretch_t, dstretch_t, stretch_s, t, s):
    """Near miss: moving ruler forgotten."""
    return ((stretch_t - stretch_s) * x + (s - t) * (stretch_t - stretch_s) * velocity) / stretch_s


def snr_matched_schedules__point_not_rescaled(x, data, alpha_t, sigma_t, alpha_s, sigma_s, other_alpha_s):
    """Near miss: point not rescaled."""
    x_s = alpha_s * data + sigma_s / sigma_t * (x - alpha_t * data)
    return x_s


def is_dpm_solver_1__one_taken_off_twice(x, noise, alpha_t, alpha_s, half_log_snr, half_log_snr_s, *, xp):
    """Near miss: one taken off twice."""
    sigma_s = alpha_s * xp.exp(-half_log_snr_s)
    half_log_snr_gain = half_log_snr_s - half_log_snr
    return alpha_s / alpha_t * x - sigma_s * (xp.exp(half_log_snr_gain) - 2) * noise


def stochastic_step__eta_in_place_of_its_square(data, noise, fresh_noise, eta, alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    """Near miss: eta in place of its square."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * data + sigma_s * xp.sqrt(1 - eta * added_share) * noise + eta * sigma_s * xp.sqrt(added_share) * fresh_noise


def stochastic_step__noise_added_none_taken_away(data, noise, fresh_noise, eta, alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    """Near miss: noise added, none taken away."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * data + sigma_s * noise + eta * sigma_s * xp.sqrt(added_share) * fresh_noise


def eta_one_is_ancestral__variance_in_place_of_its_root(x, data, fresh_noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: variance in place of its root."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    ancestral_mean = alpha_s * added_share * data + kept_ratio * sigma_s / sigma_t * x
    ancestral_variance = sigma_s**2 * added_share
    return ancestral_mean + ancestral_variance * fresh_noise
