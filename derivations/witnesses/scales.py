"""Schedules, and the noising process they belong to."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *


def schedule(name):
    """Schedules as their sentences define them: straight lines, a turning pointer, a decaying signal."""

    def witness(world):
        low, high, left = world.number(0.05, 1), world.number(1, 20), world.number(0, 0.5)

        def rate(u):
            return low + (high - low) * (1 - u)

        def linear(u):  # through (0, 0), (1, 1) and through (0, 1), (1, sigma_min)
            return mp.polyval([1, 0], u), mp.polyval([left - 1, 1], u)

        def trigonometric(u):  # the pointer of length one, a quarter turn in unit time
            return mp.im(mp.expjpi(u / 2)), mp.re(mp.expjpi(u / 2))

        decay = mp.odefun(  # signal and noise variance, followed from the data end in s = 1 - u
            lambda v, y: [-rate(1 - v) / 2 * y[0], rate(1 - v) * (1 - y[1])], 0, [1, 0], tol=mp.mpf(10) ** -22
        )

        def variance_preserving(u):
            signal, incoming = decay(1 - u)
            return signal, mp.sqrt(incoming)

        scales = {"linear": linear, "trigonometric": trigonometric, "variance_preserving": variance_preserving}[name]
        a, b = scales(world.now)
        step = mp.mpf(1) / 2**20  # central differences of fourth order: the integrator knows 22 digits, no more

        def slope(f):
            near, far = (f(world.now + h) - f(world.now - h) for h in (step, 2 * step))
            return (8 * near - far) / (12 * step)

        signal, deviation = (slope(lambda u, i=i: scales(u)[i]) for i in (0, 1))
        half = slope(lambda u: scales(u)[1] ** 2) / 2
        used = {t: world.now, beta_min: low, beta_max: high, sigma_min: left}
        return used, {
            alpha: a,
            sigma: b,
            dalpha: signal,
            dsigma: deviation,
            half_variance_rate: half,
            log_snr: 2 * mp.log(a) - 2 * mp.log(b),
        }

    return witness


def short_transition(world):
    """The noising process over a short time: mean and variance of the increment, as Kolmogorov defines drift
    and diffusion. Given x_t the later point has mean (alpha_s/alpha_t) x and what is missing as variance."""
    here = world.scales()
    ratio = lambda h: world.alpha(world.now - h) / world.alpha(world.now)  # noqa: E731
    added = lambda h: world.sigma(world.now - h) ** 2 - ratio(h) ** 2 * world.sigma(world.now) ** 2  # noqa: E731
    return here, {drift: mp.diff(ratio, 0), squared_diffusion: mp.diff(added, 0)}
