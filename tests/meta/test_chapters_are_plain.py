"""What a chapter may write: records, and derivations by the verbs. A file that passes can do nothing else in secret."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from derivations import CHAPTERS
from derivations.engine.board import Board

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for name in CHAPTERS
    for path in [ROOT / "derivations" / f"{name}.py", *(ROOT / "derivations" / name).rglob("*.py")]
    if path.exists()
)
MODULES = {
    # Heads of formulas only: `simplify`, `S` and their like evaluate text.
    "sympy": {
        "Abs",
        "Add",
        "Derivative",
        "Eq",
        "Integer",
        "Integral",
        "Limit",
        "Mul",
        "Rational",
        "Sum",
        "acos",
        "asin",
        "atan",
        "cos",
        "cosh",
        "coth",
        "exp",
        "log",
        "oo",
        "pi",
        "sin",
        "sinh",
        "sqrt",
        "tan",
        "tanh",
    },
    "sympy.codegen.cfunctions": {"expm1", "log1p"},
    "itertools": None,
    "derivations": {"witnesses", *CHAPTERS},
    "derivations.notation": None,
    "derivations.engine.equation": {"EQUATIONS", "Limit", "Source", "Verdict", "definition", "equation", "typed"},
}
FORBIDDEN = {
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals", "input", "locals", "object",
    "open", "setattr", "super", "type", "vars", "sympify", "srepr", "parse_expr", "lambdify", "evaluate",
    "global_parameters", "init_printing", "sys", "os", "sp", "Variable", "Family", "families", "symbols", "table",
}  # fmt: skip
# Methods of the board and of trees, and what a record says of itself; a witness is an attribute of `witnesses`.
ATTRIBUTES = {
    "append", "capitalize", "chapter", "claim", "diff", "func", "has", "id", "items", "join", "lhs", "name", "rhs",
    "assumptions", "split", "subs", "title", "xreplace", *(name for name in vars(Board) if not name.startswith("_")),
} - {
    "line", "lines", "number", "symbol", "symbols", "renamed", "write", "verbs", "steps", "table", "equation",
}  # fmt: skip
ONLY_LOOKED_UP = {"EQUATIONS", "TABLE", "FAMILIES"}  # one entry at a time
STATEMENTS = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.For, ast.FunctionDef, ast.If, ast.Import, ast.ImportFrom,
    ast.Pass, ast.Raise, ast.Return,
)  # fmt: skip


def offences(source: str) -> list[str]:
    """What stands in a chapter that has no place there, line by line."""
    found, tree = [], ast.parse(source)
    entries = (n for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load))
    looked_up = {id(entry.value) for entry in entries}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.stmt) and not isinstance(node, STATEMENTS):
            found.append((line, f"a {type(node).__name__} statement"))
        if isinstance(node, ast.Import):
            found.append((line, f"import {node.names[0].name}: name what you need"))
        if isinstance(node, ast.ImportFrom):
            found += [(line, words) for words in _imported(node)]
        if isinstance(node, ast.Name) and (node.id in FORBIDDEN or (node.id.startswith("__") and node.id != "__all__")):
            found.append((line, f"the name {node.id}"))
        if isinstance(node, ast.Attribute) and node.attr not in ATTRIBUTES and not _is_a_witness(node):
            found.append((line, f"the attribute {node.attr}"))
        if isinstance(node, ast.Name) and node.id in ONLY_LOOKED_UP and id(node) not in looked_up:
            found.append((line, f"{node.id} otherwise than by one of its entries"))
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found.append((line, f"{ast.unparse(node)} is written to"))
        if isinstance(node, ast.FunctionDef) and any(not _registers(d) for d in node.decorator_list):
            found.append((line, f"a decorator of {node.name} other than `equation`"))
    return [f"line {line}: {words}" for line, words in sorted(found)]


def _imported(node: ast.ImportFrom):
    chapter = node.module.split(".")[1] if node.module and node.module.startswith("derivations.") else None
    allowed = MODULES.get(node.module or "", None if chapter in CHAPTERS else set())
    for alias in node.names:
        if node.level or (allowed is not None and alias.name not in allowed) or alias.name in FORBIDDEN:
            yield f"from {node.module} import {alias.name}"
        if alias.name == "*" and not (chapter in CHAPTERS or node.module == "derivations.notation"):
            yield f"from {node.module} import *"


def _is_a_witness(node: ast.Attribute) -> bool:
    """A witness, or one schedule or chapter by its name."""
    inside = isinstance(node.value, ast.Name) and node.value.id in {"witnesses", *CHAPTERS}
    return inside and not node.attr.startswith("_") and node.attr not in {"world", "MADE", "sp", "mp"}


def _registers(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "equation"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_chapter_does_nothing_but_mathematics(path):
    assert offences(path.read_text(encoding="utf-8")) == []


PLANTED = {
    "a line written past the verbs": "def d(board):\n    board.verbs.lines += [1]\n    return board._write('x', '', 1)",
    "the seal broken by the record's dictionary": "def d(board):\n    return board.equation.__dict__['claim'][0]",
    "a record altered": "from derivations.gaussian_path import point\npoint.claim = ()",
    "a record altered behind its back": "object.__setattr__(point, 'claim', ())",
    "an engine taken": "from derivations.engine.prove import judge",
    "a whole engine taken": "import derivations.engine.prove",
    "the verbs taken": "from derivations.engine.board import Board",
    "a record made by hand": "from derivations.engine.equation import Equation",
    "a row of the notation": "from derivations.notation import *\nTABLE[x] = 1",
    "a row of the notation, by a method": "from derivations.notation import *\nTABLE.update({})",
    "a family of names": "from derivations.notation import *\nFAMILIES.append(1)",
    "a record taken out": "from derivations.engine.equation import EQUATIONS\nEQUATIONS.pop('gaussian_path.point')",
    "a module by its name": "importlib = __import__('importlib')",
    "a decorator": "@cache\ndef d(board):\n    return 1",
    "a class": "class Bad:\n    pass",
    "a text that SymPy runs": "from sympy import simplify\nsimplify('1')",
    "SymPy by its own text": "from sympy import S\nS('1')",
    "SymPy by another name": "from derivations.notation import *\nsp.S('1')",
    "another record's near misses": "EQUATIONS['a.b'].near_misses.clear()",
    "the registry by another name": "from derivations.engine.equation import EQUATIONS\nr = EQUATIONS\nr.pop('a.b')",
    "the registry, added to": "from derivations.engine.equation import EQUATIONS\nEQUATIONS |= {}",
    "a step by hand": "def d(board):\n    return board.line('solve', 'r', unknown=3)",
    "a witness of its own": "from derivations.witnesses.world import MADE\nMADE['x'] = 1",
    "SymPy's own switches": "from sympy.core.parameters import global_parameters",
    "a text for a formula": "from sympy import sympify",
    "a file": "open('x')",
    "what goes wrong, hidden": "try:\n    pass\nexcept Exception:\n    pass",
    "a global": "def f():\n    global x",
}


@pytest.mark.parametrize("offence", PLANTED)
def test_what_has_no_place_in_a_chapter_is_seen(offence):
    assert offences(PLANTED[offence]) != []
