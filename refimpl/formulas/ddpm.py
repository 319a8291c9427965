"""Generated from derivations/ddpm/. Do not edit: python -m derivations generate"""


def noising_step(first_moment_s, path_variance_s, transition_factor, transition_deviation):
    r"""A step of the noising chain.

    $$\mathbb{E}[x_t \mid x_1] = \alpha_{t \mid s} \mathbb{E}[x_s \mid x_1]$$
    $$\operatorname{Var}[x_t] = \left(\alpha_{t \mid s}\right)^{2} \operatorname{Var}[x_s] + \left(\sigma_{t \mid s}\right)^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        first_moment_s: mean of x at time s, given the data point; real
        path_variance_s: the same at time s; positive
        transition_factor: factor by which a noising step from s to t shrinks the point; positive
        transition_deviation: deviation of the noise that a step from s to t adds; nonnegative

    Returns:
        first_moment, mean of x, given the data point; path_variance, variance of x: given the data point, or of all the
        data, as the context says.

    Source: Ho et al. (2020), eq. (2); Kingma et al. (2021), app. A.
    Equation: ddpm.noising_step (definition).
    """
    first_moment = transition_factor * first_moment_s
    path_variance = transition_factor**2 * path_variance_s + transition_deviation**2
    return first_moment, path_variance


def transition(alpha_t, sigma_t, alpha_s, sigma_s, *, xp):
    r"""Forward kernel: from s to the noisier t.

    $$\alpha_{t \mid s} = \frac{\alpha_t}{\alpha_s}$$
    $$\sigma_{t \mid s} = \sigma_t \sqrt{\omega_{t \mid s}}$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        transition_factor, factor by which a noising step from s to t shrinks the point; transition_deviation, deviation
        of the noise that a step from s to t adds.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), app. A.
    Equation: ddpm.transition (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    transition_factor = alpha_t / alpha_s
    transition_deviation = sigma_t * xp.sqrt(added_share)
    return transition_factor, transition_deviation


def added_share(alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Share of the noise that a step has added.

    $$\omega_{t \mid s} = 1 - \left(\frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}\right)^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        added_share, share of the noise variance at time t that came in after time s.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), app. A.
    Equation: ddpm.added_share (PROVED: any schedule, any two times, componentwise).
    """
    return (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + alpha_t * sigma_s / (alpha_s * sigma_t))


def posterior_mean(x, data, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Posterior mean of a reverse step, from the data point.

    $$\mathbb{E}[x_s \mid x_t, x_1] = \alpha_s \omega_{t \mid s} x_1 + \frac{\kappa_{t \mid s} \sigma_s}{\sigma_t} x_t$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        data: data end point of the path; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        ancestral_mean, expected point at time s, given x and the data point.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Ho et al. (2020), eqs. (6) and (7); Kingma et al. (2021), app. A.
    Equation: ddpm.posterior_mean (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * added_share * data + kept_ratio * sigma_s / sigma_t * x


def posterior_variance(alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Posterior variance of a reverse step (fixed-small).

    $$\operatorname{Var}[x_s \mid x_t, x_1] = \sigma_s^{2} \omega_{t \mid s}$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        ancestral_variance, variance of the point at time s, given x and the data point (fixed-small).

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Ho et al. (2020), eqs. (6) and (7); Kingma et al. (2021), app. A.
    Equation: ddpm.posterior_variance (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return sigma_s**2 * added_share
