"""Named schedules of diffusion models whose signal fades. Each only names its parameters and its generated formulas."""

from dataclasses import dataclass

from refimpl._pytrees import announce
from refimpl.formulas import schedules as formulas
from refimpl.schedules.schedule import Schedule, keep_number


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
    time_formula = staticmethod(formulas.variance_preserving_time)

    def __post_init__(self) -> None:
        keep_number(self, "beta_min")
        keep_number(self, "beta_max")
        if not self.beta_min > 0:
            raise ValueError(f"`beta_min` must be positive; got {self.beta_min:g}.")
        if not self.beta_max >= self.beta_min:
            raise ValueError(f"`beta_max` must be at least `beta_min`, {self.beta_min:g}; got {self.beta_max:g}.")
        announce(VariancePreserving, ("beta_min", "beta_max"))

    def noise_exponent(self) -> float:
        return 0.5

    def signal_exponent(self) -> float:
        return 0.0


@dataclass(frozen=True)
class SubVariancePreserving(VariancePreserving):
    """alpha_t as for `VariancePreserving`, and sigma_t the square of the noise scale there.

    Args:
        beta_min: the noise rate at the data end (s = 0, t = 1), positive.
        beta_max: the noise rate at the noise end (s = 1, t = 0), at least beta_min.
    """

    formula = staticmethod(formulas.sub_variance_preserving)
    time_formula = staticmethod(formulas.sub_variance_preserving_time)

    def __post_init__(self) -> None:
        super().__post_init__()
        announce(SubVariancePreserving, ("beta_min", "beta_max"))

    def noise_exponent(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Cosine(Schedule):
    """alpha_t = cos(φ_t) / cos(φ_1) with an angle that is linear in time; alpha_t² + sigma_t² = 1.

    Args:
        offset: keeps the noise rate at the data end away from zero, in [0, 1]; 0 gives `Trigonometric`.
    """

    offset: float = 0.008
    formula = staticmethod(formulas.cosine)
    time_formula = staticmethod(formulas.cosine_time)

    def __post_init__(self) -> None:
        keep_number(self, "offset")
        if not 0 <= self.offset <= 1:
            raise ValueError(f"`offset` must lie in [0, 1]; got {self.offset:g}.")
        announce(Cosine, (), ("offset",))  # a Python number: functions of it come from `math`

    def noise_exponent(self) -> float:
        return 0.5 if self.offset > 0 else 1.0

    def signal_exponent(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Sigmoid(Schedule):
    """alpha_t² is a piece of the logistic curve, scaled to run from 0 at noise to 1 at data; alpha_t² + sigma_t² = 1.

    Args:
        start: where on the curve the data end lies.
        end: where the noise end lies, greater than start.
        tau: the temperature, positive; small ones make the curve steep.
    """

    start: float = -3.0
    end: float = 3.0
    tau: float = 1.0
    formula = staticmethod(formulas.sigmoid)
    time_formula = staticmethod(formulas.sigmoid_time)

    def __post_init__(self) -> None:
        for name in ("start", "end", "tau"):
            keep_number(self, name)
        if not self.end > self.start:
            raise ValueError(f"`end` must be greater than `start`, {self.start:g}; got {self.end:g}.")
        if not self.tau > 0:
            raise ValueError(f"`tau` must be positive; got {self.tau:g}.")
        announce(Sigmoid, (), ("start", "end", "tau"))

    def noise_exponent(self) -> float:
        return 0.5

    def signal_exponent(self) -> float:
        return 0.5
