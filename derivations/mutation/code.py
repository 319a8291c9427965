"""Mistakes made mechanically in printed functions, and balls to run them on."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from flint import arb, arb_mat

from derivations.engine import balls
from derivations.mutation.trees import KINDS
from derivations.notation import TABLE
from refimpl.testing.rounding import _eliminate

Mistake = tuple[str, str, str]  # operator, readable name, source

_PAIRS = tuple(
    (operator, (TABLE[one].name, TABLE[other].name))
    for operator, pairs in KINDS
    for one, other in pairs
    if one in TABLE and other in TABLE
)
_FUNCTIONS = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "exp": "expm1", "expm1": "exp",
              "log": "log1p", "log1p": "log", "tanh": "sinh", "atan": "tanh"}  # fmt: skip
_RATES = ("dalpha_t", "dsigma_t", "half_variance_rate")
_SPREADS = ("variance", "covariance")
_OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


def mistakes(source: str) -> Iterator[Mistake]:
    """All mistakes in one printed function."""
    tree = ast.parse(source)
    body = [n for n in tree.body[0].body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]  # type: ignore
    tree.body[0].body = body  # type: ignore[attr-defined]  # without the docstring
    places = [(i, node) for i, node in enumerate(ast.walk(tree)) if isinstance(node, ast.expr)]
    arguments = [a.arg for a in tree.body[0].args.args]  # type: ignore[attr-defined]
    for i, node in places:
        if isinstance(getattr(node, "ctx", None), ast.Store):
            continue
        for operator, words, other in _at_node(node, arguments):
            yield operator, words, _with(tree, i, other)
    yield from _of_outputs(tree)
    for one, other in combinations(arguments, 2):
        operator = _operator(one, other)
        if operator:
            yield operator, f"{one} and {other} exchanged", _at_the_start(tree, f"{one}, {other} = {other}, {one}")
    for q in arguments:
        if q in _SPREADS:
            yield "conditional for marginal", f"{q} = 0: one data point", _at_the_start(tree, f"{q} = 0 * {q}")
        if q == "density":
            one = _at_the_start(tree, f"{q} = {q} / {q}")
            yield "conditional for marginal", "density = 1: prior for posterior", one
        if q in ("t", "s"):
            yield "reversed time", f"1 - {q} for {q}", _at_the_start(tree, f"{q} = 1 - {q}")
        if q in ("weight", "density", "data_point"):
            yield "shifted index", f"{q} of the next component", _at_the_start(tree, f"{q} = xp.roll({q}, 1, axis=0)")
        if q == "covariance":
            yield "transpose", "covariance transposed", _at_the_start(tree, f"{q} = {q}.T")
    if rates := [q for q in arguments if q in _RATES]:
        start = "; ".join(f"{q} = -{q}" for q in rates)
        yield "reversed time", "rates of the opposite sign", _at_the_start(tree, start)
    if {"alpha_t", "alpha_s", "sigma_t", "sigma_s"} <= set(arguments):
        start = "alpha_t, alpha_s, sigma_t, sigma_s = alpha_s, alpha_t, sigma_s, sigma_t"
        yield "reversed time", "times t and s exchanged", _at_the_start(tree, start)


def _operator(one: str, other: str) -> str | None:
    return next((operator for operator, pair in _PAIRS if set(pair) == {one, other}), None)


def _at_node(node: ast.expr, arguments: list[str]) -> Iterator[tuple[str, str, ast.expr]]:
    text = _shown(node)
    if isinstance(node, ast.BinOp) and type(node.op) in _OTHER:
        other = ast.BinOp(node.left, _OTHER[type(node.op)](), node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            right = node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
            yield "sign", f"sign of {_shown(node.right)} in {text}", other
            yield "term dropped", f"{_shown(node.right)} dropped from {text}", node.left
            yield "term dropped", f"{_shown(node.left)} dropped from {text}", right
        else:
            words = "divided by" if isinstance(node.op, ast.Mult) else "multiplied by"
            yield "power -1", f"{words} {_shown(node.right)} in {text}", other
            yield "factor dropped", f"factor {_shown(node.right)} dropped from {text}", node.left
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield "square", f"power of {_shown(node.left)} forgotten", node.left
        yield "transpose", f"base and exponent of {text} exchanged", ast.BinOp(node.right, ast.Pow(), node.left)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield "transpose", f"{text} from the other side", ast.BinOp(node.right, ast.MatMult(), node.left)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", f"minus of {_shown(node.operand)} forgotten", node.operand
    if isinstance(node, ast.Constant) and node.value == 2:
        yield "2 and 1/2", "1/2 for 2", ast.Constant(0.5)
        yield "shifted index", "1 for 2", ast.Constant(1)
    if isinstance(node, ast.Constant) and node.value in (0, 1):
        yield "shifted index", f"{node.value + 1} for {node.value}", ast.Constant(node.value + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        called, argument = node.func.attr, node.args[0]
        if called == "sqrt":
            yield "root", f"root of {_shown(argument)} forgotten", argument
        if called in _FUNCTIONS:
            function = ast.Attribute(node.func.value, _FUNCTIONS[called], ast.Load())
            words = f"{_FUNCTIONS[called]} for {called} of {_shown(argument)}"
            yield "function", words, ast.Call(function, [argument], [])
        if called == "sum":
            mean = ast.Attribute(node.func.value, "mean", ast.Load())
            yield "factor dropped", f"mean for sum of {_shown(argument)}", ast.Call(mean, node.args, node.keywords)
        if called == "solve":
            yield "transpose", "solved for the other side", ast.Call(node.func, node.args[::-1], [])
        if called == "inv":
            yield "transpose", f"{_shown(argument)} for its inverse", argument
    if isinstance(node, ast.Name) and node.id in TABLE_NAMES:
        yield "square", f"{node.id} squared", ast.BinOp(node, ast.Pow(), ast.Constant(2))
        yield "factor 2", f"factor 2 on {node.id}", ast.BinOp(ast.Constant(2), ast.Mult(), node)
        for q in arguments:
            operator = _operator(node.id, q)
            if q != node.id and operator:
                yield operator, f"{q} for {node.id}", ast.Name(q, ast.Load())


def _of_outputs(tree: ast.Module) -> Iterator[Mistake]:
    last = tree.body[0].body[-1]  # type: ignore[attr-defined]
    if not isinstance(last.value, ast.Tuple):
        i = next(i for i, node in enumerate(ast.walk(tree)) if node is last.value)
        yield "sign", "sign of the result", _with(tree, i, ast.UnaryOp(ast.USub(), last.value))
        yield "factor 2", "factor 2 on the result", _with(tree, i, ast.BinOp(ast.Constant(2), ast.Mult(), last.value))
        return
    for one, other in combinations(range(len(last.value.elts)), 2):
        wrong = copy.deepcopy(tree)
        outputs = wrong.body[0].body[-1].value.elts  # type: ignore[attr-defined]
        outputs[one], outputs[other] = outputs[other], outputs[one]
        words = f"outputs {_shown(outputs[other])} and {_shown(outputs[one])} exchanged"
        yield "swapped symbols", words, ast.unparse(ast.fix_missing_locations(wrong))


def _with(tree: ast.Module, index: int, other: ast.expr) -> str:
    """The source with another expression for the one at this place of the walk."""
    kept = copy.deepcopy(other)
    wrong = copy.deepcopy(tree)
    target = list(ast.walk(wrong))[index]

    class Put(ast.NodeTransformer):
        def visit(self, node):
            return kept if node is target else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Put().visit(wrong)))


def _at_the_start(tree: ast.Module, line: str) -> str:
    wrong = copy.deepcopy(tree)
    wrong.body[0].body[:0] = ast.parse(line).body  # type: ignore[attr-defined]
    if "xp." in line and "xp" not in [a.arg for a in wrong.body[0].args.kwonlyargs]:  # type: ignore[attr-defined]
        wrong.body[0].args.kwonlyargs.append(ast.arg("xp"))  # type: ignore[attr-defined]
        wrong.body[0].args.kw_defaults.append(None)  # type: ignore[attr-defined]
    return ast.unparse(ast.fix_missing_locations(wrong))


def _shown(node: ast.expr, most: int = 40) -> str:
    text = ast.unparse(node).replace("xp.", "")
    return text if len(text) <= most else text[: most - 3] + "..."


TABLE_NAMES = {row.name for row in TABLE.values()}


def compiled(source: str, mathematics=math):
    """The function that a printed source defines."""
    space: dict = {"math": mathematics}
    exec(compile(source, "<mutant>", "exec"), space)
    return next(v for n, v in space.items() if n not in ("math", "__builtins__"))


# ---- balls --------------------------------------------------------------------------------------------


class BallNamespace:
    """As much of an array library as printed formulas use, on arrays of balls."""

    pi = arb.pi()
    roll, mean = staticmethod(np.roll), staticmethod(np.mean)

    def __init__(self):
        self.linalg = self

    def __getattr__(self, called):
        method = {"sqrt": "sqrt"} | balls.FUNCTIONS
        return np.frompyfunc(lambda b: getattr(arb(b), method[called])(), 1, 1)

    def sum(self, values, axis):
        return np.sum(values, axis=axis)

    def eye(self, n, **_):
        return np.array([[arb(int(i == j)) for j in range(n)] for i in range(n)], dtype=object)

    def solve(self, matrix, right):
        return _eliminate(matrix, right)

    def inv(self, matrix):
        return _eliminate(matrix, self.eye(len(matrix)))


def as_arrays(equation, point) -> dict:
    """What a printed function is given at a point of the ball witness, by argument name."""

    def array(v):
        if isinstance(v, list):
            return np.array(v, dtype=object)
        if isinstance(v, arb_mat):
            entries = np.array([[v[i, j] for j in range(v.ncols())] for i in range(v.nrows())], dtype=object)
            return entries[:, 0] if v.ncols() == 1 else entries
        return v

    return {TABLE[q].name: array(point[q]) for q in equation.inputs}
