"""The figures of the page: Matplotlib's SVG with the page's own colours, so that they follow light and dark.

Each function returns the text of an `<svg>` element, or of an `<img>` for pictures made of pixels.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

# Drawn in these colours, which nothing else has, and then renamed to the variables of the page's style sheet.
_COLOURS = {
    "ink": "#010203",
    "soft": "#020304",
    "rule": "#030405",
    "exact": "#040506",
    "learned": "#050607",
    "wrong": "#060708",
}
INK, SOFT, RULE, EXACT, LEARNED, WRONG = _COLOURS.values()

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.unicode_minus": True,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "figure.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 8,
}
_ENLARGED = 6  # screen pixels for one of an image
_BANDS = (0.02, 0.06, 0.14, 0.28, 0.45, 0.65, 0.85, 1.001)  # of the highest density


def through_time(mixture: Any, times: Sequence[float]) -> list[str]:
    """The density of the first two coordinates of x_t, and the velocity there, at these times; one drawing each.

    Both are exact: the first two coordinates of a mixture are a mixture, which has its own marginal field.
    """
    import refimpl as ri

    plane = in_the_plane(mixture)
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), plane)
    reach, count = _reach(plane), 15
    places = _grid(reach * (1 - 1 / count), count)
    moving = []
    for t in times:
        log_density = field.log_density(places, t)
        near = places[log_density > log_density.max() + np.log(0.02)]
        moving.append((near, field.velocity(near, t)))
    fastest = np.quantile(np.concatenate([np.linalg.norm(velocity, axis=1) for _, velocity in moving]), 0.9)
    drawings = []
    for t, (near, velocity) in zip(times, moving, strict=True):
        with _drawing(3.2, 3.2, f"time {t:g}", f"Density and velocity at t = {t:g}") as (axes, drawn):
            _density(axes, lambda x, t=t: field.log_density(x, t), reach)
            scale = fastest / (2.2 * reach / count)  # a fast arrow is about as long as the arrows are apart
            axes.quiver(
                *near.T,
                *velocity.T,
                color=INK,
                alpha=0.8,
                angles="xy",
                scale_units="xy",
                scale=scale,
                width=0.006,
                headwidth=4,
            )
            _bare(axes, reach)
        drawings.append(drawn())
    return drawings


def ways(mixture: Any, trajectories: Mapping[str, np.ndarray]) -> str:
    """Trajectories in the plane of the first two coordinates, over the density of the data."""
    plane = in_the_plane(mixture)
    reach = max(_reach(plane), float(np.abs(trajectories["exact"][:, :, :2]).max()) * 1.05)
    with _drawing(4.6, 4.6, "ways", "Trajectories from noise to data in the first two coordinates") as (axes, drawn):
        _density(axes, plane.log_density, reach)
        for name, colour, style in (("exact", EXACT, "-"), ("learned", LEARNED, "--")):
            for number, way in enumerate(trajectories.get(name, ())):
                label = f"{name} field" if number == 0 else None
                axes.plot(*way[:, :2].T, color=colour, lw=1.4, ls=style, label=label, zorder=3)
                axes.plot(*way[-1, :2], "o", color=colour, ms=4, zorder=4)
        axes.plot(*trajectories["exact"][:, 0, :2].T, "o", color=INK, ms=3.5, mfc="none", ls="", label="noise, t = 0")
        axes.legend(loc="upper left", handlelength=1.8)
        _bare(axes, reach)
    return drawn()


def arrivals(mixture: Any, drawn: Mapping[str, np.ndarray]) -> str:
    """Where two deterministic samplers end, and the points of a stochastic one, over the density of the data."""
    plane = in_the_plane(mixture)
    cloud, reach = drawn["ancestral"][:, :2], _reach(plane)
    with _drawing(4.6, 4.6, "arrivals", "Where the samplers arrive, in the first two coordinates") as (axes, drawing):
        _density(axes, plane.log_density, reach)
        axes.plot(*cloud[:1500].T, ".", color=INK, ms=2, alpha=0.35, label="ancestral sampling", zorder=2)
        for name, colour, marker, size in (("ddim", EXACT, "o", 8), ("euler", LEARNED, "x", 5)):
            ends = drawn[name][:, -1, :2]
            label = {"ddim": "DDIM", "euler": "Euler, linear path"}[name]
            axes.plot(*ends.T, marker, color=colour, ms=size, mfc="none", ls="", label=label, zorder=3)
        axes.legend(loc="upper left", handlelength=1.4)
        _bare(axes, reach)
    return drawing()


def arrows(shown: Mapping[str, Any], t: str, count: int = 48) -> str:
    """Exact and learned velocity at some points, in the first two coordinates."""
    x, exact, learned = (np.asarray(shown[name])[:count, :2] for name in ("x", "exact", "learned"))
    reach = float(np.abs(np.concatenate([x, x + 0.25 * exact])).max()) * 1.05
    with _drawing(2.9, 2.9, f"arrows {t}", f"Exact and learned velocity at t = {t}") as (axes, drawn):
        for velocity, colour, width in ((exact, EXACT, 0.009), (learned, LEARNED, 0.005)):
            axes.quiver(*x.T, *velocity.T, color=colour, angles="xy", scale_units="xy", scale=4, width=width)
        _bare(axes, reach)
    return drawn()


def scatter(shown: Mapping[str, Any], t: str) -> str:
    """Learned against exact, the first two coordinates of the velocity."""
    exact, learned = (np.asarray(shown[name])[:, :2].ravel() for name in ("exact", "learned"))
    reach = float(np.abs(np.concatenate([exact, learned])).max()) * 1.08
    with _drawing(2.9, 2.9, f"scatter {t}", f"Learned against exact velocity at t = {t}") as (axes, drawn):
        axes.plot([-reach, reach], [-reach, reach], color=EXACT, lw=1)
        axes.plot(exact, learned, ".", color=LEARNED, ms=3, alpha=0.55)
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="exact", ylabel="learned", aspect="equal")
    return drawn()


def error_by_time(network: Mapping[str, Any]) -> str:
    """The relative L2 error of the learned field by time, and that of the best affine field."""
    with _drawing(4.4, 2.9, "error", "Relative L2 error by time") as (axes, drawn):
        for name, colour, label, style in (
            ("affine_error_by_time", SOFT, "best affine field", "--"),
            ("error_by_time", LEARNED, "network", "-"),
        ):
            times, errors = np.transpose(network[name])
            axes.plot(times, 100 * errors, color=colour, ls=style, marker="o", ms=3, lw=1.6, label=label)
        axes.set(xlabel="t, from noise to data", ylabel="relative L2 error in %", xlim=(0, 1))
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")
    return drawn()


def loss(network: Mapping[str, Any]) -> str:
    """The training loss, and the floor that no field can go below."""
    steps, losses = np.transpose(network["losses"])
    floor = network["irreducible"]
    with _drawing(4.4, 2.9, "loss", "Training loss and its floor") as (axes, drawn):
        axes.plot(steps, losses, color=LEARNED, lw=1.3, label="loss of the batches")
        axes.axhline(floor, color=EXACT, lw=1.4, label="loss of the exact field: the floor")
        top = np.quantile(losses, 0.97)
        axes.set(xlabel="training step", ylabel="loss", ylim=(floor - 0.1 * (top - floor), top + 0.2 * (top - floor)))
        axes.legend(loc="upper right")
    return drawn()


def ledger(rows: Sequence[tuple[str, Sequence[float], Sequence[float]]]) -> str:
    """Statistics of experiments as shares of their thresholds: what holds stays left of 1, what is wrong lands right.

    Args:
        rows: the title of an equation, the shares of its own experiments, the shares of its near misses.
    """
    least, most = 0.03, 5000.0  # what lies beyond is drawn at the border
    with _drawing(8.6, 0.6 + 0.27 * len(rows), "ledger", "Experiments: statistic over threshold, per equation") as (
        axes,
        drawn,
    ):
        axes.axvspan(least / 1.4, 1, color=EXACT, alpha=0.06, lw=0)
        axes.axvline(1, color=INK, lw=1)
        for y, (_, own, misses) in enumerate(rows):
            axes.axhline(y, color=RULE, lw=0.6, zorder=0)
            axes.plot(np.clip(own, least, most), [y] * len(own), "o", color=EXACT, ms=6, alpha=0.85)
            axes.plot(np.clip(misses, least, most), [y] * len(misses), "X", color=WRONG, ms=6, alpha=0.85, mew=0)
        axes.set(xscale="log", yticks=range(len(rows)), yticklabels=[title for title, *_ in rows])
        axes.set_xlim(least / 1.4, most * 1.4)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xticks([0.1, 1, 10, 100, 1000], ["0.1", "1", "10", "100", "1000"])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.minorticks_off()
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("largest statistic / threshold")
    return drawn()


def pictures(rows: np.ndarray, words: str) -> str:
    """A sheet of small images (rows, columns, h, w) in [0, 1], where 1 is ink; enlarged, with smooth edges."""
    from matplotlib.image import imsave
    from scipy.ndimage import zoom

    large = np.clip(np.asarray(zoom(rows, (1, 1, _ENLARGED, _ENLARGED), order=3)), 0.0, 1.0)
    count, columns, height, width = large.shape
    gap = 2 * _ENLARGED
    sheet = np.zeros((count * (height + gap) - gap, columns * (width + gap) - gap))
    for row in range(count):
        for column in range(columns):
            top, left = row * (height + gap), column * (width + gap)
            sheet[top : top + height, left : left + width] = large[row, column]
    file = io.BytesIO()
    imsave(file, 1.0 - sheet, cmap="gray", vmin=0, vmax=1, format="png")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    size = f'width="{sheet.shape[1]}" height="{sheet.shape[0]}"'
    return f'<img class="ink" src="data:image/png;base64,{data}" {size} alt="{words}">'


def in_the_plane(mixture: Any) -> Any:
    """The law of the first two coordinates."""
    import refimpl as ri

    return ri.GaussianMixture(mixture.weights, mixture.means[:, :2], covariances=mixture.covariances[:, :2, :2])


def _reach(plane: Any) -> float:
    """Half the side of a square around the origin that holds noise and data."""
    spread = np.sqrt(np.einsum("kii->ki", plane.covariances))
    return float(max(3.0, np.max(np.abs(plane.means) + 2.2 * spread)))


def _grid(reach: float, count: int) -> np.ndarray:
    ticks = np.linspace(-reach, reach, count)
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)


def _density(axes: Any, log_density: Callable[[np.ndarray], np.ndarray], reach: float, count: int = 90) -> None:
    """Bands of one colour, the darker the denser."""
    ticks = np.linspace(-reach, reach, count)
    values = np.asarray(log_density(_grid(reach, count))).reshape(count, count)
    shades = [(*_rgb(EXACT), opacity) for opacity in np.linspace(0.07, 0.5, len(_BANDS) - 1)]
    axes.contourf(ticks, ticks, np.exp(values - values.max()), levels=_BANDS, colors=shades)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def _bare(axes: Any, reach: float) -> None:
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], aspect="equal")
    for spine in axes.spines.values():
        spine.set_visible(True)


@contextmanager
def _drawing(width: float, height: float, salt: str, words: str) -> Iterator[tuple[Any, Callable[[], str]]]:
    """Axes to draw on, and what turns them into an `<svg>` with the page's colours."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({**_STYLE, "svg.hashsalt": salt}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()

        def drawn() -> str:
            return _svg(figure, words, salt)

        yield axes, drawn


def _svg(figure: Any, words: str, salt: str) -> str:
    from matplotlib import rc_context

    file = io.StringIO()
    with rc_context({**_STYLE, "svg.hashsalt": salt}):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"(\d+\.\d\d)\d+", r"\1", text)
    text = re.sub(
        r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1), count=1
    )
    text = re.sub(r"\n\s*", "\n", text)
    for name, colour in _COLOURS.items():
        text = text.replace(colour, f"var(--{name})")
    text = re.sub(r'font: (?:[a-z]+ )*([\d.]+px) [^;"]*', r"font-size: \1", text)
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', text).group(1))  # type: ignore[union-attr]
    # Identifiers are names on the whole page, where other drawings have theirs.
    own = re.sub(r"\W", "", salt)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{own}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{own}-\1)", text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{own}-\1"', text)
    return text.replace(
        "<svg", f'<svg class="figure" role="img" aria-label="{words}" style="max-width:{width * 4 / 3:.0f}px"', 1
    )
