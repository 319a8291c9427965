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
    $$\sigma_{t \mid s} = \sqrt{\sigma_t^{2} - \left(\frac{\alpha_t}{\alpha_s} \sigma_s\right)^{2}}$$
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

    $$\mathbb{E}[x_s \mid x_t, x_1] = \alpha_s \left(1 - \left(\kappa_{t \mid s}\right)^{2}\right) x_1 + \frac{\kappa_{t \mid s} \sigma_s}{\sigma_t} x_t$$
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

    $$\operatorname{Var}[x_s \mid x_t, x_1] = \sigma_s^{2} \left(1 - \left(\kappa_{t \mid s}\right)^{2}\right)$$
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


def skipped_steps(first_factor, first_deviation, next_factor, next_deviation, *, xp):
    r"""Two noising steps in one.

    $$\alpha_{t \mid s} = \alpha_{t \mid r} \alpha_{r \mid s}$$
    $$\sigma_{t \mid s} = \sqrt{\left(\alpha_{t \mid r} \sigma_{r \mid s}\right)^{2} + \left(\sigma_{t \mid r}\right)^{2}}$$

    Elementwise: arrays broadcast against each other.

    Args:
        first_factor: factor of the first step, from s to a time between; positive
        first_deviation: deviation of the noise that the first step adds; positive
        next_factor: factor of the next step, from the time between to t; positive
        next_deviation: deviation of the noise that the next step adds; positive
        xp: array namespace, such as the one of `array_api_compat.array_namespace(x)`

    Returns:
        transition_factor, factor by which a noising step from s to t shrinks the point; transition_deviation, deviation
        of the noise that a step from s to t adds.

    Source: Ho et al. (2020), eqs. (2) and (4).
    Equation: ddpm.skipped_steps (PROVED: any two steps, one after the other, componentwise).
    """
    transition_factor = next_factor * first_factor
    transition_deviation = xp.sqrt((next_factor * first_deviation)**2 + next_deviation**2)
    return transition_factor, transition_deviation


