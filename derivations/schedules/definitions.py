"""What the named schedules start from: one sentence each."""

from sympy import Eq, Limit, cos, exp, log, pi, sin, sqrt

from derivations import witnesses
from derivations.engine.equation import Source, definition, typed
from derivations.notation import *

log_snr_definition = definition(
    id="schedules.log_snr",
    title="Log signal-to-noise ratio",
    claim=lambda: Eq(log_snr, 2 * log(alpha / sigma)),
    inputs=[alpha, sigma],
    sources=[Source("kingma2021", "eq. (3)")],
    text="The logarithm of alpha²/sigma². DPM-Solver's lambda is half of it.",
    witness=witnesses.noise_levels,
)

linear_scales = definition(
    id="schedules.linear_scales",
    title="Straight lines from noise to data",
    claim=lambda: [Eq(alpha, t), Eq(sigma, 1 - (1 - sigma_min) * t)],
    inputs=[t, sigma_min],
    schedules=["linear"],
    sources=[Source("lipman2023", "eq. (20)")],
    text="Mean and deviation of the conditional path move linearly in time.",
    witness=witnesses.named_schedule("linear"),
)

trigonometric_scales = definition(
    id="schedules.trigonometric_scales",
    title="A quarter turn from noise to data",
    claim=lambda: [Eq(alpha, sin(pi * t / 2)), Eq(sigma, cos(pi * t / 2))],
    inputs=[t],
    schedules=["trigonometric"],
    sources=[Source("albergo2023", "sec. 4")],
    text="The squares of the scales add up to one, and the angle moves linearly in time.",
    witness=witnesses.named_schedule("trigonometric"),
)

noise_rate = definition(
    id="schedules.noise_rate",
    title="Linear noise rate",
    claim=lambda: Eq(beta, beta_min + (beta_max - beta_min) * (1 - t)),
    inputs=[t, beta_min, beta_max],
    schedules=LINEAR_RATE,
    sources=[Source("song2021sde", "eq. (32)")],
    text="The rate grows linearly in noising time s = 1 - t.",
    witness=witnesses.a_straight_rate,
)

decay = definition(
    id="schedules.decay_of_the_signal",
    title="The signal decays at half the noise rate",
    claim=lambda: Eq(drift, -beta / 2),
    inputs=[beta],
    schedules=LINEAR_RATE,
    sources=[Source("song2021sde", "eqs. (11) and (13)")],
    text="So it is in the variance preserving and in the sub-variance preserving process.",
    witness=witnesses.a_chain_that_keeps_a_variance,
)

preserved = definition(
    id="schedules.preserved_variance",
    title="Variance preserving noising",
    claim=lambda: Eq(alpha**2 + sigma**2, 1),
    inputs=[],
    schedules=[*PRESERVING, "a table"],
    sources=[Source("song2021sde", "eq. (11)")],
    text="Just so much noise comes in that a variance of one stays one.",
    witness=witnesses.a_chain_that_keeps_a_variance,
)

integrated_noise_rate = definition(
    id="schedules.integrated_noise_rate",
    title="Noise rate, integrated from the data end",
    claim=lambda: Eq(total_beta, beta_min * reversed_time + (beta_max - beta_min) * reversed_time**2 / 2),
    inputs=[reversed_time, beta_min, beta_max],
    schedules=LINEAR_RATE,
    sources=[Source("song2021sde", "eq. (33)")],
    text="The integral of a rate that grows linearly in noising time.",
    witness=witnesses.a_straight_rate,
)

sub_preserved = definition(
    id="schedules.sub_preserved_variance",
    title="Sub-variance preserving noising",
    claim=lambda: Eq(sigma, 1 - alpha**2),
    inputs=[alpha],
    schedules=["sub-variance preserving"],
    sources=[Source("song2021sde", "eq. (29) in app. B")],
    text="The signal decays as in the variance preserving process; the deviation is what the variance is there.",
    witness=witnesses.a_process_that_adds_less,
)

cosine_signal = definition(
    id="schedules.cosine_signal",
    title="A cosine that is one at the data end",
    claim=lambda: [
        Eq(angle, (1 - t + offset) / (1 + offset) * pi / 2),
        Eq(alpha, cos(angle) / cos(data_angle)),
    ],
    where=typed(lambda: [Eq(data_angle, offset / (1 + offset) * pi / 2)]),
    inputs=[t, offset],
    schedules=["cosine"],
    sources=[Source("nichol2021", "eq. (17)")],
    text="The offset keeps the noise rate away from zero at the data end.",
    witness=witnesses.a_pointer_that_turns,
)

sigmoid_signal = definition(
    id="schedules.sigmoid_signal",
    title="A sigmoid, scaled to run from one to zero",
    claim=lambda: [
        Eq(
            alpha**2,
            (1 / (1 + exp(-noise_level)) - 1 / (1 + exp(-level)))
            / (1 / (1 + exp(-noise_level)) - 1 / (1 + exp(-data_level))),
        ),
        Eq(level, ((1 - t) * (high_level - low_level) + low_level) / temperature),
        Eq(data_level, low_level / temperature),
        Eq(noise_level, high_level / temperature),
    ],
    inputs=[t, low_level, high_level, temperature],
    schedules=["sigmoid"],
    sources=[Source("chen2023", "sec. 2.2")],
    text="The squared signal scale is a piece of the logistic curve, from `start` at the data to `end` at the noise.",
    witness=witnesses.a_piece_of_the_logistic_curve,
)

