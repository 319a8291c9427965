"""Released libraries against the equations, as `refimpl conform` holds them. Not in the default run:

make conform        (installs the libraries into .venv-conform and writes the scoreboard)
.venv-conform/bin/python -m pytest -m against
"""

import re
from collections import Counter
from fnmatch import fnmatchcase

import pytest

from refimpl.conform import report
from refimpl.conform.known import known_differences, normal, within
from refimpl.conform.library import libraries, pip_line
from refimpl.conform.run import Outcome, quiet, run

LIBRARIES = libraries()
pytestmark = [pytest.mark.against, pytest.mark.parametrize("name", LIBRARIES)]


@pytest.fixture
def library(name):
    one = LIBRARIES[name]
    if one.missing:
        pytest.skip(f"{', '.join(one.missing)} not installed: {pip_line(one)}")
    return one


@pytest.fixture
def checks(library):
    with quiet():
        return library.checks()


def test_nothing_is_new_and_nothing_is_fixed(library, checks):
    outcome = Outcome(library.package, library.version, library.written_against, len(checks))
    run(library, checks, known_differences(), outcome)
    assert outcome.results and outcome.good, f"{report.other_version(outcome)}\n{report.closing(outcome)}"


def test_ids_are_readable_and_each_has_one_check(checks):
    ids = [check.id for check in checks]
    assert [id for id, times in Counter(ids).items() if times > 1] == []
    assert [id for id in ids if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", id)] == []


def test_every_check_says_what_it_tests_in_a_sentence(checks):
    assert [check.id for check in checks if not re.fullmatch(r"\S.*\.", check.statement)] == []


def test_every_known_difference_of_this_version_has_a_check(library, checks):
    listed = [
        each
        for each in known_differences()
        if normal(each.package) == normal(library.package) and within(library.version, each.versions)
    ]
    ids = [check.id for check in checks]
    assert [each.check for each in listed if not any(fnmatchcase(id, each.check) for id in ids)] == []
