"""What a step does not depend on: the size of the points, the schedule, the solver's name, the direction.

An Euler step does depend on the size: that is how far the two are apart, and why DDIM may change the schedule.
"""

from sympy import Eq, exp
from sympy.codegen.cfunctions import expm1

from derivations import witnesses
from derivations.conventions.clocks import dpm_lambda
from derivations.conventions.rulers import NOT_RESCALED, one_path
from derivations.ddim.deterministic import step_from_noise, step_from_velocity
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import conditional_flow
from derivations.notation import *
from derivations.schedules import log_snr_definition

# ---- stretched paths -----------------------------------------------------------------------------------------

stretched_path = definition(
    id="ddim.stretched_path",
    title="A path, stretched by a factor that changes in time",
    claim=lambda: [
        Eq(stretched_alpha, stretch * alpha),
        Eq(stretched_sigma, stretch * sigma),
        Eq(stretched_point, stretch * x),
    ],
    inputs=[x, alpha, sigma, stretch],
    sources=[Source("karras2022", "eq. (4)")],
    text="The same end points with larger or smaller scales: what is measured is the same, the ruler is another.",
    witness=witnesses.a_stretched_cloud,
)


@equation(
    id="ddim.rescaling_invariance",
    title="DDIM commutes with a rescaling of the path",
    claim=lambda: Eq(stretched_x_s, stretch_s * x_s),
    where=lambda: [*step_from_velocity.claim],
    inputs=[x, velocity, alpha, sigma, dalpha, dsigma, alpha_s, sigma_s, stretch_s],
    assumptions=lambda: [dalpha * sigma - alpha * dsigma > 0],
    sources=[Source("karras2022", "eq. (4)")],
    scope="any schedule, any smooth positive stretch, componentwise",
    witness=witnesses.a_stretched_path,
    near_misses={"point not rescaled": (lambda: x_s, NOT_RESCALED)},
)
def rescaling_invariance(board):
    """Take the step on the stretched path, from its own point, velocity, scales and rates: it ends at the stretched
    end of the step on the path. How fast the ruler changes drops out: only its length at time s is left."""
    ends = {t: s, x: x_s, stretched_point: stretched_x_s}
    scales = [board.given(stretched_path, output=q) for q in (stretched_alpha, stretched_sigma, stretched_point)]
    rates = [board.differentiate(line, t, "how it moves") for line in scales]
    later = [
        board.given(stretched_path, output=q, at=ends, reason="at time s") for q in (stretched_alpha, stretched_sigma)
    ]
    own = board.given(
        step_from_velocity,
        at={
            x_s: stretched_x_s,
            x: stretched_point,
            velocity: stretched_velocity,
            dalpha: dstretched_alpha,
            dsigma: dstretched_sigma,
            alpha: stretched_alpha,
            sigma: stretched_sigma,
            alpha_s: stretched_alpha_s,
            sigma_s: stretched_sigma_s,
        },
        reason="the step on the stretched path",
    )
    return board.substitute(own, *rates, *scales, *later, reason="in terms of the path")


euler = definition(
    id="ddim.euler_step",
    title="Euler step, and how far another ends from it",
    claim=lambda: [Eq(euler_x_s, x + (s - t) * velocity), Eq(euler_difference, returned_x_s - euler_x_s)],
    inputs=[x, velocity, t, s, returned_x_s],
    sources=[Source("house", "a straight line for as long as the step takes")],
    text="Go on with the velocity of time t until time s.",
    witness=witnesses.straight_on,
)


@equation(
    id="ddim.euler_step_difference",
    title="Euler does not commute with a rescaling: the difference of one step",
    claim=lambda: Eq(
        euler_difference,
        ((stretch + (s - t) * dstretch - stretch_s) * x + (s - t) * (stretch - stretch_s) * velocity) / stretch_s,
    ),
    inputs=[x, velocity, stretch, dstretch, stretch_s, t, s],
    assumptions=lambda: [stretch_s > 0],
    sources=[Source("karras2022", "eq. (4)")],
    scope="any field, any smooth positive stretch, componentwise",
    witness=witnesses.a_stretched_path,
    near_misses={
        "moving ruler forgotten": (
            lambda: ((stretch - stretch_s) * x + (s - t) * (stretch - stretch_s) * velocity) / stretch_s,
            NOT_RESCALED,
        ),
    },
)
def euler_step_difference(board):
    """Stretch the path, take an Euler step there, and undo the stretch at time s. Both terms of what is left over are
    of second order in the step: the ruler's own departure from a straight line, and its change while x moves. They
    vanish together, for every x and velocity, only where the ruler does not change."""
    place = board.given(stretched_path, output=stretched_point)
    motion = board.differentiate(place, t, "how the stretched point moves")
    own = board.given(
        euler,
        at={euler_x_s: stretched_euler_x_s, x: stretched_point, velocity: stretched_velocity},
        reason="an Euler step on the stretched path",
    )
    ended = board.substitute(own, place, motion, reason="in terms of the path")
    back = board.given(
        stretched_path,
        output=stretched_point,
        at={t: s, x: returned_x_s, stretched_point: stretched_euler_x_s},
        reason="its end, in the ruler of time s",
    )
    returned = board.solve(board.equal(ended, back, "the same place"), returned_x_s, "taken back to the path")
    gap = board.given(euler, output=euler_difference)
    return board.substitute(gap, returned, board.given(euler, output=euler_x_s), reason="less the step on the path")


