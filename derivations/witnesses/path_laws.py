"""What the path is: its points by their quantiles, its density by shares, its moments by sums over the noise."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.flows import exactly
from derivations.witnesses.schedules import SCALES
from derivations.witnesses.shares import below, density, root, same_share, spread_of, three_points
from derivations.witnesses.world import normal


def a_quantile_of_the_path(world):
    """Given the data point, x lies in its normal cloud where the noise lies in a standard one."""
    here, start, end = world.scales(), world.number(), world.number()
    later = world.scales(world.number(0.2, 0.8))
    used = here | {data: end, noise: start, alpha_s: later[alpha], sigma_s: later[sigma]}
    place, there = (same_share(q[alpha] * end, q[sigma], start) for q in (here, later))
    return used, {x: place, x_s: there}


def a_quantile_around_any_mean(world):
    """The same in a cloud around any other mean."""
    here, start, centre = world.scales(), world.number(), world.number()
    return here | {noise: start, path_mean: centre}, {x: same_share(centre, here[sigma], start)}


def the_end_of_a_path_without_noise(world):
    """A polynomial path at the data end: where the data point alone, and the noise alone, would put the point."""
    signal, left = SCALES["polynomial"]({power: world.number(1, 4)})(mp.mpf(1))
    return {}, {alpha.subs(t, 1): signal, sigma.subs(t, 1): left}


def density_of_the_path(world):
    """The density of x, given the data point: how fast the share of points below x in each coordinate grows."""
    here = world.scales() | {q: world.number() for q in (*points, *data_points)}
    measured = {}
    for d, p in enumerate(conditional_densities, 1):

        def share(*place):
            each = zip(place, data_points, strict=False)
            return mp.fprod(below(y, here[alpha] * here[z], here[sigma]) for y, z in each)

        measured[p] = density(share, *(here[y] for y in points[:d]))
    return here, measured


def moments_of_the_path(world):
    """Sums over the noise: mean, mean square and variance of x at two times, given the data point."""
    here, there, end = world.scales(), world.scales(world.number(0.2, 0.8)), world.number()
    law = lambda at: [(at[alpha] * end + at[sigma] * e, p) for e, p in three_points()]  # noqa: E731
    here |= {data: end}
    return here, {
        first_moment: mp.fsum(p * z for z, p in law(here)),
        second_moment: mp.fsum(p * z**2 for z, p in law(here)),
        path_variance: spread_of(law(here))[1],
        first_moment_s: mp.fsum(p * z for z, p in law(there)),
        path_variance_s: spread_of(law(there))[1],
    }


def scales_in_motion(world):
    """Half the difference quotient of the noise variance."""
    here = world.scales()
    return here, {half_variance_rate: here[half_variance_rate]}


def slope_of_the_log_density(world):
    """The difference quotient in x of the log density of the path."""
    here, end, place = world.scales(), world.number(), world.number()
    a, b = exactly(here[alpha] * end), exactly(here[sigma])
    bell = sp.exp(-(((x - a) / b) ** 2) / 2) / sp.sqrt(2 * sp.pi) / b
    measured = mp.diff(lambda y: mp.log(density(lambda v: below(v, here[alpha] * end, here[sigma]), y)), place)
    return {x: place, conditional_density: bell}, {score: measured}


def _turned(signal, left, end, start):
    """The scales as a pointer in the plane of data and noise: how what it points at changes with its angle."""
    length, angle = mp.hypot(signal, left), mp.atan2(left, signal)

    def seen(turn):
        pointer = length * mp.expj(turn)
        return mp.re(pointer) * end + mp.im(pointer) * start

    return mp.diff(seen, angle)


def a_quarter_turn(world):
    """The difference quotient, in the angle of the scales, of what they mix."""
    here, start, end = world.scales(), world.number(), world.number()
    return here | {data: end, noise: start}, {v_prediction: _turned(here[alpha], here[sigma], end, start)}


def errors_of_two_predictions(world):
    """Two pairs of end points that lead to the same x: how far what is said is from what is true, on every ruler, and
    the square over that distance."""
    here, starts, end = world.scales(), (world.number(), world.number()), world.number()
    a, b = here[alpha], here[sigma]
    place = a * end + b * starts[0]

    def everything(start):
        stop = root(lambda z: a * z + b * start - place, end - 20 / a, end + 20 / a)
        return {
            data: stop,
            noise: start,
            velocity: mp.diff(lambda u: world.alpha(u) * stop + world.sigma(u) * start, world.now),
            v_prediction: _turned(a, b, stop, start),
            score: mp.diff(lambda y: mp.log(normal(y, a * stop, b**2)), place),
        }

    true, said = (everything(start) for start in starts)
    used = true | {predicted[q]: said[q] for q in true}
    measured = {error[q]: mp.quad(lambda v: mp.mpf(1), [true[q], said[q]]) for q in true}
    squares = {squared_error[q]: mp.quad(lambda v: 2 * v, [0, measured[error[q]]]) for q in true}
    return used, measured | squares
