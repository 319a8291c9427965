"""The command `refimpl conform`. A ValueError is one sentence for the user."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from refimpl.conform import report
from refimpl.conform.check import Check
from refimpl.conform.known import known_differences
from refimpl.conform.library import Library, libraries, library, pip_line
from refimpl.conform.run import Outcome, quiet, run
from refimpl.conform.scoreboard import page as scoreboard
from refimpl.writing import strict_json, write

DIFFERENT, INTERRUPTED = 1, 130


def conform(
    packages: Sequence[str], *, only: str | None = None, json: Path | None = None, page: Path | None = None
) -> int:
    """Runs the checks of these packages and prints what they find.

    Args:
        packages: names as pip calls them, or "all"; none lists what there is.
        only: a pattern of ids of checks.
        json: where everything that was found goes.
        page: where the scoreboard goes.

    Returns:
        The exit status: 0 where nothing is new or fixed, 1 where something is, 130 after Ctrl-C.

    Raises:
        ValueError: a package that has no adapter or is not installed, a pattern without a check, or a file that cannot
            be written.
    """
    if not packages:
        if only or json or page:
            raise ValueError("`PACKAGE` must be named for --only, --json or --page; or say all.")
        print(listing())
        return 0
    chosen = list(dict.fromkeys(_chosen(packages)))
    if missing := {each.package: each.missing for each in chosen if each.missing}:
        names = " and ".join(dict.fromkeys(name for needed in missing.values() for name in needed))
        stranded = [each for each in chosen if each.missing]
        verb = "are" if " and " in names else "is"
        raise ValueError(f"{names} {verb} not installed. To install what is needed: {pip_line(*stranded)}")
    if page and only:
        raise ValueError("`--page` must be asked for without --only: the scoreboard shows every check.")
    for option, path in (("--json", json), ("--page", page)):
        _check_writable(option, path)
    planned = _planned(chosen, only)
    outcomes: list[Outcome] = []
    try:
        for each, checks in planned:
            _one(each, checks, outcomes)
    except KeyboardInterrupt:
        left = [str(path) for path in (json, page) if path]
        # The last one was cut off; those before it have printed theirs.
        print(f"\n{report.closing(outcomes[-1])}" if outcomes else "Interrupted before the first check.", flush=True)
        if left:
            print(f"Interrupted: {' and '.join(left)} not written.")
        return INTERRUPTED
    if len(outcomes) > 1:
        print("\n".join(["", "In all:", *(f"  {report.summary(outcome)}" for outcome in outcomes)]))
    if json:
        write(json, strict_json(report.as_data(outcomes, only)))
    if page:
        write(page, scoreboard(outcomes))
    return 0 if all(outcome.good for outcome in outcomes) else DIFFERENT


def listing() -> str:
    """The libraries that have an adapter, and how to install what each needs."""
    known = libraries()
    if not known:
        return "No library has an adapter yet."
    rows = [("package", "written against", "installed", "to install what it needs")]
    for each in known.values():
        state = each.version or "no"
        lacking = [name for name in each.missing if name != each.package]
        if each.version and lacking:
            state += f", without {', '.join(lacking)}"
        rows.append((each.package, each.written_against, state, pip_line(each)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )


def _chosen(packages: Sequence[str]) -> list[Library]:
    known = list(libraries().values())
    if "all" in packages:
        if not known:
            raise ValueError("`PACKAGE` must be a library with an adapter, and there is none yet.")
        return known
    return [library(name) for name in packages]


def _planned(chosen: Sequence[Library], only: str | None) -> list[tuple[Library, list[Check]]]:
    """Every library with the checks that are wanted of it; libraries of which none is are left out."""
    with quiet():
        listed = [(each, each.checks()) for each in chosen]
    if only is None:
        return listed
    wanted = [(each, [check for check in checks if fnmatchcase(check.id, only)]) for each, checks in listed]
    if not any(checks for _, checks in wanted):
        close = get_close_matches(only, [check.id for _, checks in listed for check in checks], n=3, cutoff=0.4)
        hint = f"; the closest ids are {', '.join(close)}" if close else ""
        raise ValueError(f"`--only` must match the id of a check{hint}; got {only!r}.")
    return [(each, checks) for each, checks in wanted if checks]


def _one(each: Library, checks: Sequence[Check], outcomes: list[Outcome]) -> None:
    """Runs the checks of one library; the outcome is in the list from its start, so that an interruption keeps it."""
    if outcomes:
        print()
    outcome = Outcome(each.package, each.version or "0", each.written_against, len(checks))
    outcomes.append(outcome)
    print(f"{outcome.package} {outcome.version}, {len(checks)} checks", flush=True)
    if line := report.other_version(outcome):
        print(line, flush=True)
    table = report.Table(checks)
    try:
        run(each, checks, known_differences(), outcome, before=table.before, after=table.after)
    finally:
        table.stop()
    print(f"\n{report.closing(outcome)}", flush=True)


def _check_writable(option: str, path: Path | None) -> None:
    if path is None:
        return
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        reason = "it is a directory" if path.is_dir() else f"{path.parent} is no directory that can be written to"
        raise ValueError(f"`{option}` must be a file that can be written; got {path}: {reason}.")
