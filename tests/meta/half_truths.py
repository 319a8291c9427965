"""By hand, in the words of the chapters: identities that hold on a part of the domain, and ones that say nothing.

Each section is a list of pairs. Nothing is assumed but the signs of the symbols: alpha, sigma and t are positive,
points and log_snr are real.
"""

# ruff: noqa: E501 (one identity, one line)
import sympy as sp
from sympy import Abs, Integral, Rational, acos, asin, atan, cos, cosh, exp, log, pi, sin, sinh, sqrt, tan, tanh
from sympy.codegen.cfunctions import expm1

from derivations.notation import *

j = sp.Symbol("j", integer=True, positive=True)
away = x - alpha * data
LINE = (-sp.oo, sp.oo)


def over(term, index=k, first=1, last=components):
    return sp.Sum(term, (index, first, last))


def line(term, variable=x):
    return Integral(term, (variable, *LINE))


ROOTS = [
    (sqrt(away**2), away),
    (sqrt(away**2) / sigma, away / sigma),
    (sqrt(1 - alpha**2) * sqrt(1 - sigma**2), sqrt((1 - alpha**2) * (1 - sigma**2))),
    (sqrt((1 - alpha) / (1 - sigma)), sqrt(1 - alpha) / sqrt(1 - sigma)),
    (sqrt(1 / (1 - alpha)), 1 / sqrt(1 - alpha)),
    (sqrt((1 - alpha) ** 2), 1 - alpha),
    (sqrt(1 - 2 * alpha + alpha**2), 1 - alpha),
    (sqrt((alpha - sigma) ** 2), alpha - sigma),
    (sqrt(alpha**2 + sigma**2 - 2 * alpha * sigma), sigma - alpha),
    (sqrt(x) * sqrt(data), sqrt(x * data)),
    (sqrt(x - 1) * sqrt(x + 1), sqrt(x**2 - 1)),
    (sqrt(away**3), away * sqrt(away)),
    (sqrt(sqrt(away**2)), sqrt(away)),
    ((away**2) ** Rational(1, 4), sqrt(away)),
    ((away**4) ** Rational(1, 4), away),
    (sqrt(-x) * sqrt(-data), sqrt(x * data)),
    (sqrt(x * data) ** 3, sqrt(x) ** 3 * sqrt(data) ** 3),
    (sqrt(x + sqrt(x**2 - 1)), sqrt((x + 1) / 2) + sqrt((x - 1) / 2)),
    (sqrt(x**2 * (alpha**2 + 1)), x * sqrt(alpha**2 + 1)),
    (x / sqrt(x**2), sp.S.One),
    (sqrt(x**2 + 2 * x * data + data**2), x + data),
    (sqrt(alpha * x) * sqrt(data / alpha), sqrt(x * data)),
    (sqrt(log_snr**2) / log_snr, log_snr / sqrt(log_snr**2) + Abs(log_snr) - log_snr),
    (sqrt(dalpha**2), dalpha),
    (sqrt(slope**2), slope),
    (sqrt(squared_norm * x**2), sqrt(squared_norm) * x),
    (sqrt(alpha * dsigma) * sqrt(sigma * dalpha), sqrt(alpha * sigma * dalpha * dsigma)),
]

LOGARITHMS = [
    (log(away**2), 2 * log(away)),
    (log(away**2 / sigma**2), 2 * log(away) - 2 * log(sigma)),
    (log(1 / (1 - alpha)), -log(1 - alpha)),
    (log((1 - alpha) / (1 - sigma)), log(1 - alpha) - log(1 - sigma)),
    (log((1 - alpha) ** 2), 2 * log(1 - alpha)),
    (exp(log(away**2) / 2), away),
    (log(exp(x) * sqrt(data**2)), x + log(data)),
    (log(x**2 * data**2), 2 * log(x * data)),
    (log(x * data), log(-x) + log(-data)),
    (log(-(x**2) * data), log(x**2) + log(-1 * data) + Abs(x) - x),
    (log(x / data), -log(data / x)),
    (log(dalpha * dsigma), log(dalpha) + log(dsigma)),
    (log(Abs(slope * next_slope)), log(slope) + log(next_slope)),
    (log((1 - exp(log_snr)) / (1 - exp(level))), log(1 - exp(log_snr)) - log(1 - exp(level))),
    (log(expm1(log_snr) * expm1(level)), log(expm1(log_snr)) + log(expm1(level))),
    (log(exp(4 * sqrt(x))), 4 * sqrt(x)),
    (log(sinh(log_snr) ** 2), 2 * log(sinh(log_snr))),
    (log(Abs(tanh(log_snr))), log(tanh(log_snr))),
]