# ---- another schedule ------------------------------------------------------------------------------------------


@equation(
    id="ddim.snr_matched_schedules",
    title="Two schedules at equal signal-to-noise ratios: the same step, rescaled",
    claim=lambda: Eq(other_x_s, other_alpha_s / alpha_s * x_s),
    where=lambda: [*conditional_flow.claim],
    inputs=[x, data, alpha, sigma, alpha_s, sigma_s, other_alpha_s],
    assumptions=lambda: [sigma > 0, alpha_s > 0],
    sources=[Source("karras2022", "eq. (4)"), Source("kingma2021", "sec. 5.1")],
    scope="any two schedules at times of the same signal-to-noise ratio, componentwise",
    witness=witnesses.a_step_on_two_paths,
    near_misses={"point not rescaled": (lambda: x_s, NOT_RESCALED)},
)
def snr_matched_schedules(board):
    """A schedule is a list of signal-to-noise ratios, and a size for each. Where the ratios agree when the step
    begins and when it ends, so do the steps: the same data point is predicted, and only the size differs."""
    here = board.equal(
        board.given(log_snr_definition),
        board.given(log_snr_definition, at={alpha: other_alpha, sigma: other_sigma}, reason="the other path"),
        "the same ratio where the step begins",
    )
    there = board.equal(
        board.given(log_snr_definition, at={alpha: alpha_s, sigma: sigma_s, log_snr: log_snr_s}, reason="at time s"),
        board.given(
            log_snr_definition,
            at={alpha: other_alpha_s, sigma: other_sigma_s, log_snr: log_snr_s},
            reason="the other path",
        ),
        "the same ratio where it ends",
    )
    own = board.given(
        conditional_flow,
        at={
            x_s: other_x_s,
            x: other_point,
            alpha: other_alpha,
            sigma: other_sigma,
            alpha_s: other_alpha_s,
            sigma_s: other_sigma_s,
        },
        reason="the step on the other path",
    )
    signal = board.solve(here, other_alpha, "its signal scale where the step begins")
    left = board.solve(there, other_sigma_s, "its noise scale where the step ends")
    return board.substitute(own, board.given(one_path), signal, left, reason="in terms of our point")


# ---- other names -----------------------------------------------------------------------------------------------


@equation(
    id="ddim.is_dpm_solver_1",
    title="A DDIM step is a step of DPM-Solver-1",
    claim=lambda: Eq(x_s, alpha_s / alpha * x - sigma_s * (exp(half_log_snr_gain) - 1) * noise),
    where=lambda: [
        Eq(sigma_s, alpha_s * exp(-next_half_log_snr)),
        Eq(half_log_snr_gain, next_half_log_snr - half_log_snr),
    ],
    stable=lambda: [
        Eq(x_s, alpha_s / alpha * x + alpha_s * exp(-half_log_snr) * expm1(-half_log_snr_gain) * noise),
    ],
    inputs=[x, noise, alpha, alpha_s, half_log_snr, next_half_log_snr],
    assumptions=lambda: [alpha > 0, alpha_s > 0],
    sources=[Source("lu2022", "secs. 3.2 and 4.1")],
    scope="any schedule, componentwise",
    witness=witnesses.an_exponential_integral,
    near_misses={
        "one taken off twice": (
            lambda: alpha_s / alpha * x - sigma_s * (exp(half_log_snr_gain) - 2) * noise,
            "LuChengTHU/dpm-solver #61: phi_1, which is expm1, taken for the exponential",
        ),
    },
)
def is_dpm_solver_1(board):
    """DPM-Solver solves the part of the flow that is linear in x exactly, and holds the predicted noise fixed
    otherwise. What comes out is DDIM. As published it is infinity times zero on a step that leaves no noise; the
    second form is not."""
    here = board.solve(board.given(dpm_lambda), sigma, "the noise scale, from the lambda of DPM-Solver")
    there = board.solve(
        board.given(
            dpm_lambda, at={half_log_snr: next_half_log_snr, alpha: alpha_s, sigma: sigma_s}, reason="at time s"
        ),
        sigma_s,
        "the noise scale there",
    )
    return board.substitute(board.given(step_from_noise), here, there, reason="in terms of both lambdas")


@equation(
    id="ddim.inverse_step",
    title="Inverse DDIM step",
    claim=lambda: Eq(x, alpha * ((x_s - sigma_s * noise) / alpha_s) + sigma * noise),
    inputs=[x_s, noise, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s > 0],
    sources=[Source("song2021ddim", "sec. 4.3")],
    scope="any schedule, componentwise; for the noise that the step was taken with",
    witness=witnesses.a_step_undone,
)
def inverse_step(board):
    """From x_s back to x_t, with the same predicted noise: it is the step from s to t. Inversion predicts the noise
    at x_s and time s instead, so it undoes the step only as far as the prediction has not changed on the way."""
    return board.solve(board.given(step_from_noise), x, "solved for where the step began")
