"""Wrong calls of every kind end in one clear sentence, raised at the edge: none in a number, none in a traceback.

The catalogue says which calls are wrong: callable x argument x kind of fault. Hypothesis chooses the values.
"""

import re
import traceback
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

import refimpl  # noqa: E402
from tests.wrong_calls import CATALOGUE  # noqa: E402
from tests.wrong_values import Wrong  # noqa: E402

PACKAGE = Path(refimpl.__file__).parent
EXAMPLES = 4


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


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.id)
def test_a_wrong_call_ends_in_one_clear_sentence(kind):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(kind.values)
    def hostile(value):
        error = refusal(kind, value)
        assert type(error) in (ValueError, TypeError)
        message = str(error)
        assert sentence(kind.argument).fullmatch(message), message
        assert "\n" not in message and not re.search(r"\.\s", message) and len(message) < 400, message
        place = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        assert place.is_relative_to(PACKAGE) and not place.is_relative_to(PACKAGE / "formulas"), place

    hostile()


def test_the_catalogue_has_200_kinds_and_more():
    assert len({kind.id for kind in CATALOGUE}) == len(CATALOGUE) >= 200
