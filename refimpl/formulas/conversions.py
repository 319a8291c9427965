"""Generated from derivations/conversions.py. Do not edit: python -m derivations generate"""

from refimpl.formulas import gaussian_path


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

    Assumes $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

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

    Assumes $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

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

    Assumes $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

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

    Assumes $\sigma_t > 0$, $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

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


def prediction_error(data, predicted_data, noise, predicted_noise, velocity, predicted_velocity, v_prediction, predicted_v_prediction, score, predicted_score):
    r"""Error of a prediction, and its square.

    $$e_{\mathrm{data}} = \hat x_1 - x_1$$
    $$e_{\mathrm{noise}} = \hat{\epsilon} - \epsilon$$
    $$e_{\mathrm{velocity}} = \hat{u} - \dot x_t$$
    $$e_{\mathrm{v-prediction}} = \hat{\mathrm{v}} - \mathrm{v}_t$$
    $$e_{\mathrm{score}} = \hat{s} - \nabla\log p_t(x_t \mid x_1)$$
    $$e^2_{\mathrm{data}} = e_{\mathrm{data}}^{2}$$
    $$e^2_{\mathrm{noise}} = e_{\mathrm{noise}}^{2}$$
    $$e^2_{\mathrm{velocity}} = e_{\mathrm{velocity}}^{2}$$
    $$e^2_{\mathrm{v-prediction}} = e_{\mathrm{v-prediction}}^{2}$$
    $$e^2_{\mathrm{score}} = e_{\mathrm{score}}^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        predicted_data: data point that belongs to the predicted noise; real
        noise: noise end point of the path, standard normal; real
        predicted_noise: predicted noise; real
        velocity: velocity of a point of the path; real
        predicted_velocity: predicted velocity; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        predicted_v_prediction: predicted v-prediction; real
        score: gradient in x of the log density of the path, given the data point; real
        predicted_score: predicted score; real

    Returns:
        data_error, predicted minus true data, at the same x; noise_error, predicted minus true noise, at the same x;
        velocity_error, predicted minus true velocity, at the same x; v_prediction_error, predicted minus true
        v-prediction, at the same x; score_error, predicted minus true score, at the same x; squared_data_error, squared
        error of the predicted data, at the same x; squared_noise_error, squared error of the predicted noise, at the
        same x; squared_velocity_error, squared error of the predicted velocity, at the same x;
        squared_v_prediction_error, squared error of the predicted v-prediction, at the same x; squared_score_error,
        squared error of the predicted score, at the same x.

    Source: this project, names for a difference and its square.
    Equation: conversions.prediction_error (definition).
    """
    data_error = predicted_data - data
    noise_error = predicted_noise - noise
    velocity_error = predicted_velocity - velocity
    v_prediction_error = predicted_v_prediction - v_prediction
    score_error = predicted_score - score
    squared_data_error = data_error**2
    squared_noise_error = noise_error**2
    squared_velocity_error = velocity_error**2
    squared_v_prediction_error = v_prediction_error**2
    squared_score_error = score_error**2
    return data_error, noise_error, velocity_error, v_prediction_error, score_error, squared_data_error, squared_noise_error, squared_velocity_error, squared_v_prediction_error, squared_score_error


def data_error(squared_noise_error, alpha_t, sigma_t):
    r"""Squared error of the data, from that of the noise.

    $$e^2_{\mathrm{data}} = \left(\frac{\sigma_t}{\alpha_t}\right)^{2} e^2_{\mathrm{noise}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_noise_error: squared error of the predicted noise, at the same x; nonnegative
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        squared_data_error, squared error of the predicted data, at the same x.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Salimans et al. (2022), sec. 4.
    Equation: conversions.data_error (PROVED: any schedule, componentwise).
    """
    return (sigma_t / alpha_t)**2 * squared_noise_error


