"""The report as one page that needs nothing else: no network, no script; light and dark, wide and narrow."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

import numpy as np

from refimpl.data import DataSet
from refimpl.registry import registry
from refimpl.verify import figures, sections
from refimpl.verify.mathematics import Typesetter
from refimpl.verify.report import Report, counts, environment, sentence
from refimpl.verify.rows import chapters, ratio

_MOODS = {"passed": "good", "failed": "bad", "interrupted": "warn", "not run": "warn"}


def page(report: Report, entries: Sequence[Mapping[str, Any]], data: DataSet | None) -> str:
    """The page. A figure that cannot be drawn is a failure of the report, and the page says so."""
    set_ = Typesetter()
    made = {
        "equations": ("Equations", _equations(report, entries, set_)),
        "data": ("Data", sections.the_data(report, data)),
        "time": ("Mixture through time", sections.through_time(report, data)),
        "trajectories": ("Noise to data", sections.trajectories(report, data)),
        "samplers": ("Diffusion is flow matching", sections.samplers(report, data)),
        "network": ("Learned against exact", sections.learned(report)),
        "accuracy": ("Accuracy of the field", sections.accuracy(report)),
        "run": ("This run", _run(report)),
    }
    shown = {anchor: (title, content) for anchor, (title, content) in made.items() if content}
    parts = [
        f'<section id="{anchor}"><h2>{title}</h2>\n{content}\n</section>' for anchor, (title, content) in shown.items()
    ]
    mark, mood = ("✗", "bad") if report.failures else ("■", "warn") if report.not_run else ("✓", "good")
    return Template(_file("page.html")).substitute(
        title=f"refimpl: {escape(sentence(report))}",
        style=_file("page.css"),
        glyphs=set_.glyphs(),
        version=escape(environment()["refimpl"]),
        mood=mood,
        mark=mark,
        sentence=escape(sentence(report)),
        lead=_unbroken(_lead(report)),
        notices=_notices(report),
        tiles=_unbroken(_tiles(report)),
        nav="".join(f'<a href="#{anchor}">{title}</a>' for anchor, (title, _) in shown.items()),
        sections=_unbroken("\n".join(parts)),
    )


def _lead(report: Report) -> str:
    words = (
        "Every equation is derived and proved, its code is held against 50-digit arithmetic, and what it asserts is "
        "tried on samples; versions of it that people got wrong must be rejected."
    )
    if data := report.sections.get("data"):
        stands = f"a mixture of {data['components']} Gaussians, fitted to " if "bic" in data else ""
        words += f" It was tried on {stands}{escape(data['words'][0].lower() + data['words'][1:])}"
    return words


def _notices(report: Report) -> str:
    """What failed, what did not run, what was left out."""
    parts = []
    if report.failures:
        items = [f"{_linked(failure['equation'])}{escape(failure['message'])}" for failure in report.failures]
        parts.append(_notice(f"<b>What failed</b>{_list(items)}", "bad"))
    if report.not_run:
        items = _list([escape(title) for title in report.not_run])
        parts.append(_notice(f"<b>What did not run to its end</b>, since the run was interrupted{items}"))
    proofs = report.sections.get("proofs", {"not_rerun": []})
    if proofs["not_rerun"]:
        words = proofs["words"] if "not rerun" in proofs["words"] else "some proofs were not rerun"
        parts.append(
            _notice(
                f"{escape(words[0].upper() + words[1:])}. Verdicts without figures are those of the registry; "
                "<code>python -m derivations prove</code> proves them again."
            )
        )
    limits = []
    if report.settings["only"]:
        limits.append(f"only equations that match <code>{escape(report.settings['only'])}</code>")
    if report.settings["quick"]:
        limits.append(
            "the quick form: fewer dimensions, points, paths and training steps, and near misses against 50 digits only"
        )
    if limits:
        parts.append(_notice(f"This was {' and '.join(limits)}."))
    return "".join(parts)


def _notice(content: str, mood: str = "") -> str:
    return f'<div class="notice {mood}">{content}</div>'


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _linked(id: str | None) -> str:
    return f'<a href="#{escape(id)}"><code>{escape(id)}</code></a>: ' if id else ""


def _tiles(report: Report) -> str:
    """The figures that sum everything up."""
    tally = counts(report)
    tiles = []
    for good, all_, words in (
        ("proofs_that_hold", "proofs", "equations proved as declared"),
        ("functions_that_agree", "functions", "functions as exact as rounding allows, by 50 digits"),
        ("experiments_that_hold", "experiments", "experiments hold"),
        ("near_misses_rejected", "near_misses", "wrong versions rejected"),
    ):
        if tally[all_]:
            mood = "" if tally[good] == tally[all_] else ' class="bad"'
            tiles.append(f"<li><b{mood}>{tally[good]} <small>of {tally[all_]}</small></b>{words}</li>")
    if network := report.sections.get("network"):
        mood = "" if network["passed"] else ' class="bad"'
        words = f"error of the learned field; of the best affine field {100 * network['affine_error']:.0f} %"
        tiles.append(f"<li><b{mood}>{100 * network['velocity_error']:.1f} <small>%</small></b>{words}</li>")
    return "\n".join(tiles)


def _equations(report: Report, entries: Sequence[Mapping[str, Any]], set_: Typesetter) -> str:
    if not report.equations:
        return ""
    rows = []
    for entry in entries:
        known = report.equations[entry["id"]]
        own = [ratio(trial) for trial in known["experiments"]]
        misses = [ratio(trial) for miss in known["near_misses"] for trial in miss["experiments"]]
        if own or misses:
            rows.append((entry["title"], [r for r in own if np.isfinite(r)], [r for r in misses if np.isfinite(r)]))
    parts = []
    if rows:
        parts.append(
            "<p>Every experiment compares both sides of what an equation asserts, on samples, in hundreds of "
            "statistics. The largest of them must stay under a threshold that a true statement exceeds once in a "
            "million runs. Wrong versions, which somebody has really written, must exceed it.</p>"
        )
        caption = (
            '<span class="exact">● the equation</span>, on each path; '
            '<span class="bad">✖ wrong versions of it</span>. Left of 1: holds. Right of it: rejected, on two '
            "independent seeds. Differences within rounding stand at the left."
        )
        parts.append(sections.figure(report, lambda: f'<div class="scroll">{figures.ledger(rows)}</div>', caption))
    parts.append(
        "<p>A verdict holds in the scope beside it, and no further. <i>Balls</i>: how small claim minus derivation is "
        "in 200-bit arithmetic, where the provers say zero. <i>Witness</i>: digits in agreement with the bare meaning "
        "of the quantity. <i>50 digits</i>: right digits of the code at the worst of its points, and the largest error "
        "as a share of what rounding allows. <i>Experiment</i>: largest statistic of what is allowed; <i>sees 3 %</i>: "
        "a relative error of 3 % would have been caught with probability 0.99. A line opens to all its formulas and "
        "its wrong versions.</p>"
    )
    return "\n".join(parts) + chapters(report, entries, registry()["chapters"], set_)


def _run(report: Report) -> str:
    settings = report.settings
    command = ["refimpl", "verify", settings["data"], *(["--quick"] if settings["quick"] else [])]
    command += [f"--only={settings['only']}"] if settings["only"] else []
    command += [f"--seed={settings['seed']}"] + ([f"--device={settings['device']}"] if settings["device"] else [])
    rows = "".join(_stage(stage) for stage in report.stages)
    known = environment()
    versions = ", ".join(f"{name} {version}" for name, version in known["packages"].items() if version)
    return (
        f"<p>Again, with the same figures: <code>{escape(shlex.join(command))}</code></p>"
        f'<div class="scroll"><table>{rows}</table></div>'
        f'<p class="soft">Python {known["python"]} on {escape(known["platform"])}; {escape(versions)}. '
        "All figures of this page are in <code>report.json</code> beside it.</p>"
    )


def _stage(stage: Mapping[str, Any]) -> str:
    seconds = f"{stage['seconds']:.1f} s" if "seconds" in stage else ""
    cells = (
        f"<td>{escape(stage['title'])}</td>",
        f'<td class="{_MOODS.get(stage["status"], "soft")}">{stage["status"]}</td>',
        f'<td class="number">{seconds}</td>',
        f"<td>{escape(stage.get('words', ''))}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _unbroken(text: str) -> str:
    """A number and its per cent sign stay on one line."""
    return text.replace(" %", "\u00a0%")


def _file(name: str) -> str:
    return files("refimpl.verify").joinpath(name).read_text(encoding="utf-8")
