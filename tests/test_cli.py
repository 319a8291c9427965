"""The command line: what `list` and `show` print, and one clear sentence for everything that cannot be done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from refimpl.cli import ONE_THREAD, main
from refimpl.registry import registry
from tests.accuracy import close, condition

ROOT = Path(__file__).parents[1]
EQUATIONS = {entry["id"]: entry for entry in registry()["equations"]}
ID = "gaussian_path.conditional_velocity"
# An interpreter in which the packages of the extras cannot be found.
WITHOUT_EXTRAS = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"rich", "matplotlib", "sklearn", "mpmath", "torch", "sympy", "flint", "jax"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import importlib.util
found = importlib.util.find_spec
def find_spec(name, package=None):
    try:
        return found(name, package)
    except ModuleNotFoundError:
        return None
importlib.util.find_spec = find_spec
from refimpl.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ONE_THREAD:  # `verify` sets these for its process: a test must not set them for the others
        monkeypatch.setenv(name, os.environ.get(name, "1"))


def printed(capsys, *arguments, status=0):
    assert main(arguments) == status
    return capsys.readouterr().out


def refused(capsys, *arguments):
    """The sentence that a refusal prints, alone; the exit status is 2."""
    assert main(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    (line,) = out.err.splitlines()
    return line.removeprefix("refimpl: ")


def run(*arguments, code=None, **options):
    command = [sys.executable, *(("-c", code) if code else ("-m", "refimpl")), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


# ---- list and show --------------------------------------------------------------------------------------------------


def test_list_has_a_line_for_each_equation_in_reading_order(capsys):
    """Other names of what stands elsewhere come last in their chapter: tests/test_other_names.py."""
    rows = printed(capsys, "list").splitlines()
    lines = [row for row in rows if row.split()[1:3] != ["other", "name"]]
    assert len(rows) - len(lines) == sum(len(entry["also_known_as"]) for entry in EQUATIONS.values()) > 0
    assert [line.split()[0] for line in lines] == list(EQUATIONS)
    for line, entry in zip(lines, EQUATIONS.values(), strict=True):
        assert line.split()[1:3] == [entry["kind"], entry["verdict"]]
        assert line.endswith(entry["scope"])


def test_list_of_a_chapter_has_that_chapter_only(capsys):
    lines = printed(capsys, "list", "--chapter", "marginals").splitlines()
    assert [line.split()[0] for line in lines] == [id for id in EQUATIONS if id.startswith("marginals.")]


def test_an_unknown_chapter_is_told_the_known_ones(capsys):
    chapters = ", ".join(chapter["name"] for chapter in registry()["chapters"])
    assert refused(capsys, "list", "--chapter", "poetry") == f"`--chapter` must be one of {chapters}; got 'poetry'."


def test_show_says_what_the_registry_says(capsys):
    entry = EQUATIONS["marginals.posterior_mean"]
    text = printed(capsys, "show", entry["id"])
    assert text.startswith(f"{entry['title']}\n{entry['id']}  PROVED  {entry['scope']}\n")
    for line in [*entry["claim"], entry["text"], *entry["uses"], *entry["assumptions"]]:
        assert line in text
    for miss in entry["near_misses"]:
        assert f"{miss['name']}: {miss['latex']}\n      made in {miss['made_in']}" in text
    for cited in entry["sources"]:
        assert f"{registry()['sources'][cited['key']]['title']} ({registry()['sources'][cited['key']]['year']})" in text
    assert "\033" not in text


def test_the_printed_numpy_function_runs_alone():
    code = run("show", ID, "--numpy").stdout
    asked = "print(conditional_velocity(np.float64(2.0), 1.0, 0.5, 0.25, 3.0, -1.5))"
    script = "import numpy as np\n" + code + asked
    alone = subprocess.run([sys.executable, "-I", "-c", script], cwd="/", capture_output=True, text=True)
    # dsigma/sigma (x - alpha data) + dalpha data = -6 * 1.5 + 3
    assert (alone.stdout, alone.stderr) == ("-6.0\n", "")


@pytest.mark.parametrize("library", ["numpy", "torch", "jax"])
def test_code_is_printed_raw(capsys, library):
    text = printed(capsys, "show", "schedules.variance_preserving", f"--{library}")
    assert text == EQUATIONS["schedules.variance_preserving"]["code"][library].rstrip() + "\n"


def test_the_printed_torch_function_gives_the_values_of_the_package(capsys):
    torch = pytest.importorskip("torch")
    from refimpl.schedules import VariancePreserving

    known: dict = {}
    exec(printed(capsys, "show", "schedules.variance_preserving", "--torch"), known)
    t = torch.tensor([0.2, 0.7], dtype=torch.float64)
    alpha_t, sigma_t, *_ = known["variance_preserving"](t, 0.1, 20.0)
    expected = VariancePreserving().at(t.numpy())
    for name, found in (("alpha", alpha_t), ("sigma", sigma_t)):
        own = condition(getattr(VariancePreserving(), name), t)
        close(found, expected[f"{name}_t"], own, own)


def test_latex_is_printed_raw(capsys):
    assert printed(capsys, "show", ID, "--latex") == EQUATIONS[ID]["claim"][0] + "\n"
    assert printed(capsys, "show", "sdes.forward_process", "--latex").startswith("\\begin{aligned}\nf &= - ")


def test_steps_are_numbered_with_verb_reason_and_formula(capsys):
    lines = printed(capsys, "show", ID, "--steps").splitlines()
    steps = EQUATIONS[ID]["steps"]
    assert len(lines) == 2 * len(steps)
    for number, step in enumerate(steps, 1):
        source = f" [{step['uses']}]" if step["uses"] else ""
        consumed = {0: "", 1: ", from ({})", 2: ", from ({}) and ({})"}[len(step["from"])].format(*step["from"])
        assert lines[2 * number - 2 : 2 * number] == [
            f"{number}. {step['verb']}{source}: {step['reason']}{consumed}",
            f"   {step['latex']}",
        ]


def test_a_definition_has_no_steps(capsys):
    assert printed(capsys, "show", "ddim.step", "--steps") == "ddim.step is a definition: it has no derivation.\n"


def test_an_identity_prints_no_code(capsys):
    sentence = refused(capsys, "show", "continuity.conditional", "--torch")
    assert sentence == "`--torch` must be asked of an equation that prints code; continuity.conditional prints none."


def test_an_unknown_id_is_told_the_closest_ones(capsys):
    sentence = refused(capsys, "show", "gaussian_path.condition_velocity")
    assert sentence.startswith(
        "`id` must be the id of an equation; the closest are gaussian_path.conditional_velocity,"
    )
    assert sentence.endswith("got 'gaussian_path.condition_velocity'.")


@pytest.mark.parametrize("arguments", [["list"], ["show", ID], ["show", ID, "--jax"]])
def test_list_and_show_work_with_the_core_packages_only(arguments):
    bare, full = run(*arguments, code=WITHOUT_EXTRAS), run(*arguments)
    assert (bare.returncode, bare.stderr) == (0, "")
    assert bare.stdout == full.stdout


def test_a_reader_who_has_seen_enough_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "refimpl", "list"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


def test_the_version(capsys):
    from refimpl import __version__

    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == f"refimpl {__version__}\n"


# ---- what `verify` refuses ------------------------------------------------------------------------------------------


def test_without_the_extras_one_sentence_names_them():
    found = run("verify", code=WITHOUT_EXTRAS)
    assert found.returncode == 2
    assert found.stderr == (
        "refimpl: `refimpl verify` needs rich, matplotlib, scikit-learn, mpmath and torch: "
        'pip install "refimpl[verify,torch]"\n'
    )


def test_a_pattern_that_matches_nothing(capsys, tmp_path):
    sentence = refused(capsys, "verify", "--only", "marginals.velocty", "--out", str(tmp_path))
    assert sentence.startswith("`--only` must match the id of an equation; the closest ids are marginals.velocity")
    assert sentence.endswith("got 'marginals.velocty'.")


def test_a_directory_that_is_a_file(capsys, tmp_path):
    place = tmp_path / "report"
    place.write_text("")
    assert refused(capsys, "verify", "--out", str(place)).startswith(
        "`--out` must be a directory that can be written; "
    )


def test_a_device_that_is_unknown(capsys, tmp_path):
    sentence = refused(capsys, "verify", "--device", "abacus", "--out", str(tmp_path))
    assert sentence == '`device` must be "cuda", "mps" or "cpu"; got \'abacus\'.'


@pytest.mark.parametrize("seed", ["-1", "two", "1.5"])
def test_a_seed_that_is_none(capsys, seed):
    with pytest.raises(SystemExit) as exit:
        main(["verify", "--seed", seed])
    assert exit.value.code == 2
    assert f"must be a whole number that is not negative; got '{seed}'" in capsys.readouterr().err


GOOD = "\n".join(f"{i},{i * i % 7},{(i * 5) % 11}" for i in range(40))
FILES = {
    "missing.csv": (None, "must be one of digits, iris, reference, or a file; there is no file of that name."),
    "table.txt": ("1,2\n", "must be a file that ends in .npy or .csv; got another."),
    "empty.csv": ("", "must hold a table of numbers; it is empty."),
    "header.csv": (
        "height,width\n" + GOOD,
        "must hold comma-separated numbers only; line 1 has the word 'height': remove it if it is a header.",
    ),
    "words.csv": (GOOD + "\n1,many,2\n", "must hold comma-separated numbers only; line 41 has the word 'many'."),
    "cell.csv": (GOOD + "\n1,,2\n", "must hold comma-separated numbers only; line 41 has an empty cell."),
    "ragged.csv": (GOOD + "\n1,2\n", "must have as many values in every line; line 41 has 2, the first 3."),
    "nan.csv": (GOOD + "\n1,nan,2\n", "must hold finite numbers; got nan in row 41, column 2."),
    "short.csv": ("1,2,3\n4,5,7\n", "must have at least 30 rows for a mixture to be fitted; got 2."),
    "column.csv": (
        "\n".join(f"{i}" for i in range(40)),
        "must be a table with points in rows and at least 2 columns; got shape (40, 1).",
    ),
    "constant.csv": (
        "\n".join(f"{i},5" for i in range(40)),
        "must not have a constant column; column 2 is 5 in every row.",
    ),
    "latin.csv": (b"\xff\xfe1,2\n", "must be text, comma-separated numbers in UTF-8; it cannot be read as that."),
    "line.csv": (
        "\n".join(f"{i},{2 * i}" for i in range(40)),
        "must have points that spread in at least 2 directions; got points on a line.",
    ),
    "noise.npy": (b"no array", "must be an array of numbers as `numpy.save` writes it; it cannot be read as one."),
    "cube.npy": (
        np.zeros((4, 4, 4)),
        "must be a table with points in rows and at least 2 columns; got shape (4, 4, 4).",
    ),
    "words.npy": (np.array([["a", "b"]]), "must be an array of real numbers; got <U1."),
    "complex.npy": (np.zeros((40, 2), complex), "must be an array of real numbers; got complex128."),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_gets_one_sentence_and_no_report(capsys, tmp_path, name):
    content, sentence = FILES[name]
    path = tmp_path / name
    if isinstance(content, np.ndarray):
        np.save(path, content)
    elif content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out = tmp_path / "report"
    assert main(["verify", str(path), "--only", ID, "--out", str(out)]) == 2
    shown = capsys.readouterr().err
    assert shown == f"refimpl: `{path}` {sentence}\n"
    assert list(out.iterdir()) == []
