"""JAX may take our objects apart and put them together: they are pytrees wherever JAX is loaded.

JAX is never imported from here. A class is registered as soon as one of its objects is made while JAX is loaded.
"""

import sys
from typing import Any

_registered: set[type] = set()


def announce(kind: type, leaves: tuple[str, ...], static: tuple[str, ...] = ()) -> None:
    """Register `kind` with JAX, once, if JAX is loaded.

    `leaves` names the attributes that may be traced, `static` those that are kept as they are.
    """
    tree_util = sys.modules.get("jax.tree_util")
    if tree_util is None or kind in _registered:
        return
    _registered.add(kind)

    def flatten(item: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return tuple(getattr(item, name) for name in leaves), tuple(getattr(item, name) for name in static)

    def unflatten(kept: tuple[Any, ...], values: Any) -> Any:
        item = object.__new__(kind)  # a traced parameter cannot be validated again
        for name, value in zip((*leaves, *static), (*values, *kept), strict=True):
            object.__setattr__(item, name, value)
        return item

    tree_util.register_pytree_node(kind, flatten, unflatten)
