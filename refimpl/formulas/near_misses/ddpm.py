"""WRONG on purpose: near misses of derivations/ddpm/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def transition__deviation_printed_as_the_covariance(alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    """Near miss: deviation printed as the covariance."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    transition_factor = alpha_t / alpha_s
    transition_deviation = xp.sqrt(sigma_t * xp.sqrt(added_share))
    return transition_factor, transition_deviation


def skipped_steps__noise_of_the_last_step_alone(first_factor, first_deviation, next_factor, next_deviation):
    """Near miss: noise of the last step alone."""
    transition_factor = next_factor * first_factor
    transition_deviation = next_deviation
    return transition_factor, transition_deviation


def fixed_large__logarithm_handed_out_as_the_variance(alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    """Near miss: logarithm handed out as the variance."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return xp.log(sigma_t**2 * added_share)


def learned_range__variances_interpolated(learned_share, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: variances interpolated."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return learned_share * sigma_t**2 * added_share + (1 - learned_share) * sigma_s**2 * added_share


def posterior_mean_from_noise__all_the_noise_removed_in_one_step(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: all the noise removed in one step."""
    return alpha_s / alpha_t * (x - sigma_t * noise)


def posterior_mean_from_noise__noise_read_as_data(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: noise read as data."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * added_share * noise + kept_ratio * sigma_s / sigma_t * x


def posterior_mean_from_velocity__v_prediction_taken_for_the_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, alpha_s, sigma_s):
    """Near miss: v-prediction taken for the velocity."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * added_share * ((alpha_t * x - sigma_t * velocity) / (alpha_t**2 + sigma_t**2)) + kept_ratio * sigma_s / sigma_t * x


def posterior_mean_from_score__sign(x, score, alpha_t, sigma_t, alpha_s, sigma_s):
    """Near miss: sign."""
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s / alpha_t * (x - sigma_t**2 * added_share * score)
