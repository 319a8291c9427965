"""Its five schedulers, held against the schedules and against the equations of time from the log-SNR."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.adapters.flow_matching.known import NAMES, ours, scales, theirs
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.testing.conform import assert_conforms
from refimpl.testing.evidence import Evidence
from refimpl.testing.grids import check_schedule
from refimpl.testing.probe import probe_conventions

_INSIDE = np.linspace(0.02, 0.98, 49)
_NEAR_DATA = 1 - 2.0 ** -np.arange(4, 24)  # numbers of float32, as are their distances from 1
_TIMES = {  # what an equation of time from the log-SNR calls the parameters, and the scheduler that has them
    "condot": ("schedules.linear_time", lambda s, v: s.CondOTScheduler()),
    "cosine": ("schedules.trigonometric_time", lambda s, v: s.CosineScheduler()),
    "vp": ("schedules.variance_preserving_time", lambda s, v: s.VPScheduler(v["beta_min"], v["beta_max"])),
    "poly": ("schedules.polynomial_time", lambda s, v: s.PolynomialConvexScheduler(v["n"])),
}


def checks() -> list[Check]:
    found = []
    for name in NAMES:
        found += [
            Check(f"{name}.scales", "alpha and sigma are those of the schedule, ends included.", _scales(name)),
            Check(f"{name}.rates", "d_alpha and d_sigma are the derivatives of alpha and sigma.", _rates(name)),
            Check(
                f"{name}.near_data.float32",
                "In float32 sigma keeps its digits near the data, down to 1 - t = 2^-23.",
                _near_data(name, 1, "sigma"),
            ),
            Check(
                f"{name}.near_data_rate.float32",
                "In float32 d_sigma keeps its digits near the data, down to 1 - t = 2^-23.",
                _near_data(name, 3, "d_sigma"),
            ),
            Check(f"{name}.conventions", "dx_t is the velocity of x_t; data are at t = 1.", _conventions(name)),
            Check(f"{name}.snr_inverse.ends", "The time of pure data is 1, and of pure noise 0.", _ends(name)),
        ]
        found += [
            Check(f"{name}.snr_inverse.{dtype}", f"snr_inverse is the time of a given ratio, in {dtype}.", run)
            for dtype, run in _snr_inverse(name).items()
        ]
    return found


def _called(name: str) -> Callable[[Any], Any]:
    def called(t: Any) -> Any:
        out = theirs(name)(t)
        return out.alpha_t, out.sigma_t

    return called


def _scales(name: str) -> Callable[[], Evidence]:
    return lambda: check_schedule(_called(name), ours(name), backend="torch")


def _rates(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        out = theirs(name)(torch.from_numpy(_INSIDE))
        right = scales(name, _INSIDE)
        # 1 - t² and 1 - exp(-T) are at least 2e-3 here, which costs them three of sixteen digits
        return agreement(
            f"{name}.rates",
            "d_alpha and d_sigma are the derivatives of alpha and sigma.",
            [out.d_alpha_t, out.d_sigma_t],
            [right[2], right[3]],
            accuracy=1e-12,
        )

    return run


def _near_data(name: str, which: int, word: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        out = theirs(name)(torch.from_numpy(_NEAR_DATA).float())
        got = (out.alpha_t, out.sigma_t, out.d_alpha_t, out.d_sigma_t)[which]
        return agreement(
            f"{name}.near_data",
            f"In float32 {word} keeps its digits near the data.",
            got,
            scales(name, _NEAR_DATA)[which],
            accuracy=2e-6,  # sixteen roundings: 1 - t is exact, and every one of these scales has a form in 1 - t
            words="Digits are lost near the data (index k is 1 - t = 2^-(4 + k)).",
        )

    return run


def _conventions(name: str) -> Callable[[], Evidence]:
    def pair(data: Any, noise: Any, t: float) -> Any:
        import torch
        from flow_matching.path import AffineProbPath

        times = torch.full((len(data),), t, dtype=data.dtype)
        sample = AffineProbPath(theirs(name)).sample(x_0=noise, x_1=data, t=times)
        return sample.x_t, sample.dx_t

    def run() -> Evidence:
        return probe_conventions(pair, backend="torch")

    return run


def _snr_inverse(name: str) -> dict[str, Callable[[], Evidence]]:
    if name == "linear_vp":  # the only one whose time has no equation of its own: alpha = t, sigma² = 1 - t²
        return {"float64": _linear_vp_time}
    id, make = _TIMES[name]

    def inverse(log_snr: Any, **values: Any) -> Any:
        import torch
        from flow_matching.path import scheduler

        return make(scheduler, values).snr_inverse(torch.exp(log_snr / 2))

    def only_log_snr(log_snr: Any, sigma_min: float = 0.0) -> Any:
        return inverse(log_snr) / (1 - sigma_min * inverse(log_snr))  # theirs has no sigma_min: alpha / sigma = t / ...

    function: Callable[..., Any] = {
        "condot": only_log_snr,
        "cosine": lambda log_snr: inverse(log_snr),
        "vp": lambda log_snr, beta_min, beta_max: inverse(log_snr, beta_min=beta_min, beta_max=beta_max),
        "poly": lambda log_snr, n: inverse(log_snr, n=n),
    }[name]
    return {
        dtype: lambda dtype=dtype: assert_conforms(function, id, dtype=dtype, backend="torch")
        for dtype in ("float64", "float32")
    }


def _linear_vp_time() -> Evidence:
    import torch

    snr = np.exp(np.linspace(-3, 3, 61))
    return agreement(
        "linear_vp.snr_inverse",
        "snr_inverse is the time of a given ratio.",
        theirs("linear_vp").snr_inverse(torch.from_numpy(snr)),
        snr / np.hypot(1, snr),
        accuracy=1e-14,
    )


def _ends(name: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        noise = [] if name == "vp" else [0.0]  # alpha is not zero anywhere on the variance-preserving path
        got = theirs(name).snr_inverse(torch.tensor([*noise, torch.inf], dtype=torch.float64))
        return agreement(
            f"{name}.snr_inverse.ends",
            "The time of pure data is 1, and of pure noise 0.",
            got,
            [*noise, 1.0],
            accuracy=1e-15,
            words="Asked for the time of pure data, alpha / sigma = infinity:",
        )

    return run