ABSOLUTE_VALUES = [
    (Abs(away) / sigma, away / sigma),
    (Abs(alpha - sigma), alpha - sigma),
    (x / Abs(x), sp.S.One),
    (Abs(x) + Abs(data), Abs(x + data)),
    (Abs(x - data), Abs(x) - Abs(data)),
    (Abs(x * data), x * Abs(data)),
    (Abs(x) ** 3, x**3),
    (Abs(dalpha * sigma - alpha * dsigma), dalpha * sigma - alpha * dsigma),
]

ARCS = [
    (atan(x) + atan(1 / x), pi / 2),
    (atan(away / sigma) + atan(sigma / away), pi / 2),
    (acos(sigma / sqrt(sigma**2 + away**2)), atan(away / sigma)),
    (acos(away / sqrt(sigma**2 + away**2)), atan(sigma / away)),
    (asin(away / sqrt(sigma**2 + away**2)), acos(sigma / sqrt(sigma**2 + away**2))),
    (atan(x / data), pi / 2 - atan(data / x)),
    (asin(sqrt(1 - tanh(log_snr) ** 2)), acos(tanh(log_snr))),
    (asin(1 / cosh(log_snr)), acos(tanh(log_snr))),
    (2 * atan(exp(log_snr)), asin(1 / cosh(log_snr))),
    (2 * atan(exp(log_snr)), pi - asin(1 / cosh(log_snr))),
    (atan(sinh(log_snr)), acos(1 / cosh(log_snr))),
    (asin(sin(log_snr)), log_snr),
    (acos(cos(2 * angle)), 2 * angle),
    (atan(tan(2 * angle)), 2 * angle),
    (atan(alpha) + atan(sigma), atan((alpha + sigma) / (1 - alpha * sigma))),
    (2 * atan(alpha), atan(2 * alpha / (1 - alpha**2))),
    (2 * asin(alpha), asin(2 * alpha * sqrt(1 - alpha**2))),
]

TURNS_AND_HYPERBOLICS = [
    (sqrt(1 - cos(log_snr) ** 2), sin(log_snr)),
    (sqrt(1 - sin(angle) ** 2), cos(angle)),
    (sqrt(cos(log_snr) ** 2), cos(log_snr)),
    (sqrt((1 + cos(4 * log_snr)) / 2), cos(2 * log_snr)),
    (sqrt((1 - cos(4 * angle)) / 2), sin(2 * angle)),
    (tan(log_snr / 2), sqrt((1 - cos(log_snr)) / (1 + cos(log_snr)))),
    (sqrt(cosh(log_snr) ** 2 - 1), sinh(log_snr)),
    (sqrt((cosh(log_snr) - 1) / 2), sinh(log_snr / 2)),
    (sqrt(1 - 1 / cosh(log_snr) ** 2), tanh(log_snr)),
    (tanh(log_snr / 2), sqrt((cosh(log_snr) - 1) / (cosh(log_snr) + 1))),
    (sqrt(exp(2 * log_snr) - 2 * exp(log_snr) + 1), exp(log_snr) - 1),
    (Abs(sinh(log_snr)), sinh(log_snr)),
    (sqrt(expm1(log_snr) * expm1(level)), sqrt(expm1(log_snr)) * sqrt(expm1(level))),
    (log(1 - exp(log_snr)), log_snr + log(exp(-log_snr) - 1) + Abs(log_snr) - log_snr),
]

POWERS = [
    (x**power * data**power, (x * data) ** power),
    ((x**2) ** power, x ** (2 * power)),
    ((away**2) ** (power / 2), away**power),
    (((1 - t) ** 2) ** power, (1 - t) ** (2 * power)),
    ((1 - t) ** power * (1 - s) ** power, ((1 - t) * (1 - s)) ** power),
    ((1 / (1 - t)) ** power, (1 - t) ** (-power)),
    ((x**3) ** Rational(1, 3), x),
    ((away**3) ** Rational(1, 3), away),
    ((exp(x) ** data) ** Rational(1, 2) * sqrt(x**2), exp(x * data / 2) * x),
    ((drift_slope**power) ** (1 / power), drift_slope),
]

