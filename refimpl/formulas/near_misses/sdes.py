"""WRONG on purpose: near misses of derivations/sdes.py, and what its identities say.

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
