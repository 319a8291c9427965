"""`refimpl conform`: what it runs, prints and writes. The libraries and their adapters are planted."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.cli import ONE_THREAD, main
from refimpl.conform import adapters, command, library, report, scoreboard
from refimpl.conform.check import digits_of
from refimpl.conform.known import read

ROOT = Path(__file__).parents[1]
ADAPTER = '''
"""A planted adapter."""
from refimpl.conform import Check, agreement

PACKAGE, MODULE, WRITTEN_AGAINST = "plant-ed", "plant_ed", "1.2"
REQUIREMENTS = ("plant-ed==1.2",)

def checks():
    import sys, warnings
    import numpy as np
    import plant_ed

    def compared(id, accuracy=1e-6):
        def run():
            print("noise on stdout")
            print("noise on stderr", file=sys.stderr)
            warnings.warn("noise in a warning")
            return agreement(id, "ignored", plant_ed.value(id), 2.0, accuracy=accuracy, words="It is wrong.")
        return Check(id, f"The value {id} is 2.", run)

    return [compared("euler.step"), compared("heun.step"), compared("heun.order"), compared("table.end")]
'''
MODULE = """
def value(id):
    if id == "table.end":
        raise KeyError("no such table")
    return {"euler.step": 2 + 2e-9, "heun.step": 2.5, "heun.order": 2.0}[id]
"""
KNOWN = """
[[difference]]
package = "plant-ed"
check = "heun.s*"
versions = "<=1.2"
reason = "The right value is 2; plant-ed | returns 2.5."
link = "https://github.com/some/planted/issues/7"
equation = "gaussian_path.conditional_velocity"
"""
RAISES = KNOWN.replace("heun.s*", "table.end").replace("<=1.2", "==1.2") + 'words = "no such table"\n'


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Installs a library with its adapter and its known differences; returns a function that does it again."""
    places = {name: tmp_path / name for name in ("site", "adapters")}
    for place in places.values():
        place.mkdir()
    monkeypatch.syspath_prepend(str(places["site"]))
    monkeypatch.setattr(adapters, "__path__", [str(places["adapters"])])
    for name in ONE_THREAD:
        monkeypatch.setenv(name, os.environ.get(name, "1"))
    # Nothing of torch is needed here; the tests also run where it is not installed.
    found = library.installed
    monkeypatch.setattr(library, "installed", lambda name: "2.0" if name == "torch" else found(name))

    def planted(*, version="1.2", known="", module=MODULE, adapter=ADAPTER, name="plant_ed"):
        for key in [key for key in sys.modules if key == name or key.endswith(f"adapters.{name}")]:
            monkeypatch.delitem(sys.modules, key)
        for old in places["site"].glob(f"{name}-*.dist-info/METADATA"):
            old.unlink()
            old.parent.rmdir()
        if version:
            place = places["site"] / f"{name}-{version}.dist-info"
            place.mkdir()
            (place / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
            )
        (places["site"] / f"{name}.py").write_text(module)
        (places["adapters"] / f"{name}.py").write_text(adapter)
        monkeypatch.setattr(command, "known_differences", lambda: read(known))

    planted()
    return planted


def printed(capsys, *arguments, status=0):
    found = main(["conform", *arguments])
    out = capsys.readouterr()
    assert (found, out.err) == (status, ""), out
    return out.out


