"""A second reading of the printed LaTeX, back to a value, by a parser that shares nothing with the printer.

Only the mathematics that claims use: sums, products by juxtaposition, fractions, roots, powers, named functions,
sums over components. Symbols are the LaTeX of the notation table; what is not known is an error.
"""

from __future__ import annotations

import re

from flint import arb

COMMANDS = {rf"\{name}": name for name in ("log", "sinh", "cosh", "tanh", "sin", "cos", "tan", "exp")}
COMMANDS |= {rf"\operatorname{{{name}}}": name for name in ("expm1", "log1p", "atan")}


class Reader:
    """Reads one LaTeX expression; `symbols` maps LaTeX to a ball, or to a list with one for each component."""

    def __init__(self, text: str, symbols: dict):
        self.text, self.symbols, self.at, self.component = text, symbols, 0, 0
        self.names = sorted(symbols, key=len, reverse=True)

    def read(self):
        value = self.sum()
        if self.peek():
            raise ValueError(f"left over: {self.text[self.at :]}")
        return value

    def peek(self) -> str:
        while self.at < len(self.text) and (self.text[self.at] == " " or self.text.startswith("\\,", self.at)):
            self.at += 1 if self.text[self.at] == " " else 2
        return self.text[self.at :]

    def take(self, token: str) -> bool:
        if self.peek().startswith(token):
            self.at += len(token)
            return True
        return False

    def need(self, token: str) -> None:
        if not self.take(token):
            raise ValueError(f"expected {token} at: {self.peek()}")

    def sum(self):
        negative = self.take("-")
        total = self.product()
        total = -total if negative else total
        while True:
            if self.take("+"):
                total = total + self.product()
            elif self.take("-"):
                total = total - self.product()
            else:
                return total

    def product(self):
        value = self.power()
        while (rest := self.peek()) and not rest.startswith(("+", "-", "}", "\\right", "=", "&")):
            self.take("\\cdot")
            value = value * self.power()
        return value

    def power(self):
        base = self.atom()
        return raised(base, self.group()) if self.take("^") else base

    def group(self):
        if self.take("{"):
            value = self.sum()
            self.need("}")
            return value
        match = re.match(r"\d", self.peek())
        if not match:
            raise ValueError(f"no group at: {self.peek()}")
        self.at += 1
        return arb(match[0])

    def atom(self):
        rest = self.peek()
        for name in self.names:  # the longest symbol first; a symbol may begin like a command
            if rest.startswith(name) and not (
                name[-1].isalpha() and name.startswith("\\") and rest[len(name) :][:1].isalpha()
            ):
                self.at += len(name)
                value = self.symbols[name]
                return value[self.component] if isinstance(value, list) else value
        if number := re.match(r"\d+", rest):
            self.at += number.end()
            return arb(number[0])
        if self.take("\\left("):
            value = self.sum()
            self.need("\\right)")
            return value
        if self.take("\\left|{"):
            value = abs(self.sum())
            self.need("}\\right|")
            return value
        if self.take("\\frac"):
            above = self.group()
            return above / self.group()
        if self.take("\\sqrt"):
            return self.group().sqrt()
        if self.take("\\pi"):
            return arb.pi()
        if self.take("e^"):
            return self.group().exp()
        if match := re.match(r"\\sum_\{[jk]=1\}\^\{K\}", rest):
            self.at += match.end()
            return self.over_components()
        for command, name in COMMANDS.items():
            if self.take(command):
                power = self.group() if self.take("^") else arb(1)
                return raised(getattr(self.argument(), name)(), power)
        raise ValueError(f"unknown at: {rest}")

    def argument(self):
        braced = self.take("{")
        value = self.atom()
        if braced:
            self.need("}")
        return value

    def over_components(self):
        start, total = self.at, arb(0)
        for component in range(max(len(v) for v in self.symbols.values() if isinstance(v, list))):
            self.at, self.component = start, component
            total += self.product()
        self.component = 0
        return total


def raised(base, exponent):
    whole = int(exponent.unique_fmpz() or 0)
    return base**whole if exponent.is_integer() else base**exponent
