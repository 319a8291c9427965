"""Running the checks of a library, one after the other."""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np

from refimpl.conform.check import Check, digits
from refimpl.conform.known import FIXED, NEW, PASSED, VERDICTS, Difference, verdict
from refimpl.conform.library import Library
from refimpl.testing.evidence import Evidence


@dataclass(frozen=True)
class Result:
    """A check that was made: what it found, the verdict, and the known difference that decided, if one did."""

    check: Check
    evidence: Evidence
    verdict: str
    difference: Difference | None
    seconds: float

    @property
    def digits(self) -> float | None:
        return digits(self.evidence)


@dataclass
class Outcome:
    """What the checks of one library found; `planned` of them would have been made without an interruption."""

    package: str
    version: str
    written_against: str
    planned: int
    results: list[Result] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(result.verdict for result in self.results)
        return {word: found[word] for word in VERDICTS}

    @property
    def complete(self) -> bool:
        return len(self.results) == self.planned

    @property
    def good(self) -> bool:
        """Nothing that is not known, and nothing known that is not so any more."""
        return self.complete and not self.counts[NEW] and not self.counts[FIXED]

    @property
    def agreed(self) -> list[float]:
        """The digits of agreement of the checks that passed, from the fewest to the most."""
        return sorted(each.digits for each in self.results if each.verdict == PASSED and each.digits is not None)

    def by_difference(self) -> dict[Difference, list[Result]]:
        """The results that are known differences, each difference with its checks."""
        grouped: dict[Difference, list[Result]] = {}
        for result in self.results:
            if result.difference is not None and result.verdict != FIXED:
                grouped.setdefault(result.difference, []).append(result)
        return grouped


def run(
    library: Library,
    checks: Sequence[Check],
    differences: Iterable[Difference],
    outcome: Outcome,
    *,
    before: Callable[[Check], None] = lambda check: None,
    after: Callable[[Result], None] = lambda result: None,
) -> None:
    """Makes the checks and puts what they find into the outcome, one by one: what is interrupted keeps its results.

    Every check starts from the same state of the random number generators, so that `--only` changes no result.
    """
    entries = tuple(differences)
    began = time.perf_counter()
    for check in checks:
        before(check)
        start = time.perf_counter()
        with quiet():
            _seed()
            evidence = check.evidence()
        word, difference = verdict(evidence, check.id, library.package, outcome.version, entries)
        result = Result(check, evidence, word, difference, time.perf_counter() - start)
        outcome.results.append(result)
        outcome.seconds = time.perf_counter() - began
        after(result)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps what a library prints, and its warnings and progress bars, out of the report."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield


def _seed() -> None:
    np.random.seed(0)
    if find_spec("torch") is not None:
        import torch

        torch.manual_seed(0)
