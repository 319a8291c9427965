"""How fast the marginal velocity is on average, and what of the conditional one no network can learn."""

from sympy import Eq, Integer, Limit

from derivations import witnesses
from derivations.components import component_log_density, component_velocity_of_a_gaussian, gaussian_data
from derivations.engine.equation import Limit as EndValue
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_velocity, density, half_variance_rate_definition
from derivations.marginals.any_data import log_of_the_density
from derivations.notation import *
from derivations.schedules import linear

AXIS = "Gaussian data, one coordinate in the eigenbasis of the covariance; the coordinates add up"
ON_THE_AXIS = "Gaussian data, one coordinate in the eigenbasis of the covariance; the linear path with sigma_min = 0"

mean_squares = definition(
    id="marginals.mean_squares",
    title="Mean squares of the marginal velocity, and of what it misses",
    claim=lambda: [
        Eq(mean_squared_velocity, over_space(marginal_density * marginal_velocity**2)),
        Eq(
            irreducible_loss,
            over_space(over_space(prior_density * conditional_density * (velocity - marginal_velocity) ** 2, data)),
        ),
    ],
    inputs=[marginal_density, marginal_velocity, prior_density, velocity],
    sources=[Source("lipman2023", "eqs. (5), (9)")],
    scope="one coordinate, one time",
    text="Averages over the points of the path: of the squared marginal velocity, and of the squared distance "
    "between the velocity of each point and the marginal one.",
    witness=witnesses.squares_of_all_points,
)

ends_of_time = definition(
    id="marginals.ends_of_time",
    title="Velocity and potential at the ends of time",
    claim=lambda: [
        Eq(final_velocity, Limit(marginal_velocity, t, 1, "-")),
        Eq(noise_end_potential, Limit(potential, t, 0, "+")),
        Eq(data_end_potential, Limit(potential, t, 1, "-")),
    ],
    inputs=[marginal_velocity, potential],
    sources=[Source("house", "names")],
    text="What they tend to at a fixed place as time comes to its end, or from its beginning.",
    witness=witnesses.next_to_the_ends_of_time,
)


def linear_path(board, *quantities):
    """Scales and rates of the linear path on which no noise is left; the rates first, which name the scales."""
    order = [q for q in (dalpha, dsigma, alpha, sigma) if q in quantities or not quantities]
    return [board.given(linear, output=q, at={sigma_min: 0}) for q in order]


@equation(
    id="marginals.mean_squared_velocity",
    title="Mean square of the marginal velocity of Gaussian data",
    claim=lambda: Eq(
        mean_squared_velocity,
        (dalpha * mean) ** 2 + (alpha * dalpha * variance + half_variance_rate) ** 2 / (alpha**2 * variance + sigma**2),
    ),
    inputs=[mean, variance, alpha, sigma, dalpha, half_variance_rate],
    sources=[Source("house", "a Gaussian integral")],
    scope=AXIS + "; any schedule",
    witness=witnesses.mean_squares_by_quadrature,
    experiment="mean_square_of_the_velocity",
    near_misses={
        "the marginal flow as straight as the conditional one": (
            lambda: dalpha**2 * (mean**2 + variance) + (half_variance_rate / sigma) ** 2,
            "post `FlowMatching`, sec. 3.2: straight lines and least transport cost claimed of the learned field",
        ),
    },
)
def squared_velocity(board):
    """The velocity is affine in x, and x is normal: complete the square. The first term is the motion of the
    mean, the second the change of the deviation; neither knows of the noise that cancels in the average."""
    law = board.solve(board.given(log_of_the_density), marginal_density, "the density, from its logarithm")
    normal = board.substitute(law, board.given(component_log_density), reason="x is normal")
    field = board.given(component_velocity_of_a_gaussian)
    inside = board.substitute(
        board.given(mean_squares, output=mean_squared_velocity), normal, field, reason="density and velocity"
    )
    return board.integrate(inside, "complete the square in x")


