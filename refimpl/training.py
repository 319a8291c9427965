"""Conditional flow matching on a distribution whose marginal field is exact, so that the learned field can be judged.

The loss cannot show convergence: on a mixture of Gaussians all but a thousandth of it is the variance of the target
given x, which no network can remove. What is reported is the distance to the exact field. PyTorch is loaded by `train`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from refimpl.arguments import check_callable, check_count, check_number, kind_of, shown
from refimpl.checkpoints import Interruption, load_checkpoint, save_checkpoint
from refimpl.testing.compare import split
from refimpl.testing.quasi import REPLICATES, uniforms
from refimpl.testing.rules import check_times

if TYPE_CHECKING:
    from refimpl.field import MarginalField

Progress = Callable[[int, int, float], None]

_REPORTS = 100
_LOG2_POINTS = 10
_TIMES = 11


@dataclass(frozen=True)
class TrainingResult:
    """A learned velocity field, and how far it is from the exact one.

    Attributes:
        velocity_error: relative L2 error of the learned field under p_t, t uniform in `times`.
        error_by_time: pairs (t, relative L2 error under p_t at that time).
        loss: expected conditional flow matching loss of the learned field, the sum of the next and `excess`.
        irreducible: the loss of the exact field, E |target|^2 - E |exact|^2: no network can come below it.
        irreducible_error: standard error of `irreducible`.
        excess: E |learned - exact|^2.
        steps: optimisation steps done.
        seconds: spent on optimisation, over all sessions of a resumed run.
        device: "cuda", "mps" or "cpu".
        times: the interval that times were drawn from.
    """

    velocity_error: float
    error_by_time: tuple[tuple[float, float], ...]
    loss: float
    irreducible: float
    irreducible_error: float
    excess: float
    steps: int
    seconds: float
    device: str
    times: tuple[float, float]
    _learned: Callable[[Any, Any], np.ndarray] = field(repr=False, compare=False)

    def velocity(self, x: Any, t: Any) -> Any:
        """The learned velocity at points x (..., d), NumPy or PyTorch, in x's library, dtype and device.

        `t` is a number, or an array that aligns with the leading axes of x.
        """
        from refimpl.edge import beside, follow, namespace_of, to_numpy

        t = to_numpy(beside(t, x, namespace_of(x=x), columns=1))
        points = to_numpy(x)
        times = np.broadcast_to(t.reshape(t.shape + (1,) * (points.ndim - 1 - t.ndim)), points.shape[:-1])
        return follow(self._learned(points.reshape(-1, points.shape[-1]), times.ravel()).reshape(points.shape), x)

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain data for JSON."""
        return {each.name: getattr(self, each.name) for each in fields(self) if not each.name.startswith("_")}


