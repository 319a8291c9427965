"""Generated from derivations/schedules/. Do not edit: python -m derivations generate"""

import math


def log_snr(alpha_t, sigma_t, *, xp):
    r"""Log signal-to-noise ratio.

    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Source: Kingma et al. (2021), eq. (3).
    Equation: schedules.log_snr (definition).
    """
    return 2 * xp.log(alpha_t / sigma_t)


def linear_scales(t, sigma_min):
    r"""Straight lines from noise to data.

    $$\alpha_t = t$$
    $$\sigma_t = 1 - \left(1 - \sigma_{\min}\right) t$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)

    Returns:
        alpha_t, signal scale; sigma_t, noise scale.

    Source: Lipman et al. (2023), eq. (20).
    Equation: schedules.linear_scales (definition).
    """
    alpha_t = t
    sigma_t = 1 - (1 - sigma_min) * t
    return alpha_t, sigma_t


def trigonometric_scales(t, *, xp):
    r"""A quarter turn from noise to data.

    $$\alpha_t = \sin{\left(\frac{\pi t}{2} \right)}$$
    $$\sigma_t = \cos{\left(\frac{\pi t}{2} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale.

    Source: Albergo et al. (2023), sec. 4.
    Equation: schedules.trigonometric_scales (definition).
    """
    alpha_t = xp.sin(math.pi * t / 2)
    sigma_t = xp.cos(math.pi * t / 2)
    return alpha_t, sigma_t


def noise_rate(t, beta_min, beta_max):
    r"""Linear noise rate.

    $$\beta_t = \beta_{\min} + \left(\beta_{\max} - \beta_{\min}\right) \left(1 - t\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        beta_min: noise rate at the data end; positive
        beta_max: noise rate at the noise end; at least beta_min

    Returns:
        beta, noise rate at time t.

    Source: Song et al. (2021), eq. (32).
    Equation: schedules.noise_rate (definition).
    """
    return beta_min + (beta_max - beta_min) * (1 - t)


def decay_of_the_signal(beta):
    r"""The signal decays at half the noise rate.

    $$f = - \frac{\beta_t}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        beta: noise rate at time t; positive

    Returns:
        drift, drift factor of the noising process, in s = 1 - t.

    Source: Song et al. (2021), eqs. (11) and (13).
    Equation: schedules.decay_of_the_signal (definition).
    """
    return -beta / 2


def integrated_noise_rate(reversed_time, beta_min, beta_max):
    r"""Noise rate, integrated from the data end.

    $$B_t = \beta_{\min} \bar t + \frac{\left(\beta_{\max} - \beta_{\min}\right) \left(\bar t\right)^{2}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        reversed_time: time that runs from 0 at data to 1 at noise; [0, 1]
        beta_min: noise rate at the data end; positive
        beta_max: noise rate at the noise end; at least beta_min

    Returns:
        total_beta, noise rate integrated from the data end to time t.

    Source: Song et al. (2021), eq. (33).
    Equation: schedules.integrated_noise_rate (definition).
    """
    return beta_min * reversed_time + (beta_max - beta_min) * reversed_time**2 / 2


def sub_preserved_variance(alpha_t):
    r"""Sub-variance preserving noising.

    $$\sigma_t = 1 - \alpha_t^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]

    Returns:
        sigma_t, noise scale.

    Source: Song et al. (2021), eq. (29) in app. B.
    Equation: schedules.sub_preserved_variance (definition).
    """
    return 1 - alpha_t**2


def cosine_signal(t, offset, *, xp):
    r"""A cosine that is one at the data end.

    $$\varphi_t = \frac{1 - t + \delta}{1 + \delta} \frac{\pi}{2}$$
    $$\alpha_t = \frac{\cos{\left(\varphi_t \right)}}{\cos{\left(\varphi_1 \right)}}$$
    with $$\varphi_1 = \frac{\delta}{1 + \delta} \frac{\pi}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        offset: offset of the cosine schedule at the data end; nonnegative
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        angle, angle of the cosine schedule; alpha_t, signal scale.

    Source: Nichol et al. (2021), eq. (17).
    Equation: schedules.cosine_signal (definition).
    """
    data_angle = offset / (1 + offset) * math.pi / 2
    angle = (1 - t + offset) / (1 + offset) * math.pi / 2
    alpha_t = xp.cos(angle) / math.cos(data_angle)
    return angle, alpha_t


