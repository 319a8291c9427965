"""Records planted for a test: a registry of its own, and what the judge says of them."""

from __future__ import annotations

import pytest
import sympy as sp

from derivations import witnesses
from derivations.engine import equation as records
from derivations.engine.equation import EQUATIONS, Source, definition, equation
from derivations.engine.prove import Proof, prove
from derivations.engine.snapshot import of
from derivations.notation import *

HOUSE = [Source("house", "planted")]


@pytest.fixture
def scratch(monkeypatch):
    """A registry of our own, so that planted records leave nothing behind."""
    monkeypatch.setattr(records, "EQUATIONS", dict(records.EQUATIONS))


def planted(derive, left, right, *, inputs=(), scope="planted", witness=None, id="gaussian_path.planted", **fields):
    """A record that claims left = right."""
    return equation(
        id=id,
        title="Planted",
        claim=lambda: sp.Eq(left, right() if callable(right) else right, evaluate=False),
        inputs=list(inputs),
        scope=scope,
        witness=witness or witnesses.moving_point,
        **{"sources": HOUSE} | fields,
    )(derive)


def named(left, right, **fields):
    """A definition that is planted together with a record."""
    return definition(
        id=f"gaussian_path.planted_{len(records.EQUATIONS)}",
        title="Planted",
        claim=lambda: sp.Eq(left, right(), evaluate=False),
        inputs=[],
        sources=HOUSE,
        **fields,
    )


def verdict(record) -> Proof:
    """What the judge says of a record, from its snapshot."""
    return prove(record, TABLE)


def lines(record) -> list:
    """The lines of its derivation, carried out from the snapshot."""
    return of(record, table=TABLE).replay(record.id).lines


def known(id: str):
    """A record of the chapters."""
    return EQUATIONS[id]
