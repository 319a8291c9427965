"""The command `refimpl`: `verify` runs the main job, `conform` holds other libraries against the equations; `list` and
`show` read the registry, with core packages only."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from refimpl.registry import equation, registry

FAILED, USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141

_NEEDED = {"rich": "rich", "matplotlib": "matplotlib", "sklearn": "scikit-learn", "mpmath": "mpmath", "torch": "torch"}
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_LIBRARIES = ("numpy", "torch", "jax")


class Refused(Exception):
    """What was asked for cannot be done; the message is one sentence for the user."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit status: 0, 1 where something fails, 2 for a wrong use, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        status = options.command(options)
        sys.stdout.flush()
        return status
    except Refused as refusal:
        print(f"refimpl: {refusal}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("refimpl: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough, as in `refimpl list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _parser() -> argparse.ArgumentParser:
    from refimpl import __version__

    parser = argparse.ArgumentParser(prog="refimpl", description="Flow matching and diffusion, known to be right.")
    parser.add_argument("--version", action="version", version=f"refimpl {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    job = commands.add_parser("verify", help="try everything on real data, and write a report")
    job.set_defaults(command=_verify)
    job.add_argument(
        "data",
        nargs="?",
        default="digits",
        metavar="NAME|FILE",
        help="digits (the default), iris, reference, or a table of points in a .npy or .csv file",
    )
    job.add_argument(
        "--quick",
        action="store_true",
        help="fewer dimensions, points, paths and training steps; no experiments on near misses",
    )
    job.add_argument("--only", metavar="PATTERN", help="only equations whose id matches, such as 'marginals.*'")
    job.add_argument("--seed", type=_seed, default=0, help="fixes everything that is drawn (default: 0)")
    job.add_argument("--device", help="where the network is trained: cuda, mps or cpu (default: the first there is)")
    job.add_argument("--out", type=Path, default=Path("report"), metavar="DIRECTORY", help="default: report")

    others = commands.add_parser("conform", help="hold an installed library against the equations")
    others.set_defaults(command=_conform)
    others.add_argument(
        "packages", nargs="*", metavar="PACKAGE", help="such as diffusers; `all`; without one, lists those there are"
    )
    others.add_argument("--only", metavar="PATTERN", help="only checks whose id matches, such as 'ddim.*'")
    others.add_argument("--json", type=Path, metavar="FILE", help="writes everything that was found, as JSON")
    others.add_argument("--page", type=Path, metavar="FILE", help="writes the scoreboard, as Markdown")

    table = commands.add_parser("list", help="the equations and their verdicts")
    table.set_defaults(command=_list)
    table.add_argument("--chapter", help="only this chapter")

    one = commands.add_parser("show", help="everything about one equation, or its code to paste")
    one.set_defaults(command=_show)
    one.add_argument("id", metavar="ID", help="such as gaussian_path.conditional_velocity")
    forms = one.add_mutually_exclusive_group()
    for library, name in zip(_LIBRARIES, ("NumPy", "PyTorch", "JAX"), strict=True):
        forms.add_argument(
            f"--{library}", dest="form", action="store_const", const=library, help=f"the {name} function"
        )
    forms.add_argument("--latex", dest="form", action="store_const", const="latex", help="the formula")
    forms.add_argument("--steps", dest="form", action="store_const", const="steps", help="the derivation")
    return parser


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number that is not negative; got {text!r}")
    return int(text)


# ---- verify ----------------------------------------------------------------------------------------------------------


def _verify(options: argparse.Namespace) -> int:
    if missing := [name for module, name in _NEEDED.items() if find_spec(module) is None]:
        raise Refused(f'`refimpl verify` needs {_listed(missing)}: pip install "refimpl[verify,torch]"')
    entries = _chosen(options.only)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"`--out` must be a directory that can be written; {options.out}: {error.strerror}.") from None
    if not os.access(options.out, os.W_OK):
        raise Refused(f"`--out` must be a directory that can be written; {options.out} cannot.")
    # Before NumPy and PyTorch are loaded: their products are small here, and threads would only wait for each other;
    # the cores are used by processes. And sums then come in the same order everywhere.
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    from refimpl.training import choose_device
    from refimpl.verify import Settings, verify

    try:
        choose_device(options.device)
        return verify(
            Settings(
                entries,
                options.data,
                only=options.only,
                quick=options.quick,
                seed=options.seed,
                device=options.device,
                out=options.out,
                workers=_cores(),
            )
        )
    except ValueError as error:
        raise Refused(str(error)) from error


def _chosen(pattern: str | None) -> list[Mapping[str, Any]]:
    entries = registry()["equations"]
    if pattern is None:
        return entries
    chosen = [entry for entry in entries if any(fnmatchcase(name, pattern) for name in _names(entry))]
    if not chosen:
        close = get_close_matches(pattern, [name for entry in entries for name in _names(entry)], n=3, cutoff=0.4)
        hint = f"; the closest ids are {', '.join(close)}" if close else ""
        raise Refused(f"`--only` must match the id of an equation{hint}; got {pattern!r}.")
    return chosen


def _names(entry: Mapping[str, Any]) -> list[str]:
    return [entry["id"], *entry["also_known_as"]]


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # what this process may use, where the system says so
    return len(affinity(0)) if affinity else os.cpu_count() or 1


# ---- conform ---------------------------------------------------------------------------------------------------------


def _conform(options: argparse.Namespace) -> int:
    for name in ONE_THREAD:  # sums in the same order everywhere, so that the same digits come
        os.environ.setdefault(name, "1")
    from refimpl.conform.command import conform

    try:
        return conform(options.packages, only=options.only, json=options.json, page=options.page)
    except ValueError as error:
        raise Refused(str(error)) from error


# ---- list and show ---------------------------------------------------------------------------------------------------


def _list(options: argparse.Namespace) -> int:
    known = registry()
    chapters = [chapter["name"] for chapter in known["chapters"]]
    if options.chapter is not None and options.chapter not in chapters:
        raise Refused(f"`--chapter` must be one of {', '.join(chapters)}; got {options.chapter!r}.")
    kept = ("id", "kind", "verdict", "scope")
    rows = []
    for chapter in chapters if options.chapter is None else [options.chapter]:
        rows += [tuple(e[name] for name in kept) for e in known["equations"] if e["chapter"] == chapter]
        others = [(other, e["id"]) for e in known["equations"] for other in e["also_known_as"]]
        rows += [(other, "other name", "of", id) for other, id in others if other.split(".")[0] == chapter]
    if sys.stdout.isatty() and find_spec("rich"):
        _coloured_table(kept, rows)
        return 0
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip())
    return 0


def _coloured_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    colours = {"PROVED": "green", "CHECKED": "yellow", "CITED": "blue", "DEFINED": "magenta", "of": "dim"}
    table = Table(*titles, box=None, header_style="dim", pad_edge=False)
    for id, kind, verdict, scope in rows:
        table.add_row(escape(id), kind, f"[{colours[verdict]}]{verdict}[/]", escape(scope))
    Console(highlight=False).print(table)


def _show(options: argparse.Namespace) -> int:
    try:
        entry = equation(options.id).entry
    except ValueError as error:
        raise Refused(str(error)) from None
    if options.form in _LIBRARIES:
        if not entry["code"]:
            raise Refused(
                f"`--{options.form}` must be asked of an equation that prints code; {entry['id']} prints none."
            )
        print(entry["code"][options.form].rstrip())
    elif options.form == "latex":
        from refimpl.card import aligned

        print(aligned([*entry["claim"], *entry["where"]]))
    elif options.form == "steps":
        from refimpl.card import consumed

        for number, step in enumerate(entry["steps"], 1):
            source = f" [{step['uses']}]" if step["uses"] else ""
            print(f"{number}. {step['verb']}{source}: {step['reason']}{consumed(step)}\n   {step['latex']}")
        if not entry["steps"]:
            print(f"{entry['id']} is a definition: it has no derivation.")
    else:
        _card(entry)
    return 0


def _card(entry: Mapping[str, Any]) -> None:
    """What one wants to know first; headings are bold at a terminal."""
    bold = ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
    sources = registry()["sources"]
    cited = [
        f"{sources[each['key']]['title']} ({sources[each['key']]['year']}), {each['where']}"
        for each in entry["sources"]
    ]
    misses = [f"{miss['name']}: {miss['latex']}\n      made in {miss['made_in']}" for miss in entry["near_misses"]]
    symbols = [f"{row['name']}: {row['meaning']}; {row['domain']}" for row in entry["inputs"]]
    print(f"{bold[0]}{entry['title']}{bold[1]}\n{entry['id']}  {entry['verdict']}  {entry['scope']}\n")
    for formula in entry["claim"]:
        print(f"    {formula}")
    for formula in entry["where"]:
        print(f"    with {formula}")
    print(f"\n{entry['text']}" if entry["text"] else "")
    parts = {
        "Also known as": entry["also_known_as"],
        "Assumes": entry["assumptions"],
        "Holds for": entry["contexts"],
        "Arguments": symbols,
        "Uses": entry["uses"],
        "Used by": entry["used_by"],
        "At the ends of time": entry["limits"],
        "Often written wrongly as": misses,
        "Sources": cited,
    }
    for title, lines in parts.items():
        if lines:
            print("\n".join([f"\n{bold[0]}{title}{bold[1]}", *(f"    {line}" for line in lines)]))
    forms = "--numpy, --torch, --jax, --latex, --steps" if entry["code"] else "--latex, --steps"
    print(f"\nMore: refimpl show {entry['id']} with {forms}")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
