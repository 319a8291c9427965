"""Tables: betas and alphas_cumprod, zero terminal SNR, timesteps, and the sigmas that are chosen first."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from refimpl import time_grids
from refimpl.conform.adapters.diffusers.loops import bars, quiet, scheduler
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.schedules import Cosine, Discrete, Schedule
from refimpl.testing import Evidence, check_schedule, check_time_grid

BETAS = {"beta_start": 1e-4, "beta_end": 0.02}
# A thousand factors below 1 of float32, each rounded by 6e-8: 6e-5 of alpha-bar at the worst, 1e-6 where they go either
# way; sigma of the first row is the root of 1e-4, whose rounding of 6e-8 is divided by twice the root: 3e-6.
TABLE = 1e-5
STEPS = (1, 2, 5, 20, 50)


def scales(found: np.ndarray) -> Any:
    """alpha and sigma at our times that are rows of their table."""

    def at(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bar = found[np.round((1 - t) * len(found)).astype(int) - 1]
        return np.sqrt(bar), np.sqrt(1 - bar)

    return at


def compared(right: Schedule, last: bool = True, name: str = "DDIMScheduler", **options: Any) -> Evidence:
    """Their table against ours, or against a schedule at the times of its rows."""
    times = [1 - (k + 1) / 1000 for k in range(1000 if last else 999)]
    return check_schedule(scales(bars(name, **options)), right, times=times, accuracy=TABLE)


def linear() -> Discrete:
    return Discrete(np.linspace(1e-4, 0.02, 1000))


def terminal_bar(name: str) -> Evidence:
    options = {"rescale_betas_zero_snr": True}
    statement = "With zero terminal SNR the last alpha-bar is 0."
    return agreement(name, statement, bars(name, **options)[-1], 0.0, accuracy=1e-12)


def timesteps(name: str, spacing: str, steps: tuple[int, ...]) -> Evidence:
    """The rows that n steps visit, one after the other."""
    theirs, right = [], []
    for n in steps:
        one = scheduler(name, timestep_spacing=spacing)
        one.set_timesteps(n)
        theirs.append(one.timesteps.double().numpy())
        right.append(time_grids.ddpm(n, 1000, spacing))
    statement = f"The timesteps of {name}, {spacing}."
    # A network is asked at rows; a whole row is 1 in 1000
    return agreement(name, statement, np.concatenate(theirs), np.concatenate(right), accuracy=1e-6, scale=1.0)


def chosen(name: str, kind: str, steps: tuple[int, ...] = STEPS) -> Evidence:
    """The grid of noise levels that is chosen without looking at rows."""
    known = bars()
    largest, smallest = (float(np.sqrt(1 / known[k] - 1)) for k in (-1, 0))

    def theirs(n: int) -> np.ndarray:
        one = scheduler(name, timestep_spacing="linspace", **{f"use_{kind}_sigmas": True}, **BETAS)
        with quiet():
            one.set_timesteps(n)
        levels = one.sigmas.double().numpy()
        if name.startswith("KDPM2"):  # all but the first twice, and two zeros more
            return levels[::2][: n + 1]
        return levels if len(levels) == n + 1 else np.append(levels[:1], levels[1::2])

    def expected(n: int) -> np.ndarray:
        if kind == "karras":
            return time_grids.karras(n, smallest, largest)
        return np.append(np.geomspace(largest, smallest, n), 0.0)

    return check_time_grid(theirs, expected, steps=steps, accuracy=1e-6)


def falling(name: str, **options: Any) -> Evidence:
    """n steps on n + 1 noise levels, each below the one before."""

    def theirs(n: int) -> np.ndarray:
        one = scheduler(name, **options)
        with quiet():
            one.set_timesteps(n)
        return one.sigmas.double().numpy()

    return check_time_grid(theirs, steps=STEPS)


def edm_grid(kind: str, steps: tuple[int, ...] = STEPS) -> Evidence:
    def theirs(n: int) -> np.ndarray:
        one = scheduler("EDMEulerScheduler", sigma_schedule=kind)
        one.set_timesteps(n)
        return one.sigmas.double().numpy()

    def expected(n: int) -> np.ndarray:
        if kind == "karras":
            return time_grids.karras(n, 0.002, 80.0)
        return np.append(np.geomspace(80.0, 0.002, n), 0.0)

    return check_time_grid(theirs, expected, steps=steps, accuracy=1e-6)


def checks() -> list[Check]:
    def scaled() -> Evidence:
        right = Discrete(np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)
        return compared(right, beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)

    found = [
        Check("table.linear", "alphas_cumprod of linear betas.", lambda: compared(linear())),
        Check("table.scaled_linear", "alphas_cumprod of betas whose roots are linear.", scaled),
        Check(
            "table.cosine",
            "alphas_cumprod of squaredcos_cap_v2 is the cosine schedule at the rows, but for the cap in the last one.",
            lambda: compared(Cosine(), last=False, beta_schedule="squaredcos_cap_v2"),
        ),
        Check(
            "table.zero_snr",
            "alphas_cumprod rescaled to zero terminal SNR.",
            lambda: compared(linear().zero_terminal_snr(), rescale_betas_zero_snr=True),
        ),
    ]
    for name in ("DDIM", "DDPM", "Euler", "EulerAncestral", "DPMSolverMultistep", "UniPCMultistep", "LCM", "TCD"):
        full = f"{name}DiscreteScheduler" if name.startswith("Euler") else f"{name}Scheduler"
        id = f"{name.lower()}.zero_snr.last_row"
        found.append(
            Check(id, f"{full}: with zero terminal SNR no signal is left.", lambda full=full: terminal_bar(full))
        )
    for name in ("DDIM", "DDPM"):
        for spacing in ("leading", "trailing", "linspace"):
            more, full = (2, 5, 7, 20, 30, 50), f"{name}Scheduler"
            statement = f"{full} visits the right rows with {spacing} timesteps"
            id = f"{name.lower()}.{spacing}.rows"
            found.append(
                Check(id, f"{statement}.", lambda full=full, spacing=spacing, more=more: timesteps(full, spacing, more))
            )
            if spacing != "leading":
                id = f"{name.lower()}.{spacing}.one_step"
                found.append(
                    Check(
                        id,
                        f"{statement}: a single step begins where the noise is.",
                        lambda full=full, spacing=spacing: timesteps(full, spacing, (1,)),
                    )
                )
    for name in ("Euler", "Heun", "LMS", "KDPM2", "DPMSolverMultistep"):
        full = f"{name}Scheduler" if name.startswith("DPM") else f"{name}DiscreteScheduler"
        for kind in ("karras", "exponential"):
            statement = f"{full}: {kind} sigmas from the largest of the table to its smallest"
            id = f"{name.lower()}.{kind}.grid"
            found.append(Check(id, f"{statement}.", lambda full=full, kind=kind: chosen(full, kind, (2, 5, 20, 50))))
            found.append(
                Check(
                    f"{name.lower()}.{kind}.one_step",
                    f"{statement}, with one step.",
                    lambda full=full, kind=kind: chosen(full, kind, (1,)),
                )
            )
    for name, short in (("DEISMultistep", "deis"), ("SASolver", "sa_solver"), ("UniPCMultistep", "unipc")):
        for kind in ("karras", "exponential", "flow"):
            options: dict[str, Any] = {f"use_{kind}_sigmas": True}
            options |= {"prediction_type": "flow_prediction"} if kind == "flow" else {}
            statement = f"{name}Scheduler: with {kind} sigmas every step leads to a lower noise level."
            run = partial(falling, f"{name}Scheduler", **options)
            found.append(Check(f"{short}.{kind}.falling", statement, run))
    for kind in ("karras", "exponential"):
        statement = f"EDMEulerScheduler: {kind} sigmas from 80 to 0.002"
        for id, words, counts in (("grid", "", STEPS[1:]), ("one_step", ", with one step", (1,))):
            found.append(
                Check(
                    f"edm_euler.{kind}.{id}",
                    f"{statement}{words}.",
                    lambda kind=kind, counts=counts: edm_grid(kind, counts),
                )
            )
    return found
