"""Simulation of a linear stochastic differential equation, compared with the law that it should have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from refimpl.testing.compare import Sides, pilot, split
from refimpl.testing.features import Features, features
from refimpl.testing.quasi import Transformable, normals

Scalar = Callable[[float], float]

_COARSE_STEPS = 8
FINE_STEPS = 4 * _COARSE_STEPS


def law_width(distribution: Transformable) -> int:
    """How many coordinates are simulated: the equation acts on each by itself, so that the first two will do."""
    return min(distribution.dimension, 2)


def law_family(alpha: Scalar, sigma: Scalar, distribution: Transformable, s: float, seed: int) -> Features:
    """Test functions for the law of alpha(s) data + sigma(s) noise, second moments included."""
    law = pilot(distribution, lambda data, noise: alpha(s) * data + sigma(s) * noise)
    return features(law[:, : law_width(distribution)], seed, constant=False, square=6)


def linear_sde(
    drift: Scalar,
    squared_diffusion: Scalar,
    alpha: Scalar,
    sigma: Scalar,
    distribution: Transformable,
    times: Sequence[float],
    families: Sequence[Features],
    uniform: np.ndarray,
    label: str = "",
) -> Sides:
    """Expectations under dx = drift(s) x ds + sqrt(squared_diffusion(s)) dW and under alpha(s) data + sigma(s) noise.

    From the law at each time to the next, by Euler-Maruyama with 8, 16 and 32 steps on the same Brownian motion. Two
    Romberg extrapolations remove the weak bias, and what the last one changes is granted as discretisation error. The
    law it is compared with is drawn from the same data and a noise that is correlated with the Brownian motion, which
    makes the difference of both far less noisy than either.

    Args:
        drift, squared_diffusion: the equation's coefficients at noising time s.
        alpha, sigma: the expected law's scales.
        distribution: of the data, dimension d.
        times: increasing.
        families: one for each time but the first.
        uniform: one replicate of points, (n, 2 d + 1 + `FINE_STEPS` * `law_width`).
        label: put before the names of the groups.

    Returns:
        Both sides, one group for each time but the first.
    """
    width, d = law_width(distribution), distribution.dimension
    data, noise = (part[:, :width] for part in split(distribution, uniform))
    motion = normals(uniform[:, 2 * d + 1 :]).reshape(len(uniform), FINE_STEPS, width)
    unit = np.tensordot(_BROWNIAN, motion, (1, 1))  # increments over unit steps, (FINE_STEPS, n, width)
    parts = []
    for start, stop, family in zip(times, times[1:], families, strict=False):
        begin = alpha(start) * data + sigma(start) * noise
        increments = unit * np.sqrt((stop - start) / FINE_STEPS)
        coarse, middle, fine = (
            family.values(_euler(drift, squared_diffusion, begin, increments, start, stop, n)).mean(axis=0)
            for n in (_COARSE_STEPS, 2 * _COARSE_STEPS, FINE_STEPS)
        )
        once, again = 2 * middle - coarse, 2 * fine - middle
        simulated = again + (again - once) / 3
        kept = sigma(start) * alpha(stop) / alpha(start)  # what the window leaves of the noise it began with
        fresh = np.sqrt(max(sigma(stop) ** 2 - kept**2, 0.0))
        mixed = (kept * noise + fresh * unit.sum(axis=0) / np.sqrt(FINE_STEPS)) / np.hypot(kept, fresh)
        expected = family.values(alpha(stop) * data + sigma(stop) * mixed).mean(axis=0)
        parts.append(Sides.of(simulated, expected, f"{label}s = {stop:.3g}", np.abs(simulated - again)))
    return Sides.join(parts)


def _euler(
    drift: Scalar,
    squared_diffusion: Scalar,
    x: np.ndarray,
    increments: np.ndarray,
    start: float,
    stop: float,
    steps: int,
) -> np.ndarray:
    """Euler-Maruyama with so many steps, on sums of the fine increments (FINE_STEPS, n, width)."""
    increments = increments.reshape(steps, -1, *x.shape).sum(axis=1)
    h = (stop - start) / steps
    for k in range(steps):
        s = start + k * h
        x = x + h * drift(s) * x + np.sqrt(squared_diffusion(s)) * increments[k]
    return x


def _brownian_increments(steps: int) -> np.ndarray:
    """Matrix from independent normals to unit Brownian increments, by principal components of the motion: the
    first coordinates of the points, the most even ones, carry most of it."""
    k = np.arange(1, steps + 1)
    scale, shape = np.linalg.eigh(np.minimum.outer(k, k).astype(float))
    return np.diff((shape * np.sqrt(scale))[:, ::-1], axis=0, prepend=0.0)


_BROWNIAN = _brownian_increments(FINE_STEPS)
