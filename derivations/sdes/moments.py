"""Exact moments: of linear processes, of their discretisations after any number of steps, of noise alone."""

from sympy import Derivative, Eq, Limit, exp, pi, sqrt
from sympy.codegen.cfunctions import expm1

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.marginals import data_score, velocity_on_the_linear_path
from derivations.notation import *
from derivations.sdes.density import langevin

affine_process = definition(
    id="sdes.affine_process",
    title="A process with a drift that is affine in x",
    claim=lambda: [
        Eq(sampler_drift, drift_slope * x + drift_offset),
        Eq(Derivative(run_mean, t), drift_slope * run_mean + drift_offset),
        Eq(Derivative(run_variance, t), 2 * drift_slope * run_variance + sampler_diffusion),
        Eq(run_mean.subs(t, 0), start_mean),
        Eq(run_variance.subs(t, 0), start_variance),
        Eq(mean_after.func(0), start_mean),
        Eq(variance_after.func(0), start_variance),
    ],
    inputs=[x, drift_slope, drift_offset, sampler_diffusion, start_mean, start_variance],
    sources=[Source("sarkka2019", "sec. 6.1")],
    text="How mean and variance of dx = (A x + B) dt + sqrt(w) dW change, by Itô's formula, and where they start.",
    witness=witnesses.a_linear_process_on_its_way,
)

euler_maruyama_step = definition(
    id="sdes.euler_maruyama_step",
    title="A step of the Euler-Maruyama method",
    claim=lambda: [
        Eq(next_mean, mean_before + step_size * (drift_slope * mean_before + drift_offset)),
        Eq(next_variance, (1 + step_size * drift_slope) ** 2 * variance_before + step_size * sampler_diffusion),
    ],
    inputs=[mean_before, variance_before, step_size, drift_slope, drift_offset, sampler_diffusion],
    sources=[Source("sarkka2019", "sec. 8.2")],
    text="""x + h (A x + B) and independent noise of variance h w: means follow the drift, variances are multiplied with
    the square of the factor and add up.""",
    witness=witnesses.one_more_step,
)


@equation(
    id="sdes.linear_moments",
    title="Mean and variance of a linear SDE",
    claim=lambda: [
        Eq(run_mean, exp(drift_slope * t) * start_mean + expm1(drift_slope * t) / drift_slope * drift_offset),
        Eq(
            run_variance,
            exp(2 * drift_slope * t) * start_variance
            + expm1(2 * drift_slope * t) / (2 * drift_slope) * sampler_diffusion,
        ),
    ],
    inputs=[t, drift_slope, drift_offset, sampler_diffusion, start_mean, start_variance],
    sources=[Source("sarkka2019", "sec. 6.2")],
    scope="constant coefficients, any law at the start; componentwise",
    constant=[drift_slope, drift_offset, sampler_diffusion],
    witness=witnesses.transition_of_a_linear_process,
)
def linear_moments(board):
    """Two linear differential equations for mean and variance; both are solved from the start."""
    names = (run_mean, run_variance)
    moving = [board.given(affine_process, output=Derivative(q, t)) for q in names]
    starts = [board.given(affine_process, output=q.subs(t, 0)) for q in names]
    constant = [drift_slope, drift_offset, sampler_diffusion]
    return [
        board.solve_rate(rate, start, "solved from the start", holding=constant)
        for rate, start in zip(moving, starts, strict=True)
    ]


@equation(
    id="sdes.euler_maruyama_moments",
    title="Mean and variance after n steps of Euler-Maruyama",
    claim=lambda: [
        Eq(
            mean_after,
            step_factor**step_count * start_mean + (step_factor**step_count - 1) / drift_slope * drift_offset,
        ),
        Eq(
            variance_after,
            (step_factor**2) ** step_count * start_variance
            + ((step_factor**2) ** step_count - 1) / (drift_slope * (step_factor + 1)) * sampler_diffusion,
        ),
    ],
    where=lambda: [Eq(step_factor, 1 + step_size * drift_slope)],
    inputs=[step_size, step_count, drift_slope, drift_offset, sampler_diffusion, start_mean, start_variance],
    assumptions=lambda: [1 + step_size * drift_slope > 0],
    sources=[Source("sarkka2019", "sec. 8.2"), Source("house", "the recursion solved")],
    scope="constant coefficients, any law at the start, any noise of the right variance; componentwise",
    witness=witnesses.every_course_of_a_few_steps,
)
def euler_maruyama_moments(board):
    """The same step again and again: geometric series. Beside the exact moments, (1 + h A)^n stands where exp(A t)
    stands there, and the noise that is left over is divided by A (1 + h A / 2) instead of A."""
    results = []
    for after_one, after_all in ((next_mean, mean_after), (next_variance, variance_after)):
        step = board.given(euler_maruyama_step, output=after_one)
        start = board.given(affine_process, output=after_all.func(0))
        results.append(board.repeat(step, start, times=step_count, reason="step after step, from the start"))
    return results


