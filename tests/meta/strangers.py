"""Forty strangers: twenty implementations in foreign styles that are right, and twenty with one catalogue mistake each.

Each goes through the one check that fits it. Most are those of the tests beside this file, with the same words.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from refimpl.testing import (
    Evidence,
    NonConformance,
    assert_conforms,
    check_likelihood,
    check_sampler,
    check_schedule,
    check_step,
    check_time_grid,
    probe_conventions,
)
from tests.meta import stranger_fields as fields
from tests.meta import test_strangers_conventions as conventions
from tests.meta import test_strangers_formulas as formulas
from tests.meta import test_strangers_grids as grids
from tests.meta import test_strangers_likelihood as likelihood
from tests.meta import test_strangers_loops as loops
from tests.meta import test_strangers_noise as noise
from tests.meta import test_strangers_sigmas as sigmas
from tests.meta import test_strangers_steps as steps


@dataclass(frozen=True)
class Stranger:
    """One implementation, the check that fits it, and what the check must say if it is wrong."""

    name: str
    check: str
    run: Callable[[], Evidence]
    words: tuple[str, ...] = ()
    needs: str = ""

    @property
    def missing(self) -> bool:
        return bool(self.needs) and importlib.util.find_spec(self.needs) is None

    def verdict(self) -> tuple[bool, str]:
        try:
            found = self.run()
        except NonConformance as failure:
            return False, failure.diagnosis
        return bool(found), found.words


def _of(table: dict[str, Any], case: str, check: Callable[..., Evidence], right: bool, name: str = "") -> Stranger:
    """A row of a table of the tests: wrong, right, options, words."""
    (row,) = [table[key] for key in table if key.startswith(case if ":" in case else f"{case}:")]
    options = row[2] if isinstance(row[2], dict) else {}
    places = () if isinstance(row[2], dict) or row[2] is None else (row[2],)
    chosen = row[1] if right else row[0]
    run = lambda: check(chosen, *places, **options)  # noqa: E731
    return Stranger(name or case, check.__name__, run, () if right else row[3])


def _field(name: str, run: Callable[[], Evidence], words: tuple[str, ...] = (), needs: str = "") -> Stranger:
    order = run in (fields.heun, fields.exponential, fields.second_stage_at_the_first_time)
    return Stranger(name, "check_order" if order else "check_field", run, words, needs)


def _formula(case: str, right: bool, name: str) -> Stranger:
    id, wrong, sound, words = formulas.STRANGERS[case]
    chosen = sound if right else wrong
    return Stranger(name, "assert_conforms", lambda: assert_conforms(chosen, id, edges=False), () if right else words)


def _likelihood(case: str, right: bool, name: str) -> Stranger:
    function, backend, *words = (likelihood.RIGHT if right else likelihood.WRONG)[case]
    run = lambda: check_likelihood(function, backend=backend)  # noqa: E731
    return Stranger(name, "check_likelihood", run, words[0] if words else ())


def _pair(case: str, name: str) -> Stranger:
    pair, times, *_ = conventions.SAID[case]
    return Stranger(name, "probe_conventions", lambda: probe_conventions(pair, times=times))


RIGHT = (
    _of(loops.LOOPS, "row 5", check_sampler, True, "a scheduler class with integer timesteps that fall"),
    _of(loops.LOOPS, "row 2", check_sampler, True, "linear multistep of fourth order, noise or v"),
    _of(loops.LOOPS, "row 14", check_sampler, True, "inversion, from data to noise"),
    _of(loops.LOOPS, "row 25: reversed twice", check_sampler, True, "rectified flow with data at t = 0"),
    _of(sigmas.LOOPS, "row 7", check_sampler, True, "Heun in sigma, with input scaling, noise or v"),
    _of(sigmas.LOOPS, "row 10", check_sampler, True, "second-order multistep in the logarithm of sigma"),
    _of(
        noise.NOISY, "row 9: beta of the table when steps are skipped, in the v", check_sampler, True, "DDPM, skipping"
    ),
    _of(noise.NOISY, "row 15", check_sampler, True, "second-order solver of the reverse SDE"),
    _of(noise.NOISY, "row 24: noise without", check_sampler, True, "Euler-Maruyama with data at t = 0"),
    _of(steps.CASES, "row 26", check_step, True, "one ancestral step from a data prediction"),
    _of(grids.GRIDS, "row 1: the ends", check_time_grid, True, "a shifted grid of sigmas"),
    _of(grids.TABLES, "row 26", check_schedule, True, "a cosine table with integer rows"),
    _pair("v", "a training pair with integer timesteps and v"),
    _likelihood("torch", True, "a likelihood by probes and automatic differentiation"),
    _field("a torch module of images in float32, v-prediction", fields.module_of_images, needs="torch"),
    _field("a jitted noise prediction in log-SNR time", fields.log_snr_in_jax, needs="jax"),
    _field("a preconditioned denoiser in sigma", fields.denoiser_in_sigma),
    _field("noise - data, with data at t = 0", fields.data_at_zero),
    _field("Heun towards t = 0", fields.heun),
    _field("an exponential integrator in log-SNR", fields.exponential),
)
WRONG = (
    _of(grids.GRIDS, "row 1: the ends", check_time_grid, False),
    _of(loops.LOOPS, "row 2", check_sampler, False),
    _of(noise.NOISY, "row 3", check_sampler, False),
    _of(loops.LOOPS, "row 5", check_sampler, False),
    _of(loops.LOOPS, "row 6", check_sampler, False),
    _of(sigmas.LOOPS, "row 7", check_sampler, False),
    _of(noise.NOISY, "row 9: beta of the table when steps are skipped, in the v", check_sampler, False, "row 9"),
    _of(sigmas.LOOPS, "row 10", check_sampler, False),
    _of(steps.CASES, "row 14", check_step, False),
    _of(noise.NOISY, "row 15", check_sampler, False),
    _likelihood("row 21: in PyTorch, with data at t = 0", False, "row 21: integrated from noise to data"),
    _likelihood("probes are not averaged", False, "row 23: probes are not averaged"),
    _of(noise.NOISY, "row 24: noise without", check_sampler, False, "row 24: no drift correction"),
    _of(loops.LOOPS, "row 25: direction", check_sampler, False, "row 25: direction inverted"),
    _formula("row 26: var_dash for sigma squared", False, "row 26: var_dash for sigma squared"),
    _field(
        "row 26: sign of the score",
        fields.score_sign,
        ("It is the score with the opposite sign", "lebellig/flow-matching #2"),
    ),
    _field(
        "row 26: extra sigma²/2 in the score",
        fields.score_of_flow_with_a_half,
        ("It is the score, scaled by sigma², half of what it should be",),
    ),
    _field(
        "N1: half a score for a velocity",
        fields.half_a_score_for_a_velocity,
        ("It is the velocity, divided by sigma", "half of what it should be"),
    ),
    _field(
        "times of shape (B,) in a conversion",
        fields.conversion_with_a_row_of_times,
        ("t is broadcast over the wrong axis",),
    ),
    _field(
        "row 7: the second stage is told the first time",
        fields.second_stage_at_the_first_time,
        ("Stage 2 is asked at another time than that of its point", "PR #1512"),
    ),
)
