"""Calling generated formulas by the names of their arguments."""

from collections.abc import Callable
from typing import Any


def names_of(formula: Callable[..., Any]) -> tuple[str, ...]:
    """The argument names of a generated formula, keyword-only ones included."""
    code = formula.__code__  # cheap and, unlike `inspect.signature`, readable inside a traced function
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def call(formula: Callable[..., Any], **quantities: Any) -> Any:
    """Evaluate `formula` at the quantities that it names; the others are left out."""
    names = names_of(formula)
    for name in names:
        if name not in quantities:
            raise ValueError(f"`{name}` must be known here; got a schedule without it: a table has no rates.")
    return formula(**{name: quantities[name] for name in names})