def velocity_error(squared_noise_error, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Squared error of the velocity, from that of the noise.

    $$e^2_{\mathrm{velocity}} = \left(\frac{\alpha_t \dot\sigma_t - \dot\alpha_t \sigma_t}{\alpha_t}\right)^{2} e^2_{\mathrm{noise}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_noise_error: squared error of the predicted noise, at the same x; nonnegative
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        squared_velocity_error, squared error of the predicted velocity, at the same x.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, a squared slope.
    Equation: conversions.velocity_error (PROVED: any schedule, componentwise).
    """
    return ((alpha_t * dsigma_t - dalpha_t * sigma_t) / alpha_t)**2 * squared_noise_error


def v_prediction_error(squared_noise_error, alpha_t, sigma_t):
    r"""Squared error of the v-prediction, from that of the noise.

    $$e^2_{\mathrm{v-prediction}} = \left(\frac{\alpha_t^{2} + \sigma_t^{2}}{\alpha_t}\right)^{2} e^2_{\mathrm{noise}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_noise_error: squared error of the predicted noise, at the same x; nonnegative
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        squared_v_prediction_error, squared error of the predicted v-prediction, at the same x.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, a squared slope.
    Equation: conversions.v_prediction_error (PROVED: any schedule, componentwise).
    """
    return ((alpha_t**2 + sigma_t**2) / alpha_t)**2 * squared_noise_error


def score_error(squared_noise_error, sigma_t):
    r"""Squared error of the score, from that of the noise.

    $$e^2_{\mathrm{score}} = \frac{1}{\sigma_t^{2}} e^2_{\mathrm{noise}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        squared_noise_error: squared error of the predicted noise, at the same x; nonnegative
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        squared_score_error, squared error of the predicted score, at the same x.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, a squared slope.
    Equation: conversions.score_error (PROVED: any schedule, componentwise).
    """
    return 1 / sigma_t**2 * squared_noise_error


def network_variances(c_in, c_skip, c_out, sigma_data, edm_sigma):
    r"""Variance of what a preconditioned network sees, and of what it has to say.

    $$\operatorname{Var}_{\mathrm{in}} = c_{\mathrm{in}}^{2} \left(\sigma_{\mathrm{data}}^{2} + \tilde\sigma_t^{2}\right)$$
    $$\operatorname{Var}_{\mathrm{target}} = \frac{\left(1 - c_{\mathrm{skip}}\right)^{2} \sigma_{\mathrm{data}}^{2} + c_{\mathrm{skip}}^{2} \tilde\sigma_t^{2}}{c_{\mathrm{out}}^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        c_in: scale of the network's input; positive
        c_skip: share of the input that is passed on around the network; (0, 1)
        c_out: scale of the network's output; positive
        sigma_data: standard deviation of the data; positive
        edm_sigma: noise scale in units of the signal scale (the sigma of EDM); positive

    Returns:
        input_variance, variance of the network's input; target_variance, variance of what the network has to predict.

    Source: Karras et al. (2022), eq. (8).
    Equation: conversions.network_variances (definition).
    """
    input_variance = c_in**2 * (sigma_data**2 + edm_sigma**2)
    target_variance = ((1 - c_skip)**2 * sigma_data**2 + c_skip**2 * edm_sigma**2) / c_out**2
    return input_variance, target_variance


def edm_preconditioning(edm_sigma, sigma_data, *, xp):
    r"""Preconditioning of EDM.

    $$c_{\mathrm{skip}} = \frac{\sigma_{\mathrm{data}}^{2}}{\tilde\sigma_t^{2} + \sigma_{\mathrm{data}}^{2}}$$
    $$c_{\mathrm{out}} = \frac{\tilde\sigma_t \sigma_{\mathrm{data}}}{\sqrt{\tilde\sigma_t^{2} + \sigma_{\mathrm{data}}^{2}}}$$
    $$c_{\mathrm{in}} = \frac{1}{\sqrt{\tilde\sigma_t^{2} + \sigma_{\mathrm{data}}^{2}}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        edm_sigma: noise scale in units of the signal scale (the sigma of EDM); positive
        sigma_data: standard deviation of the data; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        c_skip, share of the input that is passed on around the network; c_out, scale of the network's output; c_in,
        scale of the network's input.

    Source: Karras et al. (2022), table 1.
    Equation: conversions.edm_preconditioning (PROVED: any data with this deviation, and independent noise).
    """
    c_skip = sigma_data**2 / (edm_sigma**2 + sigma_data**2)
    c_out = edm_sigma * sigma_data / xp.sqrt(edm_sigma**2 + sigma_data**2)
    c_in = 1 / xp.sqrt(edm_sigma**2 + sigma_data**2)
    return c_skip, c_out, c_in


noise_from_data = gaussian_path.inverse
"""Another name of `gaussian_path.inverse`: the same function."""


score_from_data = gaussian_path.conditional_score
"""Another name of `gaussian_path.conditional_score`: the same function."""


velocity_from_data = gaussian_path.conditional_velocity
"""Another name of `gaussian_path.conditional_velocity`: the same function."""
