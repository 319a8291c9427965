"""WRONG on purpose: near misses of derivations/conversions.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def velocity_from_noise__noise_removed_with_the_wrong_sign(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: noise removed with the wrong sign."""
    return dalpha_t / alpha_t * (x + sigma_t * noise) + dsigma_t * noise


def velocity_from_noise__moving_noise_scale_forgotten(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: moving noise scale forgotten."""
    return dalpha_t / alpha_t * (x - sigma_t * noise)


def velocity_from_noise__v_prediction_taken_for_the_velocity(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: v-prediction taken for the velocity."""
    return alpha_t * noise - sigma_t * (x - sigma_t * noise) / alpha_t


def velocity_from_score__half_as_in_the_probability_flow_of_an_sde(x, score, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: half, as in the probability flow of an SDE."""
    return dalpha_t / alpha_t * x + sigma_t * (dalpha_t / alpha_t * sigma_t - dsigma_t) * score / 2


def score_from_velocity__sign(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    """Near miss: sign."""
    return (dalpha_t * x - alpha_t * velocity) / (sigma_t * (dalpha_t * sigma_t - alpha_t * dsigma_t))
