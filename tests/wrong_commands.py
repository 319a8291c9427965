"""The catalogue of wrong calls, last part: the command line."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from refimpl.cli import main
from tests.wrong_values import *


def command(*arguments: str) -> tuple[object, str, str]:
    """Runs `refimpl`: its exit status, what it printed, and what it complained of."""
    with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            status: object = main(list(arguments))
        except SystemExit as exit:  # argparse
            status = exit.code
    return status, out.getvalue(), err.getvalue()


def command_line() -> list[Wrong]:
    out = str(Path(tempfile.gettempdir()) / "refimpl-wrong-calls")
    unknown: Faults = {"unknown": st.text("abcxyz_.", min_size=1, max_size=99), "empty": st.just("")}
    no_code: Faults = {"of an identity": st.just("continuity.conditional")}
    table = wrong("refimpl list", "--chapter", unknown, lambda v: command("list", "--chapter", v))
    table += wrong("refimpl show", "id", unknown, lambda v: command("show", v))
    for form in ("--numpy", "--torch", "--jax"):
        table += wrong("refimpl show", form, no_code, lambda v, form=form: command("show", v, form))
    table += wrong("refimpl verify", "--only", unknown, lambda v: command("verify", "--only", v, "--out", out))
    table += wrong("refimpl verify", "--out", {"a file": st.just(__file__)}, lambda v: command("verify", "--out", v))
    device = unknown | {"of an unknown number": st.just("cpu:first")}
    table += wrong("refimpl verify", "device", device, lambda v: command("verify", "--device", v, "--out", out))
    # What argparse itself refuses, in its own words.
    seeds: Faults = {"a word": st.text("xyz. ", max_size=9), "negative": st.integers(-99, -1).map(str)}
    table += wrong("refimpl verify", "argument --seed", seeds, lambda v: command("verify", f"--seed={v}"))
    table += wrong("refimpl", "argument COMMAND", unknown, lambda v: command(v))
    both = {"two at once": st.sampled_from([("--numpy", "--jax"), ("--torch", "--latex"), ("--steps", "--numpy")])}
    table += wrong("refimpl show", "not allowed with argument", both, lambda v: command("show", "ddim.step", *v))
    missing = {"missing": st.sampled_from([("show",), ("verify", "--seed"), ("list", "--chapter"), ()])}
    return table + wrong("refimpl", "", missing, lambda v: command(*v))


COMMANDS = command_line()
