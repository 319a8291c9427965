"""Generated from derivations/sdes/. Do not edit: python -m derivations generate"""


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


def extension(marginal_velocity, marginal_score, sampler_diffusion):
    r"""Noise with a drift that makes up for it: any diffusion coefficient in time.

    $$b_t(x_t) = u_t(x_t) + \frac{w_t}{2} \nabla\log p_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        marginal_velocity: marginal velocity: expected velocity, given x; real
        marginal_score: gradient in x of the log density of x; real
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative

    Returns:
        sampler_drift, drift of the sampler, in t: towards the data.

    Source: Albergo et al. (2023), sec. 2; Karras et al. (2022), eq. (6).
    Equation: sdes.extension (PROVED: any data, any schedule, any diffusion coefficient that depends on time alone; componentwise. The density at each time is that of the path, the trajectories are not).
    """
    return marginal_velocity + sampler_diffusion / 2 * marginal_score


def reverse_process(x, drift, squared_diffusion, marginal_score):
    r"""Reverse-time SDE.

    $$b_t(x_t) = - f x_t + g^2 \nabla\log p_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        drift: drift factor of the noising process, in s = 1 - t; real
        squared_diffusion: squared diffusion coefficient of the noising process, in s = 1 - t; nonnegative
        marginal_score: gradient in x of the log density of x; real

    Returns:
        sampler_drift, drift of the sampler, in t: towards the data.

    Source: Song et al. (2021), eq. (6).
    Equation: sdes.reverse_process (PROVED: any data, any schedule, with the noise of the noising process; componentwise. Proved: the same density at each time; that the whole trajectories are those of the noising process read backwards is Anderson's theorem).
    """
    return -drift * x + squared_diffusion * marginal_score


def probability_flow(x, drift, squared_diffusion, marginal_score):
    r"""Probability-flow ODE.

    $$u_t(x_t) = - f x_t + \frac{g^2}{2} \nabla\log p_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        drift: drift factor of the noising process, in s = 1 - t; real
        squared_diffusion: squared diffusion coefficient of the noising process, in s = 1 - t; nonnegative
        marginal_score: gradient in x of the log density of x; real

    Returns:
        marginal_velocity, marginal velocity: expected velocity, given x.

    Source: Song et al. (2021), eq. (13).
    Equation: sdes.probability_flow (PROVED: any data, any schedule; componentwise).
    """
    return -drift * x + squared_diffusion / 2 * marginal_score


def extension_in_space(marginal_velocity, marginal_score, local_diffusion, diffusion_slope):
    r"""Noise that depends on the place.

    $$b_t(x_t) = u_t(x_t) + \frac{w(x_t, t)}{2} \nabla\log p_t(x_t) + \frac{\nabla w(x_t, t)}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        marginal_velocity: marginal velocity: expected velocity, given x; real
        marginal_score: gradient in x of the log density of x; real
        local_diffusion: squared diffusion coefficient that depends on the place; positive
        diffusion_slope: slope in x of the squared diffusion coefficient; real

    Returns:
        sampler_drift, drift of the sampler, in t: towards the data.

    Source: Särkkä et al. (2019), sec. 5.2; this project, the drift solved for.
    Equation: sdes.extension_in_space (PROVED: any data, any schedule, any diffusion coefficient of place and time; componentwise, the noise being the same in each direction).
    """
    return marginal_velocity + local_diffusion / 2 * marginal_score + diffusion_slope / 2


def langevin(marginal_score, sampler_diffusion):
    r"""Langevin dynamics: noise and score, and the density stands still.

    $$b_t(x_t) = \frac{w_t}{2} \nabla\log p_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        marginal_score: gradient in x of the log density of x; real
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative

    Returns:
        sampler_drift, drift of the sampler, in t: towards the data.

    Source: Särkkä et al. (2019), sec. 5.4; Song et al. (2021), sec. 4.2.
    Equation: sdes.langevin (PROVED: any density that does not change in time; componentwise).
    """
    return sampler_diffusion / 2 * marginal_score
