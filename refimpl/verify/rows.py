"""The equations on the page: what each says, how it stands, and the wrong versions that were rejected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from refimpl.verify.mathematics import Typesetter
from refimpl.verify.report import Report, rejected

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def chapters(report: Report, entries: Sequence[Mapping[str, Any]], titles: Sequence[Mapping[str, str]], set_: Typesetter) -> str:
    """Every equation, chapter by chapter; definitions are folded away."""
    wrong: dict[str, list[str]] = {}
    for failure in report.failures:
        if failure["equation"]:
            wrong.setdefault(failure["equation"], []).append(failure["message"])
    parts = []
    for chapter in titles:
        members = [entry for entry in entries if entry["chapter"] == chapter["name"] and entry["id"] in report.equations]
        if not members:
            continue
        rows = {entry["id"]: _row(entry, report.equations[entry["id"]], wrong.get(entry["id"], []), set_) for entry in members}
        folded = [entry["id"] for entry in members if entry["verdict"] == "DEFINED" and entry["id"] not in wrong]
        parts.append(f'<div class="chapter" id="{escape(chapter["name"])}"><h3>{escape(chapter["title"])}</h3>')
        parts += [row for id, row in rows.items() if id not in folded]
        if folded:
            noun = "definition" if len(folded) == 1 else "definitions"
            parts.append(f"<details><summary>{len(folded)} {noun}</summary>{''.join(rows[id] for id in folded)}</details>")
        parts.append("</div>")
    return "\n".join(parts)


def _row(entry: Mapping[str, Any], known: Mapping[str, Any], wrong: Sequence[str], set_: Typesetter) -> str:
    verdict = "FAILED" if wrong else entry["verdict"]
    problems = "".join(f'<p class="bad">{escape(message)}</p>' for message in wrong)
    where = f'<span class="scope">with</span>{set_.lines(entry["where"])}' if entry["where"] else ""
    figures = "".join(f"<dt>{label}</dt><dd>{text}</dd>" for label, text in _figures(known))
    misses = _misses(entry, known, set_) if entry["near_misses"] else ""
    return (
        f'<article class="equation" id="{escape(entry["id"])}"><div>'
        f'<div class="name"><span class="badge {verdict.lower()}">{verdict}</span> {escape(entry["title"])} '
        f"<code>{escape(entry['id'])}</code></div>"
        f'<div class="formula">{set_.lines(entry["claim"])}{where}</div>'
        f'<div class="scope">{escape(entry["scope"])}</div>{problems}</div>'
        f'<dl class="figures">{figures}</dl>{misses}</article>'
    )


def _figures(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands beside an equation: label and text, each only where there is something to say."""
    found = []
    if proof := known["proof"]:
        bits = proof["residual_bits"]
        found.append(("provers", "residual zero" if proof["holds"] else '<span class="bad">not proved</span>'))
        if bits is not None:
            found.append(("200-bit balls", f"agree to 2{_power(bits)}"))
        if proof["witness_digits"] is not None:
            found.append(("witness", f"{proof['witness_digits']:.1f} digits"))
    elif known["verdict"] != "DEFINED":
        found.append(("proof", '<span class="warn">not rerun</span>'))
    if precision := known.get("precision"):
        found.append(("50 digits", _precision(precision)))
    if trials := known["experiments"]:
        found.append(("experiment", _trials(trials)))
    if misses := known["near_misses"]:
        tried = [miss for miss in misses if miss["precision"] is not None or miss["experiments"]]
        gone = sum(rejected(miss) for miss in tried)
        mood = "good" if gone == len(tried) else "bad"
        if tried:
            found.append(("near misses", f'<span class="{mood}">{gone} of {len(tried)} rejected</span>'))
    return found


def _precision(found: Mapping[str, Any]) -> str:
    if "error" in found:
        return f'<span class="bad">{escape(found["error"])}</span>'
    share = "infinitely more" if found["share"] is None else f"{100 * found['share']:.2g} %"
    text = f"{found['digits']:.1f} correct; error {share} of the bound" if found["digits"] is not None else f"error {share} of the bound"
    return text if found["passed"] else f'<span class="bad">{text}</span>'


def _trials(trials: Sequence[Mapping[str, Any]]) -> str:
    broken = [trial for trial in trials if "error" in trial]
    if broken:
        return f'<span class="bad">{escape(broken[0]["error"])}</span>'
    worst = max(trials, key=ratio)
    text = f"{_statistic(worst)} allowed"
    if len(trials) > 1:
        text += f", on {len(trials)} paths"
    powers = [trial["power"] for trial in trials if trial["power"] is not None]
    if powers and all(trial["passed"] for trial in trials):
        return f"{text}; sees {percent(max(powers))}"
    return f'<span class="bad">{text}</span>'


def ratio(trial: Mapping[str, Any]) -> float:
    """The statistic as a share of its threshold; infinite where there is none."""
    statistic = trial.get("statistic")
    return math.inf if statistic is None else statistic / trial["threshold"]


def _statistic(trial: Mapping[str, Any]) -> str:
    statistic = trial["statistic"]
    shown = "∞" if statistic is None else f"{statistic:.2f}" if statistic < 100 else f"{statistic:.0f}"
    return f"{shown} of {trial['threshold']:.2f}"


def _misses(entry: Mapping[str, Any], known: Mapping[str, Any], set_: Typesetter) -> str:
    rows = []
    for miss, found in zip(entry["near_misses"], known["near_misses"], strict=True):
        facts = []
        if found["precision"] is not None:
            share = found["precision"]["share"]
            times = "∞" if share is None else f"10{_power(math.log10(share))}" if share > 0 else "0"
            facts.append(("50 digits", _judged(not found["precision"]["passed"], f"{times} times the bound")))
        facts += [("experiment", _judged(trial["passed"], _miss_trial(trial))) for trial in found["experiments"]]
        listed = "".join(f"<dt>{label}</dt><dd>{text}</dd>" for label, text in facts)
        rows.append(
            f'<div class="miss"><div><b>{escape(miss["name"])}</b><div class="formula">{set_.formula(miss["latex"])}</div>'
            f'<div class="scope">{escape(miss["made_in"])}</div></div><dl class="figures">{listed}</dl></div>'
        )
    noun = "wrong version" if len(rows) == 1 else "wrong versions"
    return f'<details class="wrong-ones"><summary>{len(rows)} {noun} that people have written</summary>{"".join(rows)}</details>'


def _miss_trial(trial: Mapping[str, Any]) -> str:
    return escape(trial["error"]) if "error" in trial else f"{_statistic(trial)} allowed"


def _judged(good: bool, text: str) -> str:
    return f'<span class="good">rejected</span>: {text}' if good else f'<span class="bad">not rejected</span>: {text}'


def percent(value: float) -> str:
    """A share in per cent, as a power of ten where it is tiny."""
    return f"{100 * value:.2g} %" if value >= 1e-4 else f"10{_power(math.log10(100 * value))} %"


def _power(exponent: float) -> str:
    return f"{exponent:.0f}".translate(_SUPERSCRIPTS)
