"""The page of the findings, from their table: bugs of current releases, each with a script to paste into a report.

python -m refimpl.conform.findings         # writes docs/findings/index.md again
"""

from __future__ import annotations

import json
import math
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

VERDICTS = {
    "bug": "Bugs",
    "rounding": "Digits lost to rounding",
    "contract": "Contracts that nobody wrote down: not bugs, but a user should know",
}
_RESULT = re.compile(r"^comes (\S+) right (\S+)", re.MULTILINE)


def findings(folder: Path) -> list[dict[str, Any]]:
    """The rows of the table in this folder."""
    return tomllib.loads((folder / "findings.toml").read_text("utf-8"))["finding"]


def parsed(printed: str) -> tuple[float | str, float | str]:
    """What a script printed: what comes and what is right, as numbers where they are numbers."""
    found = _RESULT.search(printed)
    if not found:
        raise ValueError(f"The script must print 'comes ... right ...'; it printed: {printed!r}.")
    return _value(found[1]), _value(found[2])


def shown(comes: float | str, right: float | str, apart: float) -> bool:
    """Whether the two differ by `apart`, as a part of what is right, so that the finding still stands."""
    if isinstance(comes, str) or isinstance(right, str) or not math.isfinite(comes):
        return comes != right
    return abs(comes - right) > apart * (abs(right) or 1.0)


def page(folder: Path, titles: dict[str, str]) -> str:
    """The page in Markdown; `titles` are those of the equations, by id."""
    parts = [
        "# Findings",
        "What other libraries' current releases compute that the equations do not. Each was decided by a derivation,"
        " each cost was measured, and each script needs that library alone: it prints what comes and what is right."
        " `tests/against/test_findings.py` runs them all; one whose bug is fixed fails there.",
    ]
    rows = findings(folder)
    for verdict, heading in VERDICTS.items():
        parts.append(f"## {heading}")
        for row in rows:
            if row["verdict"] == verdict:
                parts.append(_entry(row, folder, titles))
    parts.append(_releases(folder))
    return "\n\n".join(parts) + "\n"


def _entry(row: dict[str, Any], folder: Path, titles: dict[str, str]) -> str:
    id = row["equation"]
    link = f"Reported: <{row['link']}>." if row["link"] else "No report of it is known to us."
    script = (folder / f"{row['name']}.py").read_text("utf-8")
    return (
        f"### {row['title']} {{#{row['name']}}}\n\n"
        f"`{row['package']}` {row['versions']}. {row['right']}\n\n"
        f"**What it costs.** {row['cost']}\n\n"
        f"The equation: [{titles[id]}](../equations/{id.split('.')[0]}.md#{id}). {link}\n\n"
        f"```python\n{script}```"
    )


def _releases(folder: Path) -> str:
    table = tomllib.loads((folder / "releases.toml").read_text("utf-8"))
    lines = [
        "## Old releases, as a test of the harness",
        "",
        "Releases with a known mistake and the later ones that fixed it, installed side by side and driven as black"
        " boxes by one check: it flags the old one, in the words that are shown, and passes the fixed one.",
        "",
        "| package | old | fixed | the mistake | what the harness says of the old one |",
        "|---|---|---|---|---|",
    ]
    for pair in table["pair"]:
        mistake = f"[{pair['mistake']}]({pair['source']})"
        lines.append(f"| {pair['package']} | {pair['old']} | {pair['fixed']} | {mistake} | {pair['words']} |")
    lines += ["", "Looked at, and no pair:", ""]
    lines += [f"- {row['what']}: {row['why']}." for row in table["absent"]]
    return "\n".join(lines)


def _value(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word


def rendered(root: Path) -> str:
    """The page of the repository at this root."""
    registry = json.loads((root / "refimpl" / "registry.json").read_text("utf-8"))
    return page(root / "docs" / "findings", {entry["id"]: entry["title"] for entry in registry["equations"]})


def main() -> None:
    root = Path(__file__).parents[2]
    target = root / "docs" / "findings" / "index.md"
    target.write_text(rendered(root), "utf-8")
    sys.stdout.write(f"{target.relative_to(root)} written\n")


if __name__ == "__main__":
    main()
