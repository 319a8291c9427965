"""The Gaussian path of any schedule."""

from sympy import Derivative, Eq, Mul, exp, log, pi, sqrt

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *

point = definition(
    id="gaussian_path.point",
    title="Gaussian path",
    claim=lambda: Eq(x, alpha * data + sigma * noise),
    inputs=[data, noise, alpha, sigma],
    contexts={"motion": "along the path"},
    sources=[Source("lipman2024", "sec. 4.8")],
    text="A data point and an independent standard normal noise, mixed with the scales of the schedule.",
    witness=witnesses.a_quantile_of_the_path,
)

affine_point = definition(
    id="gaussian_path.affine_point",
    title="Gaussian path with any mean",
    claim=lambda: Eq(x, path_mean + sigma * noise),
    inputs=[path_mean, noise, sigma],
    contexts={"motion": "along the path"},
    sources=[Source("lipman2023", "eq. (11)")],
    text="A standard normal noise, stretched to the deviation and moved to the mean that the data point asks for.",
    witness=witnesses.a_quantile_around_any_mean,
)

ends = definition(
    id="gaussian_path.data_end",
    title="The data end of a path without noise left",
    claim=lambda: [Eq(alpha.subs(t, 1), 1), Eq(sigma.subs(t, 1), 0)],
    inputs=[],
    schedules=NO_NOISE_LEFT,
    sources=[Source("lipman2024", "sec. 4.8")],
    text="At t = 1 the point is the data point.",
    witness=witnesses.the_end_of_a_path_without_noise,
)

