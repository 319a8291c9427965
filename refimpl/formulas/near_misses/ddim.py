"""WRONG on purpose: near misses of derivations/ddim/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def step_is_euler_on_the_linear_path__time_alpha_sigma_a_factor_2(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: time alpha − sigma: a factor 2."""
    predicted_data = (x - sigma_t * noise) / alpha_t
    linear_velocity = predicted_data - noise
    total_scale = alpha_t + sigma_t
    next_total_scale = alpha_s + sigma_s
    linear_time = alpha_t / total_scale
    next_linear_time = alpha_s / next_total_scale
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
    total_scale = alpha_t + sigma_t
    next_total_scale = alpha_s + sigma_s
    linear_time = alpha_t / total_scale
    next_linear_time = alpha_s / next_total_scale
    return x + (alpha_s - alpha_t) * linear_velocity
