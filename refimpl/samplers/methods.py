"""The table of methods, and which arguments belong to which."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from refimpl._call import call
from refimpl.arguments import check_number, check_word, is_number, kind_of
from refimpl.edge import Array, Namespace, as_column, converted, fails, library_of, quiet
from refimpl.formulas import ddim, ddpm, sdes

Diffusion = Callable[[Array], Array] | float


@dataclass(frozen=True)
class Method:
    """The words that the formula of a method is written in, and the formula."""

    words: tuple[str, ...]
    formula: Callable[..., Array]
    stochastic: bool = False


def _euler(x: Array, velocity: Array, t: Array, s: Array) -> Array:
    return ddim.euler_step(x, velocity, t, s, returned_x_s=x)[0]


def _fixed_large(
    x: Array,
    data: Array,
    fresh_noise: Array,
    alpha_t: Array,
    sigma_t: Array,
    alpha_s: Array,
    sigma_s: Array,
    xp: Namespace,
) -> Array:
    variance = ddpm.fixed_large(alpha_t, sigma_t, alpha_s, sigma_s)
    deviation = xp.where(sigma_s > 0, xp.sqrt(variance), xp.zeros_like(variance))
    return ddpm.posterior_mean(x, data, alpha_t, sigma_t, alpha_s, sigma_s) + deviation * fresh_noise


def _euler_maruyama(
    x: Array, velocity: Array, score: Array, fresh_noise: Array, squared: Array, t: Array, s: Array, xp: Namespace
) -> Array:
    drift = sdes.extension(velocity, score, squared)
    return x + (s - t) * drift + xp.sqrt((s - t) * squared) * fresh_noise


def _langevin(x: Array, score: Array, fresh_noise: Array, size: float) -> Array:
    return x + size * sdes.langevin(score, 2.0) + (2 * size) ** 0.5 * fresh_noise


TABLE = {
    "ddim": Method(("data", "noise"), ddim.step),
    "euler": Method(("velocity",), _euler),
    "ddpm": Method(("data",), ddim.eta_one_is_ancestral, stochastic=True),
    "ddpm_fixed_large": Method(("data",), _fixed_large, stochastic=True),
    "euler_maruyama": Method(("velocity", "score"), _euler_maruyama, stochastic=True),
}
FAMILY = Method(("data", "noise"), ddim.stochastic_step, stochastic=True)
CORRECTOR = Method(("score",), _langevin, stochastic=True)
METHODS = tuple(TABLE)


def rule_of(method: str, eta: float, diffusion: Diffusion | None) -> Method:
    rule = TABLE[check_word(method, "method", METHODS)]
    if not 0 <= check_number(eta, "eta") <= 1:
        raise ValueError(f"`eta` must lie in [0, 1]; got {eta:g}.")
    if eta and method != "ddim":
        raise ValueError(f"`eta` must be 0 for `{method}`: it belongs to `ddim`; got {eta:g}.")
    if diffusion is not None and method != "euler_maruyama":
        raise ValueError(f"`diffusion` must be None for `{method}`: it belongs to `euler_maruyama`; got one.")
    return FAMILY if eta else rule


def name_of(method: str, eta: float) -> str:
    return f"{method} with eta = {eta:g}" if method == "ddim" else method


def squared(diffusion: Diffusion | None, here: dict[str, Array], t: Array, x: Array, xp: Namespace) -> Array:
    """The squared diffusion coefficient, aligned with the points."""
    if diffusion is None:
        with quiet(x):
            squared = call(sdes.forward_process, **here)[1]
        if fails(xp.all(xp.isfinite(squared))):
            raise ValueError(
                "`diffusion` must be given where that of the noising process is infinite, at alpha_t = 0; got None."
            )
        return as_column(squared, x, xp)
    value: Any = diffusion(t) if callable(diffusion) else diffusion
    if not is_number(value) and library_of(value) is None:
        raise TypeError(
            f"`diffusion` must be a number, or a function of t that returns an array; got {kind_of(value)}."
        )
    coefficient = converted(value, x, xp)
    if coefficient.ndim and coefficient.shape != t.shape:
        raise ValueError(f"`diffusion` must have the shape of t, {tuple(t.shape)}; got {tuple(coefficient.shape)}.")
    if fails(xp.all(xp.isfinite(coefficient) & (coefficient >= 0))):
        raise ValueError(f"`diffusion` must be finite and not negative; got {float(xp.min(coefficient)):g}.")
    return as_column(coefficient**2, x, xp)
