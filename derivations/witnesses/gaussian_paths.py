"""The path of one data point: any mean, straight lines, and the same end points on two schedules."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *


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
