"""Forty strangers, each through the one check that fits: no false alarm, all mistakes flagged, most of them named."""

from collections import Counter

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: some of the strangers need it")

from tests.meta.strangers import RIGHT, WRONG, Stranger

DIRECT = ("check_field", "check_order", "assert_conforms", "check_likelihood")
OTHERS: list[tuple[Stranger, str]] = []


def judged(strangers):
    found = []
    for stranger in strangers:
        if stranger.missing:
            OTHERS.append((stranger, f"not run: {stranger.needs} is not installed"))
            continue
        passed, words = stranger.verdict()
        found.append((stranger, passed, words))
    return found


def table(rows):
    return "\n".join(f"{stranger.check:<18} {verdict:<8} {stranger.name}: {words}" for stranger, verdict, words in rows)


def test_there_are_forty_and_at_least_eight_go_through_each_kind_of_check():
    assert (len(RIGHT), len(WRONG)) == (20, 20)
    assert len({stranger.name for stranger in RIGHT + WRONG}) == 40
    used = Counter(stranger.check for stranger in RIGHT + WRONG)
    assert sum(used[check] for check in DIRECT) >= 8 and all(used[check] for check in DIRECT)
    assert all(stranger.words for stranger in WRONG) and not any(stranger.words for stranger in RIGHT)


def test_no_false_alarm_on_twenty_that_are_right():
    found = judged(RIGHT)
    alarms = [(stranger, "ALARM", words) for stranger, passed, words in found if not passed]
    print("\n" + table([(stranger, "passed" if passed else "ALARM", words) for stranger, passed, words in found]))
    print("\n".join(f"{stranger.name}: {why}" for stranger, why in OTHERS))
    assert len(found) >= 19 and not alarms, table(alarms)


def test_all_of_twenty_mistakes_are_flagged_and_at_least_fifteen_named():
    rows = []
    for stranger, passed, words in judged(WRONG):
        named = all(phrase in words for phrase in stranger.words)
        rows.append((stranger, "missed" if passed else "named" if named else "flagged", words))
    count = Counter(verdict for _, verdict, _ in rows)
    print("\n" + table(rows) + f"\n{dict(count)}")
    assert len(rows) == 20 and not count["missed"], table(rows)
    assert count["named"] >= 15, table(rows)
