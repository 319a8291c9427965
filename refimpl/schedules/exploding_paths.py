"""Named schedules whose signal stays as it is. Each only names its parameters and its generated formulas."""

from dataclasses import dataclass

from refimpl._pytrees import announce
from refimpl.formulas import schedules as formulas
from refimpl.schedules.schedule import Schedule, keep_number


@dataclass(frozen=True)
class VarianceExploding(Schedule):
    """alpha_t = 1, sigma_t = sigma_min (sigma_max / sigma_min)^(1 - t): equal steps of time, equal factors of noise.

    Args:
        sigma_min: the noise scale left at t = 1, positive.
        sigma_max: the noise scale at t = 0, greater than sigma_min.
    """

    sigma_min: float = 0.01
    sigma_max: float = 50.0
    formula = staticmethod(formulas.variance_exploding)
    time_formula = staticmethod(formulas.variance_exploding_time)

    def __post_init__(self) -> None:
        keep_number(self, "sigma_min")
        keep_number(self, "sigma_max")
        if not self.sigma_min > 0:
            raise ValueError(f"`sigma_min` must be positive; got {self.sigma_min:g}.")
        if not self.sigma_max > self.sigma_min:
            raise ValueError(
                f"`sigma_max` must be greater than `sigma_min`, {self.sigma_min:g}; got {self.sigma_max:g}."
            )
        announce(VarianceExploding, (), ("sigma_min", "sigma_max"))

    def noise_exponent(self) -> float:
        return 0.0

    def signal_exponent(self) -> float:
        return 0.0


@dataclass(frozen=True)
class EDM(Schedule):
    """alpha_t = 1, sigma_t = sigma_max (1 - t): the noise scale is the time.

    The exponent rho of the same paper belongs to a grid of times, not to a schedule.

    Args:
        sigma_max: the noise scale at t = 0, positive.
    """

    sigma_max: float = 80.0
    formula = staticmethod(formulas.edm)
    time_formula = staticmethod(formulas.edm_time)

    def __post_init__(self) -> None:
        keep_number(self, "sigma_max")
        if not self.sigma_max > 0:
            raise ValueError(f"`sigma_max` must be positive; got {self.sigma_max:g}.")
        announce(EDM, ("sigma_max",))

    def noise_exponent(self) -> float:
        return 1.0

    def signal_exponent(self) -> float:
        return 0.0
