"""Generated from derivations/conventions/. Do not edit: python -m derivations generate"""


def rescaling(x, alpha_t, sigma_t):
    r"""Point and noise scale in units of the signal scale.

    $$\tilde x_t = \frac{x_t}{\alpha_t}$$
    $$\tilde\sigma_t = \frac{\sigma_t}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        rescaled_point, point in units of its signal scale, x/alpha; edm_sigma, noise scale in units of the signal scale
        (the sigma of EDM).

    Source: Karras et al. (2022), eq. (4).
    Equation: conventions.rescaling (definition).
    """
    rescaled_point = x / alpha_t
    edm_sigma = sigma_t / alpha_t
    return rescaled_point, edm_sigma


def rescaled_point(data, noise, alpha_t, sigma_t):
    r"""Point in units of its signal scale.

    $$\tilde x_t = x_1 + \frac{\sigma_t}{\alpha_t} \epsilon$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides

    Returns:
        rescaled_point, point in units of its signal scale, x/alpha.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4).
    Equation: conventions.rescaled_point (PROVED: any schedule, componentwise).
    """
    return data + sigma_t / alpha_t * noise


def rescaled_velocity(x, velocity, alpha_t, dalpha_t):
    r"""Velocity of the rescaled point.

    $$\tilde u_t = \frac{\dot x_t - \frac{\dot\alpha_t}{\alpha_t} x_t}{\alpha_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        dalpha_t: time derivative of the signal scale; real

    Returns:
        rescaled_velocity, velocity of the rescaled point.

    Assumes $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4).
    Equation: conventions.rescaled_velocity (PROVED: any schedule, componentwise).
    """
    return (velocity - dalpha_t / alpha_t * x) / alpha_t


def velocity_from_rescaled(rescaled_velocity, rescaled_point, alpha_t, dalpha_t):
    r"""Velocity from that of the rescaled point.

    $$\dot x_t = \alpha_t \tilde u_t + \dot\alpha_t \tilde x_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        rescaled_velocity: velocity of the rescaled point; real
        rescaled_point: point in units of its signal scale, x/alpha; real
        alpha_t: signal scale; [0, 1]
        dalpha_t: time derivative of the signal scale; real

    Returns:
        velocity, velocity of a point of the path.

    Source: Karras et al. (2022), eq. (4).
    Equation: conventions.velocity_from_rescaled (PROVED: any schedule, componentwise).
    """
    return alpha_t * rescaled_velocity + dalpha_t * rescaled_point


def one_path(x, sigma_t, other_sigma):
    r"""Two Gaussian paths are one, up to scale.

    $$x'_r = \frac{\sigma'_r}{\sigma_t} x_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        sigma_t: noise scale; [0, 1], positive where it divides
        other_sigma: noise scale of another path, where it has the same signal-to-noise ratio; [0, 1]

    Returns:
        other_point, point of the other path with the same end points.

    Assumes $\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4); Kingma et al. (2021), sec. 5.1.
    Equation: conventions.one_path (PROVED: any two schedules at times of the same signal-to-noise ratio, componentwise).
    """
    return other_sigma / sigma_t * x


def one_path_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, other_alpha, other_sigma, other_dalpha, other_dsigma):
    r"""Two Gaussian paths are one: the velocities.

    $$\dot r_t = \frac{\frac{\dot\alpha_t}{\alpha_t} - \frac{\dot\sigma_t}{\sigma_t}}{\frac{\dot\alpha'_r}{\alpha'_r} - \frac{\dot\sigma'_r}{\sigma'_r}}$$
    $$u'_r = q \left(\frac{\dot x_t - \frac{\dot\sigma_t}{\sigma_t} x_t}{\dot r_t} + \frac{\dot\sigma'_r}{\sigma'_r} x_t\right)$$
    with $$q = \frac{\sigma'_r}{\sigma_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real
        other_alpha: signal scale of another path, where it has the same signal-to-noise ratio; [0, 1]
        other_sigma: noise scale of another path, where it has the same signal-to-noise ratio; [0, 1]
        other_dalpha: derivative of the other path's signal scale in its own time; real
        other_dsigma: derivative of the other path's noise scale in its own time; real

    Returns:
        other_time_rate, how fast the other path's time runs, in time t; other_velocity, velocity of the other path's
        point, in its own time.

    Assumes $\alpha_t > 0$, $\sigma_t > 0$, $\alpha'_r > 0$, $\sigma'_r > 0$, $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$, $\dot\alpha'_r \sigma'_r - \alpha'_r \dot\sigma'_r > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4); Kingma et al. (2021), sec. 5.1.
    Equation: conventions.one_path_velocity (PROVED: any two schedules at times of the same signal-to-noise ratio, componentwise).
    """
    scaling = other_sigma / sigma_t
    other_time_rate = (dalpha_t / alpha_t - dsigma_t / sigma_t) / (other_dalpha / other_alpha - other_dsigma / other_sigma)
    other_velocity = scaling * ((velocity - dsigma_t / sigma_t * x) / other_time_rate + other_dsigma / other_sigma * x)
    return other_time_rate, other_velocity


def chain_rule(velocity, clock_rate):
    r"""Velocity by another clock.

    $$u^\theta = \frac{\dot x_t}{\dot\theta_t}$$

    Elementwise: arrays broadcast against each other.

    Args:
        velocity: velocity of a point of the path; real
        clock_rate: time derivative of what another clock shows; real, not zero

    Returns:
        clock_velocity, velocity per unit of another clock.

    Source: this project, the chain rule.
    Equation: conventions.chain_rule (definition).
    """
    return velocity / clock_rate


