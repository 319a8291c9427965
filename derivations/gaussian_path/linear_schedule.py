"""The path on straight lines: linear scales, with the noise scale sigma_min left at the data end."""

from sympy import Eq, Integer

from derivations import schedules, witnesses  # the linear schedule is looked up when a derivation runs
from derivations.engine.equation import Source, equation
from derivations.gaussian_path.any_schedule import conditional_velocity, end_point_velocity, point
from derivations.notation import *

WHY_STRAIGHT = "post `FlowMatching`, appendix on why eq. (21) is straight"


@equation(
    id="gaussian_path.optimal_transport_constant_velocity",
    title="Velocity of the linear path, from the two end points",
    claim=lambda: Eq(velocity, data - (1 - sigma_min) * noise),
    inputs=[data, noise, sigma_min],
    sources=[Source("lipman2023", "eq. (23)")],
    scope="linear schedule with any sigma_min, componentwise",
    witness=witnesses.straight_point,
    near_misses={
        "sigma_min forgotten in the rate": (
            lambda: data - noise,
            "post `FlowMatching`, sec. 3.2: the substitution shown drops sigma_min",
        ),
    },
)
def straight_constant_velocity(board):
    """The target of conditional flow matching. No time occurs in it: the motion is uniform."""
    motion = board.given(end_point_velocity)
    rates = [board.given(schedules.linear, output=rate) for rate in (dalpha, dsigma)]
    return board.substitute(motion, *rates, reason="the scales move linearly")


@equation(
    id="gaussian_path.optimal_transport_velocity",
    title="Conditional velocity of the linear path",
    claim=lambda: Eq(velocity, (data - (1 - sigma_min) * x) / (1 - (1 - sigma_min) * t)),
    inputs=[x, data, t, sigma_min],
    sources=[Source("lipman2023", "eq. (21)")],
    scope="linear schedule with any sigma_min, componentwise",
    witness=witnesses.straight_point,
    near_misses={
        "sigma_min forgotten": (
            lambda: (data - x) / (1 - t),
            "post `FlowMatching`, sec. 3.2, eq. (21): what the substitution shown there leads to",
        ),
    },
)
def straight_velocity(board):
    """What the conditional velocity becomes on the linear schedule. Where the field is learned, it is averaged
    over the data points, and the average does not move along straight lines."""
    general = board.given(conditional_velocity)
    scales = [board.given(schedules.linear, output=q) for q in (dalpha, dsigma, sigma, alpha)]
    return board.substitute(general, *scales, reason="the scales of the linear schedule")


@equation(
    id="gaussian_path.optimal_transport_acceleration",
    title="Nothing accelerates on the linear path",
    claim=lambda: Eq(acceleration, Integer(0)),
    inputs=[x, data, t, sigma_min],
    sources=[Source("house", "the material derivative of the velocity")],
    scope="linear schedule with any sigma_min, componentwise",
    witness=witnesses.straight_point,
    near_misses={
        "speed varies when sigma_min > 0": (
            lambda: (1 - sigma_min) * (data - (1 - sigma_min) * x) / (1 - (1 - sigma_min) * t) ** 2,
            f"{WHY_STRAIGHT}, sec. 3: the change of the field at a fixed place taken for that along the path",
        ),
    },
)
def straight_acceleration(board):
    """The field changes in time and from place to place, but a point that moves with it feels neither:
    what it gains by the one it loses by the other."""
    field = board.given(straight_velocity)
    change = board.differentiate(field, t, "along the path: x moves with the velocity")
    return board.substitute(change, field, reason="put in the velocity")


@equation(
    id="gaussian_path.optimal_transport_end_point",
    title="Where the linear path ends",
    claim=lambda: Eq(end_point, data + sigma_min * noise),
    inputs=[data, noise, sigma_min],
    sources=[Source("lipman2023", "eq. (22)")],
    scope="linear schedule with any sigma_min, componentwise",
    witness=witnesses.straight_point,
    near_misses={
        "the data point itself": (lambda: data, f"{WHY_STRAIGHT}, summary: the field taken to aim at the data point"),
    },
)
def straight_end(board):
    """At t = 1 some noise is left: the samples are those of the data, blurred with deviation sigma_min."""
    path = board.given(point, at={t: 1, x: end_point}, reason="the path at t = 1")
    left = [board.given(schedules.linear_scales, output=q, at={t: 1}) for q in (alpha, sigma)]
    return board.substitute(path, *left, reason="the scales at t = 1")


@equation(
    id="gaussian_path.optimal_transport_direction",
    title="Where the linear path aims",
    claim=lambda: [
        Eq(aim, data / (1 - sigma_min)),
        Eq(velocity, (1 - sigma_min) * (aim - x) / (1 - (1 - sigma_min) * t)),
    ],
    inputs=[x, data, t, sigma_min],
    sources=[Source("house", "the place where the velocity vanishes")],
    scope="linear schedule with any sigma_min below 1, componentwise",
    witness=witnesses.straight_point,
    near_misses={
        "it aims at the data point": (
            lambda: Eq(aim, data),
            f"{WHY_STRAIGHT}, summary: the line from the current position to the target",
        ),
    },
)
def straight_direction(board):
    """Remaining distance over remaining time, but not to the data point: the field vanishes at one place behind it,
    where all points that are bound for this data point would meet at time 1/(1 - sigma_min), were they not stopped."""
    field = board.given(straight_velocity)
    at_rest = board.given(straight_velocity, at={velocity: 0, x: aim}, reason="the place where the velocity vanishes")
    place = board.solve(at_rest, aim, "solved for the place")
    bound = board.solve(place, data, "the data point of the place aimed at")
    return [place, board.substitute(field, bound, reason="in terms of the place aimed at")]
