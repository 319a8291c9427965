"""Schedulers whose points are data + sigma noise: Euler, Euler ancestral, Heun, KDPM2, LMS, EDM."""

from __future__ import annotations

import math
from typing import Any

from refimpl.conform.adapters.diffusers.loops import (
    ACCURACY,
    PRESERVING,
    interpolated,
    loop,
    planted,
    quiet,
    scheduler,
    time_of_sigma,
)
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.schedules import EDM
from refimpl.testing import Evidence, check_sampler

BETAS = {"beta_start": 1e-4, "beta_end": 0.02}  # of DDPM; some of these schedulers have others by default
ALL, TWO = ("noise", "data", "v_prediction"), ("noise", "v_prediction")
SPACINGS = ("leading", "trailing", "linspace")
STEPS = (1, 2, 5, 20, 50)
# From sigma = 157 to 0.01 in one step a second stage divides by 0.01 and multiplies by 157: the rounding of float32
# becomes visible. Two steps of linspace are such a step; `two_steps` shows what comes.
SECOND_STAGE = (1, 5, 20, 50)
EULER = {"Euler": "euler", "EulerAncestral": "euler_ancestral", "Heun": "heun", "LMS": "lms"}


def exploding(
    name: str, predicts: Any = ALL, steps: Any = STEPS, stochastic: bool = False, told: Any = None, **options: Any
) -> Evidence:
    """A loop in sigma, judged on the path alpha² + sigma² = 1 that the network is given."""
    chosen = options.get("use_karras_sigmas", False) or options.get("use_exponential_sigmas", False)
    timestep = interpolated(name, logarithm=chosen, **BETAS) if told is None else time_of_sigma
    run = loop(name, exploding=True, told=told, **BETAS, **options)
    settings = {"timestep": timestep, "predicts": predicts, "steps": steps, "stochastic": stochastic}
    return check_sampler(run, PRESERVING, accuracy=ACCURACY, backend="torch", **settings)


def midpoint_sigma(theirs: Any, t: Any) -> float:
    """The sigma that KDPM2 takes its points to be at, which lies between two of the grid at every other call."""
    i = theirs.step_index
    if theirs.state_in_first_order:
        return float(theirs.sigmas[i])
    return float(theirs.sigmas_interpol[i - 1 if hasattr(theirs, "sigmas_up") else i])


def edm(n_final: str = "zero", schedule: str = "karras") -> Evidence:
    """Euler's method of EDM, around a network that is preconditioned as theirs are."""
    path = EDM(80.0)

    def run(predict: Any, x: Any, n: int, normal: Any = None) -> Any:
        theirs = scheduler("EDMEulerScheduler", sigma_max=80.0, sigma_schedule=schedule, final_sigmas_type=n_final)
        theirs.set_timesteps(n)
        sample = x
        with planted(theirs, normal), quiet():
            for t in theirs.timesteps:
                theirs.scale_model_input(sample, t)
                sigma = math.exp(4 * float(t))  # their timestep is log(sigma) / 4
                data, s = predict(sample, sigma), 0.5
                skip, out = s**2 / (sigma**2 + s**2), sigma * s / math.hypot(sigma, s)
                output = (data - skip * sample) / out
                sample = theirs.step(output, t, sample).prev_sample
        return sample

    settings = {"timestep": lambda sigma: 1 - float(sigma) / 80, "steps": STEPS, "backend": "torch"}
    return check_sampler(run, path, predicts="data", accuracy=ACCURACY, **settings)


def two_steps(name: str) -> Evidence:
    """Where the second stage of a step from sigma = 157 to 0.01 leads, with known data."""
    theirs = scheduler(name, timestep_spacing="linspace", **BETAS)
    import torch

    theirs.set_timesteps(2)
    noise = torch.tensor([[0.5]], dtype=torch.float64)
    sample = noise * float(theirs.sigmas[0])

    def nothing(shape: Any, **_: Any) -> Any:
        return torch.zeros(1, 1, dtype=torch.float64)

    with planted(theirs, nothing), quiet():
        for t in theirs.timesteps[:2]:
            theirs.scale_model_input(sample, t)
            sigma = float(theirs.sigmas[0]) if theirs.step_index == 0 else _second(theirs)
            sample = theirs.step(sample / sigma if sigma else sample * math.nan, t, sample).prev_sample
    right = float(theirs.sigmas[1])  # the data are 0
    if "Ancestral" in name:
        right = right**2 / float(theirs.sigmas[0])  # what ancestral sampling keeps of the old noise
    statement = "Two steps of linspace: the noise that a step from sigma = 157 to 0.01 keeps."
    return agreement(name, statement, float(sample[0, 0]) / 0.5, right, accuracy=1e-3)


