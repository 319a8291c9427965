"""What the reverse steps cost: the variational bound, step by step, for a whole chain, and in the limit.

The model's step has the posterior's form with the predicted data point in place of the true one. What the bound
loses by it is the relative entropy of the two, averaged over data and noise.
"""

from sympy import Eq

from derivations import witnesses
from derivations.components import component_log_density, gaussian_data
from derivations.ddpm.posterior import CHAIN, new_and_old, posterior_mean_of_a_step, posterior_variance_of_a_step
from derivations.engine.equation import EQUATIONS, Source, definition, equation
from derivations.notation import *
from derivations.schedules import log_snr_growth

relative_entropy = definition(
    id="ddpm.relative_entropy",
    title="Relative entropy of the posterior to the model's step",
    claim=lambda: Eq(step_bound, over_space(reverse_density * (reverse_log_density - model_log_density), x_s)),
    inputs=[reverse_density, reverse_log_density, model_log_density],
    sources=[Source("bishop2006", "eq. (1.113)")],
    text="The expectation of the difference of the two log densities, under the posterior.",
    witness=witnesses.two_laws_of_a_step,
)


@equation(
    id="ddpm.bound_of_a_step",
    title="What a reverse step adds to the bound",
    claim=lambda: Eq(step_bound, ((alpha_s / sigma_s) ** 2 - (alpha / sigma) ** 2) / 2 * (data - predicted_data) ** 2),
    where=new_and_old,
    stable=lambda: Eq(step_bound, (alpha_s / sigma_s) ** 2 * added_share / 2 * (data - predicted_data) ** 2),
    inputs=[data, predicted_data, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=[Source("kingma2021", "sec. 4"), Source("ho2020", "eqs. (8) and (10)")],
    scope=f"{CHAIN}; posterior and model with the same variance",
    witness=witnesses.an_imperfect_step,
)
def bound_of_a_step(board):
    """Two normal laws of equal variance differ by half the squared distance of their means, in units of that variance.
    Both means are made of x and a data point, the true one and the predicted one: x cancels, and what remains is the
    squared error, weighted with the gain in the signal-to-noise ratio."""
    true = {
        log_density: reverse_log_density,
        x: x_s,
        mean: ancestral_mean,
        variance: ancestral_variance,
        alpha: 1,
        sigma: 0,
    }
    guess = true | {log_density: model_log_density, mean: predicted_ancestral_mean}
    law = {prior_density: reverse_density, data: x_s, mean: ancestral_mean, variance: ancestral_variance}
    average = board.substitute(
        board.given(relative_entropy),
        board.given(gaussian_data, at=law, reason="the posterior is normal"),
        board.given(component_log_density, at=true, reason="its log density"),
        board.given(component_log_density, at=guess, reason="that of the model's step"),
        reason="two normal laws",
    )
    distance = board.integrate(average, "complete the square in the point at time s")
    apart = [
        board.given(posterior_mean_of_a_step, reason="the true mean"),
        board.given(
            posterior_mean_of_a_step,
            at={ancestral_mean: predicted_ancestral_mean, data: predicted_data},
            reason="the predicted mean",
        ),
        board.given(posterior_variance_of_a_step),
    ]
    return board.substitute(distance, *apart, reason="both means, and the variance")


chain = definition(
    id="ddpm.chain",
    title="A chain of steps",
    claim=lambda: [
        Eq(chain_bound, over_components(bound_of_step_k)),
        Eq(chain_alpha(0), alpha),
        Eq(chain_sigma(0), sigma),
        Eq(chain_alpha(components), alpha_s),
        Eq(chain_sigma(components), sigma_s),
    ],
    inputs=[alpha, sigma, alpha_s, sigma_s],
    sources=[Source("ho2020", "eq. (5)"), Source("kingma2021", "sec. 4")],
    text="Any number of steps from t to s; each adds its share to the bound.",
    witness=witnesses.a_chain_with_stops,
)


alpha_before, sigma_before = chain_alpha(k - 1), chain_sigma(k - 1)


@equation(
    id="ddpm.telescoped_bound",
    title="What all the steps of a chain add to the bound",
    claim=lambda: Eq(chain_bound, ((alpha_s / sigma_s) ** 2 - (alpha / sigma) ** 2) / 2 * (data - predicted_data) ** 2),
    where=new_and_old,
    stable=lambda: Eq(chain_bound, (alpha_s / sigma_s) ** 2 * added_share / 2 * (data - predicted_data) ** 2),
    inputs=[data, predicted_data, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [
        alpha_s * sigma > alpha * sigma_s,
        chain_alpha(k) * sigma_before > alpha_before * chain_sigma(k),
    ],
    sources=[Source("kingma2021", "sec. 4")],
    scope="any schedule, any number of steps at any times; a prediction that stays the same",
    witness=witnesses.an_imperfect_step,
)
def telescoped_bound(board):
    """While the prediction stays as it is, steps cost as much as the one step that skips them: what one step gains in
    signal-to-noise ratio the next need not gain. So more steps lower the bound only because the prediction gets better
    as the noise falls."""
    scales = {alpha: alpha_before, sigma: sigma_before}
    scales |= {alpha_s: chain_alpha(k), sigma_s: chain_sigma(k)}
    each = board.given(bound_of_a_step, at={step_bound: bound_of_step_k, **scales}, reason="each step")
    total = board.substitute(board.given(chain), each, reason="all steps")
    left = board.telescope(total, "what one step reaches the next starts from")
    ends = chain_alpha(0), chain_sigma(0), chain_alpha(components), chain_sigma(components)
    known = [board.given(chain, output=end) for end in ends]
    return board.substitute(left, *known, reason="both ends of the chain")


@equation(
    id="ddpm.continuous_bound",
    title="What a short reverse step adds to the bound, per unit of time",
    claim=lambda: Eq(bound_rate, (alpha / sigma) ** 2 * log_snr_rate / 2 * (data - predicted_data) ** 2),
    inputs=[data, predicted_data, alpha, sigma, log_snr_rate],
    assumptions=lambda: [alpha * sigma_s > alpha_s * sigma],
    sources=[Source("kingma2021", "sec. 5")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_a_little_longer,
)
def continuous_bound(board):
    """In the limit of short steps the bound is an integral over time, and under the integral stands half the rate of
    the signal-to-noise ratio times the squared error: how the bound of a step grows as it gets a little longer."""
    step = board.given(bound_of_a_step, at={t: s, s: t}, reason="a step that ends at time t")
    growth = board.differentiate(step, t, "a little longer, with the same prediction")
    gain = board.solve(board.given(log_snr_growth), dalpha, "the rate of the signal scale")
    return board.substitute(growth, gain, reason="in terms of the rate of the log signal-to-noise ratio")


log_snr_clock = definition(
    id="ddpm.bound_by_the_ratio",
    title="The log signal-to-noise ratio as the clock of the bound",
    claim=lambda: Eq(bound_rate, bound_per_log_snr * log_snr_rate),
    inputs=[bound_per_log_snr, log_snr_rate],
    sources=[Source("house", "the chain rule")],
    text="Per unit of the ratio's logarithm, times the rate of that.",
    witness=witnesses.a_bound_by_two_clocks,
)


@equation(
    id="ddpm.bound_in_log_snr",
    title="The bound weighs all noise levels alike",
    claim=lambda: Eq(bound_per_log_snr, (noise - predicted[noise]) ** 2 / 2),
    inputs=[noise, predicted[noise]],
    assumptions=lambda: [alpha * sigma_s > alpha_s * sigma],
    sources=[Source("kingma2021", "sec. 5.1")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_a_little_longer,
)
def bound_in_log_snr(board):
    """With the log signal-to-noise ratio as the clock nothing is left of the schedule: the squared error of the noise
    has the weight one half at every level. A loss on the noise that draws times in another way weighs levels otherwise
    than the bound does."""
    per_ratio = board.substitute(
        board.given(log_snr_clock), board.given(continuous_bound), reason="the bound per unit of time"
    )
    per_ratio = board.solve(per_ratio, bound_per_log_snr, "solved for the weight")
    truth = board.given(EQUATIONS["conversions.data_from_noise"])
    guess = board.given(
        EQUATIONS["conversions.data_from_noise"],
        at={data: predicted_data, noise: predicted[noise]},
        reason="the prediction, at the same x",
    )
    return board.substitute(per_ratio, truth, guess, reason="in the noise: x cancels")
