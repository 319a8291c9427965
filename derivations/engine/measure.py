"""What the witnesses measure, as plain data: run where no claim is, in a process that imports no chapter.

python -m derivations.engine.measure [NAME ...]    prints the worlds of these witnesses, or of all, as JSON
python -m derivations.engine.measure - < JOB       a share of all: {"part": [i, n]}; or one world each for keys with the
                                                   name of a witness and a seed: {"own": {key: [name, seed]}}
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Callable, Iterable

import mpmath as mp
import sympy as sp
from flint import arb, arb_mat, ctx

from derivations.engine.codec import decode, encode
from derivations.witnesses.world import DIGITS, Law, World

WORLDS, BITS = 2, 200
Worlds = list[tuple[dict, dict]]


class NotANumber(ValueError):
    """A value that is no finite number, where one is asked for."""


@functools.cache
def witnesses() -> dict[str, Callable]:
    """Every witness, by name: the public functions in the files of derivations/witnesses that take a `world` and
    nothing else, and those that are made from words. A function that helps them calls what it takes otherwise."""
    from derivations import witnesses as package
    from derivations.witnesses.world import MADE

    found = dict(MADE)
    for _, file, _ in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{file}")
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
            if own and list(inspect.signature(function).parameters) == ["world"]:
                if name in found:
                    raise ValueError(f"two witnesses are called {name}")
                found[name] = function
    return found


def measured(witness: Callable, seeds: Iterable[int] | None = None) -> list:
    """What a witness used and what it measured in each of its worlds, as data."""
    found = []
    for seed in range(WORLDS) if seeds is None else seeds:
        with mp.workdps(DIGITS):
            used, seen = witness(World(seed))
            found.append([[[encode(q), _written(v, q, seed)] for q, v in part.items()] for part in (used, seen)])
    return found


def read(data: list) -> Worlds:
    """The worlds of a witness, as balls by symbol."""
    ctx.prec = BITS
    return [({decode(q): _read(v) for q, v in used}, {decode(q): _read(v) for q, v in seen}) for used, seen in data]


def worlds(witness: Callable) -> Worlds:
    """What a witness measures, in this process: for tests that plant one."""
    return _worlds(witness)


@functools.cache
def _worlds(witness):
    return read(json.loads(json.dumps(measured(witness))))


def _written(value, quantity, seed):
    if isinstance(value, list):
        return {"list": [_written(one, quantity, seed) for one in value]}
    if isinstance(value, mp.matrix):
        entries = [_written(one, quantity, seed) for one in value]
        return {"matrix": [value.rows, value.cols, entries]}
    if isinstance(value, Law):
        atoms = [
            [_written(p, quantity, seed), [[encode(q), _written(v, q, seed)] for q, v in at.items()]]
            for p, at in value.atoms
        ]
        return {"law": atoms}
    if isinstance(value, sp.Basic) and not value.is_number:
        return {"tree": encode(value)}
    number = mp.mpf(value)
    if not mp.isfinite(number):
        raise NotANumber(f"world {seed}: {quantity} is {number}")
    sign, mantissa, exponent, _ = number._mpf_
    return {"number": [-int(mantissa) if sign else int(mantissa), int(exponent)]}


def _read(value):
    if "list" in value:
        return [_read(one) for one in value["list"]]
    if "tree" in value:
        return decode(value["tree"])
    if "matrix" in value:
        rows, columns, entries = value["matrix"]
        return arb_mat(rows, columns, list(map(_read, entries)))
    if "law" in value:
        return Law(tuple((_read(p), {decode(q): _read(v) for q, v in at}) for p, at in value["law"]))
    mantissa, exponent = value["number"]
    return arb(mantissa) * arb(2) ** exponent


def main(names: list[str]) -> dict:
    """The worlds of the witnesses with these names; what breaks down is told instead."""
    found, known = {}, witnesses()
    for name in names:
        try:
            found[name] = measured(known[name]) if name in known else "there is no such witness"
        except Exception as broken:  # a witness that breaks down has measured nothing
            found[name] = f"{type(broken).__name__}: {broken}"
    return found


def own_worlds(jobs: dict[str, list]) -> dict:
    """One world for each record, drawn by a seed of its own: nobody who writes the record knows it beforehand."""
    found, known = {}, witnesses()
    for key, (name, seed) in jobs.items():
        try:
            found[key] = measured(known[name], [seed])
        except Exception as broken:
            found[key] = f"{type(broken).__name__}: {broken}"
    return found


def asked_for(job: dict) -> dict:
    """What a job asks for."""
    if "own" in job:
        return own_worlds(job["own"])
    first, step = job["part"]
    return main(sorted(witnesses())[first::step])


if __name__ == "__main__":
    json.dump(
        asked_for(json.load(sys.stdin)) if sys.argv[1:] == ["-"] else main(sys.argv[1:] or list(witnesses())),
        sys.stdout,
    )