@equation(
    id="sdes.langevin_variance",
    title="Variance of discretised Langevin dynamics on Gaussian data",
    claim=lambda: [
        Eq(stationary_variance, variance / (1 - step_size * sampler_diffusion / (4 * variance))),
        Eq(
            variance_after,
            stationary_variance
            + ((1 - step_size * sampler_diffusion / (2 * variance)) ** 2) ** step_count
            * (start_variance - stationary_variance),
        ),
    ],
    inputs=[variance, step_size, step_count, sampler_diffusion, start_variance],
    assumptions=lambda: [step_size * sampler_diffusion < 2 * variance],
    sources=[Source("sarkka2019", "sec. 8.2"), Source("house", "the recursion solved")],
    scope="Gaussian data, one coordinate in the eigenbasis of the covariance; after n steps of size h, and the "
    "variance that they tend to where 4 c exceeds h w: with w = 2 and c = 1 it is 1/(1 - h/2)",
    witness=witnesses.langevin_steps,
    near_misses={
        "without noise": (
            lambda: Eq(
                variance_after,
                ((1 - step_size * sampler_diffusion / (2 * variance)) ** 2) ** step_count * start_variance,
            ),
            "dialogue `Flow Matching采样类比梯度下降`, first conclusion: following the score called Langevin sampling",
        ),
    },
)
def langevin_variance(board):
    """The drift of Langevin dynamics is affine on Gaussian data, and each step multiplies the variance and adds to it.
    The variance that a step does not change is larger than that of the data: by the factor 1/(1 - h w / 4 c). Without
    noise there is none: all points gather at the mode."""
    score = board.given(data_score, at={prior_score: marginal_score, covariance: variance, data: x})
    drift_there = board.substitute(board.given(langevin), score, reason="the score of Gaussian data")
    same = board.equal(board.given(affine_process, output=sampler_drift), drift_there, "an affine drift")
    slope, _ = board.match(same, x, [drift_slope, drift_offset], "for every x")
    step = board.given(euler_maruyama_step, output=next_variance)
    step = board.substitute(step, slope, reason="the slope of the drift")
    start = board.given(affine_process, output=variance_after.func(0))
    still = {next_variance: stationary_variance, variance_before: stationary_variance}
    fixed = board.given(euler_maruyama_step, output=next_variance, at=still, reason="nothing changes")
    fixed = board.substitute(fixed, slope, reason="the slope of the drift")
    return [
        board.solve(fixed, stationary_variance, "the variance that a step does not change"),
        board.repeat(step, start, times=step_count, reason="step after step, from the start"),
    ]


excess = definition(
    id="sdes.excess_variance",
    title="Variance relative to that of the linear path",
    claim=lambda: [
        Eq(excess_ratio, run_variance / (t**2 * variance + (1 - t) ** 2)),
        Eq(end_variance, Limit(run_variance, t, 1, "-")),
    ],
    inputs=[t, run_variance, variance],
    sources=[Source("house", "names")],
    text="Gaussian data on the linear path have the variance in the denominator.",
    witness=witnesses.noise_that_piles_up,
)


@equation(
    id="sdes.noise_alone",
    title="Noise without the drift that belongs to it",
    claim=lambda: Eq(end_variance, variance + pi / 2 * sampler_diffusion * sqrt(variance)),
    inputs=[variance, sampler_diffusion],
    sources=[Source("house", "the variance, followed along the path")],
    scope="Gaussian data, one coordinate in the eigenbasis of the covariance, mean = 0; the linear path with "
    "sigma_min = 0, constant diffusion, samples that begin with start_variance = 1; "
    "with variance 1 and diffusion 1 it is 1 + pi/2 in place of 1",
    constant=[sampler_diffusion],
    witness=witnesses.noise_along_the_linear_path,
    near_misses={
        "the variance of the data": (
            lambda: variance,
            "tue-bmd/zea PR #551: noise added, drift as before",
        ),
    },
)
def noise_alone(board):
    """Follow the marginal velocity of Gaussian data on the linear path, and add noise: how much too wide are the
    samples? Relative to the variance of the path the surplus grows by w over that variance, which integrates to an arc
    tangent. What came in early is squeezed together with the path and spread again: pi/2 deviations of the data."""
    field = board.given(velocity_on_the_linear_path, at={mean: 0})
    affine = board.given(affine_process, output=sampler_drift, at={sampler_drift: marginal_velocity})
    slope, _ = board.match(
        board.equal(affine, field, "the drift is the velocity alone"), x, [drift_slope, drift_offset], "for every x"
    )
    rate = board.given(affine_process, output=Derivative(run_variance, t))
    begin = board.given(
        affine_process, output=run_variance.subs(t, 0), at={start_variance: 1}, reason="standard normal noise"
    )
    relative = board.given(excess, output=excess_ratio)
    back = board.solve(relative, run_variance, "the variance from the ratio")
    growth = board.substitute(rate, slope, back, reason="in units of what it should be")
    growth = board.solve(growth, Derivative, "how the ratio grows")
    first = board.substitute(board.given(excess, output=excess_ratio, at={t: 0}), begin, reason="where it starts")
    ratio = board.solve_rate(growth, first, "an arc tangent", holding=[sampler_diffusion])
    end = board.given(excess, output=end_variance)
    return board.limit(
        board.substitute(end, back, ratio, reason="the variance before the end"),
        "t tends to 1",
        holding=[sampler_diffusion],
    )
