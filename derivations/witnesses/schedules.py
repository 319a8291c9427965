"""The named schedules, each followed or summed as its sentence says."""

from __future__ import annotations

import itertools

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.shares import root, through
from derivations.witnesses.world import made_of

PARAMETERS = {
    beta_min: (0.05, 1),
    beta_max: (1, 20),
    sigma_min: (0.01, 0.5),
    sigma_max: (1, 20),
    offset: (0.002, 0.1),
    power: (1, 4),
    low_level: (-4, 0),
    high_level: (1, 4),
    temperature: (0.5, 2),
}


def _cosine(p):
    def signal(u):  # in half turns
        return mp.cospi((1 - u + p[offset]) / (1 + p[offset]) / 2) / mp.cospi(p[offset] / (1 + p[offset]) / 2)

    return lambda u: (signal(u), mp.sqrt(1 - signal(u) ** 2))


def _followed(p, incoming):
    """The noising equation followed from the data end in s = 1 - u: signal, noise variance, integrated rate."""

    def rate(v):
        return p[beta_min] + (p[beta_max] - p[beta_min]) * v

    def change(v, y):
        return [-rate(v) / 2 * y[0], rate(v) * (incoming(y[2]) - y[1]), rate(v)]

    path = mp.odefun(change, 0, [1, 0, 0], tol=mp.mpf(10) ** (8 - mp.mp.dps))

    def scales(u):
        signal, variance, _ = path(1 - u)
        return signal, mp.sqrt(variance)

    return scales


def _sigmoid(p):
    """The height of the logistic curve over its left end, and under its right one, in units of the whole."""

    def height(v):
        return 1 / (1 + mp.exp(-v / p[temperature]))

    low, high = height(p[low_level]), height(p[high_level])

    def scales(u):
        here = height(p[low_level] + (1 - u) * (p[high_level] - p[low_level]))
        return mp.sqrt((high - here) / (high - low)), mp.sqrt((here - low) / (high - low))

    return scales


SCALES = {
    "linear": lambda p: lambda u: (mp.mpf(u), mp.polyval([p[sigma_min] - 1, 1], u)),
    "trigonometric": lambda p: lambda u: (mp.im(mp.expjpi(u / 2)), mp.re(mp.expjpi(u / 2))),
    "polynomial": lambda p: lambda u: (mp.mpf(u) ** p[power], 1 - mp.mpf(u) ** p[power]),
    "variance_preserving": lambda p: _followed(p, lambda total: 1),
    "sub_variance_preserving": lambda p: _followed(p, lambda total: 1 - mp.exp(-2 * total)),  # comes in more slowly
    "cosine": _cosine,
    "sigmoid": _sigmoid,
    "variance_exploding": lambda p: (
        lambda u: (
            mp.mpf(1),
            mp.exp(u * mp.log(p[sigma_min]) + (1 - u) * mp.log(p[sigma_max])),
        )
    ),
    "edm": lambda p: lambda u: (mp.mpf(1), p[sigma_max] - u * p[sigma_max]),
}


def _placed(world, name, *vanishing):
    parameters = {q: mp.mpf(0) if str(q) in vanishing else world.number(*b) for q, b in PARAMETERS.items()}
    return parameters, SCALES[name](parameters)


def slope(f, u):
    """Central differences of fourth order: integrators know 22 digits, no more."""
    step = mp.mpf(1) / 2**20
    near, far = (f(u + h) - f(u - h) for h in (step, 2 * step))
    return (8 * near - far) / (12 * step)


def a_turn(p):
    """The angle of a pointer that was upright a little before the data end, lies at the noise end, and turns evenly."""
    pace = root(lambda w: w * (1 + p[offset]) - mp.pi / 2, mp.mpf(0), mp.mpf(3))
    return lambda s: mp.quad(lambda v: pace, [-p[offset], s])


def on_the_standard_curve(p):
    """Where the standard logistic curve is as high as the one that is stretched by the temperature is at a place: by
    the area under the slope that a curve has by its height."""

    def standard(place):
        height = 1 / (1 + mp.exp(-place / p[temperature]))
        return mp.quad(lambda h: 1 / (h * (1 - h)), [mp.mpf(1) / 2, height])

    return standard


def what_shapes(name, p, scales, now):
    """The quantities of which a named schedule is made, at one time."""
    if name in ("variance_preserving", "sub_variance_preserving"):
        rate = lambda v: through(p[beta_min], p[beta_max], v)  # noqa: E731
        signal = lambda u: mp.log(scales(u)[0] ** 2)  # noqa: E731
        return {beta: slope(signal, now), total_beta: mp.quad(rate, [0, 1 - now])}
    if name == "cosine":
        turned = a_turn(p)
        return {angle: turned(1 - now), data_angle: turned(mp.mpf(0))}
    if name == "sigmoid":
        standard, low, high = on_the_standard_curve(p), p[low_level], p[high_level]
        levels = {level: through(low, high, 1 - now), data_level: low, noise_level: high}
        rate = slope(lambda u: scales(u)[0] ** 2, now)
        return {q: standard(place) for q, place in levels.items()} | {signal_rate: rate}
    return {}


@made_of(*SCALES)
def named_schedule(name):
    """Schedules as their sentences define them: a power, an angle, a curve, an equation followed."""

    def witness(world):
        parameters, scales = _placed(world, name)
        a, b = scales(world.now)
        shapes = what_shapes(name, parameters, scales, world.now)
        used = parameters | {q: shapes[q] for q in shapes if q == total_beta}
        return used | {t: world.now}, shapes | {
            alpha: a,
            sigma: b,
            dalpha: slope(lambda u: scales(u)[0], world.now),
            dsigma: slope(lambda u: scales(u)[1], world.now),
            half_variance_rate: slope(lambda u: scales(u)[1] ** 2, world.now) / 2,
            log_snr: 2 * mp.log(a) - 2 * mp.log(b),
        }

    return witness