def fixed_large(alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Variance of a reverse step for normal data (fixed-large).

    $$\operatorname{Var}[x_s \mid x_t] = \sigma_t^{2} \left(1 - \left(\kappa_{t \mid s}\right)^{2}\right)$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        fixed_large_variance, variance of the point at time s, given x, where the noising keeps the variance of normal
        data.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Ho et al. (2020), sec. 3.2; Nichol et al. (2021), sec. 3.1.
    Equation: ddpm.fixed_large (PROVED: any schedule, any two times, componentwise; normal data whose variance the noising keeps).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return sigma_t**2 * added_share


def learned_range(learned_share, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Learned variance of a reverse step.

    $$\hat\sigma^2_{s \mid t} = \left(1 - \left(\kappa_{t \mid s}\right)^{2}\right) \sigma_t^{2 v} \sigma_s^{2 \left(1 - v\right)}$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        learned_share: place between the logarithms of the two fixed variances, 0 at the small one; [0, 1]
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        learned_variance, variance of a reverse step between the two fixed ones.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Nichol et al. (2021), sec. 3.1.
    Equation: ddpm.learned_range (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return added_share * sigma_t**(2 * learned_share) * sigma_s**(2 * (1 - learned_share))


def posterior_mean_from_noise(x, noise, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Posterior mean of a reverse step, from the noise.

    $$\mathbb{E}[x_s \mid x_t, x_1] = \frac{\alpha_s}{\alpha_t} \left(x_t - \sigma_t \omega_{t \mid s} \epsilon\right)$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        noise: noise end point of the path, standard normal; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        ancestral_mean, expected point at time s, given x and the data point.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$, $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Ho et al. (2020), eq. (11).
    Equation: ddpm.posterior_mean_from_noise (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s / alpha_t * (x - sigma_t * added_share * noise)


def posterior_mean_from_velocity(x, velocity, alpha_t, sigma_t, dalpha_t, dsigma_t, alpha_s, sigma_s):
    r"""Posterior mean of a reverse step, from the velocity.

    $$\mathbb{E}[x_s \mid x_t, x_1] = \frac{\alpha_s \omega_{t \mid s} \left(\sigma_t \dot x_t - \dot\sigma_t x_t\right)}{\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t} + \frac{\kappa_{t \mid s} \sigma_s}{\sigma_t} x_t$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

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
        ancestral_mean, expected point at time s, given x and the data point.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$, $\dot\alpha_t \sigma_t - \alpha_t \dot\sigma_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: this project, posterior mean and conversion.
    Equation: ddpm.posterior_mean_from_velocity (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * added_share * ((sigma_t * velocity - dsigma_t * x) / (dalpha_t * sigma_t - alpha_t * dsigma_t)) + kept_ratio * sigma_s / sigma_t * x


def posterior_mean_from_v_prediction(x, v_prediction, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Posterior mean of a reverse step, from the v-prediction.

    $$\mathbb{E}[x_s \mid x_t, x_1] = \frac{\alpha_s \omega_{t \mid s} \left(\alpha_t x_t - \sigma_t \mathrm{v}_t\right)}{\alpha_t^{2} + \sigma_t^{2}} + \frac{\kappa_{t \mid s} \sigma_s}{\sigma_t} x_t$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        v_prediction: v-prediction, alpha noise - sigma data; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        ancestral_mean, expected point at time s, given x and the data point.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Salimans et al. (2022), app. D.
    Equation: ddpm.posterior_mean_from_v_prediction (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s * added_share * ((alpha_t * x - sigma_t * v_prediction) / (alpha_t**2 + sigma_t**2)) + kept_ratio * sigma_s / sigma_t * x


def posterior_mean_from_score(x, score, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""Posterior mean of a reverse step, from the score.

    $$\mathbb{E}[x_s \mid x_t, x_1] = \frac{\alpha_s}{\alpha_t} \left(x_t + \sigma_t^{2} \omega_{t \mid s} \nabla\log p_t(x_t \mid x_1)\right)$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        x: point on the path; real
        score: gradient in x of the log density of the path, given the data point; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        ancestral_mean, expected point at time s, given x and the data point.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$, $\alpha_t > 0$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Song et al. (2021), app. E.
    Equation: ddpm.posterior_mean_from_score (PROVED: any schedule, any two times, componentwise).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return alpha_s / alpha_t * (x + sigma_t**2 * added_share * score)


def bound_of_a_step(data, predicted_data, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""What a reverse step adds to the bound.

    $$\operatorname{KL}_{s \mid t} = \frac{\left(\frac{\alpha_s}{\sigma_s}\right)^{2} - \left(\frac{\alpha_t}{\sigma_t}\right)^{2}}{2} \left(x_1 - \hat x_1\right)^{2}$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        predicted_data: data point that belongs to the predicted noise; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        step_bound, what a step from t to s adds to the bound: relative entropy of the posterior to the model's step.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 4; Ho et al. (2020), eqs. (8) and (10).
    Equation: ddpm.bound_of_a_step (PROVED: any schedule, any two times, componentwise; posterior and model with the same variance).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return (alpha_s / sigma_s)**2 * added_share / 2 * (data - predicted_data)**2


def telescoped_bound(data, predicted_data, alpha_t, sigma_t, alpha_s, sigma_s):
    r"""What all the steps of a chain add to the bound.

    $$L_{s \mid t} = \frac{\left(\frac{\alpha_s}{\sigma_s}\right)^{2} - \left(\frac{\alpha_t}{\sigma_t}\right)^{2}}{2} \left(x_1 - \hat x_1\right)^{2}$$
    with $$\kappa_{t \mid s} = \frac{\alpha_t \sigma_s}{\alpha_s \sigma_t}$$
    with $$\omega_{t \mid s} = \frac{\alpha_s \left(\sigma_t - \sigma_s\right) + \left(\alpha_s - \alpha_t\right) \sigma_s}{\alpha_s \sigma_t} \left(1 + \kappa_{t \mid s}\right)$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        predicted_data: data point that belongs to the predicted noise; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        alpha_s: signal scale at time s; [0, 1]
        sigma_s: noise scale at time s; [0, 1]

    Returns:
        chain_bound, what all the steps of a chain from t to s add to the bound.

    Assumes $\alpha_s \sigma_t > \alpha_t \sigma_s$, $\alpha_{t_{k}} \sigma_{t_{k-1}} > \alpha_{t_{k-1}} \sigma_{t_{k}}$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 4.
    Equation: ddpm.telescoped_bound (PROVED: any schedule, any number of steps at any times; a prediction that stays the same).
    """
    kept_ratio = alpha_t * sigma_s / (alpha_s * sigma_t)
    added_share = (alpha_s * (sigma_t - sigma_s) + (alpha_s - alpha_t) * sigma_s) / (alpha_s * sigma_t) * (1 + kept_ratio)
    return (alpha_s / sigma_s)**2 * added_share / 2 * (data - predicted_data)**2


def continuous_bound(data, predicted_data, alpha_t, sigma_t, log_snr_rate):
    r"""What a short reverse step adds to the bound, per unit of time.

    $$\dot{\operatorname{KL}}_t = \frac{\left(\frac{\alpha_t}{\sigma_t}\right)^{2} \dot\lambda_t}{2} \left(x_1 - \hat x_1\right)^{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        data: data end point of the path; real
        predicted_data: data point that belongs to the predicted noise; real
        alpha_t: signal scale; [0, 1]
        sigma_t: noise scale; [0, 1], positive where it divides
        log_snr_rate: time derivative of the log signal-to-noise ratio; real, positive where the ratio grows

    Returns:
        bound_rate, what a short step adds to the bound, per unit of time.

    Assumes $\alpha_t \sigma_s > \alpha_s \sigma_t$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 5.
    Equation: ddpm.continuous_bound (PROVED: any schedule, componentwise).
    """
    return (alpha_t / sigma_t)**2 * log_snr_rate / 2 * (data - predicted_data)**2


def bound_by_the_ratio(bound_per_log_snr, log_snr_rate):
    r"""The log signal-to-noise ratio as the clock of the bound.

    $$\dot{\operatorname{KL}}_t = \frac{dL}{d\lambda} \dot\lambda_t$$

    Elementwise: arrays broadcast against each other.

    Args:
        bound_per_log_snr: what a short step adds to the bound, per unit of the log signal-to-noise ratio; nonnegative
        log_snr_rate: time derivative of the log signal-to-noise ratio; real, positive where the ratio grows

    Returns:
        bound_rate, what a short step adds to the bound, per unit of time.

    Source: this project, the chain rule.
    Equation: ddpm.bound_by_the_ratio (definition).
    """
    return bound_per_log_snr * log_snr_rate


def bound_in_log_snr(noise, predicted_noise):
    r"""The bound weighs all noise levels alike.

    $$\frac{dL}{d\lambda} = \frac{\left(\epsilon - \hat{\epsilon}\right)^{2}}{2}$$

    Elementwise: arrays broadcast against each other.

    Args:
        noise: noise end point of the path, standard normal; real
        predicted_noise: predicted noise; real

    Returns:
        bound_per_log_snr, what a short step adds to the bound, per unit of the log signal-to-noise ratio.

    Assumes $\alpha_t \sigma_s > \alpha_s \sigma_t$. Nothing is checked or clipped: elsewhere IEEE arithmetic answers with inf or nan.

    Source: Kingma et al. (2021), sec. 5.1.
    Equation: ddpm.bound_in_log_snr (PROVED: any schedule, componentwise).
    """
    return (noise - predicted_noise)**2 / 2
