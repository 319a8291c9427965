"""Steps that are skipped, and which variance a reverse step should have."""

from sympy import Eq, log, sqrt

from derivations import witnesses
from derivations.components import component_posterior_variance
from derivations.ddpm.posterior import (
    CHAIN,
    new_and_old,
    noising_step,
    posterior_variance_of_a_step,
    transition,
)
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *


@equation(
    id="ddpm.skipped_steps",
    title="Two noising steps in one",
    claim=lambda: [
        Eq(transition_factor, next_factor * first_factor),
        Eq(transition_deviation, sqrt((next_factor * first_deviation) ** 2 + next_deviation**2)),
    ],
    inputs=[first_factor, first_deviation, next_factor, next_deviation],
    sources=[Source("ho2020", "eqs. (2) and (4)")],
    scope="any two steps, one after the other, componentwise",
    witness=witnesses.a_step_skipped,
    near_misses={
        "noise of the last step alone": (
            lambda: Eq(transition_deviation, next_deviation),
            "diffusers PR #3006, `learned_range` with skipped steps: beta of one row of the table",
        ),
    },
)
def skipped_steps(board):
    """The first step's noise is shrunk by the second. So the noise that a sampler has to undo when it skips steps is
    not that of one row of the table, nor the sum of the rows."""
    middle = {first_moment: first_moment_between, path_variance: path_variance_between}
    one = {transition_factor: first_factor, transition_deviation: first_deviation, **middle}
    two = {transition_factor: next_factor, transition_deviation: next_deviation}
    two |= {first_moment_s: first_moment_between, path_variance_s: path_variance_between}
    found = []
    for moment in (first_moment, path_variance):
        first = board.given(noising_step, output=moment, at=one, reason="the first step")
        then = board.given(noising_step, output=moment, at=two, reason="the next step")
        both = board.substitute(then, first, reason="one after the other")
        whole = board.given(noising_step, output=moment, reason="both in one")
        whole = board.substitute(whole, *found, reason="the factor is known") if found else whole
        same = board.equal(whole, both, "they have the same effect")
        unknown = transition_deviation if found else transition_factor
        found.append(board.solve(same, unknown, "whatever came in"))
    return found


@equation(
    id="ddpm.fixed_large",
    title="Variance of a reverse step for normal data (fixed-large)",
    claim=lambda: Eq(fixed_large_variance, sigma**2 * (1 - kept_ratio**2)),
    where=new_and_old,
    stable=lambda: Eq(fixed_large_variance, sigma**2 * added_share),
    inputs=[alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=[Source("ho2020", "sec. 3.2"), Source("nichol2021", "sec. 3.1")],
    scope=f"{CHAIN}; normal data whose variance the noising keeps",
    witness=witnesses.a_step_that_keeps_the_variance,
    near_misses={
        "logarithm handed out as the variance": (
            lambda: log(sigma**2 * added_share),
            "diffusers #14569: `fixed_large_log` took the root of a logarithm",
        ),
    },
)
def fixed_large(board):
    """If the data are normal and the noising does not change their variance, then the points at time s that lead to x
    have the variance of the noise that the step adds: beta, where the schedule preserves a variance of one and no step
    is skipped. With fixed-small, where the data are one point, it is the other extreme: all data lie between."""
    seen = {alpha: transition_factor, sigma: transition_deviation, variance: path_variance}
    law = board.given(
        component_posterior_variance,
        at={posterior_variance: fixed_large_variance, **seen},
        reason="the point before, seen through the step",
    )
    keeps = board.given(
        noising_step, output=path_variance, at={path_variance_s: path_variance}, reason="nothing changes"
    )
    short = board.recognise(law, keeps, reason="the variance is what it was")
    kernel = board.given(transition, output=transition_deviation)
    return board.substitute(short, kernel, reason="the forward kernel")


interpolated = definition(
    id="ddpm.interpolated_logarithm",
    title="A variance between the two fixed ones",
    claim=lambda: Eq(
        log(learned_variance),
        learned_share * log(fixed_large_variance) + (1 - learned_share) * log(ancestral_variance),
    ),
    inputs=[learned_share, fixed_large_variance, ancestral_variance],
    sources=[Source("nichol2021", "sec. 3.1")],
    text="The network says where its logarithm lies between those of fixed-small and fixed-large.",
    witness=witnesses.a_place_on_a_logarithmic_ruler,
)


@equation(
    id="ddpm.learned_range",
    title="Learned variance of a reverse step",
    claim=lambda: Eq(
        learned_variance, (1 - kept_ratio**2) * sigma ** (2 * learned_share) * sigma_s ** (2 * (1 - learned_share))
    ),
    where=new_and_old,
    stable=lambda: Eq(
        learned_variance, added_share * sigma ** (2 * learned_share) * sigma_s ** (2 * (1 - learned_share))
    ),
    inputs=[learned_share, alpha, sigma, alpha_s, sigma_s],
    assumptions=lambda: [alpha_s * sigma > alpha * sigma_s],
    sources=[Source("nichol2021", "sec. 3.1")],
    scope=CHAIN,
    witness=witnesses.a_variance_between,
    near_misses={
        "variances interpolated": (
            lambda: learned_share * sigma**2 * added_share + (1 - learned_share) * sigma_s**2 * added_share,
            "diffusers PR #2090: `learned_range` mixed the variances, not their logarithms",
        ),
    },
)
def learned_range(board):
    """Both fixed variances have the share of new noise as a factor: only the noise scale is interpolated, between the
    two times. Powers instead of logarithms also serve the last step, where the scale at time s is zero."""
    known = board.solve(board.given(interpolated), learned_variance, "solved for the variance")
    ends = board.given(fixed_large), board.given(posterior_variance_of_a_step)
    return board.substitute(known, *ends, reason="the two fixed variances")
