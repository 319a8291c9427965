"""The path of one data point: any mean, straight lines, and the same end points on two schedules."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.world import normal


def any_mean(world):
    """Noise carried along a mean of any shape: its velocity is the limit of difference quotients."""
    start, swing, drift_away = (world.number() for _ in range(3))

    def centre(u):
        return mp.sin(swing * u) + drift_away * u**2

    place = lambda u: centre(u) + world.sigma(u) * start  # noqa: E731
    used = {path_mean: centre(world.now), dpath_mean: mp.diff(centre, world.now), x: place(world.now)}
    return world.scales() | used, {velocity: mp.diff(place, world.now)}


def straight_point(world):
    """A cloud whose mean moves linearly from 0 to the data point while its deviation falls from 1 to sigma_min: the
    positions of one point of it and their differences. It aims at where it meets another point of the same cloud."""
    left, end, start, other = world.number(0.1, 0.5), world.number(), world.number(), world.number()

    def place(u, from_noise=start):
        return mp.polyval([end, 0], u) + mp.polyval([left - 1, 1], u) * from_noise

    meeting = mp.findroot(lambda u: place(u) - place(u, other), (mp.mpf(1), mp.mpf(2)))
    used = {t: world.now, sigma_min: left, data: end, noise: start, x: place(world.now)}
    measured = {
        velocity: mp.diff(place, world.now),
        acceleration: mp.diff(place, world.now, 2),
        end_point: place(mp.mpf(1)),
        aim: place(meeting),
    }
    return used, measured


def two_predictions(world):
    """Two pairs of end points whose paths pass through the same x at the same time, the true and the predicted one:
    every other quantity is measured on both paths."""
    here, noises, end = world.scales(), (world.number(), world.number()), world.number()
    a, b = here[alpha], here[sigma]
    x_now = a * end + b * noises[0]

    def everything(start):
        stop = mp.findroot(lambda z: a * z + b * start - x_now, end)
        return {
            data: stop,
            noise: start,
            velocity: mp.diff(lambda u: world.alpha(u) * stop + world.sigma(u) * start, world.now),
            v_prediction: a * start - b * stop,
            score: mp.diff(lambda y: mp.log(normal(y, a * stop, b**2)), x_now),
        }

    true, said = (everything(start) for start in noises)
    squares = {squared_error[q]: (said[q] - true[q]) ** 2 for q in true}
    return here | {squared_error[noise]: squares[squared_error[noise]]}, squares


def preconditioned_network(world):
    """Data on three atoms, noise on the two atoms ±1 (only variances matter): sums over all pairs. The variance left
    over is a parabola in the share passed on, so the best share is where neighbours on both sides leave the same."""
    atoms, raw, level = (
        [world.number() for _ in range(3)],
        [world.number(0.2, 1) for _ in range(3)],
        world.number(0.2, 2),
    )
    law = [(w / mp.fsum(raw) / 2, z, e) for w, z in zip(raw, atoms, strict=True) for e in (-1, 1)]

    def deviation(quantity):
        centre = mp.fsum(w * quantity(z, e) for w, z, e in law)
        return mp.sqrt(mp.fsum(w * (quantity(z, e) - centre) ** 2 for w, z, e in law))

    left_over = lambda c: deviation(lambda z, e: z - c * (z + level * e))  # noqa: E731
    share = mp.findroot(lambda c: left_over(c + 1) ** 2 - left_over(c - 1) ** 2, (mp.mpf(1) / 3, mp.mpf(2) / 3))
    measured = {c_skip: share, c_out: left_over(share), c_in: 1 / deviation(lambda z, e: z + level * e)}
    return {edm_sigma: level, sigma_data: deviation(lambda z, e: z)}, measured


def _motion(world):
    """A point of the path as a function of time."""
    start, end = world.number(), world.number()
    place = lambda u: world.alpha(u) * end + world.sigma(u) * start  # noqa: E731
    return place, world.scales() | {
        data: end,
        noise: start,
        x: place(world.now),
        velocity: mp.diff(place, world.now),
    }


def reversed_motion(world):
    """The positions of a point listed from the data end to the noise end: differences of positions in this order."""
    place, here = _motion(world)
    later = mp.findroot(lambda r: r + world.now - 1, mp.mpf(1) / 2)  # both times together make up the whole
    return here | {reversed_time: later}, {t: world.now, reversed_velocity: mp.diff(lambda r: place(1 - r), later)}


def counted_motion(world):
    """The positions of a point at N + 1 equidistant times, counted from the data end: differences by the index."""
    place, _ = _motion(world)
    count, index = world.random.randint(5, 40), 3

    def time(i):  # of the table; between its entries by proportion
        times, low = mp.linspace(1, 0, count + 1), int(mp.floor(i))
        return times[low] + (i - low) * (times[low + 1] - times[low])

    now = time(index)
    used = {step_index: mp.mpf(index), step_count: mp.mpf(count), velocity: mp.diff(place, now)}
    return used, {t: now, step_velocity: mp.diff(lambda i: place(time(i)), index)}


def motion_by_log_snr(world):
    """Differences of positions over differences of the log-SNR, as the times move together."""
    place, here = _motion(world)
    level = lambda u: mp.log(world.alpha(u) ** 2 / world.sigma(u) ** 2)  # noqa: E731

    def ratio(h):
        return (place(world.now + h) - place(world.now - h)) / (level(world.now + h) - level(world.now - h))

    here[log_snr_velocity] = mp.limit(ratio, 0)
    return here, here


def rescaled_motion(world):
    """A point divided by its signal scale at each time: positions and differences of positions."""
    place, here = _motion(world)
    rescaled = lambda u: place(u) / world.alpha(u)  # noqa: E731
    here |= {rescaled_point: rescaled(world.now), rescaled_velocity: mp.diff(rescaled, world.now)}
    return here, here


def noise_levels(world):
    """Deviation of the noise beside a data point of size one, and logarithms of variances and of deviations."""
    here = world.scales()
    signal, left = here[alpha], here[sigma]
    levels = {
        log_snr: mp.log(signal**2) - mp.log(left**2),
        edm_sigma: mp.sqrt(left**2 / signal**2),
        half_log_snr: mp.log(signal) - mp.log(left),
    }
    return here | levels, levels


def two_paths(world):
    """The same two end points on two schedules. The other one is a mixture of r parts signal and 1 - r parts noise,
    inflated in time: so the time at which it has our signal-to-noise ratio is a search for a zero."""
    _, here = _motion(world)
    inflation = world.number(0.5, 1.5)
    swollen = lambda r: mp.exp(inflation * (r - 1))  # noqa: E731
    signal, left = (lambda r: r * swollen(r)), (lambda r: (1 - r) * swollen(r))

    def match(u):
        ratio = world.alpha(u) / world.sigma(u)
        return mp.findroot(lambda r: signal(r) - ratio * left(r), ratio / (1 + ratio))

    r = match(world.now)
    there = {
        other_alpha: signal(r),
        other_sigma: left(r),
        other_dalpha: mp.diff(signal, r),
        other_dsigma: mp.diff(left, r),
    }
    other = lambda r: signal(r) * here[data] + left(r) * here[noise]  # noqa: E731
    measured = {other_point: other(r), other_velocity: mp.diff(other, r), other_time_rate: mp.diff(match, world.now)}
    measured[scaling] = other(r) / here[x]
    return here | there, measured
