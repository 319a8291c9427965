"""Ancestral sampling with the exact denoiser on Gaussian data: the variance after any number of steps."""

from sympy import Eq

from derivations import witnesses
from derivations.components import component_mean
from derivations.ddpm import posterior_mean_of_a_step, posterior_variance_of_a_step
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *

scaled_after = scaled_variance.func  # at a time, or after how many steps

ancestral_sampling = definition(
    id="sdes.ancestral_sampling",
    title="A step of ancestral sampling",
    claim=lambda: [
        Eq(ancestral_mean, ancestral_factor * x + ancestral_offset),
        Eq(sampled_variance_s, ancestral_factor**2 * sampled_variance + ancestral_variance),
        Eq(scaled_variance, sampled_variance * alpha**2 / (alpha**2 * variance + sigma**2) ** 2),
        Eq(snr, alpha**2 / sigma**2),
    ],
    inputs=[x, ancestral_factor, ancestral_offset, sampled_variance, ancestral_variance, alpha, sigma, variance],
    sources=[Source("ho2020", "algorithm 2"), Source("house", "names")],
    text="""The posterior mean with the predicted data point, affine in x where the denoiser is, and independent noise
    with the posterior variance; the variance in units that fit.""",
    witness=witnesses.a_step_of_ancestral_sampling,
)


@equation(
    id="sdes.ancestral_step",
    title="What an ancestral step adds to the variance",
    claim=lambda: Eq(scaled_variance_s, scaled_variance + (snr_s - snr) / (1 + variance * snr_s) ** 2),
    inputs=[scaled_variance, variance, snr, snr_s],
    assumptions=lambda: [snr_s > snr],
    sources=[Source("house", "the variance of one step")],
    scope="Gaussian data with the exact denoiser, one coordinate in the eigenbasis of the covariance; any schedule, "
    "any two times",
    witness=witnesses.an_ancestral_step,
)
def ancestral_step(board):
    """The step puts the expected data point where the true one should be, and its scatter is lost. In units of the
    squared variance over the squared signal, nothing is multiplied: a step only adds, and what it adds depends on the
    two signal-to-noise ratios and on nothing else of the schedule."""
    predicted = board.given(
        posterior_mean_of_a_step, at={data: posterior_mean}, reason="the predicted data point for the true one"
    )
    exact = board.substitute(predicted, board.given(component_mean), reason="the exact denoiser")
    affine = board.given(ancestral_sampling, output=ancestral_mean)
    factor, _ = board.match(
        board.equal(affine, exact, "affine in x"), x, [ancestral_factor, ancestral_offset], "for every x"
    )
    spread = board.substitute(
        board.given(ancestral_sampling, output=sampled_variance_s),
        factor,
        board.given(posterior_variance_of_a_step),
        reason="the factor of the step, and its noise",
    )
    units = board.given(ancestral_sampling, output=scaled_variance)
    before = board.solve(units, sampled_variance, "the variance before the step")
    after = board.given(ancestral_sampling, output=scaled_variance, at={t: s}, reason="the variance after the step")
    ratios = [board.given(ancestral_sampling, output=snr, at=at) for at in (None, {t: s})]
    noises = [board.solve(ratio, b, "the noise scale") for ratio, b in zip(ratios, (sigma, sigma_s), strict=True)]
    return board.substitute(after, spread, before, *noises, reason="in terms of the signal-to-noise ratios")


@equation(
    id="sdes.ancestral_moments",
    title="Variance after n steps of ancestral sampling",
    claim=lambda: Eq(
        sampled_variance,
        (alpha**2 * variance + sigma**2) ** 2
        / alpha**2
        * over_components((step_snr - previous_snr) / (1 + variance * step_snr) ** 2),
    ),
    inputs=[alpha, sigma, variance, step_snr, previous_snr],
    assumptions=lambda: [alpha > 0, step_snr > previous_snr],
    sources=[Source("house", "the steps summed")],
    scope="Gaussian data with the exact denoiser, one coordinate in the eigenbasis of the covariance; any schedule "
    "without signal at t = 0, any number of steps; alpha and sigma after the last one",
    witness=witnesses.ancestral_steps,
)
def ancestral_moments(board):
    """Every step adds: in the signal-to-noise ratio r the sum is that of the rectangles under 1/(1 + c r)², each as
    high as its right edge. The curve falls, so the rectangles are too small and the samples too narrow; in the limit
    of many steps the area is r/(1 + c r), and the variance that of the path. The rest of the schedule plays no part."""
    names = {scaled_variance_s: scaled_after(k), scaled_variance: scaled_after(k - 1)}
    step = board.given(
        ancestral_step, at={**names, snr_s: step_snr, snr: previous_snr}, reason="one step after another"
    )
    start = board.given(
        ancestral_sampling, output=scaled_variance, at={alpha: 0, scaled_variance: scaled_after(0)}, reason="no signal"
    )
    total = board.repeat(step, start, times=components, reason="step after step, from noise")
    units = board.given(ancestral_sampling, output=scaled_variance, at={scaled_variance: scaled_after(components)})
    found = board.solve(units, sampled_variance, "the variance after the last step")
    return board.substitute(found, total, reason="what all steps have added")
