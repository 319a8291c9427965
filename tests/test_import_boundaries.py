"""Who may import whom, and what `import refimpl` costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("sympy", "flint", "mpmath", "torch", "jax", "matplotlib", "scipy", "sklearn", "rich")


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def loaded_by(code: str) -> set[str]:
    return set(run(f"{code}\nimport sys\nprint(*sys.modules)").split())


def imported_names(source: str) -> set[str]:
    """The top-level packages that a module may import, wherever in it the import stands, by name or by string."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            names |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return {name.split(".")[0] for name in names}


def test_importing_refimpl_loads_nothing_heavy():
    assert not loaded_by("import refimpl").intersection(HEAVY)


def test_a_velocity_in_numpy_loads_nothing_heavy():
    work = (
        "import numpy as np, refimpl as ri\n"
        "path = ri.GaussianPath(ri.schedules.VariancePreserving())\n"
        "field = ri.MarginalField(path, ri.reference_mixture())\n"
        "field.velocity(field.sample(3, 0.5, seed=0), 0.5)\n"
        "ri.equation('marginals.velocity').function"
    )
    assert not loaded_by(work).intersection(HEAVY)


def test_what_is_loaded_would_be_seen():
    assert {"scipy", "refimpl"} <= loaded_by("import refimpl, scipy")


def test_importing_refimpl_costs_at_most_a_tenth_of_a_second_over_numpy():
    """Processor time, least of several runs: it measures about a millisecond, so a busy machine does not matter."""
    code = "import time, numpy\nstart = time.process_time()\nimport refimpl\nprint(time.process_time() - start)"
    assert min(float(run(code)) for _ in range(3)) <= 0.1


@pytest.mark.parametrize("path", sorted((ROOT / "refimpl").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_refimpl_reads_nothing_that_stands_after_it(path):
    assert not imported_names(path.read_text(encoding="utf-8")) & {"derivations", "tests", "docs", "sympy", "flint"}


@pytest.mark.parametrize(
    "planted",
    [
        "import derivations",
        "from derivations.notation import *",
        "def late():\n    import numpy, derivations.engine",
        "import importlib\nimportlib.import_module('derivations.engine')",
        "__import__('derivations')",
    ],
)
def test_a_planted_import_is_caught(planted):
    assert "derivations" in imported_names(planted)


def test_generated_formulas_import_nothing_but_math():
    for path in (ROOT / "refimpl" / "formulas").rglob("*.py"):
        assert imported_names(path.read_text(encoding="utf-8")) <= {"math", "refimpl"}, path
