"""The harness: statistical checks, experiments on the equations, conformance of other people's code.

Light to import: names are loaded when they are first used, SciPy and PyTorch only by what needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refimpl.testing.checks import (
        check_conditional_expectation,
        check_linear_sde_law,
        check_same_law,
        check_score,
        check_transport,
    )
    from refimpl.testing.conform import NonConformance, assert_conforms
    from refimpl.testing.evidence import Evidence
    from refimpl.testing.experiments import EXPERIMENTS
    from refimpl.testing.fields import check_field
    from refimpl.testing.grids import check_schedule, check_time_grid
    from refimpl.testing.levels import Levels, levels_after
    from refimpl.testing.likelihood import check_likelihood
    from refimpl.testing.orders import check_order, plot_order
    from refimpl.testing.power import power_curve
    from refimpl.testing.probe import probe_conventions
    from refimpl.testing.rounding import Tracked, TrackedNamespace
    from refimpl.testing.samplers import check_sampler
    from refimpl.testing.steps import check_step

_HOMES = {
    "EXPERIMENTS": "experiments",
    "Evidence": "evidence",
    "Levels": "levels",
    "NonConformance": "conform",
    "Tracked": "rounding",
    "TrackedNamespace": "rounding",
    "assert_conforms": "conform",
    "check_conditional_expectation": "checks",
    "check_field": "fields",
    "check_likelihood": "likelihood",
    "check_linear_sde_law": "checks",
    "check_order": "orders",
    "check_same_law": "checks",
    "check_sampler": "samplers",
    "check_schedule": "grids",
    "check_score": "checks",
    "check_step": "steps",
    "check_time_grid": "grids",
    "check_transport": "checks",
    "levels_after": "levels",
    "plot_order": "orders",
    "power_curve": "power",
    "probe_conventions": "probe",
}
__all__ = [
    "EXPERIMENTS",
    "Evidence",
    "Levels",
    "NonConformance",
    "Tracked",
    "TrackedNamespace",
    "assert_conforms",
    "check_conditional_expectation",
    "check_field",
    "check_likelihood",
    "check_linear_sde_law",
    "check_order",
    "check_same_law",
    "check_sampler",
    "check_schedule",
    "check_score",
    "check_step",
    "check_time_grid",
    "check_transport",
    "levels_after",
    "plot_order",
    "power_curve",
    "probe_conventions",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'refimpl.testing' has no attribute {name!r}")
    value = getattr(import_module(f"refimpl.testing.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
