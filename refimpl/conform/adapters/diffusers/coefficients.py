"""Coefficients of a step: the variances of DDPM, its posterior mean, and the scalings of LCM and EDM."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.conform.adapters.diffusers.loops import of_rows, planted, quiet, scheduler, table
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.formulas import components, ddpm
from refimpl.testing import Evidence, check_step

STEPS = 50
SHARES = (-1.0, -0.4, 0.3, 1.0)  # what a network may answer for learned_range


def _rows(steps: int = STEPS) -> list[tuple[int, int]]:
    """Pairs of rows of so many trailing steps, all but the last, after which no noise is left."""
    stride = 1000 // steps
    return [(k, k - stride) for k in range(999, stride, -stride)]


def _scales(k: int, s: int) -> tuple[float, ...]:
    known = [table().at(np.float64(of_rows(row))) for row in (k, s)]
    return tuple(float(each[name]) for each in known for name in ("alpha_t", "sigma_t"))


def deviations(kind: str, doubled: bool, accuracy: float, steps: int = STEPS) -> Evidence:
    """The standard deviation that a step of DDPM gives to its noise, at all its rows."""
    import torch

    theirs = scheduler("DDPMScheduler", variance_type=kind, timestep_spacing="trailing", prediction_type="sample")
    theirs.set_timesteps(steps)
    if doubled:
        theirs.alphas_cumprod = theirs.alphas_cumprod.double()
    learned = kind == "learned_range"
    got, right = [], []
    for k, s in _rows(steps):
        for share in SHARES if learned else (0.0,):
            output = torch.tensor([[0.0, share]] if learned else [[0.0]], dtype=torch.float64)
            with planted(theirs, torch.ones_like), quiet():
                x = torch.zeros(1, 1, dtype=torch.float64)
                got.append(float(theirs.step(output, k, x).prev_sample[0, 0]))
            right.append(_deviation(kind, share, _scales(k, s)))
    statement = f"The standard deviation of the noise in a step of DDPM, {kind}."
    return agreement(f"ddpm.{kind}", statement, got, right, accuracy=accuracy)


def _deviation(kind: str, share: float, scales: tuple[float, ...]) -> float:
    if kind.startswith("fixed_small"):
        return float(np.sqrt(ddpm.posterior_variance(*scales)))
    if kind.startswith("fixed_large"):
        return float(np.sqrt(ddpm.fixed_large(*scales)))
    return float(np.sqrt(ddpm.learned_range((share + 1) / 2, *scales)))


def posterior(word: str, doubled: bool, accuracy: float, steps: int = STEPS) -> Evidence:
    """One step of DDPM: from which noise level, and to which."""
    types = {"noise": "epsilon", "data": "sample", "v_prediction": "v_prediction"}
    theirs = scheduler("DDPMScheduler", timestep_spacing="trailing", prediction_type=types[word])
    theirs.set_timesteps(steps)
    if doubled:
        theirs.alphas_cumprod = theirs.alphas_cumprod.double()

    def step(output: Any, x: Any, t_from: float, t_to: float, normal: Any = None) -> Any:
        with planted(theirs, normal), quiet():
            return theirs.step(output, round((1 - t_from) * 1000) - 1, x).prev_sample

    times = [(of_rows(k), of_rows(s)) for k, s in _rows(steps)]
    settings = {"times": times, "stochastic": True, "backend": "torch"}
    return check_step(step, table(), predicts=word, accuracy=accuracy, **settings)


def consistency(timestep: int = 1) -> Evidence:
    """LCM's c_skip and c_out against the preconditioning of EDM, as consistency models have them."""
    theirs = scheduler("LCMScheduler")
    sigma, deviation = timestep * theirs.config.timestep_scaling, 0.5
    got = theirs.get_scalings_for_boundary_condition_discrete(timestep)
    return agreement("lcm", "c_skip and c_out", got, _preconditioning(sigma, deviation), accuracy=1e-6)


def boundary() -> Evidence:
    """At t = 0 the consistency function is the identity: c_skip = 1 and c_out = 0."""
    got = scheduler("LCMScheduler").get_scalings_for_boundary_condition_discrete(0)
    return agreement("lcm", "the boundary", got, (1.0, 0.0), accuracy=1e-12)


def edm() -> Evidence:
    """What EDM's scheduler makes of a network's output at several noise levels."""
    import torch

    theirs = scheduler("EDMEulerScheduler", sigma_data=0.5)
    one, none = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    got, right = [], []
    for sigma in (0.002, 0.1, 1.0, 80.0):
        level = torch.tensor(sigma, dtype=torch.float64)
        got.append([float(theirs.precondition_outputs(*pair, level)[0]) for pair in ((one, none), (none, one))])
        right.append(_preconditioning(sigma, 0.5))
    return agreement("edm", "c_skip and c_out", got, right, accuracy=1e-12)


def _preconditioning(sigma: float, deviation: float) -> tuple[float, float]:
    """Of Gaussian data: the slope of the posterior mean in x, and the deviation that is left."""
    known = {"mean": 0.0, "variance": deviation**2, "alpha_t": 1.0, "sigma_t": sigma}
    skip = components.posterior_mean(x=1.0, **known)
    left = components.posterior_variance(variance=deviation**2, alpha_t=1.0, sigma_t=sigma)
    return float(skip), float(np.sqrt(left))


def checks() -> list[Check]:
    found = []
    for kind in ("fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log", "learned_range"):
        for doubled in (False, True):
            id = f"ddpm.{kind}.deviation" + (".float64" if doubled else "")
            how = "calculated in float64 on their table" if doubled else "as it comes"
            statement = f"The standard deviation of the noise in DDPM's steps, {kind}, {how}."
            # 1 - ratio of two float32 numbers, at least 0.003 here: 6e-8 of 1 is 2e-5 of it, and half of that of the root
            accuracy = 1e-9 if doubled else 1e-5
            found.append(
                Check(id, statement, lambda k=kind, d=doubled, a=accuracy: deviations(k, d, a)),
            )
    for word in ("noise", "data", "v_prediction"):
        statement = f"A step of DDPM with a prediction of {word}: the noise level in and out, in float64 on their table."
        found.append(Check(f"ddpm.posterior.{word}", statement, lambda word=word: posterior(word, True, 1e-9)))
    found += [
        Check(
            "ddpm.full_chain.deviation",
            "The standard deviation of the noise in each of DDPM's thousand steps, as it comes.",
            lambda: deviations("fixed_small", False, 1e-5, 1000),
        ),
        Check(
            "ddpm.full_chain.posterior",
            "Each of DDPM's thousand steps as it comes: the noise level in and out.",
            lambda: posterior("data", False, 1e-6, 1000),
        ),
        Check("lcm.c_out", "c_skip and c_out of LCM are those of EDM and consistency models.", consistency),
        Check("lcm.boundary", "LCM's consistency function is the identity at t = 0.", boundary),
        Check("edm_euler.preconditioning", "c_skip and c_out of EDM's scheduler.", edm),
    ]
    return found
