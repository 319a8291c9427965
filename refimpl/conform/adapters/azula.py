"""azula: data at t = 0, noise at t = 1; the network is a denoiser, which returns the mean of the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.planting import planted
from refimpl.schedules import Custom, Linear, Schedule, Trigonometric, VarianceExploding, VariancePreserving
from refimpl.testing import check_sampler, check_schedule
from refimpl.testing.evidence import Evidence

PACKAGE = "azula"
MODULE = "azula"
WRITTEN_AGAINST = "0.11.1"
REQUIREMENTS = ("azula==0.11.1",)

_LEAST = 1e-3  # both of alpha_min and sigma_min, the defaults
_STEPS = (1, 2, 5, 64, 128)


def _scaled(alpha: Callable[[Any], Any], sigma: Callable[[Any], Any]) -> Schedule:
    return Custom(lambda t: alpha(1 - t), lambda t: sigma(1 - t))


def _tau(s: Any) -> Any:
    return (1 - 0.1**s) / 0.9


def _preserving(alpha: Callable[[Any], Any]) -> Schedule:
    return _scaled(alpha, lambda s: np.sqrt(1 - alpha(s) ** 2 + _LEAST**2))


SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "ve": lambda: VarianceExploding(1e-3, 1e3),
    "vp": lambda: _preserving(lambda s: np.exp(math.log(_LEAST) * s**2)),
    "cosine": lambda: _preserving(lambda s: np.cos(math.acos(_LEAST) * s)),
    "rectified": lambda: _scaled(lambda s: s * _LEAST + 1 - s, lambda s: s + (1 - s) * _LEAST),
    "decay": lambda: _scaled(
        lambda s: _tau(s) * _LEAST + 1 - _tau(s), lambda s: _tau(s) + (1 - _tau(s)) * _LEAST
    ),
}
_THEIRS = {
    "ve": "VESchedule",
    "vp": "VPSchedule",
    "cosine": "CosineSchedule",
    "rectified": "RectifiedSchedule",
    "decay": "DecaySchedule",
}


def _schedule(word: str, **options: Any) -> Any:
    from azula import noise

    return getattr(noise, _THEIRS[word])(**options)


def loop(sampler: str, schedule: str, stochastic: bool, **options: Any) -> Callable[..., Any]:
    """Their sampler as a loop of ours; times in float64, so that what it computes is seen and not its rounding."""

    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        import torch
        from azula import sample

        theirs = _schedule(schedule)
        denoiser: Any = lambda x_t, t, **_: SimpleNamespace(mean=predict(x_t, t))  # noqa: E731
        denoiser = _Denoiser(theirs, denoiser)
        made = getattr(sample, sampler)(denoiser, steps=n, silent=True, dtype=torch.float64, **options)
        if not stochastic:
            return made(x)
        with planted(normal):
            return made(x)

    return run


class _Denoiser:
    def __init__(self, schedule: Any, mean: Callable[..., Any]) -> None:
        self.schedule, self._mean = schedule, mean

    def __call__(self, x_t: Any, t: Any, **options: Any) -> Any:
        return self._mean(x_t, t, **options)


# sampler, its options, whether it draws noise, whether it is exact for a single data point, its order
SAMPLERS: dict[str, tuple[str, dict[str, Any], bool, bool, float | None]] = {
    "ddpm": ("DDPMSampler", {}, True, True, 1),
    "ddim": ("DDIMSampler", {"eta": 0.0}, False, True, 1),
    "ddim.eta-half": ("DDIMSampler", {"eta": 0.5}, True, True, 1),
    "ddim.eta-one": ("DDIMSampler", {"eta": 1.0}, True, True, 1),
    "euler": ("EulerSampler", {}, False, True, 1),
    "heun": ("HeunSampler", {}, False, True, 2),
    "ito": ("ItoSampler", {}, True, False, 1),
    "ito.eta-zero": ("ItoSampler", {"eta": 0.0}, False, True, 1),
    "zab.1": ("zABSampler", {"order": 1}, False, True, 1),
    "zab.2": ("zABSampler", {"order": 2}, False, True, 2),
    "zab.3": ("zABSampler", {"order": 3}, False, True, 2),
    "vab.1": ("vABSampler", {"order": 1}, False, True, 1),
    "vab.2": ("vABSampler", {"order": 2}, False, True, 2),
    "vab.3": ("vABSampler", {"order": 3}, False, True, 2),
    "zeab.1": ("zEABSampler", {"order": 1}, False, True, 1),
    "zeab.2": ("zEABSampler", {"order": 2}, False, True, 2),
    "zeab.3": ("zEABSampler", {"order": 3}, False, True, 2),
    "xeab.1": ("xEABSampler", {"order": 1}, False, True, 1),
    "xeab.2": ("xEABSampler", {"order": 2}, False, True, 2),
    "xeab.3": ("xEABSampler", {"order": 3}, False, True, 2),
    "reab.1": ("REABSampler", {"order": 1}, False, False, 1),
    "reab.2": ("REABSampler", {"order": 2}, False, False, 2),
    "reab.3": ("REABSampler", {"order": 3}, False, False, 2),
    "pc": ("PCSampler", {"corrections": 1, "delta": 0.01}, True, True, None),
}
PATHS = ("vp", "rectified", "ve")


def sampler_evidence(name: str, path: str) -> Evidence:
    sampler, options, stochastic, exact, order = SAMPLERS[name]
    return check_sampler(
        loop(sampler, path, stochastic, **options),
        SCHEDULES[path](),
        predicts="data",
        timestep=lambda t: 1 - t,
        steps=_STEPS,
        stochastic=stochastic,
        exact=exact,
        order=order,
        backend="torch",
    )
