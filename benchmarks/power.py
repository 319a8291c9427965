"""Measures what the experiments see, and draws it: python benchmarks/power.py, some minutes.

For each experiment: the share of seeds on which it rejects a relative error of 0, 0.5, 1, 2 and 5 % in one
coefficient, with the number of points that `refimpl verify` uses. Writes docs/assets/power.json and power.svg.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import refimpl as ri
from refimpl.testing.power import ERRORS, power_curve

FILE = Path(__file__).parents[1] / "docs" / "assets" / "power.json"
SEEDS = range(5)
# One coefficient of each experiment: where it can be chosen, one that is hard to see.
COEFFICIENTS = {
    "gaussian_path.conditional_velocity": "dsigma_t",
    "schedules.variance_preserving": "beta_min",
    "marginals.posterior_mean": "covariance",
    "marginals.velocity": "component_velocity",
    "marginals.responsibilities": "density",
    "marginals.empirical_denoiser": "squared_distance",
    "marginals.tweedie": "marginal_score",
    "marginals.mixture_covariance": "component_posterior_mean",
    "gaussian_path.conditional_score": "sigma_t",
    "components.log_density": "variance",
    "marginals.mean_squared_velocity": "variance",
    "marginals.irreducible_loss": "sigma_t",
    "continuity.conditional": "dalpha_t",
    "continuity.gaussian": "variance",
    "continuity.hutchinson_mean": "a_22",
    "continuity.hutchinson_variance_rademacher": "a_12",
    "continuity.hutchinson_variance_gaussian": "a_32",
    "ddim.step_is_euler_on_the_linear_path": "sigma_s",
    "sdes.forward_process": "half_variance_rate",
    "objectives.flow_matching_gradient": "component_velocity",
}


def curve(id: str) -> dict:
    """The curve of one equation's experiment as plain data."""
    path, mixture, entry = ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture(), ri.equation(id)
    home = import_module(f"refimpl.formulas.near_misses.{id.split('.')[0]}")
    formula = entry.function or getattr(home, entry.entry["name"])
    experiment, coefficient = entry.entry["experiment"], COEFFICIENTS[id]
    shares = power_curve(experiment, formula, coefficient, path, mixture, errors=[0.0, *ERRORS], seeds=SEEDS)
    print(f"{experiment:28} {coefficient:26} {shares}", flush=True)
    return {"equation": id, "experiment": experiment, "coefficient": coefficient, "shares": shares}


def measure() -> dict:
    """All curves, on all cores."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        curves = list(pool.map(curve, COEFFICIENTS))
    return {"errors": [0.0, *ERRORS], "seeds": len(SEEDS), "path": "Linear", "curves": curves}


def draw(found: dict, place: Path) -> None:
    """A small panel for each experiment."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "refimpl", "font.size": 8}
    figure, panels = plt.subplots(5, 4, figsize=(8, 8.4), sharex=True, sharey=True, layout="constrained")
    errors = [f"{100 * error:g}" for error in found["errors"]]
    for axes, curve in zip(panels.flat, found["curves"], strict=True):
        axes.bar(errors, curve["shares"], color="#2f6fb3", width=0.7)
        axes.set_title(f"{curve['experiment'].replace('_', ' ')}\n{curve['coefficient']}", fontsize=8, loc="left")
        axes.set(ylim=(0, 1.03), yticks=[0, 0.5, 1])
        axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("relative error in one coefficient, %", fontsize=8)
    figure.supylabel("share of runs that reject it", fontsize=8)
    figure.savefig(place, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Measure, write whole or not at all, draw."""
    found = measure()
    draft = FILE.with_suffix(".tmp")
    draft.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, FILE)
    draw(found, FILE.with_suffix(".svg"))


if __name__ == "__main__":
    main()
