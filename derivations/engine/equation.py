"""What an equation is: frozen records, and the registry that holds them."""

from __future__ import annotations

import contextlib
import enum
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sympy as sp

ROOT = Path(__file__).parents[2]


class Verdict(enum.Enum):
    """What is known about an equation; the text says how it is known."""

    DEFINED = "a definition: one of the closed list of axioms"
    PROVED = "two provers give residual zero, and the witnesses agree"
    CHECKED = "agrees in 200-bit ball arithmetic at many points, not proved"
    CITED = "a general theorem, cited; its Gaussian and finite-mixture instances are proved"


@dataclass(frozen=True)
class Variable:
    """One row of the notation table: how a quantity is written, typeset, sampled, and how it moves.

    `rate`, `slope` and `expected` name what a verb makes of the quantity: its time derivative along the
    path (0: it does not move; None: not known, and differentiating it is an error), its derivative in x,
    and its conditional expectation given x. `scalar` marks a parameter that callers give as a Python
    number. `axis` is "component" (one value for each component, along the first axis) or "matrix"; beside a
    matrix, what is marked `vector` is one. `kind` is "time" or "index" for what equations hold for any of,
    and "chosen" for what stands still along the path, and is no parameter all the same.
    """

    symbol: sp.Expr
    name: str
    latex: str
    meaning: str
    domain: str
    sample: tuple[float, float] = (-3.0, 3.0)
    rate: sp.Expr | int | None = None
    slope: sp.Expr | None = None
    expected: sp.Expr | None = None
    scalar: bool = False
    axis: str = ""
    vector: bool = False
    kind: str = ""


@dataclass(frozen=True)
class Source:
    """A key of the bibliography and the place where the formula stands."""

    key: str
    where: str


@dataclass(frozen=True)
class Limit:
    """What an output tends to at an end point of time: `side` is "+" from above, "-" from below."""

    output: sp.Expr
    point: int
    side: str
    value: sp.Expr


@dataclass(frozen=True)
class NearMiss:
    """A famous wrong version of a claim (or of an intermediate in `where`), and where it was really made."""

    wrong: sp.Eq
    made_in: str


@dataclass(frozen=True)
class Step:
    """One use of a verb, as data: on which lines of the derivation, by number, and with which symbols, ids and words.

    No tree is in it. What comes of it is found by carrying it out.
    """

    verb: str
    reason: str
    lines: tuple[int, ...] = ()
    arguments: Mapping = field(default_factory=dict)


class ClaimIsSealed(Exception):
    """A derivation tried to look at a claim."""


_sealed = False


@contextlib.contextmanager
def claims(*, sealed: bool):
    """Seal (or, for the board's own look-up, unseal) every record's typed formulas."""
    global _sealed
    before, _sealed = _sealed, sealed
    try:
        yield
    finally:
        _sealed = before


@dataclass(frozen=True)
class Equation:
    """A claim typed as published, and a derivation that must reach it without seeing it.

    `also_known_as` are other ids that lead here: of the same formula in another chapter, or of a retired record.
    A definition that holds on some schedules only names them in `schedules`; one that holds for some data, step or grid
    only says so in `contexts`, a word for each kind. What is held `constant` in time, while a rate is followed or a
    limit taken, is said so. `steps` and `ends` are filled where a record is read from a snapshot.
    """

    id: str
    title: str
    claim: tuple[sp.Eq, ...]
    inputs: tuple[sp.Expr, ...]
    sources: tuple[Source, ...]
    scope: str
    verdict: Verdict
    derive: Callable | None = None
    text: str = ""
    assumptions: tuple[sp.Basic, ...] = ()
    where: tuple[sp.Eq, ...] = ()
    stable: tuple[sp.Eq, ...] = ()
    limits: tuple[Limit, ...] = ()
    near_misses: Mapping[str, NearMiss] = field(default_factory=dict)
    witness: Callable | None = None
    experiment: str | None = None
    also_known_as: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    schedules: tuple[str, ...] = ()
    contexts: Mapping[str, str] = field(default_factory=dict)
    constant: tuple[sp.Expr, ...] = ()
    steps: tuple[Step, ...] = ()
    ends: tuple[int, ...] = ()

    def __getattribute__(self, name):
        if _sealed and name in ("claim", "where", "stable", "limits", "near_misses"):
            raise ClaimIsSealed(
                f"a derivation may not read `{name}` of {object.__getattribute__(self, 'id')}: use `board.given`"
            )
        return object.__getattribute__(self, name)

    @property
    def chapter(self) -> str:
        return self.id.split(".")[0]

    @property
    def name(self) -> str:
        return self.id.split(".")[1]

    def typed(self) -> tuple[sp.Eq, ...]:
        """The claim in the form that is printed as code: stable where a stable form is given."""
        better = {s.lhs: s for s in self.stable}
        return tuple(better.get(c.lhs, c) for c in self.claim)

    def names(self, claim: sp.Eq) -> tuple[sp.Eq, ...]:
        """What the right side of a claim may call by name: the author's intermediates, and the outputs before it."""
        before = [c.lhs for c in self.claim].index(claim.lhs)
        return (*self.where, *self.claim[:before])

    def with_mistake(self, miss: NearMiss) -> tuple[sp.Eq, tuple[sp.Eq, ...]]:
        """The wrong claim and the names that go with it: a miss may spoil an intermediate instead."""
        for claim in self.claim:
            if claim.lhs == miss.wrong.lhs:
                return miss.wrong, self.names(claim)
        return self.claim[0], tuple(miss.wrong if w.lhs == miss.wrong.lhs else w for w in self.names(self.claim[0]))


