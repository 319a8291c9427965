"""The axioms that are no records: what the notation table says of rates, slopes and expectations, as claims with
witnesses. With the definitions they are all that derivations may start from."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from derivations.engine import measure
from derivations.engine.equation import Equation, Source, Verdict
from derivations.engine.snapshot import Snapshot
from derivations.notation import *
from derivations.witnesses import what_is_the_same, what_moves, what_stays
from derivations.witnesses.what_moves import expectation_given_x, rate, slope_in_x

KINDS: dict[str, tuple[str, Callable]] = {
    "rate": ("rate", rate),
    "slope": ("slope", slope_in_x),
    "expectation": ("expected", expectation_given_x),
}
MEASURED_BY: dict[Callable, tuple] = {
    what_moves.points_on_their_way: (*points, velocity),
    what_moves.points_on_other_rulers: (rescaled_point, stretched_point, log_snr),
    what_moves.points_on_another_path: (other_alpha, other_sigma, other_point),
    what_moves.a_shifted_clock: (shifted_time,),
    what_moves.log_densities_on_the_way: path_log_densities,
    what_moves.a_step_that_gets_longer: (step_bound,),
    what_stays.end_points: (*data_points, noise),
    what_stays.laws_of_the_data: (
        *means, *variances, covariance, sigma_data, reference_variance, weight, components,
        half_distance, opposite_point,
    ),
    what_stays.parameters_of_schedules: (*what_stays.OF_SCHEDULES, shift),
    what_stays.ends_of_straight_lines: (
        beta_min, beta_max, data_level, noise_level, data_angle, rescaling_factor, rescaling_offset,
    ),
    what_stays.grids_and_counts: (grid_rho, first_stretched_level, stretched_step, step_size, step_count),
    what_stays.affine_processes: (start_mean, start_variance, aim),
    what_stays.densities_of_the_data: (prior_density, component_prior),
    what_stays.choices: (*(q for row in entries for q in row), *symmetric_entries, eta, predicted_data),
}  # fmt: skip
SLOPES_BY: dict[Callable, tuple] = {
    what_moves.points_in_the_plane: (posterior_mean_2, marginal_score_2),
    what_is_the_same.an_affine_sampler: (drift_slope, drift_offset, step_factor, sampler_diffusion),
    what_is_the_same.an_ancestral_step_at_places: (ancestral_factor, ancestral_offset),
    what_is_the_same.noise_around_places: (half_variance_rate,),
    what_is_the_same.spread_of_the_data_at_places: (posterior_covariance,),
}


def _witness(kind: str, quantity: sp.Expr) -> Callable | None:
    measured_by = MEASURED_BY if kind == "rate" else SLOPES_BY
    otherwise = None if kind == "rate" else what_moves.the_points_at_a_place
    return next((witness for witness, known in measured_by.items() if quantity in known), otherwise)


def notation_axioms(table=TABLE) -> list[Equation]:
    """What each row of the table says, as a record of its own: the rate, slope or expectation of the quantity on the
    left, what it is called (or 0: it stands still) on the right, and the witness that measures both."""
    found = []
    for kind, (field, of) in KINDS.items():
        for row in table.values():
            said = getattr(row, field)
            if said is None:
                continue
            witness = _witness(kind, row.symbol)
            found.append(
                Equation(
                    id=f"notation.{kind}_of_{row.name}",
                    title=f"{kind.capitalize()} of {row.name}",
                    claim=(sp.Eq(of(row.symbol), sp.sympify(said), evaluate=False),),
                    inputs=(row.symbol,),
                    sources=(Source("house", "notation"),),
                    scope="along the path" if kind == "rate" else "at fixed t",
                    verdict=Verdict.DEFINED,
                    text=row.meaning,
                    witness=witness,
                )
            )
    return found


def all_axioms(said: Snapshot | None = None) -> list[Equation]:
    """The definitions in reading order, and what the notation says; of a snapshot, or of the chapters."""
    if said is not None:
        return [e for e in said.equations() if e.verdict is Verdict.DEFINED] + notation_axioms(said.table)
    from derivations import equations

    return [e for e in equations() if e.verdict is Verdict.DEFINED] + notation_axioms()


def listing() -> dict[str, str]:
    """What each axiom says, by its id: what a test holds the axioms to. An author's name for an intermediate that no
    witness measures is one, too."""
    from derivations import equations

    shown = lambda tree: sp.sstr(tree, order="none")  # noqa: E731
    found = {}
    for e in all_axioms():
        said = [f"{shown(c.lhs)} = {shown(c.rhs)}" for c in e.claim]
        said += [f"where {shown(w.lhs)} = {shown(w.rhs)}" for w in e.where]
        said += [f"if {shown(a)}" for a in e.assumptions]
        said += [f"on {', '.join(e.schedules)}"] if e.schedules else []
        said += [f"for {kind}: {word}" for kind, word in e.contexts.items()]
        found[e.id] = "\n    ".join([e.id, *said])
    for e in equations():
        for w in e.where if e.verdict is not Verdict.DEFINED else ():
            if any(w.lhs not in used | seen for used, seen in measure.worlds(e.witness)):
                found[f"name: {shown(w.lhs)} of {e.id}"] = (
                    f"name: {shown(w.lhs)} of {e.id}\n    {shown(w.lhs)} = {shown(w.rhs)}"
                )
    for family in FAMILIES:
        names = [f"{shown(old)} -> {'none' if new is None else new}" for old, new in family.names.items()]
        of = [f"of {', '.join(family.of)}" if family.of else "of every record"]
        of += [f"of {place}" for place in dict.fromkeys((family.elsewhere, family.law)) if place]
        of += [f"for {kind}: {word}" for kind, word in family.contexts.items()]
        title = f"family: {family.meaning}"
        found[title] = "\n    ".join([title, *names, *of])
    return found
