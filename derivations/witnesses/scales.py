"""The noising process that a schedule belongs to."""

from __future__ import annotations

import mpmath as mp

from derivations.notation import *


def short_transition(world):
    """The noising process over a short time: mean and variance of the increment, as Kolmogorov defines drift
    and diffusion. Given x_t the later point has mean (alpha_s/alpha_t) x and what is missing as variance."""
    here = world.scales()
    ratio = lambda h: world.alpha(world.now - h) / world.alpha(world.now)  # noqa: E731
    added = lambda h: world.sigma(world.now - h) ** 2 - ratio(h) ** 2 * world.sigma(world.now) ** 2  # noqa: E731
    odds = lambda u: 2 * mp.log(world.alpha(u) / world.sigma(u))  # noqa: E731
    here[log_snr_rate] = mp.diff(odds, world.now)
    return here, {drift: mp.diff(ratio, 0), squared_diffusion: mp.diff(added, 0)}
