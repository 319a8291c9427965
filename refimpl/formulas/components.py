"""Generated from derivations/components.py. Do not edit: python -m derivations generate"""

import math


def gaussian_data(data, mean, variance, *, xp):
    r"""Gaussian data, one coordinate.

    $$q(x_1) = \frac{e^{- \frac{\left(x_1 - \mu\right)^{2}}{2 c}}}{\sqrt{2 \pi c}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        prior_density, density of the data.

    Source: Bishop et al. (2006), eq. (1.46).
    Equation: components.gaussian_data (definition).
    """
    return xp.exp(-(data - mean)**2 / (2 * variance)) / xp.sqrt(2 * math.pi * variance)


def posterior_mean(x, mean, variance, alpha_t, sigma_t):
    r"""Expected data point of one Gaussian coordinate.

    $$\mathbb{E}[x_1 \mid x_t] = \frac{\alpha_t c x_t + \sigma_t^{2} \mu}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        posterior_mean, expected data point, given x (the denoiser).

    Source: Bishop et al. (2006), eq. (2.116).
    Equation: components.posterior_mean (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return (alpha_t * variance * x + sigma_t**2 * mean) / (alpha_t**2 * variance + sigma_t**2)


def posterior_variance(variance, alpha_t, sigma_t):
    r"""Variance of the data point of one Gaussian coordinate, given x.

    $$\operatorname{Var}[x_1 \mid x_t] = \frac{\sigma_t^{2} c}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        posterior_variance, variance of one coordinate of the data point, given x.

    Source: Bishop et al. (2006), eq. (2.117).
    Equation: components.posterior_variance (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return sigma_t**2 * variance / (alpha_t**2 * variance + sigma_t**2)


def noise(x, mean, variance, alpha_t, sigma_t):
    r"""Expected noise of one Gaussian coordinate.

    $$\mathbb{E}[\epsilon \mid x_t] = \frac{\sigma_t}{\alpha_t^{2} c + \sigma_t^{2}} \left(x_t - \alpha_t \mu\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        expected_noise, expected noise, given x.

    Source: Efron et al. (2011), eq. (1.4).
    Equation: components.noise (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return sigma_t / (alpha_t**2 * variance + sigma_t**2) * (x - alpha_t * mean)


def velocity(x, mean, variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    r"""Marginal velocity of one Gaussian coordinate.

    $$u_t(x_t) = \frac{\left(\alpha_t \dot\alpha_t c + \kappa_t\right) x_t + \left(\dot\alpha_t \sigma_t^{2} - \alpha_t \kappa_t\right) \mu}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        marginal_velocity, marginal velocity: expected velocity, given x.

    Source: Albergo et al. (2023), sec. 4.
    Equation: components.velocity (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return ((alpha_t * dalpha_t * variance + half_variance_rate) * x + (dalpha_t * sigma_t**2 - alpha_t * half_variance_rate) * mean) / (alpha_t**2 * variance + sigma_t**2)


def v_prediction(x, mean, variance, alpha_t, sigma_t):
    r"""Expected v-prediction of one Gaussian coordinate.

    $$\mathbb{E}[\mathrm{v}_t \mid x_t] = \frac{\sigma_t \left(\alpha_t \left(1 - c\right) x_t - \left(\alpha_t^{2} + \sigma_t^{2}\right) \mu\right)}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        expected_v_prediction, expected v-prediction, given x.

    Source: Salimans et al. (2022), sec. 4.
    Equation: components.v_prediction (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return sigma_t * (alpha_t * (1 - variance) * x - (alpha_t**2 + sigma_t**2) * mean) / (alpha_t**2 * variance + sigma_t**2)


def log_density(x, mean, variance, alpha_t, sigma_t, *, xp):
    r"""Log density of one Gaussian coordinate.

    $$\log p_t(x_t) = - \frac{\left(x_t - \alpha_t \mu\right)^{2}}{2 V_t} - \frac{\log{\left(2 \pi V_t \right)}}{2}$$
    with $$V_t = \alpha_t^{2} c + \sigma_t^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_density, log density of x.

    Source: Bishop et al. (2006), eq. (2.115).
    Equation: components.log_density (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    own_variance = alpha_t**2 * variance + sigma_t**2
    return -(x - alpha_t * mean)**2 / (2 * own_variance) - xp.log(2 * math.pi * own_variance) / 2


def score(x, mean, variance, alpha_t, sigma_t):
    r"""Score of one Gaussian coordinate.

    $$\nabla\log p_t(x_t) = - \frac{x_t - \alpha_t \mu}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        marginal_score, gradient in x of the log density of x.

    Source: Song et al. (2021), sec. 3.3.
    Equation: components.score (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return -(x - alpha_t * mean) / (alpha_t**2 * variance + sigma_t**2)


def divergence(variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    r"""Divergence of the velocity, one Gaussian coordinate.

    $$\nabla\!\cdot u_t(x_t) = \frac{\alpha_t \dot\alpha_t c + \kappa_t}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        divergence, divergence of the marginal velocity (one coordinate's share).

    Source: this project, the slope of an affine function.
    Equation: components.divergence (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return (alpha_t * dalpha_t * variance + half_variance_rate) / (alpha_t**2 * variance + sigma_t**2)


def relative_log_density(log_density, reference_log_density):
    r"""Log density relative to a reference.

    $$\ell_t(x_t) = \log p_t(x_t) - \log r_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_density: log density of x; real
        reference_log_density: log density of the reference; real

    Returns:
        log_odds, log density relative to the reference's.

    Source: this project, a name.
    Equation: components.relative_log_density (definition).
    """
    return log_density - reference_log_density


def log_odds(x, mean, variance, reference_variance, alpha_t, sigma_t, *, xp):
    r"""Log density of one Gaussian coordinate, relative to a common reference.

    $$\ell_t(x_t) = \frac{\alpha_t^{2} \left(c - r\right)}{R_t} \frac{\left(x_t - \alpha_t \mu\right)^{2}}{2 V_t} + \frac{\alpha_t \mu \left(2 x_t - \alpha_t \mu\right)}{2 R_t} - \frac{\log{\left(\frac{V_t}{R_t} \right)}}{2}$$
    with $$V_t = \alpha_t^{2} c + \sigma_t^{2}$$
    with $$R_t = \alpha_t^{2} r + \sigma_t^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        reference_variance: variance of a round Gaussian around zero, the same for all components; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_odds, log density relative to the reference's.

    Source: this project, a difference without cancellation.
    Equation: components.log_odds (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    own_variance = alpha_t**2 * variance + sigma_t**2
    common_variance = alpha_t**2 * reference_variance + sigma_t**2
    return alpha_t**2 * (variance - reference_variance) / common_variance * (x - alpha_t * mean)**2 / (2 * own_variance) + alpha_t * mean * (2 * x - alpha_t * mean) / (2 * common_variance) - xp.log(own_variance / common_variance) / 2


def score_excess(x, mean, variance, reference_variance, alpha_t, sigma_t):
    r"""Score of one Gaussian coordinate, relative to a common reference.

    $$\nabla\ell_t(x_t) = \frac{\alpha_t \left(\frac{\alpha_t \left(c - r\right) \left(x_t - \alpha_t \mu\right)}{V_t} + \mu\right)}{R_t}$$
    with $$V_t = \alpha_t^{2} c + \sigma_t^{2}$$
    with $$R_t = \alpha_t^{2} r + \sigma_t^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        reference_variance: variance of a round Gaussian around zero, the same for all components; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        score_excess, score relative to the reference's.

    Source: this project, a difference without cancellation.
    Equation: components.score_excess (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    own_variance = alpha_t**2 * variance + sigma_t**2
    common_variance = alpha_t**2 * reference_variance + sigma_t**2
    return alpha_t * (alpha_t * (variance - reference_variance) * (x - alpha_t * mean) / own_variance + mean) / common_variance


def standard_point(x, mean, variance, alpha_t, sigma_t, *, xp):
    r"""A point in units of its own mean and deviation.

    $$\bar x_t = \frac{x_t - \alpha_t \mu}{\sqrt{\alpha_t^{2} c + \sigma_t^{2}}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        standard_point, point in units of its own mean and deviation.

    Source: this project, a name.
    Equation: components.standard_point (definition).
    """
    return (x - alpha_t * mean) / xp.sqrt(alpha_t**2 * variance + sigma_t**2)


def flow(x, mean, variance, alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    r"""Exact flow map of one Gaussian coordinate.

    $$x_s = \alpha_s \mu + \sqrt{\frac{\alpha_s^{2} c + \sigma_s^{2}}{\alpha_t^{2} c + \sigma_t^{2}}} \left(x_t - \alpha_t \mu\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        x_s, point on the path at time s.

    Source: Albergo et al. (2023), sec. 4.
    Equation: components.flow (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return alpha_s * mean + xp.sqrt((alpha_s**2 * variance + sigma_s**2) / (alpha_t**2 * variance + sigma_t**2)) * (x - alpha_t * mean)