@equation(
    id="marginals.irreducible_loss",
    title="Irreducible loss of flow matching on Gaussian data",
    claim=lambda: Eq(
        irreducible_loss, variance * (dalpha * sigma - alpha * dsigma) ** 2 / (alpha**2 * variance + sigma**2)
    ),
    inputs=[variance, alpha, sigma, dalpha, dsigma],
    sources=[Source("lipman2023", "theorem 2, the difference of the two losses")],
    scope=AXIS + "; any schedule",
    witness=witnesses.mean_squares_by_quadrature,
    experiment="mean_square_that_is_missed",
    near_misses={
        "a loss that can reach zero": (
            lambda: Integer(0),
            "dialogue `Flow Matching采样类比梯度下降`, third round: the target taken for the true gradient",
        ),
    },
)
def conditional_variance_of_the_velocity(board):
    """Many points pass through x with different velocities, and a field has only one to offer. What is left is
    the variance of the data point, given x, times how much the velocity depends on it: it never vanishes."""
    laws = board.given(gaussian_data), board.given(density, output=conditional_density)
    rate = board.given(half_variance_rate_definition)
    field = board.substitute(board.given(component_velocity_of_a_gaussian), rate, reason="in terms of the noise scale")
    inside = board.substitute(
        board.given(mean_squares, output=irreducible_loss),
        *laws,
        board.given(conditional_velocity),
        field,
        reason="the densities, the velocity of each point, the velocity of all",
    )
    return board.integrate(inside, "complete the square in the data point, then in x")


@equation(
    id="marginals.linear_velocity",
    title="Marginal velocity of Gaussian data on the linear path",
    claim=lambda: Eq(marginal_velocity, mean + (t * variance - (1 - t)) / own_variance * (x - t * mean)),
    where=lambda: [Eq(own_variance, t**2 * variance + (1 - t) ** 2)],
    inputs=[t, x, mean, variance],
    sources=[Source("lipman2024", "sec. 4.8")],
    scope=ON_THE_AXIS,
    limits=[EndValue(marginal_velocity, 0, "+", mean - x), EndValue(marginal_velocity, 1, "-", x)],
    witness=witnesses.linear_path_by_quadrature,
)
def velocity_on_the_linear_path(board):
    """At the noise end every point heads for the mean of the data; at the data end it moves away from the
    origin with the speed of its distance, and the variance of the data is forgotten at both."""
    rate = board.given(half_variance_rate_definition)
    field = board.substitute(board.given(component_velocity_of_a_gaussian), rate, reason="in terms of the noise scale")
    return board.substitute(field, *linear_path(board), reason="the linear path")


@equation(
    id="marginals.velocity_at_the_data_end",
    title="On the linear path the velocity does not vanish at the data end",
    claim=lambda: Eq(final_velocity, x),
    inputs=[x],
    sources=[Source("house", "a limit")],
    scope=ON_THE_AXIS,
    witness=witnesses.linear_path_by_quadrature,
    near_misses={
        "it vanishes": (
            lambda: Integer(0),
            "dialogue `Flow Matching采样类比梯度下降`, second round, sec. 3: the norm of the velocity tends to zero",
        ),
    },
)
def velocity_at_the_data_end(board):
    """The velocity is the data point less the noise that brought it here. At the end the data point is x itself,
    and of the noise nothing can be told any more: its expectation is zero. What vanishes is the expected data
    point less x, which is 1 - t times the velocity."""
    end = board.substitute(
        board.given(ends_of_time), board.given(velocity_on_the_linear_path), reason="the velocity before the end"
    )
    return board.limit(end, "t tends to 1 at a fixed place", holding=[x])


@equation(
    id="marginals.linear_mean_squared_velocity",
    title="Mean square of the marginal velocity of Gaussian data on the linear path",
    claim=lambda: Eq(mean_squared_velocity, mean**2 + variance + 1 - variance / (t**2 * variance + (1 - t) ** 2)),
    inputs=[t, mean, variance],
    sources=[Source("house", "a special case")],
    scope=AXIS + "; the linear path with sigma_min = 0",
    limits=[
        EndValue(mean_squared_velocity, 0, "+", mean**2 + 1),
        EndValue(mean_squared_velocity, 1, "-", mean**2 + variance),
    ],
    witness=witnesses.mean_squares_on_the_linear_path,
)
def linear_squared_velocity(board):
    """All of the points' squared velocity but for what is irreducible. It falls to a minimum in between and rises
    again; its mean over time is mean² + variance + 1 less half of pi deviations."""
    rate = board.given(half_variance_rate_definition)
    square = board.substitute(board.given(squared_velocity), rate, reason="in terms of the noise scale")
    return board.substitute(square, *linear_path(board), reason="the linear path")
