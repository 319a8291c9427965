"""The orders of its integrators, with fixed steps, on the exact field of Gaussian data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refimpl.conform.check import Check
from refimpl.schedules import Trigonometric
from refimpl.testing.evidence import Evidence
from refimpl.testing.samplers import check_sampler

_ORDERS = {  # name in their registry: order, and two numbers of steps between which it shows
    "euler_maruyama": (1.0, (40, 80)),
    "heun": (2.0, (20, 40)),
    "midpoint": (2.0, (20, 40)),
    "adaptive_heun": (2.0, (20, 40)),
    "bosh3": (3.0, (20, 40)),
    "rk4": (4.0, (10, 20)),
    "rk438": (4.0, (10, 20)),
    "dopri5": (5.0, (8, 16)),
    "dopri8": (8.0, (4, 8)),
    "backward_euler_maruyama": (1.0, (40, 80)),
}


def checks() -> list[Check]:
    return [
        Check(f"integrator.{name}", f"{name} has order {order:g} with fixed steps.", _order(name, order, steps))
        for name, (order, steps) in _ORDERS.items()
    ]


def _order(name: str, order: float, steps: tuple[int, int]) -> Callable[[], Evidence]:
    def loop(predict: Any, x: Any, n: int) -> Any:
        import torch
        from torchebm.integrators.integrator_utils import get_integrator

        grid = torch.linspace(0.0, 1.0, n + 1, dtype=torch.float64)
        found: Any = get_integrator(name, device=torch.device("cpu"), dtype=torch.float64)
        return found.integrate(
            state={"x": x}, step_size=1 / n, n_steps=n, drift=lambda x, t: predict(x, t[0]), t=grid, adaptive=False
        )["x"]

    return lambda: check_sampler(
        loop, Trigonometric(), predicts="velocity", exact=False, order=order, steps=steps, backend="torch"
    )
