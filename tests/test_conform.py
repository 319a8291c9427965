"""Other people's libraries against the truth: checks, comparisons, and what the known differences make of them.

Everything here is planted: no library is needed.
"""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from refimpl.conform import Check, agreement, verdict
from refimpl.conform.check import digits, digits_of
from refimpl.conform.known import Difference, known_differences, normal, order, read, within
from refimpl.conform.library import libraries
from refimpl.registry import registry
from refimpl.testing import assert_conforms
from refimpl.testing.evidence import Measurement, judge, measured


def compared(got, expected=(1.0, 2.0), **options):
    return agreement("planted", "Two numbers are right.", got, expected, **{"accuracy": 1e-6, **options})


def known(**changes):
    entry = {
        "package": "k-diffusion",
        "check": "heun.*",
        "versions": "<=1.2",
        "reason": "Planted.",
        "equation": "ddim.noise_step",
    }
    return Difference(**{**entry, **changes})


# ---- a check ---------------------------------------------------------------------------------------------------------


def test_a_check_hands_on_its_evidence():
    found = compared([1, 2])
    assert Check("a.b", "It holds.", lambda: found).evidence() is found


def test_what_the_library_raises_is_evidence_that_fails():
    def broken():
        raise KeyError("no\n such timestep")

    found = Check("a.b", "It holds.", broken).evidence()
    assert not found.passed
    assert (found.name, found.statement, found.words) == ("a.b", "It holds.", r"raises KeyError: 'no\n such timestep'")
    assert digits(found) is None


def test_an_exception_without_words_is_named():
    def broken():
        raise ZeroDivisionError

    assert Check("a.b", "It holds.", broken).evidence().words == "raises ZeroDivisionError"


def test_ctrl_c_is_no_evidence():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Check("a.b", "It holds.", interrupted).evidence()


def test_a_check_that_returns_something_else_fails():
    assert Check("a.b", "It holds.", lambda: True).evidence().words == (  # type: ignore[arg-type]
        "The check must return Evidence; it returned bool."
    )


def test_a_function_that_does_not_conform_is_a_wrong_answer_and_not_an_exception():
    def wrong(x, data, alpha_t, sigma_t, dalpha_t, dsigma_t):
        return -dsigma_t / sigma_t * (x - alpha_t * data) + dalpha_t * data

    found = Check("a.b", "It holds.", lambda: assert_conforms(wrong, "gaussian_path.conditional_velocity")).evidence()
    assert not found.passed
    assert "does not compute gaussian_path.conditional_velocity" in found.words and "raises" not in found.words
    assert digits(found) < 1  # not one is right


# ---- digits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "expected"), [(0, 16), (1e-20, 16), (1e-3, 3), (1, 0), (50, 0), (math.inf, 0), (math.nan, 0)]
)
def test_digits_lie_between_none_and_sixteen(error, expected):
    assert digits_of(error) == expected


def test_a_measured_error_has_digits_and_a_statistic_has_none():
    assert digits(measured("m", "s", "", 1e-5, 1e-3, 1, "fine")) == 5
    noise = np.random.default_rng(0).normal(size=(20, 3))
    law = judge("m", "s", lambda seed: Measurement(noise, np.ones(3), ("a", "b", "c"), np.zeros(3), 20))
    assert digits(law) is None


# ---- agreement -------------------------------------------------------------------------------------------------------


def test_numbers_that_agree():
    found, error = compared([1 + 1e-9, 2]), (1 + 1e-9) - 1
    assert found.passed and found.statistic == error
    assert digits(found) == digits_of(error)
    assert found.words == "holds: 2 numbers agree to 9.0 digits."


def test_numbers_that_do_not():
    found = compared([1, 2.02], words="The step is too long.")
    assert not found.passed and found.statistic == (2.02 - 2) / 2
    assert found.words == ("The step is too long. It is off by 0.01, allowed 1e-06 at index 1: got 2.02, expected 2.")
    assert digits(found) == digits_of((2.02 - 2) / 2)


def test_so_many_digits_are_shown_that_the_difference_is_seen():
    assert compared([1, 2 + 1e-10], accuracy=1e-12).words.endswith("got 2.0000000001, expected 2.")


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_fails(bad):
    found = compared([1, bad])
    assert not found.passed and digits(found) == 0
    assert "It is not finite at index 1: got" in found.words


