"""Generated from derivations/ddim/. Do not edit: python -m derivations generate"""

from refimpl.formulas import gaussian_path


def step(data, noise, alpha_s, sigma_s):
    r"""DDIM step.

    $$x_s = \alpha_s x_1 + \sigma_s \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Source: Song et al. (2021), eq. (12), without added noise.
    Equation: ddim.step (definition).
    """
    return alpha_s * data + sigma_s * noise


def step_from_noise(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""DDIM step from noise.

    $$x_s = \frac{\alpha_s \left(x_t - \sigma_t \epsilon\right)}{\alpha_t} + \sigma_s \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (12).
    Equation: ddim.step_from_noise (PROVED: any schedule, componentwise).
    """
    return alpha_s * ((x - sigma_t * noise) / alpha_t) + sigma_s * noise


def step_from_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, alpha_s, sigma_s):
    r"""DDIM step from velocity.

    $$x_s = \frac{\left(\alpha_s \sigma_t - \sigma_s \alpha_t\right) \dot x_t + \left(\dot\alpha_t \sigma_s - \dot\sigma_t \alpha_s\right) x_t}{\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Assumes $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lipman et al. (2024), sec. 4.8.
    Equation: ddim.step_from_velocity (PROVED: any schedule, componentwise).
    """
    return ((alpha_s * sigma_t - sigma_s * alpha_t) * velocity + (dalpha_t * sigma_s - dsigma_t * alpha_s) * x) / (dalpha_t * sigma_t - alpha_t * dsigma_t)


def step_from_v_prediction(x, v_prediction, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""DDIM step from v-prediction.

    $$x_s = \frac{\left(\alpha_s \alpha_t + \sigma_s \sigma_t\right) x_t + \left(\sigma_s \alpha_t - \alpha_s \sigma_t\right) \mathrm{v}_t}{\alpha_t^{2} + \sigma_t^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Source: Salimans et al. (2022), app. D.
    Equation: ddim.step_from_v_prediction (PROVED: any schedule, componentwise).
    """
    return ((alpha_s * alpha_t + sigma_s * sigma_t) * x + (sigma_s * alpha_t - alpha_s * sigma_t) * v_prediction) / (alpha_t**2 + sigma_t**2)


def step_from_score(x, score, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""DDIM step from score.

    $$x_s = \frac{\alpha_s \left(x_t + \sigma_t^{2} \nabla\log p_t(x_t \mid x_1)\right)}{\alpha_t} - \sigma_s \sigma_t \nabla\log p_t(x_t \mid x_1)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        score: gradient in x of the log density of the path, given the data point; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), sec. 3.3.
    Equation: ddim.step_from_score (PROVED: any schedule, componentwise).
    """
    return alpha_s * ((x + sigma_t**2 * score) / alpha_t) - sigma_s * sigma_t * score


def increment_from_data(x, data, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""DDIM step as an increment of x/sigma.

    $$x_s = \sigma_s \left(\frac{x_t}{\sigma_t} + \left(\frac{\alpha_s}{\sigma_s} - \frac{\alpha_t}{\sigma_t}\right) x_1\right)$$

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

    Assumes $\sigma_t > 0$, $\sigma_s > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, the step from data, divided by the noise scale.
    Equation: ddim.increment_from_data (PROVED: any schedule, componentwise).
    """
    return sigma_s * (x / sigma_t + (alpha_s / sigma_s - alpha_t / sigma_t) * data)


def increment_from_noise(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""DDIM step as an increment of x/alpha.

    $$x_s = \alpha_s \left(\frac{x_t}{\alpha_t} + \left(\frac{\sigma_s}{\alpha_s} - \frac{\sigma_t}{\alpha_t}\right) \epsilon\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_t > 0$, $\alpha_s > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (13).
    Equation: ddim.increment_from_noise (PROVED: any schedule, componentwise).
    """
    return alpha_s * (x / alpha_t + (sigma_s / alpha_s - sigma_t / alpha_t) * noise)


def increment_from_data_minus_noise(x, linear_velocity, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""DDIM step as an increment of x/(alpha + sigma).

    $$x_s = c_s \left(\frac{x_t}{c_t} + \left(\tau_s - \tau_t\right) \hat u\right)$$
    with $$c_t = \alpha_t + \sigma_t$$
    with $$c_s = \alpha_s + \sigma_s$$
    with $$\tau_t = \frac{\alpha_t}{c_t}$$
    with $$\tau_s = \frac{\alpha_s}{c_s}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        linear_velocity: data - noise, the velocity of the linear path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Source: Lipman et al. (2024), sec. 4.8.
    Equation: ddim.increment_from_data_minus_noise (PROVED: any schedule, componentwise).
    """
    total_scale = alpha_t + sigma_t
    next_total_scale = alpha_s + sigma_s
    linear_time = alpha_t / total_scale
    next_linear_time = alpha_s / next_total_scale
    return next_total_scale * (x / total_scale + (next_linear_time - linear_time) * linear_velocity)


def step_is_euler_on_the_linear_path(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""A DDIM step is an Euler step on the linear path.

    $$x_s = c_s \left(\frac{x_t}{c_t} + \left(\tau_s - \tau_t\right) \hat u\right)$$
    with $$\hat x_1 = \frac{x_t - \sigma_t \epsilon}{\alpha_t}$$
    with $$\hat u = \hat x_1 - \epsilon$$
    with $$c_t = \alpha_t + \sigma_t$$
    with $$c_s = \alpha_s + \sigma_s$$
    with $$\tau_t = \frac{\alpha_t}{c_t}$$
    with $$\tau_s = \frac{\alpha_s}{c_s}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eq. (13); Lipman et al. (2024), sec. 4.8.
    Equation: ddim.step_is_euler_on_the_linear_path (PROVED: any schedule, componentwise).
    """
    predicted_data = (x - sigma_t * noise) / alpha_t
    linear_velocity = predicted_data - noise
    total_scale = alpha_t + sigma_t
    next_total_scale = alpha_s + sigma_s
    linear_time = alpha_t / total_scale
    next_linear_time = alpha_s / next_total_scale
    return next_total_scale * (x / total_scale + (next_linear_time - linear_time) * linear_velocity)


def angle(angle_t, *, xp):
    r"""Angle of the scales, where variance is preserved.

    $$\alpha_t = \cos{\left(\omega_t \right)}$$
    $$\sigma_t = \sin{\left(\omega_t \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        angle_t: angle whose cosine is the signal scale and whose sine is the noise scale; [0, pi/2]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        alpha_t, signal scale; sigma_t, noise scale.

    Source: Salimans et al. (2022), app. D.
    Equation: ddim.angle (definition).
    """
    alpha_t = xp.cos(angle_t)
    sigma_t = xp.sin(angle_t)
    return alpha_t, sigma_t


def rotation(x, v_prediction, angle_t, angle_s, *, xp):
    r"""DDIM step of the v-prediction: a rotation.

    $$x_s = \cos{\left(\omega_s - \omega_t \right)} x_t + \sin{\left(\omega_s - \omega_t \right)} \mathrm{v}_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        angle_t: angle whose cosine is the signal scale and whose sine is the noise scale; [0, pi/2]
        angle_s: the same angle at time s; [0, pi/2]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        x_s, point on the path at time s.

    Source: Salimans et al. (2022), app. D.
    Equation: ddim.rotation (PROVED: any schedule that preserves variance, componentwise).
    """
    return xp.cos(angle_s - angle_t) * x + xp.sin(angle_s - angle_t) * v_prediction


def stretched_path(x, alpha_t, sigma_t, stretch_t):
    r"""A path, stretched by a factor that changes in time.

    $$\alpha^{\circ}_t = q_t \alpha_t$$
    $$\sigma^{\circ}_t = q_t \sigma_t$$
    $$x^{\circ}_t = q_t x_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        stretch_t: factor by which all points are stretched at time t; positive

    Returns:
        stretched_alpha_t, signal scale of the stretched path; stretched_sigma_t, noise scale of the stretched path;
        stretched_point, point of the stretched path.

    Source: Karras et al. (2022), eq. (4).
    Equation: ddim.stretched_path (definition).
    """
    stretched_alpha_t = stretch_t * alpha_t
    stretched_sigma_t = stretch_t * sigma_t
    stretched_point = stretch_t * x
    return stretched_alpha_t, stretched_sigma_t, stretched_point


def rescaling_invariance(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, alpha_s, sigma_s, stretch_s):
    r"""DDIM commutes with a rescaling of the path.

    $$x^{\circ}_s = q_s x_s$$
    with $$x_s = \frac{\left(\alpha_s \sigma_t - \sigma_s \alpha_t\right) \dot x_t + \left(\dot\alpha_t \sigma_s - \dot\sigma_t \alpha_s\right) x_t}{\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        stretch_s: the stretch at time s; positive

    Returns:
        stretched_x_s, where the step on the stretched path ends.

    Assumes $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4).
    Equation: ddim.rescaling_invariance (PROVED: any schedule, any smooth positive stretch, componentwise).
    """
    x_s = ((alpha_s * sigma_t - sigma_s * alpha_t) * velocity + (dalpha_t * sigma_s - dsigma_t * alpha_s) * x) / (dalpha_t * sigma_t - alpha_t * dsigma_t)
    return stretch_s * x_s


def euler_step(x, velocity, t, s, returned_x_s):
    r"""Euler step, and how far another ends from it.

    $$x^{\mathrm{E}}_s = x_t + \left(s - t\right) \dot x_t$$
    $$\Delta x^{\mathrm{E}}_s = \bar x^{\mathrm{E}}_s - x^{\mathrm{E}}_s$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        t: time, 0 at noise and 1 at data; [0, 1]
        s: another time, where a step ends; [0, 1]
        returned_x_s: the end of the Euler step on the stretched path, taken back to the path; real

    Returns:
        euler_x_s, where an Euler step from t to s ends; euler_difference, what an Euler step on the stretched path,
        taken back, goes further than one on the path.

    Source: this project, a straight line for as long as the step takes.
    Equation: ddim.euler_step (definition).
    """
    euler_x_s = x + (s - t) * velocity
    euler_difference = returned_x_s - euler_x_s
    return euler_x_s, euler_difference


def euler_step_difference(x, velocity, stretch_t, dstretch_t, stretch_s, t, s):
    r"""Euler does not commute with a rescaling: the difference of one step.

    $$\Delta x^{\mathrm{E}}_s = \frac{\left(q_t + \left(s - t\right) \dot q_t - q_s\right) x_t + \left(s - t\right) \left(q_t - q_s\right) \dot x_t}{q_s}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        stretch_t: factor by which all points are stretched at time t; positive
        dstretch_t: time derivative of the stretch; real
        stretch_s: the stretch at time s; positive
        t: time, 0 at noise and 1 at data; [0, 1]
        s: another time, where a step ends; [0, 1]

    Returns:
        euler_difference, what an Euler step on the stretched path, taken back, goes further than one on the path.

    Assumes $q_s > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4).
    Equation: ddim.euler_step_difference (PROVED: any field, any smooth positive stretch, componentwise).
    """
    return ((stretch_t + (s - t) * dstretch_t - stretch_s) * x + (s - t) * (stretch_t - stretch_s) * velocity) / stretch_s


def snr_matched_schedules(x, data, alpha_t, sigma_t, alpha_s, sigma_s, other_alpha_s):
    r"""Two schedules at equal signal-to-noise ratios: the same step, rescaled.

    $$x'_{r_s} = \frac{\alpha'_{r_s}}{\alpha_s} x_s$$
    with $$x_s = \alpha_s x_1 + \frac{\sigma_s}{\sigma_t} \left(x_t - \alpha_t x_1\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        other_alpha_s: signal scale of another path, where it has the signal-to-noise ratio of time s; [0, 1]

    Returns:
        other_x_s, where the step on the other path ends.

    Assumes $\sigma_t > 0$, $\alpha_s > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4); Kingma et al. (2021), sec. 5.1.
    Equation: ddim.snr_matched_schedules (PROVED: any two schedules at times of the same signal-to-noise ratio, componentwise).
    """
    x_s = alpha_s * data + sigma_s / sigma_t * (x - alpha_t * data)
    return other_alpha_s / alpha_s * x_s


def is_dpm_solver_1(x, noise, alpha_t, alpha_s, half_log_snr, half_log_snr_s, *, xp):
    r"""A DDIM step is a step of DPM-Solver-1.

    $$x_s = \frac{\alpha_s}{\alpha_t} x_t - \sigma_s \left(e^{\Delta\lambda^{\mathrm{DPM}}} - 1\right) \epsilon$$
    with $$\sigma_s = \alpha_s e^{- \lambda^{\mathrm{DPM}}_s}$$
    with $$\Delta\lambda^{\mathrm{DPM}} = \lambda^{\mathrm{DPM}}_s - \lambda^{\mathrm{DPM}}_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        alpha_s: signal scale at time s; [0, 1]
        half_log_snr: the lambda of DPM-Solver; real
        half_log_snr_s: the lambda of DPM-Solver at time s; real
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_t > 0$, $\alpha_s > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Lu et al. (2022), secs. 3.2 and 4.1.
    Equation: ddim.is_dpm_solver_1 (PROVED: any schedule, componentwise).
    """
    half_log_snr_gain = half_log_snr_s - half_log_snr
    return alpha_s / alpha_t * x + alpha_s * xp.exp(-half_log_snr) * xp.expm1(-half_log_snr_gain) * noise


def inverse_step(x_s, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Inverse DDIM step.

    $$x_t = \frac{\alpha_t \left(x_s - \sigma_s \epsilon\right)}{\alpha_s} + \sigma_t \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        x_s: point on the path at time s; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        x, point on the path.

    Assumes $\alpha_s > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), sec. 4.3.
    Equation: ddim.inverse_step (PROVED: any schedule, componentwise; for the noise that the step was taken with).
    """
    return alpha_t * ((x_s - sigma_s * noise) / alpha_s) + sigma_t * noise


def family(data, noise, fresh_noise, ancestral_variance, eta, alpha_s, sigma_s, *, xp):
    r"""DDIM step with fresh noise.

    $$\varsigma = \eta \sqrt{\operatorname{Var}[x_s \mid x_t, x_1]}$$
    $$x_s = \alpha_s x_1 + \sqrt{\sigma_s^{2} - \varsigma^{2}} \epsilon + \varsigma \xi$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        fresh_noise: noise that is drawn anew, standard normal; real
        ancestral_variance: variance of the point at time s, given x and the data point (fixed-small); nonnegative
        eta: how much of the noise is drawn anew: 0 none, 1 as much as in an ancestral step; [0, 1]
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        deviation, deviation of the noise that a step draws anew; x_s, point on the path at time s.

    Assumes $\sigma_s^{2} > \operatorname{Var}[x_s \mid x_t, x_1]$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eqs. (12) and (16).
    Equation: ddim.family (definition).
    """
    deviation = eta * xp.sqrt(ancestral_variance)
    x_s = alpha_s * data + xp.sqrt(sigma_s**2 - deviation**2) * noise + deviation * fresh_noise
    return deviation, x_s


def stochastic_step(data, noise, fresh_noise, eta, alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    r"""DDIM step with fresh noise, for any schedule and any two times.

    $$x_s = \alpha_s x_1 + \sigma_s \sqrt{\left(1 - \eta\right) \left(1 + \eta\right) + \left(\eta \kappa_{t \mid s}\right)^{2}} \epsilon + \eta \sigma_s \sqrt{\omega_{t \mid s}} \xi$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        fresh_noise: noise that is drawn anew, standard normal; real
        eta: how much of the noise is drawn anew: 0 none, 1 as much as in an ancestral step; [0, 1]
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), eqs. (12) and (16); this project, without cancellation.
    Equation: ddim.stochastic_step (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * data + sigma_s * xp.sqrt((1 - eta) * (1 + eta) + (eta * kept_ratio)**2) * noise + eta * sigma_s * xp.sqrt(added_share) * fresh_noise


def law_of_the_stochastic_step(data, alpha_s, sigma_s):
    r"""Fresh noise leaves the law at time s as it is.

    $$\bar x_s = \alpha_s x_1$$
    $$\operatorname{Var}[x_s \mid x_1] = \sigma_s^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        step_mean, mean of where a step ends, over both noises, given the data point; step_variance, its variance.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), lemma 1 in app. B.
    Equation: ddim.law_of_the_stochastic_step (PROVED: any schedule, any two times, componentwise; any eta in [0, 1]; mean and variance, which determine the law: a sum of normal numbers is normal).
    """
    step_mean = alpha_s * data
    step_variance = sigma_s**2
    return step_mean, step_variance


def eta_one_is_ancestral(x, data, fresh_noise, alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    r"""With eta = 1, DDIM is ancestral sampling.

    $$x_s = \mathbb{E}[x_s \mid x_t, x_1] + \sqrt{\operatorname{Var}[x_s \mid x_t, x_1]} \xi$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$
    with $$\mathbb{E}[x_s \mid x_t, x_1] = \alpha_s \omega_{t \mid s} x_1 + \frac{\kappa_{t \mid s} \sigma_s}{\sigma_t} x_t$$
    with $$\operatorname{Var}[x_s \mid x_t, x_1] = \sigma_s^{2} \omega_{t \mid s}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        fresh_noise: noise that is drawn anew, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        x_s, point on the path at time s.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), sec. 4.1; Ho et al. (2020), eqs. (6) and (7).
    Equation: ddim.eta_one_is_ancestral (PROVED: any schedule, any two times, componentwise; eta = 1).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    ancestral_mean = alpha_s * added_share * data + kept_ratio * sigma_s / sigma_t * x
    ancestral_variance = sigma_s**2 * added_share
    return ancestral_mean + xp.sqrt(ancestral_variance) * fresh_noise


step_from_data = gaussian_path.conditional_flow
"""Another name of `gaussian_path.conditional_flow`: the same function."""
