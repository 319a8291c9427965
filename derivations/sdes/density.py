"""What a process does to a density: Fokker-Planck, and all the processes that carry the density of the path."""

from sympy import Add, Derivative, Eq, Integer

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.gaussian_path import density, half_variance_rate_definition
from derivations.marginals import log_of_the_density, total_probability
from derivations.notation import *
from derivations.sdes.forward import forward_process

NOTES = "notes `An introduction to Flow Matching and Diffusion Models`"


def share_to_the_left():
    """The share of points to the left of x, as typed."""
    return up_to(density_elsewhere, place, x)


current_definition = definition(
    id="sdes.current",
    title="Probability current of a process",
    claim=lambda: [
        Eq(current, local_drift * moving_density - Derivative(local_diffusion * moving_density, x) / 2),
        Eq(Derivative(share_to_the_left(), t), -current),
    ],
    inputs=[x],
    sources=[Source("sarkka2019", "sec. 5.2")],
    scope="d = 1; in more dimensions one coordinate of the current",
    text="""How much passes the place x, of all the points that follow dx = b dt + sqrt(w) dW: the drift carries
    them, and the noise lets more of them come from where density times noise is larger. What passes is missing on
    the left.""",
    witness=witnesses.points_on_the_left,
)

noising_current = definition(
    id="sdes.current_of_the_noising_process",
    title="Probability current of the noising process, in t",
    claim=lambda: Eq(current, -(drift * x * moving_density - squared_diffusion * Derivative(moving_density, x) / 2)),
    inputs=[x, drift, squared_diffusion],
    sources=[Source("sarkka2019", "sec. 5.2")],
    scope="componentwise",
    text="The noising process runs in s = 1 - t: what passes a place one way in s passes it the other way in t.",
    witness=witnesses.points_that_are_noised,
)


def slope_of_the_density(board):
    """The slope of the density is density times score."""
    law = board.given(log_of_the_density, at={marginal_density: moving_density})
    return board.solve(board.slope(law, x, "the score"), Derivative, "the slope of the density")


# ---- Fokker-Planck ---------------------------------------------------------------------------------------


@equation(
    id="sdes.fokker_planck",
    title="Fokker-Planck equation",
    claim=lambda: Eq(
        Derivative(moving_density, t),
        -Derivative(local_drift * moving_density, x) + Derivative(local_diffusion * moving_density, (x, 2)) / 2,
    ),
    inputs=[x],
    sources=[Source("sarkka2019", "sec. 5.2")],
    scope="d = 1; any drift and any diffusion coefficient, of place and time",
    witness=witnesses.bent_brownian_motion,
    near_misses={
        "noise taken out of the derivative": (
            lambda: (
                -Derivative(local_drift * moving_density, x) + local_diffusion * Derivative(moving_density, (x, 2)) / 2
            ),
            f"{NOTES}, diffusion coefficient: allowed to depend on x, and then used as if it did not",
        ),
    },
)
def fokker_planck(board):
    """What is missing on the left of x has passed x. Move x a little: the density changes by what stays between."""
    missing = board.given(current_definition, output=Derivative(share_to_the_left(), t))
    between = board.differentiate(missing, x, "two places next to each other")
    passes = board.given(current_definition, output=current)
    return board.substitute(between, passes, reason="what drift and noise carry past a place")


@equation(
    id="sdes.fokker_planck_of_all_data",
    title="What carries the points of each data point carries all of them",
    claim=lambda: Eq(
        Derivative(moving_density, t),
        -Derivative(local_drift * moving_density, x) + Derivative(local_diffusion * moving_density, (x, 2)) / 2,
    ),
    where=lambda: [Eq(moving_density, over_space(conditional_density * prior_density, data))],
    inputs=[x],
    sources=[Source("sarkka2019", "sec. 5.2"), Source("house", "the average over the data points")],
    scope="d = 1; any data density, any process that does not know the data point",
    witness=witnesses.brownian_motion_from_the_data,
)
def fokker_planck_of_all_data(board):
    """The noising process treats all points alike, whatever data point they come from. So the average over the data
    points obeys the same equation: it is linear in the density."""
    total = board.given(total_probability, at={marginal_density: moving_density})
    change = board.differentiate(total, t, "differentiate under the integral, at a fixed place", holding=points)
    own = board.given(fokker_planck, at={moving_density: conditional_density}, reason="given the data point")
    return board.substitute(change, own, reason="the same process for every data point")


