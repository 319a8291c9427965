"""A part of a package, where the package as a whole needs more than the part does."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def submodule(package: str, name: str) -> ModuleType:
    """`package.name`; without the package's own `__init__`, where that does not import.

    Raises:
        ImportError: what the part itself needs and is not there.
    """
    try:
        return import_module(f"{package}.{name}")
    except (ImportError, RuntimeError):  # a torchvision built for another torch raises a RuntimeError
        spec = find_spec(package)
        if spec is None or spec.submodule_search_locations is None:
            raise
        bare = ModuleType(package)
        bare.__path__ = list(spec.submodule_search_locations)
        sys.modules[package] = bare
        try:
            return import_module(f"{package}.{name}")
        except ImportError:
            sys.modules.pop(package, None)
            raise