polynomial_scales = definition(
    id="schedules.polynomial_scales",
    title="A power of time",
    claim=lambda: [Eq(alpha, t**power), Eq(sigma, 1 - t**power)],
    inputs=[t, power],
    schedules=["polynomial"],
    sources=[Source("lipman2024", "sec. 4.8, convex schedulers")],
    text="The scales add up to one: the linear path, run through with another clock.",
    witness=witnesses.named_schedule("polynomial"),
)

geometric_noise = definition(
    id="schedules.geometric_noise",
    title="Noise that grows geometrically on data that stay",
    claim=lambda: [Eq(alpha, 1), Eq(sigma, sigma_min * (sigma_max / sigma_min) ** (1 - t))],
    inputs=[t, sigma_min, sigma_max],
    assumptions=[sigma_min > 0],
    schedules=["variance exploding"],
    sources=[Source("song2021sde", "eq. (31)")],
    text="Equal steps of time multiply the noise scale by equal factors.",
    witness=witnesses.named_schedule("variance_exploding"),
)

linear_noise = definition(
    id="schedules.linear_noise",
    title="Noise that grows linearly on data that stay",
    claim=lambda: [Eq(alpha, 1), Eq(sigma, sigma_max * (1 - t))],
    inputs=[t, sigma_max],
    schedules=["EDM"],
    sources=[Source("karras2022", "sec. 4")],
    text="The noise scale itself is the time, in units of its largest value.",
    witness=witnesses.named_schedule("edm"),
)

# ---- one row of a table, and what is done to a table ---------------------------------------------------------

table_row = definition(
    id="schedules.table_row",
    title="One step of discrete noising",
    claim=lambda: [
        Eq(alpha_s, sqrt(1 - table_beta) * alpha),
        Eq(sigma_s**2, (1 - table_beta) * sigma**2 + table_beta),
    ],
    inputs=[alpha, sigma, table_beta],
    schedules=[*PRESERVING, "a table"],
    sources=[Source("ho2020", "eq. (2)")],
    text="The point shrinks, and an independent noise of variance beta is added; s is the next, noisier row.",
    witness=witnesses.noised_once,
)

table_scaling = definition(
    id="schedules.table_scaling",
    title="A finer table has smaller steps",
    claim=lambda: Eq(table_beta, beta * step_size),
    inputs=[beta, step_size],
    schedules=["a table"],
    sources=[Source("song2021sde", "app. B")],
    text="With N rows the entries are the noise rate divided by N.",
    witness=witnesses.a_finer_table,
)

table_rates = definition(
    id="schedules.table_rates",
    title="Rates as limits of differences between rows",
    claim=lambda: [
        Eq(dalpha, Limit((alpha - alpha_s) / step_size, step_size, 0, "+")),
        Eq(half_variance_rate, Limit((sigma**2 - sigma_s**2) / (2 * step_size), step_size, 0, "+")),
    ],
    inputs=[alpha, sigma],
    sources=[Source("house", "the derivative from one side")],
    text="The noisier row is one step earlier in our time.",
    witness=witnesses.rows_ever_closer,
)

rescaled_signal = definition(
    id="schedules.rescaled_signal",
    title="Rescaling that leaves no signal at the noise end",
    claim=lambda: [
        Eq(rescaled_alpha, rescaling_factor * alpha + rescaling_offset),
        Eq(rescaling_factor * alpha.subs(t, 0) + rescaling_offset, 0),
        Eq(rescaling_factor * alpha.subs(t, 1) + rescaling_offset, alpha.subs(t, 1)),
        Eq(rescaled_alpha**2 + rescaled_sigma**2, 1),
    ],
    inputs=[alpha, rescaling_factor, rescaling_offset],
    sources=[Source("lin2024", "sec. 3.1, algorithm 1")],
    text="An affine change of the signal scale that keeps its largest value and takes its smallest to zero.",
    witness=witnesses.through_two_points,
)

shifted_ratio = definition(
    id="schedules.shifted_ratio",
    title="Shifting by a factor",
    claim=lambda: Eq((1 - shifted_time) / shifted_time, shift * (1 - t) / t),
    inputs=[t, shift],
    sources=[Source("esser2024", "sec. 5.3.2")],
    text="On the linear path, noise to signal is `shift` times what it was at the same time before.",
    witness=witnesses.a_path_of_its_own_time,
)

# ---- the data end ------------------------------------------------------------------------------------------------

local_exponent = definition(
    id="schedules.local_exponent",
    title="How many powers of 1 - t the noise scale falls by",
    claim=lambda: Eq(noise_exponent, -(1 - t) * dsigma / sigma),
    inputs=[t, sigma, dsigma],
    sources=[Source("house", "the slope of log sigma against log (1 - t)")],
    text="It is the constant p where the noise scale is a multiple of (1 - t)^p.",
    witness=witnesses.slope_on_logarithmic_axes,
)

exponent_at_the_end = definition(
    id="schedules.exponent_at_the_end",
    title="The exponent at the data end",
    claim=lambda: Eq(end_exponent, Limit(noise_exponent, t, 1, "-")),
    inputs=[],
    sources=[Source("house", "a name for a limit")],
    text="The flow matching loss is finite above one half, or where noise is left; the unweighted denoising score "
    "matching loss is finite below one half.",
    witness=witnesses.a_slope_that_settles,
)
