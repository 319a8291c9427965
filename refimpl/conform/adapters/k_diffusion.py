"""k-diffusion: points are data + sigma noise, and sigma takes the place of time; the network is a denoiser."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from refimpl import conventions
from refimpl.conform.adapters import k_diffusion_parts as parts
from refimpl.conform.check import Check
from refimpl.conform.loading import submodule
from refimpl.conform.planting import Brownian, planted
from refimpl.schedules import EDM
from refimpl.testing import check_sampler
from refimpl.testing.evidence import Evidence

PACKAGE = "k-diffusion"
MODULE = "k_diffusion"
WRITTEN_AGAINST = "0.1.1.post1"
# The package as a whole imports clip, clean-fid, kornia, wandb and scikit-image; the parts that are checked need this:
REQUIREMENTS = (
    "torchsde>=0.2.6",
    "torchdiffeq>=0.2.5",
    "einops",
    "safetensors",
    "pillow",
    "tqdm",
    "requests",
)
# They ask for older packages than refimpl does. torchvision is only imported; a newer one fits one version of torch.
WITHOUT_DEPENDENCIES = ("k-diffusion==0.1.1.post1", "dctorch==0.1.2", "torchvision==0.16.2")

_LEAST, _MOST = 0.02, 80.0
_ABOVE = EDM(200.0)  # churn begins above the first sigma
Run = Callable[..., Any]


def of_sigma(sigma: Any) -> Any:
    return conventions.time_at_edm_sigma(_ABOVE, np.asarray(sigma, dtype=np.float64))


def sigmas(n: int, ends_at_zero: bool) -> Any:
    """n steps on the grid of Karras et al.: their float32 numbers, in float64."""
    grid = submodule("k_diffusion", "sampling").get_sigmas_karras
    levels = grid(n if ends_at_zero else n + 1, _LEAST, _MOST)
    return (levels if ends_at_zero else levels[:-1]).double()


def loop(sampler: str, noise: str, ends_at_zero: bool, **options: Any) -> Run:
    """Their sampler as a loop of ours.

    `noise` is how it draws: "" not at all, "sampler" through the argument `noise_sampler`, "brownian" through that as
    increments which may overlap, "torch" by itself.
    """

    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        import torch

        levels = sigmas(n, ends_at_zero)
        method = getattr(submodule("k_diffusion", "sampling"), f"sample_{sampler}")
        if noise == "torch":
            predict(x, levels[0])  # it adds noise before its first call: this says where the points are
        more = dict(options)
        if noise == "sampler":
            more["noise_sampler"] = lambda sigma, then: normal(x)
        elif noise == "brownian":
            more["noise_sampler"] = Brownian(normal, x)
        with planted(normal if noise == "torch" else torch.zeros_like):
            if sampler in ("dpm_fast", "dpm_adaptive"):
                budget = () if sampler == "dpm_adaptive" else (n,)
                return method(predict, x, float(levels[-1]), float(levels[0]), *budget, disable=True, **more)
            return method(predict, x, levels, disable=True, **more)

    return run


# An ancestral step flows to a lower level and adds noise, which keeps the law wherever the flow does: the order in the
# law is that of the flow. Multistep methods begin with a step of order 1, which leaves 2 of any higher order.
# Name of the check: the sampler, how it draws noise, its options, its order in the law
SAMPLERS: dict[str, tuple[str, str, dict[str, Any], float]] = {
    "euler": ("euler", "", {}, 1),
    "euler.churn": ("euler", "torch", {"s_churn": 5.0}, 1),
    "euler_ancestral": ("euler_ancestral", "sampler", {}, 1),
    "euler_ancestral.eta-half": ("euler_ancestral", "sampler", {"eta": 0.5}, 1),
    "heun": ("heun", "", {}, 2),
    "heun.churn": ("heun", "torch", {"s_churn": 5.0}, 1),
    "dpm_2": ("dpm_2", "", {}, 2),
    "dpm_2_ancestral": ("dpm_2_ancestral", "sampler", {}, 2),
    "lms": ("lms", "", {}, 2),
    "dpmpp_2s_ancestral": ("dpmpp_2s_ancestral", "sampler", {}, 2),
    "dpmpp_2s_ancestral.eta-zero": ("dpmpp_2s_ancestral", "", {"eta": 0.0}, 2),
    "dpmpp_2m": ("dpmpp_2m", "", {}, 2),
    "dpmpp_sde": ("dpmpp_sde", "brownian", {}, 2),
    "dpmpp_sde.eta-zero": ("dpmpp_sde", "brownian", {"eta": 0.0}, 2),
    "dpmpp_2m_sde": ("dpmpp_2m_sde", "brownian", {}, 2),
    "dpmpp_2m_sde.heun": ("dpmpp_2m_sde", "brownian", {"solver_type": "heun"}, 2),
    "dpmpp_2m_sde.eta-zero": ("dpmpp_2m_sde", "", {"eta": 0.0}, 2),
    "dpmpp_3m_sde": ("dpmpp_3m_sde", "brownian", {}, 2),
    "dpmpp_3m_sde.eta-zero": ("dpmpp_3m_sde", "", {"eta": 0.0}, 2),
}


def _levels(name: str) -> Evidence:
    sampler, noise, options, _ = SAMPLERS[name]
    return check_sampler(
        loop(sampler, noise, True, **options),
        _ABOVE,
        predicts="data",
        timestep=of_sigma,
        steps=(1, 2, 5, 20),
        stochastic=bool(noise),
        backend="torch",
    )


def law(name: str, steps: tuple[int, ...] = (64, 128), order: float | None = None) -> Evidence:
    """To the last sigma that is not zero: the step to zero returns E[data | x], whose law is another one."""
    sampler, noise, options, expected = SAMPLERS[name]
    return check_sampler(
        loop(sampler, noise, False, **options),
        _ABOVE,
        predicts="data",
        timestep=of_sigma,
        end=float(of_sigma(float(sigmas(2, False)[-1]))),
        steps=steps,
        stochastic=bool(noise),
        order=expected if order is None else order,
        backend="torch",
    )


def checks() -> list[Check]:
    listed = parts.checks()
    for name, row in SAMPLERS.items():
        at = f"Each step of sample_{row[0]} keeps the noise level that the denoiser is told, and it ends without noise."
        in_law = f"The law of what sample_{row[0]} returns converges with order {row[3]:g}."
        listed.append(Check(f"{name}.levels", at, partial(_levels, name)))
        listed.append(Check(f"{name}.law", in_law, partial(law, name)))
    return listed
