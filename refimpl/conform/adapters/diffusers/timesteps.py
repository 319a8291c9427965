"""Schedulers that count rows of their table: DDIM, DDPM, PNDM, LCM, TCD."""

from __future__ import annotations

from typing import Any

from refimpl.conform.adapters.diffusers.loops import ACCURACY, double, loop, of_rows, table
from refimpl.conform.check import Check
from refimpl.testing import Evidence, check_sampler

ALL = ("noise", "data", "v_prediction")
SPACINGS = ("leading", "trailing", "linspace")
DIVISORS, OTHERS = (1, 2, 5, 20, 50), (3, 7, 30)  # of 1000, and numbers of steps that do not divide it


def rows(name: str, predicts: Any = ALL, accuracy: float = ACCURACY, steps: Any = DIVISORS, **options: Any) -> Evidence:
    """A loop over rows of their table; with the accuracy 1e-9 it is calculated in float64."""
    options |= {"prepare": double} if accuracy < 1e-6 else {}
    drawn = options.pop("stochastic", False)
    of = {"rescale_betas_zero_snr": True} if options.get("rescale_betas_zero_snr") else {}
    settings = {"timestep": of_rows, "predicts": predicts, "steps": steps, "stochastic": drawn, "backend": "torch"}
    return check_sampler(loop(name, **options), table(**of), accuracy=accuracy, **settings)


def checks() -> list[Check]:
    found = []

    def add(id: str, statement: str, name: str, **options: Any) -> None:
        found.append(Check(id, statement, lambda: rows(name, **options)))

    for spacing in SPACINGS:
        add(
            f"ddim.{spacing}.noise",
            f"DDIM with {spacing} timesteps: the noise level at every call and at the end, whatever is predicted.",
            "DDIMScheduler",
            timestep_spacing=spacing,
        )
        add(
            f"ddim.{spacing}.any_number",
            f"DDIM with {spacing} timesteps, and a number of steps that does not divide 1000.",
            "DDIMScheduler",
            timestep_spacing=spacing,
            steps=OTHERS,
            accuracy=1e-9,
        )
        for eta in (0.5, 1.0):
            add(
                f"ddim.{spacing}.eta_{eta:g}",
                f"DDIM with eta = {eta:g} and {spacing} timesteps: the law at every call and at the end.",
                "DDIMScheduler",
                timestep_spacing=spacing,
                step={"eta": eta},
                stochastic=True,
            )
        for kind in ("fixed_small", "fixed_small_log"):
            add(
                f"ddpm.{spacing}.{kind}",
                f"DDPM with {spacing} timesteps, {kind}: the law at every call and at the end.",
                "DDPMScheduler",
                timestep_spacing=spacing,
                variance_type=kind,
                stochastic=True,
            )
        add(
            f"ddpm.{spacing}.any_number",
            f"DDPM with {spacing} timesteps, and a number of steps that does not divide 1000.",
            "DDPMScheduler",
            timestep_spacing=spacing,
            variance_type="fixed_small",
            stochastic=True,
            steps=OTHERS,
            accuracy=1e-9,
        )
        for skip, form in ((True, "plms"), (False, "prk")):
            for word in ("noise", "v_prediction"):
                add(
                    f"pndm.{form}.{spacing}.{word}",
                    f"PNDM ({form}) with {spacing} timesteps and a prediction of {word}: the noise level at every call.",
                    "PNDMScheduler",
                    timestep_spacing=spacing,
                    skip_prk_steps=skip,
                    set_alpha_to_one=True,
                    predicts=(word,),
                    # Runge-Kutta steps take four rows at least, half a step apart
                    steps=DIVISORS if skip else (5, 20, 50),
                )
    add(
        "ddpm.fixed_large_log.finite",
        "DDPM with fixed_large_log: the points are finite.",
        "DDPMScheduler",
        variance_type="fixed_large_log",
        timestep_spacing="trailing",
        stochastic=True,
    )
    for word in ALL:
        add(
            f"ddim.zero_snr.{word}",
            f"DDIM from zero terminal SNR with a prediction of {word}: finite, and at the right noise levels.",
            "DDIMScheduler",
            timestep_spacing="trailing",
            rescale_betas_zero_snr=True,
            predicts=(word,),
        )
    return found
