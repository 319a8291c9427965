"""The committed formulas and registry are what the derivations print today; a hand edit is seen, and named."""

from __future__ import annotations

import json
import shutil

import pytest

from derivations import __main__ as command
from derivations.engine import generate, snapshot

COMMITTED = sorted(
    str(path.relative_to(generate.PACKAGE).as_posix())
    for path in [*(generate.PACKAGE / "formulas").rglob("*.py"), generate.PACKAGE / "registry.json"]
)


@pytest.mark.parametrize("file", COMMITTED)
def test_the_file_is_what_the_derivations_print(file):
    assert generate.files()[file] == (generate.PACKAGE / file).read_text(encoding="utf-8")


def test_generated_code_is_current():
    """All of it, and no file too many."""
    diff = generate.differences()
    assert not diff, f"{diff}\nRun: python -m derivations generate"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the generated files that a test may spoil."""
    shutil.copytree(generate.PACKAGE / "formulas", tmp_path / "formulas", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(generate.PACKAGE / "registry.json", tmp_path)
    monkeypatch.setattr(generate, "PACKAGE", tmp_path)
    monkeypatch.setattr(snapshot, "written", snapshot.current)  # no process of its own: the text is what counts here
    return tmp_path


def test_a_hand_edit_is_seen_and_the_remedy_named(copy, capsys):
    path = copy / "formulas" / "schedules.py"
    path.write_text(path.read_text().replace("xp.sqrt(-xp.expm1(-total_beta))", "xp.sqrt(1 - xp.exp(-total_beta))"))
    assert command.main(["generate", "--check"]) == 1
    printed = capsys.readouterr().out
    assert "-    sigma_t = xp.sqrt(1 - xp.exp(-total_beta))" in printed
    assert "+    sigma_t = xp.sqrt(-xp.expm1(-total_beta))" in printed
    assert "Run: python -m derivations generate" in printed


def test_generate_mends_it_and_removes_what_is_left_over(copy, capsys):
    (copy / "formulas" / "leftover.py").write_text("x = 1\n")
    registry = json.loads((copy / "registry.json").read_text())
    registry["equations"][0]["title"] = "Another title"
    (copy / "registry.json").write_text(json.dumps(registry))
    assert command.main(["generate"]) == 0
    assert command.main(["generate", "--check"]) == 0
    assert not (copy / "formulas" / "leftover.py").exists()
    assert "the generated code is current" in capsys.readouterr().out
