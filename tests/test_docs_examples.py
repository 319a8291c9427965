"""The examples on the pages "Use it" and "Test your code" do what they say."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "use-it.md").read_text("utf-8")
SECTION = PAGE.split("## Your sampler, grid or likelihood", 1)[1].split("\n## ", 1)[0]
BLOCKS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
SETTING = "import numpy as np\nimport refimpl as ri\n"


def test_each_check_of_the_section_is_shown():
    names = (
        "check_sampler",
        "check_step",
        "check_time_grid",
        "check_schedule",
        "check_likelihood",
        "probe_conventions",
    )
    assert [sum(f"{name}(" in block for block in BLOCKS) for name in names] == [1] * 6


@pytest.mark.parametrize("block", BLOCKS, ids=["loop", "others"])
def test_the_examples_pass(block):
    exec(SETTING + block, {})


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("predict(x, i / n) / n", "predict(x, i / n) / (n + 1)", "The steps have the length 1/"),
        ("(1 - t) * noise) / t", "(1 - s) * noise) / t", "step: "),
        ("log_density - h *", "log_density + h *", "The divergence has the opposite sign"),
        ("np.linspace(1, 0, n + 1),", "np.linspace(0, 1, n + 1),", "The grid runs the wrong way"),
        ("np.sin(np.pi * t / 2), np.cos(np.pi * t / 2)", "np.cos(np.pi * t / 2), np.sin(np.pi * t / 2)", "swapped"),
    ],
)
def test_a_mistake_in_an_example_is_named(right, wrong, words):
    (block,) = [block for block in BLOCKS if right in block]
    with pytest.raises(AssertionError, match=re.escape(words)):
        exec(SETTING + block.replace(right, wrong), {})


LIBRARY = PAGE.split("## Hold a library against the truth", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("level", "passed", "words"), [(0.02, True, "agrees to 16.0 digits"), (0.03, False, "got 0.03")]
)
def test_the_check_of_a_library_says_what_it_finds(level, passed, words):
    class my_package:
        @staticmethod
        def noise_levels(n):
            return [1.0] * (n - 1) + [level]

    (block,) = re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL)
    namespace = {"my_package": my_package}
    exec(block, namespace)
    (check,) = namespace["checks"]
    found = check.evidence()
    assert found.passed is passed and words in found.words


TESTING = (Path(__file__).parents[1] / "docs" / "testing.md").read_text("utf-8")
CHECKS = re.findall(r"^## .*?`(\w+)`.*?\n(.*?)(?=^## |\Z)", TESTING, re.DOTALL | re.MULTILINE)
OPENING = re.findall(r"```python\n(.*?)```", TESTING.split("\n## ", 1)[0], re.DOTALL)[0]
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


def test_each_check_has_its_example():
    assert [name for name, _ in CHECKS] == [
        "assert_conforms",
        "check_field",
        "check_sampler",
        "check_order",
        "check_schedule",
        "check_likelihood",
        "probe_conventions",
    ]


@pytest.mark.parametrize(("name", "section"), CHECKS, ids=[name for name, _ in CHECKS])
def test_the_example_passes_and_its_failure_reads_as_shown(name, section, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    right, wrong = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    for block in (right, wrong):
        assert f"{name}(" in block and len([line for line in block.splitlines() if line.strip()]) <= 5
    names: dict = {}
    exec(OPENING + right, names)
    if name == "check_order":
        assert (tmp_path / "order.png").stat().st_size > 5000
    with pytest.raises(AssertionError) as failure:
        exec(wrong, names)
    said, shown = " ".join(str(failure.value).split()), " ".join(shown.split())
    assert NUMBER.sub("#", said) == NUMBER.sub("#", shown), said
    assert [float(n) for n in NUMBER.findall(said)] == pytest.approx(
        [float(n) for n in NUMBER.findall(shown)], rel=0.01
    )
