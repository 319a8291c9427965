"""FlowSampler and LangevinDynamics, driven with exact predictions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.adapters.torchebm.paths import NAMES, ours, theirs
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.distributions import Gaussian
from refimpl.field import MarginalField
from refimpl.path import GaussianPath
from refimpl.testing.evidence import Evidence, measured
from refimpl.testing.samplers import check_sampler

_MEAN, _VARIANCE = 0.7, 0.25  # of the data
_WORDS = ("velocity", "score", "noise")
_FORMS = ("SBDM", "sigma", "constant", "linear", "decreasing", "increasing-decreasing")


def checks() -> list[Check]:
    found = []
    for name in NAMES:
        for word in _WORDS:
            for dtype in ("float64", "float32"):
                statement = f"The default, dopri5, gives the law of the data, {word} on {name}, in {dtype}."
                found.append(Check(f"ode.{name}.{word}.{dtype}", statement, _default(name, word, dtype)))
    for name, word, integrator, order in (
        ("linear", "velocity", "euler", 1.0),
        ("cosine", "velocity", "heun", 2.0),
        ("cosine", "velocity", "rk4", 4.0),
    ):
        statement = f"FlowSampler with {integrator} has order {order:g} on {name}, given the {word}, in float64."
        found.append(Check(f"ode.{name}.{word}.{integrator}", statement, _ode(name, word, integrator, order)))
    for name, word in (("linear", "score"), ("linear", "noise"), ("cosine", "score"), ("vp", "score")):
        statement = f"Heun's method keeps its order 2 when the network predicts the {word}, on {name}, in float64."
        found.append(Check(f"ode.{name}.{word}.heun", statement, _heun(name, word)))
    found.append(Check("ode.reverse", "reverse=True leads from data to noise.", _reverse))
    for form in _FORMS:
        statement = f"The SDE with diffusion {form} keeps the law as steps shrink; eps 1e-3, no last step."
        options = {"diffusion_form": form, "last_step": None, "sample_eps": 1e-3}
        found.append(Check(f"sde.{form.lower()}", statement, _sde(options)))
    for name in NAMES:
        statement = (
            f"The SDE as it is by default, 250 steps, gives the variance of the data to 5 %, on {name}, in float64."
        )
        found.append(Check(f"sde.default.{name}", statement, _sde_default(name)))
    for last in ("Mean", "Euler", "Tweedie"):
        statement = f"The SDE with last_step {last}, size 0.04 as by default, keeps the law as steps shrink."
        options = {"last_step": last, "sample_eps": 1e-3}
        found.append(Check(f"sde.last_step.{last.lower()}", statement, _sde(options)))
    statement = "Langevin dynamics on a Gaussian has the variance of its own discretisation."
    return [*found, Check("langevin.variance", statement, _langevin)]


def _law(name: str) -> MarginalField:
    return MarginalField(GaussianPath(ours(name)), Gaussian([_MEAN], [[_VARIANCE]]))


def _model(predict: Callable[[Any, Any], Any]) -> Any:
    import torch

    class Model(torch.nn.Module):
        def forward(self, x: Any, t: Any) -> Any:
            return predict(x, t)

    return Model()


def _sampled(name: str, word: str, dtype: str, start: np.ndarray, n: int, **options: Any) -> Any:
    """Points that FlowSampler makes of noise, driven with the exact prediction for Gaussian data."""
    import torch
    from torchebm.samplers import FlowSampler

    kind, law = getattr(torch, dtype), _law(name)

    def predict(x: Any, t: Any) -> Any:
        return law.predict(x, t.clamp(0.0, 1.0), word)

    sampler = FlowSampler(_model(predict), interpolant=theirs(name), prediction=word, dtype=kind, **options)
    return sampler.sample(x=torch.from_numpy(start).to(kind), n_steps=n)


def _default(name: str, word: str, dtype: str) -> Callable[[], Evidence]:
    """The flow of Gaussian data is affine: three points show its mean and its deviation."""

    def run() -> Evidence:
        start = np.array([[-1.0], [0.0], [1.5]])
        got, right = _sampled(name, word, dtype, start, 50), _law(name).flow(start, 0.0, 1.0)
        # its tolerances by default are 1e-3 and 1e-6 for one step
        return agreement(f"ode.{name}.{word}", "The law of the data.", got, right, accuracy=0.03, scale=_VARIANCE**0.5)

    return run


def _heun(name: str, word: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        start = np.array([[-1.0], [0.0], [1.5]])
        right, counts = _law(name).flow(start, 0.0, 1.0), (80, 160)
        ended = [_sampled(name, word, "float64", start, n, integrator="heun").numpy() for n in counts]
        errors = [float(np.abs(each - right).max()) for each in ended]
        order = math.log2(errors[0] / errors[1])
        said = f"the error is {errors[0]:.3g} with n = 80 and {errors[1]:.3g} with n = 160, order {order:.2f}"
        failure = "" if order > 1.5 else f"The order is lost: {said}."
        statement = "Heun's method has order 2 on Gaussian data."
        return measured(f"ode.{name}.{word}", statement, failure, 2 - order, 0.5, 2, f"holds: {said}.", order=order)

    return run


def _ode(name: str, word: str, integrator: str, order: float) -> Callable[[], Evidence]:
    def loop(predict: Any, x: Any, n: int) -> Any:
        import torch
        from torchebm.samplers import FlowSampler

        model = _model(lambda x, t: predict(x, t[0]))
        options = {"interpolant": theirs(name), "prediction": word, "integrator": integrator}
        return FlowSampler(model, dtype=torch.float64, **options).sample(x=x, n_steps=n)

    exact = integrator == "euler"  # exact for one data point on straight paths
    steps = (1, 2, 5, 20, 50) if exact else (20, 40)
    return lambda: check_sampler(
        loop, ours(name), predicts=word, exact=exact, order=order, steps=steps, backend="torch"
    )


def _reverse() -> Evidence:
    import torch
    from torchebm.samplers import FlowSampler

    law, start, asked = _law("linear"), np.array([[0.2], [0.7], [1.4]]), []

    def predict(x: Any, t: Any) -> Any:
        asked.append(float(t[0]))
        return law.velocity(x, t.clamp(0.0, 1.0))

    sampler = FlowSampler(_model(predict), reverse=True, integrator="rk4", dtype=torch.float64)
    got = sampler.sample(x=torch.from_numpy(start), n_steps=100)
    words = f"The network is asked for t = {asked[0]:g} first and for t = {asked[-1]:g} last."
    right = law.flow(start, 1.0, 0.0)
    return agreement("ode.reverse", "From data to noise.", got, right, accuracy=1e-5, words=words, scale=1.0)


def _with_noise(normal: Callable[[Any], Any]) -> Any:
    """Their integrator, given its noise."""
    import torch
    from torchebm.integrators import EulerMaruyamaIntegrator

    class Given(EulerMaruyamaIntegrator):
        def step(self, state: Any, step_size: Any, **options: Any) -> Any:
            return super().step(state, step_size, **{**options, "noise": normal(state["x"])})

    return Given(dtype=torch.float64, device=torch.device("cpu"))


def _sde(options: dict[str, Any]) -> Callable[[], Evidence]:
    def loop(predict: Any, x: Any, n: int, *, normal: Any) -> Any:
        import torch
        from torchebm.samplers import FlowSampler

        model = _model(lambda x, t: predict(x, t[0]))
        sampler = FlowSampler(
            model, mode="sde", interpolant=theirs("linear"), prediction="velocity", dtype=torch.float64,
            device="cpu", integrator=_with_noise(normal), **options,
        )  # fmt: skip
        return sampler.sample(x=x, n_steps=n)

    # it stops at t = 1 - eps, where 1e-3 of noise is left: 4e-6 of the variance, and 7e-4 of the mean
    return lambda: check_sampler(
        loop, ours("linear"), predicts="velocity", stochastic=True, exact=False, order=1.0, steps=(50, 100),
        accuracy=3e-3, backend="torch",
    )  # fmt: skip


def _sde_default(name: str) -> Callable[[], Evidence]:
    """Given the velocity of Gaussian data each step is affine: unit vectors show what every draw adds at the end."""

    def run() -> Evidence:
        import torch

        steps, schedule = 250, ours(name).at(0.0)
        alpha, sigma = float(schedule["alpha_t"]), float(schedule["sigma_t"])
        drawn = iter(torch.eye(steps + 2, dtype=torch.float64)[2:, :, None])
        start = np.full((steps + 2, 1), alpha * _MEAN)
        start[1] += np.sqrt(alpha**2 * _VARIANCE + sigma**2)
        integrator = _with_noise(lambda x: next(drawn))
        got = _sampled(name, "velocity", "float64", start, steps, mode="sde", device="cpu", integrator=integrator)
        parts = got.numpy()[1:, 0] - float(got[0, 0])
        statement = "The variance at the end is that of the data."
        # a method of order 1 leaves an error of the order of 1 / 250, times the few units of the drift's slope
        return agreement(f"sde.default.{name}", statement, parts @ parts, _VARIANCE, accuracy=0.05)

    return run


def _langevin() -> Evidence:
    """The chain is linear, so the mean and each draw of noise reach the end by a factor that unit vectors show."""
    import torch
    from torchebm.core import BaseModel
    from torchebm.samplers import LangevinDynamics

    class Energy(BaseModel):
        def forward(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            return ((x - _MEAN) ** 2).sum(-1) / (2 * _VARIANCE)

    steps, size = 30, 0.02
    drawn = iter(torch.eye(steps + 1, dtype=torch.float64)[1:, :, None])
    start = torch.full((steps + 1, 1), _MEAN, dtype=torch.float64)
    start[0] += 1.0
    sampler = LangevinDynamics(
        Energy(), step_size=size, dtype=torch.float64, device="cpu", integrator=_with_noise(lambda x: next(drawn))
    )
    end = sampler.sample(x=start, n_steps=steps)[:, 0].detach().numpy() - _MEAN
    factor = 1 - size / _VARIANCE
    settled = 2 * size / (1 - factor**2)
    right = [factor**steps, settled * (1 - factor ** (2 * steps))]
    got = [end[0], (end[1:] ** 2).sum()]
    statement = "The mean and the variance after 30 steps are those of the discretised chain."
    return agreement("langevin.variance", statement, got, right, accuracy=1e-10)
