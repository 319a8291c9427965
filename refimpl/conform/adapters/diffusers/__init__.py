"""The schedulers of diffusers, held against the equations."""

from __future__ import annotations

from refimpl.conform.check import Check

PACKAGE = "diffusers"
MODULE = "diffusers"
WRITTEN_AGAINST = "0.42.1"
REQUIREMENTS = ("diffusers==0.42.1", "torch", "scipy")


def checks() -> list[Check]:
    """All checks of this library, tables before the samplers that read them."""
    from refimpl.conform.adapters.diffusers import coefficients, flow, multistep, orders, sigmas, tables, tcd, timesteps

    parts = (tables, coefficients, timesteps, tcd, sigmas, multistep, flow, orders)
    return [check for part in parts for check in part.checks()]
