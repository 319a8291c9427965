"""The loop of a diffusers pipeline around one scheduler, as `refimpl.testing.check_sampler` wants it.

Points are given and returned on the path of the network, alpha² + sigma² = 1, whatever the scheduler's own frame is, and
the network is told the scheduler's timesteps. What these mean is looked up as the scheduler itself does it: integers are
rows of its float32 table; fractions are interpolated in sigma, or in its logarithm where the sigmas were chosen first.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, lru_cache
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np

from refimpl.conventions import time_at_edm_sigma
from refimpl.schedules import Discrete, Trigonometric

PREDICTION_TYPES = {"noise": "epsilon", "data": "sample", "v_prediction": "v_prediction"}
PRESERVING = Trigonometric()  # alpha² + sigma² = 1 with a time for every ratio of the two

# Their tables and points are float32. The points of the first step are divided by alpha = 0.0064, so that a rounding of
# 6e-8 becomes 1e-5 of the data; a few of them add up.
ACCURACY = 1e-4


def scheduler(name: str, **options: Any) -> Any:
    """One of their schedulers, without the clipping that some have by default."""
    kind = getattr(import_module("diffusers"), name)
    usual = {"clip_sample": False} if "clip_sample" in signature(kind.__init__).parameters else {}
    with quiet():
        return kind(**(usual | options))


@contextmanager
def quiet() -> Iterator[None]:
    """Without their warnings, for as long as a check runs."""
    logging = import_module("diffusers.utils.logging")
    kept = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(kept)


@lru_cache(64)
def _prepared(name: str, options: tuple, n: int, prepare: Callable[[Any, int], Any] | None) -> Any:
    theirs = scheduler(name, **dict(options))
    with quiet():
        theirs.set_timesteps(n)
        if prepare is not None:
            prepare(theirs, n)
    return theirs


@contextmanager
def planted(theirs: Any, normal: Callable[..., Any] | None) -> Iterator[None]:
    """Their random numbers replaced by ours, in the module of this scheduler, as long as it is used."""
    module = import_module(type(theirs).__module__)
    kept = getattr(module, "randn_tensor", None)
    if normal is None or kept is None:
        yield
        return
    import torch

    def given(shape: Any, dtype: Any = None, **_: Any) -> Any:
        return normal(torch.empty(tuple(shape), dtype=torch.float64)).to(dtype or torch.float64)

    module.randn_tensor = given  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module.randn_tensor = kept  # type: ignore[attr-defined]


def loop(
    name: str,
    *,
    exploding: bool = False,
    prepare: Callable[[Any, int], Any] | None = None,
    step: dict[str, Any] | None = None,
    told: Callable[[Any, Any], Any] | None = None,
    **options: Any,
) -> Callable[..., Any]:
    """`run(predict, x, n, predicts=..., normal=...)` with a new scheduler of this name and these options.

    Args:
        name: of the scheduler's class.
        exploding: whether its points are data + sigma noise, and `scale_model_input` brings them to the path.
        prepare: what is done to the scheduler after `set_timesteps(n)`.
        step: more arguments of `step`.
        told: the scheduler and its timestep to what the network is told; None: the timestep.
        options: of the scheduler.
    """

    def run(predict: Any, x: Any, n: int, predicts: str = "noise", normal: Any = None) -> Any:
        chosen = tuple(({"prediction_type": PREDICTION_TYPES[predicts]} | options).items())
        theirs = deepcopy(_prepared(name, chosen, n, prepare))  # it keeps what it has seen
        sample = x * (float(theirs.sigmas[0]) ** 2 + 1) ** 0.5 if exploding else x
        with planted(theirs, normal), quiet():
            for t in theirs.timesteps:
                given = theirs.scale_model_input(sample, t)
                output = predict(given, t if told is None else told(theirs, t))
                sample = theirs.step(output, t, sample, **(step or {})).prev_sample
        return sample / (float(theirs.sigmas[-1]) ** 2 + 1) ** 0.5 if exploding else sample

    return run


@cache
def bars(name: str = "DDIMScheduler", **options: Any) -> np.ndarray:
    """Their alphas_cumprod, (1000,), as the float32 numbers that they are."""
    return scheduler(name, **options).alphas_cumprod.double().numpy()


@cache
def table(name: str = "DDIMScheduler", **options: Any) -> Discrete:
    """The schedule that their float32 table is."""
    found = bars(name, **options)
    return Discrete(1 - found / np.append(1.0, found[:-1]))


def of_rows(k: Any) -> float:
    """Their step k is after k + 1 of a thousand noisings."""
    return 1 - (int(k) + 1) / 1000


def double(theirs: Any, n: int) -> None:
    """Their float32 table, with which they calculate in float64."""
    theirs.alphas_cumprod = theirs.alphas_cumprod.double()


def time_of_sigma(sigma: Any) -> float:
    """Our time on the path alpha² + sigma² = 1 of a ratio sigma / alpha."""
    return _time_of_sigma(float(sigma))


@lru_cache(4096)
def _time_of_sigma(sigma: float) -> float:
    return 1.0 if sigma == 0 else float(time_at_edm_sigma(PRESERVING, sigma))


def interpolated(name: str, logarithm: bool = False, **options: Any) -> Callable[[Any], float]:
    """The time of a timestep between two rows: sigma, or its logarithm, is linear in the timestep."""
    found = bars(name, **options)
    levels = np.sqrt((1 - found) / found)

    def time(t: Any) -> float:
        rows = np.arange(len(levels))
        if logarithm:
            return time_of_sigma(np.exp(np.interp(float(t), rows, np.log(levels))))
        return time_of_sigma(np.interp(float(t), rows, levels))

    return time
