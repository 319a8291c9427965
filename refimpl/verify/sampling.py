"""That diffusion is flow matching, on the data: the samplers of one are the samplers of the other.

From the same noise, DDIM on the variance preserving path and Euler's method on the linear path, at times of equal
signal-to-noise ratio, must arrive at the same points once x is rescaled; and ancestral sampling, which draws new noise
in every step, must arrive at points with the law of the data. The exact field predicts in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS, COUNT = 20, 24
ANCESTRAL_STEPS, QUICK_ANCESTRAL_STEPS, LOG2_POINTS = 250, 100, 6
_AT_ONCE = 3072
_LAST_LOG_SNR = 9.0  # where the last of the ancestral steps begins


def sampled(
    mixture: Any, seed: int, quick: bool, advance: Callable[[int, int], None]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Runs the samplers.

    Args:
        mixture: the distribution of the data.
        seed: of the noise.
        quick: fewer steps of the ancestral sampler.
        advance: called with the parts done and their number.

    Returns:
        Figures ready for JSON, with `passed` and `failures`; and by name the trajectories of `ddim` (rescaled) and
        `euler`, (COUNT, STEPS + 1, d) each, and points (n, d) of the `ancestral` sampler.
    """
    import refimpl as ri
    from refimpl.testing import check_same_law
    from refimpl.testing.conditioning import ROUNDINGS

    linear, preserving = ri.schedules.Linear(), ri.schedules.VariancePreserving()
    fields = {each: ri.MarginalField(ri.GaussianPath(each), mixture) for each in (linear, preserving)}
    clock, times = matched_times(linear, preserving)
    start = fields[preserving].sample(COUNT, times[0], seed)
    scale = (preserving.alpha(times) + preserving.sigma(times))[:, None, None]
    size = float(np.sqrt(np.trace(mixture.covariance())))

    def furthest(difference: np.ndarray) -> float:
        return float(np.max(np.linalg.norm(difference, axis=-1))) / size

    def both_ways(start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ddim = ri.samplers.sample(
            fields[preserving].noise_prediction, preserving, start, times, predicts="noise", trajectory=True
        )
        rescaled = ddim.points / scale.astype(start.dtype)
        euler = ri.samplers.sample(
            fields[linear].velocity, linear, rescaled[0], clock, predicts="velocity", method="euler", trajectory=True
        )
        return rescaled, euler.points

    rescaled, euler = both_ways(start)
    apart = furthest(rescaled - euler)
    # Roundings shrink with the precision, a mistake does not.
    single, double = (float(np.finfo(dtype).eps) for dtype in (np.float32, np.float64))
    equal = ROUNDINGS * double / single * furthest(np.subtract(*both_ways(start.astype(np.float32))))
    unscaled = ri.samplers.sample(
        fields[preserving].velocity, preserving, start, times, predicts="velocity", method="euler"
    )
    elsewhere = furthest(unscaled - euler[-1])
    failures = []
    if not apart <= equal:
        failures.append(
            f"DDIM and Euler's method on the linear path come apart by {apart:.3g} of the data's spread; allowed is "
            f"{equal:.3g}"
        )
    advance(1, 2)
    steps = QUICK_ANCESTRAL_STEPS if quick else ANCESTRAL_STEPS
    grid = ri.time_grids.uniform_in_log_snr(preserving, steps, high=_LAST_LOG_SNR)

    def ancestral(n: int, random: np.random.Generator, excess: float = 1.0) -> np.ndarray:
        x = fields[preserving].sample(n, grid[0], random)
        noise = excess * random.standard_normal((len(grid) - 1, *x.shape))
        return ri.samplers.sample(
            fields[preserving].denoiser, preserving, x, grid, predicts="data", method="ddpm", noise=noise
        )

    right, wrong = _Pool(ancestral, seed), _Pool(lambda n, random: ancestral(n, random, excess=2**0.5), seed)
    law, doubled = (
        check_same_law(
            pool,
            mixture.sample,
            log2_points=LOG2_POINTS,
            seed=seed,
            statement="Ancestral sampling arrives at the law of the data.",
        )
        for pool in (right, wrong)
    )
    shown = right.drawn[0]
    if not law:
        failures.append(f"ancestral sampling does not arrive at the law of the data: {law.words}")
    if doubled:
        failures.append("ancestral sampling with noise of twice the variance was not told from the data")
    advance(2, 2)
    figures: dict[str, Any] = {
        "steps": STEPS,
        "count": COUNT,
        "clock": clock.tolist(),
        "apart": apart,
        "allowed": equal,
        "euler_on_its_own_path": elsewhere,
        "ancestral": {
            "steps": steps,
            "points": law.samples // 2,
            "law": law.as_dict(),
            "doubled_noise": doubled.as_dict(),
        },
        "passed": not failures,
        "failures": failures,
    }
    ways = {name: np.moveaxis(points, 0, 1) for name, points in (("ddim", rescaled), ("euler", euler))}
    return figures, ways | {"ancestral": shown}


def matched_times(linear: Any, preserving: Any) -> tuple[np.ndarray, np.ndarray]:
    """Times of the linear path, evenly spaced, and those of the other schedule with the same signal-to-noise ratios.

    Both end at the data; they begin where the other schedule does, at a little signal.
    """
    alpha, sigma = float(preserving.alpha(0.0)), float(preserving.sigma(0.0))
    clock = np.linspace(alpha / (alpha + sigma), 1.0, STEPS + 1)
    inner = preserving.time_at_log_snr(linear.log_snr(clock[1:-1]))
    return clock, np.concatenate([[0.0], inner, [1.0]])


class _Pool:
    """A sampler that draws many points at once and hands them out, each only once: that is much faster."""

    def __init__(self, draw: Callable[[int, np.random.Generator], np.ndarray], seed: int) -> None:
        self.draw, self.random, self.drawn, self.used = draw, np.random.default_rng([seed, 2]), [], 0

    def __call__(self, n: int, seed: int) -> np.ndarray:
        if not self.drawn or self.used + n > len(self.drawn[-1]):
            self.drawn.append(self.draw(max(n, _AT_ONCE), self.random))
            self.used = 0
        self.used += n
        return self.drawn[-1][self.used - n : self.used]
