"""Densities that move with their points: boxes of points, Jacobians by differences, maps, probes that are
enumerated."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from derivations.notation import *
from derivations.witnesses.flows import exactly, shares_to_the_left
from derivations.witnesses.shares import below, density, spread_of
from derivations.witnesses.world import Law


def independent_shares(world):
    """Coordinates drawn one by one: how the share of points below in each of them, and in all, grows."""
    spots, clouds = [world.number() for _ in points], [(world.number(), world.number(0.5, 1.5)) for _ in points]
    used, measured = {}, {}
    for q, spot, cloud in zip(log_densities, spots, clouds, strict=True):
        used[q] = mp.log(density(lambda y, cloud=cloud: below(y, *cloud), spot))
    for d, p in enumerate(moving_densities, 1):
        share = lambda *y: mp.fprod(below(v, *cloud) for v, cloud in zip(y, clouds, strict=False))  # noqa: E731
        measured[p] = density(share, *spots[:d])
    return used, measured


def a_map_by_its_shares(world):
    """Points of two clouds, moved by a monotone map: the share of the moved ones to the left of the image of a place,
    and whether neighbours keep their order."""
    used, measured = shares_to_the_left(world)
    return used | {base_density(place): used[base_density(base_point)].xreplace({base_point: place})}, measured


def probes_turned_at_random(world):
    """Probes along three orthogonal axes and against them, each as often, but for one axis: its two directions share
    their chance unevenly. One product with the matrix for one of them; then all of them, one by one."""
    axes, _ = mp.qr(mp.matrix([[world.number() for _ in range(3)] for _ in range(3)]))
    matrix = mp.matrix([[world.number() for _ in range(3)] for _ in range(3)])
    chances = [mp.mpf(1) / 3, mp.mpf(1) / 3, mp.mpf(1) / 3]
    spots = [mp.sqrt(3) * axes[:, j] for j in range(3)]
    estimate = lambda probe: mp.fdot(probe, matrix * probe)  # noqa: E731
    centre, spread = spread_of([(estimate(spot), p) for spot, p in zip(spots, chances, strict=True)])
    law = Law(tuple((p, dict(zip(probes, spot, strict=True))) for spot, p in zip(spots, chances, strict=True)))
    drawn = mp.matrix([world.number() for _ in range(3)])
    entry = {entries[i][j]: matrix[i, j] for i in range(3) for j in range(3)}
    form = sum(exactly(matrix[i, j]) * probes[i] * probes[j] for i in range(3) for j in range(3))
    used = entry | dict(zip(probes, drawn, strict=True)) | {probe_law: law, trace_estimate: form}
    return used, {
        probe_law: law,
        trace_estimate: estimate(drawn),
        expected_trace_estimate: centre,
        trace_estimate_variance: spread,
    }


def coins_and_normal_probes(world):
    """Two sides of a coin; and standard normal coordinates drawn one by one: how the share of them below grows."""
    coin = Law(((mp.mpf(1) / 2, {probes[0]: mp.mpf(1)}), (mp.mpf(1) / 2, {probes[0]: mp.mpf(-1)})))
    used = {q: world.number() for q in probes}
    for q in probes:
        used[coordinate_law(q)] = density(lambda y: below(y, 0, 1), used[q])
    share = lambda *y: mp.fprod(below(v, 0, 1) for v in y)  # noqa: E731
    return used | {sign_law(probes[0]): coin}, {
        sign_law(probes[0]): coin,
        probe_law: density(share, *(used[q] for q in probes)),
        normal_law(probes[0]): density(lambda y: below(y, 0, 1), used[probes[0]]),
    }


def variances_around_a_network(world):
    """Data on three atoms, noise on the two atoms 1 and -1, and a network of any scales: variances of what it sees, and
    of what it has to say, over all pairs."""
    atoms, raw, level_there = ([world.number() for _ in range(3)], [world.number(0.2, 1) for _ in range(3)],
                               world.number(0.2, 2))  # fmt: skip
    passed, seen, said = world.number(0.1, 0.9), world.number(0.3, 2), world.number(0.3, 2)
    law = [(z, e, w / mp.fsum(raw) / 2) for w, z in zip(raw, atoms, strict=True) for e in (-1, 1)]

    def answer(z, e):  # with which the denoiser returns the data point
        shown = z + level_there * e
        return mp.lu_solve(mp.matrix([[said]]), mp.matrix([z - passed * shown]))[0]

    inputs = spread_of([(seen * (z + level_there * e), w) for z, e, w in law])[1]
    targets = spread_of([(answer(z, e), w) for z, e, w in law])[1]
    used = {c_in: seen, c_skip: passed, c_out: said, edm_sigma: level_there}
    return used | {sigma_data: mp.sqrt(spread_of([(z, w) for z, _, w in law])[1])}, {
        input_variance: inputs,
        target_variance: targets,
    }


def a_network_with_the_best_scales(world):
    """The scales that a search found: variances of input and target with them, over all pairs of data and noise; and
    how what is left over changes around the best share."""
    atoms, raw, level_there = ([world.number() for _ in range(3)], [world.number(0.2, 1) for _ in range(3)],
                               world.number(0.2, 2))  # fmt: skip
    law = [(z, e, w / mp.fsum(raw) / 2) for w, z in zip(raw, atoms, strict=True) for e in (-1, 1)]
    over = lambda f: spread_of([(f(z, e), w) for z, e, w in law])[1]  # noqa: E731
    left_over = lambda c: mp.sqrt(over(lambda z, e: z - c * (z + level_there * e)))  # noqa: E731
    best = mp.findroot(lambda c: left_over(c + 1) ** 2 - left_over(c - 1) ** 2, (mp.mpf(1) / 3, mp.mpf(2) / 3))
    seen, said = 1 / mp.sqrt(over(lambda z, e: z + level_there * e)), left_over(best)
    return {}, {
        input_variance: over(lambda z, e: seen * (z + level_there * e)),
        target_variance: over(lambda z, e: (z - best * (z + level_there * e)) / said),
        sp.Derivative(c_out, c_skip): mp.diff(left_over, best),
    }