def reversed_time(t):
    r"""Time from data to noise.

    $$\bar t = 1 - t$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]

    Returns:
        reversed_time, time that runs from 0 at data to 1 at noise.

    Source: Ho et al. (2020), sec. 2; Song et al. (2021), sec. 3.1.
    Equation: conventions.reversed_time (definition).
    """
    return 1 - t


def step_index(t, step_count):
    r"""Index of a noising step.

    $$i = N \left(1 - t\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        t: time, 0 at noise and 1 at data; [0, 1]
        step_count: number of steps from data to noise; 1, 2, ...

    Returns:
        step_index, index of a noising step, 0 at data.

    Source: Ho et al. (2020), sec. 2.
    Equation: conventions.step_index (definition).
    """
    return step_count * (1 - t)


def data_at_zero(reversed_time, velocity):
    r"""Data at t = 0: time and velocity.

    $$t = 1 - \bar t$$
    $$\bar u = - \dot x_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        reversed_time: time that runs from 0 at data to 1 at noise; [0, 1]
        velocity: velocity of a point of the path; real

    Returns:
        t, time, 0 at noise and 1 at data; reversed_velocity, velocity by reversed time.

    Source: Song et al. (2021), sec. 3.1.
    Equation: conventions.data_at_zero (PROVED: any path, componentwise).
    """
    t = 1 - reversed_time
    reversed_velocity = -velocity
    return t, reversed_velocity


def integer_steps(step_index, step_count, velocity):
    r"""Integer steps: time and change per step.

    $$t = 1 - \frac{i}{N}$$
    $$u^i = - \frac{\dot x_t}{N}$$

    Elementwise: arrays broadcast against each other.

    Args:
        step_index: index of a noising step, 0 at data; 0 .. step_count
        step_count: number of steps from data to noise; 1, 2, ...
        velocity: velocity of a point of the path; real

    Returns:
        t, time, 0 at noise and 1 at data; step_velocity, change of x per step, to first order.

    Source: Ho et al. (2020), sec. 2.
    Equation: conventions.integer_steps (PROVED: any path, componentwise; equal steps).
    """
    t = 1 - step_index / step_count
    step_velocity = -velocity / step_count
    return t, step_velocity


def log_snr_time(velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Log-SNR as the clock.

    $$u^\lambda = \frac{\dot x_t}{2 \left(\frac{\dot\alpha_t}{\alpha_t} - \frac{\dot\sigma_t}{\sigma_t}\right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        velocity: velocity of a point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        log_snr_velocity, velocity per unit of the log signal-to-noise ratio.

    Assumes $\alpha_t > 0$, $\sigma_t > 0$, $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 5.1.
    Equation: conventions.log_snr_time (PROVED: any schedule whose signal-to-noise ratio grows, componentwise).
    """
    return velocity / (2 * (dalpha_t / alpha_t - dsigma_t / sigma_t))


def velocity_from_log_snr(log_snr_velocity, alpha_t, sigma_t, dalpha_t, dsigma_t):
    r"""Velocity from that by log-SNR.

    $$\dot x_t = 2 \left(\frac{\dot\alpha_t}{\alpha_t} - \frac{\dot\sigma_t}{\sigma_t}\right) u^\lambda$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr_velocity: velocity per unit of the log signal-to-noise ratio; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        dalpha_t: time derivative of the signal scale; real
        dsigma_t: time derivative of the noise scale; real

    Returns:
        velocity, velocity of a point of the path.

    Assumes $\alpha_t > 0$, $\sigma_t > 0$, $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 5.1.
    Equation: conventions.velocity_from_log_snr (PROVED: any schedule whose signal-to-noise ratio grows, componentwise).
    """
    return 2 * (dalpha_t / alpha_t - dsigma_t / sigma_t) * log_snr_velocity


def dpm_lambda(alpha_t, sigma_t, *, xp):
    r"""The lambda of DPM-Solver.

    $$\lambda^{\mathrm{DPM}}_t = \log{\left(\frac{\alpha_t}{\sigma_t} \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        half_log_snr, the lambda of DPM-Solver.

    Source: Lu et al. (2022), sec. 3.1.
    Equation: conventions.dpm_lambda (definition).
    """
    return xp.log(alpha_t / sigma_t)


def edm_sigma(log_snr, *, xp):
    r"""The sigma of EDM from the log-SNR.

    $$\tilde\sigma_t = e^{- \frac{\lambda_t}{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        edm_sigma, noise scale in units of the signal scale (the sigma of EDM).

    Source: Karras et al. (2022), eq. (4); Kingma et al. (2021), eq. (3).
    Equation: conventions.edm_sigma (PROVED: any schedule).
    """
    return xp.exp(-log_snr / 2)


def log_snr_from_edm_sigma(edm_sigma, *, xp):
    r"""Log-SNR from the sigma of EDM.

    $$\lambda_t = -2 \log{\left(\tilde\sigma_t \right)}$$

    Elementwise: arrays broadcast against each other.

    Args:
        edm_sigma: noise scale in units of the signal scale (the sigma of EDM); positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        log_snr, logarithm of the signal-to-noise ratio alpha²/sigma².

    Assumes $\tilde\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Karras et al. (2022), eq. (4); Kingma et al. (2021), eq. (3).
    Equation: conventions.log_snr_from_edm_sigma (PROVED: any schedule).
    """
    return -2 * xp.log(edm_sigma)


def half_log_snr(log_snr):
    r"""The lambda of DPM-Solver is half the log-SNR.

    $$\lambda^{\mathrm{DPM}}_t = \frac{\lambda_t}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        log_snr: logarithm of the signal-to-noise ratio alpha²/sigma²; real

    Returns:
        half_log_snr, the lambda of DPM-Solver.

    Source: Lu et al. (2022), sec. 3.1; Kingma et al. (2021), eq. (3).
    Equation: conventions.half_log_snr (PROVED: any schedule).
    """
    return log_snr / 2
