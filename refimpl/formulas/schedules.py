"""Generated from derivations/schedules.py. Do not edit: python -m derivations generate"""

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
