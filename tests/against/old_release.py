"""Runs one check of `release_checks.py` against one release, in a process of its own: prints the evidence as JSON.

    python old_release.py FOLDER CHECK

The release's code runs unchanged. What it was written to be imported with, years ago, is not installed: so the modules
that are asked for are loaded one by one, without the `__init__` files that pull in everything else, and a dependency
that is missing, or has lost a name since, is stood in for by a thing that does nothing. None of these computes.
"""

import importlib.abc
import importlib.machinery
import json
import sys
import types
from pathlib import Path

BARE = {  # packages whose __init__ would import all of the release
    "diffusers": ["diffusers", "diffusers.schedulers", "diffusers.schedulers.deprecated"],
    "denoising_diffusion_pytorch": ["denoising_diffusion_pytorch"],
    "deepinv": [
        "deepinv",
        "deepinv.sampling",
        "deepinv.physics",
        "deepinv.models",
        "deepinv.optim",
        "deepinv.loss",
        "deepinv.utils",
    ],
    "flow_matching": [],
}
ABSENT = (
    *("huggingface_hub", "requests", "PIL", "accelerate", "ema_pytorch", "torchvision", "einops", "tqdm"),
    *("pytorch_fid", "natsort", "wandb", "hdf5storage", "matplotlib", "sklearn"),
)


class Anything:
    """A name that is only imported: as a decorator it changes nothing, as a base class it adds nothing."""

    def __init__(self, *_, **__): ...

    def __call__(self, *parts, **_):
        return parts[0] if parts else self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __mro_entries__(self, _bases):
        return (object,)

    def __ror__(self, other):
        return other

    def __iter__(self):
        return iter(())


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for the dependencies named above."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = _nothing  # type: ignore[method-assign]
        module.__version__ = "0"  # type: ignore[attr-defined]
        return module

    def exec_module(self, module): ...


def _nothing(name):
    if name.startswith("__"):
        raise AttributeError(name)
    if name.endswith(("Error", "Exception")):
        return type(name, (Exception,), {})
    return "" if name.isupper() or name.endswith("_home") else Anything()


def prepare(folder: Path, package: str) -> None:
    """Makes the modules of a release importable one by one."""
    sys.meta_path.insert(0, Absent())
    sys.path.insert(0, str(folder))
    version = next(folder.glob("*.dist-info")).name.removesuffix(".dist-info").rsplit("-", 1)[1]
    for name in BARE[package]:
        module = types.ModuleType(name)
        module.__path__ = [str(folder / name.replace(".", "/"))]
        module.__version__ = version  # type: ignore[attr-defined]
        module.__getattr__ = _nothing  # type: ignore[method-assign]
        sys.modules[name] = module


def main() -> None:
    folder, name = Path(sys.argv[1]), sys.argv[2]
    from tests.against import release_checks

    package, check = release_checks.CHECKS[name]
    prepare(folder, package)
    loaded = importlib.import_module(package)
    assert str(folder) in str(list(loaded.__path__)), f"{package} is not that of {folder}"
    try:
        evidence = check().as_dict()
    except AssertionError as error:  # assert_conforms raises what it finds
        evidence = {"passed": False, "words": str(error)}
    print(json.dumps(evidence))


if __name__ == "__main__":
    main()
