"""Named schedules: alpha_t and sigma_t, from noise at t = 0 to data at t = 1.

A schedule only names its parameters and its generated formula. Not to be confused: `sigma_t` is the noise
scale of the path x_t = alpha_t · data + sigma_t · noise, never a diffusion coefficient (that is `diffusion`).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from refimpl._call import call
from refimpl._pytrees import announce
from refimpl.arguments import check_number
from refimpl.edge import NUMBER, Array, check_unit_interval, follow, namespace_of, on_its_own, quiet, read, to_numpy
from refimpl.formulas import schedules as formulas
from refimpl.formulas import sdes

QUANTITIES = ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t", "half_variance_rate", "log_snr")


class Schedule:
    """What every schedule offers. Times are numbers or floating-point arrays of any shape, in [0, 1].

    Results have t's shape, dtype and device (a number gives float64). At the end points of time the
    one-sided limits are returned, infinities included (`log_snr` is -inf where alpha_t = 0 and +inf where
    sigma_t = 0). A time outside [0, 1] raises ValueError, one that is not floating point TypeError.
    """

    formula: ClassVar[Callable[..., Any]]

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

        A bracketing root search (SciPy, float64, to the last digits) on the increasing function `log_snr`;
        it reads values, so it can be neither traced nor differentiated. A value that the schedule does not
        take in [0, 1] raises ValueError.
        """
        from scipy.optimize import elementwise

        log_snr = on_its_own(log_snr, "log_snr")
        wanted = read(log_snr, "log_snr", "the search for the time")
        # The ends as they come out in float64 and in the dtype of the argument: what `log_snr` returned is accepted.
        times = np.array([0.0, 1.0])
        ends = np.stack([self.log_snr(times), to_numpy(self.log_snr(follow(times, log_snr)))])
        (low, inner_low), (inner_high, high) = np.sort(ends, axis=0).T
        if not np.all((wanted >= low) & (wanted <= high)):
            came = wanted[~((wanted >= low) & (wanted <= high))][0]
            raise ValueError(f"`log_snr` must lie in [{low:g}, {high:g}] for {self}; got {came:g}.")
        inside = (wanted > inner_low) & (wanted < inner_high)
        found = elementwise.find_root(
            lambda t, target: np.clip(self.log_snr(t) - target, -1e4, 1e4),  # finite where log_snr is not
            (np.zeros(wanted[inside].shape), np.ones(wanted[inside].shape)),
            args=(wanted[inside],),
            # just above the spacing of floats, 2^-52: a bracket between two neighbours cannot become narrower
            tolerances={"xatol": 0, "xrtol": 2.3e-16, "fatol": 0, "frtol": 0},
            maxiter=2000,
        )
        times = np.where(wanted <= inner_low, 0.0, 1.0)
        times[inside] = found.x
        return follow(times, log_snr)


@dataclass(frozen=True)
class Linear(Schedule):
    """alpha_t = t, sigma_t = 1 - (1 - sigma_min) t: conditional optimal transport, rectified flow.

    Args:
        sigma_min: the noise scale left at t = 1, in [0, 1).
    """

    sigma_min: float = 0.0
    formula = staticmethod(formulas.linear)

    def __post_init__(self) -> None:
        _keep_number(self, "sigma_min")
        if not 0 <= self.sigma_min < 1:
            raise ValueError(f"`sigma_min` must lie in [0, 1); got {self.sigma_min:g}.")
        announce(Linear, ("sigma_min",))


@dataclass(frozen=True)
class Trigonometric(Schedule):
    """alpha_t = sin(π t / 2), sigma_t = cos(π t / 2): the variance of whitened data is preserved."""

    formula = staticmethod(formulas.trigonometric)

    def __post_init__(self) -> None:
        announce(Trigonometric, ())


@dataclass(frozen=True)
class VariancePreserving(Schedule):
    """alpha_t² + sigma_t² = 1, with a noise rate that is linear in noising time s = 1 - t.

    alpha_t is small but not zero at t = 0: exp(-(beta_min + beta_max) / 4), 0.0066 for the usual rates.

    Args:
        beta_min: the noise rate at the data end (s = 0, t = 1), positive.
        beta_max: the noise rate at the noise end (s = 1, t = 0), at least beta_min.
    """

    beta_min: float = 0.1
    beta_max: float = 20.0
    formula = staticmethod(formulas.variance_preserving)

    def __post_init__(self) -> None:
        _keep_number(self, "beta_min")
        _keep_number(self, "beta_max")
        if not self.beta_min > 0:
            raise ValueError(f"`beta_min` must be positive; got {self.beta_min:g}.")
        if not self.beta_max >= self.beta_min:
            raise ValueError(f"`beta_max` must be at least `beta_min`, {self.beta_min:g}; got {self.beta_max:g}.")
        announce(VariancePreserving, ("beta_min", "beta_max"))


def _keep_number(schedule: Schedule, name: str) -> None:
    object.__setattr__(schedule, name, check_number(getattr(schedule, name), name))
