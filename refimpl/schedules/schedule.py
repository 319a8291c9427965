"""What a schedule is: alpha_t and sigma_t, from noise at t = 0 to data at t = 1.

Not to be confused: `sigma_t` is the noise
scale of the path x_t = alpha_t · data + sigma_t · noise, never a diffusion coefficient (that is `diffusion`).
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, ClassVar

import numpy as np

from refimpl._call import call
from refimpl.arguments import check_number, kind_of
from refimpl.edge import (
    NUMBER,
    Array,
    check_unit_interval,
    fails,
    follow,
    namespace_of,
    on_its_own,
    quiet,
    read,
    to_numpy,
)
from refimpl.formulas import sdes

QUANTITIES = ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t", "half_variance_rate", "log_snr")


class Schedule:
    """What every schedule offers. Times are numbers or floating-point arrays of any shape, in [0, 1].

    Results have t's shape, dtype and device (a number gives float64). At the end points of time the
    one-sided limits are returned, infinities included (`log_snr` is -inf where alpha_t = 0 and +inf where
    sigma_t = 0). A time outside [0, 1] raises ValueError, one that is not floating point TypeError.
    """

    formula: ClassVar[Callable[..., Any]]
    time_formula: ClassVar[Callable[..., Any] | None] = None

    def at(self, t: Array | float) -> dict[str, Array]:
        """Everything that formulas ask of a schedule at time t, by argument name."""
        t = on_its_own(t)
        xp = namespace_of(t=t)
        check_unit_interval(t, xp, "t")
        return self.trusted_at(t, xp)

    def trusted_at(self, t: Array, xp: Any) -> dict[str, Array]:
        """`at` for an array that has passed the public edge."""
        parameters = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        # Limits at the end points are divisions by zero: documented values, not accidents.
        with quiet(t):
            values = call(type(self).formula, t=t, xp=xp, **parameters)
        return {
            name: xp.full_like(t, value) if isinstance(value, NUMBER) else value
            for name, value in zip(QUANTITIES, values, strict=True)
        }

    def alpha(self, t: Array | float) -> Array:
        """The signal scale alpha_t: what the data point is multiplied with."""
        return self.at(t)["alpha_t"]

    def sigma(self, t: Array | float) -> Array:
        """The noise scale sigma_t: what the noise is multiplied with."""
        return self.at(t)["sigma_t"]

    def dalpha(self, t: Array | float) -> Array:
        """The time derivative of alpha_t."""
        return self.at(t)["dalpha_t"]

    def dsigma(self, t: Array | float) -> Array:
        """The time derivative of sigma_t; -inf at t = 1 for the variance-preserving schedule."""
        return self.at(t)["dsigma_t"]

    def half_variance_rate(self, t: Array | float) -> Array:
        """sigma_t times its time derivative, finite where the derivative of sigma_t is not."""
        return self.at(t)["half_variance_rate"]

    def log_snr(self, t: Array | float) -> Array:
        """log(alpha_t² / sigma_t²), increasing in t. DPM-Solver's lambda is half of it."""
        return self.at(t)["log_snr"]

    def drift(self, t: Array | float) -> Array:
        """The drift factor f of the noising process dx = f x ds + g dW, which lives in s = 1 - t.

        The argument is the path's time t. f = -alpha_t'/alpha_t (derivative in t) is negative: noising shrinks
        the signal. -inf where alpha_t = 0.
        """
        return self._forward_process(t)[0]

    def diffusion(self, t: Array | float) -> Array:
        """The diffusion coefficient g of the noising process dx = f x ds + g dW, which lives in s = 1 - t.

        The argument is the path's time t. Not to be confused with the noise scale `sigma`. +inf where alpha_t = 0.
        """
        squared_diffusion = self._forward_process(t)[1]
        return namespace_of(t=squared_diffusion).sqrt(squared_diffusion)

    def _forward_process(self, t: Array | float) -> tuple[Array, Array]:
        known = self.at(t)
        with quiet(known["alpha_t"]):
            return call(sdes.forward_process, **known)

    def time_at_log_snr(self, log_snr: Array | float) -> Array:
        """The time at which `log_snr` has this value, in its shape, dtype and device.

        In closed form where there is one; that can be traced and differentiated. Otherwise by a bracketing root
        search (SciPy, float64, to the last digits) on the increasing function `log_snr`, which reads values. A value
        that the schedule does not take in [0, 1] raises ValueError.
        """
        log_snr = on_its_own(log_snr, "log_snr")
        xp = namespace_of(log_snr=log_snr)
        inner, outer = self._ends(log_snr, xp)
        if fails(xp.all((log_snr >= outer[0]) & (log_snr <= outer[1]))):
            values = to_numpy(log_snr)
            came = values.min() if not values.min() >= outer[0] else values.max()
            raise ValueError(f"`log_snr` must lie in [{outer[0]:g}, {outer[1]:g}] for {self}; got {came:g}.")
        return self._time(log_snr, xp, inner)

    def _ends(self, log_snr: Array, xp: Any) -> tuple[np.ndarray, np.ndarray]:
        """The values at both ends of time, as they come out in float64 and in the dtype of the argument: the range
        that both agree on, and the one that either returns, which is accepted."""
        times = np.array([0.0, 1.0])
        own = np.float32 if xp.finfo(log_snr.dtype).bits == 32 else np.float64
        ends = np.sort([self.log_snr(times), self.log_snr(times.astype(own)).astype(np.float64)], axis=0)
        return np.array([ends[1, 0], ends[0, 1]]), np.array([ends[0, 0], ends[1, 1]])

    def _time(self, log_snr: Array, xp: Any, inner: np.ndarray) -> Array:
        formula = type(self).time_formula
        if formula is None:
            return self._searched_time(log_snr, inner)
        parameters = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        with quiet(log_snr):
            time = call(formula, log_snr=log_snr, xp=xp, **parameters)
        return xp.clip(time, 0.0, 1.0)  # what rounding has put beyond an end

    def _searched_time(self, log_snr: Array, inner: np.ndarray) -> Array:
        from scipy.optimize import elementwise

        wanted = read(log_snr, "log_snr", "the search for the time")
        inside = (wanted > inner[0]) & (wanted < inner[1])
        found = elementwise.find_root(
            lambda t, target: np.clip(self.log_snr(t) - target, -1e4, 1e4),  # finite where log_snr is not
            (np.zeros(wanted[inside].shape), np.ones(wanted[inside].shape)),
            args=(wanted[inside],),
            # just above the spacing of floats, 2^-52: a bracket between two neighbours cannot become narrower
            tolerances={"xatol": 0, "xrtol": 2.3e-16, "fatol": 0, "frtol": 0},
            maxiter=2000,
        )
        times = np.where(wanted <= inner[0], 0.0, 1.0)
        times[inside] = found.x
        return follow(times, log_snr)

    def noise_exponent(self) -> float:
        """The power p with which sigma_t vanishes at the data end, as (1 - t)^p; 0 where noise is left."""
        raise NotImplementedError

    def signal_exponent(self) -> float:
        """The power q with which alpha_t vanishes at the noise end, as t^q; 0 where signal is left."""
        raise NotImplementedError

    def velocity_loss_is_finite(self) -> bool:
        """Whether the conditional flow matching loss is finite for times uniform in [0, 1].

        Its floor contains the integrals of dsigma_t² near t = 1 and of dalpha_t² near t = 0: each exponent must exceed
        one half, or be 0.
        """
        return all(power == 0 or power > 0.5 for power in (self.noise_exponent(), self.signal_exponent()))

    def score_loss_is_finite(self) -> bool:
        """Whether the denoising score matching loss without weights is finite for times uniform in [0, 1].

        It contains the integral of 1 / sigma_t² near t = 1: `noise_exponent` must stay below one half.
        """
        return self.noise_exponent() < 0.5

    def shifted(self, shift: float) -> "Schedule":
        """The same scales, run through with the clock of `formulas.schedules.time_shift`."""
        from refimpl.schedules.shifted import Shifted

        return Shifted(self, shift)


def keep_number(schedule: Schedule, name: str) -> None:
    object.__setattr__(schedule, name, check_number(getattr(schedule, name), name))


def check_schedule(schedule: Any) -> Schedule:
    if not isinstance(schedule, Schedule):
        raise TypeError(f"`schedule` must be a schedule of refimpl; got {kind_of(schedule)}.")
    return schedule