@made_of(*SCALES)
def time_of(name):
    """The clock is read while the signal-to-noise ratio of the moving scales is measured."""

    def witness(world):
        parameters, scales = _placed(world, name)
        a, b = scales(world.now)
        measured = what_shapes(name, parameters, scales, world.now)
        return parameters | {log_snr: 2 * mp.log(a) - 2 * mp.log(b)}, measured | {t: world.now}

    return witness


def signal_and_noise(world):
    """How the logarithm of signal to noise changes: a difference quotient."""
    ratio = lambda u: 2 * mp.log(world.alpha(u) / world.sigma(u))  # noqa: E731
    return world.scales(), {log_snr_rate: mp.diff(ratio, world.now)}


def slope_on_logarithmic_axes(world):
    """log sigma drawn against log (1 - t)."""
    height = lambda v: mp.log(world.sigma(1 - mp.exp(v)))  # noqa: E731
    return world.scales(), {noise_exponent: mp.diff(height, mp.log(1 - world.now))}


# of those two whose noise does not vanish there, nobody asks for it
@made_of(*(name for name in SCALES if name not in ("linear", "variance_exploding")), ("linear", "sigma_min"))
def slope_at_the_data_end(name, *vanishing):
    """The same slope between times ever closer to the data end, extrapolated to it. Some parameters may vanish."""

    def witness(world):
        with mp.workdps(2 * mp.mp.dps):
            parameters, scales = _placed(world, name, *vanishing)
            heights = [mp.log(scales(1 - mp.mpf(2) ** -n)[1], 2) for n in range(14, 24)]
            slopes = [far - near for far, near in itertools.pairwise(heights)]
            return parameters, {end_exponent: extrapolated(slopes)}

    return witness


def extrapolated(values):
    """The limit of values whose steps halve, by Richardson's table."""
    for order in range(1, len(values)):
        values = [(2**order * b - a) / (2**order - 1) for a, b in itertools.pairwise(values)]
    return values[0]


def noised_once(world):
    """A point at the data end one, noised once more: moments by three-point rules, exact for them, over both noises."""
    here = world.scales() | {table_beta: world.number(0.01, 0.5)}
    kept, added = mp.sqrt(1 - here[table_beta]), mp.sqrt(here[table_beta])
    rule = [(0, mp.mpf(2) / 3), (mp.sqrt(3), mp.mpf(1) / 6), (-mp.sqrt(3), mp.mpf(1) / 6)]  # of Gauss and Hermite
    cloud = [(kept * (here[alpha] + here[sigma] * e) + added * f, v * w) for e, v in rule for f, w in rule]
    centre = mp.fsum(w * z for z, w in cloud)
    return here, {alpha_s: centre, sigma_s: mp.sqrt(mp.fsum(w * (z - centre) ** 2 for z, w in cloud))}


def ever_finer_tables(world):
    """Whole tables with 8, 16, ... 1024 rows multiplied out, extrapolated, and differenced in time."""
    low, high = world.number(0.3, 1), world.number(1, 3)

    def signal(u):
        products = []
        for rows in (8 * 2**n for n in range(8)):
            h = (1 - u) / rows
            entries = (h * (low + (high - low) * (k + mp.mpf(1) / 2) * h) for k in range(rows))
            products.append(mp.sqrt(mp.fprod(1 - entry for entry in entries)))
        return extrapolated(products)

    def rate(f):  # central differences of order eight
        weights = (mp.mpf(4) / 5, -mp.mpf(1) / 5, mp.mpf(4) / 105, -mp.mpf(1) / 280)
        h = mp.mpf(1) / 64
        return mp.fsum(w * (f(world.now + n * h) - f(world.now - n * h)) for n, w in enumerate(weights, 1)) / h

    used = {alpha: signal(world.now), beta: low + (high - low) * (1 - world.now)}
    return used, {dalpha: rate(signal), half_variance_rate: rate(lambda u: (1 - signal(u) ** 2) / 2)}


def through_two_points(world):
    """The straight line through the two rows that are prescribed."""
    first, last, here = world.number(0.8, 0.99), world.number(0.02, 0.2), world.number(0.3, 0.7)
    factor, constant = mp.lu_solve(mp.matrix([[last, 1], [first, 1]]), mp.matrix([0, first]))
    moved = factor * here + constant
    ends = {alpha.subs(t, 0): last, alpha.subs(t, 1): first}
    measured = {rescaled_alpha: moved, rescaled_sigma: mp.sin(mp.acos(moved))}
    return {alpha: here} | ends, measured | ends | {rescaling_factor: factor, rescaling_offset: constant}


def _shifted(u, factor):
    """Where noise to signal on the linear path is `factor` times what it is at u."""
    wanted = factor * (1 - u) / u
    return mp.findroot(lambda y: (1 - y) - wanted * y, (mp.mpf(1) / 4, mp.mpf(3) / 4))


def shifted_once(world):
    """The time with the wanted ratio, searched for; its rate by differences."""
    used = {t: world.now, shift: world.number(0.5, 7)}
    moved = lambda u: _shifted(u, used[shift])  # noqa: E731
    return used, {shifted_time: moved(world.now), shifted_rate: slope(moved, world.now)}


def shifted_twice(world):
    """Search, and search again from there."""
    used = {t: world.now, shift: world.number(0.5, 7)}
    return used, {shifted_time: _shifted(_shifted(world.now, used[shift]), used[shift])}
