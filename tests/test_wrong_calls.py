"""Wrong calls of every kind end in one clear sentence, raised at the edge: none in a number, none in a traceback.

The catalogue says which calls are wrong: callable x argument x kind of fault. Hypothesis chooses the values.
"""

import os
import re
import traceback
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

import refimpl  # noqa: E402
from refimpl.cli import ONE_THREAD  # noqa: E402
from tests import wrong_calls, wrong_calls_harness, wrong_calls_strangers  # noqa: E402
from tests.wrong_commands import COMMANDS  # noqa: E402
from tests.wrong_values import Wrong  # noqa: E402

CATALOGUE = [*wrong_calls.CATALOGUE, *wrong_calls_harness.CATALOGUE, *wrong_calls_strangers.CATALOGUE]
PACKAGE = Path(refimpl.__file__).parent
EXAMPLES = 3


def sentence(argument: str) -> re.Pattern[str]:
    """What an error says: the argument in backticks, the rule, what came; or that a value is infinite there."""
    name = rf"`{re.escape(argument)}`"
    rule = rf"(?:`\w+` or )?{name}(?: or `\w+`)? must (?:not )?\S.*; got \S.*\."
    infinite = rf"\S.* has no finite value at {name} = \S+, where \S.*\."
    return re.compile(f"(?:{rule})|(?:{infinite})")


def refusal(kind: Wrong, value) -> Exception:
    """The error of a wrong call; warnings, and errors of any other sort, come through."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = kind.call(value)
        except (ValueError, TypeError) as error:
            return error
    raise AssertionError(f"{kind.id}: {value!r} was accepted, and gave {result!r}")


def each_value(kind: Wrong, judge) -> None:
    """Judges values that hypothesis chooses, the same in every run."""
    hostile = settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    hostile(given(kind.values)(lambda value: judge(value)))()


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.id)
def test_a_wrong_call_ends_in_one_clear_sentence(kind):
    def judge(value):
        error = refusal(kind, value)
        message = str(error)
        assert type(error) in (ValueError, TypeError), repr(error)
        assert sentence(kind.argument).fullmatch(message), message
        assert not re.search(r"\n|\.\s", message) and len(message) < 400, message
        place = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        assert place.is_relative_to(PACKAGE) and not place.is_relative_to(PACKAGE / "formulas"), place

    each_value(kind, judge)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.id)
def test_a_wrong_command_ends_in_one_clear_line(kind, monkeypatch):
    for name in ONE_THREAD:  # `verify` sets these for its process: a test must not set them for the others
        monkeypatch.setenv(name, os.environ.get(name, "1"))

    def judge(value):
        status, out, err = kind.call(value)
        assert (status, out) == (2, "")
        *usage, line = err.splitlines()
        assert kind.argument in line and re.match(r"refimpl( [a-z]+)?: ", line), err
        assert not usage or (usage[0].startswith("usage: refimpl") and " error: " in line), err

    each_value(kind, judge)


def test_the_catalogue_has_200_kinds_and_more():
    kinds = [*CATALOGUE, *COMMANDS]
    assert len({kind.id for kind in kinds}) == len(kinds) >= 200
