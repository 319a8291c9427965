"""Generated from derivations/conversions.py. Do not edit: python -m derivations generate"""


def v_prediction(data, noise, alpha_t, sigma_t):
    r"""V-prediction.

    $$\mathrm{v}_t = \alpha_t \epsilon - \sigma_t x_1$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        v_prediction, v-prediction, alpha noise - sigma data.

    Source: Salimans et al. (2022), sec. 4.
    Equation: conversions.v_prediction (definition).
    """
    return alpha_t * noise - sigma_t * data


def velocity_from_noise(x, noise, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Velocity from noise.

    $$\dot x_t = \frac{\dot\alpha_t}{\alpha_t} \left(x_t - \sigma_t \epsilon\right) + \dot\sigma_t \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.velocity_from_noise (PROVED: any schedule, componentwise).
    """
    return dalpha_t / alpha_t * (x - sigma_t * noise) + dsigma_t * noise


def data_from_noise(x, noise, alpha_t, sigma_t):
    r"""Data from noise.

    $$x_1 = \frac{x_t - \sigma_t \epsilon}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        data, data end point of the path.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.data_from_noise (PROVED: any schedule, componentwise).
    """
    return (x - sigma_t * noise) / alpha_t


def data_from_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Data from velocity.

    $$x_1 = \frac{\sigma_t \dot x_t - \dot\sigma_t x_t}{\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        data, data end point of the path.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.data_from_velocity (PROVED: any schedule, componentwise).
    """
    return (sigma_t * velocity - dsigma_t * x) / (dalpha_t * sigma_t - alpha_t * dsigma_t)


def data_from_v_prediction(x, v_prediction, alpha_t, sigma_t):
    r"""Data from v-prediction.

    $$x_1 = \frac{\alpha_t x_t - \sigma_t \mathrm{v}_t}{\alpha_t^{2} + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        data, data end point of the path.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.data_from_v_prediction (PROVED: any schedule, componentwise).
    """
    return (alpha_t * x - sigma_t * v_prediction) / (alpha_t**2 + sigma_t**2)


def data_from_score(x, score, alpha_t, sigma_t):
    r"""Data from score.

    $$x_1 = \frac{x_t + \sigma_t^{2} \nabla\log p_t(x_t \mid x_1)}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        score: gradient in x of the log density of the path, given the data point; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        data, data end point of the path.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.data_from_score (PROVED: any schedule, componentwise).
    """
    return (x + sigma_t**2 * score) / alpha_t


def noise_from_data(x, data, alpha_t, sigma_t):
    r"""Noise from data.

    $$\epsilon = \frac{x_t - \alpha_t x_1}{\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        noise, noise end point of the path, standard normal.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.noise_from_data (PROVED: any schedule, componentwise).
    """
    return (x - alpha_t * data) / sigma_t


def noise_from_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Noise from velocity.

    $$\epsilon = \frac{\dot\alpha_t x_t - \alpha_t \dot x_t}{\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        noise, noise end point of the path, standard normal.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.noise_from_velocity (PROVED: any schedule, componentwise).
    """
    return (dalpha_t * x - alpha_t * velocity) / (dalpha_t * sigma_t - alpha_t * dsigma_t)


def noise_from_v_prediction(x, v_prediction, alpha_t, sigma_t):
    r"""Noise from v-prediction.

    $$\epsilon = \frac{\sigma_t x_t + \alpha_t \mathrm{v}_t}{\alpha_t^{2} + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        noise, noise end point of the path, standard normal.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.noise_from_v_prediction (PROVED: any schedule, componentwise).
    """
    return (sigma_t * x + alpha_t * v_prediction) / (alpha_t**2 + sigma_t**2)


def noise_from_score(score, sigma_t):
    r"""Noise from score.

    $$\epsilon = - \sigma_t \nabla\log p_t(x_t \mid x_1)$$

    Elementwise: arrays broadcast against each other.

    Args:
        score: gradient in x of the log density of the path, given the data point; real
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        noise, noise end point of the path, standard normal.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.noise_from_score (PROVED: any schedule, componentwise).
    """
    return -sigma_t * score


def velocity_from_data(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Velocity from data.

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

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.velocity_from_data (PROVED: any schedule, componentwise).
    """
    return dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data


def velocity_from_v_prediction(x, v_prediction, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Velocity from v-prediction.

    $$\dot x_t = \frac{\left(\alpha_t \dot\alpha_t + \sigma_t \dot\sigma_t\right) x_t - \left(\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t\right) \mathrm{v}_t}{\alpha_t^{2} + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.velocity_from_v_prediction (PROVED: any schedule, componentwise).
    """
    return ((alpha_t * dalpha_t + sigma_t * dsigma_t) * x - (dalpha_t * sigma_t - alpha_t * dsigma_t) * v_prediction) / (alpha_t**2 + sigma_t**2)


def velocity_from_score(x, score, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Velocity from score.

    $$\dot x_t = \frac{\dot\alpha_t}{\alpha_t} x_t + \sigma_t \left(\frac{\dot\alpha_t}{\alpha_t} \sigma_t - \dot\sigma_t\right) \nabla\log p_t(x_t \mid x_1)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        score: gradient in x of the log density of the path, given the data point; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.velocity_from_score (PROVED: any schedule, componentwise).
    """
    return dalpha_t / alpha_t * x + sigma_t * (dalpha_t / alpha_t * sigma_t - dsigma_t) * score


def v_prediction_from_data(x, data, alpha_t, sigma_t):
    r"""V-prediction from data.

    $$\mathrm{v}_t = \frac{\alpha_t x_t - \left(\alpha_t^{2} + \sigma_t^{2}\right) x_1}{\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        v_prediction, v-prediction, alpha noise - sigma data.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.v_prediction_from_data (PROVED: any schedule, componentwise).
    """
    return (alpha_t * x - (alpha_t**2 + sigma_t**2) * data) / sigma_t


def v_prediction_from_noise(x, noise, alpha_t, sigma_t):
    r"""V-prediction from noise.

    $$\mathrm{v}_t = \frac{\left(\alpha_t^{2} + \sigma_t^{2}\right) \epsilon - \sigma_t x_t}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        v_prediction, v-prediction, alpha noise - sigma data.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.v_prediction_from_noise (PROVED: any schedule, componentwise).
    """
    return ((alpha_t**2 + sigma_t**2) * noise - sigma_t * x) / alpha_t


def v_prediction_from_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""V-prediction from velocity.

    $$\mathrm{v}_t = \frac{\left(\alpha_t \dot\alpha_t + \sigma_t \dot\sigma_t\right) x_t - \left(\alpha_t^{2} + \sigma_t^{2}\right) \dot x_t}{\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        v_prediction, v-prediction, alpha noise - sigma data.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.v_prediction_from_velocity (PROVED: any schedule, componentwise).
    """
    return ((alpha_t * dalpha_t + sigma_t * dsigma_t) * x - (alpha_t**2 + sigma_t**2) * velocity) / (dalpha_t * sigma_t - alpha_t * dsigma_t)


def v_prediction_from_score(x, score, alpha_t, sigma_t):
    r"""V-prediction from score.

    $$\mathrm{v}_t = - \frac{\sigma_t x_t + \sigma_t \left(\alpha_t^{2} + \sigma_t^{2}\right) \nabla\log p_t(x_t \mid x_1)}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        score: gradient in x of the log density of the path, given the data point; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        v_prediction, v-prediction, alpha noise - sigma data.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.v_prediction_from_score (PROVED: any schedule, componentwise).
    """
    return -(sigma_t * x + sigma_t * (alpha_t**2 + sigma_t**2) * score) / alpha_t


def score_from_data(x, data, alpha_t, sigma_t):
    r"""Score from data.

    $$\nabla\log p_t(x_t \mid x_1) = - \frac{x_t - \alpha_t x_1}{\sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        score, gradient in x of the log density of the path, given the data point.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.score_from_data (PROVED: any schedule, componentwise).
    """
    return -(x - alpha_t * data) / sigma_t**2


def score_from_noise(noise, sigma_t):
    r"""Score from noise.

    $$\nabla\log p_t(x_t \mid x_1) = - \frac{\epsilon}{\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        noise: noise end point of the path, standard normal; real
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        score, gradient in x of the log density of the path, given the data point.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.score_from_noise (PROVED: any schedule, componentwise).
    """
    return -noise / sigma_t


def score_from_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Score from velocity.

    $$\nabla\log p_t(x_t \mid x_1) = \frac{\alpha_t \dot x_t - \dot\alpha_t x_t}{\sigma_t \left(\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t\right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        score, gradient in x of the log density of the path, given the data point.

    Source: Lipman et al. (2024), table 1.
    Equation: conversions.score_from_velocity (PROVED: any schedule, componentwise).
    """
    return (alpha_t * velocity - dalpha_t * x) / (sigma_t * (dalpha_t * sigma_t - alpha_t * dsigma_t))


def score_from_v_prediction(x, v_prediction, alpha_t, sigma_t):
    r"""Score from v-prediction.

    $$\nabla\log p_t(x_t \mid x_1) = - \frac{\sigma_t x_t + \alpha_t \mathrm{v}_t}{\sigma_t \left(\alpha_t^{2} + \sigma_t^{2}\right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        score, gradient in x of the log density of the path, given the data point.

    Source: Salimans et al. (2022), app. D.
    Equation: conversions.score_from_v_prediction (PROVED: any schedule, componentwise).
    """
    return -(sigma_t * x + alpha_t * v_prediction) / (sigma_t * (alpha_t**2 + sigma_t**2))
