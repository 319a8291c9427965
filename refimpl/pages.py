"""The pages of the site, rendered from the registry: one for each chapter, and those that list and explain.

Pure functions of `registry.json`. The same pages serve MkDocs (docs/hooks.py) and, written to disk, any other builder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refimpl.card import (
    VERDICTS,
    Entry,
    Registry,
    aligned,
    authors,
    badge,
    card,
    count,
    display,
    indented,
    link,
    short,
    symbols,
)

__all__ = ["card", "pages"]

FROM_ROOT = "equations/"  # from a page at the root of the site to the chapters


def pages(
    registry: Registry, evidence: Mapping[str, Mapping[str, object]] | None = None, source: str = ""
) -> dict[str, str]:
    """The generated pages, `{uri: Markdown}`, in reading order.

    Args:
        registry: The contents of `registry.json`.
        evidence: Figures of the last verification by equation id: what `card` takes as `figures`.
        source: The address that file names are appended to, with a slash at its end; empty for no such links.
    """
    made = {"equations/index.md": _index(registry)}
    for number, chapter in enumerate(registry["chapters"], 1):
        # The short name, which the ids begin with, serves the navigation; the heading is the full title.
        short_name = f'---\ntitle: "{number}. {chapter["name"].replace("_", " ")}"\n---'
        parts = [short_name, f"# {number}. {chapter['title']}", chapter["text"]]
        for entry in _members(registry, chapter):
            parts.append(card(entry, registry, "site", (evidence or {}).get(entry["id"]), source))
        parts += _other_names(registry, chapter["name"])
        made[f"equations/{chapter['name']}.md"] = "\n\n".join(parts) + "\n"
    made["definitions.md"] = _definitions(registry)
    made["notation.md"] = _notation(registry)
    made["bibliography.md"] = _bibliography(registry)
    return made


def _other_names(registry: Registry, chapter: str) -> list[str]:
    """What stands elsewhere and has a second name in this chapter: one line each, where links to that name arrive."""
    lines = [
        f"`{other}` is another name of {link(entry['id'], registry, 'site')}.\n{{ #{other} }}"
        for entry in registry["equations"]
        for other in entry["also_known_as"]
        if other.partition(".")[0] == chapter
    ]
    return ["## Other names", *lines] if lines else []


def _index(registry: Registry) -> str:
    entries = registry["equations"]
    ledger = []
    for verdict, meaning in VERDICTS.items():
        if n := sum(entry["verdict"] == verdict for entry in entries):
            low = verdict.lower()
            ledger.append(f'[{n} {verdict}](../how-it-is-proved.md#{low} "{meaning}"){{ .verdict .{low} }}')
    misses = count(sum(len(entry["near_misses"]) for entry in entries), "wrong version")
    parts = [
        "# Equations",
        f"{' '.join(ledger)}\n{{ .ledger }}",
        f"{len(entries)} records in reading order, and {misses} of them that people have really written down. "
        "Hold the pointer over a link to see the whole card.",
    ]
    for number, chapter in enumerate(registry["chapters"], 1):
        parts.append(f"## {number}. [{chapter['title']}]({chapter['name']}.md)")
        parts.append(
            _rows(
                f"{link(entry['id'], registry, 'site')} {badge(entry, '../')}\n\n{display(aligned(entry['claim']))}"
                for entry in _members(registry, chapter)
            )
        )
    return "\n\n".join(parts) + "\n"


def _definitions(registry: Registry) -> str:
    axioms = [entry for entry in registry["equations"] if entry["verdict"] == "DEFINED"]
    said = registry["notation_axioms"]
    lead = (
        f"These {len(axioms)} definitions, what the notation says of {len(said)} rates, slopes and expectations, and "
        "the families of names at the end are the only axioms. Everything else on this site is derived from them, and "
        "no derivation may start anywhere else. A test holds them, word by word: none can be added or changed "
        "unnoticed. What each of them means is measured with numbers, by other means than its formula; families of "
        "names are only listed."
    )
    rows = (
        f"{link(entry['id'], registry, 'site', FROM_ROOT)}\n\n{display(aligned(entry['claim']))}\n\n{entry['text']}"
        for entry in axioms
    )
    return "\n\n".join(["# Definitions", lead, _rows(rows), *_said_by_the_notation(said), *_families(registry)]) + "\n"


def _said_by_the_notation(said: Sequence[Mapping[str, str]]) -> list[str]:
    """Tables of what the notation says, one for each way of measuring it."""
    parts = [
        "## What the notation says",
        "How a quantity changes in time along the path, and in x, and what is expected of it, given x, has a name of "
        "its own. A rate of 0 says that the quantity stays as it is while the path moves.",
    ]
    for measured in dict.fromkeys(row["witness"] for row in said):
        lines = ["| Quantity | In code | Meaning | What is named | Its name |", "| --- | --- | --- | --- | --- |"]
        for row in said:
            if row["witness"] == measured:
                quantity, says = (
                    row[part].replace(r"\|", r"\Vert ").replace("|", r"\vert ") for part in ("latex", "says")
                )
                lines.append(f"| ${quantity}$ | `{row['name']}` | {row['meaning']} | {row['kind']} | ${says}$ |")
        parts += [f"Measured: {measured}", "\n".join(lines)]
    return parts


def _notation(registry: Registry) -> str:
    lead = "One symbol, one name in code, one meaning, everywhere. Time runs from noise at $t = 0$ to data at $t = 1$."
    return "\n\n".join(["# Notation", lead, symbols(registry["notation"])]) + "\n"


def _bibliography(registry: Registry) -> str:
    lead = "A work is marked *second-hand* until somebody of this project has opened it at the place that is cited."
    parts = ["# Bibliography", lead]
    for key, work in registry["sources"].items():
        title = f"[{work['title']}]({work['url']})" if work.get("url") else work["title"]
        venue = f" {work['venue']}," if work.get("venue") else ""
        mark = "" if work["opened"] else " *Second-hand.*"
        parts += [f"## {short(work)} {{ #{key} }}", f"{authors(work)}. {title}.{venue} {work['year']}.{mark}"]
        citing = [entry for entry in registry["equations"] if key in (cited["key"] for cited in entry["sources"])]
        if citing:
            links = ", ".join(link(entry["id"], registry, "site", FROM_ROOT) for entry in citing)
            parts.append(f"Cited by {links}\n{{ .cited-by }}")
    return "\n\n".join(parts) + "\n"


def _rows(rows: Any) -> str:
    items = "\n\n".join(f"-   {indented(row)}" for row in rows)
    return f'<section class="rows" markdown="1" data-search-exclude>\n\n{items}\n\n</section>'


def _members(registry: Registry, chapter: Mapping[str, Any]) -> list[Entry]:
    return [entry for entry in registry["equations"] if entry["chapter"] == chapter["name"]]


def _families(registry: Registry) -> list[str]:
    """A table of the names that belong together."""
    parts = [
        "## Families of names",
        "What holds for any time, law or data point holds for each of them, under its own name. A derivation may take "
        "an equation over to other names only as a whole: with all the names of a family that occur in it, and only "
        "where the family belongs to the equation.",
        "| What | Names | Of |\n| --- | --- | --- |",
    ]
    for family in registry["families"]:
        names = ", ".join(rf"${old} \to {new}$" for old, new in family["names"] if new is not None)
        names = names.replace("|", r"\vert ")
        of = ", ".join(link(id, registry, "site", FROM_ROOT) for id in family["of"]) or "every equation"
        parts[-1] += f"\n| {family['meaning']} | {names} | {of} |"
    return parts
