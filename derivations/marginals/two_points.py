"""Half of the data at each of two opposite points: where one becomes two, in the energy and in the velocity."""

from sympy import Eq, Integer, Limit, sqrt, tanh

from derivations import witnesses
from derivations.engine.equation import Limit as EndValue
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_velocity, density
from derivations.marginals.any_data import log_of_the_density
from derivations.marginals.speed import linear_path
from derivations.notation import *

two_points = definition(
    id="marginals.two_points",
    title="Data at two opposite points",
    claim=lambda: [
        Eq(opposite_point, -half_distance),
        Eq(marginal_density, (density_around_one + density_around_other) / 2),
        Eq(
            posterior_mean,
            (half_distance * density_around_one + opposite_point * density_around_other)
            / (density_around_one + density_around_other),
        ),
    ],
    inputs=[half_distance],
    contexts={"data": "two opposite points", "motion": "along the path"},
    sources=[Source("bishop2006", "eqs. (1.31), (1.44)")],
    scope="one coordinate, along the line through both points",
    text="Half of the data at each: the density of x, and by Bayes' rule the expected data point, given x.",
    witness=witnesses.half_of_the_data_at_each,
)

at_the_origin = definition(
    id="marginals.at_the_origin",
    title="Curvature of the energy and slope of the velocity at the origin",
    claim=lambda: [
        Eq(energy_curvature, Limit(-score_slope, x, 0, "+")),
        Eq(velocity_slope, Limit(divergence, x, 0, "+")),
    ],
    inputs=[score_slope, divergence],
    sources=[Source("house", "names")],
    text="The energy is minus the log density. While its curvature is positive the origin is a minimum; while the "
    "slope of the velocity is negative points are drawn to the origin.",
    witness=witnesses.the_valley_at_the_origin,
)

odds_of_time = definition(
    id="marginals.odds_of_time",
    title="A time and its odds",
    claim=lambda: Eq(t, time_odds / (1 + time_odds)),
    inputs=[time_odds],
    sources=[Source("house", "a name for t / (1 - t)")],
    text="On the linear path the odds of a time are the quotient of its two scales.",
    witness=witnesses.odds_of_a_time,
)

TWO = "data at two opposite points"


def both_laws(board, line):
    """Put in the normal densities around both points; the second is the opposite of the first."""
    laws = [board.given(density, output=conditional_density, at={data: q}) for q in (half_distance, opposite_point)]
    other = board.given(two_points, output=opposite_point)
    return board.substitute(line, *laws, other, reason="the densities around both points")


@equation(
    id="marginals.two_points_score",
    title="Score of data at two opposite points",
    claim=lambda: Eq(
        marginal_score, (alpha * half_distance * tanh(alpha * half_distance * x / sigma**2) - x) / sigma**2
    ),
    inputs=[x, half_distance, alpha, sigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("house", "the slope of a logarithm")],
    scope=TWO + "; any schedule",
    witness=witnesses.two_points,
)
def two_points_score(board):
    """The slope of the log density: x is drawn to the mean of the two, weighted by which of them it came from."""
    law = both_laws(board, board.given(two_points, output=marginal_density))
    return board.slope(
        board.substitute(board.given(log_of_the_density), law, reason="take the logarithm"), x, "slope in x"
    )


@equation(
    id="marginals.two_points_velocity",
    title="Velocity of data at two opposite points on the linear path",
    claim=lambda: Eq(marginal_velocity, (half_distance * tanh(half_distance * t * x / (1 - t) ** 2) - x) / (1 - t)),
    inputs=[t, x, half_distance],
    assumptions=lambda: [t < 1],
    sources=[Source("house", "Bayes' rule for two points")],
    scope=TWO + "; the linear path with sigma_min = 0",
    limits=[EndValue(marginal_velocity, 0, "+", -x)],
    witness=witnesses.two_points_on_the_linear_path,
)
def two_points_velocity(board):
    """The hyperbolic tangent is the difference of the two posterior probabilities: with it the expected data point
    is known, and on the linear path a point reaches it in the time that is left."""
    averaged = board.average(board.given(conditional_velocity), "conditional expectation, given x")
    guess = both_laws(board, board.given(two_points, output=posterior_mean))
    field = board.substitute(averaged, guess, reason="the expected data point")
    return board.substitute(field, *linear_path(board), reason="the linear path")


