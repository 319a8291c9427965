"""Generated from derivations/sdes/. Do not edit: python -m derivations generate"""

import math


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


def euler_maruyama_step(mean_before, variance_before, step_size, drift_slope, drift_offset, sampler_diffusion):
    r"""A step of the Euler-Maruyama method.

    $$m_k = m_{k-1} + h \left(A m_{k-1} + B\right)$$
    $$S_k = \left(1 + h A\right)^{2} S_{k-1} + h w_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        mean_before: mean of x before a step; real
        variance_before: variance of x before a step; nonnegative
        step_size: time between two rows of the table; positive
        drift_slope: slope of a drift that is affine in x; real, not zero
        drift_offset: the same drift at x = 0; real
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative

    Returns:
        next_mean, mean of x after a step; next_variance, variance of x after a step.

    Source: Särkkä et al. (2019), sec. 8.2.
    Equation: sdes.euler_maruyama_step (definition).
    """
    next_mean = mean_before + step_size * (drift_slope * mean_before + drift_offset)
    next_variance = (1 + step_size * drift_slope)**2 * variance_before + step_size * sampler_diffusion
    return next_mean, next_variance


def linear_moments(t, drift_slope, drift_offset, sampler_diffusion, start_mean, start_variance, *, xp):
    r"""Mean and variance of a linear SDE.

    $$m_t = e^{A t} m_0 + \frac{\operatorname{expm1}\left(A t\right)}{A} B$$
    $$S_t = e^{2 A t} S_0 + \frac{\operatorname{expm1}\left(2 A t\right)}{2 A} w_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        drift_slope: slope of a drift that is affine in x; real, not zero
        drift_offset: the same drift at x = 0; real
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative
        start_mean: mean of x where the process starts; real
        start_variance: variance of x where the process starts; nonnegative
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        run_mean, mean of x, a time t after the start; run_variance, variance of x, a time t after the start.

    Source: Särkkä et al. (2019), sec. 6.2.
    Equation: sdes.linear_moments (PROVED: constant coefficients, any law at the start; componentwise).
    """
    run_mean = xp.exp(drift_slope * t) * start_mean + xp.expm1(drift_slope * t) / drift_slope * drift_offset
    run_variance = xp.exp(2 * drift_slope * t) * start_variance + xp.expm1(2 * drift_slope * t) / (2 * drift_slope) * sampler_diffusion
    return run_mean, run_variance


def euler_maruyama_moments(step_size, step_count, drift_slope, drift_offset, sampler_diffusion, start_mean, start_variance):
    r"""Mean and variance after n steps of Euler-Maruyama.

    $$m_N = R^{N} m_0 + \frac{R^{N} - 1}{A} B$$
    $$S_N = \left(R^{2}\right)^{N} S_0 + \frac{\left(R^{2}\right)^{N} - 1}{A \left(R + 1\right)} w_t$$
    with $$R = 1 + h A$$

    Elementwise: arrays broadcast against each other.

    Args:
        step_size: time between two rows of the table; positive
        step_count: number of steps from data to noise; 1, 2, ...
        drift_slope: slope of a drift that is affine in x; real, not zero
        drift_offset: the same drift at x = 0; real
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative
        start_mean: mean of x where the process starts; real
        start_variance: variance of x where the process starts; nonnegative

    Returns:
        mean_after, mean of x after all steps; variance_after, variance of x after all steps.

    Assumes $1 + h A > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Särkkä et al. (2019), sec. 8.2; this project, the recursion solved.
    Equation: sdes.euler_maruyama_moments (PROVED: constant coefficients, any law at the start, any noise of the right variance; componentwise).
    """
    step_factor = 1 + step_size * drift_slope
    mean_after = step_factor**step_count * start_mean + (step_factor**step_count - 1) / drift_slope * drift_offset
    variance_after = (step_factor**2)**step_count * start_variance + ((step_factor**2)**step_count - 1) / (drift_slope * (step_factor + 1)) * sampler_diffusion
    return mean_after, variance_after


def langevin_variance(variance, step_size, step_count, sampler_diffusion, start_variance):
    r"""Variance of discretised Langevin dynamics on Gaussian data.

    $$S_\infty = \frac{c}{1 - \frac{h w_t}{4 c}}$$
    $$S_N = S_\infty + \left(\left(1 - \frac{h w_t}{2 c}\right)^{2}\right)^{N} \left(S_0 - S_\infty\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        variance: variance of the data along one eigenvector of the covariance; positive
        step_size: time between two rows of the table; positive
        step_count: number of steps from data to noise; 1, 2, ...
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative
        start_variance: variance of x where the process starts; nonnegative

    Returns:
        stationary_variance, variance of x that a step does not change; variance_after, variance of x after all steps.

    Assumes $h w_t < 2 c$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Särkkä et al. (2019), sec. 8.2; this project, the recursion solved.
    Equation: sdes.langevin_variance (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; after n steps of size h, and the variance that they tend to where 4 c exceeds h w: with w = 2 and c = 1 it is 1/(1 - h/2)).
    """
    stationary_variance = variance / (1 - step_size * sampler_diffusion / (4 * variance))
    variance_after = stationary_variance + ((1 - step_size * sampler_diffusion / (2 * variance))**2)**step_count * (start_variance - stationary_variance)
    return stationary_variance, variance_after