density = definition(
    id="gaussian_path.density",
    title="Density of the path, given the data point",
    claim=lambda: [
        Eq(
            p,
            Mul(
                *(
                    exp(-((a - alpha * b) ** 2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2)
                    for a, b in zip(points[:d], data_points[:d], strict=True)
                )
            ),
        )
        for d, p in enumerate(conditional_densities, 1)
    ],
    inputs=[x, data, alpha, sigma],
    contexts={"motion": "along the path"},
    sources=[Source("lipman2023", "eq. (10)")],
    scope="d = 1, 2, 3",
    text="The noise is normal, so the point is normal around alpha data, coordinate by coordinate.",
    witness=witnesses.density_of_the_path,
)

moments = definition(
    id="gaussian_path.moments",
    title="Mean and second moment of the path, given the data point",
    claim=lambda: [Eq(first_moment, alpha * data), Eq(second_moment, (alpha * data) ** 2 + sigma**2)],
    inputs=[data, alpha, sigma],
    sources=[Source("house", "from the law of the noise")],
    text="The noise has mean 0 and variance 1.",
    witness=witnesses.moments_of_the_path,
)

half_variance_rate_definition = definition(
    id="gaussian_path.half_variance_rate",
    title="Half the rate of the noise variance",
    claim=lambda: Eq(half_variance_rate, sigma * dsigma),
    inputs=[sigma, dsigma],
    sources=[Source("house", "a name for a product")],
    text="It stays finite at the data end, where the rate of the noise scale may not.",
    witness=witnesses.scales_in_motion,
)

score_definition = definition(
    id="gaussian_path.score",
    title="Score of the path, given the data point",
    claim=lambda: Eq(score, Derivative(log(conditional_density), x)),
    inputs=[x, data, alpha, sigma],
    sources=[Source("vincent2011", "sec. 4")],
    text="The gradient in x of the log density.",
    witness=witnesses.slope_of_the_log_density,
)


@equation(
    id="gaussian_path.inverse",
    title="Inverse of the path: from the point back to the noise",
    claim=lambda: Eq(noise, (x - alpha * data) / sigma),
    inputs=[x, data, alpha, sigma],
    also_known_as=["conversions.noise_from_data"],
    assumptions=lambda: [sigma > 0],
    sources=[Source("lipman2023", "eq. (11)"), Source("lipman2024", "table 1")],
    scope="any schedule, componentwise",
    witness=witnesses.moving_point,
    near_misses={"data taken for the noise": (lambda: data, "diffusers #1486, PR #2094: DDIM with data prediction")},
)
def inverse(board):
    """For a known data point the path carries each noise to one point x, and back: stretch and shift undone.
    A *predicted* data point and noise are related in the same way, so this is a conversion too."""
    return board.solve(board.given(point), noise, "the path, solved for the noise")


@equation(
    id="gaussian_path.velocity",
    title="Velocity from the two end points",
    claim=lambda: Eq(velocity, dalpha * data + dsigma * noise),
    inputs=[data, noise, dalpha, dsigma],
    sources=[Source("lipman2024", "sec. 4.8")],
    scope="any schedule, componentwise",
    witness=witnesses.moving_point,
    experiment=None,
    near_misses={
        "data minus noise on every schedule": (
            lambda: data - noise,
            "article `Diffusion 遇见 Flow Matching`, eq. (5): written before alpha + sigma = 1 is assumed",
        ),
    },
)
def end_point_velocity(board):
    """Differentiate the path with both end points held fixed."""
    path = board.given(point)
    return board.differentiate(path, t, "velocity is the time derivative of the path")


@equation(
    id="gaussian_path.conditional_velocity",
    title="Conditional velocity",
    claim=lambda: Eq(velocity, dsigma / sigma * (x - alpha * data) + dalpha * data),
    inputs=[x, data, alpha, sigma, dalpha, dsigma],
    also_known_as=["conversions.velocity_from_data"],
    assumptions=lambda: [sigma > 0],
    sources=[
        Source("lipman2023", "eq. (15)"),
        Source("lipman2024", "eq. (4.52)"),
        Source("lipman2024", "table 1"),
    ],
    scope="any schedule, componentwise",
    witness=witnesses.moving_point,
    experiment="moves_with_the_sample",
    near_misses={
        "weights of a fraction of the way": (
            lambda: dalpha / alpha * (data - x) - dsigma / sigma * x,
            "notes `diffusion3`, appendix on score and velocity: no schedule makes it right",
        ),
        "signal and noise scale swapped": (
            lambda: dalpha / alpha * (x - sigma * data) + dsigma * data,
            "errata of the Flow Matching guide, flow_matching #26 and #47",
        ),
        "velocity of the reversed path": (
            lambda: -(dsigma / sigma * (x - alpha * data) + dalpha * data),
            "lucidrains/rectified-flow-pytorch #14: direction of the flow inverted",
        ),
    },
)
def conditional_velocity(board):
    """A point at x that is bound for a known data point: which way does it go?
    Solve the path for the noise that brought it there, and eliminate the noise from the velocity.
    With a predicted data point it is the predicted velocity."""
    path = board.given(point)
    motion = board.differentiate(path, t, "velocity is the time derivative of the path")
    removed = board.solve(path, noise, "the path, solved for the noise")
    return board.substitute(motion, removed, reason="eliminate the noise")


@equation(
    id="gaussian_path.affine_velocity",
    title="Conditional velocity of a path with any mean",
    claim=lambda: Eq(velocity, dsigma / sigma * (x - path_mean) + dpath_mean),
    inputs=[x, path_mean, sigma, dpath_mean, dsigma],
    assumptions=lambda: [sigma > 0],
    sources=[Source("lipman2023", "theorem 3, eq. (15)")],
    scope="any mean and deviation, componentwise",
    witness=witnesses.any_mean,
    near_misses={
        "rate of the noise scale off by a factor 2": (
            lambda: 2 * dsigma / sigma * (x - path_mean) + dpath_mean,
            "deepinv PR #1343: sampling never converged",
        ),
    },
)
def affine_velocity(board):
    """Mean and deviation may depend on the data point in any way: the point follows the mean, and its distance
    from the mean grows or shrinks as the deviation does."""
    path = board.given(affine_point)
    motion = board.differentiate(path, t, "velocity is the time derivative of the path")
    return board.substitute(motion, board.solve(path, noise, "solved for the noise"), reason="eliminate the noise")


@equation(
    id="gaussian_path.acceleration",
    title="Acceleration",
    claim=lambda: Eq(acceleration, ddalpha * data + ddsigma * noise),
    inputs=[data, noise, ddalpha, ddsigma],
    sources=[Source("house", "the path, differentiated twice")],
    scope="any schedule, componentwise",
    witness=witnesses.moving_point,
)
def path_acceleration(board):
    """Differentiate the path twice with both end points held fixed. Only where both scales are straight lines
    in time does no point accelerate; a point of the trigonometric path turns around the origin."""
    motion = board.given(end_point_velocity)
    return board.differentiate(motion, t, "acceleration is the time derivative of the velocity")


@equation(
    id="gaussian_path.conditional_score",
    title="Conditional score",
    claim=lambda: Eq(score, -(x - alpha * data) / sigma**2),
    inputs=[x, data, alpha, sigma],
    also_known_as=["conversions.score_from_data"],
    assumptions=lambda: [sigma > 0],
    sources=[
        Source("vincent2011", "sec. 4"),
        Source("song2021sde", "sec. 3.3"),
        Source("lipman2024", "table 1"),
    ],
    scope="any schedule, componentwise",
    witness=witnesses.conditional_score,
    experiment="stein_identity",
    near_misses={
        "sign": (
            lambda: (x - alpha * data) / sigma**2,
            "lebellig/flow-matching #2; notes `An introduction to Flow Matching and Diffusion Models`",
        ),
        "deviation where the variance belongs": (
            lambda: -(x - alpha * data) / sigma,
            "huggingface/diffusion-models-class #18: the deviation printed as the covariance",
        ),
    },
)
def conditional_score(board):
    """The log density of the path is a parabola in x; the score is its slope.
    With a predicted data point it is the predicted score."""
    law = board.given(density, output=conditional_density)
    return board.substitute(board.given(score_definition), law, reason="put in the normal density and differentiate")


@equation(
    id="gaussian_path.conditional_flow",
    title="Conditional flow map",
    claim=lambda: Eq(x_s, alpha_s * data + sigma_s / sigma * (x - alpha * data)),
    inputs=[x, data, alpha, sigma, alpha_s, sigma_s],
    also_known_as=["ddim.step_from_data"],
    assumptions=lambda: [sigma > 0],
    sources=[Source("lipman2023", "eq. (11)"), Source("salimans2022", "sec. 2")],
    scope="any schedule, componentwise",
    witness=witnesses.a_step_between_end_points,
    experiment="lands_on_the_path",
    near_misses={
        "data taken for the noise": (
            lambda: alpha_s * data + sigma_s * data,
            "diffusers #1486, PR #2094: DDIM with data prediction",
        ),
    },
)
def conditional_flow(board):
    """Where is the point at time s, if it is at x now and bound for a known data point? The noise that brought it here
    also brings it there. With a predicted data point this is the step of DDIM. What the data point leaves of x is
    noise, and it shrinks as the noise scale does. Nothing is divided by the signal scale, so the step may start from
    pure noise; and where no noise is left at time s it ends exactly at alpha_s times the data point."""
    removed = board.solve(board.given(point), noise, "the path, solved for the noise")
    return board.substitute(board.given(point, at={t: s, x: x_s}), removed, reason="the same noise at time s")
