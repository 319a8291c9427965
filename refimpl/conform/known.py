"""The differences that are understood, and what they make of a check that fails or passes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from refimpl.testing.evidence import Evidence

PASSED, KNOWN, NEW, FIXED = "PASSED", "KNOWN", "NEW", "FIXED"
VERDICTS = {
    PASSED: "the library computes what the equation says",
    KNOWN: "it does not, and why is written down in known_differences.toml",
    NEW: "it does not, and nobody has written down why",
    FIXED: "it does now, and known_differences.toml says that it does not",
}
_PHASES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_VERSION = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<phase>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre>\d*))?"
    r"(?:[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>\d*)|-(?P<post_short>\d+))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?(?:\+.*)?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True)
class Difference:
    """A failure that is understood.

    Attributes:
        package: as pip calls it.
        check: the id of the check, or a pattern of ids such as `pndm.*`.
        versions: those that show it, as in "<=0.42.1" or ">=0.30, <0.43".
        reason: what is right, and what the library returns.
        link: the issue or pull request; empty where none is known.
        equation: the id of the equation behind it.
        words: a piece of text that the failure must contain; empty for any failure.
    """

    package: str
    check: str
    versions: str
    reason: str
    equation: str
    link: str = ""
    words: str = ""

    def covers(self, package: str, id: str, version: str) -> bool:
        """Whether this difference is expected of this check in this version."""
        return (
            normal(self.package) == normal(package) and fnmatchcase(id, self.check) and within(version, self.versions)
        )


def verdict(
    evidence: Evidence, id: str, package: str, version: str, differences: Iterable[Difference]
) -> tuple[str, Difference | None]:
    """PASSED, KNOWN, NEW or FIXED, and the difference that decided, if one did."""
    covering = [each for each in differences if each.covers(package, id, version)]
    if evidence.passed:
        return (FIXED, covering[0]) if covering else (PASSED, None)
    met = next((each for each in covering if each.words in evidence.words), None)
    return (KNOWN, met) if met else (NEW, None)


@cache
def known_differences() -> tuple[Difference, ...]:
    """All entries of `known_differences.toml`."""
    return read((files("refimpl.conform") / "known_differences.toml").read_text("utf-8"))


def read(text: str) -> tuple[Difference, ...]:
    """The entries of a file of differences, in order.

    Raises:
        ValueError: a key that is missing or unknown, a value that is no text, or versions that cannot be read.
    """
    document = tomllib.loads(text)
    if unknown := document.keys() - {"difference"}:
        raise ValueError(f"a table must be called `difference`; got {', '.join(sorted(unknown))}.")
    found = []
    for number, entry in enumerate(document.get("difference", []), 1):
        _check_keys(entry, f"difference {number} ({entry.get('package', '?')}, {entry.get('check', '?')})")
        within("0", entry["versions"])
        found.append(Difference(**entry))
    return tuple(found)


def _check_keys(entry: dict[str, Any], name: str) -> None:
    allowed = {each.name for each in fields(Difference)}
    if missing := allowed - {"link", "words"} - entry.keys():
        raise ValueError(f"{name} must have {', '.join(sorted(missing))}.")
    if unknown := entry.keys() - allowed:
        raise ValueError(f"{name} must have no other keys than {', '.join(sorted(allowed))}; got {', '.join(unknown)}.")
    for key, value in entry.items():
        if not isinstance(value, str) or (not value.strip() and key not in ("link", "words", "versions")):
            raise ValueError(f"{name}: {key} must be text; got {value!r}.")


def normal(package: str) -> str:
    """The name of a package as pip compares it: k-diffusion and k_diffusion are one."""
    return re.sub(r"[-_.]+", "-", package).lower()


def within(version: str, versions: str) -> bool:
    """Whether a version meets every clause, as in ">=0.30, <0.43"; no clause at all admits every version."""
    met = True
    for clause in filter(str.strip, versions.split(",")):
        parts = _CLAUSE.fullmatch(clause)
        if parts is None:
            raise ValueError(f"`versions` must be clauses such as '<=0.42.1', with commas between; got {versions!r}.")
        mine, other = order(version), order(parts[2])
        met &= {
            "==": mine == other,
            "!=": mine != other,
            "<=": mine <= other,
            ">=": mine >= other,
            "<": mine < other,
            ">": mine > other,
        }[parts[1]]
    return met


def order(version: str) -> tuple[Any, ...]:
    """Sorts versions as pip does: 1.0.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0.post1; what follows a plus does not count."""
    parts = _VERSION.fullmatch(version.strip())
    if parts is None:
        raise ValueError(f"a version must be one such as '0.42.1'; got {version!r}.")
    release = [int(part) for part in parts["release"].split(".")]
    while len(release) > 1 and not release[-1]:
        release.pop()
    post = -1 if not (parts["post"] or parts["post_short"]) else int(parts["post_number"] or parts["post_short"] or 0)
    if parts["phase"]:
        pre = (_PHASES[parts["phase"].lower()], int(parts["pre"] or 0))
    else:
        pre = (-1, 0) if parts["dev"] and post < 0 else (9, 0)
    development = (0, int(parts["dev_number"] or 0)) if parts["dev"] else (1, 0)
    return int(parts["epoch"] or 0), tuple(release), pre, post, development
