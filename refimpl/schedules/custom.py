"""A schedule of the user's own."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._pytrees import announce
from refimpl.edge import NUMBER, Array, is_jax, quiet
from refimpl.formulas import schedules as formulas
from refimpl.schedules.schedule import Schedule

Scale = Callable[[Array], Array]

_TIMES = np.array([0.12, 0.34, 0.5, 0.71, 0.93])


@dataclass(frozen=True, init=False)
class Custom(Schedule):
    """Two functions of time, with the arithmetic and the elementary functions of the array that they are given.

    Rates that are not given are differentiated automatically: by a complex step in NumPy, by `torch.func.jvp` and
    `jax.jvp` there. They are compared with difference quotients once, when the schedule is made, and the
    signal-to-noise ratio must grow with time.

    Args:
        alpha: t to the signal scale, from noise at t = 0 to data at t = 1.
        sigma: t to the noise scale.
        dalpha: the time derivative of alpha, or None.
        dsigma: the time derivative of sigma, or None.
    """

    alpha_of: Scale
    sigma_of: Scale
    dalpha_of: Scale | None
    dsigma_of: Scale | None

    def __init__(self, alpha: Scale, sigma: Scale, dalpha: Scale | None = None, dsigma: Scale | None = None) -> None:
        given = {"alpha": alpha, "sigma": sigma, "dalpha": dalpha, "dsigma": dsigma}
        for name, function in given.items():
            if not callable(function) and (function is not None or name in ("alpha", "sigma")):
                raise TypeError(f"`{name}` must be a function of time; got {type(function).__qualname__}.")
            object.__setattr__(self, f"{name}_of", function)
        self._check()
        announce(Custom, (), ("alpha_of", "sigma_of", "dalpha_of", "dsigma_of"))

    def trusted_at(self, t: Array, xp: Any) -> dict[str, Array]:
        """`at` for an array that has passed the public edge."""
        with quiet(t):
            alpha, dalpha = _with_rate(self.alpha_of, self.dalpha_of, t, xp)
            sigma, dsigma = _with_rate(self.sigma_of, self.dsigma_of, t, xp)
            return {
                "alpha_t": alpha,
                "sigma_t": sigma,
                "dalpha_t": dalpha,
                "dsigma_t": dsigma,
                "half_variance_rate": sigma * dsigma,
                "log_snr": 2 * xp.log(alpha / sigma),
            }

    def noise_exponent(self) -> float:
        """Measured a millionth before the data end, to three decimals."""
        t = np.array(1 - 2.0**-20)
        known = self.at(t)
        return round(float(formulas.noise_exponent(t, known["sigma_t"], known["half_variance_rate"])), 3) + 0.0

    def signal_exponent(self) -> float:
        """Measured a millionth after the noise end, to three decimals."""
        known = self.at(np.array(2.0**-20))
        return round(float(2.0**-20 * known["dalpha_t"] / known["alpha_t"]), 3) + 0.0

    def _check(self) -> None:
        times, array, xp = _an_array_for(self.alpha_of)
        try:
            known = {name: np.asarray(value, dtype=float) for name, value in self.trusted_at(array, xp).items()}
        except Exception as reason:
            raise ValueError(
                "`alpha` and `sigma` must be differentiable functions of an array of times, unless `dalpha` and "
                f"`dsigma` are given; got {type(reason).__name__}."
            ) from reason
        h = 1e-5
        for name, function in (("alpha", self.alpha_of), ("sigma", self.sigma_of)):
            near = [np.asarray(_full(function(array + step), array, xp), dtype=float) for step in (h, -h)]
            quotient, rate = (near[0] - near[1]) / (2 * h), known[f"d{name}_t"]
            if not np.all(np.abs(rate - quotient) <= 1e-5 * (1 + np.abs(quotient))):
                i = int(np.argmax(np.abs(rate - quotient)))
                raise ValueError(
                    f"`d{name}` must be the time derivative of `{name}`; got {rate[i]:g} at t = {times[i]:g}, where "
                    f"differences say {quotient[i]:g}."
                )
        growth = known["dalpha_t"] * known["sigma_t"] - known["alpha_t"] * known["dsigma_t"]
        if not np.all(growth > 0):
            raise ValueError(
                "`alpha` and `sigma` must let the signal-to-noise ratio grow from noise at t = 0 to data at t = 1; got "
                f"a ratio that does not grow at t = {times[int(np.argmin(growth))]:g}."
            )


def _an_array_for(function: Scale) -> tuple[np.ndarray, Array, Any]:
    """Times in a library whose arrays the function takes: NumPy, or PyTorch or JAX where they are loaded."""
    try:
        function(_TIMES)
        return _TIMES, _TIMES, np
    except Exception:
        if (torch := sys.modules.get("torch")) is not None:
            import array_api_compat.torch as namespace

            array = torch.asarray(_TIMES)
            try:
                function(array)
                return _TIMES, array, namespace
            except Exception:
                pass
        if (jax := sys.modules.get("jax")) is not None:
            return _TIMES, jax.numpy.asarray(_TIMES), jax.numpy
    return _TIMES, _TIMES, np


def _full(value: Array, t: Array, xp: Any) -> Array:
    return xp.full_like(t, value) if isinstance(value, NUMBER) else value


def _with_rate(function: Scale, rate: Scale | None, t: Array, xp: Any) -> tuple[Array, Array]:
    """A function of time and its derivative."""
    if rate is not None:
        return _full(function(t), t, xp), _full(rate(t), t, xp)
    if xp is np:
        step = 1e-30  # far below all digits of t: the imaginary part is the derivative, with no subtraction
        moved: Any = np.asarray(function(np.asarray(t, dtype=np.float64) + 1j * step))
        return _full(function(t), t, xp), np.asarray(_full(0.0, t, xp) + moved.imag / step, dtype=t.dtype)
    if is_jax(xp):
        from jax import jvp
    else:
        from torch.func import jvp
    scale, speed, *_ = jvp(lambda u: _full(function(u), u, xp), (t,), (xp.ones_like(t),))
    return scale, speed
