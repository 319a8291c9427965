"""Generated from derivations/sdes.py. Do not edit: python -m derivations generate"""


def forward_process(alpha_t, sigma_t, dalpha_t, half_variance_rate):
    r"""The noising SDE of a schedule.

    $$f = - \frac{\dot\alpha_t}{\alpha_t}$$
    $$g^2 = \frac{2 \sigma_t^{2} \dot\alpha_t}{\alpha_t} - 2 \kappa_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        drift, drift factor of the noising process, in s = 1 - t; squared_diffusion, squared diffusion coefficient of
        the noising process, in s = 1 - t.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), app. A; Song et al. (2021), eq. (29).
    Equation: sdes.forward_process (PROVED: any schedule; the law given the data point is normal, so two moments determine it).
    """
    drift = -dalpha_t / alpha_t
    squared_diffusion = 2 * sigma_t**2 * dalpha_t / alpha_t - 2 * half_variance_rate
    return drift, squared_diffusion


def diffusion_is_the_snr_rate(sigma_t, log_snr_rate):
    r"""The diffusion is the rate of the signal-to-noise ratio.

    $$g^2 = \sigma_t^{2} \dot\lambda_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        sigma_t: noise scale; [0, 1], positive where it divides
        log_snr_rate: time derivative of the log signal-to-noise ratio; real, positive where the ratio grows

    Returns:
        squared_diffusion, squared diffusion coefficient of the noising process, in s = 1 - t.

    Source: Kingma et al. (2021), app. A; this project, in terms of the logarithm.
    Equation: sdes.diffusion_is_the_snr_rate (PROVED: any schedule).
    """
    return sigma_t**2 * log_snr_rate
