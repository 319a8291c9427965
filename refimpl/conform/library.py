"""The libraries that have an adapter: what is known of each before it is loaded."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module, metadata
from pkgutil import iter_modules

from refimpl.conform import adapters
from refimpl.conform.check import Check, raised
from refimpl.conform.known import normal
from refimpl.testing.evidence import measured


@dataclass(frozen=True)
class Library:
    """A library with its adapter.

    Attributes:
        package: as pip calls it.
        module: as Python imports it.
        written_against: the version that the adapter was written against.
        requirements: what pip must be told beside refimpl[torch].
        without_dependencies: what pip installs alone, since all that it asks for is not needed here.
        listing: makes the list of checks.
    """

    package: str
    module: str
    written_against: str
    requirements: tuple[str, ...]
    without_dependencies: tuple[str, ...]
    listing: Callable[[], list[Check]]

    @property
    def version(self) -> str | None:
        """The version that is installed, or None."""
        return installed(self.package)

    @property
    def missing(self) -> list[str]:
        """Which packages it needs that are not installed."""
        needed = [_name(each) for each in ("torch", *self.without_dependencies, *self.requirements)]
        return [name for name in dict.fromkeys([*needed, self.package]) if installed(name) is None]

    def checks(self) -> list[Check]:
        """The checks. Where the adapter cannot list them, one check that says why, and fails."""
        try:
            return list(self.listing())
        except Exception as error:
            statement = f"The adapter finds its way about in {self.package}."
            words = f"The adapter, written against {self.package} {self.written_against}, {raised(error)}"
            failed = measured("adapter", statement, words, math.inf, 0.0, 0, "", raised=type(error).__name__)
            return [Check("adapter", statement, lambda: failed)]


def installed(package: str) -> str | None:
    """The installed version of a package, as pip calls it, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def libraries() -> dict[str, Library]:
    """Every library that has an adapter, by its name as pip compares it, in alphabetical order."""
    found = {}
    for each in iter_modules(adapters.__path__):
        module = import_module(f"{adapters.__name__}.{each.name}")
        if not hasattr(module, "PACKAGE"):  # a part of an adapter
            continue
        found[normal(module.PACKAGE)] = Library(
            module.PACKAGE,
            module.MODULE,
            module.WRITTEN_AGAINST,
            tuple(module.REQUIREMENTS),
            tuple(getattr(module, "WITHOUT_DEPENDENCIES", ())),
            module.checks,
        )
    return dict(sorted(found.items()))


def library(name: str) -> Library:
    """The library with this name.

    Raises:
        ValueError: it has no adapter; the message names those that have.
    """
    known = libraries()
    if normal(name) in known:
        return known[normal(name)]
    close = get_close_matches(normal(name), known, n=1)
    hint = f"; did you mean {known[close[0]].package}?" if close else "."
    names = ", ".join(each.package for each in known.values()) or "(there are none yet)"
    raise ValueError(f"`PACKAGE` must be one of {names}, or all; got {name!r}{hint}")


def pip_line(*wanted: Library, checkout: bool = False) -> str:
    """The command that installs what these libraries need; in a `checkout` refimpl itself from there."""
    start = ["--constraint constraints.txt", '".[torch]"'] if checkout else ['"refimpl[torch]"']
    together = dict.fromkeys(requirement for each in wanted for requirement in each.requirements)
    alone = dict.fromkeys(requirement for each in wanted for requirement in each.without_dependencies)
    line = " ".join(["pip install", *start, *map(_quoted, together)])
    return line + " ".join([" && pip install --no-deps", *map(_quoted, alone)]) if alone else line


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0]


def _quoted(requirement: str) -> str:
    return requirement if re.fullmatch(r"[\w.=+-]+", requirement) else f'"{requirement}"'
