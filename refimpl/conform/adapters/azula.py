"""azula: data at t = 0, noise at t = 1; the network is a denoiser, which returns the mean of the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np

from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.planting import planted
from refimpl.distributions import Gaussian
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import Custom, Linear, Schedule, Trigonometric, VarianceExploding, VariancePreserving
from refimpl.testing import check_sampler, check_schedule, check_time_grid
from refimpl.testing.evidence import Evidence

PACKAGE = "azula"
MODULE = "azula"
WRITTEN_AGAINST = "0.11.1"
REQUIREMENTS = ("azula==0.11.1",)

_LEAST = 1e-3  # both of alpha_min and sigma_min, the defaults


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
    "decay": lambda: _scaled(lambda s: _tau(s) * _LEAST + 1 - _tau(s), lambda s: _tau(s) + (1 - _tau(s)) * _LEAST),
}
_THEIRS = {
    "ve": "VESchedule",
    "vp": "VPSchedule",
    "cosine": "CosineSchedule",
    "rectified": "RectifiedSchedule",
    "decay": "DecaySchedule",
}


def _schedule(word: str, **options: Any) -> Any:
    return getattr(import_module("azula.noise"), _THEIRS[word])(**options)


def loop(sampler: str, schedule: str, stochastic: bool, **options: Any) -> Callable[..., Any]:
    """Their sampler as a loop of ours; times in float64, so that what it computes is seen and not its rounding."""

    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        import torch

        theirs = _schedule(schedule)
        denoiser: Any = lambda x_t, t, **_: SimpleNamespace(mean=predict(x_t, t))  # noqa: E731
        denoiser = _Denoiser(theirs, denoiser)
        made = getattr(import_module("azula.sample"), sampler)(
            denoiser, steps=n, silent=True, dtype=torch.float64, **options
        )
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


# The class, its options, whether it draws noise, whether it is exact for a single data point, its order, the paths on
# which it runs, and the numbers of steps; the order is read off the last two.
_SHORT, _LONG = (1, 2, 5, 32, 64), (1, 2, 256, 512)
_BOTH = ("vp", "rectified")
SAMPLERS: dict[str, tuple[str, dict[str, Any], bool, bool, float | None, tuple[str, ...], tuple[int, ...]]] = {
    "ddpm": ("DDPMSampler", {}, True, True, 1, (*_BOTH, "ve"), _SHORT),
    "ddim": ("DDIMSampler", {"eta": 0.0}, False, True, 1, (*_BOTH, "ve"), _SHORT),
    "ddim.eta-half": ("DDIMSampler", {"eta": 0.5}, True, True, 1, _BOTH, _SHORT),
    "ddim.eta-one": ("DDIMSampler", {"eta": 1.0}, True, True, 1, _BOTH, _SHORT),
    "euler": ("EulerSampler", {}, False, True, 1, (*_BOTH, "ve"), _SHORT),
    "heun": ("HeunSampler", {}, False, True, 2, (*_BOTH, "ve"), _SHORT),
    "ito": ("ItoSampler", {}, True, False, 1, _BOTH, _SHORT),
    "ito.eta-zero": ("ItoSampler", {"eta": 0.0}, False, True, 1, _BOTH, _SHORT),
    **{f"zab.{n}": ("zABSampler", {"order": n}, False, True, min(n, 2), _BOTH, _SHORT) for n in (1, 2, 3)},
    **{f"vab.{n}": ("vABSampler", {"order": n}, False, True, min(n, 2), _BOTH, _LONG) for n in (1, 2, 3)},
    **{f"zeab.{n}": ("zEABSampler", {"order": n}, False, True, min(n, 2), _BOTH, _SHORT) for n in (1, 2, 3)},
    **{f"xeab.{n}": ("xEABSampler", {"order": n}, False, True, min(n, 2), _BOTH, _SHORT) for n in (1, 2, 3)},
    **{f"reab.{n}": ("REABSampler", {"order": n}, False, False, min(n, 2), ("rectified",), _SHORT) for n in (1, 2, 3)},
    "pc": ("PCSampler", {"corrections": 1, "delta": 0.01}, True, True, None, _BOTH, _SHORT),
}
# Multistep methods begin with a step of order 1, which leaves 2 of any higher order.
# Heun's second stage subtracts two numbers that have lost digits to sigma / alpha = 1e3 at the start, divides by
# sigma_min = 1e-3 and multiplies by 1e3 again: a rounding of 1e-16 becomes 1e-8 where one step leads to the end.
_ACCURACY = {"heun": 1e-7}


def _sampler(name: str, path: str) -> Evidence:
    sampler, options, stochastic, exact, order, _, steps = SAMPLERS[name]
    return check_sampler(
        loop(sampler, path, stochastic, **options),
        SCHEDULES[path](),
        predicts="data",
        timestep=lambda t: 1 - t,
        steps=steps,
        stochastic=stochastic,
        exact=exact,
        order=order,
        accuracy=_ACCURACY.get(name, 1e-9),
        backend="torch",
    )


def _same_scales(word: str) -> Evidence:
    theirs = _schedule(word)
    return check_schedule(lambda t: theirs(1 - t), SCHEDULES[word](), backend="torch")


# Without the noise that they leave at the data end, three of them are schedules of ours.
_OURS: dict[str, tuple[dict[str, float], Callable[[], Schedule]]] = {
    "vp": ({"sigma_min": 0.0}, lambda: VariancePreserving(1e-13, -4 * math.log(_LEAST))),
    "cosine": ({"alpha_min": 0.0, "sigma_min": 0.0}, Trigonometric),
    "rectified": ({"alpha_min": 0.0, "sigma_min": 0.0}, Linear),
}


def _ours(word: str) -> Evidence:
    options, schedule = _OURS[word]
    theirs = _schedule(word, **options)
    return check_schedule(lambda t: theirs(1 - t), schedule(), backend="torch")


def _monotone(word: str) -> Evidence:
    import torch

    theirs = _schedule(word)

    def log_snr(n: int) -> Any:
        alpha, sigma = theirs(torch.linspace(0, 1, n + 1, dtype=torch.float64))
        return torch.log(alpha / sigma)

    return check_time_grid(log_snr, steps=(1, 50, 1000))


def _single(word: str) -> Evidence:
    """In float32, which is what their samplers compute times in."""
    import torch

    s = torch.tensor([1 / 1000, 1 / 256, 1 / 64, 1 / 10, 1 / 2, 1.0])
    sigma = _schedule(word)(s)[1]
    right = SCHEDULES[word]().sigma(1 - s.double().numpy())
    statement = "sigma in float32 is right to the digits that a sum and a root leave."
    # One minus the square of alpha cancels, and so its error is that of alpha: as many digits are asked for as a
    # formula without a cancellation keeps, whose exponent of at most 7 costs one.
    return agreement(f"{word}.float32", statement, sigma, right, accuracy=4e-6)


def _gaussian_denoiser(kind: str) -> Evidence:
    import torch

    mean = np.array([0.7, -0.4, 0.1])
    variances = np.array([0.3, 0.6, 0.1])
    full = np.diag(variances) + 0.1 * np.ones((3, 3))
    kinds = import_module("azula.linalg.covariance")
    spread, axes = torch.linalg.eigh(torch.tensor(full))
    given = {
        "isotropic": lambda: (kinds.IsotropicCovariance(torch.tensor(0.3, dtype=torch.float64)), 0.3 * np.eye(3)),
        "diagonal": lambda: (kinds.DiagonalCovariance(torch.tensor(variances)), np.diag(variances)),
        "full": lambda: (kinds.FullCovariance(axes, spread), full),
    }
    theirs, ours = given[kind]()
    denoiser = import_module("azula.denoise").GaussianDenoiser(torch.tensor(mean), theirs, _schedule("vp"))
    field = MarginalField(GaussianPath(SCHEDULES["vp"]()), Gaussian(mean, ours))
    got, right = [], []
    for t in (0.0, 0.2, 0.5, 0.9, 1.0):
        x = field.sample(16, t, 0)
        got.append(denoiser(torch.tensor(x), torch.tensor(1 - t, dtype=torch.float64)).mean)
        right.append(field.denoiser(x, t))
    # divided by alpha = 1e-3 at the noise end: three digits are lost
    statement = "The denoiser of Gaussian data is E[data | x]."
    return agreement(f"gaussian-denoiser.{kind}", statement, got, np.stack(right), accuracy=1e-11, scale=1.0)


def _karras() -> Evidence:
    """With standard normal data the network has nothing to say, and its scale is the deviation that is left."""
    import torch

    field = MarginalField(GaussianPath(SCHEDULES["vp"]()), Gaussian(np.zeros(1), np.eye(1)))
    said = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))

    class Backbone(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.said = said

        def forward(self, x: Any, t: Any) -> Any:
            seen.append(x)
            return self.said + torch.zeros_like(x)

    denoiser = import_module("azula.denoise").KarrasDenoiser(Backbone(), _schedule("vp"))
    got, right = [], []
    for t in (0.0, 0.3, 0.6, 0.9, 1.0):
        seen: list[Any] = []
        one, s = torch.ones(1, 1, dtype=torch.float64), torch.tensor(1 - t, dtype=torch.float64)
        with torch.no_grad():
            said.fill_(0.0)
            skipped = denoiser(one, s).mean
            said.fill_(1.0)
            scale = denoiser(0 * one, s).mean
        got.append(torch.cat([skipped, scale, seen[0] ** 2]).flatten())
        point = np.ones((1, 1))
        spread = field.posterior_covariance(point, t)[0, 0, 0]
        known = field.path.schedule.at(t)
        variance = known["alpha_t"] ** 2 + known["sigma_t"] ** 2
        right.append([field.denoiser(point, t)[0, 0], math.sqrt(spread), 1 / variance])
    statement = "c_skip x is E[data | x] of standard normal data, c_out its deviation, and c_in x has variance 1."
    return agreement("karras-denoiser", statement, got, np.array(right), accuracy=1e-12)


def _init() -> Evidence:
    import torch

    sampler = import_module("azula.sample").DDIMSampler(
        _Denoiser(_schedule("vp"), lambda *_: None), dtype=torch.float64
    )
    got = []
    for noise in (0.0, 1.0):
        with planted(lambda like, noise=noise: torch.full_like(like, noise)):
            got.append(sampler.init((1,), mean=0.7, var=0.25)[0])
    known = SCHEDULES["vp"]().at(0.0)
    alpha, sigma = float(known["alpha_t"]), float(known["sigma_t"])
    right = [alpha * 0.7, alpha * 0.7 + math.sqrt(alpha**2 * 0.25 + sigma**2)]
    statement = "Sampling begins with the law of the path at t = 1."
    return agreement("init", statement, torch.stack(got), np.array(right), accuracy=1e-12)


def checks() -> list[Check]:
    listed = []
    for word in _THEIRS:
        listed += [
            Check(f"schedule.{word}", "alpha and sigma are those of the formula.", partial(_same_scales, word)),
            Check(f"schedule.{word}.snr", "The signal-to-noise ratio falls with time.", partial(_monotone, word)),
            Check(f"schedule.{word}.float32", "sigma keeps its digits in float32.", partial(_single, word)),
        ]
    listed += [
        Check(f"schedule.{word}.ours", "With no noise left it is a schedule of ours.", partial(_ours, word))
        for word in _OURS
    ]
    for kind in ("isotropic", "diagonal", "full"):
        statement = "The denoiser of Gaussian data is E[data | x]."
        listed.append(Check(f"gaussian-denoiser.{kind}", statement, partial(_gaussian_denoiser, kind)))
    listed.append(Check("karras-denoiser", "Its scales are those of standard normal data.", _karras))
    listed.append(Check("init", "Sampling begins with the law of the path at t = 1.", _init))
    for name, row in SAMPLERS.items():
        for path in row[5]:
            statement = f"Each step of {row[0]} keeps the noise level that the denoiser is told, and its order holds."
            listed.append(Check(f"{name}.{path}", statement, partial(_sampler, name, path)))
    return listed
