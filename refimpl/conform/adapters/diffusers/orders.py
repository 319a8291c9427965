"""The order of each method on Gaussian data, on a grid of noise levels that is the same for all.

Their own grids end with a step to the data of the order 1, however long, and so hide the order of what comes before. Here
sigma falls from 20 to 0.1 by equal factors, in float64, and the network is told sigma.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.conform.adapters.diffusers.loops import PRESERVING, loop, time_of_sigma
from refimpl.conform.check import Check
from refimpl.testing import Evidence, check_sampler

LARGEST, SMALLEST = 20.0, 0.1
STEPS = (24, 48)


def planted_grid(theirs: Any, n: int) -> None:
    """Our grid in their scheduler, listed as it lists its own."""
    import torch

    levels = torch.from_numpy(np.geomspace(LARGEST, SMALLEST, n + 1))
    once, twice = levels[:1], levels[1:].repeat_interleave(2)
    kind = type(theirs).__name__
    if kind.startswith("Heun"):
        theirs.sigmas = torch.cat([once, twice])
        theirs.timesteps = torch.cat([once, twice])[:-1]
    elif kind.startswith("KDPM2"):
        between = (levels[1:] * levels[:-1]).sqrt()
        theirs.sigmas = torch.cat([once, twice])
        theirs.sigmas_interpol = torch.cat([between[:1], between.repeat_interleave(2)])
        theirs.timesteps = torch.cat([once, torch.stack((between, levels[1:]), dim=1).flatten()])[:-1]
    else:
        theirs.sigmas, theirs.timesteps = levels, levels[:-1]


def measured_order(name: str, order: float, exploding: bool, stochastic: bool = False, **options: Any) -> Evidence:
    run = loop(name, exploding=exploding, prepare=planted_grid, **options)
    settings = {"timestep": time_of_sigma, "end": time_of_sigma(SMALLEST), "steps": STEPS, "backend": "torch"}
    # points are float32, coefficients are not: nothing is divided by less than 0.05
    return check_sampler(
        run, PRESERVING, exact=False, order=order, stochastic=stochastic, accuracy=1e-5, **settings
    )


def checks() -> list[Check]:
    found = []

    def add(id: str, order: float, name: str, exploding: bool = False, **options: Any) -> None:
        statement = f"{name}: the mean and variance of Gaussian data converge with order {order:g}."
        found.append(Check(f"{id}.order", statement, lambda: measured_order(name, order, exploding, **options)))

    add("euler", 1, "EulerDiscreteScheduler", True)
    add("euler_ancestral", 1, "EulerAncestralDiscreteScheduler", True, stochastic=True)
    add("heun", 2, "HeunDiscreteScheduler", True)
    add("kdpm2", 2, "KDPM2DiscreteScheduler", True)
    add("lms", 2, "LMSDiscreteScheduler", True)  # a first step of Euler's method leaves h²
    multi, single = "DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler"
    for kind, short in (("dpmsolver++", "data"), ("dpmsolver", "noise")):
        more = {"algorithm_type": kind} | ({} if short == "data" else {"final_sigmas_type": "sigma_min"})
        for solver in (1, 2, 3):
            # starting with one step of order 1 leaves h², whatever follows
            add(f"dpm_multistep.{short}.order_{solver}", min(solver, 2), multi, solver_order=solver, **more)
            add(f"dpm_singlestep.{short}.order_{solver}", solver, single, solver_order=solver, **more)
        for form in ("heun",):
            add(f"dpm_multistep.{short}.order_2.{form}", 2, multi, solver_order=2, solver_type=form, **more)
    for solver in (1, 2, 3):
        for kind in ("sde-dpmsolver++", "sde-dpmsolver"):
            more = {"algorithm_type": kind, "stochastic": True, "solver_order": solver}
            more |= {} if kind.endswith("++") else {"final_sigmas_type": "sigma_min"}
            short = "sde_data" if kind.endswith("++") else "sde_noise"
            add(f"dpm_multistep.{short}.order_{solver}", min(solver, 2), multi, **more)
            if kind.endswith("++"):
                add(f"dpm_singlestep.{short}.order_{solver}", min(solver, 2), single, **more)
        add(f"unipc.data.order_{solver}", min(solver, 2), "UniPCMultistepScheduler", solver_order=solver)
        add(f"deis.order_{solver}", min(solver, 2), "DEISMultistepScheduler", solver_order=solver)
    return found
