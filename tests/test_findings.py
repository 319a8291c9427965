"""The page of the findings is current, and its scripts are what it promises; that they find is tests/against."""

import ast
import tomllib
from pathlib import Path

import pytest

from refimpl.conform.findings import VERDICTS, findings, parsed, rendered, shown

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "findings"
ROWS = findings(FOLDER)
PACKAGES = {  # as pip and as Python know them
    "azula": "azula",
    "diffusers": "diffusers",
    "flow_matching": "flow_matching",
    "k-diffusion": "k_diffusion",
    "smalldiffusion": "smalldiffusion",
    "torchcfm": "torchcfm",
    "torchdiffeq": "torchdiffeq",
    "torchebm": "torchebm",
}


def test_the_page_is_current():
    written = (FOLDER / "index.md").read_text("utf-8")
    assert written == rendered(ROOT), "run: python -m refimpl.conform.findings"


def test_each_script_has_one_row_and_each_row_a_script():
    names = [row["name"] for row in ROWS]
    assert sorted(names) == sorted(path.stem for path in FOLDER.glob("*.py"))
    assert len(set(names)) == len(names)
    assert {row["verdict"] for row in ROWS} <= set(VERDICTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_script_is_short_and_needs_the_library_alone(row):
    text = (FOLDER / f"{row['name']}.py").read_text("utf-8")
    assert len(text.splitlines()) <= 15
    assert max(map(len, text.splitlines())) <= 120
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert PACKAGES[row["package"]] in imported
    assert imported <= {"numpy", "torch", PACKAGES[row["package"]]}


def test_a_result_is_read_and_judged():
    assert parsed("a warning\ncomes 0.25 right 0.5 more\n") == (0.25, 0.5)
    assert parsed("comes RuntimeError right -1.0") == ("RuntimeError", -1.0)
    assert shown(float("nan"), 1.0, 0.01) and shown("RuntimeError", -1.0, 0.01) and shown(0.25, 0.5, 0.01)
    assert not shown(0.5, 0.5, 0.01) and not shown(-1.001, -1.0, 0.01) and not shown(1e-7, 0.0, 1e-4)
    with pytest.raises(ValueError, match="must print"):
        parsed("0.5 and 0.6")


def test_the_releases_are_pairs_of_different_versions():
    table = tomllib.loads((FOLDER / "releases.toml").read_text("utf-8"))
    assert len(table["pair"]) >= 8
    assert all(pair["old"] != pair["fixed"] and pair["words"] for pair in table["pair"])