def _second(theirs: Any) -> float:
    if hasattr(theirs, "sigmas_interpol"):
        return midpoint_sigma(theirs, None)
    return float(theirs.sigmas[theirs.step_index])


def checks() -> list[Check]:
    found = []

    def add(id: str, statement: str, name: str, **options: Any) -> None:
        found.append(Check(id, statement, lambda: exploding(f"{name}DiscreteScheduler", **options)))

    for name, short in EULER.items():
        drawn = {"stochastic": True, "predicts": TWO} if name == "EulerAncestral" else {}
        drawn |= {"steps": (1, 2, 5, 20), "predicts": TWO} if name == "LMS" else {}  # each step is a quadrature
        for spacing in SPACINGS:
            counts = {"steps": SECOND_STAGE} if (name, spacing) == ("Heun", "linspace") else {}
            statement = f"{name} with {spacing} timesteps, fractions as sigma is interpolated: the noise levels."
            add(f"{short}.{spacing}.noise", statement, name, timestep_spacing=spacing, **drawn, **counts)
        if name != "EulerAncestral":
            counts = {"steps": SECOND_STAGE} if name == "Heun" else {}
            counts |= drawn
            for kind in ("karras", "exponential") if name != "LMS" else ("karras",):
                statement = f"{name} with {kind} sigmas: the noise levels at every call and at the end."
                add(f"{short}.{kind}.noise", statement, name, **{f"use_{kind}_sigmas": True}, **counts)
    for name, short in {"KDPM2": "kdpm2", "KDPM2Ancestral": "kdpm2_ancestral"}.items():
        drawn = {"stochastic": name != "KDPM2", "predicts": TWO, "told": midpoint_sigma}
        for spacing in SPACINGS:
            counts = {"steps": SECOND_STAGE} if spacing == "linspace" else {}
            statement = f"{name} with {spacing} timesteps and its midpoints in log sigma: the noise levels."
            add(f"{short}.{spacing}.noise", statement, name, timestep_spacing=spacing, **drawn, **counts)
    for name in ("Heun", "KDPM2", "KDPM2Ancestral"):
        short = {"Heun": "heun", "KDPM2": "kdpm2"}.get(name, "kdpm2_ancestral")
        statement = f"{name} with two linspace steps: the noise that is left is right and finite."
        found.append(
            Check(f"{short}.linspace.two_steps", statement, lambda name=name: two_steps(f"{name}DiscreteScheduler"))
        )
    found += [
        Check(
            f"edm_euler.{schedule}.noise",
            f"EDM's Euler method with {schedule} sigmas: the noise level at every call and at the end.",
            lambda schedule=schedule: edm(schedule=schedule),
        )
        for schedule in ("karras", "exponential")
    ]
    for word in TWO:
        statement = f"Euler from zero terminal SNR with a prediction of {word}: finite, at the right noise levels."
        found.append(
            Check(
                f"euler.zero_snr.{word}",
                statement,
                lambda word=word: zero_snr(word),
            )
        )
    return found


def zero_snr(word: str) -> Evidence:
    """Euler's method from the alpha-bar that it puts in the place of 0."""
    name, options = "EulerDiscreteScheduler", {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    run = loop(name, exploding=True, **BETAS, **options)
    timestep = interpolated(name, **BETAS, rescale_betas_zero_snr=True)
    # sigma is 4096 in float32, so that a rounding is 2e-4 of the data
    settings = {"timestep": timestep, "predicts": (word,), "accuracy": 1e-3, "backend": "torch"}
    return check_sampler(run, PRESERVING, **settings)
