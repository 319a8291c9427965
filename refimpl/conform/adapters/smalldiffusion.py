"""smalldiffusion: points are data + sigma noise; `samples` takes falling sigmas, and gam and mu to name a method."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from refimpl import conventions, time_grids
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.conform.loading import submodule
from refimpl.empirical import Empirical
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.schedules import EDM, Discrete, Linear
from refimpl.testing import check_sampler, check_time_grid
from refimpl.testing.evidence import Evidence

PACKAGE = "smalldiffusion"
MODULE = "smalldiffusion"
WRITTEN_AGAINST = "0.5.0"
# The package as a whole imports torchvision, for its data sets; the parts that are checked need this:
REQUIREMENTS = ("accelerate", "einops", "tqdm")
WITHOUT_DEPENDENCIES = ("smalldiffusion==0.5.0",)

_EDM = EDM(200.0)
_BETAS = {
    "ScheduleDDPM": lambda: np.linspace(1e-4, 0.02, 1000),
    "ScheduleLDM": lambda: np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2,
    "ScheduleCosine": lambda: _cosine_betas(1000),
    "ScheduleSigmoid": lambda: 1e-4 + 0.0199 / (1 + np.exp(-np.linspace(-6, 6, 1000))),
}


def _cosine_betas(n: int) -> np.ndarray:
    kept = np.cos((np.linspace(0, 1, n + 1) + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.minimum(1 - kept[1:] / kept[:-1], 0.999)


def of_sigma(sigma: Any) -> Any:
    return conventions.time_at_edm_sigma(_EDM, np.asarray(sigma, dtype=np.float64))


class _Model:
    """What `samples` asks of a model; the noise that it draws is planted."""

    def __init__(self, predict: Callable[..., Any], normal: Callable[[Any], Any] | None, like: Any) -> None:
        self._predict, self._normal, self._like = predict, normal, like

    def eval(self) -> None:
        pass

    def predict_eps_cfg(self, x: Any, sigma: Any, cond: Any, scale: float) -> Any:
        return self._predict(x, sigma)

    def rand_input(self, count: int) -> Any:
        return 0 * self._like if self._normal is None else self._normal(self._like)


def loop(schedule: str, gam: float, mu: float) -> Callable[..., Any]:
    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        import torch

        theirs = submodule("smalldiffusion", "diffusion")
        if schedule == "even":
            sigmas = torch.linspace(10.0, 0.5, n + 1, dtype=torch.float64)
        else:
            sigmas = getattr(theirs, schedule)().sample_sigmas(n).double()
        accelerator: Any = SimpleNamespace(device="cpu")
        *_, end = theirs.samples(
            _Model(predict, normal, x), sigmas, gam=gam, mu=mu, batchsize=len(x), xt=x, accelerator=accelerator
        )
        return end

    return run


def _last(schedule: str) -> float:
    return 0.5 if schedule == "even" else float(submodule("smalldiffusion", "diffusion").ScheduleDDPM().sigmas[0])


def sampler(schedule: str, gam: float, mu: float, order: float | None, stochastic: bool) -> Evidence:
    return check_sampler(
        loop(schedule, gam, mu),
        _EDM,
        timestep=of_sigma,
        end=float(of_sigma(_last(schedule))),  # their tables end at the least sigma, not at zero
        steps=(1, 2, 5, 64, 128),
        stochastic=stochastic,
        order=order,
        backend="torch",
    )


def _flow(mu: float, stochastic: bool) -> Evidence:
    """Their network predicts noise - data, which is minus our velocity."""

    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        return loop("ScheduleFlow", 1.0, mu)(lambda points, sigma: -predict(points, sigma), x, n, normal)

    return check_sampler(
        run,
        Linear(),
        predicts="velocity",
        timestep=lambda sigma: 1 - sigma,
        steps=(1, 2, 5, 64, 128),
        stochastic=stochastic,
        order=1.0,
        backend="torch",
    )


def _table(name: str) -> Evidence:
    got = getattr(submodule("smalldiffusion", "diffusion"), name)().sigmas
    ours = Discrete(_BETAS[name]())
    right = np.sort(conventions.edm_sigma(ours, ours.times())[1:])
    right = right[np.isfinite(right)]
    statement = "sigma is the root of 1 / alpha-bar - 1, to the digits that sums of a thousand float32 leave."
    return agreement(name, statement, got, right, accuracy=1e-4)


def _log_linear() -> Evidence:
    got = submodule("smalldiffusion", "diffusion").ScheduleLogLinear(200).sigmas
    path = EDM(10.0)
    low, high = (float(path.log_snr(float(conventions.time_at_edm_sigma(path, sigma)))) for sigma in (10.0, 0.02))
    times = path.time_at_log_snr(np.linspace(high, low, 200))
    statement = "The sigmas have equal steps of the log-SNR."
    return agreement("ScheduleLogLinear", statement, got, conventions.edm_sigma(path, times), accuracy=1e-6)


def _trailing(steps: tuple[int, ...]) -> Evidence:
    """The times of n steps: trailing, and then the least sigma of the table."""
    theirs = submodule("smalldiffusion", "diffusion").ScheduleDDPM()
    right = theirs.sigmas.double().numpy()

    def ours(n: int) -> np.ndarray:
        return right[np.append(time_grids.ddpm(n, 1000, "trailing"), 0)]

    return check_time_grid(lambda n: theirs.sample_sigmas(n).double().numpy(), ours, steps=steps)


def _ideal(dtype: str, offset: float, least: float, accuracy: float) -> Evidence:
    import torch

    points = np.random.default_rng(0).standard_normal((40, 6)) + offset
    data = torch.tensor(points, dtype=getattr(torch, dtype))
    model = submodule("smalldiffusion", "model").IdealDenoiser(list(data))
    field = MarginalField(GaussianPath(_EDM), Empirical(data.double().numpy()))
    got, right = [], []
    for sigma in (least, 0.5, 2.0, 20.0):
        t = float(of_sigma(sigma))
        x = data.double().numpy()[:8] + sigma * np.random.default_rng(1).standard_normal((8, 6))
        x = torch.tensor(x, dtype=data.dtype)
        eps = model(x, torch.tensor(sigma, dtype=data.dtype))
        got.append((x - sigma * eps).double())
        right.append(field.denoiser(x.double().numpy(), t))
    statement = "The points less sigma times what it predicts are E[data | x] of its data set."
    return agreement("ideal-denoiser", statement, got, np.stack(right), accuracy=accuracy, scale=1.0)


def _conversion(kind: str) -> Evidence:
    """A network that returns the exact prediction, made to predict the noise."""
    import torch

    model = submodule("smalldiffusion", "model")
    field = MarginalField(GaussianPath(_EDM), Empirical(np.random.default_rng(2).standard_normal((30, 3))))
    got, right = [], []
    for sigma in (0.05, 0.4, 1.0, 7.0):
        t = float(of_sigma(sigma))
        x = field.sample(8, t, 3)
        noise, data = field.noise_prediction(x, t), field.denoiser(x, t)
        kept = 1 / np.sqrt(1 + sigma**2)
        said = torch.tensor({"PredX0": data, "PredV": kept * noise - sigma * kept * data}[kind])

        class Network(torch.nn.Module, model.ModelMixin):
            answer = said

            def forward(self, x: Any, sigma: Any, cond: Any = None) -> Any:
                return self.answer

        wrapped = getattr(model, kind)(Network)()
        got.append(wrapped.predict_eps(torch.tensor(x), torch.tensor(sigma, dtype=torch.float64)))
        right.append(noise)
    statement = "A perfect prediction becomes the perfect prediction of noise."
    return agreement(kind, statement, got, np.stack(right), accuracy=1e-11, scale=1.0)


def _id(name: str) -> str:
    return "schedule." + name.removeprefix("Schedule").lower()


def checks() -> list[Check]:
    listed = [Check(_id(name), "The sigmas are those of the betas.", partial(_table, name)) for name in _BETAS]
    listed += [
        Check("schedule.log_linear", "Equal steps of the log-SNR.", _log_linear),
        Check("sample_sigmas", "Trailing steps of the table.", partial(_trailing, (1, 2, 5, 20, 50))),
        Check("sample_sigmas.all", "As many steps as the table has rows.", partial(_trailing, (1000,))),
        Check("ideal-denoiser", "It is E[noise | x].", partial(_ideal, "float64", 0.0, 0.05, 1e-11)),
        Check("ideal-denoiser.float32", "It is, to float32.", partial(_ideal, "float32", 0.0, 0.05, 1e-4)),
        # with the data ten away from the origin, and float32: what is left of |x - z|² should still be right
        Check("ideal-denoiser.far", "It is, away from the origin.", partial(_ideal, "float32", 10.0, 0.05, 1e-4)),
    ]
    for kind in ("PredX0", "PredV"):
        statement = "A perfect prediction becomes the perfect prediction of noise."
        listed.append(Check(kind.lower(), statement, partial(_conversion, kind)))
    walk = "Each step keeps the noise level that the network is told, and its order holds."
    rows: list[tuple[str, str, float, float, float, bool]] = [
        ("samples.ddim", "ScheduleDDPM", 1.0, 0.0, 1.0, False),
        ("samples.ddpm", "ScheduleDDPM", 1.0, 0.5, 1.0, True),
        ("samples.accelerated", "ScheduleDDPM", 2.0, 0.0, 1.0, False),
        ("samples.even.gam-one-half-more", "even", 1.5, 0.0, 2.0, False),
    ]
    for id, *arguments in rows:
        listed.append(Check(id, walk, partial(sampler, *arguments)))
    listed.append(Check("samples.flow", walk, partial(_flow, 0.0, False)))
    listed.append(Check("samples.flow.ddpm", walk, partial(_flow, 0.5, True)))
    return listed
