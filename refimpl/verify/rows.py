"""The table of equations on the page: a line for each, which opens to the whole formula and its wrong versions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from refimpl.verify.mathematics import Typesetter
from refimpl.verify.report import Report, rejected

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SHOWN_CLAIMS = 2  # in a line that is closed
_COLUMNS = ("equation", "claim", "balls", "witness", "50 digits", "experiment", "near misses rejected")


def chapters(
    report: Report, entries: Sequence[Mapping[str, Any]], titles: Sequence[Mapping[str, str]], set_: Typesetter
) -> str:
    """Every equation, chapter by chapter; definitions are folded away."""
    wrong: dict[str, list[str]] = {}
    for failure in report.failures:
        if failure["equation"]:
            wrong.setdefault(failure["equation"], []).append(failure["message"])
    heads = "".join(f"<span>{title}</span>" for title in _COLUMNS)
    parts = [f'<div class="cells head" aria-hidden="true">{heads}</div>']
    for chapter in titles:
        members = [
            entry for entry in entries if entry["chapter"] == chapter["name"] and entry["id"] in report.equations
        ]
        if not members:
            continue
        rows = {
            entry["id"]: _row(entry, report.equations[entry["id"]], wrong.get(entry["id"], []), set_)
            for entry in members
        }
        folded = [entry["id"] for entry in members if entry["verdict"] == "DEFINED" and entry["id"] not in wrong]
        parts.append(f'<h3 id="{escape(chapter["name"])}">{escape(chapter["title"])}</h3>')
        parts += [row for id, row in rows.items() if id not in folded]
        if folded:
            definitions = "".join(rows[id] for id in folded)
            parts.append(
                f'<details class="fold"><summary>{_count(len(folded), "definition")}</summary>{definitions}</details>'
            )
    return "\n".join(parts)


def _row(entry: Mapping[str, Any], known: Mapping[str, Any], wrong: Sequence[str], set_: Typesetter) -> str:
    verdict = "FAILED" if wrong else entry["verdict"]
    claims = entry["claim"]
    more = f'<div class="soft">and {len(claims) - _SHOWN_CLAIMS} more</div>' if len(claims) > _SHOWN_CLAIMS else ""
    cells = "".join(
        f'<span data-name="{name}">{text}</span>' for name, text in zip(_COLUMNS[2:], _cells(known), strict=True)
    )
    problems = "".join(f'<p class="bad">{escape(message)}</p>' for message in wrong)
    where = f'<div class="soft">with</div>{set_.lines(entry["where"])}' if entry["where"] else ""
    whole = set_.lines(claims) if more else ""
    text = f"<p>{_prose(entry['text'], set_)}</p>" if entry["text"] else ""
    return (
        f'<details class="equation" id="{escape(entry["id"])}"{" open" if wrong else ""}><summary class="cells">'
        f'<span class="name"><b>{escape(entry["title"])}</b><br><span class="badge {verdict.lower()}">{verdict}</span> '
        f'<span class="soft">{escape(entry["scope"])}</span></span>'
        f'<span class="claim">{set_.lines(claims[:_SHOWN_CLAIMS])}{more}</span>{cells}</summary>'
        f'<div class="whole">{problems}<p><code>{escape(entry["id"])}</code></p>{text}{whole}{where}'
        f"{_misses(entry, known, set_)}</div></details>"
    )


def _cells(known: Mapping[str, Any]) -> list[str]:
    """What the columns say; empty where there is nothing to say."""
    balls = witness = digits = experiment = misses = ""
    if proof := known["proof"]:
        bits, right = proof["residual_bits"], proof["witness_digits"]
        balls = "" if bits is None else f"2{_power(bits)}"
        witness = "" if right is None else f"{right:.1f}"
        if not proof["holds"]:
            balls = '<span class="bad">not proved</span>'
    elif known["verdict"] != "DEFINED":
        balls = '<span class="warn">not rerun</span>'
    if precision := known.get("precision"):
        digits = _precision(precision)
    if known["experiments"]:
        experiment = _trials(known["experiments"])
    tried = [miss for miss in known["near_misses"] if miss["precision"] is not None or miss["experiments"]]
    if tried:
        gone = sum(rejected(miss) for miss in tried)
        misses = f'<span class="{"good" if gone == len(tried) else "bad"}">{gone} of {len(tried)}</span>'
    return [balls, witness, digits, experiment, misses]


def _precision(found: Mapping[str, Any]) -> str:
    if "error" in found:
        return f'<span class="bad">{escape(found["error"])}</span>'
    digits = "" if found["digits"] is None else f"{found['digits']:.1f}"
    share = "∞" if found["share"] is None else f"{100 * found['share']:.2g} %"
    text = f"{digits} <small>· {share}</small>"
    return text if found["passed"] else f'<span class="bad">{text}</span>'


def _trials(trials: Sequence[Mapping[str, Any]]) -> str:
    broken = [trial for trial in trials if "error" in trial]
    if broken:
        return f'<span class="bad">{escape(broken[0]["error"])}</span>'
    text = _statistic(max(trials, key=ratio))
    powers = [trial["power"] for trial in trials if trial["power"] is not None]
    if powers and all(trial["passed"] for trial in trials):
        return f"{text}<br> <small>sees {_percent(max(powers))}</small>"
    return f'<span class="bad">{text}</span>'


def ratio(trial: Mapping[str, Any]) -> float:
    """The statistic as a share of its threshold; infinite where there is none."""
    statistic = trial.get("statistic")
    return math.inf if statistic is None else statistic / trial["threshold"]


def _statistic(trial: Mapping[str, Any]) -> str:
    statistic = trial["statistic"]
    if statistic is None:
        shown = "∞"
    elif statistic < 1e5:
        shown = f"{statistic:.2f}" if statistic < 100 else f"{statistic:.0f}"
    else:
        shown = f"10{_power(math.log10(statistic))}"
    return f"{shown} of {trial['threshold']:.2f}"


def _misses(entry: Mapping[str, Any], known: Mapping[str, Any], set_: Typesetter) -> str:
    rows = []
    for miss, found in zip(entry["near_misses"], known["near_misses"], strict=True):
        facts = []
        if found["precision"] is not None:
            share = found["precision"]["share"]
            times = "∞" if share is None else f"10{_power(math.log10(share))}" if share > 0 else "0"
            facts.append(_judged(not found["precision"]["passed"], f"by 50 digits, off by {times} bounds"))
        facts += [
            _judged(trial["passed"], f"by the experiment, {_miss_trial(trial)}") for trial in found["experiments"]
        ]
        rows.append(
            f'<div class="miss"><div><b>{escape(miss["name"])}</b>{set_.lines([miss["latex"]])}'
            f'<div class="soft">{_prose(miss["made_in"], set_)}</div></div>'
            f'<div class="soft">{"<br>".join(facts)}</div></div>'
        )
    noun = _count(len(rows), "wrong version")
    return f'<p class="over">{noun} that people have written</p>{"".join(rows)}' if rows else ""


def _miss_trial(trial: Mapping[str, Any]) -> str:
    if "error" in trial:
        return escape(trial["error"])
    elsewhere = (
        ", on the reference mixture: the data do not tell it from the truth" if trial["on"] == "reference" else ""
    )
    return f"{_statistic(trial)}{elsewhere}"


def _judged(good: bool, text: str) -> str:
    return f'<span class="good">rejected</span> {text}' if good else f'<span class="bad">not rejected</span> {text}'


def _prose(text: str, set_: Typesetter) -> str:
    """A sentence of the registry: `code` and $formulas$ in it are set as such."""
    pieces = re.split(r"(`[^`]+`|\$[^$]+\$)", text)
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            pieces[index] = escape(piece)
        else:
            pieces[index] = set_.formula(piece[1:-1]) if piece[0] == "$" else f"<code>{escape(piece[1:-1])}</code>"
    return "".join(pieces)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _percent(value: float) -> str:
    """A share in per cent, as a power of ten where it is tiny."""
    return f"{100 * value:.2g} %" if value >= 1e-4 else f"10{_power(math.log10(100 * value))} %"


def scientific(value: float) -> str:
    """A small positive number, as 5·10⁻¹⁰."""
    if not value > 0:
        return "0"
    exponent = math.floor(math.log10(value))
    return f"{value / 10**exponent:.0f}·10{_power(exponent)}"


def _power(exponent: float) -> str:
    return f"{exponent:.0f}".translate(_SUPERSCRIPTS)