def train(
    field: MarginalField,
    *,
    steps: int = 2400,
    batch: int = 1024,
    seed: int = 0,
    device: str | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 500,
    progress: Progress | None = None,
    width: int = 128,
    learning_rate: float = 5e-3,
    times: tuple[float, float] | None = None,
    target: Callable[..., Any] | None = None,
) -> TrainingResult:
    """Trains a small network by conditional flow matching, and compares it with the exact field.

    A multilayer perceptron (3 hidden layers) by Adam, with a cosine schedule of the step size, times stratified within
    each batch, and an exponential moving average of the parameters. Draws are made in NumPy from seed and step, so
    they are the same on every device and in a resumed run.

    Args:
        field: the exact field: a `MarginalField`; its path makes the points, its distribution the data.
        steps: optimisation steps.
        batch: samples in each.
        seed: fixes the initial parameters and all draws.
        device: "cuda", "mps" or "cpu"; by default the first of these that there is.
        checkpoint: a file to resume from if it exists, written every `checkpoint_every` steps, at the end and when
            interrupted (Ctrl-C). It is replaced as a whole, never half written.
        checkpoint_every: steps between checkpoints.
        progress: called with (steps done, steps, mean loss since the last call), about 100 times.
        width: units in each hidden layer.
        learning_rate: the first and largest step size.
        times: the interval that times are drawn from. By default (0, 1), or (0, 0.999) where the rate of sigma_t is
            infinite at t = 1 and with it the loss.
        target: what is regressed on: a function of data, noise (n, d), dalpha_t and dsigma_t (n, 1), in NumPy. By
            default dalpha_t data + dsigma_t noise, and nothing else is flow matching.

    Returns:
        The learned field and its errors.

    Raises:
        ValueError: for an argument out of range, a device that is not there, or a checkpoint of another run.
        KeyboardInterrupt: after a checkpoint was written, if one was asked for.
    """
    import torch

    from refimpl.network import Trainer

    times = _check(
        field, steps, batch, seed, checkpoint_every, width, learning_rate, times, progress, target, checkpoint
    )
    chosen = choose_device(device)
    trainer = Trainer(
        field,
        chosen,
        steps=steps,
        batch=batch,
        seed=seed,
        width=width,
        learning_rate=learning_rate,
        times=times,
        target=target,
    )
    file = Path(checkpoint) if checkpoint is not None else None
    done, before = 0, 0.0
    if file is not None and file.exists():
        done, before = load_checkpoint(file, trainer.state(), trainer.settings, torch.device(chosen))
    saved, started = done, time.perf_counter() - before
    losses: list[Any] = []
    with Interruption() as interruption:
        while done < steps and not interruption.asked:
            losses.append(trainer.step(done))
            done += 1
            if progress is not None and (done % max(1, steps // _REPORTS) == 0 or done == steps):
                progress(done, steps, float(torch.stack(losses).mean()))
                losses.clear()
            if file is not None and done % checkpoint_every == 0:
                save_checkpoint(file, trainer.state(), trainer.settings, done, time.perf_counter() - started)
                saved = done
        seconds = time.perf_counter() - started
        if file is not None and saved < done:
            save_checkpoint(file, trainer.state(), trainer.settings, done, seconds)
    if interruption.asked:
        kept = f" They are kept in {file}: the same call goes on from there." if file is not None else ""
        raise KeyboardInterrupt(f"Training was interrupted after {done} of {steps} steps.{kept}")
    return evaluate(field, trainer.learned, times, steps=done, seconds=seconds, device=chosen)


def choose_device(device: str | None = None) -> str:
    """The device asked for, if it is there; else the first of cuda, mps, cpu that is.

    Raises:
        ValueError: for a device that is unknown or not there.
    """
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device is None:
        return next(name for name, found in there.items() if found)
    kind, _, number = device.partition(":") if isinstance(device, str) else ("", "", "")
    if kind not in there or (":" in device and not number.isdecimal()):
        raise ValueError(f'`device` must be "cuda", "mps" or "cpu"; got {shown(device)}.')
    if not there[kind]:
        found = ", ".join(name for name, found in there.items() if found)
        raise ValueError(f"`device` must be one that PyTorch finds here ({found}); got {device!r}.")
    return device


def evaluate(
    field: MarginalField,
    learned: Callable[[np.ndarray, np.ndarray], np.ndarray],
    times: tuple[float, float],
    *,
    seed: int = 0,
    steps: int = 0,
    seconds: float = 0.0,
    device: str = "cpu",
) -> TrainingResult:
    """Compares a learned velocity with the exact one, on randomised quasi-Monte Carlo points.

    Args:
        field: the exact field.
        learned: points (n, d) and times (n,) -> velocities (n, d), in NumPy.
        times: the interval of times.
        seed: of the points.
        steps, seconds, device: how it was learned; reported.

    Returns:
        The errors.
    """
    low, high = times
    rows = []
    for replicate in range(REPLICATES):
        uniform = uniforms(2 * field.distribution.dimension + 2, seed, replicate, log2_points=_LOG2_POINTS)
        rows.append(_compare(field, learned, low + (high - low) * uniform[:, 0], uniform[:, 1:]))
    distance, size = np.mean(rows, axis=0)
    by_time = []
    for t in np.linspace(low, high, _TIMES):
        uniform = uniforms(2 * field.distribution.dimension + 1, seed, REPLICATES, log2_points=_LOG2_POINTS)
        off, whole = _compare(field, learned, np.full(len(uniform), t), uniform)
        by_time.append((float(t), float(np.sqrt(off / whole))))
    irreducible = _mean_square_of_target(field, times) - size  # the exact field is the target's projection
    return TrainingResult(
        velocity_error=float(np.sqrt(distance / size)),
        error_by_time=tuple(by_time),
        loss=float(irreducible + distance),
        irreducible=float(irreducible),
        irreducible_error=float(np.std([row[1] for row in rows], ddof=1) / np.sqrt(REPLICATES)),
        excess=float(distance),
        steps=steps,
        seconds=seconds,
        device=device,
        times=times,
        _learned=learned,
    )


def _compare(
    field: MarginalField, learned: Callable[..., np.ndarray], t: np.ndarray, uniform: np.ndarray
) -> tuple[float, float]:
    """Means of |learned - exact|^2 and of |exact|^2 over points of p_t."""
    data, noise = split(field.distribution, uniform)
    known = {name: value[:, None] for name, value in field.path.schedule.at(t).items()}
    x = known["alpha_t"] * data + known["sigma_t"] * noise
    exact = field.velocity(x, t)
    return float(np.sum((learned(x, t) - exact) ** 2)) / len(x), float(np.sum(exact**2)) / len(x)


def _mean_square_of_target(field: MarginalField, times: tuple[float, float]) -> float:
    """E |dalpha_t data + dsigma_t noise|^2 = dalpha_t^2 E |data|^2 + dsigma_t^2 d, averaged over the times."""
    low, high = times
    nodes, weights = np.polynomial.legendre.leggauss(512)
    known = field.path.schedule.at(low + (high - low) * (nodes + 1) / 2)
    distribution = field.distribution
    square = np.trace(distribution.covariance()) + np.sum(distribution.mean() ** 2)
    return float(weights @ (known["dalpha_t"] ** 2 * square + known["dsigma_t"] ** 2 * distribution.dimension) / 2)


def _check(
    field: MarginalField,
    steps: int,
    batch: int,
    seed: int,
    checkpoint_every: int,
    width: int,
    learning_rate: float,
    times: tuple[float, float] | None,
    progress: Progress | None,
    target: Callable[..., Any] | None,
    checkpoint: str | Path | None,
) -> tuple[float, float]:
    """Refuses arguments that make no sense; returns the interval of times."""
    from refimpl.field import MarginalField

    if not isinstance(field, MarginalField):
        raise TypeError(f"`field` must be a MarginalField; got {type(field).__qualname__}.")
    counts = {"steps": steps, "batch": batch, "checkpoint_every": checkpoint_every, "width": width}
    for name, value in counts.items():
        check_count(value, name, least=1)
    check_count(seed, "seed", most=2**63 - 1)  # what PyTorch takes
    if not check_number(learning_rate, "learning_rate") > 0:
        raise ValueError(f"`learning_rate` must be positive; got {learning_rate}.")
    for name, function in (("progress", progress), ("target", target)):
        if function is not None:
            check_callable(function, name)
    if checkpoint is not None and not isinstance(checkpoint, str | Path):
        raise TypeError(f"`checkpoint` must be the name of a file; got {kind_of(checkpoint)}.")
    if times is None:
        finite = np.isfinite(field.path.schedule.dsigma(1.0))
        return (0.0, 1.0 if finite else 0.999)
    ends = check_times(times, 2)
    if len(ends) > 2 or not 0 <= ends[0] < ends[1] <= 1:
        raise ValueError(f"`times` must be an interval inside [0, 1]; got {shown(times)}.")
    return ends[0], ends[1]
