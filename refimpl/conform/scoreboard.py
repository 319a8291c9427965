"""The scoreboard: the page of the site that says how real libraries agree with the equations."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from refimpl.card import link
from refimpl.conform.known import FIXED, KNOWN, NEW, PASSED, VERDICTS, Difference
from refimpl.conform.library import libraries, normal, pip_line
from refimpl.conform.run import Outcome, Result
from refimpl.registry import registry

_LEAD = """\
Released libraries, held against the equations of this site by `refimpl conform`. The page is written by `make conform`;
the same figures as data are [scoreboard.json](scoreboard.json).

A check puts one question: a number of a table, one step of a sampler, a whole run with the exact prediction on data
that are known. *Digits* is the log relative error, the number of correct decimal digits; a check of a law has none.
What a library computes in 32-bit numbers can reach about seven."""
_COLUMNS = ("Library", "Version", "Checks", "Passed", "Known", "New", "Median digits", "Least digits")


def page(outcomes: Sequence[Outcome]) -> str:
    """The page in Markdown."""
    meanings = "\n".join(f"| {word} | {meaning} |" for word, meaning in VERDICTS.items())
    parts = [
        "# Scoreboard",
        _LEAD,
        f"| Verdict | Meaning |\n| --- | --- |\n{meanings}",
        _overview(outcomes),
        *(_library(outcome) for outcome in outcomes),
    ]
    return "\n\n".join(parts) + "\n"


def _overview(outcomes: Sequence[Outcome]) -> str:
    lines = [f"| {' | '.join(_COLUMNS)} |", "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for outcome in outcomes:
        counts, agreed = outcome.counts, outcome.agreed
        middle, least = (f"{statistics.median(agreed):.1f}", f"{agreed[0]:.1f}") if agreed else ("", "")
        lines.append(
            f"| [{cell(outcome.package)}](#{anchor(outcome)}) | {outcome.version} | {outcome.planned} "
            f"| {counts[PASSED] + counts[FIXED]} | {counts[KNOWN]} | {counts[NEW]} | {middle} | {least} |"
        )
    return "\n".join(lines)


def _library(outcome: Outcome) -> str:
    parts = [f"## {cell(outcome.package)} {outcome.version} {{ #{anchor(outcome)} }}"]
    known = libraries().get(normal(outcome.package))
    if known is not None:
        parts.append(f"```console\n$ {pip_line(known, checkout=True)}\n$ refimpl conform {outcome.package}\n```")
    if outcome.version != outcome.written_against:
        parts.append(f"The adapter was written against {outcome.written_against}.")
    for difference, results in outcome.by_difference().items():
        parts.append(_difference(difference, results))
    for word, title in ((NEW, "New"), (FIXED, "Fixed, and still listed as known")):
        if found := [each for each in outcome.results if each.verdict == word]:
            rows = "\n".join(f"-   `{each.check.id}`: {cell(each.evidence.words)}" for each in found)
            parts.append(f"**{title}**\n\n{rows}")
    parts.append(_table(outcome.results))
    return "\n\n".join(parts)


def _difference(difference: Difference, results: Sequence[Result]) -> str:
    """What is right, what comes, in the first check that shows it, and where to read on."""
    ids = ", ".join(f"`{each.check.id}`" for each in results)
    where = [f"the equation: {link(difference.equation, registry(), 'site', 'equations/')}"]
    if difference.link:
        where.insert(0, f"[{cell(_short(difference.link))}]({difference.link})")
    return (
        f'!!! warning "Known: {ids}"\n\n'
        f"    {cell(difference.reason)}\n\n"
        f"    Measured: {cell(results[0].evidence.words)}\n\n"
        f"    {'; '.join(where)[0].upper()}{'; '.join(where)[1:]}"
    )


def _table(results: Sequence[Result]) -> str:
    lines = ["| Check | Verdict | Digits | What is tested |", "| --- | --- | ---: | --- |"]
    for each in results:
        number = "" if each.digits is None else f"{each.digits:.1f}"
        lines.append(f"| `{each.check.id}` | {each.verdict} | {number} | {cell(each.check.statement)} |")
    rows = "\n".join(f"    {line}" for line in lines)
    return f'??? note "All checks"\n\n{rows}'


def anchor(outcome: Outcome) -> str:
    """The anchor of a library: its name, whatever the version, so that links to it last."""
    return normal(outcome.package)


def cell(text: str) -> str:
    """Plain text in one line of Markdown: nothing of it is taken for a mark, and no bar ends a cell."""
    line = " ".join(text.split())
    parts = re.split(r"(`[^`]*`)", line)  # what stands in backticks is code already
    return "".join(
        part.replace("|", "&#124;") if k % 2 else re.sub(r"([\\*_\[\]<>|$`~^])", r"\\\1", part)
        for k, part in enumerate(parts)
    )


def _short(address: str) -> str:
    """An issue as one cites it: huggingface/diffusers #13243."""
    found = re.search(r"github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)", address)
    return f"{found[1]} #{found[2]}" if found else address
