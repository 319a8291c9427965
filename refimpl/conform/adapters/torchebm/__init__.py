"""torchebm: its interpolants with their conversions, its samplers and its integrators. Data are at t = 1."""

from refimpl.conform.adapters.torchebm import orders, paths, sampling
from refimpl.conform.check import Check

PACKAGE = "torchebm"
MODULE = "torchebm"
WRITTEN_AGAINST = "0.8.9"
REQUIREMENTS = ("torchebm==0.8.9",)


def checks() -> list[Check]:
    return [*paths.checks(), *sampling.checks(), *orders.checks()]