@equation(
    id="marginals.energy_curvature",
    title="Curvature of the energy between two points",
    claim=lambda: Eq(energy_curvature, (sigma - alpha * half_distance) * (sigma + alpha * half_distance) / sigma**4),
    inputs=[half_distance, alpha, sigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("house", "a second derivative")],
    scope=TWO + "; any schedule",
    witness=witnesses.two_points,
)
def curvature_between_two_points(board):
    """Positive as long as the noise scale is larger than the distance that the signal keeps from the origin:
    there is one minimum, at the origin, where no data is. After that the origin is a maximum between two minima."""
    bend = board.slope(board.given(two_points_score), x, "slope of the score")
    there = board.substitute(board.given(at_the_origin, output=energy_curvature), bend, reason="minus that slope")
    return board.limit(there, "at the origin")


@equation(
    id="marginals.velocity_slope",
    title="Slope of the velocity between two points on the linear path",
    claim=lambda: Eq(velocity_slope, (half_distance**2 * t - (1 - t) ** 2) / (1 - t) ** 3),
    inputs=[t, half_distance],
    assumptions=lambda: [t < 1],
    sources=[Source("house", "a derivative")],
    scope=TWO + "; the linear path with sigma_min = 0",
    limits=[EndValue(velocity_slope, 0, "+", Integer(-1))],
    witness=witnesses.two_points_on_the_linear_path,
)
def slope_between_two_points(board):
    """Negative at first: all points are drawn to the mean of the data. When it becomes positive they part."""
    slope = board.slope(board.given(two_points_velocity), x, "slope of the velocity")
    there = board.substitute(board.given(at_the_origin, output=velocity_slope), slope, reason="its slope")
    return board.limit(there, "at the origin")


def zero_in_odds(board, line):
    """The odds of the time at which the right side of a line `0 = ...` vanishes."""
    in_odds = board.substitute(line, board.given(odds_of_time), reason="in terms of the odds")
    return board.solve(in_odds, time_odds, "the odds are positive: one solution")


@equation(
    id="marginals.energy_splits",
    title="When the energy between two points splits",
    claim=lambda: Eq(energy_split_time, 1 / (1 + half_distance)),
    inputs=[half_distance],
    sources=[Source("house", "a zero")],
    scope=TWO + "; the linear path with sigma_min = 0",
    witness=witnesses.two_points_on_the_linear_path,
)
def energy_splits(board):
    """At this time the curvature at the origin changes its sign, and one minimum of minus the log density
    becomes two. They are not the data points yet: those are reached at the data end only."""
    flat = board.given(curvature_between_two_points, at={energy_curvature: 0}, reason="no curvature at the origin")
    when = zero_in_odds(board, board.substitute(flat, *linear_path(board, alpha, sigma), reason="the linear path"))
    named = board.given(odds_of_time, at={t: energy_split_time})
    return board.substitute(named, when, reason="the time of these odds")


@equation(
    id="marginals.velocity_splits",
    title="When the velocity between two points splits",
    claim=lambda: Eq(velocity_split_time, 4 / (half_distance + sqrt(half_distance**2 + 4)) ** 2),
    inputs=[half_distance],
    sources=[Source("house", "a zero: (1 - t)² is the squared half distance times t")],
    scope=TWO + "; the linear path with sigma_min = 0",
    witness=witnesses.two_points_on_the_linear_path,
    near_misses={
        "the velocity follows the energy": (
            lambda: 1 / (1 + half_distance),
            "dialogue `Flow Matching采样类比梯度下降`, second round, sec. 2: "
            "the velocity as steepest descent on the energy",
        ),
    },
)
def velocity_splits(board):
    """At this time the slope of the velocity at the origin changes its sign, and points begin to part. It is
    earlier than the energy splits: until then they climb it."""
    still = board.given(slope_between_two_points, at={velocity_slope: 0}, reason="no slope at the origin")
    when = zero_in_odds(board, still)
    named = board.given(odds_of_time, at={t: velocity_split_time})
    return board.substitute(named, when, reason="the time of these odds")
