"""Any density of the data: what averaging means, and what the score alone knows of the data point."""

from sympy import Derivative, Eq, Integral, log

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_score
from derivations.gaussian_path import score_definition as conditional_score_definition
from derivations.notation import *

total_probability = definition(
    id="marginals.total_probability",
    title="Density of x: the data point averaged out",
    claim=lambda: Eq(marginal_density, over_space(prior_density * conditional_density, data)),
    inputs=[prior_density],
    contexts={"motion": "along the path"},
    sources=[Source("bishop2006", "eq. (1.31)")],
    scope="d = 1",
    text="Each data point contributes the density of its own path, weighted with its own probability.",
    witness=witnesses.points_that_pass_a_place,
)

log_of_the_density = definition(
    id="marginals.log_density",
    title="Log density",
    claim=lambda: Eq(log_density, log(marginal_density)),
    inputs=[marginal_density],
    sources=[Source("house", "a name")],
    text="The logarithm of the density of x.",
    witness=witnesses.points_that_pass_a_place,
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
    contexts={"motion": "along the path"},
    sources=[Source("lipman2023", "eq. (8)")],
    scope="any data density, componentwise",
    text="Conditional expectation given x, by Bayes' rule.",
    witness=witnesses.points_that_pass_a_place,
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
    experiment="data_from_the_score",
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
