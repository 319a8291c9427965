"""WRONG on purpose: near misses of derivations/sdes.py, and what its identities say.

Generated. Do not edit: python -m derivations generate
"""


def forward_process__diffusion_without_the_correction_for_the_drift(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: diffusion without the correction for the drift."""
    drift = -dalpha_t / alpha_t
    squared_diffusion = -2 * half_variance_rate
    return drift, squared_diffusion


def forward_process__factor_2_lost(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: factor 2 lost."""
    drift = -dalpha_t / alpha_t
    squared_diffusion = sigma_t**2 * dalpha_t / alpha_t - half_variance_rate
    return drift, squared_diffusion


def forward_process__drift_in_generation_time(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: drift in generation time."""
    drift = dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t**2 * dalpha_t / alpha_t - 2 * half_variance_rate
    return drift, squared_diffusion


def forward_process__diffusion_not_squared_against_the_scale(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    """Near miss: diffusion not squared against the scale."""
    drift = -dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t * dalpha_t / alpha_t - 2 * half_variance_rate
    return drift, squared_diffusion
