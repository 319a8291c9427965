"""Real releases with a known mistake, and those that fixed it, as black boxes: the old is flagged, the new passes.

The releases are taken from the folder that REFIMPL_RELEASES names, as `<package>-<version>/`, and put there by pip
if they are missing; without it, a folder in the user's cache. Each runs in a process of its own, code unchanged.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = tomllib.loads((ROOT / "docs" / "findings" / "releases.toml").read_text("utf-8"))
PAIRS = TABLE["pair"]
NAMES = [f"{pair['package']}-{pair['old']}-{pair['check']}" for pair in PAIRS]
FOLDER = Path(os.environ.get("REFIMPL_RELEASES") or Path.home() / ".cache" / "refimpl" / "releases")
NO_NETWORK = ("NewConnectionError", "Failed to establish", "Temporary failure", "ConnectTimeout", "ProxyError")

pytestmark = pytest.mark.against


def release(package: str, version: str) -> Path:
    """The folder with a release, downloaded if need be."""
    folder = FOLDER / f"{package}-{version}"
    if not any(folder.glob("*.dist-info")):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "--target", str(folder), f"{package}=={version}"], capture_output=True, text=True, timeout=300
        )
        if done.returncode and any(words in done.stderr for words in NO_NETWORK):
            pytest.skip(f"no network to download {package} {version}, and REFIMPL_RELEASES does not have it")
        assert done.returncode == 0, done.stderr
    return folder


def judged(package: str, version: str, check: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "tests.against.old_release", str(release(package, version)), check],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("pair", PAIRS, ids=NAMES)
def test_the_old_release_is_flagged_and_the_fixed_one_passes(pair):
    pytest.importorskip("torch", reason="the releases compute with PyTorch, which is not installed")
    old = judged(pair["package"], pair["old"], pair["check"])
    assert not old["passed"] and pair["words"] in old["words"], old["words"]
    fixed = judged(pair["package"], pair["fixed"], pair["check"])
    assert fixed["passed"] and fixed["words"].startswith("holds"), fixed["words"]


def test_a_release_that_does_not_load_is_not_taken_for_a_wrong_one(tmp_path):
    """An empty package under the right name: the process must fail, and not report evidence."""
    (tmp_path / "diffusers").mkdir()
    (tmp_path / "diffusers-0.0.0.dist-info").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.against.old_release", str(tmp_path), "ddim_data_prediction"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    said = json.loads(done.stdout.splitlines()[-1])["words"] if done.returncode == 0 else "Not judged"
    assert "Not judged" in said
    assert not any(pair["words"] in said for pair in PAIRS)
