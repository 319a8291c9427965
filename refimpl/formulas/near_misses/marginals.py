"""WRONG on purpose: near misses of derivations/marginals.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def posterior_mean__prior_mean_not_scaled(x, mean, covariance, alpha_t, sigma_t, *, xp):
    """Near miss: prior mean not scaled."""
    return mean + (x - mean) @ xp.linalg.solve(alpha_t**2 * covariance + sigma_t**2 * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), alpha_t * covariance)


def posterior_mean__alpha_not_squared(x, mean, covariance, alpha_t, sigma_t, *, xp):
    """Near miss: alpha not squared."""
    return mean + (x - alpha_t * mean) @ xp.linalg.solve(alpha_t * covariance + sigma_t**2 * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), alpha_t * covariance)


def posterior_mean__scale_of_the_noise_not_squared(x, mean, covariance, alpha_t, sigma_t, *, xp):
    """Near miss: scale of the noise not squared."""
    return mean + (x - alpha_t * mean) @ xp.linalg.solve(alpha_t**2 * covariance + sigma_t * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), alpha_t * covariance)


def posterior_mean__x_divided_by_alpha(x, mean, covariance, alpha_t, sigma_t):
    """Near miss: x divided by alpha."""
    return x / alpha_t


def component_velocity__noise_taken_as_independent_of_x(x, mean, variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: noise taken as independent of x."""
    return dalpha_t * (mean + alpha_t * variance / (alpha_t**2 * variance + sigma_t**2) * (x - alpha_t * mean))


def component_log_density__two_pi_forgotten(x, mean, variance, alpha_t, sigma_t, *, xp):
    """Near miss: two pi forgotten."""
    own_variance = alpha_t**2 * variance + sigma_t**2
    return -(x - alpha_t * mean)**2 / (2 * own_variance) - xp.log(own_variance) / 2


def component_flow__ratio_of_variances_not_of_deviations(x, mean, variance, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: ratio of variances, not of deviations."""
    return alpha_s * mean + (alpha_s**2 * variance + sigma_s**2) / (alpha_t**2 * variance + sigma_t**2) * (x - alpha_t * mean)


def velocity__prior_average(weight, density, component_velocity, *, xp):
    """Near miss: prior average."""
    return xp.sum(weight * component_velocity, axis=0)


def velocity__weights_forgotten(weight, density, component_velocity, *, xp):
    """Near miss: weights forgotten."""
    return xp.sum(density * component_velocity, axis=0) / xp.sum(density, axis=0)


def velocity__not_normalised(weight, density, component_velocity, *, xp):
    """Near miss: not normalised."""
    return xp.sum(weight * density * component_velocity, axis=0)


def divergence__average_of_the_divergences(weight, density, component_velocity, component_score, component_divergence, *, xp):
    """Near miss: average of the divergences."""
    marginal_density = xp.sum(weight * density, axis=0)
    gain = xp.sum(weight * density * (component_divergence + component_score * component_velocity), axis=0) / marginal_density
    marginal_score = xp.sum(weight * density * component_score, axis=0) / marginal_density
    marginal_velocity = xp.sum(weight * density * component_velocity, axis=0) / marginal_density
    return xp.sum(weight * density * component_divergence, axis=0) / marginal_density
