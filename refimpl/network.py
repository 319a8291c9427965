"""The small network that training fits, and its optimisation. Imports PyTorch: loaded only where it is wanted."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from refimpl.field import MarginalField

_EMA = 0.999


class Network(nn.Module):
    """A multilayer perceptron R^d x [0, 1] -> R^d with Fourier features of time.

    Args:
        dimension: d.
        width: units in each of the three hidden layers.
        frequencies: time enters as itself and as sin(pi k t), cos(pi k t) for k = 1 .. frequencies.
        scale: of the output.
    """

    angles: torch.Tensor

    def __init__(self, dimension: int, width: int = 128, frequencies: int = 4, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale
        self.register_buffer("angles", math.pi * torch.arange(1, frequencies + 1), persistent=False)
        widths = [dimension + 1 + 2 * frequencies, width, width, width]
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Linear(inputs, outputs), nn.GELU()]
        self.layers = nn.Sequential(*layers, nn.Linear(width, dimension))

    def forward(self, x: torch.Tensor, t: torch.Tensor, spread: torch.Tensor) -> torch.Tensor:
        """The velocity at points x (n, d) and times t (n, 1); `spread` (n, 1) is the size that x has at these times."""
        turns = t * self.angles
        return self.scale * self.layers(torch.cat([x / spread, t, turns.sin(), turns.cos()], dim=1))


class Trainer:
    """A network, its optimiser and its moving average, trained step by step; draws depend on seed and step alone."""

    def __init__(
        self,
        field: MarginalField,
        device: str,
        *,
        steps: int,
        batch: int,
        seed: int,
        width: int,
        learning_rate: float,
        times: tuple[float, float],
        target: Callable[..., Any] | None,
    ) -> None:
        self.field, self.device, self.seed = field, device, seed
        self.steps, self.batch, self.times = steps, batch, times
        self.target = target if target is not None else _velocity
        distribution = field.distribution
        spread = np.trace(distribution.covariance()) + np.sum(distribution.mean() ** 2)
        self.size = float(spread) / distribution.dimension  # mean square of a coordinate of the data
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = Network(distribution.dimension, width, scale=float(np.sqrt(1.0 + self.size)))
        self.network, self.average = network.to(device), copy.deepcopy(network).to(device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=learning_rate)
        self.learning_rate = learning_rate
        self.settings = {
            "steps": steps,
            "batch": batch,
            "seed": seed,
            "width": width,
            "learning rate": learning_rate,
            "times": list(times),
            "schedule": repr(field.path.schedule),
            "distribution": _fingerprint(distribution),
            "target": getattr(self.target, "__qualname__", repr(self.target)),
        }

    def state(self) -> dict[str, Any]:
        """Everything that a resumed run needs, by name."""
        return {"network": self.network, "average": self.average, "optimiser": self.optimiser}

    def step(self, number: int) -> torch.Tensor:
        """One optimisation step; returns the loss of its batch, still on the device."""
        random = np.random.default_rng([self.seed, number])
        low, high = self.times
        t = low + (high - low) * (np.arange(self.batch) + random.random(self.batch)) / self.batch
        data = self.field.distribution.sample(self.batch, random)
        noise = random.standard_normal(data.shape)
        known = {name: value[:, None] for name, value in self.field.path.schedule.at(t).items()}
        x = known["alpha_t"] * data + known["sigma_t"] * noise
        goal = np.asarray(self.target(data, noise, known["dalpha_t"], known["dsigma_t"]))
        if (
            goal.dtype.kind not in "iuf" or goal.shape != data.shape
        ):  # it would be broadcast, and something else learned
            came = f"{goal.shape} of {goal.dtype}"
            raise ValueError(f"`target` must return an array of real numbers of shape {data.shape}; got {came}.")
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * number / self.steps))
        points, times, spread, goals = (self._tensor(a) for a in (x, t[:, None], self._spread(known), goal))
        loss = (self.network(points, times, spread) - goals).square().sum(dim=1).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        with torch.no_grad():
            decay = min(_EMA, (1 + number) / (10 + number))
            for kept, new in zip(self.average.parameters(), self.network.parameters(), strict=True):
                kept.lerp_(new, 1.0 - decay)
        return loss.detach()

    def learned(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """The averaged network at points x (n, d) and times t (n,), in NumPy."""
        self.field.distribution.check_points(x)
        known = {name: value[:, None] for name, value in self.field.path.schedule.at(t).items()}
        with torch.no_grad():
            out = self.average(*(self._tensor(a) for a in (x, t[:, None], self._spread(known))))
        return out.cpu().double().numpy()

    def _spread(self, known: dict[str, np.ndarray]) -> np.ndarray:
        """The root mean square of a coordinate of x_t."""
        return np.sqrt(known["alpha_t"] ** 2 * self.size + known["sigma_t"] ** 2)

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.asarray(array, dtype=np.float32)).to(self.device)


def _velocity(data: np.ndarray, noise: np.ndarray, dalpha_t: np.ndarray, dsigma_t: np.ndarray) -> np.ndarray:
    return dalpha_t * data + dsigma_t * noise


def _fingerprint(distribution: Any) -> str:
    arrays = (distribution.weights, distribution.means, distribution.covariances)
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:16]
