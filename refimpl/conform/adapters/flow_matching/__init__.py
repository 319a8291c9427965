"""flow_matching: schedulers, conversions, the change of schedule, the ODE solver and its likelihood.

It is run and never copied: its licence is CC-BY-NC. Its time and its path are those of the project: data at t = 1.
"""

from refimpl.conform.adapters.flow_matching import conversions, ode, schedulers, transform
from refimpl.conform.check import Check

PACKAGE = "flow_matching"
MODULE = "flow_matching"
WRITTEN_AGAINST = "1.0.10"
REQUIREMENTS = ("flow_matching==1.0.10", "torchdiffeq==0.2.5", "tqdm")


def checks() -> list[Check]:
    return [*schedulers.checks(), *conversions.checks(), *transform.checks(), *ode.checks()]
