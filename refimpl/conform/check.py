"""One question put to somebody else's library."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from refimpl.testing.conform import NonConformance
from refimpl.testing.evidence import Evidence, measured

MOST_DIGITS = 16


@dataclass(frozen=True)
class Check:
    """A check of a library.

    Attributes:
        id: readable and permanent, lower case, dotted, as in `ddim.trailing.noise`.
        statement: what is tested, in one sentence.
        run: makes the check and returns its evidence; what the library raises may pass through.
    """

    id: str
    statement: str
    run: Callable[[], Evidence]

    def evidence(self) -> Evidence:
        """What `run` found. Where it raises, evidence that fails and says what was raised."""
        try:
            found = self.run()
        except NonConformance as error:  # how `assert_conforms` reports a wrong answer
            off = _relative(error.got, error.expected)
            details = {"digits": digits_of(off), "near_miss": error.near_miss}
            return measured(self.id, self.statement, str(error), off, 0.0, 0, "", **details)
        except Exception as error:
            return measured(self.id, self.statement, raised(error), math.inf, 0.0, 0, "", raised=type(error).__name__)
        if not isinstance(found, Evidence):
            words = f"The check must return Evidence; it returned {type(found).__name__}."
            return measured(self.id, self.statement, words, math.inf, 0.0, 0, "")
        return found


def raised(error: BaseException) -> str:
    """An exception in one line."""
    message = " ".join(str(error).split())
    return f"raises {type(error).__name__}: {message}" if message else f"raises {type(error).__name__}"


def digits_of(error: float) -> float:
    """Log relative error: the number of correct decimal digits, from 0 to 16; 0 for what is not a number."""
    if error == 0:
        return float(MOST_DIGITS)
    return min(max(-math.log10(error), 0.0), float(MOST_DIGITS)) if math.isfinite(error) else 0.0


def digits(evidence: Evidence) -> float | None:
    """The digits of agreement that the evidence gives, or None: a check of a law has a statistic and no digits."""
    if "digits" in evidence.details:
        return float(evidence.details["digits"])
    # What `measured` returns has the largest error as its statistic and the accuracy as its threshold.
    if evidence.false_alarm == 0 and evidence.power == evidence.threshold and "raised" not in evidence.details:
        return digits_of(evidence.statistic)
    return None


def _relative(got: float | None, expected: float | None) -> float:
    if got is None or expected is None or not math.isfinite(got):
        return math.inf
    return abs(got - expected) / abs(expected) if expected else abs(got)
