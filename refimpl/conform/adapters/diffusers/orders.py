"""The order of each method on Gaussian data, on a grid of noise levels that is the same for all.

Their own grids end with a step to the data of the order 1, however long, and so hide the order of what comes before.
Here sigma falls from 20 to 0.1 by equal factors, in float64, and the network is told sigma.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from refimpl.conform.adapters.diffusers.loops import PRESERVING, loop, quiet, scheduler, time_of_sigma
from refimpl.conform.check import Check
from refimpl.conform.solvers import fitted_order
from refimpl.testing import Evidence, check_sampler

LARGEST, SMALLEST = 20.0, 0.1
STEPS = (24, 48)
LONGER = (96, 192)  # where the errors of two orders cancel near 24 steps


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


def measured_order(
    name: str, order: float, exploding: bool, stochastic: bool = False, steps: Any = STEPS, **options: Any
) -> Evidence:
    run = loop(name, exploding=exploding, prepare=planted_grid, **options)
    settings = {"timestep": time_of_sigma, "end": time_of_sigma(SMALLEST), "steps": steps, "backend": "torch"}
    # points are float32, coefficients are not: nothing is divided by less than 0.05
    return check_sampler(run, PRESERVING, exact=False, order=order, stochastic=stochastic, accuracy=1e-5, **settings)


def weights(name: str, order: float, noise: bool, **options: Any) -> Evidence:
    """The order of a step by itself, however the first and the last steps are made.

    The network answers u^4, where u = log(alpha / sigma) runs from 0 to 1: nothing, to begin with, so that first steps
    of lower order make no error. What comes out is an integral of u^4 e^u, or of u^4 e^-u where it predicts noise.
    """
    import torch

    def integrate(n: int) -> np.ndarray:
        theirs = scheduler(name, prediction_type="epsilon" if noise else "sample", **options)
        with quiet():
            theirs.set_timesteps(n)
            rise = torch.linspace(0, 1, n + 1, dtype=torch.float64)
            theirs.sigmas, x = (-rise).exp(), torch.zeros(1, 1, dtype=torch.float64)
            for k, t in enumerate(theirs.timesteps):
                x = theirs.step(rise[k].reshape(1, 1) ** 4, t, x).prev_sample
        return x[0, 0].numpy() * math.hypot(1, math.exp(-1 if noise else 1))  # over alpha, or over sigma

    exact = np.array(65 / math.e - 24 if noise else 9 * math.e - 24)
    return fitted_order(name, integrate, exact, order, (18, 36, 72))


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
        more: dict[str, Any] = {"algorithm_type": kind}
        more |= {} if short == "data" else {"final_sigmas_type": "sigma_min"}
        for solver in (1, 2, 3):
            # starting with one step of order 1 leaves h², whatever follows
            longer: dict[str, Any] = {"steps": LONGER} if solver == 2 else {}
            add(f"dpm_multistep.{short}.order_{solver}", min(solver, 2), multi, solver_order=solver, **more, **longer)
            add(f"dpm_singlestep.{short}.order_{solver}", solver, single, solver_order=solver, **more)
        add(f"dpm_multistep.{short}.order_2.heun", 2, multi, solver_order=2, solver_type="heun", **more)
    for solver in (1, 2, 3):
        for kind in ("sde-dpmsolver++", "sde-dpmsolver"):
            more: dict[str, Any] = {"algorithm_type": kind, "stochastic": True, "solver_order": solver}
            more |= {} if kind.endswith("++") else {"final_sigmas_type": "sigma_min"}
            short = "sde_data" if kind.endswith("++") else "sde_noise"
            longer: dict[str, Any] = {"steps": LONGER} if solver == 2 else {}
            add(f"dpm_multistep.{short}.order_{solver}", min(solver, 2), multi, **more, **longer)
            if kind.endswith("++"):
                add(f"dpm_singlestep.{short}.order_{solver}", min(solver, 2), single, **more)
        add(f"unipc.data.order_{solver}", min(solver, 2), "UniPCMultistepScheduler", solver_order=solver)
        add(f"deis.order_{solver}", min(solver, 2), "DEISMultistepScheduler", solver_order=solver)
    heun = {"algorithm_type": "sde-dpmsolver++", "solver_order": 3, "solver_type": "heun", "stochastic": True}
    add("dpm_singlestep.sde_data.order_3.heun", 2, single, **heun)
    third = {"solver_order": 3, "final_sigmas_type": "sigma_min"}
    corrected = {"lower_order_final": False}  # the corrector adds an order
    rows: tuple[tuple[str, str, float, bool, dict[str, Any]], ...] = (
        ("dpm_multistep.data", multi, 3, False, third),
        ("dpm_multistep.noise", multi, 3, True, third | {"algorithm_type": "dpmsolver"}),
        ("dpm_singlestep.data", single, 3, False, third),
        ("dpm_singlestep.noise", single, 3, True, third | {"algorithm_type": "dpmsolver"}),
        ("unipc.data", "UniPCMultistepScheduler", 4, False, third | corrected),
        ("unipc.noise", "UniPCMultistepScheduler", 4, True, third | corrected | {"predict_x0": False}),
        ("deis", "DEISMultistepScheduler", 3, True, {"solver_order": 3}),
    )
    for id, name, order, noise, options in rows:
        statement = f"{name}: its steps of order 3 lose no order to their weights."
        found.append(Check(f"{id}.order_3.weights", statement, partial(weights, name, order, noise, **options)))
    return found
