"""Generated from derivations/marginals/. Do not edit: python -m derivations generate"""


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


def posterior_covariance(covariance, alpha_t, sigma_t, *, xp):
    r"""Covariance of the data point of a Gaussian, given x.

    $$\operatorname{Cov}[x_1 \mid x_t] = \sigma_t^{2} \Sigma \left(\alpha_t^{2} \Sigma + \sigma_t^{2} I\right)^{-1}$$

    One time for all points, so the scales are numbers.

    Args:
        covariance: covariance of the data, symmetric and positive definite; positive definite, shape (d, d)
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        posterior_covariance, covariance of the data point, given x.

    Source: Bishop et al. (2006), eq. (2.117).
    Equation: marginals.posterior_covariance (PROVED: any dimension, full covariance).
    """
    return xp.linalg.solve(alpha_t**2 * covariance + sigma_t**2 * xp.eye(covariance.shape[-1], dtype=covariance.dtype, device=covariance.device), sigma_t**2 * covariance)


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


def tweedie(x, marginal_score, alpha_t, sigma_t):
    r"""Tweedie's formula: the expected data point from the score.

    $$\mathbb{E}[x_1 \mid x_t] = \frac{x_t + \sigma_t^{2} \nabla\log p_t(x_t)}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        marginal_score: gradient in x of the log density of x; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        posterior_mean, expected data point, given x (the denoiser).

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Efron et al. (2011), eq. (1.4); Song et al. (2021), sec. 3.3.
    Equation: marginals.tweedie (PROVED: any data density, componentwise).
    """
    return (x + sigma_t**2 * marginal_score) / alpha_t


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


def responsibilities(weight, density, *, xp):
    r"""Posterior probability of each component, given x.

    $$\gamma_k(x_t) = \frac{w_k p_k(x_t)}{\sum_{j=1}^{K} w_j p_j(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        responsibility, posterior probability of each component, given x.

    Source: Bishop et al. (2006), sec. 2.3.9.
    Equation: marginals.responsibilities (PROVED: any number of components, any component densities, any d).
    """
    return weight * density / xp.sum(weight * density, axis=0)


def mixture_log_density(weight, density, *, xp):
    r"""Log density of x for a mixture.

    $$\log p_t(x_t) = \log{\left(\sum_{k=1}^{K} w_k p_k(x_t) \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_density, log density of x.

    Source: Bishop et al. (2006), eq. (2.188).
    Equation: marginals.mixture_log_density (PROVED: any number of components, any component densities, any d).
    """
    return xp.log(xp.sum(weight * density, axis=0))


def mixture_score(weight, density, component_score, *, xp):
    r"""Score of a mixture.

    $$\nabla\log p_t(x_t) = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \nabla\log p_k(x_t)}{\sum_{k=1}^{K} w_k p_k(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        component_score: score of each component; real, one value for each component along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        marginal_score, gradient in x of the log density of x.

    Source: Song et al. (2021), sec. 3.3; Vincent et al. (2011), sec. 4.
    Equation: marginals.mixture_score (PROVED: any number of components, any component densities, componentwise).
    """
    return xp.sum(weight * density * component_score, axis=0) / xp.sum(weight * density, axis=0)


def mixture_denoiser(weight, density, component_posterior_mean, *, xp):
    r"""Expected data point of a mixture, given x.

    $$\mathbb{E}[x_1 \mid x_t] = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \mathbb{E}_k[x_1 \mid x_t]}{\sum_{k=1}^{K} w_k p_k(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        component_posterior_mean: expected data point of each component, given x; real, one value for each component
            along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        posterior_mean, expected data point, given x (the denoiser).

    Source: Bishop et al. (2006), sec. 2.3.9; Lipman et al. (2024), sec. 4.8.
    Equation: marginals.mixture_denoiser (PROVED: any number of components, any component densities, componentwise).
    """
    return xp.sum(weight * density * component_posterior_mean, axis=0) / xp.sum(weight * density, axis=0)


def mixture_noise(weight, density, component_expected_noise, *, xp):
    r"""Expected noise of a mixture, given x.

    $$\mathbb{E}[\epsilon \mid x_t] = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \mathbb{E}_k[\epsilon \mid x_t]}{\sum_{k=1}^{K} w_k p_k(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        component_expected_noise: expected noise in each component, given x; real, one value for each component along
            the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        expected_noise, expected noise, given x.

    Source: Lipman et al. (2024), sec. 4.8.
    Equation: marginals.mixture_noise (PROVED: any number of components, any component densities, componentwise).
    """
    return xp.sum(weight * density * component_expected_noise, axis=0) / xp.sum(weight * density, axis=0)


def tweedie_covariance(score_slope, score_cross_slope, alpha_t, sigma_t):
    r"""Tweedie's formula of second order: the covariance of the data point from the slopes of the score.

    $$\operatorname{Var}[x_1 \mid x_t] = \frac{\sigma_t^{2}}{\alpha_t^{2}} \left(1 + \sigma_t^{2} \nabla^2\log p_t(x_t)\right)$$
    $$\operatorname{Cov}[x_1, x_1^{(2)} \mid x_t] = \frac{\sigma_t^{4}}{\alpha_t^{2}} \nabla\nabla_2\log p_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        score_slope: slope of the score: second derivative of the log density in one coordinate; real
        score_cross_slope: mixed second derivative of the log density in two coordinates; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        posterior_variance, variance of one coordinate of the data point, given x; pair_covariance, covariance of two
        coordinates of the data point, given x.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Efron et al. (2011), sec. 2.
    Equation: marginals.tweedie_covariance (PROVED: any data density; one coordinate and a pair, d = 2).
    """
    posterior_variance = sigma_t**2 / alpha_t**2 * (1 + sigma_t**2 * score_slope)
    pair_covariance = sigma_t**4 / alpha_t**2 * score_cross_slope
    return posterior_variance, pair_covariance


