"""Its path, and its six conversions, for any scales, for times of a batch, and at the ends of time.

A scheduler of the harness hands the conversions whatever scales the equation is tried at: what is judged is the
conversion alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl.conform.adapters.flow_matching.known import NAMES, theirs
from refimpl.conform.agreement import agreement
from refimpl.conform.check import Check
from refimpl.testing.conform import assert_conforms
from refimpl.testing.evidence import Evidence, measured

CONVERSIONS = {  # their method: what it is given, our equation
    "target_to_velocity": ("data", "gaussian_path.conditional_velocity"),
    "epsilon_to_velocity": ("noise", "conversions.velocity_from_noise"),
    "velocity_to_target": ("velocity", "conversions.data_from_velocity"),
    "epsilon_to_target": ("noise", "conversions.data_from_noise"),
    "velocity_to_epsilon": ("velocity", "conversions.noise_from_velocity"),
    "target_to_epsilon": ("data", "gaussian_path.inverse"),
}
_WORD = {"target": "data", "epsilon": "noise", "velocity": "velocity"}


def checks() -> list[Check]:
    found = [
        Check("path.x_t", "AffineProbPath.sample gives x_t = alpha data + sigma noise.", _sample("x_t")),
        Check("path.dx_t", "AffineProbPath.sample gives the conditional velocity.", _sample("dx_t")),
    ]
    for method in CONVERSIONS:
        for dtype in ("float64", "float32"):
            statement = f"{method} is the conversion of the equation, for any scales, in {dtype}."
            found.append(Check(f"convert.{method}.{dtype}", statement, _conforms(method, dtype)))
        statement = f"{method} takes one time for each row of a batch, t of shape (B,), as AffineProbPath.sample does."
        found.append(Check(f"convert.{method}.batch_times", statement, _batch(method, 5, 3)))
        statement = f"{method} takes t of shape (B,) also where B is the number of coordinates."
        found.append(Check(f"convert.{method}.square_batch", statement, _batch(method, 4, 4)))
    for name in NAMES:
        for method in CONVERSIONS:
            statement = f"At t = 0 and t = 1 {method} is the limit along the path, where that is finite."
            found.append(Check(f"ends.{name}.{method}", statement, _ends(name, method)))
    return found


def _given(**values: Any) -> Any:
    """Their path, on a scheduler that has these scales at every time."""
    from flow_matching.path import AffineProbPath
    from flow_matching.path.scheduler import SchedulerOutput

    shape = values["alpha_t"]
    known = {f"d_{k[1:]}" if k.startswith("d") else k: values.get(k, shape * 0 + 1) for k in _SCALES}
    return AffineProbPath(lambda t: SchedulerOutput(**known))  # type: ignore[arg-type]


_SCALES = ("alpha_t", "sigma_t", "dalpha_t", "dsigma_t")


def _sample(word: str) -> Callable[[], Evidence]:
    id = {"x_t": "gaussian_path.point", "dx_t": "gaussian_path.velocity"}[word]

    def sample(**values: Any) -> Any:
        noise = values["noise"]
        values = {"alpha_t": noise * 0 + 1, "sigma_t": noise * 0 + 1, **values}
        return getattr(_given(**values).sample(x_0=noise, x_1=values["data"], t=values["alpha_t"]), word)

    return lambda: assert_conforms(sample, id, backend="torch")


def _conforms(method: str, dtype: str) -> Callable[[], Evidence]:
    word, id = CONVERSIONS[method]

    def convert(**values: Any) -> Any:
        return getattr(_given(**values), method)(values[word], values["x"], values["alpha_t"])

    return lambda: assert_conforms(convert, id, dtype=dtype, backend="torch")


def _known(name: str, data: np.ndarray, noise: np.ndarray, t: np.ndarray) -> dict[str, Any]:
    """The point and its three predictions, for times in the shape (B,)."""
    import torch
    from flow_matching.path import AffineProbPath

    given = [torch.from_numpy(each) for each in (noise, data, t)]
    sample = AffineProbPath(theirs(name)).sample(*given)
    return {"x": sample.x_t, "data": given[1], "noise": given[0], "velocity": sample.dx_t, "t": given[2]}


def _batch(method: str, rows: int, columns: int) -> Callable[[], Evidence]:
    def run() -> Evidence:
        from flow_matching.path import CondOTProbPath

        generator = np.random.default_rng(0)
        data, noise = generator.normal(size=(2, rows, columns))
        known = _known("condot", data, noise, np.linspace(0.2, 0.8, rows))
        given, right = known[CONVERSIONS[method][0]], known[_WORD[method.rpartition("_")[2]]]
        got = getattr(CondOTProbPath(), method)(given, known["x"], known["t"])
        size = float(right.abs().max())
        words = "The times of the rows are taken for times of the columns, silently."
        return agreement(method, "Each row has its own time.", got, right, accuracy=1e-12, words=words, scale=size)

    return run


def _ends(name: str, method: str) -> Callable[[], Evidence]:
    def run() -> Evidence:
        import torch

        data, noise = np.array([[1.3, -0.4]]), np.array([[0.6, 0.9]])
        word, want = CONVERSIONS[method][0], _WORD[method.rpartition("_")[2]]
        worst, failure, seen, checked = 0.0, [], 0, []
        for end in (0.0, 1.0):
            known = _known(name, data, noise, np.array([end]))
            given, right = known[word], known[want]
            if not torch.isfinite(given).all():  # an infinite velocity at the data end: what a network says is finite
                given = torch.full_like(given, 0.3)
                right = known["x"] if want == "data" else torch.full_like(given, torch.inf)
            if not torch.isfinite(right).all():
                continue
            got = getattr(_path(name), method)(given, known["x"], torch.full_like(known["x"], end))
            each = agreement(method, "", got, right, accuracy=1e-9)
            seen, worst = seen + right.numel(), max(worst, each.statistic)
            checked.append(f"t = {end:g}")
            if not each:
                failure.append(f"At t = {end:g}: {each.words}")
        if not checked:
            raise ValueError("The limit is not finite at either end.")
        statement = "At the ends of time the conversion is its limit along the path, where that is finite."
        passed = f"holds at {' and '.join(checked)}."
        return measured(f"ends.{name}.{method}", statement, " ".join(failure), worst, 1e-9, seen, passed)

    return run


def _path(name: str) -> Any:
    from flow_matching.path import AffineProbPath

    return AffineProbPath(theirs(name))
