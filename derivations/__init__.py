"""The mathematics: every equation of the subject, derived, proved, and in reading order."""

# ruff: noqa: F401, I001 (imported in reading order, for their records)
from derivations import (
    gaussian_path,
    conversions,
    sdes,
    schedules,
    conventions,
    marginals,
    components,
    continuity,
    ddim,
    time_grids,
    ddpm,
    objectives,
)
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


def equations() -> list[Equation]:
    """All records, chapter by chapter, each in the order of its file."""
    for name in (name for e in EQUATIONS.values() for name in (e.id, *e.also_known_as)):
        if name.split(".")[0] not in CHAPTERS:
            raise ValueError(f"{name}: `{name.split('.')[0]}` is not one of the chapters {', '.join(CHAPTERS)}")
    return sorted(EQUATIONS.values(), key=lambda e: CHAPTERS.index(e.chapter))