SUMS = [
    (over(sqrt(weight**2 * x**2)), x * over(weight)),
    (over(Abs(x * weight)), x * over(weight)),
    (over(weight * x * k), x * k * over(weight)),
    (over(data_point**2), over(data_point) ** 2),
    (over(weight * data_point), over(weight) * over(data_point)),
    (k * over(weight), over(k * weight)),
    (over(weight) / over(weight * k), over(1 / k)),
    (over(over(j * k, j, 1, k)), over(k) * over(j, j)),
    (over(over(sp.S.One, j, 1, k)), over(over(sp.S.One, j))),
    (over(sp.S.One, j, 1, k) * over(sp.S.One), over(over(sp.S.One, j, 1, k))),
    (over(weight), over(weight, k, 2)),
    (over(x, k, 1, 3), 4 * x),
    (over(sqrt(data_point**2)), over(data_point)),
    (over(Abs(data_point)), Abs(over(data_point))),
    (sqrt(over(data_point) ** 2), over(data_point)),
    (log(over(data_point) ** 2), 2 * log(over(data_point))),
]

INTEGRALS = [
    (line(x), sp.S.Zero),
    (line(x * exp(-(x**2))) + line(sp.S.One), line(sp.S.One)),
    (line(x**2), line(x**2)),
    (line(exp(x)), line(exp(x))),
    (line(exp(x**2)), line(exp(x**2))),
    (line(exp(-alpha * x)), line(exp(-alpha * x))),
    (line(exp(-data * x**2)), line(exp(-data * x**2))),
    (line(exp(-(x**4)) / x), line(exp(-(x**4)) / x)),
    (line(1 / (1 + x)), line(1 / (1 + x))),
    (Integral(1 / x, (x, -1, 1)), Integral(1 / x, (x, -1, 1))),
    (Integral(1 / x, (x, 0, 1)), Integral(1 / x, (x, 0, 1))),
    (Integral(log(x), (x, -1, 1)), Integral(log(x), (x, -1, 1))),
    (line(Abs(x) * exp(-(x**2))), line(x * exp(-(x**2)))),
    (line(exp(-((x - data) ** 2))), line(exp(-(x**2))) + data),
    (Integral(x, (x, 0, 1)), x * Integral(1, (x, 0, 1))),
    (Integral(x * data, (x, 0, data)), data * Integral(x, (x, 0, 1))),
    (Integral(sqrt(t**2), (t, -1, 1)), Integral(t, (t, -1, 1))),
    (line(exp(-(x**2)) * cos(x)), cos(x) * line(exp(-(x**2)))),
    (line(exp(-(x**2)) * atan(x)), atan(x) * line(exp(-(x**2)))),
    (line(exp(-(x**2)) * log(1 + x**2)), log(1 + x**2) * line(exp(-(x**2)))),
    (line(component_density * Abs(x)), line(component_density * x)),
    (line(prior_density * data, data), data * line(prior_density, data)),
    (line(prior_density, data) ** 2, line(prior_density**2, data)),
    (line(prior_density * sqrt(data**2), data), line(prior_density * data, data)),
    (line(prior_density / data, data), line(prior_density / data, data)),
    (line(some_velocity * conditional_density, data), some_velocity * line(conditional_density, data)),
    (line(some_velocity.diff(x) * conditional_density, data), some_velocity.diff(x) * line(conditional_density, data)),
    (line(prior_density, data), Integral(prior_density, (data, 0, sp.oo))),
    (line(over(weight * component_density * x)), x * over(weight * line(component_density))),
]

half = sqrt(x**2) - x
hidden = atan(alpha) + atan(1 / alpha) - pi / 2
nested = sqrt(3 + 2 * sqrt(2)) - 1 - sqrt(2)
split = over(weight * x) - x * over(weight)
NOTHING = [
    (x / zero, x / zero)
    for zero in (
        half, cosh(log_snr) ** 2 - sinh(log_snr) ** 2 - 1, hidden, nested, split, Integral(x, (x, -1, 1)),
        sqrt(alpha**2 + 2 * alpha * sigma + sigma**2) - alpha - sigma,
        sin(log_snr) ** 2 + cos(log_snr) ** 2 - 1, line(data * x * exp(-(x**2))), log(alpha * sigma) - log(alpha) - log(sigma),
    )
]  # fmt: skip

SECTIONS = {
    "roots": ROOTS,
    "logarithms": LOGARITHMS,
    "absolute values": ABSOLUTE_VALUES,
    "arcs": ARCS,
    "turns and hyperbolics": TURNS_AND_HYPERBOLICS,
    "powers": POWERS,
    "sums": SUMS,
    "integrals": INTEGRALS,
    "divided by nothing": NOTHING,
}
