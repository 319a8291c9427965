"""The eta family: part of the predicted noise is kept, the rest is drawn anew, and the law at time s stays as it is."""

from sympy import Eq, exp, pi, sqrt

from derivations import witnesses
from derivations.ddpm.posterior import CHAIN, new_and_old, posterior_variance_of_a_step
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path.any_schedule import inverse
from derivations.notation import *

LESS_NOISE = lambda: [alpha_s * sigma > alpha * sigma_s]  # noqa: E731  s is the less noisy time

family = definition(
    id="ddim.family",
    title="DDIM step with fresh noise",
    claim=lambda: [
        Eq(deviation, eta * sqrt(ancestral_variance)),
        Eq(x_s, alpha_s * data + sqrt(sigma_s**2 - deviation**2) * noise + deviation * fresh_noise),
    ],
    inputs=[data, noise, fresh_noise, ancestral_variance, eta, alpha_s, sigma_s],
    assumptions=[sigma_s**2 > ancestral_variance],
    contexts={"step": "with fresh noise"},
    sources=[Source("song2021ddim", "eqs. (12) and (16)")],
    text="""The new noise deviates eta times as much as the point before does, given x and the data point. Of the old
    noise just so much is kept that the variances add up to that of the path.""",
    witness=witnesses.a_step_of_the_family,
)

law_of_a_step = definition(
    id="ddim.law_of_a_step",
    title="Mean and variance of where a step ends",
    claim=lambda: [
        Eq(step_mean, over_space(x_s * normal_law(noise) * normal_law(fresh_noise), noise, fresh_noise)),
        Eq(
            step_variance,
            over_space(x_s**2 * normal_law(noise) * normal_law(fresh_noise), noise, fresh_noise) - step_mean**2,
        ),
        Eq(normal_law(noise), exp(-(noise**2) / 2) / sqrt(2 * pi)),
        Eq(normal_law(fresh_noise), exp(-(fresh_noise**2) / 2) / sqrt(2 * pi)),
    ],
    inputs=[data, noise, fresh_noise],
    sources=[Source("house", "the definitions, written out")],
    text="Both noises are standard normal and independent, of each other and of the data point, which is given.",
    witness=witnesses.where_a_step_with_noise_ends,
)


@equation(
    id="ddim.stochastic_step",
    title="DDIM step with fresh noise, for any schedule and any two times",
    claim=lambda: Eq(
        x_s,
        alpha_s * data
        + sigma_s * sqrt((1 - eta) * (1 + eta) + (eta * kept_ratio) ** 2) * noise
        + eta * sigma_s * sqrt(added_share) * fresh_noise,
    ),
    where=new_and_old,
    inputs=[data, noise, fresh_noise, eta, alpha, sigma, alpha_s, sigma_s],
    assumptions=LESS_NOISE,
    sources=[Source("song2021ddim", "eqs. (12) and (16)"), Source("house", "without cancellation")],
    scope=CHAIN,
    witness=witnesses.a_step_with_fresh_noise,
    near_misses={
        "eta in place of its square": (
            lambda: (
                alpha_s * data
                + sigma_s * sqrt(1 - eta * added_share) * noise
                + eta * sigma_s * sqrt(added_share) * fresh_noise
            ),
            "inbarhub/DDPM_inversion #12: eta times the variance is taken off, its square is added",
        ),
        "noise added, none taken away": (
            lambda: alpha_s * data + sigma_s * noise + eta * sigma_s * sqrt(added_share) * fresh_noise,
            "article `Diffusion 遇见 Flow Matching`, sec. 2.3: stochastic sampling by perturbing the field",
        ),
    },
)
def stochastic_step(board):
    """Nothing but the variance of the point before is put in; then the radicand is a sum, and not the difference of two
    variances that are nearly equal in the last steps. With eta = 0 the step is the deterministic one."""
    ends, new = board.given(family, output=x_s), board.given(family, output=deviation)
    before = board.given(posterior_variance_of_a_step)
    return board.substitute(ends, new, before, reason="how much noise is drawn anew")


@equation(
    id="ddim.law_of_the_stochastic_step",
    title="Fresh noise leaves the law at time s as it is",
    claim=lambda: [Eq(step_mean, alpha_s * data), Eq(step_variance, sigma_s**2)],
    inputs=[data, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=[Source("song2021ddim", "lemma 1 in app. B")],
    scope=f"{CHAIN}; any eta in [0, 1]; mean and variance, which determine the law: a sum of normal numbers is normal",
    witness=witnesses.many_steps_with_fresh_noise,
)
def law_of_the_stochastic_step(board):
    """Whatever eta is, a step from a point of the path ends at a point of the path: as far from the data point, on
    average, as points at time s are. eta does not occur in the result."""
    ends = board.given(stochastic_step)
    laws = [board.given(law_of_a_step, output=normal_law(q)) for q in (noise, fresh_noise)]

    def averaged(moment, *known):
        line = board.given(law_of_a_step, output=moment)
        line = board.substitute(line, *known, ends, *laws, reason="where the step ends, and the laws of both noises")
        apart = board.interchange(line, "the expectation is linear, and of independent numbers it is a product")
        return board.integrate(apart, "moments of the normal law")

    middle = averaged(step_mean)
    return [middle, averaged(step_variance, middle)]


@equation(
    id="ddim.eta_one_is_ancestral",
    title="With eta = 1, DDIM is ancestral sampling",
    claim=lambda: Eq(x_s, ancestral_mean + sqrt(ancestral_variance) * fresh_noise),
    where=lambda: [
        *new_and_old(),
        Eq(ancestral_mean, alpha_s * added_share * data + kept_ratio * sigma_s / sigma * x),
        Eq(ancestral_variance, sigma_s**2 * added_share),
    ],
    inputs=[x, data, fresh_noise, alpha, sigma, alpha_s, sigma_s],
    assumptions=LESS_NOISE,
    sources=[Source("song2021ddim", "sec. 4.1"), Source("ho2020", "eqs. (6) and (7)")],
    scope=f"{CHAIN}; eta = 1",
    witness=witnesses.a_draw_of_the_point_before,
    near_misses={
        "variance in place of its root": (
            lambda: ancestral_mean + ancestral_variance * fresh_noise,
            "Y-debug-sys/Diffusion-TS #135: eq. (8) of the paper, on the reverse step",
        ),
    },
)
def eta_one_is_ancestral(board):
    """Put eta = 1, and the noise back in terms of x: the step is a draw from the law of the point at time s, given x
    and the data point, as in DDPM."""
    step = board.given(stochastic_step, at={eta: 1}, reason="as much fresh noise as an ancestral step draws")
    return board.substitute(step, board.given(inverse), reason="the noise that belongs to x and the data point")
