"""What a process does to a density: Fokker-Planck, and all the processes that carry the density of the path."""

from sympy import Derivative, Eq, Expr, Integral, Rational, Tuple, oo

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.marginals import log_of_the_density
from derivations.notation import *

HALF = Rational(1, 2)


def share_to_the_left():
    """The share of points to the left of x, as typed."""
    share = Expr.__new__(Integral, moving_density.subs(x, place), Tuple(place, -oo, x))
    share.is_commutative = True
    return share


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
)

noising_current = definition(
    id="sdes.current_of_the_noising_process",
    title="Probability current of the noising process, in t",
    claim=lambda: Eq(current, -(drift * x * moving_density - squared_diffusion * Derivative(moving_density, x) / 2)),
    inputs=[x, drift, squared_diffusion],
    sources=[Source("sarkka2019", "sec. 5.2")],
    scope="componentwise",
    text="The noising process runs in s = 1 - t: what passes a place one way in s passes it the other way in t.",
)


def slope_of_the_density(board):
    """The slope of the density is density times score."""
    law = board.given(log_of_the_density, at={marginal_density: moving_density})
    return board.solve(board.slope(law, x, "the score"), Derivative, "the slope of the density")


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
            "tue-bmd/zea PR #551: noise added, the drift left as it was",
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
            "notes `An introduction to Flow Matching and Diffusion Models`: "
            "the same letters for both directions of time",
        ),
        "sign of the score": (
            lambda: -drift * x - squared_diffusion * marginal_score,
            "lebellig/flow-matching #2: sign of the score",
        ),
        "drift of the probability flow": (
            lambda: -drift * x + squared_diffusion / 2 * marginal_score,
            "notes `An introduction to Flow Matching and Diffusion Models`, Euler: "
            "the coefficient of the flow beside that of the reverse SDE",
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
