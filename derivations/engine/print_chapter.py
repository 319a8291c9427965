"""The generated files: each chapter's functions, and its near misses apart from them."""

from __future__ import annotations

from derivations.engine.equation import ROOT
from derivations.engine.print_code import function, is_function, near_misses


def place(name) -> str:
    """Where the chapter is typed: a file, or the folder of a long one."""
    return f"derivations/{name}/" if (ROOT / "derivations" / name).is_dir() else f"derivations/{name}.py"


def chapter(name, equations, table) -> str:
    """The text of one generated file: its functions, and its names for functions that stand elsewhere."""
    printed = [function(e, "array_api", table) for e in equations if e.chapter == name and is_function(e, table)]
    others = sorted(
        (other.partition(".")[2], e)
        for e in equations
        for other in e.also_known_as
        if other.partition(".")[0] == name and is_function(e, table)
    )
    header = f"Generated from {place(name)}. Do not edit: python -m derivations generate"
    return _module(header, printed, [_other_name(name, other, e) for other, e in others])


def _other_name(chapter, other, equation):
    """The line that imports what a second name needs, and the lines that give it."""
    own = equation.chapter == chapter
    where = "" if own else f"from refimpl.formulas import {equation.chapter}"
    main = equation.name if own else equation.id
    return where, f'{other} = {main}\n"""Another name of `{equation.id}`: the same function."""'


def near_miss_chapter(name, equations, table) -> str:
    """The text of one generated file of mistakes, kept apart from the formulas."""
    printed = [source for e in equations if e.chapter == name for source in near_misses(e, table).values()]
    return _module(
        f"WRONG on purpose: near misses of {place(name)}, and what its identities say.\n\n"
        "Generated. Do not edit: python -m derivations generate\n",
        printed,
    )


def _module(header, printed, others=()):
    if not printed and not others:
        return ""
    standard = "import math\n\n" if any("math" in source.used for source in printed) else ""
    own = "".join(f"{line}\n" for line in sorted({line for line, _ in others if line}))
    texts = [*(source.text for source in printed), *(text for _, text in others)]
    return f'"""{header}"""\n\n{standard}{own}{chr(10) if own else ""}\n' + "\n\n\n".join(texts) + "\n"
