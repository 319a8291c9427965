"""Generated from derivations/ddim/. Do not edit: python -m derivations generate"""


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
