"""Named schedules of flow matching. Each only names its parameters and its generated formulas."""

from dataclasses import dataclass

from refimpl._pytrees import announce
from refimpl.formulas import schedules as formulas
from refimpl.schedules.schedule import Schedule, keep_number


@dataclass(frozen=True)
class Linear(Schedule):
    """alpha_t = t, sigma_t = 1 - (1 - sigma_min) t: conditional optimal transport, rectified flow.

    Args:
        sigma_min: the noise scale left at t = 1, in [0, 1).
    """

    sigma_min: float = 0.0
    formula = staticmethod(formulas.linear)
    time_formula = staticmethod(formulas.linear_time)

    def __post_init__(self) -> None:
        keep_number(self, "sigma_min")
        if not 0 <= self.sigma_min < 1:
            raise ValueError(f"`sigma_min` must lie in [0, 1); got {self.sigma_min:g}.")
        announce(Linear, ("sigma_min",))

    def noise_exponent(self) -> float:
        return 1.0 if self.sigma_min == 0 else 0.0

    def signal_exponent(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Trigonometric(Schedule):
    """alpha_t = sin(π t / 2), sigma_t = cos(π t / 2): the variance of whitened data is preserved."""

    formula = staticmethod(formulas.trigonometric)
    time_formula = staticmethod(formulas.trigonometric_time)

    def __post_init__(self) -> None:
        announce(Trigonometric, ())

    def noise_exponent(self) -> float:
        return 1.0

    def signal_exponent(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Polynomial(Schedule):
    """alpha_t = t^n, sigma_t = 1 - t^n: the linear path with another clock.

    Args:
        n: the power, positive.
    """

    n: float = 2.0
    formula = staticmethod(formulas.polynomial)
    time_formula = staticmethod(formulas.polynomial_time)

    def __post_init__(self) -> None:
        keep_number(self, "n")
        if not self.n > 0:
            raise ValueError(f"`n` must be positive; got {self.n:g}.")
        announce(Polynomial, ("n",))

    def noise_exponent(self) -> float:
        return 1.0

    def signal_exponent(self) -> float:
        return self.n
