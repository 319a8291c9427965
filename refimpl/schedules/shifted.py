"""A schedule with another clock."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._pytrees import announce
from refimpl.edge import Array
from refimpl.formulas import schedules as formulas
from refimpl.schedules.schedule import QUANTITIES, Schedule, keep_number


@dataclass(frozen=True)
class Shifted(Schedule):
    """The scales of another schedule at the shifted time t / (t + shift (1 - t)); rates by the chain rule.

    On the linear path noise to signal is `shift` times what it was. Shifting twice is shifting by the product.

    Args:
        schedule: the schedule whose scales are taken.
        shift: positive; above 1 more of the time is spent in noise.
    """

    schedule: Schedule
    shift: float

    def __post_init__(self) -> None:
        if not isinstance(self.schedule, Schedule):
            raise TypeError(f"`schedule` must be a schedule of refimpl; got {type(self.schedule).__qualname__}.")
        keep_number(self, "shift")
        if not self.shift > 0:
            raise ValueError(f"`shift` must be positive; got {self.shift:g}.")
        announce(Shifted, ("schedule", "shift"))

    def trusted_at(self, t: Array, xp: Any) -> dict[str, Array]:
        """`at` for an array that has passed the public edge."""
        time, rate = formulas.time_shift(t, self.shift)
        known = self.schedule.trusted_at(time, xp)
        moving = ("dalpha_t", "dsigma_t", "half_variance_rate")
        return {name: known[name] * rate if name in moving else known[name] for name in QUANTITIES}

    def _ends(self, log_snr: Array, xp: Any) -> tuple[np.ndarray, np.ndarray]:
        return self.schedule._ends(log_snr, xp)

    def _time(self, log_snr: Array, xp: Any, inner: np.ndarray) -> Array:
        return formulas.time_shift(self.schedule._time(log_snr, xp, inner), 1 / self.shift)[0]

    def noise_exponent(self) -> float:
        return self.schedule.noise_exponent()

    def signal_exponent(self) -> float:
        return self.schedule.signal_exponent()

    def shifted(self, shift: float) -> Schedule:
        return Shifted(self.schedule, self.shift * Shifted(self.schedule, shift).shift)
