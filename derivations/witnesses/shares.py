"""Laws by the share of points below a place: quantiles, densities, rules that sum over normal noise exactly."""

from __future__ import annotations

import mpmath as mp

from derivations.witnesses.world import normal


def three_points():
    """Places and weights with the moments of a standard normal number up to the fifth."""
    far = mp.sqrt(3)
    return [(-far, mp.mpf(1) / 6), (mp.mpf(0), mp.mpf(2) / 3), (far, mp.mpf(1) / 6)]


def below(place, centre, deviation):
    """The share of a normal cloud that lies below a place."""
    return mp.ncdf((place - centre) / deviation)


def same_share(centre, deviation, unit):
    """The place with as many of a normal cloud between it and the centre as of a standard one between `unit` and 0."""
    share = mp.quad(lambda z: normal(z, 0, 1), [0, unit])
    far = centre + (4 if unit > 0 else -4) * deviation
    gap = lambda y: mp.quad(lambda z: normal(z, centre, deviation**2), [centre, (centre + y) / 2, y]) - share  # noqa: E731
    return mp.findroot(gap, (centre, far), solver="anderson", tol=mp.mpf(10) ** (10 - 2 * mp.mp.dps))


def density(share, *where):
    """How fast the share below a place grows with it, in each coordinate."""
    one = len(where) == 1
    return mp.diff(share, where[0] if one else where, 1 if one else (1,) * len(where))


def spread_of(law):
    """Mean and variance of a finite law: pairs of a place and its probability."""
    centre = mp.fsum(p * z for z, p in law)
    return centre, mp.fsum(p * (z - centre) ** 2 for z, p in law)


def variance_on_the_path(a, b, spread):
    """The variance of what mixes a parts of a normal cloud and b parts of a standard one: over all pairs."""
    pairs = [(a * mp.sqrt(spread) * z + b * e, p * q) for z, p in three_points() for e, q in three_points()]
    return spread_of(pairs)[1]


def root(function, low, high):
    """Where a function changes its sign between two places."""
    return mp.findroot(function, (low, high), solver="anderson", tol=mp.mpf(10) ** (10 - 2 * mp.mp.dps))


def through(first, last, place):
    """The height at `place` of the straight line with these heights at 0 and 1."""
    factor, constant = mp.lu_solve(mp.matrix([[0, 1], [1, 1]]), mp.matrix([first, last]))
    return mp.polyval([factor, constant], place)
