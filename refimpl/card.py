"""One entry of the registry as a Markdown card.

Pure functions of `registry.json`; nothing here knows SymPy or MkDocs. The `plain` flavour is ordinary Markdown with
LaTeX (Jupyter shows it); the `site` flavour adds anchors, links between cards, tabs and foldable derivations, in the
syntax of Python-Markdown's extensions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

Entry = Mapping[str, Any]
Registry = Mapping[str, Any]
Flavour = Literal["plain", "site"]
Facts = dict[str, list[str]]

SNIPPETS = {"numpy": "NumPy", "torch": "PyTorch", "jax": "JAX"}
VERDICTS = {
    "PROVED": "two provers give residual zero, and an independent numerical witness agrees",
    "CHECKED": "agrees in 200-bit ball arithmetic at many points; not proved",
    "CITED": "a general theorem, cited; its Gaussian and finite-mixture instances are proved",
    "DEFINED": "a definition: one of the axioms",
}
# These facts stand above the derivation and the code.
BEFORE = ("Also known as", "Assumes", "In floating point", "Uses", "Used by")
BATTERY = "tests/test_every_equation.py"


def card(
    entry: Entry,
    registry: Registry | None = None,
    flavour: Flavour = "plain",
    figures: Mapping[str, object] | None = None,
    source: str = "",
) -> str:
    """Everything that is known about one equation, as Markdown.

    Args:
        entry: One of the registry's `equations`.
        registry: The registry that it belongs to; titles of related equations and of sources come from there.
        flavour: `"plain"` for Jupyter and terminals, `"site"` for a page among those of `refimpl.pages.pages`.
        figures: What the last verification measured for this equation, label by label.
        source: The address that file names are appended to, with a slash at its end; empty for no such links.

    Raises:
        ValueError: The flavour is neither of the two.
    """
    if flavour not in ("plain", "site"):
        raise ValueError(f'`flavour` must be "plain" or "site"; got {flavour!r}.')
    facts = _facts(entry, registry, flavour, figures or {}, source)
    return (_site_card if flavour == "site" else _plain_card)(entry, registry, facts)


def _site_card(entry: Entry, registry: Registry | None, facts: Facts) -> str:
    scope = f' <span class="scope">{entry["scope"]}</span>' if entry["scope"] else ""
    number = f'\n\n<span class="number">{_number(entry, registry)}</span>' if registry else ""
    claim = aligned(entry["claim"])
    parts = [
        '<article class="equation" markdown="1">',
        f"## {entry['title']} {{ #{entry['id']} }}",
        f"{badge(entry, '../')}{scope} `{entry['id']}`{{ .id }}\n{{ .byline }}",
        f'<section class="claim" markdown="1" data-search-exclude>\n\n{display(claim)}{number}\n\n</section>',
    ]
    if entry["where"]:
        parts += ["where\n{ .where }", display(aligned(entry["where"]))]
    parts += [entry["text"], _described(facts, BEFORE)]
    if entry["steps"]:
        steps = f"Derivation, {count(len(entry['steps']), 'step')}"
        parts.append(f'??? derivation "{steps}"\n\n    {indented(_steps(entry, registry, "site"))}')
    if entry["inputs"] or entry["returns"]:
        table = symbols(entry["inputs"], entry["returns"])
        parts.append(f'??? symbols "Symbols"\n\n    {indented(table)}')
    snippets = {label: ("python", entry["code"][key]) for key, label in SNIPPETS.items()} if entry["code"] else {}
    for label, (language, text) in (snippets | {"LaTeX": ("latex", claim)}).items():
        parts.append(f'=== "{label}"\n\n    {indented(_fenced(language, text))}')
    parts.append(_described(facts, [label for label in facts if label not in BEFORE]))
    return "\n\n".join([part for part in parts if part] + ["</article>"])


def _described(facts: Facts, labels: Sequence[str]) -> str:
    """A definition list of the facts under these labels."""
    items = [
        f"{label}\n" + "\n".join(f":   {indented(line)}" for line in facts[label]) for label in labels if label in facts
    ]
    return "\n\n".join(items)


def _plain_card(entry: Entry, registry: Registry | None, facts: Facts) -> str:
    scope = f" ({entry['scope']})" if entry["scope"] else ""
    parts = [f"### {entry['title']}", f"`{entry['id']}` · **{entry['verdict']}**{scope}"]
    parts.append(display(aligned(entry["claim"])))
    if entry["where"]:
        parts += ["where", display(aligned(entry["where"]))]
    parts.append(entry["text"])
    parts.append("\n".join(_bullet(label, lines) for label, lines in facts.items()))
    if entry["steps"]:
        parts += ["**Derivation**", _steps(entry, registry, "plain")]
    if entry["code"]:
        parts += ["**NumPy**", _fenced("python", entry["code"]["numpy"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _bullet(label: str, lines: list[str]) -> str:
    if len(lines) == 1:
        return f"- **{label}:** {lines[0]}"
    return "\n".join([f"- **{label}:**", *(f"    - {line}" for line in lines)])


def _facts(
    entry: Entry, registry: Registry | None, flavour: Flavour, figures: Mapping[str, object], source: str
) -> Facts:
    """What stands under the claim: a label and its lines each. A label with nothing to say is left out."""

    def listed(words: Iterable[str]) -> list[str]:
        return [text] if (text := ", ".join(words)) else []

    def file(path: str, shown: str) -> str:
        return f"[`{shown}`]({source}{path})" if source and flavour == "site" else f"`{shown}`"

    place, line = entry["file"], entry["line"]
    facts = {
        "Also known as": listed(f"`{id}`" for id in entry["also_known_as"]),
        "Assumes": listed(f"${formula}$" for formula in entry["assumptions"]),
        "Holds for": listed(entry["contexts"]),
        "In floating point": [f"$\\displaystyle {formula}$" for formula in entry["stable"]],
        "Uses": listed(link(id, registry, flavour) for id in entry["uses"]),
        "Used by": listed(link(id, registry, flavour) for id in entry["used_by"]),
        "At the ends of time": [f"$\\displaystyle {formula}$" for formula in entry["limits"]],
        "Often written wrongly as": [_near_miss(miss, flavour) for miss in entry["near_misses"]],
        "Sources": [_cited(cited, registry, flavour) for cited in entry["sources"]],
        "Evidence": _evidence(entry, figures),
        "Test": [file(BATTERY, f"pytest -k {entry['id']}")],
        "Typed in": [file(f"{place}#L{line}", f"{place}:{line}")],
    }
    return {label: lines for label, lines in facts.items() if lines}


def _evidence(entry: Entry, figures: Mapping[str, object]) -> list[str]:
    known, lines = entry["evidence"] or {}, []
    if known.get("provers"):
        lines.append(f"Residual zero by {' and '.join(known['provers'])}")
    if known.get("ball_points"):
        points = count(known["ball_points"], "point")
        lines.append(f"Claim and derivation agree at {points} in {known['ball_bits']}-bit ball arithmetic")
    if known.get("witness"):
        unseen = "sees neither" if known.get("provers") else "does not see the formula"
        lines.append(f"Measured by a witness that {unseen}: {' '.join(known['witness'].split())}")
    if entry["experiment"]:
        lines.append(f"Experiment `{entry['experiment']}`")
    if figures:
        lines.append("Last verification: " + ", ".join(f"{label} {_figure(value)}" for label, value in figures.items()))
    return lines


def _near_miss(miss: Mapping[str, Any], flavour: Flavour) -> str:
    if flavour == "plain":
        return f"{miss['name']}: ${miss['latex']}$ ({miss['made_in']})"
    return f"**{miss['name']}**  \n$\\displaystyle {miss['latex']}$  \n<small>{miss['made_in']}</small>"


def _steps(entry: Entry, registry: Registry | None, flavour: Flavour) -> str:
    """A numbered list, one reason and one formula a line."""
    lines = []
    for number, step in enumerate(entry["steps"], 1):
        uses = f" {link(step['uses'], registry, flavour)}" if step["uses"] else ""
        repeated = step["uses"] and step["reason"] == _title(step["uses"], registry)
        reason = ("" if repeated else f" {step['reason']}") + consumed(step)
        if flavour == "plain":
            lines.append(f"{number}. *{step['verb']}*{uses}{reason}: ${step['latex']}$")
        else:
            lines.append(f"{number}.  *{step['verb']}*{uses}{reason}\n\n    {indented(display(step['latex']))}\n")
    return "\n".join(lines).rstrip()


def consumed(step: Mapping) -> str:
    """ ", from (1) and (3)": the lines that a step starts from."""
    *others, last = (f"({n})" for n in step["from"] or [0])
    return f", from {', '.join(others)}{' and ' if others else ''}{last}" if step["from"] else ""


def _cited(cited: Mapping[str, str], registry: Registry | None, flavour: Flavour) -> str:
    if registry is None:
        return f"{cited['key']}, {cited['where']}"
    work = registry["sources"][cited["key"]]
    name = f"[{short(work)}](../bibliography.md#{cited['key']})"
    if flavour == "plain":
        name = f"{short(work)}, *{work['title']}*"
    return f"{name}, {cited['where']}" + ("" if work["opened"] else " (second-hand)")


def _number(entry: Entry, registry: Registry) -> str:
    chapters = [chapter["name"] for chapter in registry["chapters"]]
    ids = [member["id"] for member in registry["equations"] if member["chapter"] == entry["chapter"]]
    return f"{chapters.index(entry['chapter']) + 1}.{ids.index(entry['id']) + 1}"


def _title(id: str, registry: Registry | None) -> str:
    return next((entry["title"] for entry in registry["equations"] if entry["id"] == id), id) if registry else id


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _figure(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


# ---- pieces that the pages share ------------------------------------------------------------------------------------


def badge(entry: Entry, root: str) -> str:
    """The verdict, linked to its meaning; `root` leads from the page to the root of the site."""
    verdict, low = entry["verdict"], entry["verdict"].lower()
    return f'[{verdict}]({root}how-it-is-proved.md#{low} "{VERDICTS[verdict]}"){{ .verdict .{low} }}'


def link(id: str, registry: Registry | None, flavour: Flavour, root: str = "") -> str:
    """A link to the card of an equation; `root` leads from the page to the folder of the chapters."""
    known = registry["equations"] if registry else ()
    id = next((entry["id"] for entry in known if id in entry["also_known_as"]), id)
    return f"[{_title(id, registry)}]({root}{id.split('.')[0]}.md#{id})" if flavour == "site" else f"`{id}`"


def symbols(inputs: Iterable[Mapping[str, Any]], returns: Iterable[Mapping[str, Any]] = ()) -> str:
    """A table of quantities: what goes in, then what comes back."""
    lines = ["| Symbol | In code | Meaning |", "| --- | --- | --- |"]
    for row, domain in [(row, row["domain"]) for row in inputs] + [(row, "returned") for row in returns]:
        latex = row["latex"].replace(r"\|", r"\Vert ").replace("|", r"\vert ")  # a bar would end the cell
        lines.append(f'| ${latex}$ | `{row["name"]}` | {row["meaning"]} <span class="domain">{domain}</span> |')
    return "\n".join(lines)


def short(work: Mapping[str, Any]) -> str:
    """A work as one cites it: "Lipman et al. 2023"."""
    names = [re.sub(r"^(?:\w\.[ -]?)+", "", name.strip()) for name in authors(work).split(",")]
    people = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
    return f"{people} {work['year']}"


def authors(work: Mapping[str, Any]) -> str:
    """All the authors of a work, in one line."""
    return work["authors"] if isinstance(work["authors"], str) else ", ".join(work["authors"])


def aligned(formulas: Sequence[str]) -> str:
    """One formula as it is; several under each other, aligned at their equals signs."""
    if len(formulas) == 1:
        return formulas[0]
    split = [_at_equals(formula) for formula in formulas]
    sides = [" &= ".join(pair) for pair in split if pair]
    name, lines = ("aligned", sides) if len(sides) == len(formulas) else ("gathered", list(formulas))
    return f"\\begin{{{name}}}\n" + " \\\\[6pt]\n".join(lines) + f"\n\\end{{{name}}}"


def _at_equals(formula: str) -> tuple[str, str] | None:
    """The two sides of the first equals sign that stands outside all braces."""
    depth = 0
    for place, character in enumerate(formula):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "=" and depth == 0:
            return formula[:place].strip(), formula[place + 1 :].strip()
    return None


def display(latex: str) -> str:
    """A formula on lines of its own."""
    return f"$$\n{latex}\n$$"


def indented(text: str) -> str:
    """A block that belongs to the list item, tab or fold whose first line carries it."""
    return text.replace("\n", "\n    ").replace("\n    \n", "\n\n")


def count(n: int, noun: str) -> str:
    """ "1 step", "2 steps"."""
    return f"{n} {noun}" + ("" if n == 1 else "s")
