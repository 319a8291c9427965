"""The report as one page that needs nothing else: no network, no script; light and dark, wide and narrow."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

import numpy as np

from refimpl.data import DataSet
from refimpl.registry import registry
from refimpl.verify import figures
from refimpl.verify.mathematics import Typesetter
from refimpl.verify.report import Report, counts, environment, sentence
from refimpl.verify.rows import chapters, ratio, scientific

SHOWN_TIMES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_COLUMNS = 14  # images in a row of samples
_ROWS, _FRAMES = 8, 8  # trajectories that are shown as images, and images of each


def page(report: Report, entries: Sequence[Mapping[str, Any]], data: DataSet | None) -> str:
    """The page. A figure that cannot be drawn is a failure of the report, and the page says so."""
    set_ = Typesetter()
    made = {
        "equations": ("Equations", _equations(report, entries, set_)),
        "data": ("Data", _data(report, data)),
        "time": ("Mixture through time", _time(report, data)),
        "trajectories": ("Noise to data", _trajectories(report, data)),
        "network": ("Learned against exact", _network(report)),
        "run": ("This run", _run(report)),
    }
    shown = {anchor: (title, content) for anchor, (title, content) in made.items() if content}
    mark, mood = ("✗", "bad") if report.failures else ("■", "warn") if report.not_run else ("✓", "good")
    return Template(_file("page.html")).substitute(
        title=f"refimpl: {escape(sentence(report))}",
        style=_file("page.css"),
        glyphs=set_.glyphs(),
        version=escape(environment()["refimpl"]),
        mood=mood,
        mark=mark,
        sentence=escape(sentence(report)),
        lead=_lead(report),
        notices=_notices(report),
        tiles=_tiles(report),
        nav="".join(f'<a href="#{anchor}">{title}</a>' for anchor, (title, _) in shown.items()),
        sections="\n".join(f'<section id="{anchor}"><h2>{title}</h2>\n{text}\n</section>'.replace(" %", "\u00a0%") for anchor, (title, text) in shown.items()),
    )


def _lead(report: Report) -> str:
    words = (
        "Every equation is derived and proved, its code is held against 50-digit arithmetic, and what it asserts is tried "
        "on samples; versions of it that people got wrong must be rejected."
    )
    if data := report.sections.get("data"):
        stands = f"a mixture of {data['components']} Gaussians, fitted to " if "bic" in data else ""
        words += f" It was tried on {stands}{escape(data['words'][0].lower() + data['words'][1:])}"
    return words


def _notices(report: Report) -> str:
    parts = []
    if report.failures:
        items = "".join(
            f"<li>{_linked(failure['equation'])}{escape(failure['message'])}</li>" for failure in report.failures
        )
        parts.append(f'<div class="notice bad"><b>What failed</b><ul>{items}</ul></div>')
    if report.not_run:
        items = "".join(f"<li>{escape(title)}</li>" for title in report.not_run)
        parts.append(f'<div class="notice"><b>What did not run to its end</b>, since the run was interrupted<ul>{items}</ul></div>')
    proofs = report.sections.get("proofs", {"rerun": True})
    if not proofs["rerun"] and proofs["not_rerun"]:
        words = escape(proofs["words"]) if proofs["words"].startswith("the proofs were not") else "some proofs were not rerun"
        parts.append(
            f'<div class="notice">{words[0].upper()}{words[1:]}: the verdicts are those of the registry. '
            "<code>python -m derivations prove</code> proves them again.</div>"
        )
    return "".join(parts)


def _linked(id: str | None) -> str:
    return f'<a href="#{escape(id)}"><code>{escape(id)}</code></a>: ' if id else ""


def _tiles(report: Report) -> str:
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
            "<p>Every experiment compares both sides of what an equation asserts, on samples, in hundreds of statistics. The "
            "largest of them must stay under a threshold that a true statement exceeds once in a million runs. Wrong "
            "versions, which somebody has really written, must exceed it.</p>"
        )
        caption = (
            '<span class="exact">● the equation</span>, on each path; <span class="bad">✖ wrong versions of it</span>. '
            "Left of 1: holds. Right of it: rejected, on two independent seeds. Differences within rounding stand at the left."
        )
        parts.append(_figure(report, lambda: figures.ledger(rows), caption))
    parts.append(
        "<p>A verdict holds in the scope beside it, and no further. <i>Balls</i>: how small claim minus derivation is in "
        "200-bit arithmetic, where the provers say zero. <i>Witness</i>: digits in agreement with the bare meaning of the "
        "quantity. <i>50 digits</i>: right digits of the code at the worst of its points, and the largest error as a share "
        "of what rounding allows. <i>Experiment</i>: largest statistic, of what is allowed; <i>sees 3 %</i>: a relative error "
        "of 3 % would have been caught with probability 0.99. A line opens to all its formulas and its wrong versions.</p>"
    )
    return "\n".join(parts) + chapters(report, entries, registry()["chapters"], set_)


def _data(report: Report, data: DataSet | None) -> str:
    if data is None:
        return ""
    facts, parts = data.facts, [f"<p>{escape(data.words)}</p>"]
    if "bic" in facts:
        parts.append(
            f"<p>Mixtures of up to {max(facts['bic'])} Gaussians with full covariance were fitted, each variance raised by "
            f"{facts['variance_floor']}; the Bayesian information criterion chose {facts['components']}. The mixture has "
            f"mean log density {_signed(facts['mean_log_density'])} on the data. From here on the mixture <i>is</i> the data: "
            "its marginal field is known exactly, which that of the points themselves would not teach.</p>"
        )
    if data.images is not None and data.points is not None and data.originals is not None:
        random = np.random.default_rng(report.settings["seed"])
        chosen = random.choice(len(data.points), _COLUMNS, replace=False)
        sheets = {
            "from the data": data.originals[chosen],
            f"the same in {facts['dimension']} components": data.images(data.points[chosen]),
            "drawn from the mixture": data.images(data.mixture.sample(_COLUMNS, report.settings["seed"])),
        }
        strips = "".join(
            f'<div><span class="soft">{title}</span>{figures.pictures(images[None], f"Images {title}")}</div>'
            for title, images in sheets.items()
        )
        parts.append(f'<figure class="strips">{strips}</figure>')
    return "\n".join(parts)


def _time(report: Report, data: DataSet | None) -> str:
    if data is None:
        return ""

    def drawn() -> str:
        panels = zip(SHOWN_TIMES, figures.through_time(data.mixture, SHOWN_TIMES), strict=True)
        return '<div class="panels">' + "".join(f"<div><b>t = {t:g}</b>{svg}</div>" for t, svg in panels) + "</div>"

    caption = "The first two coordinates of x on the linear path: density (shades) and marginal velocity (arrows), both exact."
    return "<p>Noise at t = 0 becomes data at t = 1.</p>" + _figure(report, drawn, caption)


def _trajectories(report: Report, data: DataSet | None) -> str:
    found, drawn = report.sections.get("trajectories"), report.drawings.get("trajectories")
    if not found or data is None:
        return ""
    parts = [
        f"<p>{found['count']} points of noise, carried to data by the exact velocity"
        + (" and, from the same noise, by that of the network" if "learned" in drawn else "")
        + ". Along a trajectory of the exact field the log density falls by the integral of the divergence: velocity, "
        "divergence and log density, which come from different equations, must agree. They do to "
        f"{scientific(found['log_density_defect'])} nats; allowed is {scientific(found['gate'])}, the error of a coarser "
        "integration.</p>"
    ]
    if data.images is not None:
        images, every = data.images, (len(found["times"]) - 1) // (_FRAMES - 1)
        times = np.array(found["times"][::every])
        # Directions that were not kept carry no data: x_t is (1 - t) noise there.
        random = np.random.default_rng([report.settings["seed"], found["count"]])
        outside = (1 - times)[None, :, None] * random.standard_normal((_ROWS, 1, data.facts["columns"]))
        sheets = "".join(
            f'<div><b class="{name}">along the {name} field</b>'
            f'{figures.pictures(images(ways[:_ROWS, ::every], outside), f"Along the {name} field")}'
            '<div class="axis"><span>t = 0, noise</span><span>t = 1, data</span></div></div>'
            for name, ways in drawn.items()
        )
        parts.append(f'<figure><div class="panels wide">{sheets}</div>')
        caption = (
            "Each row is one of the trajectories; both sheets start from the same noise. In the directions of pixel space outside of "
            "the kept components there is no data: noise alone, which fades as 1 − t."
        )
        parts.append(f"<figcaption>{caption}</figcaption></figure>")
    caption = "The same trajectories in the first two coordinates, over the density of the data."
    parts.append(_figure(report, lambda: figures.ways(data.mixture, drawn), caption))
    return "\n".join(parts)


def _network(report: Report) -> str:
    found, shown = report.sections.get("network"), report.drawings.get("network")
    if not found:
        return ""
    parts = [
        f"<p>A small network ({found['parameters']:,} parameters) learned the velocity from samples alone, in "
        f"{found['steps']:,} steps of {found['batch']:,} samples on {_DEVICES.get(found['device'], escape(found['device']))}. Its relative L2 distance from the exact "
        f"field is <b>{100 * found['velocity_error']:.1f} %</b>. The gate is measured, not chosen: E |learned − exact|² is "
        f"{found['excess']:.3g}, and must stay below {found['gate']:.3g}, what the best affine field leaves "
        f"({found['affine_excess']:.3g}) plus the noise of regression ({found['regression_noise']:.2g}).</p>",
        f"<p>And the network, trained to find whatever there is, found nothing better than the exact field: what the exact "
        f"field leaves unexplained is orthogonal to the learned one (statistic {found['orthogonality']['statistic']:.2f}, "
        f"allowed {found['orthogonality']['threshold']:.2f}).</p>",
    ]

    def panels(draw: Callable[..., str]) -> str:
        return '<div class="panels">' + "".join(f"<div><b>t = {t}</b>{draw(shown[t], t)}</div>" for t in shown) + "</div>"

    key = '<span class="exact">exact</span> and <span class="learned">learned</span>'
    parts.append(_figure(report, lambda: panels(figures.arrows), f"Velocity at points of x, first two coordinates: {key}."))
    parts.append(_figure(report, lambda: panels(figures.scatter), "Learned against exact, coordinate by coordinate; on the line they are equal."))
    curves = lambda: f'<div class="panels wide"><div>{figures.error_by_time(found)}</div><div>{figures.loss(found)}</div></div>'  # noqa: E731
    caption = (
        f"Left: error by time. Right: why the loss cannot show convergence: of {found['loss']:.2f} that are left, "
        f"{found['irreducible']:.2f} no field can remove."
    )
    parts.append(_figure(report, curves, caption))
    return "\n".join(parts)


def _run(report: Report) -> str:
    settings = report.settings
    command = ["refimpl", "verify", settings["data"], *(["--quick"] if settings["quick"] else [])]
    command += [f"--only={settings['only']}"] if settings["only"] else []
    command += [f"--seed={settings['seed']}"] + ([f"--device={settings['device']}"] if settings["device"] else [])
    rows = "".join(_stage(stage) for stage in report.stages)
    known = environment()
    versions = ", ".join(f"{name} {version}" for name, version in known["packages"].items() if version)
    return (
        f'<p>Again, with the same figures: <code>{escape(shlex.join(command))}</code></p><div class="scroll"><table>{rows}</table></div>'
        f'<p class="soft">Python {known["python"]} on {escape(known["platform"])}; {escape(versions)}. '
        "All figures of this page are in <code>report.json</code> beside it.</p>"
    )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _stage(stage: Mapping[str, Any]) -> str:
    seconds = f"{stage['seconds']:.1f} s" if "seconds" in stage else ""
    cells = (
        f"<td>{escape(stage['title'])}</td>",
        f'<td class="{_MOODS.get(stage["status"], "soft")}">{stage["status"]}</td>',
        f'<td class="number">{seconds}</td>',
        f"<td>{escape(stage.get('words', ''))}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


_DEVICES = {"cpu": "the CPU", "cuda": "a CUDA device", "mps": "an Apple GPU"}
_MOODS = {"passed": "good", "failed": "bad", "interrupted": "warn", "not run": "warn"}


def _figure(report: Report, draw: Callable[[], str], caption: str) -> str:
    try:
        return f"<figure>{draw()}<figcaption>{caption}</figcaption></figure>"
    except Exception as error:
        message = f"a figure could not be drawn: {type(error).__name__}: {error}"
        report.fail("page", message)
        return f'<p class="bad">{escape(message)}</p>'


def _file(name: str) -> str:
    return files("refimpl.verify").joinpath(name).read_text(encoding="utf-8")
