"""torchcfm: the five matchers, the weight of the score, and the pairing by optimal transport.

Data are at t = 1. Its `sigma` is the deviation of a bridge between two given points, not the noise scale of the path.
"""

from refimpl.conform.adapters.torchcfm import matchers, pairing
from refimpl.conform.check import Check

PACKAGE = "torchcfm"
MODULE = "torchcfm"
WRITTEN_AGAINST = "1.0.7"
REQUIREMENTS = ("POT==0.9.7.post1",)
WITHOUT_DEPENDENCIES = ("torchcfm==1.0.7",)  # it asks for torchdyn and pandas, which the matchers do not import


def checks() -> list[Check]:
    return [*matchers.checks(), *pairing.checks()]
