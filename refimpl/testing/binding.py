"""Which of our arguments is which of theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from refimpl.arguments import check_callable, kind_of, shown


def bind(function: Callable[..., Any], names: list[str], arguments: Mapping[str, str] | None) -> Callable[..., Any]:
    """The function, made to take our arguments by our names.

    Args:
        function: the callable.
        names: our argument names, in the registry's order.
        arguments: which of ours each of theirs stands for; without it names decide, and failing that the order.

    Raises:
        TypeError: when `function` cannot be called.
        ValueError: when its arguments cannot be matched with ours.
    """
    check_callable(function, "function")
    if arguments is not None and not isinstance(arguments, Mapping):
        raise TypeError(f"`arguments` must be a mapping of names to names; got {kind_of(arguments)}.")
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C, without a signature
        return lambda **values: function(*(values[name] for name in names))
    if arguments is not None:
        unknown = [ours for ours in arguments.values() if ours not in names]
        if unknown:
            raise ValueError(f"`arguments` must map to {', '.join(names)}; got {shown(unknown[0])}.")
        theirs = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        everything = any(p.kind is p.VAR_KEYWORD for p in parameters)
        strange = [name for name in arguments if name not in theirs and not (everything and isinstance(name, str))]
        if strange:
            listed = ", ".join(theirs) or "nothing"
            raise ValueError(f"`arguments` must map from {listed}, as the function has it; got {shown(strange[0])}.")
        pairs = dict(arguments)
        pairs |= {p.name: p.name for p in parameters if p.name in names and p.name not in pairs}
        return lambda **values: function(**{theirs: values[ours] for theirs, ours in pairs.items()})
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    known = [p.name for p in plain if p.name in names]
    strange = [p.name for p in plain if p.name not in names and p.default is p.empty and p.name != "xp"]
    takes_library = any(p.name == "xp" for p in plain)
    everything = any(p.kind is p.VAR_KEYWORD for p in parameters)
    if not strange and (known or everything) and not any(p.kind is p.POSITIONAL_ONLY for p in plain):

        def by_name(**values: Any) -> Any:
            chosen = values if everything else {name: values[name] for name in known}
            return function(**chosen, **({"xp": _library(values)} if takes_library else {}))

        return by_name
    order = [p.name for p in plain if p.kind is not p.KEYWORD_ONLY and p.name != "xp"]
    agree = all(name not in names or names.index(name) == place for place, name in enumerate(order))
    enough = len([p for p in plain if p.default is p.empty and p.name != "xp"]) <= len(names) <= len(order)
    if any(p.kind is p.VAR_POSITIONAL for p in parameters) or (agree and enough):
        return lambda **values: function(*(values[name] for name in names))
    theirs = ", ".join(f"`{name}`" for name in strange) or "the arguments of the function"
    place = order.index(strange[0]) % len(names) if strange and strange[0] in order else 0
    example = f"arguments={{{(strange or ['theirs'])[0]!r}: {names[place]!r}}}"
    raise ValueError(
        f"`arguments` must say what {theirs} stands for, of {', '.join(names)}, as in {example}; got nothing."
    )


def _library(values: Mapping[str, Any]) -> Any:
    import array_api_compat

    return array_api_compat.array_namespace(*(value for value in values.values() if not isinstance(value, float)))
