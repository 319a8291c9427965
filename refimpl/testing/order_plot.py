"""The drawing of `plot_order`: error against step size, with colours that can be read on light and on dark."""

from __future__ import annotations

import math
from typing import Any

from refimpl.testing.evidence import Evidence

_INK, _COLOURS = "#767676", ("#2f7fd0", "#c56a10", "#8a63d2", "#21885a")
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "axes.titlecolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


def draw(evidence: Evidence, file: Any) -> None:
    """Draws the table of the evidence; every line has its name and its slope beside it."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator

    table, orders = evidence.details["table"], evidence.details["orders"]
    with rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained", dpi=150)
        axes = figure.add_subplot(xscale="log", yscale="log")
        ends = []
        for (name, rows), colour in zip(table.items(), _COLOURS * len(table), strict=False):
            shown = [(1 / n, error, used) for n, error, used in rows if error > 0]
            if not shown:
                continue
            kept = [(h, error) for h, error, used in shown if used]
            rest = [(h, error) for h, error, used in shown if not used]
            if rest:
                axes.plot(*zip(*rest, strict=True), "o", mfc="none", mec=colour, ms=5)
            label, height = name, shown[0][1]
            if kept and math.isfinite(orders[name][0]):
                axes.plot(*zip(*kept, strict=True), "o", color=colour, ms=5)
                order, half = orders[name]
                middle = math.exp(sum(math.log(e) - order * math.log(h) for h, e in kept) / len(kept))
                reach = [shown[0][0], shown[-1][0]]
                axes.plot(reach, [middle * h**order for h in reach], color=colour, lw=1.2, zorder=0)
                label, height = f"{name}\norder {order:.2f} ± {half:.1g}", middle * reach[0] ** order
            ends.append((height, label, colour, shown[0][0]))
        _label(axes, ends)
        steps = sorted({n for rows in table.values() for n, _, _ in rows})
        named = [n for n in steps if n & (n - 1) == 0] or steps
        axes.xaxis.set_major_locator(FixedLocator([1 / n for n in named]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks([1 / n for n in named], [f"1/{n}" for n in named])
        axes.set_xlabel("step size, as a part of the interval")
        axes.set_title("relative error at the end", loc="left", fontsize=10)
        figure.savefig(file, transparent=True)


def _label(axes: Any, ends: list[tuple[float, str, str, float]]) -> None:
    """Names to the right of the coarsest steps, apart from each other."""
    low, high = (math.log(limit) for limit in axes.get_ylim())
    apart, last = (high - low) * 0.13, math.inf
    for height, label, colour, h in sorted(ends, reverse=True):
        place = min(math.log(height), last - apart)
        last = place
        axes.annotate(label, (h, math.exp(place)), xytext=(9, 0), textcoords="offset points", color=colour, va="center")
