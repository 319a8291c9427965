"""Any density of the data: what averaging means, and what the score alone knows of the data point."""

from sympy import Derivative, Eq, Integral, log

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_score, density
from derivations.gaussian_path import score_definition as conditional_score_definition
from derivations.notation import *

total_probability = definition(
    id="marginals.total_probability",
    title="Density of x: the data point averaged out",
    claim=lambda: Eq(marginal_density, over_space(prior_density * conditional_density, data)),
    inputs=[prior_density],
    sources=[Source("bishop2006", "eq. (1.31)")],
    scope="d = 1",
    text="Each data point contributes the density of its own path, weighted with its own probability.",
)

log_of_the_density = definition(
    id="marginals.log_density",
    title="Log density",
    claim=lambda: Eq(log_density, log(marginal_density)),
    inputs=[marginal_density],
    sources=[Source("house", "a name")],
    text="The logarithm of the density of x.",
)

expected_velocity = definition(
    id="marginals.expected_velocity",
    title="The marginal velocity is the posterior average of conditional velocities",
    claim=lambda: Eq(
        marginal_velocity,
        over_space(some_velocity * conditional_density * prior_density, data)
        / over_space(conditional_density * prior_density, data),
    ),
    inputs=[some_velocity, prior_density],
    sources=[Source("lipman2023", "eq. (8)")],
    scope="any data density, componentwise",
    text="Conditional expectation given x, by Bayes' rule.",
)


def posterior_weighted(quantity):
    """The posterior average of a function of two coordinates of the data point."""
    law = conditional_densities[1] * pair_prior
    return over_plane(quantity * law) / over_plane(law)


moments_of_a_pair = definition(
    id="marginals.moments_of_a_pair",
    title="Two coordinates of the data point, given x: means, variance, covariance",
    claim=lambda: [
        Eq(marginal_density, over_plane(conditional_densities[1] * pair_prior)),
        Eq(posterior_mean, posterior_weighted(data)),
        Eq(posterior_mean_2, posterior_weighted(data_2)),
        Eq(posterior_variance, posterior_weighted((data - posterior_mean) ** 2)),
        Eq(pair_covariance, posterior_weighted((data - posterior_mean) * (data_2 - posterior_mean_2))),
    ],
    inputs=[pair_prior],
    sources=[Source("bishop2006", "sec. 1.2.2")],
    scope="any data density, d = 2",
    text="Conditional expectations given x, by Bayes' rule, of two coordinates at once.",
)


@equation(
    id="marginals.tweedie",
    title="Tweedie's formula: the expected data point from the score",
    claim=lambda: Eq(posterior_mean, (x + sigma**2 * marginal_score) / alpha),
    inputs=[x, marginal_score, alpha, sigma],
    assumptions=lambda: [alpha > 0],
    sources=[Source("efron2011", "eq. (1.4)"), Source("song2021sde", "sec. 3.3")],
    scope="any data density, componentwise",
    witness=witnesses.mixture_in_the_plane,
    near_misses={
        "wrong sign": (
            lambda: (x - sigma**2 * marginal_score) / alpha,
            "notes `An introduction to Flow Matching and Diffusion Models`, connection to denoising",
        ),
        "deviation where the variance belongs": (
            lambda: (x + sigma * marginal_score) / alpha,
            "huggingface/diffusion-models-class #18: the deviation printed as the covariance",
        ),
    },
)
def tweedie(board):
    """Move x a little: each data point's share of the density changes by its own conditional score, which is linear
    in the data point. So the slope of the log density knows the average data point, whatever the data are."""
    total = board.given(total_probability)
    logarithm = board.substitute(board.given(log_of_the_density), total, reason="take the logarithm")
    slope = board.slope(logarithm, x, "slope in x, under the integral")
    kernel = board.solve(board.given(conditional_score_definition), Derivative, "the slope of the path's density")
    shares = board.substitute(slope, kernel, board.given(conditional_score), reason="each data point's own score")
    linear = board.interchange(shares, "integrals are linear")
    mean_of = board.given(expected_velocity, at={some_velocity: data, marginal_velocity: posterior_mean})
    first = board.solve(board.recognise(mean_of, total, reason="the density of x"), Integral, "the first moment")
    short = board.recognise(linear, total, reason="the density of x")
    known = board.substitute(short, first, reason="the expected data point")
    return board.solve(known, posterior_mean, "solve for the expected data point")


SECOND = {posterior_mean: posterior_mean_2, marginal_score: marginal_score_2, x: points[1]}  # the second coordinate


@equation(
    id="marginals.tweedie_covariance",
    title="Tweedie's formula of second order: the covariance of the data point from the slopes of the score",
    claim=lambda: [
        Eq(posterior_variance, sigma**2 / alpha**2 * (1 + sigma**2 * score_slope)),
        Eq(pair_covariance, sigma**4 / alpha**2 * score_cross_slope),
    ],
    inputs=[score_slope, score_cross_slope, alpha, sigma],
    assumptions=lambda: [alpha > 0],
    sources=[Source("efron2011", "sec. 2")],
    scope="any data density; one coordinate and a pair, d = 2",
    witness=witnesses.mixture_in_the_plane,
)
def tweedie_covariance(board):
    """Move x a little along the first coordinate: how much the expected data point follows is its covariance with that
    coordinate. By Tweedie's formula it is also the slope of the score."""
    law = board.given(density, output=conditional_densities[1])
    steep = board.differentiate(law, x, "slope of the path's density")
    kernel = board.recognise(steep, law, reason="each data point's share changes by its own score")
    total = board.given(moments_of_a_pair, output=marginal_density)
    firsts, covariances = [], []
    for mean_of, spread, names in (
        (posterior_mean, posterior_variance, {}),
        (posterior_mean_2, pair_covariance, SECOND),
    ):
        mean_line = board.given(moments_of_a_pair, output=mean_of)
        firsts.append(board.solve(board.recognise(mean_line, total, reason="the density"), Integral, "first moment"))
        around = board.interchange(board.given(moments_of_a_pair, output=spread), "integrals are linear")
        second = board.substitute(board.recognise(around, total, reason="the density"), *firsts, reason="the means")
        product = board.solve(second, Integral, "expected product, from the covariance")
        moved = board.substitute(board.slope(mean_line, x, "under the integral"), kernel, reason="each share's slope")
        linear = board.recognise(board.interchange(moved, "integrals are linear"), total, reason="the density")
        slope = board.substitute(linear, *firsts, product, reason="the slope of the mean is a covariance")
        formula = board.slope(board.given(tweedie, at=names), x, "slope of Tweedie's formula")
        same = board.equal(slope, formula, "the same slope")
        covariances.append(board.solve(same, spread, "solve for the covariance"))
    return covariances
