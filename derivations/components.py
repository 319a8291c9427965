"""One Gaussian component, coordinate by coordinate.

In the eigenbasis of a component's covariance its coordinates are independent, and everything that is known of
one of them, once the data point is averaged out, is a short formula. The exact fields of mixtures of any
dimension are made of these: turn into the eigenbasis, apply, turn back, average over the components.
"""

from sympy import Eq, exp, log, pi, sqrt

from derivations import witnesses
from derivations.conversions import v_prediction_definition
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import density, end_point_velocity, half_variance_rate_definition, point
from derivations.marginals import (
    log_of_the_density,
    posterior_covariance_of_a_gaussian,
    posterior_mean_of_a_gaussian,
    total_probability,
)
from derivations.notation import *

gaussian_data = definition(
    id="components.gaussian_data",
    title="Gaussian data, one coordinate",
    claim=lambda: Eq(prior_density, exp(-((data - mean) ** 2) / (2 * variance)) / sqrt(2 * pi * variance)),
    inputs=[data, mean, variance],
    contexts={"data": "one Gaussian"},
    sources=[Source("bishop2006", "eq. (1.46)")],
    scope="d = 1",
    text="In the eigenbasis of the covariance the coordinates are independent.",
    witness=witnesses.a_normal_cloud,
)

COORDINATE = "one coordinate in the eigenbasis of the covariance; any d"


