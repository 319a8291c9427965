"""The landscape that the flow descends: its slope is minus the velocity. It is not minus the log density."""

from sympy import Derivative, Eq, Integer

from derivations import witnesses
from derivations.components import component_log_odds
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_velocity, half_variance_rate_definition
from derivations.marginals.any_data import tweedie
from derivations.marginals.speed import ends_of_time, velocity_on_the_linear_path
from derivations.notation import *

potential_of_the_velocity = definition(
    id="marginals.potential_of_the_velocity",
    title="Potential of the marginal velocity",
    claim=lambda: [Eq(Derivative(potential, x), -marginal_velocity), Eq(potential_at_origin, 0)],
    inputs=[marginal_velocity],
    sources=[Source("house", "a name, as in mechanics")],
    scope="along any straight line through the origin, any d",
    text="Where the velocity goes, the potential falls: the work against the velocity on the way from the origin. "
    "A potential is determined up to a constant; here it is zero at the origin, for each t.",
    witness=witnesses.climbing_from_the_origin,
)

density_from_the_origin = definition(
    id="marginals.density_from_the_origin",
    title="Log density and squared distance, from the origin",
    claim=lambda: [
        Eq(Derivative(log_density_rise, x), marginal_score),
        Eq(rise_at_origin, 0),
        Eq(squared_norm, x**2),
        Eq(
            excess_rise,
            (log_density_rise + squared_norm / (2 * (alpha**2 * reference_variance + sigma**2))) / alpha,
        ),
        Eq(component_rise, (log_odds - log_odds_at_origin) / alpha),
    ],
    inputs=[marginal_score, x, reference_variance, log_odds, alpha, sigma],
    sources=[Source("house", "names")],
    scope="along any straight line through the origin, any d; x is the coordinate along it",
    text="The score is the slope of the log density; its rise is what the log density gains from the origin to x. "
    "A round Gaussian around zero, seen through the same path, is the reference: what a density rises beyond it "
    "vanishes as the signal does.",
    witness=witnesses.climbing_from_the_origin,
)


@equation(
    id="marginals.potential",
    title="Potential of the marginal velocity",
    claim=lambda: Eq(
        potential,
        -dalpha / (2 * alpha) * squared_norm - (sigma**2 * dalpha / alpha - half_variance_rate) * log_density_rise,
    ),
    inputs=[squared_norm, log_density_rise, alpha, sigma, dalpha, half_variance_rate],
    assumptions=lambda: [alpha > 0],
    sources=[Source("house", "velocity and score, integrated along a line")],
    scope="any schedule, any data density; along any straight line through the origin, any d",
    witness=witnesses.potential_by_work,
    near_misses={
        "minus the log density": (
            lambda: -log_density_rise,
            "dialogue `Flow Matching采样类比梯度下降`, second round, sec. 2: "
            "the velocity as steepest descent on the energy",
        ),
    },
)
def potential_of_the_marginal_velocity(board):
    """The velocity is a multiple of x plus a multiple of the score, and both are gradients: of half the squared
    distance, and of the log density. So it has a potential: the flow neither turns nor curls."""
    averaged = board.average(board.given(conditional_velocity), "conditional expectation, given x")
    field = board.substitute(averaged, board.given(tweedie), reason="the expected data point, from the score")
    steep = board.solve(
        board.given(density_from_the_origin, output=log_density_rise.diff(x)), marginal_score, "the score is a slope"
    )
    fall = board.substitute(
        board.given(potential_of_the_velocity), field, steep, reason="minus the velocity, as a slope"
    )
    work = board.solve_rate(fall, board.given(potential_of_the_velocity, output=potential_at_origin), "from the origin")
    origin = board.given(density_from_the_origin, output=rise_at_origin)
    distance = board.given(density_from_the_origin, output=squared_norm)
    rate = board.solve(board.given(half_variance_rate_definition), dsigma, "the rate of the noise scale")
    short = board.substitute(work, origin, rate, reason="no rise at the origin; the rate of the noise variance")
    return board.recognise(short, distance, reason="the squared distance")


