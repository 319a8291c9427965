"""The list of what this part of the subject consists of, written before the chapters were: all of it is proved."""

from pathlib import Path

import pytest

from refimpl.registry import registry

LINES = Path(__file__).with_name("required_equations.txt").read_text(encoding="utf-8").splitlines()
REQUIRED = [id for line in LINES if (id := line.partition("#")[0].strip())]
KNOWN = {name: entry for entry in registry()["equations"] for name in (entry["id"], *entry["also_known_as"])}


def test_no_id_is_required_twice():
    assert len(REQUIRED) == len(set(REQUIRED)) > 90


@pytest.mark.parametrize("id", REQUIRED)
def test_it_is_proved(id):
    assert KNOWN[id]["verdict"] == "PROVED"
    assert KNOWN[id]["scope"]
