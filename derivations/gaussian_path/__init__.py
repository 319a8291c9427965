"""The Gaussian path, given its two end points.

A point travels from noise at t = 0 to data at t = 1, and at each time it is a mixture of both with the
scales of the schedule. Everything in this chapter is *conditional*: the data point is known.
"""

from derivations.gaussian_path.any_schedule import (
    conditional_flow,
    conditional_score,
    conditional_velocity,
    density,
    end_point_velocity,
    ends,
    half_variance_rate_definition,
    moments,
    point,
    score_definition,
)
from derivations.gaussian_path.linear_schedule import straight_velocity

__all__ = [
    "conditional_flow",
    "conditional_score",
    "conditional_velocity",
    "density",
    "end_point_velocity",
    "ends",
    "half_variance_rate_definition",
    "moments",
    "point",
    "score_definition",
    "straight_velocity",
]