@equation(
    id="marginals.potential_around_the_reference",
    title="Potential of the marginal velocity, without division by the signal scale",
    claim=lambda: Eq(
        potential,
        -(alpha * dalpha * reference_variance + half_variance_rate)
        / (alpha**2 * reference_variance + sigma**2)
        * squared_norm
        / 2
        - (sigma**2 * dalpha - alpha * half_variance_rate) * excess_rise,
    ),
    inputs=[squared_norm, excess_rise, reference_variance, alpha, sigma, dalpha, half_variance_rate],
    sources=[Source("house", "a difference without cancellation")],
    scope="any schedule, any data density; along any straight line through the origin, any d",
    witness=witnesses.potential_by_work,
)
def potential_around_the_reference(board):
    """Near the noise end squared distance and log density, both divided by the signal scale, cancel. Take the reference
    out of the log density: what is common cancels in the formula, and not in the numbers."""
    rise = board.solve(
        board.given(density_from_the_origin, output=excess_rise), log_density_rise, "the rise, from its excess"
    )
    return board.substitute(
        board.given(potential_of_the_marginal_velocity), rise, reason="the reference apart from the rest"
    )


@equation(
    id="marginals.component_rise",
    title="Rise of one Gaussian coordinate's log density beyond that of the reference",
    claim=lambda: Eq(
        component_rise,
        x
        * (alpha * (variance - reference_variance) * (x - 2 * alpha * mean) / (2 * own_variance) + mean)
        / common_variance,
    ),
    where=lambda: [
        Eq(own_variance, alpha**2 * variance + sigma**2),
        Eq(common_variance, alpha**2 * reference_variance + sigma**2),
    ],
    inputs=[x, mean, variance, reference_variance, alpha, sigma],
    sources=[Source("house", "a difference without cancellation")],
    scope="one coordinate in the eigenbasis of the covariance; the coordinates add up",
    witness=witnesses.rise_of_a_component,
)
def rise_of_a_component(board):
    """The log odds at x less those at the origin; each term of the difference contains the signal scale."""
    here = board.given(component_log_odds)
    there = board.given(component_log_odds, at={log_odds: log_odds_at_origin, x: 0}, reason="at the origin")
    return board.substitute(
        board.given(density_from_the_origin, output=component_rise), here, there, reason="the log odds at both places"
    )


def at_the_end(board, end):
    """The potential of Gaussian data on the linear path, and its limit."""
    fall = board.substitute(
        board.given(potential_of_the_velocity), board.given(velocity_on_the_linear_path), reason="minus the velocity"
    )
    start = board.given(potential_of_the_velocity, output=potential_at_origin)
    work = board.solve_rate(fall, start, "the work on the way from the origin")
    last = board.substitute(board.given(ends_of_time, output=end), work, reason="the potential")
    return board.limit(last, "at a fixed place", holding=[x])


GAUSSIAN = (
    "Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up; "
    "the linear path with sigma_min = 0"
)


@equation(
    id="marginals.potential_at_the_noise_end",
    title="Potential at the noise end of the linear path",
    claim=lambda: Eq(noise_end_potential, (x - mean) ** 2 / 2 - mean**2 / 2),
    inputs=[x, mean],
    sources=[Source("house", "a limit")],
    scope=GAUSSIAN,
    witness=witnesses.linear_path_by_quadrature,
)
def potential_at_the_noise_end(board):
    """A bowl around the mean of the data: before anything is known of a point, the mean is where it heads for."""
    return at_the_end(board, noise_end_potential)


@equation(
    id="marginals.potential_at_the_data_end",
    title="Potential at the data end of the linear path",
    claim=lambda: Eq(data_end_potential, -(x**2) / 2),
    inputs=[x],
    sources=[Source("house", "a limit")],
    scope=GAUSSIAN,
    witness=witnesses.linear_path_by_quadrature,
    near_misses={
        "flat": (
            lambda: Integer(0),
            "dialogue `Flow Matching采样类比梯度下降`, second round: the landscape near the data taken to be flat",
        ),
    },
)
def potential_at_the_data_end(board):
    """A hill around the origin, wherever the data are: its one critical point is a maximum, and no minimum forms
    at the data."""
    return at_the_end(board, data_end_potential)
