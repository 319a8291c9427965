"""The ledger that the test run prints at its end: equations by verdict, near misses rejected, experiments."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest


class Ledger:
    """What one test found out, kept in its report: so it reaches the summary from whichever process ran the test."""

    def __init__(self, kept: list[tuple[str, Any]]) -> None:
        self.kept = kept

    def proved(self, proof) -> None:
        verdict = proof.verdict.name if proof.verdict else "FAILED"
        self.kept.append(("proof", (proof.id, verdict, proof.residual_bits, proof.witness_digits or 0.0)))

    def rejected(self, equation: str, name: str) -> None:
        self.kept.append(("miss", (equation, name)))

    def experiment(self, name: str, statistic: float, threshold: float) -> None:
        self.kept.append(("experiment", (abs(statistic) / threshold, statistic, threshold, name)))


@pytest.fixture
def ledger(request) -> Ledger:
    return Ledger(request.node.user_properties)


def pytest_terminal_summary(terminalreporter) -> None:
    found: dict[str, list[tuple]] = {"proof": [], "miss": [], "experiment": []}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for kind, entry in report.user_properties:
                    if kind in found:
                        found[kind].append(tuple(entry))
    write = terminalreporter.write_line
    if any(found.values()):
        terminalreporter.section("the ledger of equations")
    if found["proof"]:
        _, verdicts, bits, digits = zip(*found["proof"], strict=True)
        counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(Counter(verdicts).items()))
        write(f"equations: {counts}; largest residual 2^{max(bits):.0f}, fewest witness digits {min(digits):.1f}")
    if found["miss"]:
        write(f"near misses rejected: {len(set(found['miss']))}")
    if found["experiment"]:
        _, statistic, threshold, name = max(found["experiment"])
        write(
            f"experiments: {len(found['experiment'])}; "
            f"largest statistic {statistic:.2f} of {threshold:.2f} allowed ({name})"
        )
