"""refimpl: flow matching and diffusion, known to be right.

Every formula behind this package was derived, proved and tested; `refimpl.equation(id)` shows how. Time runs from noise
at t = 0 to data at t = 1, and x_t = alpha_t · data + sigma_t · noise. Modules are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refimpl import conventions, formulas, samplers, schedules, testing, time_grids
    from refimpl.distributions import Gaussian, GaussianMixture, reference_mixture
    from refimpl.empirical import Empirical
    from refimpl.field import MarginalField
    from refimpl.path import GaussianPath
    from refimpl.registry import equation, equations

__version__ = "0.1.0"
__all__ = [
    "Empirical",
    "Gaussian",
    "GaussianMixture",
    "GaussianPath",
    "MarginalField",
    "conventions",
    "equation",
    "equations",
    "formulas",
    "reference_mixture",
    "samplers",
    "schedules",
    "testing",
    "time_grids",
]

_HOMES = {
    "Empirical": "empirical",
    "Gaussian": "distributions",
    "GaussianMixture": "distributions",
    "GaussianPath": "path",
    "MarginalField": "field",
    "equation": "registry",
    "equations": "registry",
    "reference_mixture": "distributions",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'refimpl' has no attribute {name!r}")
    module = import_module(f"refimpl.{_HOMES.get(name, name)}")
    value = getattr(module, name) if name in _HOMES else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
