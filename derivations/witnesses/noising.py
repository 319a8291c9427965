"""What the named schedules are made of: rates of noise, chains that keep a variance, curves, tables of steps."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *
from derivations.witnesses.flows import exactly
from derivations.witnesses.processes import at_the_limit
from derivations.witnesses.schedules import PARAMETERS, a_turn, extrapolated, named_schedule
from derivations.witnesses.shares import root, through

FIRST_STEP = mp.mpf(1) / 2**10


def _parameters(world):
    return {q: world.number(*bounds) for q, bounds in PARAMETERS.items()}


def a_straight_rate(world):
    """The line through both rates, read at the noising time that is left; and the area under it."""
    used, later = _parameters(world), world.number(0.2, 0.8)
    line = lambda v: through(used[beta_min], used[beta_max], v)  # noqa: E731
    used |= {t: world.now, reversed_time: later}
    return used, {beta: line(1 - world.now), total_beta: mp.quad(line, [0, later])}


def _kept(incoming):
    """By what a point of variance one has to shrink, so that its variance is one again with what comes in."""
    return root(lambda share: share**2 + incoming - 1, mp.mpf(0), mp.mpf(1))


def a_chain_that_keeps_a_variance(world):
    """Rows of noising, each with its own noise: signal and noise after all of them. And a very short step, in units of
    its length."""
    signal, left = mp.mpf(1), mp.mpf(0)
    for _ in range(5):
        incoming = world.number(0.05, 0.3)
        signal, left = signal * _kept(incoming), left * _kept(incoming) ** 2 + incoming
    rate = world.number(0.5, 3)
    shrinks = at_the_limit(lambda h: (_kept(rate * h) - 1) / h, FIRST_STEP)
    return {beta: rate}, {drift: shrinks, alpha: signal, sigma: mp.sqrt(left)}


def a_process_that_adds_less(world):
    """The sub-variance preserving equation followed; and the shrinking of the chain above, for the rate of now."""
    used, measured = named_schedule("sub_variance_preserving")(world)
    rate = through(used[beta_min], used[beta_max], 1 - world.now)
    shrinks = at_the_limit(lambda h: (_kept(rate * h) - 1) / h, FIRST_STEP)
    return {beta: rate}, {drift: shrinks, alpha: measured[alpha], sigma: measured[sigma]}


def a_signal_that_decays(world):
    """The signal alone: it decays alike whether the noise preserves the variance or stays below."""
    used, measured = named_schedule("variance_preserving")(world)
    return used, {q: measured[q] for q in (alpha, dalpha, beta, total_beta)}


def a_pointer_that_turns(world):
    """It was upright a little before the data end, lies at the noise end, and turns evenly between: its angle, and its
    height in units of the height at the data end."""
    used = _parameters(world) | {t: world.now}
    turned = a_turn(used)
    height = lambda s: mp.re(mp.expj(turned(s)))  # noqa: E731
    angles = {angle: turned(1 - world.now), data_angle: turned(mp.mpf(0))}
    return used, angles | {alpha: height(1 - world.now) / height(mp.mpf(0))}


def a_piece_of_the_logistic_curve(world):
    """Where on the standard curve are the heights of the one that is stretched by the temperature? By the area under
    the slope that a curve has by its height."""
    used, measured = named_schedule("sigmoid")(world)
    return used, {q: measured[q] for q in (alpha, level, data_level, noise_level)}


def a_finer_table(world):
    """Rows that are all alike and, in a whole unit of time, add up to the rate."""
    rate, rows = world.number(0.5, 3), world.random.randint(20, 60)
    entry = root(lambda b: mp.fsum([b] * rows) - rate, mp.mpf(0), mp.mpf(1))
    return {beta: rate, step_size: 1 / mp.mpf(rows)}, {table_beta: entry}


def rows_ever_closer(world):
    """Difference quotients of a signal and of a noise variance that are functions of time."""
    bend, now = world.number(0.2, 0.8), world.now
    signal, left = (lambda u: u / 2 + bend * u**2 / 2), (lambda u: 1 - bend * u / 2 - u**3 / 4)
    q, u, v = exactly(bend), exactly(now), exactly(now) - step_size
    used = {alpha: u / 2 + q * u**2 / 2, alpha_s: v / 2 + q * v**2 / 2}
    used |= {sigma: 1 - q * u / 2 - u**3 / 4, sigma_s: 1 - q * v / 2 - v**3 / 4}
    return used, {dalpha: mp.diff(signal, now), half_variance_rate: mp.diff(lambda w: left(w) ** 2, now) / 2}


def a_slope_that_settles(world):
    """Noise that falls as a power of 1 - t, bent: the slope on logarithmic axes at any time as a function, and between
    times ever closer to the data end."""
    fall, bend = world.number(0.5, 2), world.number(0.2, 0.8)
    height = lambda n: fall * mp.log(mp.mpf(2) ** -n) + mp.log(1 + bend * mp.mpf(2) ** -n)  # noqa: E731
    slopes = [(height(n) - height(n + 1)) / mp.log(2) for n in range(14, 26)]
    p, q, rest = exactly(fall), exactly(bend), 1 - t
    return {noise_exponent: p + q * rest / (1 + q * rest)}, {end_exponent: extrapolated(slopes)}


def a_path_of_its_own_time(world):
    """The time at which the decibels of noise to signal on the linear path are so many more."""
    used = {t: world.now, shift: world.number(0.5, 7)}
    decibels = lambda u: 10 * mp.log10(1 - u) - 10 * mp.log10(u)  # noqa: E731
    found = root(
        lambda u: decibels(u) - decibels(world.now) - 10 * mp.log10(used[shift]), mp.mpf("0.001"), mp.mpf("0.999")
    )
    return used, {shifted_time: found}


def scales_of_the_turn(world):
    """The same pointer by its angle alone: what it shows of the data and of the noise."""
    pointed = world.number(0.1, 1.4)
    there = mp.expj(pointed)
    return {mixing_angle: pointed}, {alpha: mp.re(there), sigma: mp.im(there)}