def test_an_infinity_that_is_expected_must_come():
    assert compared([1, math.inf], (1, math.inf)).passed
    assert not compared([1, -math.inf], (1, math.inf)).passed
    assert not compared([1, 5], (1, math.inf)).passed


def test_beside_zero_the_error_itself_counts():
    assert compared([1e-7, 1], (0, 1)).passed
    assert not compared([1e-5, 1], (0, 1)).passed


def test_an_error_may_be_relative_to_a_spread():
    assert not compared([1e-9, 1], (2e-9, 1)).passed
    assert compared([1e-9, 1], (2e-9, 1), scale=1.0).passed
    assert not compared([1.5e-9, 1], (1e-9, 1), scale=[1e-9, 1]).passed


def test_another_shape_fails_even_where_it_would_broadcast():
    found = compared([[1, 2]])
    assert not found.passed and found.words == "It has the shape (1, 2), and should have (2,)."


def test_tensors_are_taken_as_they_come():
    torch = pytest.importorskip("torch")
    assert compared(torch.tensor([1.0, 2.0], requires_grad=True)).passed
    assert compared([torch.tensor(1.0), torch.tensor(2.0)]).passed
    assert not compared(torch.tensor([1.0, 3.0], dtype=torch.bfloat16)).passed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"expected": (math.nan, 1)}, "`expected` must be numbers"),
        ({"expected": ()}, "`expected` must be numbers"),
        ({"accuracy": 0}, "`accuracy` must be positive"),
        ({"scale": 0.0}, "`scale` must be positive"),
    ],
)
def test_a_check_that_could_not_fail_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        compared([1, 2], **options)


# ---- known differences -----------------------------------------------------------------------------------------------

GOOD, BAD = compared([1, 2]), compared([1, 3], words="The last step is missing.")


@pytest.mark.parametrize(
    ("evidence", "id", "entry", "expected"),
    [
        (GOOD, "euler.step", {}, "PASSED"),
        (BAD, "euler.step", {}, "NEW"),
        (BAD, "heun.step", {}, "KNOWN"),
        (GOOD, "heun.step", {}, "FIXED"),
        (BAD, "heun.step", {"versions": "<1.2"}, "NEW"),
        (GOOD, "heun.step", {"versions": "<1.2"}, "PASSED"),
        (BAD, "heun.step", {"package": "other"}, "NEW"),
        (BAD, "heun.step", {"words": "last step"}, "KNOWN"),
        (BAD, "heun.step", {"words": "first step"}, "NEW"),
        (GOOD, "heun.step", {"words": "first step"}, "FIXED"),
        (BAD, "heun.step", {"check": "heun"}, "NEW"),
        (BAD, "heun.step", {"package": "k_Diffusion"}, "KNOWN"),
    ],
)
def test_the_verdict(evidence, id, entry, expected):
    difference = known(**entry)
    word, decided = verdict(evidence, id, "k-diffusion", "1.2", [difference])
    assert word == expected
    assert decided is (difference if expected in ("KNOWN", "FIXED") else None)


def test_one_of_several_entries_may_have_the_words():
    entries = [known(words="first step"), known(words="last step")]
    assert verdict(BAD, "heun.step", "k-diffusion", "1.2", entries) == ("KNOWN", entries[1])


def test_versions_sort_as_pip_sorts_them():
    rising = "0.9 0.10.dev3 0.10a1.dev1 0.10a1 0.10b2 0.10rc1 0.10 0.10.post1.dev1 0.10.post1 0.10.1 0.11 1!0.1".split()
    assert sorted(reversed(rising), key=order) == rising
    assert len({order(each) for each in rising}) == len(rising)


def test_versions_sort_as_the_library_packaging_sorts_them():
    packaging = pytest.importorskip("packaging.version")
    written = "2.13.0+cpu 2.13 0.1.1.post1 0.1.1 0.1.1-1 1.0.0rc1 1.0-rc.1 1.0.DEV2 v1.0 1.0b 1.0a0 1.0r3 1.0.preview2"
    for one in written.split():
        for other in written.split():
            bare = (packaging.Version(each).public for each in (one, other))
            less = packaging.Version(next(bare)) < packaging.Version(next(bare))
            assert (order(one) < order(other)) == less, (one, other)


