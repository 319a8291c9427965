"""Quantities that do not move along the path: each is found again, at times around now, from what does move there, and
the difference quotient of what is found is zero."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.schedules import PARAMETERS, SCALES
from derivations.witnesses.shares import root, spread_of, three_points, through
from derivations.witnesses.what_moves import rate
from derivations.witnesses.world import normal

APART = mp.mpf(1) / 16


def _still(world, found) -> dict:
    """The difference quotients of what is found at one time and at another."""
    early, late = (found(world.now + h) for h in (-APART, APART))

    def quotient(q):
        pairs = zip(late[q], early[q], strict=True) if isinstance(late[q], list) else [(late[q], early[q])]
        moved = [(one - other) / (2 * APART) for one, other in pairs]
        return moved if isinstance(late[q], list) else moved[0]

    return {rate(q): quotient(q) for q in late}


def _named(world, found) -> tuple[dict, dict]:
    return found(world.now) | world.scales(), _still(world, found)


def end_points(world):
    """The end points of a motion in three coordinates, from place and velocity at each time."""
    ends = {q: (world.number(), world.number()) for q in data_points}

    def found(u):
        a, b = world.alpha(u), world.sigma(u)
        mixing = mp.matrix([[a, b], [mp.diff(world.alpha, u), mp.diff(world.sigma, u)]])
        seen = {}
        for q, (end, start) in ends.items():
            place = lambda v, end=end, start=start: world.alpha(v) * end + world.sigma(v) * start  # noqa: E731
            back = mp.lu_solve(mixing, mp.matrix([place(u), mp.diff(place, u)]))
            seen |= {q: back[0]} | ({noise: back[1]} if q == data else {})
        return seen

    return _named(world, found)


def laws_of_the_data(world):
    """Centre, variance and share of clouds of points, as they are at each time, taken back to the data end; two clouds
    of one point each by how far they are apart, and how many clouds there are."""
    clouds = [(world.number(0.2, 1), world.number(), world.number(0.3, 2)) for _ in range(3)]
    far, common = world.number(0.3, 2), world.number(0.3, 2)

    def seen(u, centre, wide):  # all points of a cloud, summed over data and noise
        a, b = world.alpha(u), world.sigma(u)
        return [(a * (centre + mp.sqrt(wide) * d) + b * e, p * q) for d, p in three_points() for e, q in three_points()]

    def back(u, centre, wide):
        middle, spread = spread_of(seen(u, centre, wide))
        return middle / world.alpha(u), (spread - world.sigma(u) ** 2) / world.alpha(u) ** 2

    def found(u):
        (m, c), (m_2, c_2), (m_3, c_3) = (back(u, centre, wide) for _, centre, wide in clouds)
        counted = [[(place, w * p) for place, p in seen(u, centre, wide)] for w, centre, wide in clouds]
        total = mp.fsum(p for cloud in counted for _, p in cloud)
        one, _ = back(u, far, mp.mpf(0))
        other, _ = back(u, -far, mp.mpf(0))
        around_zero = back(u, mp.mpf(0), common)[1]
        return dict(zip((*means, *variances), (m, m_2, m_3, c, c_2, c_3), strict=True)) | {
            covariance: c,
            sigma_data: mp.sqrt(c),
            reference_variance: around_zero,
            weight: [mp.fsum(p for _, p in cloud) / total for cloud in counted],
            components: mp.mpf(len(counted)),
            half_distance: (one - other) / 2,
            opposite_point: other,
        }

    return _named(world, found)


OF_SCHEDULES = {
    sigma_min: ("linear", 1),
    power: ("polynomial", 0),
    offset: ("cosine", 0),
    temperature: ("sigmoid", 0),
    low_level: ("sigmoid", 0),
    high_level: ("sigmoid", 0),
    sigma_max: ("edm", 1),
}


def parameters_of_schedules(world):
    """A parameter of a named schedule, from a scale at each time: the value that leads to this scale."""
    true = {q: world.number(*bounds) for q, bounds in PARAMETERS.items()} | {shift: world.number(0.5, 7)}

    def found(u):
        seen = {}
        for q, (name, which) in OF_SCHEDULES.items():
            wanted, near = SCALES[name](true)(u)[which], true[q]

            def gap(v, q=q, name=name, which=which, wanted=wanted):
                return SCALES[name](true | {q: v})(u)[which] - wanted

            seen[q] = mp.findroot(lambda v, gap=gap: gap(v), (near * mp.mpf("0.9"), near * mp.mpf("1.05")))
        noisier = root(lambda y: (1 - y) / y - true[shift] * (1 - u) / u, mp.mpf("0.001"), mp.mpf("0.999"))
        return seen | {shift: mp.exp(mp.log(1 - noisier) - mp.log(noisier) - mp.log(1 - u) + mp.log(u))}

    return _named(world, found)


def ends_of_straight_lines(world):
    """What grows evenly in time, followed from each time on with the pace of then, to both ends; and the line that two
    quantities draw against each other."""
    low, high, tilt = world.number(0.05, 1), world.number(1, 20), world.number(0.5, 2)
    start, end = world.number(-4, 0), world.number(1, 4)
    gap = world.number(0.002, 0.1)
    factor, constant = world.number(0.5, 2), world.number(-0.5, 0.5)
    hand = lambda u: (1 - u + gap) / (1 + gap) * mp.pi / 2  # noqa: E731
    lines = {
        (beta_min, beta_max): lambda u: through(low, high, 1 - u),
        (data_level, noise_level): lambda u: through(start / tilt, end / tilt, 1 - u),
    }

    def found(u):
        seen = {}
        for (data_end, noise_end), line in lines.items():
            pace = mp.diff(line, u)
            seen |= {data_end: line(u) + pace * (1 - u), noise_end: line(u) - pace * u}
        moved = lambda v: factor * world.alpha(v) + constant  # noqa: E731
        steep = mp.diff(moved, u) / mp.diff(world.alpha, u)
        seen |= {rescaling_factor: steep, rescaling_offset: moved(u) - steep * world.alpha(u)}
        return seen | {data_angle: hand(u) + mp.diff(hand, u) * (1 - u)}

    return _named(world, found)


def grids_and_counts(world):
    """While a sampler goes from node to node: what the nodes next to it say of the whole grid. Rows of a table, by how
    far apart they are around each time, and how many of them the whole time holds."""
    first, fall, bend = world.number(1, 3), world.number(-0.9, -0.1), world.number(1.5, 9)
    rows = world.random.randint(20, 60)
    node = lambda p: (first + p * fall) ** bend  # noqa: E731

    def found(u):
        near = u / 2, u / 2 + APART, u / 2 + 2 * APART
        levels = [node(p) for p in near]

        def uneven(power_):  # of the steps between three nodes, in their roots
            one, two, three = (mp.exp(mp.log(v) / power_) for v in levels)
            return (three - two) - (two - one)

        found_bend = mp.findroot(uneven, (bend * mp.mpf("0.95"), bend * mp.mpf("1.02")))
        roots = [mp.exp(mp.log(v) / found_bend) for v in levels]
        step = (roots[1] - roots[0]) / APART
        table = mp.linspace(0, 1, rows + 1)
        before = max(v for v in table if v <= u)
        after = min(v for v in table if v > u)
        return {
            grid_rho: found_bend,
            first_stretched_level: roots[0] - near[0] * step,
            stretched_step: step,
            step_size: after - before,
            step_count: mp.nint(1 / (after - before)),
        }

    return _named(world, found)


def affine_processes(world):
    """Drift and start of a process, from where it is at each time: by two points, how fast they part and where they
    would rest; by mean and variance, taken back to the start. And the place that two points of one straight path head
    for."""
    pull, push = world.number(-2, -0.5), world.number()
    starts = [(world.number(), mp.mpf(share) / 6) for share in (1, 2, 3)]
    left, end, pair = world.number(0.1, 0.5), world.number(), (world.number(), world.number())
    grown = lambda u: mp.exp(pull * u)  # noqa: E731
    course = lambda u, y: y * grown(u) + mp.quad(lambda v: push * grown(u - v), [0, u])  # noqa: E731
    straight = lambda u, e: u * end + (1 - (1 - left) * u) * e  # noqa: E731

    def found(u):
        one, two = (mp.mpf(0), mp.mpf(1))
        speeds = [mp.diff(lambda v, y=y: course(v, y), u) for y in (one, two)]
        places = [course(u, y) for y in (one, two)]
        steep = (speeds[1] - speeds[0]) / (places[1] - places[0])
        middle, spread = spread_of([(course(u, y), p) for y, p in starts])
        lost = root(lambda y: course(u, y) - middle, mp.mpf(-100), mp.mpf(100))
        paces = [mp.diff(lambda v, e=e: straight(v, e), u) for e in pair]
        spots = [straight(u, e) for e in pair]
        ahead = (spots[0] - spots[1]) / (paces[1] - paces[0])
        return {
            drift_slope: steep,
            drift_offset: speeds[0] - steep * places[0],
            start_mean: lost,
            start_variance: spread / (places[1] - places[0]) ** 2,
            aim: spots[0] + paces[0] * ahead,
        }

    return _named(world, found)


def densities_of_the_data(world):
    """Clouds of data, seen at each time and taken back to the data end: how dense they are at a place there."""
    clouds = [(world.number(), world.number(0.3, 2)) for _ in range(3)]
    shares = [world.number(0.2, 1) for _ in clouds]
    place = world.number(-1, 1)

    def found(u):
        a, b = world.alpha(u), world.sigma(u)
        seen = [(a * centre, a**2 * wide + b**2) for centre, wide in clouds]
        back = [normal(place, middle / a, (spread - b**2) / a**2) for middle, spread in seen]
        mixed = mp.fsum(w * p for w, p in zip(shares, back, strict=True)) / mp.fsum(shares)
        return {prior_density: mixed, component_prior: back}

    return _named(world, found)


def choices(world):
    """What somebody chose, found again from its effect at each time: a matrix from where it sends the axes, its
    symmetric part from the squares of its sides, the share of fresh noise from how far it scatters; and a prediction
    that was made once, from where it leads."""
    rows = [[world.number() for _ in range(3)] for _ in range(3)]
    share, said = world.number(0.1, 0.9), world.number()

    def found(u):
        scale = world.alpha(u)
        field = lambda v: [mp.fsum(a * q for a, q in zip(row, v, strict=True)) * scale for row in rows]  # noqa: E731
        axes = [[mp.mpf(i == j) for j in range(3)] for i in range(3)]
        sent = [field(axis) for axis in axes]
        form = lambda v: mp.fsum(q * w for q, w in zip(v, field(v), strict=True)) / scale  # noqa: E731
        both = lambda i, j: [p + q for p, q in zip(axes[i], axes[j], strict=True)]  # noqa: E731
        halves = [(form(both(i, j)) - form(axes[i]) - form(axes[j])) / 2 for i, j in ((0, 1), (0, 2), (1, 2))]
        scattered = (share * world.sigma(u)) ** 2
        landing = scale * said + world.sigma(u)
        return (
            {q: sent[j][i] / scale for i, row in enumerate(entries) for j, q in enumerate(row)}
            | dict(zip(symmetric_entries, halves, strict=True))
            | {eta: mp.sqrt(scattered) / world.sigma(u), predicted_data: (landing - world.sigma(u)) / scale}
        )

    return _named(world, found)