def noise_alone(variance, sampler_diffusion, *, xp):
    r"""Noise without the drift that belongs to it.

    $$S_1 = c + \frac{\pi}{2} w_t \sqrt{c}$$

    Elementwise: arrays broadcast against each other.

    Args:
        variance: variance of the data along one eigenvector of the covariance; positive
        sampler_diffusion: squared diffusion coefficient of the sampler: variance of its noise per unit of time;
            nonnegative
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        end_variance, variance of x where the process ends.

    Source: this project, the variance, followed along the path.
    Equation: sdes.noise_alone (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance, mean = 0; the linear path with sigma_min = 0, constant diffusion, samples that begin with start_variance = 1; with variance 1 and diffusion 1 it is 1 + pi/2 in place of 1).
    """
    return variance + math.pi / 2 * sampler_diffusion * xp.sqrt(variance)


def ancestral_sampling(x, ancestral_factor, ancestral_offset, sampled_variance, ancestral_variance, alpha_t, sigma_t, variance):
    r"""A step of ancestral sampling.

    $$\mathbb{E}[x_s \mid x_t, x_1] = F x_t + G$$
    $$W_s = F^{2} W_t + \operatorname{Var}[x_s \mid x_t, x_1]$$
    $$y_t = \frac{W_t \alpha_t^{2}}{\left(\alpha_t^{2} c + \sigma_t^{2}\right)^{2}}$$
    $$r_t = \frac{\alpha_t^{2}}{\sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        ancestral_factor: by what one step of ancestral sampling multiplies x; real
        ancestral_offset: where such a step leads from x = 0; real
        sampled_variance: variance of the samples that a sampler makes; nonnegative
        ancestral_variance: variance of the point at time s, given x and the data point (fixed-small); nonnegative
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        variance: variance of the data along one eigenvector of the covariance; positive

    Returns:
        ancestral_mean, expected point at time s, given x and the data point; sampled_variance_s, the same at time s;
        scaled_variance, variance of the samples times the squared signal scale, over the square of what the variance
        should be; snr, signal-to-noise ratio alpha²/sigma².

    Source: Ho et al. (2020), algorithm 2; this project, names.
    Equation: sdes.ancestral_sampling (definition).
    """
    ancestral_mean = ancestral_factor * x + ancestral_offset
    sampled_variance_s = ancestral_factor**2 * sampled_variance + ancestral_variance
    scaled_variance = sampled_variance * alpha_t**2 / (alpha_t**2 * variance + sigma_t**2)**2
    snr = alpha_t**2 / sigma_t**2
    return ancestral_mean, sampled_variance_s, scaled_variance, snr


def ancestral_step(scaled_variance, variance, snr, snr_s):
    r"""What an ancestral step adds to the variance.

    $$y_s = y_t + \frac{r_s - r_t}{\left(1 + c r_s\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        scaled_variance: variance of the samples times the squared signal scale, over the square of what the variance
            should be; nonnegative
        variance: variance of the data along one eigenvector of the covariance; positive
        snr: signal-to-noise ratio alpha²/sigma²; nonnegative
        snr_s: the same at time s; nonnegative

    Returns:
        scaled_variance_s, the same at time s.

    Assumes $r_s > r_t$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the variance of one step.
    Equation: sdes.ancestral_step (PROVED: Gaussian data with the exact denoiser, one coordinate in the eigenbasis of the covariance; any schedule, any two times).
    """
    return scaled_variance + (snr_s - snr) / (1 + variance * snr_s)**2


def ancestral_moments(alpha_t, sigma_t, variance, step_snr, previous_snr, *, xp):
    r"""Variance after n steps of ancestral sampling.

    $$W_t = \frac{\left(\alpha_t^{2} c + \sigma_t^{2}\right)^{2}}{\alpha_t^{2}} \sum_{k=1}^{K} \frac{r_k - r'_k}{\left(1 + c r_k\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        variance: variance of the data along one eigenvector of the covariance; positive
        step_snr: signal-to-noise ratio after each step; positive, one value for each component along the first axis
        previous_snr: signal-to-noise ratio before each step, zero before the first; nonnegative, one value for each
            component along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        sampled_variance, variance of the samples that a sampler makes.

    Assumes $\alpha_t > 0$, $r_k > r'_k$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the steps summed.
    Equation: sdes.ancestral_moments (PROVED: Gaussian data with the exact denoiser, one coordinate in the eigenbasis of the covariance; any schedule without signal at t = 0, any number of steps; alpha and sigma after the last one).
    """
    return (alpha_t**2 * variance + sigma_t**2)**2 / alpha_t**2 * xp.sum((step_snr - previous_snr) / (1 + variance * step_snr)**2, axis=0)