EQUATIONS: dict[str, Equation] = {}


def find(id: str) -> Equation:
    """The record with this id, or the one that is also known by it.

    Raises:
        KeyError: there is none.
    """
    if id in EQUATIONS:
        return EQUATIONS[id]
    for record in EQUATIONS.values():
        if id in record.also_known_as:
            return record
    raise KeyError(id)


def _register(record: Equation) -> Equation:
    taken = {name for e in EQUATIONS.values() for name in (e.id, *e.also_known_as)}
    for i, name in enumerate(names := (record.id, *record.also_known_as)):
        if name in taken or name in names[:i]:
            raise ValueError(f"equation id `{name}` is declared twice")
        if not re.fullmatch(r"[a-z_0-9]+\.[a-z][a-z_0-9]*", name):
            raise ValueError(f"an equation id is `chapter.name`; got `{name}`")
    spoilable = [c.lhs for c in (*record.claim, *record.where)]
    for name, miss in record.near_misses.items():
        if miss.wrong.lhs not in spoilable:
            raise ValueError(f"{record.id}: near miss `{name}` is about {miss.wrong.lhs}, which is not claimed")
    EQUATIONS[record.id] = record
    return record


def typed(build, claimed=None) -> tuple[sp.Eq, ...]:
    """Call `build` with SymPy's automatic simplification off: trees stay as the author wrote them."""
    if build is None:
        return ()
    with sp.evaluate(False):
        trees = build()
    if claimed is not None and isinstance(trees, (sp.Expr, int)):  # a near miss that gives only the right side
        trees = sp.Eq(claimed[0].lhs, sp.sympify(trees), evaluate=False)
    return tuple(trees) if isinstance(trees, (tuple, list)) else (trees,)


def equation(
    *, claim, where=None, stable=None, assumptions=None, near_misses=None, verdict=Verdict.PROVED, text=None, **fields
):
    """Register the decorated derivation together with the claim that it must reach.

    `claim`, `where`, `stable`, `assumptions` and each near miss are functions without arguments that return typed
    SymPy trees; a near miss is a pair (formula, where the mistake was made). `text` stands where the derivation has no
    docstring of its own.
    """

    def register(derive) -> Equation:
        right = typed(claim)
        misses = {
            name: NearMiss(typed(wrong, right)[0], made_in) for name, (wrong, made_in) in (near_misses or {}).items()
        }
        code = inspect.unwrap(derive).__code__
        return _register(
            Equation(
                claim=right,
                where=typed(where),
                stable=typed(stable),
                assumptions=typed(assumptions),
                near_misses=misses,
                verdict=verdict,
                derive=derive,
                text=inspect.cleandoc(text or derive.__doc__ or ""),
                file=Path(code.co_filename).relative_to(ROOT).as_posix()
                if ROOT in Path(code.co_filename).parents
                else "",
                line=code.co_firstlineno,
                **{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()},
            )
        )

    return register


def definition(*, claim, text="", **fields) -> Equation:
    """Register a definition: an axiom that derivations may start from. The list of them is closed."""
    caller = inspect.stack()[1]
    return _register(
        Equation(
            claim=typed(claim),
            verdict=Verdict.DEFINED,
            text=inspect.cleandoc(text),
            scope=fields.pop("scope", "by definition"),
            file=Path(caller.filename).relative_to(ROOT).as_posix() if ROOT in Path(caller.filename).parents else "",
            line=caller.lineno,
            **{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()},
        )
    )
