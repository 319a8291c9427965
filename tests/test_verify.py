"""The main job in small: the report of a run that holds has the right figures."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("torch")

import refimpl as ri
from refimpl.formulas import marginals
from refimpl.testing.experiments import EXPERIMENTS
from refimpl.verify import learning, stages, trials
from refimpl.verify.mathematics import Typesetter
from refimpl.verify.rows import ratio
from tests.verify_jobs import EQUATIONS, ID, LINEAR, job
from tests.verify_jobs import small as small


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "STEPS", 40)
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        ids = (ID, "marginals.velocity", "marginals.divergence")
        return job(tmp_path_factory.mktemp("held"), *ids, quick=False)


def test_the_report_holds_the_figures_of_the_experiments(held):
    status, report, _ = held
    assert status == 0
    assert report["verdict"] == {
        "sentence": "Everything that was checked holds.",
        "passed": True,
        "complete": True,
        "not_run": [],
        "failures": [],
    }
    assert list(report["equations"]) == [ID, "marginals.velocity", "marginals.divergence"]
    known = report["equations"]["marginals.velocity"]
    trial, other = known["experiments"]
    assert (trial["path"], other["path"]) == trials.PATHS
    again = EXPERIMENTS["average_over_components"](marginals.velocity, LINEAR, ri.reference_mixture(), 0)
    assert trial["passed"] and trial["statistic"] == again.statistic < trial["threshold"] == again.threshold
    miss = known["near_misses"][0]
    assert miss["name"] == EQUATIONS["marginals.velocity"]["near_misses"][0]["name"]
    assert miss["experiments"][0]["passed"] and miss["experiments"][0]["statistic"] > 10
    assert not miss["precision"]["passed"] and miss["precision"]["share"] > 1e10


def test_the_report_holds_the_figures_of_the_code(held):
    found = held[1]["equations"]["marginals.divergence"]["precision"]
    assert found["passed"] and found["points"] == stages.POINTS
    assert 0.01 < found["share"] < 1 and 12 < found["digits"] < 15.7
    assert set(found["printed"]) == {"numpy", "torch"}
    assert all(0.01 < each["share"] < 1 for each in found["printed"].values())


def test_the_report_holds_the_figures_of_the_network(held):
    from refimpl.training import evaluate, train

    found = held[1]["network"]
    field = ri.MarginalField(LINEAR, ri.reference_mixture())
    again = train(field, steps=40, batch=learning.BATCH, seed=0)
    assert found["velocity_error"] == again.velocity_error
    normal = ri.Gaussian(field.distribution.mean(), field.distribution.covariance())
    affine = evaluate(field, ri.MarginalField(LINEAR, normal).velocity, (0.0, 1.0))
    assert found["affine_excess"] == affine.excess
    layers = [(11, 128), (128, 128), (128, 128), (128, 2)]
    assert found["parameters"] == sum((inputs + 1) * outputs for inputs, outputs in layers)
    noise = again.irreducible * found["parameters"] / (40 * learning.BATCH)
    assert found["gate"] == affine.excess + noise


def test_the_report_says_on_what_it_ran(held):
    report = held[1]
    assert report["schema"] == 1
    assert report["settings"] == {"data": "reference", "only": None, "quick": False, "seed": 0, "device": None}
    assert report["environment"]["packages"]["numpy"] == np.__version__
    assert report["data"] == {
        "name": "reference",
        "words": "The pinned reference mixture: three Gaussians in the plane, no data.",
        "dimension": 2,
        "components": 3,
    }
    assert [stage["status"] for stage in report["stages"]] == [
        "passed",
        "passed",
        "skipped",
        "passed",
        "passed",
        "passed",
        "skipped",
    ]


def test_the_page_needs_nothing_else(held):
    page = held[2]
    assert "<script" not in page
    outside = [link for link in re.findall(r'(?:src|href)="([^"]*)"', page) if not link.startswith(("#", "data:"))]
    assert outside == []
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert {link[1:] for link in re.findall(r'href="(#[^"]+)"', page)} <= set(names)


def test_the_page_says_what_the_report_says(held):
    _, report, page = held
    assert '<span class="mark good" aria-hidden="true">✓</span> <span>Everything that was checked holds.</span>' in page
    for id, known in report["equations"].items():
        row = page.split(f'id="{id}"')[1].split("</details>")[0]
        assert EQUATIONS[id]["title"] in row and f">{known['verdict']}</span>" in row
        assert f"{known['precision']['digits']:.1f} <small>" in row
        if known["experiments"]:
            worst = max(known["experiments"], key=ratio)
            assert f"{worst['statistic']:.2f} of {worst['threshold']:.2f}" in row
        for latex in EQUATIONS[id]["claim"]:
            assert f'aria-label="{latex}"' in row
    assert f"{100 * report['network']['velocity_error']:.1f} <small>%".replace(" %", "\u00a0%") in page
    assert page.count('<svg class="figure"') == 1 + 6 + 1 + 3 + 3 + 2


def test_without_proofs_the_page_says_so(held):
    assert held[1]["proofs"]["rerun"] is False
    assert "he proofs were not rerun" in held[2]


# ---- formulas -------------------------------------------------------------------------------------------------------


def test_every_formula_of_the_registry_can_be_set():
    set_ = Typesetter()
    for entry in EQUATIONS.values():
        for latex in [*entry["claim"], *entry["where"], *(miss["latex"] for miss in entry["near_misses"])]:
            assert set_.formula(latex).startswith('<svg class="math" role="img"'), latex


def test_what_cannot_be_set_is_shown_as_source():
    assert Typesetter().formula(r"\begin{cases} a < b") == "<code>\\begin{cases} a &lt; b</code>"