@pytest.mark.parametrize(
    ("version", "versions", "expected"),
    [
        ("0.42.1", "<=0.42.1", True),
        ("0.42.2", "<=0.42.1", False),
        ("0.42.10", "<=0.42.9", False),
        ("0.9", "<0.10", True),
        ("0.10", "<0.10", False),
        ("0.1.1.post1", "==0.1.1.post1", True),
        ("0.1.1", "==0.1.1.post1", False),
        ("1.0", "==1.0.0", True),
        ("1.1", "!=1.1", False),
        ("1.1", ">1.0, <1.2", True),
        ("1.2", ">1.0, <1.2", False),
        ("1.0", ">=1.0", True),
        ("2.13.0+cpu", "==2.13", True),
        ("7", "", True),
    ],
)
def test_a_version_is_within(version, versions, expected):
    assert within(version, versions) is expected


@pytest.mark.parametrize("versions", ["0.42", "=0.42", "<=", "<=x", "<=1 2", "<= 1; <2"])
def test_versions_that_cannot_be_read_are_refused(versions):
    with pytest.raises(ValueError, match="must be"):
        within("1.0", versions)


ENTRY = '[[difference]]\npackage="p"\ncheck="c"\nversions="<2"\nreason="r"\nequation="e"\n'


def test_an_entry_is_read():
    assert read(ENTRY + 'link="l"\nwords="w"\n') == (Difference("p", "c", "<2", "r", "e", "l", "w"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENTRY.replace('reason="r"\n', ""), "difference 1 (p, c) must have reason."),
        (ENTRY + 'reasons="r"\n', "got reasons."),
        (ENTRY.replace('"r"', '" "'), "reason must be text; got ' '."),
        (ENTRY.replace('"r"', "3"), "reason must be text; got 3."),
        (ENTRY.replace("<2", "2"), "`versions` must be clauses"),
        (ENTRY.replace("difference", "differences"), "must be called `difference`; got differences."),
    ],
)
def test_an_entry_that_is_wrong_is_refused(text, words):
    with pytest.raises(ValueError) as refusal:
        read(text)
    assert words in str(refusal.value)


def test_every_entry_names_an_equation_of_ours():
    ids = {entry["id"] for entry in registry()["equations"]}
    assert [each for each in known_differences() if each.equation not in ids] == []


# TOML drops a backslash at the end of a line with all the space that follows: one that keeps words apart is before it.
GLUED = re.compile(r"""[^\s\\"]\\\s*$""", re.MULTILINE)


def test_no_word_is_glued_to_the_next_where_a_line_of_a_reason_goes_on():
    text = (ROOT / "refimpl/conform/known_differences.toml").read_text("utf-8")
    assert [text[: each.start()].count("\n") + 1 for each in GLUED.finditer(text)] == []
    assert GLUED.search('reason = """\nof a path,\\\nand more"""')
    assert not GLUED.search('reason = """\\\nof a path, \\\nand \\\\\n more"""')


# ---- the adapters, as far as they can be read without their libraries ------------------------------------------------

ROOT = Path(__file__).parents[1]
LISTED = [
    line
    for name in ("constraints.txt", "tests/against/requirements.txt")  # the first has what refimpl itself installs
    for line in (ROOT / name).read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("one", libraries().values(), ids=libraries())
def test_the_conform_environment_has_what_an_adapter_needs(one):
    assert within(one.written_against, f"=={one.written_against}")
    needed = (*one.requirements, *one.without_dependencies)
    assert f"{one.package}=={one.written_against}" in needed
    exact = dict(line.split("==") for line in LISTED if "==" in line)
    for each in needed:
        name, versions = re.fullmatch(r"([\w.-]+)(.*)", each).groups()
        assert name in exact and within(exact[name], versions), each


def test_every_difference_is_one_of_a_library_with_an_adapter():
    assert {normal(each.package) for each in known_differences()} - libraries().keys() == set()