@equation(
    id="sdes.fokker_planck_of_the_path",
    title="The noising SDE carries the Gaussian path",
    claim=lambda: [
        Eq(
            Derivative(p, t),
            Add(*(Derivative(drift * a * p, a) - squared_diffusion * Derivative(p, (a, 2)) / 2 for a in points[:d])),
        )
        for d, p in enumerate(conditional_densities, 1)
    ],
    where=lambda: [*forward_process.claim, *density.claim],
    inputs=[x, data, alpha, sigma, dalpha, half_variance_rate],
    assumptions=lambda: [sigma > 0],
    sources=[Source("song2021sde", "app. B"), Source("kingma2021", "app. A")],
    scope="any schedule; d = 1, 2, 3",
    witness=witnesses.moving_mass,
    near_misses={
        "diffusion coefficient one": (
            lambda: Eq(squared_diffusion, Integer(1)),
            "jcopo/diffuse, `EDM.sde_coefficients`: diffusion 1 beside a noise scale that is the time",
        ),
        "rate of the noise scale off by a factor 2": (
            lambda: Eq(squared_diffusion, 2 * sigma**2 * dalpha / alpha - 4 * half_variance_rate),
            "deepinv PR #1343: sampling never converged",
        ),
    },
)
def fokker_planck_of_the_path(board):
    """The density of the path, given the data point, in one, two and three dimensions: how it changes at a fixed place
    is what drift and diffusion of the noising process do to it, read in t."""
    rate = board.solve(board.given(half_variance_rate_definition), dsigma, "the rate of the noise scale")
    changes = []
    for d, p in enumerate(conditional_densities, 1):
        law = board.given(density, output=p)
        change = board.differentiate(law, t, f"change of the density at a fixed place, d = {d}", holding=points)
        changes.append(board.substitute(change, rate, reason="in terms of the rate of the noise variance"))
    return changes


# ---- processes that carry the density of the path ----------------------------------------------------------


@equation(
    id="sdes.extension",
    title="Noise with a drift that makes up for it: any diffusion coefficient in time",
    claim=lambda: Eq(sampler_drift, marginal_velocity + sampler_diffusion / 2 * marginal_score),
    inputs=[marginal_velocity, marginal_score, sampler_diffusion],
    sources=[Source("albergo2023", "sec. 2"), Source("karras2022", "eq. (6)")],
    scope="any data, any schedule, any diffusion coefficient that depends on time alone; componentwise. "
    "The density at each time is that of the path, the trajectories are not",
    witness=witnesses.noise_that_is_made_up_for,
    near_misses={
        "noise without drift": (
            lambda: marginal_velocity,
            "tue-bmd/zea PR #551: noise added, drift as before",
        ),
        "sign of the score": (
            lambda: marginal_velocity - sampler_diffusion / 2 * marginal_score,
            "torchcfm #85: the sign of the score term differs from notebook to notebook",
        ),
        "one half lost": (
            lambda: marginal_velocity + sampler_diffusion * marginal_score,
            "REPA #52: diffusion 2 t in one place and t in the other",
        ),
    },
)
def extension(board):
    """Which drift must go with noise of variance w per unit of time, so that the density stays that of the flow? The
    current must be the same with noise as without: what the noise carries down the slope of the density, the drift
    has to carry up again."""
    without = board.given(
        current_definition,
        output=current,
        at={local_drift: marginal_velocity, local_diffusion: 0},
        reason="the current of the flow, without noise",
    )
    renamed = {local_drift: sampler_drift, local_diffusion: sampler_diffusion}
    noisy = board.given(current_definition, output=current, at=renamed, reason="the current with noise")
    same = board.equal(noisy, without, "the same current, so the same density at every time")
    needed = board.solve(same, sampler_drift, "the drift that is needed")
    return board.substitute(needed, slope_of_the_density(board), reason="in terms of the score")


@equation(
    id="sdes.reverse_process",
    title="Reverse-time SDE",
    claim=lambda: Eq(sampler_drift, -drift * x + squared_diffusion * marginal_score),
    inputs=[x, drift, squared_diffusion, marginal_score],
    sources=[Source("song2021sde", "eq. (6)")],
    scope="any data, any schedule, with the noise of the noising process; componentwise. Proved: the same density at "
    "each time; that the whole trajectories are those of the noising process read backwards is Anderson's theorem",
    witness=witnesses.noising_read_backwards,
    near_misses={
        "forward clock": (
            lambda: drift * x - squared_diffusion * marginal_score,
            f"{NOTES}: the same letters for both directions of time",
        ),
        "sign of the score": (
            lambda: -drift * x - squared_diffusion * marginal_score,
            "lebellig/flow-matching #2: sign of the score",
        ),
        "drift of the probability flow": (
            lambda: -drift * x + squared_diffusion / 2 * marginal_score,
            f"{NOTES}, Euler: the coefficient of the flow beside that of the reverse SDE",
        ),
    },
)
def reverse_process(board):
    """Noise in both directions of time spreads the points. The noising process takes them down the slope of the
    density by half g² times the score; on the way back its current is to be undone although the noise adds the same
    again: so the score comes in twice, with g² and not with half of it."""
    back = board.given(noising_current)
    renamed = {local_drift: sampler_drift, local_diffusion: squared_diffusion}
    noisy = board.given(current_definition, output=current, at=renamed, reason="the current of the sampler")
    same = board.equal(noisy, back, "the sampler undoes what the noising process does")
    needed = board.solve(same, sampler_drift, "the drift that is needed")
    return board.substitute(needed, slope_of_the_density(board), reason="in terms of the score")