@equation(
    id="components.posterior_mean",
    title="Expected data point of one Gaussian coordinate",
    claim=lambda: Eq(posterior_mean, (alpha * variance * x + sigma**2 * mean) / (alpha**2 * variance + sigma**2)),
    inputs=[x, mean, variance, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.116)")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_mean(board):
    """In the eigenbasis the covariance is a number for each coordinate, and the expected data point an average
    of x and the mean, weighted with what is known from each."""
    return board.given(posterior_mean_of_a_gaussian, at={covariance: variance})


@equation(
    id="components.posterior_variance",
    title="Variance of the data point of one Gaussian coordinate, given x",
    claim=lambda: Eq(posterior_variance, sigma**2 * variance / (alpha**2 * variance + sigma**2)),
    inputs=[variance, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.117)")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_posterior_variance(board):
    """In the eigenbasis the covariance is diagonal before and after x is known."""
    return board.given(
        posterior_covariance_of_a_gaussian, at={covariance: variance, posterior_covariance: posterior_variance}
    )


@equation(
    id="components.noise",
    title="Expected noise of one Gaussian coordinate",
    claim=lambda: Eq(expected_noise, sigma / (alpha**2 * variance + sigma**2) * (x - alpha * mean)),
    inputs=[x, mean, variance, alpha, sigma],
    sources=[Source("efron2011", "eq. (1.4)")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_noise(board):
    """Given x, the noise is an affine function of the data point."""
    removed = board.solve(board.given(point), noise, "the path, solved for the noise")
    averaged = board.average(removed, "conditional expectation: affine in the data point")
    return board.substitute(averaged, board.given(component_mean), reason="the expected data point")


@equation(
    id="components.velocity",
    title="Marginal velocity of one Gaussian coordinate",
    claim=lambda: Eq(
        marginal_velocity,
        ((alpha * dalpha * variance + half_variance_rate) * x + (dalpha * sigma**2 - alpha * half_variance_rate) * mean)
        / (alpha**2 * variance + sigma**2),
    ),
    inputs=[x, mean, variance, alpha, sigma, dalpha, half_variance_rate],
    sources=[Source("albergo2023", "sec. 4")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_velocity_of_a_gaussian(board):
    """The expected velocity is made of the expected end points."""
    averaged = board.average(board.given(end_point_velocity), "conditional expectation, given x")
    ends = board.given(component_mean), board.given(component_noise)
    in_x = board.substitute(averaged, *ends, reason="the expected end points")
    rate = board.solve(board.given(half_variance_rate_definition), dsigma, "the rate of the noise scale")
    return board.substitute(
        in_x, rate, reason="in terms of the rate of the noise variance: no division by the noise scale is left"
    )


@equation(
    id="components.v_prediction",
    title="Expected v-prediction of one Gaussian coordinate",
    claim=lambda: Eq(
        expected_v_prediction,
        sigma * (alpha * (1 - variance) * x - (alpha**2 + sigma**2) * mean) / (alpha**2 * variance + sigma**2),
    ),
    inputs=[x, mean, variance, alpha, sigma],
    sources=[Source("salimans2022", "sec. 4")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_v_prediction(board):
    """The expected v-prediction is made of the expected end points."""
    averaged = board.average(board.given(v_prediction_definition), "conditional expectation, given x")
    return board.substitute(
        averaged,
        board.given(component_mean),
        board.given(component_noise),
        reason="the expected end points",
    )


@equation(
    id="components.log_density",
    title="Log density of one Gaussian coordinate",
    claim=lambda: Eq(log_density, -((x - alpha * mean) ** 2) / (2 * own_variance) - log(2 * pi * own_variance) / 2),
    where=lambda: [Eq(own_variance, alpha**2 * variance + sigma**2)],
    inputs=[x, mean, variance, alpha, sigma],
    sources=[Source("bishop2006", "eq. (2.115)")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
    experiment="density_of_the_points",
    near_misses={
        "mean and variance of the data ignored": (
            lambda: -(x**2) / (2 * sigma**2) - log(2 * pi * sigma**2) / 2,
            "score_sde_pytorch #64: the prior of the exploding process",
        ),
    },
)
def component_log_density(board):
    """Average the data point out of the joint density: complete the square."""
    joint = board.substitute(
        board.given(total_probability),
        board.given(gaussian_data),
        board.given(density, output=conditional_density),
        reason="both densities",
    )
    total = board.integrate(joint, "complete the square in the data point")
    return board.substitute(board.given(log_of_the_density), total, reason="take the logarithm")


@equation(
    id="components.score",
    title="Score of one Gaussian coordinate",
    claim=lambda: Eq(marginal_score, -(x - alpha * mean) / (alpha**2 * variance + sigma**2)),
    inputs=[x, mean, variance, alpha, sigma],
    sources=[Source("song2021sde", "sec. 3.3")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
    experiment="stein_identity",
)
def component_score_of_a_gaussian(board):
    """The score is the slope of the log density."""
    return board.slope(board.given(component_log_density), x, "slope in x")


@equation(
    id="components.divergence",
    title="Divergence of the velocity, one Gaussian coordinate",
    claim=lambda: Eq(divergence, (alpha * dalpha * variance + half_variance_rate) / (alpha**2 * variance + sigma**2)),
    inputs=[variance, alpha, sigma, dalpha, half_variance_rate],
    sources=[Source("house", "the slope of an affine function")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_divergence_of_a_gaussian(board):
    """The velocity is affine in x."""
    return board.slope(board.given(component_velocity_of_a_gaussian), x, "slope in x")


relative_log_density = definition(
    id="components.relative_log_density",
    title="Log density relative to a reference",
    claim=lambda: Eq(log_odds, log_density - reference_log_density),
    inputs=[log_density, reference_log_density],
    sources=[Source("house", "a name")],
    scope=COORDINATE,
    text="Only differences weigh components; near t = 0 and far out they are small beside the log densities.",
    witness=witnesses.two_log_densities,
)


@equation(
    id="components.log_odds",
    title="Log density of one Gaussian coordinate, relative to a common reference",
    claim=lambda: Eq(
        log_odds,
        alpha**2 * (variance - reference_variance) / common_variance * (x - alpha * mean) ** 2 / (2 * own_variance)
        + alpha * mean * (2 * x - alpha * mean) / (2 * common_variance)
        - log(own_variance / common_variance) / 2,
    ),
    where=lambda: [
        Eq(own_variance, alpha**2 * variance + sigma**2),
        Eq(common_variance, alpha**2 * reference_variance + sigma**2),
    ],
    inputs=[x, mean, variance, reference_variance, alpha, sigma],
    sources=[Source("house", "a difference without cancellation")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_log_odds(board):
    """Subtract the log density of a round Gaussian around zero: what is common to all components cancels."""
    own = board.given(component_log_density)
    reference = board.given(
        component_log_density,
        at={log_density: reference_log_density, mean: 0, variance: reference_variance},
        reason="the reference",
    )
    return board.substitute(board.given(relative_log_density), own, reference, reason="both log densities")


@equation(
    id="components.score_excess",
    title="Score of one Gaussian coordinate, relative to a common reference",
    claim=lambda: Eq(
        score_excess,
        alpha * (alpha * (variance - reference_variance) * (x - alpha * mean) / own_variance + mean) / common_variance,
    ),
    where=lambda: [
        Eq(own_variance, alpha**2 * variance + sigma**2),
        Eq(common_variance, alpha**2 * reference_variance + sigma**2),
    ],
    inputs=[x, mean, variance, reference_variance, alpha, sigma],
    sources=[Source("house", "a difference without cancellation")],
    scope=COORDINATE,
    witness=witnesses.bayes_by_quadrature,
)
def component_score_excess(board):
    """The slope of the relative log density."""
    return board.slope(board.given(component_log_odds), x, "slope in x")


standard_coordinate = definition(
    id="components.standard_point",
    title="A point in units of its own mean and deviation",
    claim=lambda: Eq(standard_point, (x - alpha * mean) / sqrt(alpha**2 * variance + sigma**2)),
    inputs=[x, mean, variance, alpha, sigma],
    sources=[Source("house", "a name")],
    scope=COORDINATE,
    text="Subtract the mean of x, divide by its standard deviation.",
    witness=witnesses.a_standard_quantile,
)


@equation(
    id="components.flow",
    title="Exact flow map of one Gaussian coordinate",
    claim=lambda: Eq(
        x_s,
        alpha_s * mean
        + sqrt((alpha_s**2 * variance + sigma_s**2) / (alpha**2 * variance + sigma**2)) * (x - alpha * mean),
    ),
    inputs=[x, mean, variance, alpha, sigma, alpha_s, sigma_s],
    sources=[Source("albergo2023", "sec. 4")],
    scope=COORDINATE,
    witness=witnesses.flow_of_a_gaussian,
)
def component_flow(board):
    """Along the flow the standardised point does not move: its rate is zero. So it is the same at both times."""
    here, field = board.given(standard_coordinate), board.given(component_velocity_of_a_gaussian)
    motion = board.differentiate(here, t, "how the standardised point moves when x follows the field", along=field)
    rate = board.substitute(motion, board.given(half_variance_rate_definition), reason="in terms of the noise scale")
    still = board.constant(rate, at={t: s, x: x_s}, reason="a rate of zero: the value at time s is the value now")
    there = board.given(standard_coordinate, at={t: s, x: x_s})
    arrival = board.substitute(board.equal(there, still, "the same standardised point"), here, reason="the value now")
    return board.solve(arrival, x_s, "solve for the point at time s")
