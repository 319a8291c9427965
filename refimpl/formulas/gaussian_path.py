"""Generated from derivations/gaussian_path/. Do not edit: python -m derivations generate"""


def point(data, noise, alpha_t, sigma_t):
    r"""Gaussian path.

    $$x_t = \alpha_t x_1 + \sigma_t \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        x, point on the path.

    Source: Lipman et al. (2024), sec. 4.8.
    Equation: gaussian_path.point (definition).
    """
    return alpha_t * data + sigma_t * noise


def affine_point(path_mean, noise, sigma_t):
    r"""Gaussian path with any mean.

    $$x_t = \mu_t + \sigma_t \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        path_mean: mean of x, given the data point; real
        noise: noise end point of the path, standard normal; real
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        x, point on the path.

    Source: Lipman et al. (2023), eq. (11).
    Equation: gaussian_path.affine_point (definition).
    """
    return path_mean + sigma_t * noise


def moments(data, alpha_t, sigma_t):
    r"""Mean and second moment of the path, given the data point.

    $$\mathbb{E}[x_t \mid x_1] = \alpha_t x_1$$
    $$\mathbb{E}[x_t^2 \mid x_1] = \left(\alpha_t x_1\right)^{2} + \sigma_t^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        first_moment, mean of x, given the data point; second_moment, second moment of x, given the data point.

    Source: this project, from the law of the noise.
    Equation: gaussian_path.moments (definition).
    """
    first_moment = alpha_t * data
    second_moment = (alpha_t * data)**2 + sigma_t**2
    return first_moment, second_moment


def half_variance_rate(sigma_t, dsigma_t):
    r"""Half the rate of the noise variance.

    $$\kappa_t = \sigma_t \dot\sigma_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        sigma_t: noise scale; [0, 1], positive where it divides
        dsigma_t: time derivative of the noise scale; real

    Returns:
        half_variance_rate, half the time derivative of the squared noise scale; finite where that of the noise scale is
        not.

    Source: this project, a name for a product.
    Equation: gaussian_path.half_variance_rate (definition).
    """
    return sigma_t * dsigma_t


def inverse(x, data, alpha_t, sigma_t):
    r"""Inverse of the path: from the point back to the noise.

    $$\epsilon = \frac{x_t - \alpha_t x_1}{\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        noise, noise end point of the path, standard normal.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2023), eq. (11); Lipman et al. (2024), table 1.
    Equation: gaussian_path.inverse (PROVED: any schedule, componentwise). Also known as conversions.noise_from_data.
    """
    return (x - alpha_t * data) / sigma_t


def velocity(data, noise, dalpha_t, dsigma_t):
    r"""Velocity from the two end points.

    $$\dot x_t = \dot\alpha_t x_1 + \dot\sigma_t \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Source: Lipman et al. (2024), sec. 4.8.
    Equation: gaussian_path.velocity (PROVED: any schedule, componentwise).
    """
    return dalpha_t * data + dsigma_t * noise


