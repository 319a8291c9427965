"""The ledger that the test run prints at its end: equations by verdict, near misses rejected, experiments."""

from __future__ import annotations

from collections import Counter

import pytest


class Ledger:
    """What the battery found out, for the terminal summary."""

    def __init__(self) -> None:
        self.verdicts: dict[str, str] = {}
        self.residual_bits = float("-inf")
        self.witness_digits = float("inf")
        self.misses: set[tuple[str, str]] = set()
        self.statistics: dict[str, tuple[float, float]] = {}

    def proved(self, proof) -> None:
        self.verdicts[proof.id] = proof.verdict.name if proof.verdict else "FAILED"
        self.residual_bits = max(self.residual_bits, proof.residual_bits)
        self.witness_digits = min(self.witness_digits, proof.witness_digits or 0.0)

    def rejected(self, equation: str, name: str) -> None:
        self.misses.add((equation, name))

    def experiment(self, name: str, statistic: float, threshold: float) -> None:
        self.statistics[name] = max(self.statistics.get(name, (0.0, threshold)), (abs(statistic), threshold))


LEDGER = Ledger()


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return LEDGER


def pytest_terminal_summary(terminalreporter) -> None:
    if not LEDGER.verdicts and not LEDGER.statistics:
        return
    write = terminalreporter.write_line
    terminalreporter.section("the ledger of equations")
    if LEDGER.verdicts:
        counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(Counter(LEDGER.verdicts.values()).items()))
        write(
            f"equations: {counts}; largest residual 2^{LEDGER.residual_bits:.0f}, "
            f"fewest witness digits {LEDGER.witness_digits:.1f}"
        )
        write(f"near misses rejected: {len(LEDGER.misses)}")
    if LEDGER.statistics:
        name, (statistic, threshold) = max(LEDGER.statistics.items(), key=lambda item: item[1][0] / item[1][1])
        write(
            f"experiments: {len(LEDGER.statistics)}; "
            f"largest statistic {statistic:.2f} of {threshold:.2f} allowed ({name})"
        )
