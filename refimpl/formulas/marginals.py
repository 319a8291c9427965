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


def mean_squared_velocity(mean, variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    r"""Mean square of the marginal velocity of Gaussian data.

    $$\mathbb{E}[u_t(x_t)^2] = \left(\dot\alpha_t \mu\right)^{2} + \frac{\left(\alpha_t \dot\alpha_t c + \kappa_t\right)^{2}}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        mean_squared_velocity, mean square of the marginal velocity.

    Source: this project, a Gaussian integral.
    Equation: marginals.mean_squared_velocity (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up; any schedule).
    """
    return (dalpha_t * mean)**2 + (alpha_t * dalpha_t * variance + half_variance_rate)**2 / (alpha_t**2 * variance + sigma_t**2)


def irreducible_loss(variance, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Irreducible loss of flow matching on Gaussian data.

    $$\mathbb{E}[(\dot x_t - u_t(x_t))^2] = \frac{c \left(\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t\right)^{2}}{\alpha_t^{2} c + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        variance: variance of the data along one eigenvector of the covariance; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        irreducible_loss, mean variance of the velocity, given x: the least flow matching loss.

    Source: Lipman et al. (2023), theorem 2, the difference of the two losses.
    Equation: marginals.irreducible_loss (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up; any schedule).
    """
    return variance * (dalpha_t * sigma_t - alpha_t * dsigma_t)**2 / (alpha_t**2 * variance + sigma_t**2)


def linear_velocity(t, x, mean, variance):
    r"""Marginal velocity of Gaussian data on the linear path.

    $$u_t(x_t) = \mu + \frac{t c - \left(1 - t\right)}{V_t} \left(x_t - t \mu\right)$$
    with $$V_t = t^{2} c + \left(1 - t\right)^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        x: point on the path; real
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive

    Returns:
        marginal_velocity, marginal velocity: expected velocity, given x.

    Limits:
        $\lim_{t \to 0^{+}} u_t(x_t) = \mu - x_t$
        $\lim_{t \to 1^{-}} u_t(x_t) = x_t$

    Source: Lipman et al. (2024), sec. 4.8.
    Equation: marginals.linear_velocity (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the linear path with sigma_min = 0).
    """
    own_variance = t**2 * variance + (1 - t)**2
    return mean + (t * variance - (1 - t)) / own_variance * (x - t * mean)


def velocity_at_the_data_end(x):
    r"""On the linear path the velocity does not vanish at the data end.

    $$u_1(x_t) = x_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real

    Returns:
        final_velocity, marginal velocity at the data end.

    Source: this project, a limit.
    Equation: marginals.velocity_at_the_data_end (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the linear path with sigma_min = 0).
    """
    return x


def linear_mean_squared_velocity(t, mean, variance):
    r"""Mean square of the marginal velocity of Gaussian data on the linear path.

    $$\mathbb{E}[u_t(x_t)^2] = \mu^{2} + c + 1 - \frac{c}{t^{2} c + \left(1 - t\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        mean: mean of the data; real
        variance: variance of the data along one eigenvector of the covariance; positive

    Returns:
        mean_squared_velocity, mean square of the marginal velocity.

    Limits:
        $\lim_{t \to 0^{+}} \mathbb{E}[u_t(x_t)^2] = 1 + \mu^{2}$
        $\lim_{t \to 1^{-}} \mathbb{E}[u_t(x_t)^2] = c + \mu^{2}$

    Source: this project, a special case.
    Equation: marginals.linear_mean_squared_velocity (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up; the linear path with sigma_min = 0).
    """
    return mean**2 + variance + 1 - variance / (t**2 * variance + (1 - t)**2)


def potential(squared_norm, log_density_rise, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    r"""Potential of the marginal velocity.

    $$\Phi_t(x_t) = - \frac{\dot\alpha_t}{2 \alpha_t} \lVert x_t\rVert^2 - \left(\frac{\sigma_t^{2} \dot\alpha_t}{\alpha_t} - \kappa_t\right) \Delta\log p_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_norm: squared distance of x from the origin; nonnegative
        log_density_rise: log density of x less the log density of the origin; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        potential, potential of the marginal velocity, zero at the origin.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, velocity and score, integrated along a line.
    Equation: marginals.potential (PROVED: any schedule, any data density; along any straight line through the origin, any d).
    """
    return -dalpha_t / (2 * alpha_t) * squared_norm - (sigma_t**2 * dalpha_t / alpha_t - half_variance_rate) * log_density_rise


def potential_around_the_reference(squared_norm, excess_rise, reference_variance, alpha_t, sigma_t, dalpha_t, half_variance_rate):
    r"""Potential of the marginal velocity, without division by the signal scale.

    $$\Phi_t(x_t) = - \frac{\alpha_t \dot\alpha_t r + \kappa_t}{\alpha_t^{2} r + \sigma_t^{2}} \frac{\lVert x_t\rVert^2}{2} - \left(\sigma_t^{2} \dot\alpha_t - \alpha_t \kappa_t\right) E_t(x_t)$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_norm: squared distance of x from the origin; nonnegative
        excess_rise: what the rise of the log density is more than that of the reference, divided by the signal scale;
            real
        reference_variance: variance of a round Gaussian around zero, the same for all components; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        half_variance_rate: half the time derivative of the squared noise scale; finite where that of the noise scale is
            not; real

    Returns:
        potential, potential of the marginal velocity, zero at the origin.

    Source: this project, a difference without cancellation.
    Equation: marginals.potential_around_the_reference (PROVED: any schedule, any data density; along any straight line through the origin, any d).
    """
    return -(alpha_t * dalpha_t * reference_variance + half_variance_rate) / (alpha_t**2 * reference_variance + sigma_t**2) * squared_norm / 2 - (sigma_t**2 * dalpha_t - alpha_t * half_variance_rate) * excess_rise


def component_rise(x, mean, variance, reference_variance, alpha_t, sigma_t):
    r"""Rise of one Gaussian coordinate's log density beyond that of the reference.

    $$e_t(x_t) = \frac{x_t \left(\frac{\alpha_t \left(c - r\right) \left(x_t - 2 \alpha_t \mu\right)}{2 V_t} + \mu\right)}{R_t}$$
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
        component_rise, the same for one coordinate of one component.

    Source: this project, a difference without cancellation.
    Equation: marginals.component_rise (PROVED: one coordinate in the eigenbasis of the covariance; the coordinates add up).
    """
    own_variance = alpha_t**2 * variance + sigma_t**2
    common_variance = alpha_t**2 * reference_variance + sigma_t**2
    return x * (alpha_t * (variance - reference_variance) * (x - 2 * alpha_t * mean) / (2 * own_variance) + mean) / common_variance


def potential_at_the_noise_end(x, mean):
    r"""Potential at the noise end of the linear path.

    $$\Phi_0(x_t) = \frac{\left(x_t - \mu\right)^{2}}{2} - \frac{\mu^{2}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        mean: mean of the data; real

    Returns:
        noise_end_potential, potential at the noise end.

    Source: this project, a limit.
    Equation: marginals.potential_at_the_noise_end (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up; the linear path with sigma_min = 0).
    """
    return (x - mean)**2 / 2 - mean**2 / 2


def potential_at_the_data_end(x):
    r"""Potential at the data end of the linear path.

    $$\Phi_1(x_t) = - \frac{x_t^{2}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real

    Returns:
        data_end_potential, potential at the data end.

    Source: this project, a limit.
    Equation: marginals.potential_at_the_data_end (PROVED: Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up; the linear path with sigma_min = 0).
    """
    return -x**2 / 2


def odds_of_time(time_odds):
    r"""A time and its odds.

    $$t = \frac{\rho}{1 + \rho}$$

    Elementwise: arrays broadcast against each other.

    Args:
        time_odds: odds of a time, t / (1 - t); positive

    Returns:
        t, time, 0 at noise and 1 at data.

    Source: this project, a name for t / (1 - t).
    Equation: marginals.odds_of_time (definition).
    """
    return time_odds / (1 + time_odds)


def two_points_score(x, half_distance, alpha_t, sigma_t, *, xp):
    r"""Score of data at two opposite points.

    $$\nabla\log p_t(x_t) = \frac{\alpha_t m \tanh{\left(\frac{\alpha_t m x_t}{\sigma_t^{2}} \right)} - x_t}{\sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        half_distance: distance of each of two opposite data points from the origin; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        marginal_score, gradient in x of the log density of x.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the slope of a logarithm.
    Equation: marginals.two_points_score (PROVED: data at two opposite points; any schedule).
    """
    return (alpha_t * half_distance * xp.tanh(alpha_t * half_distance * x / sigma_t**2) - x) / sigma_t**2


def two_points_velocity(t, x, half_distance, *, xp):
    r"""Velocity of data at two opposite points on the linear path.

    $$u_t(x_t) = \frac{m \tanh{\left(\frac{m t x_t}{\left(1 - t\right)^{2}} \right)} - x_t}{1 - t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        x: point on the path; real
        half_distance: distance of each of two opposite data points from the origin; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        marginal_velocity, marginal velocity: expected velocity, given x.

    Limits:
        $\lim_{t \to 0^{+}} u_t(x_t) = - x_t$

    Assumes $t < 1$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, Bayes' rule for two points.
    Equation: marginals.two_points_velocity (PROVED: data at two opposite points; the linear path with sigma_min = 0).
    """
    return (half_distance * xp.tanh(half_distance * t * x / (1 - t)**2) - x) / (1 - t)


def energy_curvature(half_distance, alpha_t, sigma_t):
    r"""Curvature of the energy between two points.

    $$-\nabla^2\log p_t(0) = \frac{\left(\sigma_t - \alpha_t m\right) \left(\sigma_t + \alpha_t m\right)}{\sigma_t^{4}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        half_distance: distance of each of two opposite data points from the origin; positive
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        energy_curvature, curvature of minus the log density at the origin.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, a second derivative.
    Equation: marginals.energy_curvature (PROVED: data at two opposite points; any schedule).
    """
    return (sigma_t - alpha_t * half_distance) * (sigma_t + alpha_t * half_distance) / sigma_t**4


def velocity_slope(t, half_distance):
    r"""Slope of the velocity between two points on the linear path.

    $$\nabla\!\cdot u_t(0) = \frac{m^{2} t - \left(1 - t\right)^{2}}{\left(1 - t\right)^{3}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        half_distance: distance of each of two opposite data points from the origin; positive

    Returns:
        velocity_slope, slope of the marginal velocity at the origin.

    Limits:
        $\lim_{t \to 0^{+}} \nabla\!\cdot u_t(0) = -1$

    Assumes $t < 1$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, a derivative.
    Equation: marginals.velocity_slope (PROVED: data at two opposite points; the linear path with sigma_min = 0).
    """
    return (half_distance**2 * t - (1 - t)**2) / (1 - t)**3


def energy_splits(half_distance):
    r"""When the energy between two points splits.

    $$t_E = \frac{1}{1 + m}$$

    Elementwise: arrays broadcast against each other.

    Args:
        half_distance: distance of each of two opposite data points from the origin; positive

    Returns:
        energy_split_time, time at which minus the log density gets two minima.

    Source: this project, a zero.
    Equation: marginals.energy_splits (PROVED: data at two opposite points; the linear path with sigma_min = 0).
    """
    return 1 / (1 + half_distance)


def velocity_splits(half_distance, *, xp):
    r"""When the velocity between two points splits.

    $$t_u = \frac{4}{\left(m + \sqrt{m^{2} + 4}\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        half_distance: distance of each of two opposite data points from the origin; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        velocity_split_time, time at which the velocity begins to point away from the origin.

    Source: this project, a zero: (1 - t)² is the squared half distance times t.
    Equation: marginals.velocity_splits (PROVED: data at two opposite points; the linear path with sigma_min = 0).
    """
    return 4 / (half_distance + xp.sqrt(half_distance**2 + 4))**2
