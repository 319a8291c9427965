"""Generated from derivations/marginals.py. Do not edit: python -m derivations generate"""

import math


def bayes(prior_score, likelihood_score):
    r"""Bayes' rule for scores.

    $$\nabla_{x_1}\log p_t(x_1 \mid x_t) = \nabla_{x_1}\log q(x_1) + \nabla_{x_1}\log p_t(x_t \mid x_1)$$

    Elementwise: arrays broadcast against each other.

    Args:
        prior_score: gradient of the log density of the data; real
        likelihood_score: gradient in the data point of the log density of x; real

    Returns:
        posterior_score, gradient in the data point of its log density, given x.

    Source: Bishop et al. (2006), eq. (1.44).
    Equation: marginals.bayes (definition).
    """
    return prior_score + likelihood_score


def score_of_gaussian_data(data, mean, covariance, *, xp):
    r"""Score of Gaussian data.

    $$\nabla_{x_1}\log q(x_1) = - \Sigma^{-1} \left(x_1 - \mu\right)$$

    Any leading axes of x; one time for all points, so the scales are numbers.

    Args:
        data: data end point of the path; real, last axis d
        mean: mean of the data; real, last axis d
        covariance: covariance of the data, symmetric and positive definite; positive definite, shape (d, d)
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        prior_score, gradient of the log density of the data.

    Source: Bishop et al. (2006), eq. (2.43).
    Equation: marginals.score_of_gaussian_data (definition).
    """
    return -(data - mean) @ xp.linalg.inv(covariance)


def score_of_the_likelihood(x, data, alpha_t, sigma_t):
    r"""Score of the likelihood, in the data point.

    $$\nabla_{x_1}\log p_t(x_t \mid x_1) = \frac{\alpha_t \left(x_t - \alpha_t x_1\right)}{\sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        likelihood_score, gradient in the data point of the log density of x.

    Source: Bishop et al. (2006), eq. (2.43).
    Equation: marginals.score_of_the_likelihood (definition).
    """
    return alpha_t * (x - alpha_t * data) / sigma_t**2


def score_of_a_gaussian_posterior(data, posterior_mean, posterior_covariance, *, xp):
    r"""A density whose score is affine is Gaussian.

    $$\nabla_{x_1}\log p_t(x_1 \mid x_t) = - \operatorname{Cov}[x_1 \mid x_t]^{-1} \left(x_1 - \mathbb{E}[x_1 \mid x_t]\right)$$

    Any leading axes of x; one time for all points, so the scales are numbers.

    Args:
        data: data end point of the path; real, last axis d
        posterior_mean: expected data point, given x (the denoiser); real, last axis d
        posterior_covariance: covariance of the data point, given x; positive definite, shape (d, d)
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        posterior_score, gradient in the data point of its log density, given x.

    Source: Bishop et al. (2006), sec. 2.3.1.
    Equation: marginals.score_of_a_gaussian_posterior (definition).
    """
    return -(data - posterior_mean) @ xp.linalg.inv(posterior_covariance)