def polynomial_scales(t, n):
    r"""A power of time.

    $$\alpha_t = t^{n}$$
    $$\sigma_t = 1 - t^{n}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        n: power of time in the polynomial schedule; positive

    Returns:
        alpha_t, signal scale; sigma_t, noise scale.

    Source: Lipman et al. (2024), sec. 4.8, convex schedulers.
    Equation: schedules.polynomial_scales (definition).
    """
    alpha_t = t**n
    sigma_t = 1 - t**n
    return alpha_t, sigma_t


def geometric_noise(t, sigma_min, sigma_max):
    r"""Noise that grows geometrically on data that stay.

    $$\alpha_t = 1$$
    $$\sigma_t = \sigma_{\min} \left(\frac{\sigma_{\max}}{\sigma_{\min}}\right)^{1 - t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)
        sigma_max: noise scale at t = 0; positive

    Returns:
        alpha_t, signal scale; sigma_t, noise scale.

    Assumes $\sigma_{\min} > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (31).
    Equation: schedules.geometric_noise (definition).
    """
    alpha_t = 1
    sigma_t = sigma_min * (sigma_max / sigma_min)**(1 - t)
    return alpha_t, sigma_t


def linear_noise(t, sigma_max):
    r"""Noise that grows linearly on data that stay.

    $$\alpha_t = 1$$
    $$\sigma_t = \sigma_{\max} \left(1 - t\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_max: noise scale at t = 0; positive

    Returns:
        alpha_t, signal scale; sigma_t, noise scale.

    Source: Karras et al. (2022), sec. 4.
    Equation: schedules.linear_noise (definition).
    """
    alpha_t = 1
    sigma_t = sigma_max * (1 - t)
    return alpha_t, sigma_t


def table_scaling(beta, step_size):
    r"""A finer table has smaller steps.

    $$\beta_k = \beta_t h$$

    Elementwise: arrays broadcast against each other.

    Args:
        beta: noise rate at time t; positive
        step_size: time between two rows of the table; positive

    Returns:
        table_beta, noise rate of one row of the table.

    Source: Song et al. (2021), app. B.
    Equation: schedules.table_scaling (definition).
    """
    return beta * step_size


def local_exponent(t, sigma_t, dsigma_t):
    r"""How many powers of 1 - t the noise scale falls by.

    $$\nu_t = - \frac{\left(1 - t\right) \dot\sigma_t}{\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dsigma_t: time derivative of the noise scale; real

    Returns:
        noise_exponent, how many powers of 1 - t the noise scale falls by at time t.

    Source: this project, the slope of log sigma against log (1 - t).
    Equation: schedules.local_exponent (definition).
    """
    return -(1 - t) * dsigma_t / sigma_t