def conditional_velocity(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Conditional velocity.

    $$\dot x_t = \frac{\dot\sigma_t}{\sigma_t} \left(x_t - \alpha_t x_1\right) + \dot\alpha_t x_1$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2023), eq. (15); Lipman et al. (2024), eq. (4.52); Lipman et al. (2024), table 1.
    Equation: gaussian_path.conditional_velocity (PROVED: any schedule, componentwise). Also known as conversions.velocity_from_data.
    """
    return dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data


def affine_velocity(x, path_mean, sigma_t, dpath_mean, dsigma_t):
    r"""Conditional velocity of a path with any mean.

    $$\dot x_t = \frac{\dot\sigma_t}{\sigma_t} \left(x_t - \mu_t\right) + \dot\mu_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        path_mean: mean of x, given the data point; real
        sigma_t: noise scale; [0, 1], positive where it divides
        dpath_mean: time derivative of the mean of x, given the data point; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2023), theorem 3, eq. (15).
    Equation: gaussian_path.affine_velocity (PROVED: any mean and deviation, componentwise).
    """
    return dsigma_t / sigma_t * (x - path_mean) + dpath_mean


def acceleration(data, noise, ddalpha_t, ddsigma_t):
    r"""Acceleration.

    $$\ddot x_t = \ddot\alpha_t x_1 + \ddot\sigma_t \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        ddalpha_t: second time derivative of the signal scale; real
        ddsigma_t: second time derivative of the noise scale; real

    Returns:
        acceleration, acceleration of a point of the path.

    Source: this project, the path, differentiated twice.
    Equation: gaussian_path.acceleration (PROVED: any schedule, componentwise).
    """
    return ddalpha_t * data + ddsigma_t * noise


def conditional_score(x, data, alpha_t, sigma_t):
    r"""Conditional score.

    $$\nabla\log p_t(x_t \mid x_1) = - \frac{x_t - \alpha_t x_1}{\sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        score, gradient in x of the log density of the path, given the data point.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Vincent et al. (2011), sec. 4; Song et al. (2021), sec. 3.3; Lipman et al. (2024), table 1.
    Equation: gaussian_path.conditional_score (PROVED: any schedule, componentwise). Also known as conversions.score_from_data.
    """
    return -(x - alpha_t * data) / sigma_t**2


def conditional_flow(x, data, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Conditional flow map.

    $$x_s = \alpha_s x_1 + \frac{\sigma_s}{\sigma_t} \left(x_t - \alpha_t x_1\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2023), eq. (11); Salimans et al. (2022), sec. 2.
    Equation: gaussian_path.conditional_flow (PROVED: any schedule, componentwise). Also known as ddim.step_from_data.
    """
    return alpha_s * data + sigma_s / sigma_t * (x - alpha_t * data)


def optimal_transport_constant_velocity(data, noise, sigma_min):
    r"""Velocity of the linear path, from the two end points.

    $$\dot x_t = x_1 - \left(1 - \sigma_{\min}\right) \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        sigma_min: noise scale left at t = 1; [0, 1)

    Returns:
        velocity, velocity of a point of the path.

    Source: Lipman et al. (2023), eq. (23).
    Equation: gaussian_path.optimal_transport_constant_velocity (PROVED: linear schedule with any sigma_min, componentwise).
    """
    return data - (1 - sigma_min) * noise


def optimal_transport_velocity(x, data, t, sigma_min):
    r"""Conditional velocity of the linear path.

    $$\dot x_t = \frac{x_1 - \left(1 - \sigma_{\min}\right) x_t}{1 - \left(1 - \sigma_{\min}\right) t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)

    Returns:
        velocity, velocity of a point of the path.

    Source: Lipman et al. (2023), eq. (21).
    Equation: gaussian_path.optimal_transport_velocity (PROVED: linear schedule with any sigma_min, componentwise).
    """
    return (data - (1 - sigma_min) * x) / (1 - (1 - sigma_min) * t)


def optimal_transport_acceleration(x, data, t, sigma_min):
    r"""Nothing accelerates on the linear path.

    $$\ddot x_t = 0$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)

    Returns:
        acceleration, acceleration of a point of the path.

    Source: this project, the material derivative of the velocity.
    Equation: gaussian_path.optimal_transport_acceleration (PROVED: linear schedule with any sigma_min, componentwise).
    """
    return 0


def optimal_transport_end_point(data, noise, sigma_min):
    r"""Where the linear path ends.

    $$x_{t=1} = x_1 + \sigma_{\min} \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        sigma_min: noise scale left at t = 1; [0, 1)

    Returns:
        end_point, where the point is at t = 1.

    Source: Lipman et al. (2023), eq. (22).
    Equation: gaussian_path.optimal_transport_end_point (PROVED: linear schedule with any sigma_min, componentwise).
    """
    return data + sigma_min * noise


def optimal_transport_direction(x, data, t, sigma_min):
    r"""Where the linear path aims.

    $$x_\infty = \frac{x_1}{1 - \sigma_{\min}}$$
    $$\dot x_t = \frac{\left(1 - \sigma_{\min}\right) \left(x_\infty - x_t\right)}{1 - \left(1 - \sigma_{\min}\right) t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        t: time, 0 at noise and 1 at data; [0, 1]
        sigma_min: noise scale left at t = 1; [0, 1)

    Returns:
        aim, place that all points bound for one data point move towards; velocity, velocity of a point of the path.

    Source: this project, the place where the velocity vanishes.
    Equation: gaussian_path.optimal_transport_direction (PROVED: linear schedule with any sigma_min below 1, componentwise).
    """
    aim = data / (1 - sigma_min)
    velocity = (1 - sigma_min) * (aim - x) / (1 - (1 - sigma_min) * t)
    return aim, velocity
