"""The sections of the page that show the data, the exact field on it, and the learned one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from refimpl.data import DataSet
from refimpl.verify import figures
from refimpl.verify.report import Report
from refimpl.verify.rows import scientific

SHOWN_TIMES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

_COLUMNS = 14  # images in a row of samples
_ROWS, _FRAMES = 8, 8  # trajectories that are shown as images, and images of each
_DEVICES = {"cpu": "the CPU", "cuda": "a CUDA device", "mps": "an Apple GPU"}


def figure(report: Report, draw: Callable[[], str], caption: str) -> str:
    """A figure with its caption; one that cannot be drawn is a failure of the report, and is said in its place."""
    try:
        return f"<figure>{draw()}<figcaption>{caption}</figcaption></figure>"
    except Exception as error:
        message = f"a figure could not be drawn: {type(error).__name__}: {error}"
        report.fail("page", message)
        return f'<p class="bad">{escape(message)}</p>'


def the_data(report: Report, data: DataSet | None) -> str:
    """What the data are, and what stands for them."""
    if data is None:
        return ""
    facts, parts = data.facts, [f"<p>{escape(data.words)}</p>"]
    if "bic" in facts:
        likelihood = f"{facts['mean_log_density']:.2f}".replace("-", "−")
        parts.append(
            f"<p>Mixtures of up to {max(facts['bic'])} Gaussians with full covariance were fitted, each variance "
            f"raised by {facts['variance_floor']}; the Bayesian information criterion chose {facts['components']}. The "
            f"mixture has mean log density {likelihood} on the data. From here on the mixture <i>is</i> the data: its "
            "marginal field is known exactly.</p>"
        )
    if data.images is not None and data.points is not None and data.originals is not None:
        seed = report.settings["seed"]
        chosen = np.random.default_rng(seed).choice(len(data.points), _COLUMNS, replace=False)
        sheets = {
            "from the data": data.originals[chosen],
            f"the same in {facts['dimension']} components": data.images(data.points[chosen]),
            "drawn from the mixture": data.images(data.mixture.sample(_COLUMNS, seed)),
        }
        strips = "".join(
            f'<div><span class="soft">{title}</span>{figures.pictures(images[None], f"Images {title}")}</div>'
            for title, images in sheets.items()
        )
        parts.append(f'<figure class="strips">{strips}</figure>')
    return "\n".join(parts)


def through_time(report: Report, data: DataSet | None) -> str:
    """Density and velocity at a few times."""
    if data is None:
        return ""
    mixture = data.mixture

    def draw() -> str:
        panels = zip(SHOWN_TIMES, figures.through_time(mixture, SHOWN_TIMES), strict=True)
        return f'<div class="panels">{"".join(f"<div><b>t = {t:g}</b>{svg}</div>" for t, svg in panels)}</div>'

    caption = "The first two coordinates of x on the linear path: density (shades) and velocity (arrows), both exact."
    return "<p>Noise at t = 0 becomes data at t = 1.</p>" + figure(report, draw, caption)


def trajectories(report: Report, data: DataSet | None) -> str:
    """Trajectories from noise to data: as images where points are images, and in the plane."""
    found = report.sections.get("trajectories")
    if not found or data is None:
        return ""
    drawn, mixture = report.drawings["trajectories"], data.mixture
    both = " and, from the same noise, by that of the network" if "learned" in drawn else ""
    parts = [
        f"<p>{found['count']} points of noise, carried to data by the exact velocity{both}. Along a trajectory of the "
        "exact field the log density falls by the integral of the divergence: velocity, divergence and log density, "
        f"which come from different equations, must agree. They do to {scientific(found['log_density_defect'])} nats; "
        f"allowed is {scientific(found['gate'])}, the error of a coarser integration.</p>"
    ]
    if data.images is not None:
        caption = (
            "Each row is one of the trajectories; both sheets start from the same noise. In the directions of pixel "
            "space outside of the kept components there is no data: noise alone, which fades as 1 − t."
        )
        parts.append(figure(report, lambda: _sheets(report, data), caption))
    caption = "The trajectories in the first two coordinates, over the density of the data."
    parts.append(figure(report, lambda: figures.ways(mixture, drawn), caption))
    return "\n".join(parts)


def _sheets(report: Report, data: DataSet) -> str:
    """The first trajectories as images; one sheet for each field."""
    times = report.sections["trajectories"]["times"]
    sheets = [
        _sheet(report, data, ways, times, f"along the {name} field", name)
        for name, ways in report.drawings["trajectories"].items()
    ]
    return f'<div class="panels wide">{"".join(sheets)}</div>'


def _sheet(report: Report, data: DataSet, ways: np.ndarray, times: Sequence[float], title: str, kind: str) -> str:
    """Trajectories of the linear path as images, time from left to right."""
    assert data.images is not None
    shown = np.linspace(0, len(times) - 1, _FRAMES).round().astype(int)
    random = np.random.default_rng([report.settings["seed"], _ROWS])
    noise = random.standard_normal((_ROWS, 1, data.facts["columns"]))
    outside = (1 - np.array(times)[shown])[None, :, None] * noise
    images = figures.pictures(data.images(ways[:_ROWS, shown], outside), title)
    return (
        f'<div><b class="{kind}">{title}</b>{images}'
        f'<div class="axis"><span>t = {times[0]:.2g}, noise</span><span>t = 1, data</span></div></div>'
    )


def samplers(report: Report, data: DataSet | None) -> str:
    """Diffusion samplers beside those of flow matching."""
    found = report.sections.get("samplers")
    if not found or data is None:
        return ""
    drawn, mixture, law = report.drawings["samplers"], data.mixture, found["ancestral"]["law"]
    parts = [
        f"<p>{found['count']} points of noise were carried to data twice, in {found['steps']} steps: by DDIM on the "
        "variance preserving path, with the exact prediction of the noise, and by Euler's method on the linear path, "
        "with the exact velocity, at times of the same signal-to-noise ratio. With x divided by alpha + sigma both are "
        f"the same sampler: over all steps they differ by {scientific(found['apart'])} of the data's spread "
        f"({scientific(found['allowed'])} is allowed for rounding). Euler's method on the variance preserving path "
        f"itself, at the same times, ends up to {100 * found['euler_on_its_own_path']:.0f} % of the spread away.</p>",
        f"<p>Ancestral sampling draws fresh noise in each of {found['ancestral']['steps']} steps. Its points have the "
        f"law of the data as far as {found['ancestral']['points']:,} of them can tell (statistic "
        f"{law['statistic']:.2f}, allowed {law['threshold']:.2f}); with noise of twice the variance they do not.</p>",
    ]
    if data.images is not None:
        sheets = [
            _sheet(report, data, drawn[name], found["clock"], title, kind)
            for name, title, kind in (
                ("ddim", "DDIM, variance preserving, rescaled", "exact"),
                ("euler", "Euler, linear path", "learned"),
            )
        ]
        caption = "Each row is one trajectory; both sheets start from the same noise, and are the same images."
        parts.append(figure(report, lambda: f'<div class="panels wide">{"".join(sheets)}</div>', caption))
        images = data.images(drawn["ancestral"][: 2 * _COLUMNS].reshape(2, _COLUMNS, -1))
        caption = "Points that ancestral sampling arrived at."
        parts.append(figure(report, lambda: figures.pictures(images, "Images from ancestral sampling"), caption))
    caption = "Where the samplers arrive, in the first two coordinates, over the density of the data."
    parts.append(figure(report, lambda: figures.arrivals(mixture, drawn), caption))
    return "\n".join(parts)


def learned(report: Report) -> str:
    """The learned field beside the exact one."""
    found = report.sections.get("network")
    if not found:
        return ""
    shown, optimal = report.drawings["network"], found["orthogonality"]
    device = _DEVICES.get(found["device"], escape(found["device"]))

    def panels(draw: Callable[..., str]) -> str:
        return f'<div class="panels">{"".join(f"<div><b>t = {t}</b>{draw(shown[t], t)}</div>" for t in shown)}</div>'

    def curves() -> str:
        both = (figures.error_by_time(found), figures.loss(found))
        return f'<div class="panels wide">{"".join(f"<div>{svg}</div>" for svg in both)}</div>'

    parts = [
        f"<p>A small network ({found['parameters']:,} parameters) learned the velocity from samples alone, in "
        f"{found['steps']:,} steps of {found['batch']:,} samples on {device}. Its relative L2 distance from "
        f"the exact field is <b>{100 * found['velocity_error']:.1f} %</b>. The gate is measured, not chosen: "
        f"E |learned − exact|² is {found['excess']:.3g}, and must stay below {found['gate']:.3g}, what the best affine "
        f"field leaves ({found['affine_excess']:.3g}) plus the noise of regression ({found['regression_noise']:.2g})."
        "</p>",
        "<p>And the network, trained to find whatever there is, found nothing better than the exact field: what "
        f"the exact field leaves unexplained is orthogonal to the learned one (statistic {optimal['statistic']:.2f}, "
        f"allowed {optimal['threshold']:.2f}).</p>",
    ]
    key = '<span class="exact">exact</span> and <span class="learned">learned</span>'
    caption = f"Velocity at points of x, first two coordinates: {key}."
    parts.append(figure(report, lambda: panels(figures.arrows), caption))
    caption = "Learned against exact, coordinate by coordinate; on the line they are equal."
    parts.append(figure(report, lambda: panels(figures.scatter), caption))
    caption = (
        f"Left: error by time. Right: why the loss cannot show convergence: of {found['loss']:.2f} that are left, "
        f"{found['irreducible']:.2f} no field can remove."
    )
    parts.append(figure(report, curves, caption))
    return "\n".join(parts)


def accuracy(report: Report) -> str:
    """The worst error of the exact field on hard mixtures, by form, geometry and dtype."""
    found = report.sections.get("accuracy")
    if not found:
        return ""
    worst: dict[tuple[str, str], dict[str, float]] = {}
    for row in found["rows"]:
        cell = worst.setdefault((row["geometry"], row["form"]), {})
        cell[row["dtype"]] = max(row["worst"], cell.get(row["dtype"], 0.0))
    forms = list(dict.fromkeys(form for _, form in worst))
    geometries = list(dict.fromkeys(geometry for geometry, _ in worst))
    head = "".join(f"<th>{escape(form)}</th>" for form in forms)
    rows = []
    for geometry in geometries:
        cells = [worst[geometry, form] for form in forms]
        shown = "".join(f"<td>{cell['float64']:.2g} · {cell['float32']:.2g}</td>" for cell in cells)
        rows.append(f"<tr><th>{escape(geometry)}</th>{shown}</tr>")
    return (
        "<p>How far the field of a mixture strays from its exact value, at points searched for in hard places, in "
        "rounding errors times the condition number of what is asked: at most "
        f"{found['bound']} are allowed. The worst of velocity, score, denoiser, noise, log density and divergence, in "
        f"float64 · float32, for mixtures of {found['components']}; the exact values have {found['digits']} digits.</p>"
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