def log_snr_rate(alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Rate of the log signal-to-noise ratio.

    $$\dot\lambda_t = 2 \left(\frac{\dot\alpha_t}{\alpha_t} - \frac{\dot\sigma_t}{\sigma_t}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        log_snr_rate, time derivative of the log signal-to-noise ratio.

    Assumes $\alpha_t > 0$, $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 3.1.
    Equation: schedules.log_snr_rate (PROVED: any schedule).
    """
    return 2 * (dalpha_t / alpha_t - dsigma_t / sigma_t)


def linear(t, sigma_min, *, xp):
    r"""Linear schedule (conditional optimal transport, rectified flow).

    $$\alpha_t = t$$
    $$\sigma_t = 1 - \left(1 - \sigma_{\min}\right) t$$
    $$\dot\alpha_t = 1$$
    $$\dot\sigma_t = - \left(1 - \sigma_{\min}\right)$$
    $$\kappa_t = - \left(1 - \sigma_{\min}\right) \sigma_t$$
    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 1^{-}} \sigma_t = \sigma_{\min}$
        $\lim_{t \to 0^{+}} \lambda_t = -\infty$

    Source: Lipman et al. (2023), eqs. (20), (21).
    Equation: schedules.linear (PROVED: all t in (0, 1)).
    """
    alpha_t = t
    sigma_t = 1 - (1 - sigma_min) * t
    dalpha_t = 1
    dsigma_t = -(1 - sigma_min)
    half_variance_rate = -(1 - sigma_min) * sigma_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def trigonometric(t, *, xp):
    r"""Trigonometric schedule.

    $$\alpha_t = \sin{\left(\frac{\pi t}{2} \right)}$$
    $$\sigma_t = \cos{\left(\frac{\pi t}{2} \right)}$$
    $$\dot\alpha_t = \frac{\pi}{2} \sigma_t$$
    $$\dot\sigma_t = - \frac{\pi}{2} \alpha_t$$
    $$\kappa_t = - \frac{\pi}{2} \alpha_t \sigma_t$$
    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 1^{-}} \sigma_t = 0$
        $\lim_{t \to 1^{-}} \dot\alpha_t = 0$
        $\lim_{t \to 1^{-}} \lambda_t = \infty$

    Source: Albergo et al. (2023), sec. 4.
    Equation: schedules.trigonometric (PROVED: all t in (0, 1)).
    """
    alpha_t = xp.sin(math.pi * t / 2)
    sigma_t = xp.sin(math.pi * (1 - t) / 2)
    dalpha_t = math.pi / 2 * sigma_t
    dsigma_t = -math.pi / 2 * alpha_t
    half_variance_rate = -math.pi / 2 * alpha_t * sigma_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def polynomial(t, n, *, xp):
    r"""Polynomial schedule.

    $$\alpha_t = t^{n}$$
    $$\sigma_t = 1 - \alpha_t$$
    $$\dot\alpha_t = n t^{n - 1}$$
    $$\dot\sigma_t = - \dot\alpha_t$$
    $$\kappa_t = - \sigma_t \dot\alpha_t$$
    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        n: power of time in the polynomial schedule; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 1^{-}} \sigma_t = 0$
        $\lim_{t \to 1^{-}} \dot\sigma_t = - n$
        $\lim_{t \to 1^{-}} \lambda_t = \infty$

    Source: Lipman et al. (2024), sec. 4.8, convex schedulers.
    Equation: schedules.polynomial (PROVED: all t in (0, 1), any positive power).
    """
    alpha_t = t**n
    sigma_t = -xp.expm1(-n * xp.log1p((1 - t) / t))
    dalpha_t = n * t**(n - 1)
    dsigma_t = -dalpha_t
    half_variance_rate = -sigma_t * dalpha_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def variance_preserving(t, beta_min, beta_max, *, xp):
    r"""Variance preserving schedule with linear noise rate.

    $$\alpha_t = e^{- \frac{B_t}{2}}$$
    $$\sigma_t = \sqrt{1 - e^{- B_t}}$$
    $$\dot\alpha_t = \frac{\beta_t}{2} \alpha_t$$
    $$\dot\sigma_t = - \frac{\beta_t}{2} \frac{\alpha_t^{2}}{\sigma_t}$$
    $$\kappa_t = - \frac{\beta_t}{2} \alpha_t^{2}$$
    $$\lambda_t = - \log{\left(e^{B_t} - 1 \right)}$$
    with $$\beta_t = \beta_{\min} + \left(\beta_{\max} - \beta_{\min}\right) \left(1 - t\right)$$
    with $$B_t = \beta_{\min} \left(1 - t\right) + \frac{\left(\beta_{\max} - \beta_{\min}\right) \left(1 - t\right)^{2}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        beta_min: noise rate at the data end; positive
        beta_max: noise rate at the noise end; at least beta_min
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 0^{+}} \alpha_t = e^{- \frac{\beta_{\max}}{4} - \frac{\beta_{\min}}{4}}$
        $\lim_{t \to 1^{-}} \sigma_t = 0$
        $\lim_{t \to 1^{-}} \dot\sigma_t = -\infty$
        $\lim_{t \to 1^{-}} \kappa_t = - \frac{\beta_{\min}}{2}$
        $\lim_{t \to 1^{-}} \lambda_t = \infty$

    Assumes $\beta_{\max} \geq \beta_{\min}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (33).
    Equation: schedules.variance_preserving (PROVED: all t in (0, 1)).
    """
    beta = beta_min + (beta_max - beta_min) * (1 - t)
    total_beta = beta_min * (1 - t) + (beta_max - beta_min) * (1 - t)**2 / 2
    alpha_t = xp.exp(-total_beta / 2)
    sigma_t = xp.sqrt(-xp.expm1(-total_beta))
    dalpha_t = beta / 2 * alpha_t
    dsigma_t = -beta / 2 * alpha_t**2 / sigma_t
    half_variance_rate = -beta / 2 * alpha_t**2
    log_snr = -total_beta / 2 - xp.log(2 * xp.sinh(total_beta / 2))
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def sub_variance_preserving(t, beta_min, beta_max, *, xp):
    r"""Sub-variance preserving schedule with linear noise rate.

    $$\alpha_t = e^{- \frac{B_t}{2}}$$
    $$\sigma_t = 1 - e^{- B_t}$$
    $$\dot\alpha_t = \frac{\beta_t}{2} \alpha_t$$
    $$\dot\sigma_t = - \beta_t \alpha_t^{2}$$
    $$\kappa_t = - \beta_t \alpha_t^{2} \sigma_t$$
    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$
    with $$\beta_t = \beta_{\min} + \left(\beta_{\max} - \beta_{\min}\right) \left(1 - t\right)$$
    with $$B_t = \beta_{\min} \left(1 - t\right) + \frac{\left(\beta_{\max} - \beta_{\min}\right) \left(1 - t\right)^{2}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        beta_min: noise rate at the data end; positive
        beta_max: noise rate at the noise end; at least beta_min
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 0^{+}} \alpha_t = e^{- \frac{\beta_{\max}}{4} - \frac{\beta_{\min}}{4}}$
        $\lim_{t \to 1^{-}} \sigma_t = 0$
        $\lim_{t \to 1^{-}} \dot\sigma_t = - \beta_{\min}$
        $\lim_{t \to 1^{-}} \kappa_t = 0$
        $\lim_{t \to 1^{-}} \lambda_t = \infty$

    Assumes $\beta_{\max} \geq \beta_{\min}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (29) in app. B.
    Equation: schedules.sub_variance_preserving (PROVED: all t in (0, 1)).
    """
    beta = beta_min + (beta_max - beta_min) * (1 - t)
    total_beta = beta_min * (1 - t) + (beta_max - beta_min) * (1 - t)**2 / 2
    alpha_t = xp.exp(-total_beta / 2)
    sigma_t = -xp.expm1(-total_beta)
    dalpha_t = beta / 2 * alpha_t
    dsigma_t = -beta * alpha_t**2
    half_variance_rate = -beta * alpha_t**2 * sigma_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def cosine(t, offset, *, xp):
    r"""Cosine schedule.

    $$\alpha_t = \frac{\cos{\left(\varphi_t \right)}}{\cos{\left(\varphi_1 \right)}}$$
    $$\sigma_t = \sqrt{1 - \alpha_t^{2}}$$
    $$\dot\alpha_t = \frac{\pi}{2 \left(1 + \delta\right)} \frac{\sin{\left(\varphi_t \right)}}{\cos{\left(\varphi_1 \right)}}$$
    $$\dot\sigma_t = - \frac{\alpha_t \dot\alpha_t}{\sigma_t}$$
    $$\kappa_t = - \alpha_t \dot\alpha_t$$
    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$
    with $$\varphi_t = \frac{1 - t + \delta}{1 + \delta} \frac{\pi}{2}$$
    with $$\varphi_1 = \frac{\delta}{1 + \delta} \frac{\pi}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        offset: offset of the cosine schedule at the data end; nonnegative
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 0^{+}} \alpha_t = 0$
        $\lim_{t \to 1^{-}} \sigma_t = 0$
        $\lim_{t \to 1^{-}} \kappa_t = - \frac{\pi \tan{\left(\frac{\pi \delta}{2 + 2 \delta} \right)}}{2 + 2 \delta}$

    Source: Nichol et al. (2021), eq. (17).
    Equation: schedules.cosine (PROVED: all t in (0, 1)).
    """
    angle = (1 - t + offset) / (1 + offset) * math.pi / 2
    data_angle = offset / (1 + offset) * math.pi / 2
    alpha_t = xp.sin(math.pi * t / (2 * (1 + offset))) / math.cos(data_angle)
    sigma_t = xp.sqrt(xp.sin(math.pi * (1 - t) / (2 * (1 + offset))) * xp.sin(angle + data_angle) / math.cos(data_angle)**2)
    dalpha_t = math.pi / (2 * (1 + offset)) * xp.sin(angle) / math.cos(data_angle)
    dsigma_t = -alpha_t * dalpha_t / sigma_t
    half_variance_rate = -alpha_t * dalpha_t
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def sigmoid(t, start, end, tau, *, xp):
    r"""Sigmoid schedule.

    $$\alpha_t = \sqrt{\frac{\frac{1}{1 + e^{- \zeta_0}} - \frac{1}{1 + e^{- \zeta_t}}}{\frac{1}{1 + e^{- \zeta_0}} - \frac{1}{1 + e^{- \zeta_1}}}}$$
    $$\sigma_t = \sqrt{1 - \alpha_t^{2}}$$
    $$\dot\alpha_t = \frac{\gamma'_t}{2 \alpha_t}$$
    $$\dot\sigma_t = - \frac{\gamma'_t}{2 \sigma_t}$$
    $$\kappa_t = - \frac{\gamma'_t}{2}$$
    $$\lambda_t = 2 \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$
    with $$\zeta_1 = \frac{a}{\tau}$$
    with $$\zeta_0 = \frac{b}{\tau}$$
    with $$\zeta_t = \zeta_1 + \left(1 - t\right) \left(\zeta_0 - \zeta_1\right)$$
    with $$\gamma'_t = \frac{\left(\zeta_0 - \zeta_1\right) \cosh{\left(\frac{\zeta_0}{2} \right)} \cosh{\left(\frac{\zeta_1}{2} \right)}}{2 \cosh^{2}{\left(\frac{\zeta_t}{2} \right)} \sinh{\left(\frac{\zeta_0 - \zeta_1}{2} \right)}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        start: where on the sigmoid the data end lies; less than end
        end: where on the sigmoid the noise end lies; greater than start
        tau: temperature of the sigmoid; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 0^{+}} \alpha_t = 0$

    Assumes $b > a$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Chen et al. (2023), sec. 2.2.
    Equation: schedules.sigmoid (PROVED: all t in (0, 1)).
    """
    data_level = start / tau
    noise_level = end / tau
    level = data_level + (1 - t) * (noise_level - data_level)
    signal_rate = (noise_level - data_level) * math.cosh(noise_level / 2) * math.cosh(data_level / 2) / (2 * xp.cosh(level / 2)**2 * math.sinh((noise_level - data_level) / 2))
    alpha_t = xp.sqrt(xp.sinh(t * (noise_level - data_level) / 2) * math.cosh(data_level / 2) / (xp.cosh(level / 2) * math.sinh((noise_level - data_level) / 2)))
    sigma_t = xp.sqrt(xp.sinh((1 - t) * (noise_level - data_level) / 2) * math.cosh(noise_level / 2) / (xp.cosh(level / 2) * math.sinh((noise_level - data_level) / 2)))
    dalpha_t = signal_rate / (2 * alpha_t)
    dsigma_t = -signal_rate / (2 * sigma_t)
    half_variance_rate = -signal_rate / 2
    log_snr = 2 * xp.log(alpha_t / sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def variance_exploding(t, sigma_min, sigma_max, *, xp):
    r"""Variance exploding schedule.

    $$\alpha_t = 1$$
    $$\sigma_t = \sigma_{\min} \left(\frac{\sigma_{\max}}{\sigma_{\min}}\right)^{1 - t}$$
    $$\dot\alpha_t = 0$$
    $$\dot\sigma_t = - \log{\left(\frac{\sigma_{\max}}{\sigma_{\min}} \right)} \sigma_t$$
    $$\kappa_t = - \log{\left(\frac{\sigma_{\max}}{\sigma_{\min}} \right)} \sigma_t^{2}$$
    $$\lambda_t = -2 \log{\left(\sigma_t \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)
        sigma_max: noise scale at t = 0; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 0^{+}} \sigma_t = \sigma_{\max}$
        $\lim_{t \to 1^{-}} \sigma_t = \sigma_{\min}$

    Assumes $\sigma_{\min} > 0$, $\sigma_{\max} > \sigma_{\min}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (31).
    Equation: schedules.variance_exploding (PROVED: all t in [0, 1]).
    """
    alpha_t = 1
    sigma_t = sigma_min * (sigma_max / sigma_min)**(1 - t)
    dalpha_t = 0
    dsigma_t = -math.log(sigma_max / sigma_min) * sigma_t
    half_variance_rate = -math.log(sigma_max / sigma_min) * sigma_t**2
    log_snr = -2 * xp.log(sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def edm(t, sigma_max, *, xp):
    r"""EDM schedule: the noise scale is the time.

    $$\alpha_t = 1$$
    $$\sigma_t = \sigma_{\max} \left(1 - t\right)$$
    $$\dot\alpha_t = 0$$
    $$\dot\sigma_t = - \sigma_{\max}$$
    $$\kappa_t = - \sigma_{\max} \sigma_t$$
    $$\lambda_t = -2 \log{\left(\sigma_t \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_max: noise scale at t = 0; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale; dalpha_t, time derivative of the signal scale; dsigma_t, time
        derivative of the noise scale; half_variance_rate, half the time derivative of the squared noise scale; finite
        where that of the noise scale is not; log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Limits:
        $\lim_{t \to 0^{+}} \sigma_t = \sigma_{\max}$
        $\lim_{t \to 1^{-}} \sigma_t = 0$
        $\lim_{t \to 1^{-}} \kappa_t = 0$
        $\lim_{t \to 1^{-}} \lambda_t = \infty$

    Source: Karras et al. (2022), sec. 4.
    Equation: schedules.edm (PROVED: all t in (0, 1)).
    """
    alpha_t = 1
    sigma_t = sigma_max * (1 - t)
    dalpha_t = 0
    dsigma_t = -sigma_max
    half_variance_rate = -sigma_max * sigma_t
    log_snr = -2 * xp.log(sigma_t)
    return alpha_t, sigma_t, dalpha_t, dsigma_t, half_variance_rate, log_snr


def linear_time(log_snr, sigma_min, *, xp):
    r"""Time on the linear schedule.

    $$t = \frac{1}{e^{- \frac{\lambda_t}{2}} + 1 - \sigma_{\min}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        sigma_min: noise scale left at t = 1; [0, 1)
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.linear_time (PROVED: log-SNR up to -2 log(sigma_min)).
    """
    return 1 / (xp.exp(-log_snr / 2) + 1 - sigma_min)


def trigonometric_time(log_snr, *, xp):
    r"""Time on the trigonometric schedule.

    $$t = \frac{2}{\pi} \operatorname{atan}{\left(e^{\frac{\lambda_t}{2}} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.trigonometric_time (PROVED: every log-SNR).
    """
    return 2 / math.pi * xp.atan(xp.exp(log_snr / 2))


def polynomial_time(log_snr, n, *, xp):
    r"""Time on the polynomial schedule.

    $$t = \left(1 + e^{- \frac{\lambda_t}{2}}\right)^{- \frac{1}{n}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        n: power of time in the polynomial schedule; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.polynomial_time (PROVED: every log-SNR).
    """
    return (1 + xp.exp(-log_snr / 2))**(-1 / n)


def signal_from_total_noise(total_beta, *, xp):
    r"""Signal left, from the integrated noise rate.

    $$\alpha_t = e^{- \frac{B_t}{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        total_beta: noise rate integrated from the data end to time t; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale.

    Source: Song et al. (2021), eq. (33).
    Equation: schedules.signal_from_total_noise (PROVED: variance preserving and sub-variance preserving schedules).
    """
    return xp.exp(-total_beta / 2)


def variance_preserving_time(log_snr, beta_min, beta_max, *, xp):
    r"""Time on the variance preserving schedule.

    $$t = 1 - \frac{2 B_t}{\beta_{\min} + \sqrt{\beta_{\min}^{2} + 2 \left(\beta_{\max} - \beta_{\min}\right) B_t}}$$
    with $$B_t = \operatorname{log1p}\left(e^{- \lambda_t}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        beta_min: noise rate at the data end; positive
        beta_max: noise rate at the noise end; at least beta_min
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Assumes $\beta_{\max} > \beta_{\min}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lu et al. (2022), app. D.4.
    Equation: schedules.variance_preserving_time (PROVED: log-SNR from that at t = 0).
    """
    total_beta = xp.log1p(xp.exp(-log_snr))
    return 1 - 2 * total_beta / (beta_min + xp.sqrt(beta_min**2 + 2 * (beta_max - beta_min) * total_beta))


def sub_variance_preserving_time(log_snr, beta_min, beta_max, *, xp):
    r"""Time on the sub-variance preserving schedule.

    $$t = 1 - \frac{2 B_t}{\beta_{\min} + \sqrt{\beta_{\min}^{2} + 2 \left(\beta_{\max} - \beta_{\min}\right) B_t}}$$
    with $$B_t = \operatorname{log1p}\left(\frac{e^{- \lambda_t} + e^{- \frac{\lambda_t}{2}} \sqrt{e^{- \lambda_t} + 4}}{2}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        beta_min: noise rate at the data end; positive
        beta_max: noise rate at the noise end; at least beta_min
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Assumes $\beta_{\max} > \beta_{\min}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.sub_variance_preserving_time (PROVED: log-SNR from that at t = 0).
    """
    total_beta = xp.log1p((xp.exp(-log_snr) + xp.exp(-log_snr / 2) * xp.sqrt(xp.exp(-log_snr) + 4)) / 2)
    return 1 - 2 * total_beta / (beta_min + xp.sqrt(beta_min**2 + 2 * (beta_max - beta_min) * total_beta))


def cosine_time(log_snr, offset, *, xp):
    r"""Time on the cosine schedule.

    $$t = \frac{2 \left(1 + \delta\right)}{\pi} \operatorname{atan}{\left(\frac{\cos{\left(\varphi_1 \right)}}{\sqrt{e^{- \lambda_t} + \sin^{2}{\left(\varphi_1 \right)}}} \right)}$$
    with $$\varphi_1 = \frac{\delta}{1 + \delta} \frac{\pi}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        offset: offset of the cosine schedule at the data end; nonnegative
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.cosine_time (PROVED: every log-SNR).
    """
    data_angle = offset / (1 + offset) * math.pi / 2
    return 2 * (1 + offset) / math.pi * xp.atan(math.cos(data_angle) / xp.sqrt(xp.exp(-log_snr) + math.sin(data_angle)**2))


def sigmoid_time(log_snr, start, end, tau, *, xp):
    r"""Time on the sigmoid schedule.

    $$t = \frac{\log{\left(1 + \frac{2 \sinh{\left(\frac{\zeta_0 - \zeta_1}{2} \right)}}{\frac{e^{- \lambda_t} \cosh{\left(\frac{\zeta_1}{2} \right)}}{\cosh{\left(\frac{\zeta_0}{2} \right)}} + e^{- \frac{\zeta_0 - \zeta_1}{2}}} \right)}}{\zeta_0 - \zeta_1}$$
    with $$\zeta_1 = \frac{a}{\tau}$$
    with $$\zeta_0 = \frac{b}{\tau}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        start: where on the sigmoid the data end lies; less than end
        end: where on the sigmoid the noise end lies; greater than start
        tau: temperature of the sigmoid; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Assumes $b > a$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.sigmoid_time (PROVED: every log-SNR).
    """
    data_level = start / tau
    noise_level = end / tau
    return xp.log1p(2 * math.sinh((noise_level - data_level) / 2) / (xp.exp(-log_snr) * math.cosh(data_level / 2) / math.cosh(noise_level / 2) + math.exp(-(noise_level - data_level) / 2))) / (noise_level - data_level)


def variance_exploding_time(log_snr, sigma_min, sigma_max):
    r"""Time on the variance exploding schedule.

    $$t = \frac{\frac{\lambda_t}{2} + \log{\left(\sigma_{\max} \right)}}{\log{\left(\frac{\sigma_{\max}}{\sigma_{\min}} \right)}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        sigma_min: noise scale left at t = 1; [0, 1)
        sigma_max: noise scale at t = 0; positive

    Returns:
        t, time, 0 at noise and 1 at data.

    Assumes $\sigma_{\min} > 0$, $\sigma_{\max} > \sigma_{\min}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.variance_exploding_time (PROVED: log-SNR between -2 log(sigma_max) and -2 log(sigma_min)).
    """
    return (log_snr / 2 + math.log(sigma_max)) / math.log(sigma_max / sigma_min)


def edm_time(log_snr, sigma_max, *, xp):
    r"""Time on the EDM schedule.

    $$t = 1 - \frac{e^{- \frac{\lambda_t}{2}}}{\sigma_{\max}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        sigma_max: noise scale at t = 0; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        t, time, 0 at noise and 1 at data.

    Source: this project, the log signal-to-noise ratio, solved for the time.
    Equation: schedules.edm_time (PROVED: log-SNR from -2 log(sigma_max)).
    """
    return 1 - xp.exp(-log_snr / 2) / sigma_max


def discrete_step(alpha_t, sigma_t, table_beta, *, xp):
    r"""From one row of the table to the next.

    $$\alpha_s = \sqrt{1 - \beta_k} \alpha_t$$
    $$\sigma_s = \sqrt{\left(1 - \beta_k\right) \sigma_t^{2} + \beta_k}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        table_beta: noise rate of one row of the table; (0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_s, signal scale at time s; sigma_s, noise scale at time s.

    Assumes $\beta_k < 1$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Ho et al. (2020), eqs. (2), (4).
    Equation: schedules.discrete_step (PROVED: any table).
    """
    alpha_s = xp.sqrt(1 - table_beta) * alpha_t
    sigma_s = xp.sqrt((1 - table_beta) * sigma_t**2 + table_beta)
    return alpha_s, sigma_s


def discrete_limit(alpha_t, beta):
    r"""A fine table is the variance preserving schedule.

    $$\dot\alpha_t = \frac{\beta_t}{2} \alpha_t$$
    $$\kappa_t = - \frac{\beta_t}{2} \alpha_t^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        beta: noise rate at time t; positive

    Returns:
        dalpha_t, time derivative of the signal scale; half_variance_rate, half the time derivative of the squared noise
        scale; finite where that of the noise scale is not.

    Source: Song et al. (2021), app. B.
    Equation: schedules.discrete_limit (PROVED: any noise rate).
    """
    dalpha_t = beta / 2 * alpha_t
    half_variance_rate = -beta / 2 * alpha_t**2
    return dalpha_t, half_variance_rate


def zero_terminal_snr(alpha_t, alpha_0, alpha_1, *, xp):
    r"""Rescaling to zero terminal signal-to-noise ratio.

    $$\alpha^{*}_t = \frac{\left(\alpha_t - \alpha_0\right) \alpha_1}{\alpha_1 - \alpha_0}$$
    $$\sigma^{*}_t = \sqrt{1 - \left(\alpha^{*}_t\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        alpha_0: signal scale at the noise end; [0, 1)
        alpha_1: signal scale at the data end; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        rescaled_alpha, signal scale after rescaling; rescaled_sigma, noise scale after rescaling.

    Assumes $\alpha_t < \alpha_1$, $\alpha_0 < \alpha_t$, $\alpha_1 < 1$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lin et al. (2024), sec. 3.1, algorithm 1.
    Equation: schedules.zero_terminal_snr (PROVED: any table of a variance preserving chain).
    """
    rescaled_alpha = (alpha_t - alpha_0) * alpha_1 / (alpha_1 - alpha_0)
    rescaled_sigma = xp.sqrt(1 - rescaled_alpha**2)
    return rescaled_alpha, rescaled_sigma


def time_shift(t, shift):
    r"""Shifted time.

    $$\tilde t = \frac{t}{t + M \left(1 - t\right)}$$
    $$\dot{\tilde t} = \frac{M}{\left(t + M \left(1 - t\right)\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        shift: factor by which the noise-to-signal ratio is shifted; positive

    Returns:
        shifted_time, time after the shift; shifted_rate, time derivative of the shifted time.

    Source: Esser et al. (2024), eq. (23).
    Equation: schedules.time_shift (PROVED: all t in (0, 1]).
    """
    shifted_time = t / (t + shift * (1 - t))
    shifted_rate = shift / (t + shift * (1 - t))**2
    return shifted_time, shifted_rate


def time_shift_twice(t, shift):
    r"""Shifting twice is shifting by the square.

    $$\tilde t = \frac{t}{t + M^{2} \left(1 - t\right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        shift: factor by which the noise-to-signal ratio is shifted; positive

    Returns:
        shifted_time, time after the shift.

    Source: this project, the ratio is multiplied twice.
    Equation: schedules.time_shift_twice (PROVED: all t in (0, 1]).
    """
    return t / (t + shift**2 * (1 - t))


def noise_exponent(t, sigma_t, half_variance_rate):
    r"""How many powers of 1 - t the noise scale falls by.

    $$\nu_t = - \frac{\left(1 - t\right) \kappa_t}{\sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        noise_exponent, how many powers of 1 - t the noise scale falls by at time t.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the definition, without the rate of the noise scale.
    Equation: schedules.noise_exponent (PROVED: any schedule, all t in (0, 1)).
    """
    return -(1 - t) * half_variance_rate / sigma_t**2
