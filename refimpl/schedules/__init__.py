"""Schedules: alpha_t and sigma_t of the path x_t = alpha_t · data + sigma_t · noise, from t = 0 to t = 1."""

from refimpl.schedules.custom import Custom
from refimpl.schedules.diffusion_paths import Cosine, Sigmoid, SubVariancePreserving, VariancePreserving
from refimpl.schedules.exploding_paths import EDM, VarianceExploding
from refimpl.schedules.flow_paths import Linear, Polynomial, Trigonometric
from refimpl.schedules.schedule import QUANTITIES, Schedule
from refimpl.schedules.shifted import Shifted
from refimpl.schedules.table import Discrete

__all__ = [
    "EDM",
    "QUANTITIES",
    "Cosine",
    "Custom",
    "Discrete",
    "Linear",
    "Polynomial",
    "Schedule",
    "Shifted",
    "Sigmoid",
    "SubVariancePreserving",
    "Trigonometric",
    "VarianceExploding",
    "VariancePreserving",
]
