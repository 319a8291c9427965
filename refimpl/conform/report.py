"""What a run found: a table that grows while it goes on, and JSON. The Markdown page is `scoreboard.py`."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from refimpl.conform.check import Check
from refimpl.conform.known import FIXED, KNOWN, NEW, PASSED
from refimpl.conform.library import installed
from refimpl.conform.run import Outcome, Result

SCHEMA = 1
PACKAGES = ("numpy", "scipy", "torch", "jax")
_COLOURS = {PASSED: 32, KNOWN: 33, NEW: 31, FIXED: 35}
_NARROWEST = 24  # what is left of the words, however narrow the terminal


class Table:
    """Prints one row for each check as it ends, and at a terminal the name of the one that runs.

    Args:
        checks: all that will be made; their ids give the width of the first column.
        out: where to; by default standard output as it is now, so that a library cannot print into the table.
    """

    def __init__(self, checks: Sequence[Check], out: TextIO | None = None) -> None:
        self.out = sys.stdout if out is None else out
        self.live = self.out.isatty()
        self.coloured = self.live and "NO_COLOR" not in os.environ
        self.total, self.done = len(checks), 0
        self.first = max((len(check.id) for check in checks), default=5)
        self.width = shutil.get_terminal_size((120, 24)).columns
        if checks:
            self._line(f"{'check':<{self.first}}  verdict  digits  words")

    def before(self, check: Check) -> None:
        if self.live:
            self.out.write(f"\r\033[K{cut(f'{self.done + 1} of {self.total}: {check.id} …', self.width - 1)}")
            self.out.flush()

    def after(self, result: Result) -> None:
        self.done += 1
        if self.live:
            self.out.write("\r\033[K")
        number = result.digits
        found = "" if number is None else f"{number:.1f}"
        left = max(self.width - self.first - 19, _NARROWEST)
        word = f"{result.verdict:<7}"
        if self.coloured:
            word = f"\033[{_COLOURS[result.verdict]}m{word}\033[0m"
        self._line(f"{result.check.id:<{self.first}}  {word}  {found:>6}  {cut(result.evidence.words, left)}")

    def stop(self) -> None:
        """Takes away the name of the check that was running."""
        if self.live:
            self.out.write("\r\033[K")

    def _line(self, text: str) -> None:
        self.out.write(f"{text.rstrip()}\n")
        self.out.flush()


def cut(text: str, width: int) -> str:
    """The text in one line of at most this width."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: max(width - 1, 0)].rstrip()}…"


def closing(outcome: Outcome) -> str:
    """What follows the table: everything that is not as expected in full, the known differences, and the sum."""
    parts = []
    for word, title in ((NEW, "New differences"), (FIXED, "Fixed, and still listed in known_differences.toml")):
        if found := [each for each in outcome.results if each.verdict == word]:
            lines = [f"  {each.check.id}: {each.check.statement}\n    {_indented(each)}" for each in found]
            parts.append("\n".join([f"{title}:", *lines]))
    if known := outcome.by_difference():
        lines = []
        for difference, results in known.items():
            source = " ".join(filter(None, (difference.link, f"(refimpl show {difference.equation})")))
            ids = ", ".join(each.check.id for each in results)
            lines.append(f"  {ids}\n    {' '.join(difference.reason.split())}\n    {source}")
        parts.append("\n".join(["Known differences:", *lines]))
    parts.append(summary(outcome))
    return "\n\n".join(parts)


def summary(outcome: Outcome) -> str:
    """One line."""
    counts = outcome.counts
    found = [f"{counts[PASSED]} passed", _count(counts[KNOWN], "known difference"), f"{counts[NEW]} new"]
    if counts[FIXED]:
        found.append(f"{counts[FIXED]} fixed")
    made = _count(outcome.planned, "check")
    if not outcome.complete:
        made = f"interrupted after {len(outcome.results)} of {made}"
    line = f"{outcome.package} {outcome.version}: {made}, {', '.join(found)}, in {outcome.seconds:.1f} s"
    if agreed := outcome.agreed:
        line += f"; those that passed agree to {agreed[0]:.1f} digits or more, half of them to "
        line += f"{statistics.median(agreed):.1f} or more"
    return f"{line}."


def other_version(outcome: Outcome) -> str:
    """One line where the installed version is not the one that the adapter was written against."""
    if outcome.version == outcome.written_against:
        return ""
    return (
        f"The adapter was written against {outcome.package} {outcome.written_against}; {outcome.version} is installed, "
        "so a new difference may also be a change of its interface."
    )


def as_data(outcomes: Sequence[Outcome], only: str | None) -> dict[str, Any]:
    """Everything as plain data, for JSON."""
    from refimpl import __version__

    return {
        "schema": SCHEMA,
        "refimpl": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: installed(name) for name in PACKAGES},
        "only": only,
        "libraries": [
            {
                "package": outcome.package,
                "version": outcome.version,
                "written_against": outcome.written_against,
                "counts": {word.lower(): number for word, number in outcome.counts.items()},
                "checks": [_row(result) for result in outcome.results],
            }
            for outcome in outcomes
        ],
    }


def _row(result: Result) -> dict[str, Any]:
    return {
        "id": result.check.id,
        "statement": result.check.statement,
        "verdict": result.verdict,
        "digits": result.digits,
        "words": result.evidence.words,
        "difference": None if result.difference is None else asdict(result.difference),
        "seconds": round(result.seconds, 3),
        "evidence": result.evidence.as_dict(),
    }


def _indented(result: Result) -> str:
    words = result.evidence.words.strip().replace("\n", "\n    ")
    return f"{words}\n    {result.difference.reason}" if result.difference else words


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
