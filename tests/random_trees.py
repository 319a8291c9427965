"""Formulas drawn at random, typed as an author would type them: what the printers are tried on."""

from __future__ import annotations

import random

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derivations.notation import *

NUMBERS = (alpha, sigma, x, data, t, beta_min, dsigma)  # symbols, functions of time, a parameter, one that is negative
OF_COMPONENTS = (weight, component_density, component_velocity)
VECTORS = (x, data, mean)
MATRICES = (covariance, posterior_covariance)
CONSTANTS = (2, 3, -1, -2, sp.Rational(1, 2), sp.Rational(-1, 2), sp.Rational(-3, 4), sp.pi)
EXPONENTS = (2, 3, -1, -2, -3, sp.S.Half, -sp.S.Half, sp.Rational(3, 2), sp.Rational(-3, 2), sp.Rational(2, 3))
FUNCTIONS = (sp.exp, expm1, log1p, sp.log, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.Abs)


def formula(rng: random.Random, depth: int, *, inside: bool = False):
    """A formula in numbers, elementwise; `inside` of a sum over the components it names what belongs to them."""
    if depth == 0 or rng.random() < 0.1:
        leaves = OF_COMPONENTS if inside and rng.random() < 0.5 else NUMBERS if rng.random() < 0.75 else CONSTANTS
        return sp.sympify(rng.choice(leaves))
    more = lambda: formula(rng, depth - 1, inside=inside)  # noqa: E731
    with sp.evaluate(False):
        match rng.choice(("sum", "sum", "product", "product", "quotient", "power", "function", "minus", "over all")):
            case "sum":
                return more() + more()
            case "minus":
                return more() - more() if rng.random() < 0.6 else -more()
            case "product":
                return more() * more()
            case "quotient":
                return more() / more()
            case "power":
                return more() ** rng.choice(EXPONENTS)
            case "function":
                return rng.choice(FUNCTIONS)(more())
        if inside:
            return more() * more()
        return over_components(rng.choice(OF_COMPONENTS) * formula(rng, depth - 1, inside=True))


def matrix(rng: random.Random, depth: int):
    """A matrix that is well away from a singular one where its matrices are."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(MATRICES)
    more = lambda: matrix(rng, depth - 1)  # noqa: E731
    with sp.evaluate(False):
        match rng.choice(("sum", "identity", "product", "inverse", "power", "multiple")):
            case "sum":
                return more() + more()
            case "identity":
                return alpha**2 * more() + sigma**2
            case "product":
                return more() * more()
            case "inverse":
                return more() ** -1
            case "power":
                return more() ** rng.choice((2, -2))
        return rng.choice((sigma * more(), more() * sigma, more() / alpha, -more(), 2 * more()))


def vector(rng: random.Random, depth: int):
    """A vector on which matrices act, from either side as people type it."""
    if depth == 0:
        return rng.choice(VECTORS)
    with sp.evaluate(False):
        one, other = matrix(rng, rng.choice((0, 1))), vector(rng, depth - 1)
        match rng.choice(("left", "right", "quotient", "sum", "multiple")):
            case "left":
                return one * other
            case "right":
                return other * one
            case "quotient":
                return other / one
            case "sum":
                return other - rng.choice(VECTORS)
        return rng.choice((alpha * other, other / sigma, -other, other * one * sigma))
