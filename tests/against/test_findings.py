"""Every script of docs/findings, run alone against the installed library, still shows what the page says."""

import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.conform.findings import findings, parsed, shown
from refimpl.conform.library import installed

FOLDER = Path(__file__).parents[2] / "docs" / "findings"
# k-diffusion's __init__ imports training code, whose packages nobody needs here.
PART = (
    "import runpy, sys; from refimpl.conform.loading import submodule;"
    " submodule('k_diffusion', 'layers'); runpy.run_path(sys.argv[1])"
)

pytestmark = pytest.mark.against


@pytest.mark.parametrize("row", findings(FOLDER), ids=lambda row: row["name"])
def test_the_script_shows_it(row):
    if installed(row["package"]) is None:
        pytest.skip(f"{row['package']} is not installed: make conform")
    script = FOLDER / f"{row['name']}.py"
    how = ["-c", PART] if row["package"] == "k-diffusion" else []
    done = subprocess.run([sys.executable, *how, str(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    comes, right = parsed(done.stdout)
    assert shown(comes, right, row["apart"]), f"fixed? {done.stdout}"
    assert str(row["comes"]) == str(comes) or comes == pytest.approx(row["comes"], rel=0.02, nan_ok=True)
