"""The mathematics: every equation of the subject, derived, proved, and in reading order.

Whoever judges the equations must not have read the chapters. `python -m derivations` imports none of them by itself,
nor does a process with DERIVATIONS_WITHOUT_CHAPTERS set; any other imports them with this package.
"""

import importlib
import os
import sys

from derivations.engine.equation import EQUATIONS, Equation

CHAPTERS = (
    "gaussian_path",
    "conversions",
    "schedules",
    "conventions",
    "marginals",
    "components",
    "continuity",
    "ddim",
    "ddpm",
    "sdes",
    "time_grids",
    "objectives",
)
WITHOUT_CHAPTERS = "DERIVATIONS_WITHOUT_CHAPTERS"
# A chapter starts from records of those before it; sdes needs no schedule, and the schedules need the noising process.
IMPORTED = ("gaussian_path", "conversions", "sdes", *CHAPTERS[2:])


def load() -> None:
    """Import the chapters, for their records."""
    for name in IMPORTED:
        importlib.import_module(f"derivations.{name}")


if not os.environ.get(WITHOUT_CHAPTERS) and sys.argv[:1] != ["-m"]:  # it is "-m" while Python looks for what to run
    load()


def equations() -> list[Equation]:
    """All records, chapter by chapter, each in the order of its file."""
    load()
    for name in (name for e in EQUATIONS.values() for name in (e.id, *e.also_known_as)):
        if name.split(".")[0] not in CHAPTERS:
            raise ValueError(f"{name}: `{name.split('.')[0]}` is not one of the chapters {', '.join(CHAPTERS)}")
    return sorted(EQUATIONS.values(), key=lambda e: CHAPTERS.index(e.chapter))


def chapters() -> list[dict]:
    """Name, title and opening of each chapter."""
    found = []
    for name in CHAPTERS:
        title, _, text = (importlib.import_module(f"derivations.{name}").__doc__ or "").partition("\n")
        found.append({"name": name, "title": title.rstrip("."), "text": " ".join(text.split())})
    return found
