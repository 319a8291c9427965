"""Formulas as inline SVG, set by Matplotlib: sharp at any size, in the colour of the text, without a network.

The LaTeX of a formula stays with it, for screen readers. What Matplotlib cannot set is shown as source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

_SIZE = 100.0  # units of an em, those of Matplotlib's outlines
_MARGIN = 6.0
_TALL = {r"\frac", r"\dfrac", r"\sum", r"\int", r"\sqrt", r"\left"}
_NAMED = {r"\log", r"\sin", r"\cos", r"\sinh"}
_COMMANDS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}  # Matplotlib's codes for the pieces of an outline


class Typesetter:
    """Sets formulas for one page; the outline of each glyph stands on the page once, in `glyphs()`."""

    def __init__(self) -> None:
        self._outlines: dict[Any, Any] = {}
        self._names: dict[Any, str] = {}
        self._known: dict[str, str] = {}

    def formula(self, latex: str) -> str:
        """The formula as an `<svg>` that stands on the line of the text; as `<code>` if it cannot be set."""
        if latex not in self._known:
            self._known[latex] = self._set(latex)
        return self._known[latex]

    def lines(self, latex: Sequence[str]) -> str:
        """Several formulas, each on a line of its own."""
        return "".join(f'<div class="line">{self.formula(each)}</div>' for each in latex)

    def glyphs(self) -> str:
        """The outlines of all glyphs used so far: stands once on the page, and shows nothing."""
        drawn = "".join(
            f'<path id="{name}" d="{_outline(*self._outlines[key])}"/>' for key, name in self._names.items()
        )
        return f'<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>{drawn}</defs></svg>'

    def _set(self, latex: str) -> str:
        from matplotlib.font_manager import FontProperties
        from matplotlib.textpath import text_to_path

        font, text = FontProperties(size=_SIZE, math_fontfamily="cm"), f"${_displayed(latex)}$"
        try:
            width, height, depth = text_to_path.get_text_width_height_descent(text, font, ismath=True)
            glyphs, self._outlines, bars = text_to_path.get_glyphs_mathtext(font, text, self._outlines)
        except (ValueError, RuntimeError):
            return f"<code>{escape(latex)}</code>"
        parts = []
        for key, x, y, scale in glyphs:
            name = self._names.setdefault(key, f"g{len(self._names)}")
            parts.append(
                f'<use href="#{name}" transform="translate({_short(x)} {_short(-y)})scale({scale:.3g} {-scale:.3g})"/>'
            )
        parts += [f'<path d="{_outline(*bar, flip=-1)}"/>' for bar in bars]
        box = (-_MARGIN, depth - height - _MARGIN, width + 2 * _MARGIN, height + 2 * _MARGIN)
        wide, high, low = (value / _SIZE for value in (box[2], box[3], depth + _MARGIN))
        size = f"width:{wide:.3f}em;height:{high:.3f}em;vertical-align:{-low:.3f}em"
        return (
            f'<svg class="math" role="img" aria-label="{escape(latex)}" viewBox="{" ".join(map(_short, box))}" '
            f'style="{size}">{"".join(parts)}</svg>'
        )


def _displayed(latex: str) -> str:
    """As on a line of its own: outer fractions in full size; brackets grow only around what is tall.

    Matplotlib sets a bracket that may grow smaller than the letters where nothing in it is tall.
    """
    latex = re.sub(r"\\[lr]Vert(?![a-zA-Z])", r"\\|", latex.replace(r"\tfrac", r"\frac"))
    parts = [part for part in re.split(r"(\\[a-zA-Z]+|\\.|[{}])", latex) if part]
    braces: list[bool] = []  # whether each open brace makes its content small
    brackets: list[int] = []
    small = False
    for index, part in enumerate(parts):
        before = parts[index - 1] if index else ""
        if part == "{":
            braces.append(before.endswith(("^", "_")) or before in (r"\frac", r"\dfrac") or (before == "}" and small))
        elif part == "}":
            small = braces.pop()
        elif part == r"\frac" and not any(braces):
            parts[index] = r"\dfrac"
        elif part == r"\left":
            brackets.append(index)
        elif part == r"\right" and brackets:
            start = brackets.pop()
            if not _TALL.intersection(parts[start + 1 : index]):
                parts[start] = parts[index] = ""
        elif part in _NAMED and re.search(r"[\w})]\s*$", before):
            parts[index] = rf"\,{part}"
    return "".join(parts)


def _outline(vertices: Sequence[Sequence[float]], codes: Sequence[int], flip: int = 1) -> str:
    """SVG path data of an outline."""
    pieces, last = [], 0
    for (x, y), code in zip(vertices, codes, strict=True):
        if code == 79:
            pieces.append("Z")
        else:  # a curve lists each of its points under its code: the letter stands once, before the first of them
            pieces.append(f"{_COMMANDS[code] if code != last or code < 3 else ''}{_short(x)} {_short(flip * y)}")
        last = code
    return " ".join(pieces)


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"
