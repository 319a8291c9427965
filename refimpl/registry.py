"""The equations, read from the generated `registry.json`: statement, derivation, evidence and code, without SymPy."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from refimpl.arguments import shown


@dataclass(frozen=True)
class Step:
    """One line of a derivation; `uses` is the id of the equation that came in, if one did."""

    verb: str
    reason: str
    latex: str
    uses: str | None


@dataclass(frozen=True)
class NearMiss:
    """A famous wrong version; `function` names it in `refimpl.formulas.near_misses.<chapter>`."""

    name: str
    latex: str
    made_in: str
    function: str | None


@dataclass(frozen=True)
class Source:
    """Where the equation stands: the key of a document and the place in it."""

    key: str
    where: str


@dataclass(frozen=True, eq=False)
class Equation:
    """One equation of the registry. In Jupyter it shows itself as a card.

    `latex` is the statement, without dollar signs. `verdict` holds in `scope` and no further. `code` maps
    "array_api", "numpy", "torch" and "jax" to source text; an identity has none. `entry` is everything else.
    """

    id: str
    also_known_as: tuple[str, ...]
    title: str
    latex: str = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)
    scope: str
    verdict: str
    near_misses: tuple[NearMiss, ...] = field(repr=False)
    sources: tuple[Source, ...]
    code: Mapping[str, str] | None = field(repr=False)
    entry: Mapping[str, Any] = field(repr=False)

    @property
    def function(self) -> Callable[..., Any] | None:
        """The generated function; None for an equation that prints no code."""
        if self.code is None:
            return None
        return getattr(import_module(f"refimpl.formulas.{self.entry['chapter']}"), self.entry["name"])

    def _repr_markdown_(self) -> str:
        from refimpl import pages

        return pages.card(dict(self.entry), registry())


def equation(id: str) -> Equation:
    """The equation with this id, `chapter.name`, or with this as another of its names.

    Raises:
        ValueError: there is none; the message names the ids that come closest.
    """
    known = _equations()
    if not isinstance(id, str) or id not in known:
        names = get_close_matches(id, known, n=3, cutoff=0.4) if isinstance(id, str) else []
        closest = f"; the closest are {', '.join(names)}" if names else ""
        raise ValueError(f"`id` must be the id of an equation{closest}; got {shown(id)}.")
    return known[id]


def equations() -> tuple[Equation, ...]:
    """All equations, in reading order, each once."""
    return tuple(dict.fromkeys(_equations().values()))


@cache
def registry() -> dict[str, Any]:
    """The whole of `registry.json`."""
    return json.loads(files("refimpl").joinpath("registry.json").read_text(encoding="utf-8"))


@cache
def _equations() -> dict[str, Equation]:
    records = [_record(entry) for entry in registry()["equations"]]
    named = {record.id: record for record in records}
    return named | {other: record for record in records for other in record.also_known_as}


def _pick(kind: type[Any], values: Mapping[str, Any]) -> Any:
    return kind(**{item.name: values[item.name] for item in fields(kind)})


def _record(entry: dict[str, Any]) -> Equation:
    claim = entry["claim"]
    return Equation(
        id=entry["id"],
        also_known_as=tuple(entry["also_known_as"]),
        title=entry["title"],
        latex=claim[0] if len(claim) == 1 else r"\begin{gathered} " + r" \\ ".join(claim) + r" \end{gathered}",
        steps=tuple(_pick(Step, step) for step in entry["steps"]),
        scope=entry["scope"],
        verdict=entry["verdict"],
        near_misses=tuple(_pick(NearMiss, miss) for miss in entry["near_misses"]),
        sources=tuple(_pick(Source, source) for source in entry["sources"]),
        code=MappingProxyType(entry["code"]) if entry["code"] else None,
        entry=MappingProxyType(entry),
    )