@equation(
    id="sdes.probability_flow",
    title="Probability-flow ODE",
    claim=lambda: Eq(marginal_velocity, -drift * x + squared_diffusion / 2 * marginal_score),
    inputs=[x, drift, squared_diffusion, marginal_score],
    sources=[Source("song2021sde", "eq. (13)")],
    scope="any data, any schedule; componentwise",
    witness=witnesses.noising_read_backwards,
    near_misses={
        "forward clock": (
            lambda: drift * x - squared_diffusion / 2 * marginal_score,
            f"{NOTES}: the same letters for both directions of time",
        ),
        "sign of the score": (
            lambda: -drift * x - squared_diffusion / 2 * marginal_score,
            "torchcfm #85: the sign of the score term differs from notebook to notebook",
        ),
        "the whole of the score, without noise": (
            lambda: -drift * x + squared_diffusion * marginal_score,
            "tum-pbs/iap-diffusion-labs #11: one half of the squared diffusion too many between velocity and score",
        ),
    },
)
def probability_flow(board):
    """A flow without noise that undoes the current of the noising process: it has the marginal velocity, and that is
    known from the score."""
    back = board.given(noising_current)
    renamed = {local_drift: marginal_velocity, local_diffusion: 0}
    flow = board.given(current_definition, output=current, at=renamed, reason="the current of a flow")
    same = board.equal(flow, back, "the flow undoes what the noising process does")
    needed = board.solve(same, marginal_velocity, "the velocity that is needed")
    return board.substitute(needed, slope_of_the_density(board), reason="in terms of the score")


@equation(
    id="sdes.extension_in_space",
    title="Noise that depends on the place",
    claim=lambda: Eq(sampler_drift, marginal_velocity + local_diffusion / 2 * marginal_score + diffusion_slope / 2),
    inputs=[marginal_velocity, marginal_score, local_diffusion, diffusion_slope],
    sources=[Source("sarkka2019", "sec. 5.2"), Source("house", "the drift solved for")],
    scope="any data, any schedule, any diffusion coefficient of place and time; componentwise, the noise being the "
    "same in each direction",
    witness=witnesses.noise_that_varies_in_space,
    near_misses={
        "slope of the diffusion forgotten": (
            lambda: marginal_velocity + local_diffusion / 2 * marginal_score,
            f"{NOTES}, SDE extension trick: stated for a diffusion coefficient that may depend on x",
        ),
        "noise without drift": (
            lambda: marginal_velocity,
            "tue-bmd/zea PR #551: noise added, drift as before",
        ),
    },
)
def extension_in_space(board):
    """Where the noise is stronger points are driven out, towards where it is weak: half its slope has to hold them."""
    flow = {local_drift: marginal_velocity, local_diffusion: 0}
    without = board.given(current_definition, output=current, at=flow, reason="the current of the flow, without noise")
    noisy = board.given(
        current_definition, output=current, at={local_drift: sampler_drift}, reason="the current with noise"
    )
    same = board.equal(noisy, without, "the same current, so the same density at every time")
    needed = board.solve(same, sampler_drift, "the drift that is needed")
    return board.substitute(needed, slope_of_the_density(board), reason="in terms of the score")


@equation(
    id="sdes.langevin",
    title="Langevin dynamics: noise and score, and the density stands still",
    claim=lambda: Eq(sampler_drift, sampler_diffusion / 2 * marginal_score),
    inputs=[marginal_score, sampler_diffusion],
    sources=[Source("sarkka2019", "sec. 5.4"), Source("song2021sde", "sec. 4.2")],
    scope="any density that does not change in time; componentwise",
    witness=witnesses.noise_that_is_held_in_place,
    near_misses={
        "one half lost": (
            lambda: sampler_diffusion * marginal_score,
            "REPA #52: diffusion 2 t in one place and t in the other",
        ),
        "the score alone, whatever the noise": (
            lambda: marginal_score,
            "dialogue `Flow Matching采样类比梯度下降`, first conclusion: following the score called Langevin sampling",
        ),
    },
)
def langevin(board):
    """The stationary case: a density that no velocity moves. Noise of any strength is held in place by half of it
    times the score; with w = 2 the drift is the score itself, beside noise of variance two and not of none."""
    return board.given(extension, at={marginal_velocity: 0}, reason="nothing moves the density")
