"""WRONG on purpose: near misses of derivations/marginals/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def posterior_mean__score_with_the_wrong_sign(x, mean, covariance, alpha_t, sigma_t, *, xp):
    """Near miss: score with the wrong sign."""
    return (x + sigma_t**2 * (x - alpha_t * mean) @ xp.linalg.inv(alpha_t**2 * covariance + sigma_t**2 * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device))) / alpha_t


def posterior_mean__deviation_where_the_variance_belongs(x, mean, covariance, alpha_t, sigma_t, *, xp):
    """Near miss: deviation where the variance belongs."""
    return mean + (x - alpha_t * mean) @ xp.linalg.solve(alpha_t**2 * covariance + sigma_t * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), alpha_t * covariance)


def posterior_mean__mean_of_the_data_ignored(x, mean, covariance, alpha_t, sigma_t, *, xp):
    """Near miss: mean of the data ignored."""
    return x @ xp.linalg.solve(alpha_t**2 * covariance + sigma_t**2 * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), alpha_t * covariance)


def posterior_covariance__deviation_where_the_variance_belongs(covariance, alpha_t, sigma_t, *, xp):
    """Near miss: deviation where the variance belongs."""
    return xp.linalg.solve(alpha_t**2 * covariance + sigma_t * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), sigma_t * covariance)


def tweedie__wrong_sign(x, marginal_score, alpha_t, sigma_t):
    """Near miss: wrong sign."""
    return (x - sigma_t**2 * marginal_score) / alpha_t


def tweedie__deviation_where_the_variance_belongs(x, marginal_score, alpha_t, sigma_t):
    """Near miss: deviation where the variance belongs."""
    return (x + sigma_t * marginal_score) / alpha_t


def velocity__prior_average(weight, density, component_velocity, *, xp):
    """Near miss: prior average."""
    return xp.sum(weight * component_velocity, axis=0)


def velocity__weights_lost(weight, density, component_velocity, *, xp):
    """Near miss: weights lost."""
    return xp.sum(density * component_velocity, axis=0) / xp.sum(density, axis=0)


def responsibilities__prior_weights(weight, density):
    """Near miss: prior weights."""
    return weight


def responsibilities__weights_lost(weight, density, *, xp):
    """Near miss: weights lost."""
    return density / xp.sum(density, axis=0)


def mixture_log_density__weights_lost(weight, density, *, xp):
    """Near miss: weights lost."""
    return xp.log(xp.sum(density, axis=0))


def mixture_score__prior_average(weight, density, component_score, *, xp):
    """Near miss: prior average."""
    return xp.sum(weight * component_score, axis=0)


def mixture_score__weights_lost(weight, density, component_score, *, xp):
    """Near miss: weights lost."""
    return xp.sum(density * component_score, axis=0) / xp.sum(density, axis=0)


def mixture_denoiser__prior_average(weight, density, component_posterior_mean, *, xp):
    """Near miss: prior average."""
    return xp.sum(weight * component_posterior_mean, axis=0)


def mixture_denoiser__weights_lost(weight, density, component_posterior_mean, *, xp):
    """Near miss: weights lost."""
    return xp.sum(density * component_posterior_mean, axis=0) / xp.sum(density, axis=0)


def mixture_noise__prior_average(weight, density, component_expected_noise, *, xp):
    """Near miss: prior average."""
    return xp.sum(weight * component_expected_noise, axis=0)


def empirical_denoiser__deviation_where_the_variance_belongs(squared_distance, nearest_squared_distance, data_point, sigma_t, *, xp):
    """Near miss: deviation where the variance belongs."""
    return xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t)) * data_point, axis=0) / xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t)), axis=0)


def empirical_velocity__signal_and_noise_scale_swapped(x, squared_distance, nearest_squared_distance, data_point, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    """Near miss: signal and noise scale swapped."""
    return xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t**2)) * (dalpha_t / alpha_t * (x - sigma_t * data_point) + dsigma_t * data_point), axis=0) / xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t**2)), axis=0)


def mean_squared_velocity__the_marginal_flow_as_straight_as_the_conditional_one(mean, variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: the marginal flow as straight as the conditional one."""
    return dalpha_t**2 * (mean**2 + variance) + (half_variance_rate / sigma_t)**2


def irreducible_loss__a_loss_that_can_reach_zero(variance, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: a loss that can reach zero."""
    return 0


def velocity_at_the_data_end__it_vanishes(x):
    """Near miss: it vanishes."""
    return 0


def potential__minus_the_log_density(squared_norm, log_density_rise, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: minus the log density."""
    return -log_density_rise


def potential_at_the_data_end__flat(x):
    """Near miss: flat."""
    return 0


def velocity_splits__the_velocity_follows_the_energy(half_distance):
    """Near miss: the velocity follows the energy."""
    return 1 / (1 + half_distance)
