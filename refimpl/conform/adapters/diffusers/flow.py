"""Flow matching: grids of noise levels with a shift, and Euler's and Heun's methods on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.adapters.diffusers.loops import planted, quiet, scheduler
from refimpl.conform.check import Check
from refimpl.formulas import schedules as formulas
from refimpl.schedules import Linear
from refimpl.testing import Evidence, check_sampler, check_time_grid

EULER, HEUN = "FlowMatchEulerDiscreteScheduler", "FlowMatchHeunDiscreteScheduler"
SINGLE = 1e-6  # grids are float32: 6e-8 of 1, a few times


def sigmas(name: str, n: int, mu: float | None = None, **options: Any) -> np.ndarray:
    """The noise levels of n steps; of Heun's method, which lists all but the ends twice, each once."""
    theirs = scheduler(name, **options)
    with quiet(), np.errstate(all="ignore"):
        theirs.set_timesteps(n, **({} if mu is None else {"mu": mu}))
    found = theirs.sigmas.double().numpy()
    return found if name == EULER else np.append(found[:1], found[1::2])


def shifted_once(n: int, shift: float, smallest: float = 1e-3) -> np.ndarray:
    """Equal steps of noise level from 1 to that of the first of a thousand rows, shifted, and 0."""
    times = 1 - np.append(np.linspace(1.0, smallest, n), 0.0)
    return 1 - formulas.time_shift(times, shift)[0]


def grid(name: str, shift: float, expected: Callable[[int], np.ndarray] | None = None, **options: Any) -> Evidence:
    right = expected or (lambda n: shifted_once(n, shift))
    return check_time_grid(lambda n: sigmas(name, n, shift=shift, **options), right, accuracy=SINGLE)


def dynamic(kind: str, shift: float) -> Evidence:
    """Shifts that depend on the resolution: exp(mu), or mu itself."""
    mu = float(np.log(shift)) if kind == "exponential" else shift
    options = {"use_dynamic_shifting": True, "time_shift_type": kind}
    return check_time_grid(lambda n: sigmas(EULER, n, mu, **options), lambda n: shifted_once(n, shift), accuracy=SINGLE)


def terminal(steps: tuple[int, ...]) -> Evidence:
    """Noise levels stretched so that the last one before 0 is `shift_terminal`."""

    def expected(n: int) -> np.ndarray:
        levels = shifted_once(n, 1.0)[:-1]
        right = 1 - (1 - levels) * 0.9 / (1 - levels[-1]) if n > 1 else levels
        return np.append(right, 0.0)

    def theirs(n: int) -> np.ndarray:
        return sigmas(EULER, n, shift=1.0, shift_terminal=0.1)

    return check_time_grid(theirs, expected, steps=steps, accuracy=SINGLE)


def sampled(name: str, order: float, exact: bool, shift: float = 3.0, stochastic: bool = False) -> Evidence:
    """Their loop on the linear path, whose network predicts noise - data: our velocity with the other sign."""
    options = {"stochastic_sampling": True} if stochastic else {}

    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        theirs = scheduler(name, shift=shift, **options)
        theirs.set_timesteps(n)
        with planted(theirs, normal), quiet():
            for t in theirs.timesteps:
                x = theirs.step(-predict(x, t), t, x).prev_sample
        return x

    settings = {"timestep": lambda t: 1 - float(t) / 1000, "predicts": "velocity", "backend": "torch"}
    # points are float32, and nothing is divided by less than 1e-2: a few times 6e-8
    return check_sampler(
        run, Linear(), exact=exact, order=order, stochastic=stochastic, accuracy=1e-5, **settings
    )


def checks() -> list[Check]:
    found = []
    for name, short in ((EULER, "flow_euler"), (HEUN, "flow_heun")):
        for shift in (1.0, 3.0, 7.0):
            statement = f"The noise levels, shifted by {shift:g}, are shifted once."
            found.append(
                Check(f"{short}.shift_{shift:g}.grid", statement, lambda name=name, shift=shift: grid(name, shift))
            )
    for kind in ("exponential", "linear"):
        statement = f"The noise levels with a dynamic shift ({kind}) are shifted once."
        found.append(Check(f"flow_euler.dynamic_{kind}.grid", statement, lambda kind=kind: dynamic(kind, 3.0)))
    statement = "Noise levels stretched to a terminal level of 0.1"
    found += [
        Check("flow_euler.shift_terminal.grid", f"{statement}.", lambda: terminal((2, 5, 20, 50))),
        Check("flow_euler.shift_terminal.one_step", f"{statement}, with one step as well.", lambda: terminal((1, 2, 5))),
        Check(
            "flow_euler.velocity",
            "Euler's method for flows: the noise level at every call and at the end, and order 1.",
            lambda: sampled(EULER, 1, True),
        ),
        Check(
            "flow_heun.velocity",
            "Heun's method for flows: the noise level at every call and at the end, and order 2.",
            lambda: sampled(HEUN, 2, True),
        ),
        Check(
            "flow_euler.stochastic",
            "Euler's method for flows that draws its noise anew: the law at every call and at the end.",
            lambda: sampled(EULER, 1, True, stochastic=True),
        ),
    ]
    return found
