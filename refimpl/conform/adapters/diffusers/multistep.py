"""Exponential integrators: DPM-Solver multistep and single step, UniPC, DEIS."""

from __future__ import annotations

from typing import Any

from refimpl.conform.adapters.diffusers.loops import ACCURACY, PRESERVING, bars, interpolated, loop, time_of_sigma
from refimpl.conform.check import Check
from refimpl.testing import Evidence, check_sampler

ALL = ("noise", "data", "v_prediction")
MULTISTEP, SINGLE = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
UNIPC, DEIS = "UniPCMultistepScheduler", "DEISMultistepScheduler"


def solver(name: str, last: str = "zero", stochastic: bool = False, steps: Any = (1, 2, 5, 20, 50), **options: Any):
    """A solver on its own timesteps, to the data or to the noise level of its first row."""
    if name != DEIS and last != "zero":
        options["final_sigmas_type"] = last
    first = bars()[0]
    end = 1.0 if last == "zero" else time_of_sigma(((1 - first) / first) ** 0.5)
    settings = {"timestep": interpolated(MULTISTEP), "predicts": ALL, "end": end, "steps": steps, "backend": "torch"}
    return check_sampler(loop(name, **options), PRESERVING, accuracy=ACCURACY, stochastic=stochastic, **settings)


def checks() -> list[Check]:
    found = []

    def add(id: str, statement: str, name: str, **options: Any) -> None:
        def run() -> Evidence:
            return solver(name, **options)

        found.append(Check(id, f"{statement}: the noise level at every call and at the end, whatever is predicted.", run))

    for order in (1, 2, 3):
        for kind in ("dpmsolver++", "sde-dpmsolver++"):
            given = {"algorithm_type": kind, "solver_order": order, "stochastic": kind.startswith("sde")}
            short = kind.replace("dpmsolver++", "data").replace("-", "_")
            for form in ("midpoint", "heun") if order == 2 else ("midpoint",):
                id = f"dpm_multistep.{short}.order_{order}" + (".heun" if form == "heun" else "")
                add(id, f"DPM-Solver multistep, {kind} {order} ({form})", MULTISTEP, solver_type=form, **given)
            add(f"dpm_singlestep.{short}.order_{order}", f"DPM-Solver single step, {kind} {order}", SINGLE, **given)
        given = {"algorithm_type": "dpmsolver", "solver_order": order, "last": "sigma_min"}
        add(f"dpm_multistep.noise.order_{order}", f"DPM-Solver multistep, {order}", MULTISTEP, **given)
        add(f"dpm_singlestep.noise.order_{order}", f"DPM-Solver single step, {order}", SINGLE, **given)
        add(f"unipc.data.order_{order}", f"UniPC, {order}", UNIPC, solver_order=order)
        add(
            f"unipc.noise.order_{order}",
            f"UniPC on the noise, {order}",
            UNIPC,
            solver_order=order,
            predict_x0=False,
            last="sigma_min",
        )
        add(f"deis.order_{order}", f"DEIS, {order}", DEIS, solver_order=order, last="sigma_min")
    for spacing in ("leading", "trailing"):
        for name, short in ((MULTISTEP, "dpm_multistep"), (UNIPC, "unipc"), (DEIS, "deis")):
            last = {"last": "sigma_min"} if name == DEIS else {}
            add(f"{short}.{spacing}.noise", f"{name} with {spacing} timesteps", name, timestep_spacing=spacing, **last)
    return found
