"""Grids of noise levels, by how densely the nodes lie."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *


def _place(density, first, level, last):
    """The share of the nodes between the first and a level."""
    return mp.quad(density, [first, level]) / mp.quad(density, [first, last])


def nodes_of_a_power(world):
    """Around a noise level s the nodes are as dense as s^(1/rho - 1): the place of a level is the share before it."""
    first, level, last = world.number(5, 10), world.number(2, 4), world.number(0.5, 1.5)
    bend = world.number(1, 9)
    used = {first_sigma: first, last_sigma: last, grid_rho: bend}
    used[grid_place] = _place(lambda s: s ** (1 / bend - 1), first, level, last)
    return used, {node_sigma: level}


def nodes_of_the_logarithm(world):
    """Around a noise level s the nodes are as dense as 1/s: between each two of them it falls by the same factor."""
    first, level, last = world.number(5, 10), world.number(2, 4), world.number(0.5, 1.5)
    log_snr_of = lambda s: -2 * mp.log(s)  # noqa: E731
    used = {first_log_snr: log_snr_of(first), last_log_snr: log_snr_of(last)}
    used[grid_place] = _place(lambda s: 1 / s, first, level, last)
    return used, {node_log_snr: log_snr_of(level)}
