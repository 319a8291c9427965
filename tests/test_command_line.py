"""`refimpl list` and `refimpl show`, as a user at the terminal sees them, and the verdict of `refimpl verify`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "refimpl", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_list_names_every_equation():
    done = run("list")
    registry = json.loads((ROOT / "refimpl" / "registry.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert all(entry["id"] in done.stdout for entry in registry["equations"])


def test_a_shown_snippet_runs_alone():
    done = run("show", "gaussian_path.conditional_velocity", "--numpy")
    space: dict = {}
    exec(done.stdout, space)
    got = space["conditional_velocity"](x=1.0, data=2.0, alpha_t=0.5, sigma_t=0.5, dalpha_t=1.0, dsigma_t=-1.0)
    assert got == -1.0 / 0.5 * (1.0 - 0.5 * 2.0) + 2.0


def test_show_prints_the_derivation_and_the_latex():
    steps = run("show", "gaussian_path.conditional_velocity", "--steps").stdout
    assert "velocity is the time derivative of the path" in steps
    assert "eliminate the noise" in steps
    assert r"\frac{\dot\sigma_t}{\sigma_t}" in run("show", "gaussian_path.conditional_velocity", "--latex").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "gaussian_path.conditional_velocty"), "gaussian_path.conditional_velocity"),
        (("verify", "no_such_file.npy"), "no_such_file.npy"),
    ],
)
def test_a_wrong_name_gets_one_sentence(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_file_that_is_not_finite_gets_one_sentence(tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, np.array([[1.0, np.nan]] * 40))
    done = run("verify", str(path))
    assert done.returncode == 2
    assert "finite" in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_of_one_equation_writes_a_report_that_holds(tmp_path):
    done = run("verify", "reference", "--quick", "--only", "gaussian_path.conditional_velocity", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"]["passed"] is True
    found = report["equations"]["gaussian_path.conditional_velocity"]
    assert found["precision"]["passed"] is True
    assert len(found["near_misses"]) == 3
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "gaussian_path.conditional_velocity" in page
    assert 'src="http' not in page


def test_a_wrong_formula_fails_the_main_job(tmp_path):
    """A velocity of the wrong sign, planted in the generated module: exit status 1, and the report names it."""
    code = (
        "import sys\n"
        "from refimpl.formulas import gaussian_path\n"
        "right = gaussian_path.conditional_velocity\n"
        "def conditional_velocity(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):\n"
        "    return -right(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t)\n"
        "gaussian_path.conditional_velocity = conditional_velocity\n"
        "from refimpl.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    planted = tmp_path / "planted.py"
    planted.write_text(f"if __name__ == '__main__':\n    exec({code!r})\n")
    arguments = [
        "verify",
        "reference",
        "--quick",
        "--only",
        "gaussian_path.conditional_velocity",
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(
        [sys.executable, str(planted), *arguments], cwd=ROOT, capture_output=True, text=True, env=PATH
    )
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"]["passed"] is False
    assert any(f["equation"] == "gaussian_path.conditional_velocity" for f in report["verdict"]["failures"])


PATH = os.environ | {"PYTHONPATH": str(ROOT)}
