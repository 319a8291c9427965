"""Exponential integrators: DPM-Solver multistep and single step, UniPC, DEIS."""

from __future__ import annotations

from functools import partial
from typing import Any

from refimpl.conform.adapters.diffusers.loops import (
    ACCURACY,
    PRESERVING,
    bars,
    interpolated,
    loop,
    quiet,
    scheduler,
    time_of_sigma,
)
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.testing import Evidence, check_sampler

ALL = ("noise", "data", "v_prediction")


def double(theirs: Any, n: int) -> None:
    """Their float32 sigmas, with which they calculate in float64.

    On the noise a step multiplies by exp(h) - 1, the ratio of two sigmas, and a long one makes float32 visible.
    """
    theirs.sigmas = theirs.sigmas.double()


MULTISTEP, SINGLE = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
UNIPC, DEIS = "UniPCMultistepScheduler", "DEISMultistepScheduler"


def solver(name: str, last: str = "zero", stochastic: bool = False, single: bool = True, **options: Any) -> Evidence:
    """A solver on its own timesteps, to the data or to the noise level of its first row."""
    if name != DEIS and last != "zero":
        options["final_sigmas_type"] = last
    first = bars()[0]
    end = 1.0 if last == "zero" else time_of_sigma(((1 - first) / first) ** 0.5)
    settings = {"timestep": interpolated(MULTISTEP), "predicts": ALL, "end": end, "backend": "torch"}
    prepare = None if single else double
    return check_sampler(
        loop(name, prepare=prepare, **options), PRESERVING, accuracy=ACCURACY, stochastic=stochastic, **settings
    )


def without_noise(name: str, **options: Any) -> Evidence:
    """A point without noise stays where it is, in units of alpha, on any grid of noise levels."""
    import torch

    got, right = [], []
    for n in (2, 5, 14, 15, 20):
        theirs = scheduler(name, use_karras_sigmas=True, **options)
        x = torch.ones(1, 1)
        with quiet():
            theirs.set_timesteps(n)
            for t in theirs.timesteps:
                x = theirs.step(torch.zeros(1, 1), t, x).prev_sample
        got.append(float(x))
        right.append(float(((1 + theirs.sigmas[0] ** 2) / (1 + theirs.sigmas[-1] ** 2)) ** 0.5))
    statement = "A point without noise is multiplied by the ratio of alphas, with 2 to 20 steps."
    return agreement(name, statement, got, right, accuracy=ACCURACY)


def checks() -> list[Check]:
    found = []

    def add(id: str, statement: str, name: str, **options: Any) -> None:
        def run() -> Evidence:
            return solver(name, **options)

        found.append(
            Check(id, f"{statement}: the noise level at every call and at the end, whatever is predicted.", run)
        )

    for order in (1, 2, 3):
        for kind in ("dpmsolver++", "sde-dpmsolver++"):
            given = {"algorithm_type": kind, "solver_order": order, "stochastic": kind.startswith("sde")}
            short = kind.replace("dpmsolver++", "data").replace("-", "_")
            for form in ("midpoint", "heun") if order == 2 else ("midpoint",):
                id = f"dpm_multistep.{short}.order_{order}" + (".heun" if form == "heun" else "")
                add(id, f"DPM-Solver multistep, {kind} {order} ({form})", MULTISTEP, solver_type=form, **given)
            add(f"dpm_singlestep.{short}.order_{order}", f"DPM-Solver single step, {kind} {order}", SINGLE, **given)
        noise = {"solver_order": order, "last": "sigma_min"}
        on_noise = (
            (f"dpm_multistep.noise.order_{order}", MULTISTEP, noise | {"algorithm_type": "dpmsolver"}),
            (f"dpm_singlestep.noise.order_{order}", SINGLE, noise | {"algorithm_type": "dpmsolver"}),
            (f"unipc.noise.order_{order}", UNIPC, noise | {"predict_x0": False}),
            (f"deis.order_{order}", DEIS, noise),
        )
        for id, name, given in on_noise:
            for single, words in ((False, ", calculated in float64 on its sigmas"), (True, " as it comes")):
                add(id + ".float32" * single, f"{name} on the noise, {order}{words}", name, single=single, **given)
        add(f"unipc.data.order_{order}", f"UniPC, {order}", UNIPC, solver_order=order)
    for spacing in ("leading", "trailing"):
        for name, short in ((MULTISTEP, "dpm_multistep"), (UNIPC, "unipc"), (DEIS, "deis")):
            last = {"last": "sigma_min"} if name == DEIS else {}
            add(f"{short}.{spacing}.noise", f"{name} with {spacing} timesteps", name, timestep_spacing=spacing, **last)
    for short, name in (("dpm_multistep", MULTISTEP), ("dpm_singlestep", SINGLE), ("unipc", UNIPC)):
        statement = f"{name} of order 3 on Karras sigmas down to the least: a point without noise stays so."
        run = partial(without_noise, name, solver_order=3, final_sigmas_type="sigma_min")
        found.append(Check(f"{short}.karras.order_3.no_noise", statement, run))
    return found