def mixture_covariance(weight, density, component_posterior_mean, component_posterior_mean_2, component_pair_covariance, *, xp):
    r"""Covariance of the data point of a mixture, given x.

    $$\operatorname{Cov}[x_1, x_1^{(2)} \mid x_t] = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \left(\operatorname{Cov}_k[x_1, x_1^{(2)} \mid x_t] + \left(\mathbb{E}_k[x_1 \mid x_t] - \mathbb{E}[x_1 \mid x_t]\right) \left(\mathbb{E}_k[x_1^{(2)} \mid x_t] - \mathbb{E}[x_1^{(2)} \mid x_t]\right)\right)}{\sum_{k=1}^{K} w_k p_k(x_t)}$$
    with $$\mathbb{E}[x_1 \mid x_t] = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \mathbb{E}_k[x_1 \mid x_t]}{\sum_{k=1}^{K} w_k p_k(x_t)}$$
    with $$\mathbb{E}[x_1^{(2)} \mid x_t] = \frac{\sum_{k=1}^{K} w_k p_k(x_t) \mathbb{E}_k[x_1^{(2)} \mid x_t]}{\sum_{k=1}^{K} w_k p_k(x_t)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        weight: weight of each component; positive, with sum 1, one value for each component along the first axis
        density: density of x in each component; positive, one value for each component along the first axis
        component_posterior_mean: expected data point of each component, given x; real, one value for each component
            along the first axis
        component_posterior_mean_2: expected second coordinate in each component, given x; real, one value for each
            component along the first axis
        component_pair_covariance: covariance of two coordinates of the data point in each component, given x; real, one
            value for each component along the first axis
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        pair_covariance, covariance of two coordinates of the data point, given x.

    Source: this project, law of total covariance.
    Equation: marginals.mixture_covariance (PROVED: any number of components, any component densities; one pair of coordinates, d = 2).
    """
    posterior_mean = xp.sum(weight * density * component_posterior_mean, axis=0) / xp.sum(weight * density, axis=0)
    posterior_mean_2 = xp.sum(weight * density * component_posterior_mean_2, axis=0) / xp.sum(weight * density, axis=0)
    return xp.sum(weight * density * (component_pair_covariance + (component_posterior_mean - posterior_mean) * (component_posterior_mean_2 - posterior_mean_2)), axis=0) / xp.sum(weight * density, axis=0)


def empirical_denoiser(squared_distance, nearest_squared_distance, data_point, sigma_t, *, xp):
    r"""Expected data point of a finite data set, given x.

    $$\mathbb{E}[x_1 \mid x_t] = \frac{\sum_{k=1}^{K} e^{\frac{D_{\min} - D_k}{2 \sigma_t^{2}}} z_k}{\sum_{k=1}^{K} e^{\frac{D_{\min} - D_k}{2 \sigma_t^{2}}}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_distance: squared distance of x from alpha times each data point; nonnegative, one value for each
            component along the first axis
        nearest_squared_distance: any number that is the same for all data points: the smallest squared distance keeps
            the exponentials from underflow; real
        data_point: data points (one coordinate of each); real, one value for each component along the first axis
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        posterior_mean, expected data point, given x (the denoiser).

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Bishop et al. (2006), sec. 2.3.9.
    Equation: marginals.empirical_denoiser (PROVED: any number of data points; one coordinate, any d).
    """
    return xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t**2)) * data_point, axis=0) / xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t**2)), axis=0)


def empirical_velocity(x, squared_distance, nearest_squared_distance, data_point, alpha_t, sigma_t, dalpha_t, dsigma_t, *, xp):
    r"""Marginal velocity of a finite data set.

    $$u_t(x_t) = \frac{\sum_{k=1}^{K} e^{\frac{D_{\min} - D_k}{2 \sigma_t^{2}}} \left(\frac{\dot\sigma_t}{\sigma_t} \left(x_t - \alpha_t z_k\right) + \dot\alpha_t z_k\right)}{\sum_{k=1}^{K} e^{\frac{D_{\min} - D_k}{2 \sigma_t^{2}}}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        squared_distance: squared distance of x from alpha times each data point; nonnegative, one value for each
            component along the first axis
        nearest_squared_distance: any number that is the same for all data points: the smallest squared distance keeps
            the exponentials from underflow; real
        data_point: data points (one coordinate of each); real, one value for each component along the first axis
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        marginal_velocity, marginal velocity: expected velocity, given x.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2023), eq. (8); Lipman et al. (2024), sec. 4.8.
    Equation: marginals.empirical_velocity (PROVED: any number of data points; one coordinate, any d).
    """
    return xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t**2)) * (dsigma_t / sigma_t * (x - alpha_t * data_point) + dalpha_t * data_point), axis=0) / xp.sum(xp.exp((nearest_squared_distance - squared_distance) / (2 * sigma_t**2)), axis=0)
