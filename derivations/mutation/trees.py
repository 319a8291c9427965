"""Mistakes made mechanically in typed trees. Each yields (operator, readable name, wrong tree)."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from derivations.engine.print_code import CodePrinter
from derivations.engine.print_latex import without_minus
from derivations.notation import *

Mistake = tuple[str, str, sp.Expr]

# What people take for one another: (this, for that). Each is tried in both directions.
KINDS: tuple[tuple[str, tuple[tuple[sp.Expr, sp.Expr], ...]], ...] = (
    (
        "swapped symbols",
        (
            (alpha, sigma),
            (dalpha, dsigma),
            (data, noise),
            (alpha_s, sigma_s),
            (beta_min, beta_max),
            (velocity, score),
            (drift, squared_diffusion),
            (mean, x),
            (prior_score, likelihood_score),
            (posterior_mean, expected_noise),
        ),
    ),
    ("shifted index", ((alpha, alpha_s), (sigma, sigma_s), (x, x_s), (t, s))),
    (
        "derivative",
        (
            (alpha, dalpha),
            (sigma, dsigma),
            (dsigma, half_variance_rate),
            (dalpha, ddalpha),
            (dsigma, ddsigma),
            (stretch, dstretch),
            (path_mean, dpath_mean),
        ),
    ),
    (
        "conditional for marginal",
        (
            (data, posterior_mean),
            (noise, expected_noise),
            (velocity, marginal_velocity),
            (score, marginal_score),
            (v_prediction, expected_v_prediction),
            (conditional_density, marginal_density),
            (component_prior, prior_density),
        ),
    ),
    ("transpose", tuple((entries[i][j], entries[j][i]) for i in range(3) for j in range(i))),
)
SPREADS = (variance, covariance, *variances)  # of the data: without it, one data point is all there is
FUNCTIONS = {sp.sin: sp.cos, sp.cos: sp.sin, sp.sinh: sp.cosh, sp.cosh: sp.sinh, sp.tanh: sp.sinh}


def mistakes(tree, usable) -> Iterator[Mistake]:
    """All mistakes in a tree. `usable`: the quantities that a formula may name here."""
    with sp.evaluate(False):
        yield "sign", "sign of the whole", _negated(tree)
        yield "factor 2", "factor 2 on the whole", 2 * tree
        for place, node in _nodes(tree):
            for operator, words, changed in _at_node(node):
                yield operator, words, _replaced(tree, place, changed)
        yield from _of_quantities(tree, usable)


def _nodes(tree, place=()) -> Iterator[tuple[tuple[int, ...], sp.Basic]]:
    """Every part of a tree that is a formula of its own; quantities of the table are not taken apart."""
    yield place, tree
    if tree in TABLE or not tree.args:
        return
    for i, arg in enumerate(tree.args):
        if isinstance(arg, sp.Expr):  # not the variables of a sum, an integral or a derivative
            yield from _nodes(arg, (*place, i))


def quantities(all_trees) -> set:
    """What is named in some trees."""
    return {node for tree in all_trees for _, node in _nodes(tree) if node in TABLE}


def _replaced(tree, place, changed):
    """The tree with another part at one place."""
    if not place:
        return changed
    args = list(tree.args)
    args[place[0]] = _replaced(args[place[0]], place[1:], changed)
    if isinstance(tree, sp.Sum | sp.Integral):
        rebuilt = sp.Expr.__new__(tree.func, *args)
        rebuilt.is_commutative = True  # as typed: the constructor would put a factor 1 in front
        return rebuilt
    return tree.func(*args)


def _negated(tree):
    positive = without_minus(tree)
    return -tree if positive is None else positive


def _at_node(node) -> Iterator[Mistake]:
    text = shown(node)
    if node.is_Add and node not in TABLE:
        for i, arg in enumerate(node.args):
            before, after, term = node.args[:i], node.args[i + 1 :], f"term {i + 1} of {text}"
            yield "sign", f"sign of {term}", sp.Add(*before, _negated(arg), *after)
            yield "factor 2", f"factor 2 on {term}", sp.Add(*before, 2 * arg, *after)
            rest = (*before, *after)
            yield "term dropped", f"{term} dropped", rest[0] if len(rest) == 1 else sp.Add(*rest)
    if node == 2 and node.is_Integer:
        yield "2 and 1/2", "1/2 for 2", sp.S.Half
        yield "shifted index", "1 for 2", sp.S.One
    if node.is_Integer and node in (0, 1):
        yield "shifted index", f"{node + 1} for {node}", node + 1
    if node is sp.S.Half:
        yield "2 and 1/2", "2 for 1/2", sp.Integer(2)
    if node.is_Pow and node.exp == 2:
        yield "square", f"square of {shown(node.base)} forgotten", node.base
    if node.is_Pow and node.exp is sp.S.Half:
        yield "root", f"root of {shown(node.base)} forgotten", node.base
    if node.is_Pow and node.exp is sp.S.NegativeOne:
        yield "square", f"{shown(node.base)} squared in the denominator", 1 / node.base**2
        yield "power -1", f"times {shown(node.base)}, not divided by it", node.base
    if node.func in FUNCTIONS and len(node.args) == 1:
        other = FUNCTIONS[node.func]
        yield "function", f"{other.__name__} for {node.func.__name__} of {shown(node.args[0])}", other(*node.args)
    if isinstance(node, sp.Derivative) and node not in TABLE:
        yield "derivative", f"derivative of {shown(node.expr)} forgotten", node.expr
    if isinstance(node, sp.Sum):
        yield "shifted index", f"sum of {shown(node.function)} forgotten", node.function
    if isinstance(node, sp.Expr) and node in (step_index, step_count, components):
        yield "shifted index", f"{shown(node)} + 1 for {shown(node)}", node + 1
        yield "shifted index", f"{shown(node)} - 1 for {shown(node)}", node - 1


def _of_quantities(tree, usable) -> Iterator[Mistake]:
    """One quantity for another, at one place or everywhere; squares; time from data to noise."""
    named = [(place, node) for place, node in _nodes(tree) if node in TABLE]
    inside = list(dict.fromkeys(node for _, node in named))
    for operator, pairs in KINDS:
        for one, other in pairs:
            if one in inside and other in inside:
                words = f"{name(one)} and {name(other)} exchanged"
                yield operator, words, _renamed(tree, {one: other, other: one})
            for wrong, right in ((one, other), (other, one)):
                if right in inside and wrong in usable:
                    places = [place for place, node in named if node == right]
                    for n, place in enumerate(places, 1):
                        which = f" (occurrence {n})" if len(places) > 1 else ""
                        yield operator, f"{name(wrong)} for {name(right)}{which}", _replaced(tree, place, wrong)
                    if len(places) > 1:
                        words = f"{name(wrong)} for {name(right)} everywhere"
                        yield operator, words, _renamed(tree, {right: wrong})
    known = {q for _, pairs in KINDS for pair in pairs for q in pair}
    for one, other in _alike([q for q in inside if q not in known]):
        yield "swapped symbols", f"{name(one)} and {name(other)} exchanged", _renamed(tree, {one: other, other: one})
    for q in inside:
        yield "square", f"{name(q)} squared", _renamed(tree, {q: q**2})
    for q in inside:
        if q in SPREADS:
            yield "conditional for marginal", f"{name(q)} = 0: one data point", _renamed(tree, {q: sp.S.Zero})
        if q in (component_density, conditional_density):
            yield "conditional for marginal", f"{name(q)} = 1: prior for posterior", _renamed(tree, {q: sp.S.One})
    if t in inside:
        yield "reversed time", "1 - t for t", _renamed(tree, {t: 1 - t})
    if rates := [q for q in inside if q in (dalpha, dsigma, half_variance_rate)]:
        yield "reversed time", "rates of the opposite sign", _renamed(tree, {q: -q for q in rates})
    both = {one: other for pair in ((alpha, alpha_s), (sigma, sigma_s), (t, s)) for one, other in (pair, pair[::-1])}
    if {alpha_s, sigma_s, s} & set(inside) and {alpha, sigma, t} & set(inside):
        yield "reversed time", "times t and s exchanged", _renamed(tree, both)


def _alike(quantities) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """Neighbours of the same kind, by their rows: the same domain and the same shape."""
    for i, one in enumerate(quantities):
        for other in quantities[i + 1 :]:
            a, b = TABLE[one], TABLE[other]
            if (a.domain, a.axis, a.vector, a.scalar) == (b.domain, b.axis, b.vector, b.scalar):
                yield one, other
                break


def _renamed(tree, put):
    """Quantities of the table exchanged, without looking into them: alpha(t) holds no t of its own."""
    if tree in TABLE:
        return put.get(tree, tree)
    if not tree.args:
        return tree
    args = [_renamed(arg, put) if isinstance(arg, sp.Expr) else arg for arg in tree.args]
    if isinstance(tree, sp.Sum | sp.Integral):
        rebuilt = sp.Expr.__new__(tree.func, *args)
        rebuilt.is_commutative = True
        return rebuilt
    return tree.func(*args)


def name(quantity) -> str:
    return TABLE[quantity].name


def shown(tree, most=48) -> str:
    """A tree in a line, as code where it can be printed."""
    try:
        text = CodePrinter("array_api", TABLE).code(tree).replace("xp.", "")
    except (TypeError, KeyError, StopIteration):  # integrals, derivatives, abstract functions
        text = sp.sstr(tree, order="none")
    return text if len(text) <= most else text[: most - 3] + "..."
