"""The table of a discrete diffusion model: scales on a grid of times, and nowhere else."""

from typing import Any

import numpy as np

from refimpl._pytrees import announce
from refimpl.edge import Array, converted, fails, to_numpy
from refimpl.formulas import schedules as formulas
from refimpl.schedules.schedule import Schedule


class Discrete(Schedule):
    """The scales after 0, 1, ... N steps of noising; step k is time t = 1 - k/N.

    A table has no rates: `dalpha`, `dsigma`, `half_variance_rate`, `drift`, `diffusion` and whatever needs them raise
    ValueError, and so does a time between two rows.

    Args:
        betas: the N noise rates beta_1 .. beta_N, from data to noise, each in (0, 1), the last at most 1.
    """

    def __init__(self, betas: Any) -> None:
        betas = to_numpy(betas)
        if betas.ndim != 1 or not betas.size:
            raise ValueError(f"`betas` must be a row of numbers; got the shape {betas.shape}.")
        if not (np.all(betas > 0) and np.all(betas[:-1] < 1) and betas[-1] <= 1):
            bad = betas[~((betas > 0) & (betas < 1))]
            raise ValueError(f"`betas` must lie in (0, 1), the last at most 1; got {bad[0]:g}.")
        alphas, sigmas = [np.float64(1.0)], [np.float64(0.0)]
        for beta in betas:
            alpha, sigma = formulas.discrete_step(alphas[-1], sigmas[-1], beta, xp=np)
            alphas.append(alpha)
            sigmas.append(sigma)
        self.betas, self.alphas, self.sigmas = betas, np.array(alphas), np.array(sigmas)
        with np.errstate(divide="ignore"):  # no noise at the data end
            self.levels = 2 * np.log(self.alphas / self.sigmas)
        announce(Discrete, ("betas", "alphas", "sigmas", "levels"))

    def __repr__(self) -> str:
        return f"Discrete({len(self.betas)} betas from {self.betas[0]:g} to {self.betas[-1]:g})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Discrete) and np.array_equal(self.betas, other.betas)

    def __hash__(self) -> int:
        return hash(self.betas.tobytes())

    def times(self) -> np.ndarray:
        """The times of the rows, from data at 1 to noise at 0."""
        rows = len(self.betas)
        return (rows - np.arange(rows + 1)) / rows

    def trusted_at(self, t: Array, xp: Any) -> dict[str, Array]:
        """The two scales and the log-SNR; there are no rates."""
        rows = len(self.betas)
        place = (1 - t) * rows
        row = xp.round(place)
        # A time of the grid is rounded once where it is made and once here.
        if fails(xp.all(xp.abs(place - row) <= 4 * rows * xp.finfo(t.dtype).eps)):
            off = to_numpy(t)[np.abs(to_numpy(place) - to_numpy(row)) > 4 * rows * float(xp.finfo(t.dtype).eps)]
            raise ValueError(f"`t` must be 1 - k/{rows} with a whole k, a row of the table; got {off.flat[0]:g}.")
        index = xp.astype(row, xp.int64)
        known = {"alpha_t": self.alphas, "sigma_t": self.sigmas, "log_snr": self.levels}
        return {name: converted(values, t, xp)[index] for name, values in known.items()}

    def dalpha(self, t: Array | float) -> Array:
        raise _no_rates("dalpha")

    def dsigma(self, t: Array | float) -> Array:
        raise _no_rates("dsigma")

    def half_variance_rate(self, t: Array | float) -> Array:
        raise _no_rates("half_variance_rate")

    def drift(self, t: Array | float) -> Array:
        raise _no_rates("drift")

    def diffusion(self, t: Array | float) -> Array:
        raise _no_rates("diffusion")

    def noise_exponent(self) -> float:
        raise _no_rates("noise_exponent")

    def signal_exponent(self) -> float:
        raise _no_rates("signal_exponent")

    def shifted(self, shift: float) -> Schedule:
        raise ValueError("`shift` must be applied to a schedule that is defined at all times; got a table.")

    def time_at_log_snr(self, log_snr: Array | float) -> Array:
        raise _no_rates("time_at_log_snr")

    def zero_terminal_snr(self) -> "Discrete":
        """The table rescaled so that the last row has no signal left, and the first keeps its own.

        An affine change of alpha, Lin et al., algorithm 1; the betas are those of the rescaled table.
        """
        if self.alphas[-1] == 0:
            return self
        if len(self.betas) == 1:
            raise ValueError("`betas` must have at least two entries to be rescaled; got one.")
        first, last = self.alphas[1], self.alphas[-1]
        alphas, _ = formulas.zero_terminal_snr(self.alphas[1:], last, first, xp=np)
        ratios = np.concatenate([[first], alphas[1:] / alphas[:-1]])
        return Discrete((1 - ratios) * (1 + ratios))


def _no_rates(name: str) -> ValueError:
    return ValueError(f"`{name}` must be asked of a schedule that is defined at all times; got a table, `Discrete`.")