def refused(capsys, *arguments):
    assert main(["conform", *arguments]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    (line,) = out.err.splitlines()
    return line.removeprefix("refimpl: ")


def verdicts(text):
    return dict(re.findall(r"(?m)^(\S+) +(PASSED|KNOWN|NEW|FIXED)\b", text))


# ---- verdicts and exit status ----------------------------------------------------------------------------------------


def test_what_is_not_known_is_new_and_the_status_is_one(plant, capsys):
    text = printed(capsys, "plant-ed", status=1)
    assert verdicts(text) == {
        "euler.step": "PASSED",
        "heun.step": "NEW",
        "heun.order": "PASSED",
        "table.end": "NEW",
    }
    assert "\nNew differences:\n  heun.step: The value heun.step is 2.\n    It is wrong. It is off by 0.25" in text
    assert "raises KeyError: 'no such table'" in text
    assert "noise" not in text
    assert re.search(r"(?m)^plant-ed 1\.2: 4 checks, 2 passed, 0 known differences, 2 new, in \d+\.\d s; those", text)
    assert "agree to 9.0 digits or more, half of them to 12.5 or more." in text


def test_known_differences_are_told_and_the_status_is_zero(plant, capsys):
    plant(known=KNOWN + RAISES)
    text = printed(capsys, "plant-ed")
    assert verdicts(text) == {
        "euler.step": "PASSED",
        "heun.step": "KNOWN",
        "heun.order": "PASSED",
        "table.end": "KNOWN",
    }
    assert (
        "Known differences:\n  heun.step\n    The right value is 2; plant-ed | returns 2.5.\n"
        "    https://github.com/some/planted/issues/7 (refimpl show gaussian_path.conditional_velocity)\n  table.end\n"
    ) in text
    assert "2 passed, 2 known differences, 0 new, in" in text


def test_a_known_difference_that_fails_in_another_way_is_new(plant, capsys):
    plant(known=KNOWN + RAISES.replace("no such table", "no such chair"))
    assert verdicts(printed(capsys, "plant-ed", status=1))["table.end"] == "NEW"


def test_a_known_difference_that_is_gone_is_an_error(plant, capsys):
    plant(known=KNOWN.replace("heun.s*", "heun.*") + RAISES)
    text = printed(capsys, "plant-ed", status=1)
    assert verdicts(text)["heun.order"] == "FIXED" and verdicts(text)["heun.step"] == "KNOWN"
    assert "Fixed, and still listed in known_differences.toml:\n  heun.order: The value heun.order is 2." in text
    assert "1 passed, 2 known differences, 0 new, 1 fixed, in" in text


def test_another_version_is_said_and_the_entries_of_the_old_one_do_not_count(plant, capsys):
    plant(version="1.3", known=KNOWN)
    text = printed(capsys, "plant-ed", status=1)
    assert text.startswith("plant-ed 1.3, 4 checks\nThe adapter was written against plant-ed 1.2; 1.3 is installed, so")
    assert verdicts(text)["heun.step"] == "NEW"
    plant(known=KNOWN)
    assert "written against" not in printed(capsys, "plant-ed", status=1)


def test_an_adapter_that_cannot_read_the_library_is_a_new_difference(plant, capsys):
    plant(adapter=ADAPTER.replace("import plant_ed", "from plant_ed import nothing"))
    text = printed(capsys, "plant-ed", status=1)
    assert verdicts(text) == {"adapter": "NEW"}
    assert "The adapter, written against plant-ed 1.2, raises ImportError: cannot import name 'nothing'" in text


def test_only_runs_what_matches(plant, capsys):
    plant(known=KNOWN)
    assert verdicts(printed(capsys, "plant-ed", "--only", "heun.*")) == {"heun.step": "KNOWN", "heun.order": "PASSED"}


def test_all_runs_every_library(plant, capsys):
    other = ADAPTER.replace("plant-ed", "other").replace("plant_ed", "other")
    plant(name="other", adapter=other)
    text = printed(capsys, "all", status=1)
    assert re.findall(r"(?m)^(\S+ 1.2), 4 checks$", text) == ["other 1.2", "plant-ed 1.2"]
    assert "\nIn all:\n  other 1.2: 4 checks" in text
    assert re.findall(r"(?m)^(\S+ 1.2), 1 checks?$", printed(capsys, "all", "--only", "euler.*")) == [
        "other 1.2",
        "plant-ed 1.2",
    ]


def test_every_check_starts_from_the_same_random_numbers(plant, capsys):
    adapter = ADAPTER.replace("plant_ed.value(id)", "np.random.normal()").replace("2.0, acc", "1.764052345967664, acc")
    plant(adapter=adapter)
    assert set(verdicts(printed(capsys, "plant-ed")).values()) == {"PASSED"}


# ---- an interruption -------------------------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_was_finished(plant, capsys, tmp_path):
    plant(
        module=MODULE.replace(
            'if id == "table.end"', 'if id == "heun.order":\n        raise KeyboardInterrupt\n    if id == "table.end"'
        )
    )
    target = tmp_path / "found.json"
    target.write_text("the old one")
    text = printed(capsys, "plant-ed", "--json", str(target), status=130)
    assert verdicts(text) == {"euler.step": "PASSED", "heun.step": "NEW"}
    assert "plant-ed 1.2: interrupted after 2 of 4 checks, 1 passed, 0 known differences, 1 new, in" in text
    assert text.endswith(f"Interrupted: {target} not written.\n")
    assert target.read_text() == "the old one"


# ---- what is written -------------------------------------------------------------------------------------------------


def test_json_holds_everything(plant, capsys, tmp_path):
    plant(known=KNOWN)
    target = tmp_path / "found.json"
    printed(capsys, "plant_ed", "--json", str(target), status=1)
    found = json.loads(target.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert {"refimpl", "python", "platform", "packages", "only", "schema"} <= found.keys()
    assert found["packages"]["numpy"]
    (one,) = found["libraries"]
    assert (one["package"], one["version"], one["written_against"]) == ("plant-ed", "1.2", "1.2")
    assert one["counts"] == {"passed": 2, "known": 1, "new": 1, "fixed": 0}
    rows = {row["id"]: row for row in one["checks"]}
    assert [row["verdict"] for row in one["checks"]] == ["PASSED", "KNOWN", "PASSED", "NEW"]
    assert rows["heun.step"]["difference"]["link"] == "https://github.com/some/planted/issues/7"
    assert rows["heun.step"]["evidence"]["details"]["got"] == 2.5
    assert rows["euler.step"]["digits"] == digits_of(((2 + 2e-9) - 2) / 2)
    assert rows["table.end"]["evidence"]["statistic"] is None and rows["table.end"]["difference"] is None


def test_a_file_that_cannot_be_replaced_stays_whole(plant, capsys, tmp_path, monkeypatch):
    target = tmp_path / "found.json"
    target.write_text("the old one")

    def full(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError):
        main(["conform", "plant-ed", "--json", str(target)])
    assert target.read_text() == "the old one"
    assert [path.name for path in tmp_path.glob("*.json*")] == ["found.json"]
    assert list(tmp_path.glob(".*.tmp")) == []


def test_the_page_is_the_scoreboard(plant, capsys, tmp_path):
    plant(known=KNOWN)
    target = tmp_path / "scoreboard.md"
    printed(capsys, "plant-ed", "--page", str(target), status=1)
    text = target.read_text()
    assert text.startswith("# Scoreboard\n")
    assert "| [plant-ed](#plant-ed) | 1.2 | 4 | 2 | 1 | 1 | 12.5 | 9.0 |" in text
    assert "## plant-ed 1.2 { #plant-ed }" in text
    assert '$ pip install --constraint constraints.txt ".[torch]" plant-ed==1.2\n$ refimpl conform plant-ed\n' in text
    assert '!!! warning "Known: `heun.step`"\n\n    The right value is 2; plant-ed \\| returns 2.5.\n' in text
    assert "    Measured: It is wrong. It is off by 0.25, allowed 1e-06: got 2.5, expected 2.\n" in text
    assert (
        "    [some/planted #7](https://github.com/some/planted/issues/7); the equation: "
        "[Conditional velocity](equations/gaussian_path.md#gaussian_path.conditional_velocity)"
    ) in text
    assert "-   `table.end`: raises KeyError: 'no such table'" in text
    assert '??? note "All checks"\n\n    | Check | Verdict |' in text
    assert "\n    | `euler.step` | PASSED | 9.0 | The value euler.step is 2. |\n" in text
    assert "\n    | `table.end` | NEW |  | The value table.end is 2. |\n" in text


@pytest.mark.parametrize(
    ("plain", "marked"),
    [
        ("a_b | c*d", r"a\_b \| c\*d"),
        ("see `a_b|c` here", "see `a_b&#124;c` here"),
        ("one\n  two <x>", r"one two \<x\>"),
    ],
)
def test_a_cell_says_what_it_says(plain, marked):
    assert scoreboard.cell(plain) == marked


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_an_unknown_library_is_told_the_known_ones(plant, capsys):
    assert (
        refused(capsys, "planted") == "`PACKAGE` must be one of plant-ed, or all; got 'planted'; did you mean plant-ed?"
    )
    assert refused(capsys, "xyz") == "`PACKAGE` must be one of plant-ed, or all; got 'xyz'."


def test_a_library_that_is_not_installed_is_told_how_to_be(plant, capsys):
    plant(version="")
    assert refused(capsys, "plant-ed") == (
        'plant-ed is not installed. To install what is needed: pip install "refimpl[torch]" plant-ed==1.2'
    )


def test_everything_that_is_missing_is_named(plant, capsys, monkeypatch):
    monkeypatch.setattr(library, "installed", lambda name: "1.2" if name == "plant-ed" else None)
    adapter = ADAPTER.replace('("plant-ed==1.2",)', '("other[x]>=1",)\nWITHOUT_DEPENDENCIES = ("plant-ed==1.2",)')
    plant(adapter=adapter)
    assert refused(capsys, "plant-ed") == (
        "torch and other are not installed. To install what is needed: "
        'pip install "refimpl[torch]" "other[x]>=1" && pip install --no-deps plant-ed==1.2'
    )


def test_a_pattern_without_a_check_is_told_close_ids(plant, capsys):
    text = refused(capsys, "plant-ed", "--only", "heun.steps")
    assert text == (
        "`--only` must match the id of a check; the closest ids are heun.step, euler.step, heun.order; "
        "got 'heun.steps'."
    )


@pytest.mark.parametrize("option", ["--json", "--page"])
def test_a_file_that_cannot_be_written_is_said_before_anything_runs(plant, capsys, tmp_path, option):
    text = refused(capsys, "plant-ed", option, str(tmp_path))
    assert text == f"`{option}` must be a file that can be written; got {tmp_path}: it is a directory."
    nowhere = tmp_path / "nowhere" / "found"
    assert refused(capsys, "plant-ed", option, str(nowhere)).endswith("is no directory that can be written to.")


def test_a_page_of_a_part_is_refused(plant, capsys):
    assert refused(capsys, "plant-ed", "--page", "x.md", "--only", "e*").startswith(
        "`--page` must be asked for without"
    )


def test_options_without_a_library_are_refused(plant, capsys):
    assert refused(capsys, "--json", "x.json").startswith("`PACKAGE` must be named for")


# ---- the list, the table, the cost -----------------------------------------------------------------------------------


def test_without_a_library_the_list_is_printed(plant, capsys):
    (titles, row) = printed(capsys).splitlines()
    assert titles.split("  ")[0] == "package"
    assert re.split(r"\s{2,}", row) == ["plant-ed", "1.2", "1.2", 'pip install "refimpl[torch]" plant-ed==1.2']
    plant(version="")
    assert re.split(r"\s{2,}", printed(capsys).splitlines()[1])[2] == "no"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_at_a_terminal_the_running_check_is_shown_and_words_are_cut(plant, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["conform", "plant-ed"]) == 1
    text = out.getvalue()
    assert "\r\033[K2 of 4: heun.step …\r\033[K" in text
    assert "\033[31mNEW    \033[0m" in text and "\033[32mPASSED \033[0m" in text
    rows = re.findall(r"(?m)^(?:.*\r\033\[K)?((?:euler|heun|table)\S* .*(?:PASSED|NEW).*)$", text)
    assert len(rows) == 4
    assert max(len(re.sub(r"\033\[\d*[mK]|\r", "", row)) for row in rows) <= 60
    assert any(row.endswith("…") for row in rows)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("abc def", 7, "abc def"), ("abc def", 6, "abc d…"), ("abc def", 5, "abc…"), ("a\n b", 9, "a b")],
)
def test_words_are_cut_to_the_width(text, width, expected):
    assert report.cut(text, width) == expected


def test_listing_the_equations_does_not_load_the_harness():
    code = "import sys; from refimpl.cli import main; main(['list']); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert not {name for name in loaded.split() if name.startswith(("refimpl.conform", "refimpl.testing", "torch"))}


@pytest.mark.parametrize(
    "name", [each.stem for each in (ROOT / "refimpl/conform/adapters").iterdir() if each.stem[0] != "_"]
)
def test_an_adapter_does_not_load_its_library_before_a_check_does(name):
    code = (
        "import sys, importlib\n"
        f"module = importlib.import_module('refimpl.conform.adapters.{name}')\n"
        "print(getattr(module, 'MODULE', '') in sys.modules, 'torch' in sys.modules, 'jax' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found.split() == ["False"] * 3
