"""WRONG on purpose: near misses of derivations/sdes/, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def forward_process__drift_in_generation_time(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: drift in generation time."""
    drift = dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t**2 * dalpha_t / alpha_t - 2 * half_variance_rate
    return drift, squared_diffusion


def forward_process__rate_of_the_noise_scale_off_by_a_factor_2(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: rate of the noise scale off by a factor 2."""
    drift = -dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t**2 * dalpha_t / alpha_t - 4 * half_variance_rate
    return drift, squared_diffusion


def diffusion_is_the_snr_rate__diffusion_coefficient_one(sigma_t, log_snr_rate):
    """Near miss: diffusion coefficient one."""
    return 1


def extension__noise_without_drift(marginal_velocity, marginal_score, sampler_diffusion):
    """Near miss: noise without drift."""
    return marginal_velocity


def extension__sign_of_the_score(marginal_velocity, marginal_score, sampler_diffusion):
    """Near miss: sign of the score."""
    return marginal_velocity - sampler_diffusion / 2 * marginal_score


def extension__one_half_lost(marginal_velocity, marginal_score, sampler_diffusion):
    """Near miss: one half lost."""
    return marginal_velocity + sampler_diffusion * marginal_score


def reverse_process__forward_clock(x, drift, squared_diffusion, marginal_score):
    """Near miss: forward clock."""
    return drift * x - squared_diffusion * marginal_score


def reverse_process__sign_of_the_score(x, drift, squared_diffusion, marginal_score):
    """Near miss: sign of the score."""
    return -drift * x - squared_diffusion * marginal_score


def reverse_process__drift_of_the_probability_flow(x, drift, squared_diffusion, marginal_score):
    """Near miss: drift of the probability flow."""
    return -drift * x + squared_diffusion / 2 * marginal_score