def posterior_mean(x, mean, covariance, alpha_t, sigma_t, *, xp):
    r"""Expected data point of a Gaussian, given x.

    $$\mathbb{E}[x_1 \mid x_t] = \mu + \alpha_t \Sigma \left(\alpha_t^{2} \Sigma + \sigma_t^{2} I\right)^{-1} \left(x_t - \alpha_t \mu\right)$$

    Any leading axes of x; one time for all points, so the scales are numbers.

    Args:
        x: point on the path; real, last axis d
        mean: mean of the data; real, last axis d
        covariance: covariance of the data, symmetric and positive definite; positive definite, shape (d, d)
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        posterior_mean, expected data point, given x (the denoiser).

    Source: Bishop et al. (2006), eq. (2.116); Efron et al. (2011), eq. (1.4).
    Equation: marginals.posterior_mean (PROVED: any dimension, full covariance).
    """
    return mean + (x - alpha_t * mean) @ xp.linalg.solve(alpha_t**2 * covariance + sigma_t**2 * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), alpha_t * covariance)


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
    Equation: marginals.gaussian_data (definition).
    """
    return xp.exp(-(data - mean)**2 / (2 * variance)) / xp.sqrt(2 * math.pi * variance)


def log_density(marginal_density, *, xp):
    r"""Log density.

    $$\log p_t(x_t) = \log{\left(p_t(x_t) \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        marginal_density: density of x; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_density, log density of x.

    Source: this project, a name.
    Equation: marginals.log_density (definition).
    """
    return xp.log(marginal_density)


def component_posterior_mean(x, mean, variance, alpha_t, sigma_t):
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
    Equation: marginals.component_posterior_mean (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return (alpha_t * variance * x + sigma_t**2 * mean) / (alpha_t**2 * variance + sigma_t**2)


def component_noise(x, mean, variance, alpha_t, sigma_t):
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
    Equation: marginals.component_noise (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return sigma_t / (alpha_t**2 * variance + sigma_t**2) * (x - alpha_t * mean)


def component_velocity(x, mean, variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
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
    Equation: marginals.component_velocity (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return ((alpha_t * dalpha_t * variance + half_variance_rate) * x + (dalpha_t * sigma_t**2 - alpha_t * half_variance_rate) * mean) / (alpha_t**2 * variance + sigma_t**2)


def component_v_prediction(x, mean, variance, alpha_t, sigma_t):
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
    Equation: marginals.component_v_prediction (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return sigma_t * (alpha_t * (1 - variance) * x - (alpha_t**2 + sigma_t**2) * mean) / (alpha_t**2 * variance + sigma_t**2)


def component_log_density(x, mean, variance, alpha_t, sigma_t, *, xp):
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
    Equation: marginals.component_log_density (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    own_variance = alpha_t**2 * variance + sigma_t**2
    return -(x - alpha_t * mean)**2 / (2 * own_variance) - xp.log(2 * math.pi * own_variance) / 2


def component_score(x, mean, variance, alpha_t, sigma_t):
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
    Equation: marginals.component_score (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return -(x - alpha_t * mean) / (alpha_t**2 * variance + sigma_t**2)


def component_divergence(variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
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
    Equation: marginals.component_divergence (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return (alpha_t * dalpha_t * variance + half_variance_rate) / (alpha_t**2 * variance + sigma_t**2)


def log_odds(log_density, reference_log_density):
    r"""Log density relative to a reference.

    $$\ell_t(x_t) = \log p_t(x_t) - \log r_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_density: log density of x; real
        reference_log_density: log density of the reference; real

    Returns:
        log_odds, log density relative to the reference's.

    Source: this project, a name.
    Equation: marginals.log_odds (definition).
    """
    return log_density - reference_log_density


def component_log_odds(x, mean, variance, reference_variance, alpha_t, sigma_t, *, xp):
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
    Equation: marginals.component_log_odds (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    own_variance = alpha_t**2 * variance + sigma_t**2
    common_variance = alpha_t**2 * reference_variance + sigma_t**2
    return alpha_t**2 * (variance - reference_variance) / common_variance * (x - alpha_t * mean)**2 / (2 * own_variance) + alpha_t * mean * (2 * x - alpha_t * mean) / (2 * common_variance) - xp.log(own_variance / common_variance) / 2


def component_score_excess(x, mean, variance, reference_variance, alpha_t, sigma_t):
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
    Equation: marginals.component_score_excess (PROVED: one coordinate in the eigenbasis of the covariance; any d).
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
    Equation: marginals.standard_point (definition).
    """
    return (x - alpha_t * mean) / xp.sqrt(alpha_t**2 * variance + sigma_t**2)


def component_flow(x, mean, variance, alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
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
    Equation: marginals.component_flow (PROVED: one coordinate in the eigenbasis of the covariance; any d).
    """
    return alpha_s * mean + xp.sqrt((alpha_s**2 * variance + sigma_s**2) / (alpha_t**2 * variance + sigma_t**2)) * (x - alpha_t * mean)


def mixture_data(weight, component_prior, *, xp):
    r"""Mixture of data densities.

    $$q(x_1) = \sum_{k=1}^{K} w_k q_k(x_1)$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        component_prior: density of the data in each component; positive, one value for each component along the first
            axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        prior_density, density of the data.

    Source: Bishop et al. (2006), eq. (2.188).
    Equation: marginals.mixture_data (definition).
    """
    return xp.sum(weight * component_prior, axis=0)


def velocity(weight, density, component_velocity, *, xp):
    r"""Marginal velocity of a mixture.

    $$u_t(x_t) = \frac{\sum_{k=1}^{K} w_k p_k(x_t) u_k(x_t)}{\sum_{k=1}^{K} w_k p_k(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        component_velocity: marginal velocity of each component; real, one value for each component along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        marginal_velocity, marginal velocity: expected velocity, given x.

    Source: Lipman et al. (2023), eq. (8); Albergo et al. (2023), sec. 4.
    Equation: marginals.velocity (PROVED: any number of components, any component densities, componentwise).
    """
    return xp.sum(weight * density * component_velocity, axis=0) / xp.sum(weight * density, axis=0)


def divergence(weight, density, component_velocity, component_score, component_divergence, *, xp):
    r"""Divergence of the marginal velocity of a mixture.

    $$\nabla\!\cdot u_t(x_t) = \mathbb{E}[\nabla\!\cdot u_k + \nabla\log p_k\, u_k] - \nabla\log p_t(x_t) u_t(x_t)$$
    with $$p_t(x_t) = \sum_{k=1}^{K} w_k p_k(x_t)$$
    with $$\mathbb{E}[\nabla\!\cdot u_k + \nabla\log p_k\, u_k] = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \left(\nabla\!\cdot u_k(x_t) + \nabla\log p_k(x_t) u_k(x_t)\right)}{p_t(x_t)}$$
    with $$\nabla\log p_t(x_t) = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \nabla\log p_k(x_t)}{p_t(x_t)}$$
    with $$u_t(x_t) = \frac{\sum_{k=1}^{K} w_k p_k(x_t) u_k(x_t)}{p_t(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        component_velocity: marginal velocity of each component; real, one value for each component along the first axis
        component_score: score of each component; real, one value for each component along the first axis
        component_divergence: divergence of each component's velocity; real, one value for each component along the
            first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        divergence, divergence of the marginal velocity (one coordinate's share).

    Source: this project, quotient rule.
    Equation: marginals.divergence (PROVED: any number of components; one coordinate's share, any d).
    """
    marginal_density = xp.sum(weight * density, axis=0)
    gain = xp.sum(weight * density * (component_divergence + component_score * component_velocity), axis=0) / marginal_density
    marginal_score = xp.sum(weight * density * component_score, axis=0) / marginal_density
    marginal_velocity = xp.sum(weight * density * component_velocity, axis=0) / marginal_density
    return gain - marginal_score * marginal_velocity
