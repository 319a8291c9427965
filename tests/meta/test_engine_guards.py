"""Every guard of the engine, with the offence that it must catch planted in front of it."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict

import pytest
import sympy as sp

from derivations import witnesses
from derivations.continuity import conditional
from derivations.engine import equation as records
from derivations.engine import print_latex
from derivations.engine.board import BoardError, derive
from derivations.engine.equation import ClaimIsSealed, Source, Verdict, definition, equation
from derivations.engine.generate import check_no_cycle
from derivations.engine.print_latex import TypedPrinter, latex
from derivations.engine.prove import complaints, prove, rejected
from derivations.engine.snapshot import of
from derivations.gaussian_path import conditional_velocity, end_point_velocity, point
from derivations.gaussian_path.any_schedule import affine_point
from derivations.notation import *
from tests.read_latex import Reader


@pytest.fixture
def scratch(monkeypatch):
    """A registry of our own, so that planted records leave nothing behind."""
    monkeypatch.setattr(records, "EQUATIONS", dict(records.EQUATIONS))


def plant(derive_with, *, id="planted.equation", claim=None, **fields):
    fields = {
        "title": "Planted",
        "claim": claim or (lambda: sp.Eq(velocity, dsigma / sigma * (x - alpha * data) + dalpha * data)),
        "inputs": [x, data, alpha, sigma, dalpha, dsigma],
        "sources": [Source("house", "planted")],
        "scope": "planted",
        "witness": witnesses.moving_point,
    } | fields
    return equation(id=id, **fields)(derive_with)


def honest(board):
    path = board.given(point)
    motion = board.differentiate(path, t, "velocity")
    return board.substitute(motion, board.solve(path, noise, "noise"), reason="eliminate the noise")


def test_the_honest_derivation_passes(scratch):
    planted = plant(honest)
    assert prove(planted, TABLE).failures == []
    assert of(planted, table=TABLE).replay(planted.id).idle_givens() == []


@pytest.mark.parametrize("field", ["claim", "where", "stable", "limits", "near_misses"])
def test_a_derivation_that_reads_a_claim(scratch, field):
    def peeks(board):
        getattr(conditional_velocity, field)
        return honest(board)

    with pytest.raises(ClaimIsSealed, match=f"may not read `{field}`"):
        derive(plant(peeks), TABLE)


def test_claims_can_be_read_again_after_an_offence(scratch):
    def peeks(board):
        return conditional_velocity.claim

    with pytest.raises(ClaimIsSealed):
        derive(plant(peeks), TABLE)
    assert conditional_velocity.claim[0].lhs == velocity


def typed():
    return sp.Eq(velocity, dsigma / sigma * (x - alpha * data) + dalpha * data, evaluate=False)


FREEHAND = {
    "returned": lambda board: typed(),
    "substituted into": lambda board: board.substitute(typed(), board.given(point), reason="typed"),
    "put in": lambda board: board.substitute(
        board.given(end_point_velocity), sp.Eq(noise, (x - alpha * data) / sigma), reason="typed"
    ),
    "solved": lambda board: board.solve(sp.Eq(x, alpha * data + sigma * noise), noise, "typed"),
    "differentiated": lambda board: board.differentiate(sp.Eq(x, alpha * data + sigma * noise), t, "typed"),
    "recognised": lambda board: board.recognise(board.given(point), sp.Eq(velocity, alpha * data), reason="typed"),
    "averaged": lambda board: board.average(typed(), "typed"),
    "solved for": lambda board: board.solve(board.given(point), alpha * data, "typed"),
    "renamed to": lambda board: board.given(point, at={noise: (x - alpha * data) / sigma}),
    "renamed to a number": lambda board: board.given(point, at={noise: 2}),
    "copied from another board": lambda board: board.substitute(other_line(), board.given(point), reason="typed"),
}


def other_line():
    return derive(conditional_velocity, TABLE)[0][0]


@pytest.mark.parametrize("offence", list(FREEHAND))
def test_a_claim_typed_freehand_on_the_board(scratch, offence):
    lines = {"copied from another board": other_line} if offence.startswith("copied") else {}
    if lines:  # a line that was written elsewhere is not a line of this board
        borrowed = other_line()
        planted = plant(lambda board: borrowed)
    else:
        planted = plant(FREEHAND[offence])
    with pytest.raises(BoardError, match="typed expression"):
        derive(planted, TABLE)


LIMITS = {
    "moves": (lambda: sp.Limit(marginal_score * (1 - t), t, 1, "-"), "the limit of .*marginal_score.* is not known"),
    "moves as a function": (lambda: sp.Limit(alpha * data, t, 1, "-"), r"the limit of .*alpha\(t\).* is not known"),
    "moves with the place": (lambda: sp.Limit(marginal_score, x, 0, "+"), "the limit of .*marginal_score.* is not"),
    "grows without end": (lambda: sp.Limit(data / (1 - t), t, 1, "-"), "has no finite limit"),
    "is no limit": (lambda: data * t, "there is no limit"),
}


@pytest.mark.parametrize("offence", list(LIMITS))
def test_a_limit_of_what(scratch, offence):
    """Only what stands still may be taken out of a limit, and only a finite limit is one."""
    typed_limit, complaint = LIMITS[offence]
    name = definition(
        id="planted.name",
        title="Planted",
        claim=lambda: sp.Eq(final_velocity, typed_limit(), evaluate=False),
        inputs=[x],
        sources=[Source("house", "planted")],
    )
    with pytest.raises(BoardError, match=complaint):
        derive(plant(lambda board: board.limit(board.given(name), "limit", holding=[data])), TABLE)


def test_a_limit_that_is_known(scratch):
    """(1 - t²) / (1 - t) is 2 at the end of time: a quotient of zeros is taken as a limit, on the side asked for."""
    name = definition(
        id="planted.name",
        title="Planted",
        claim=lambda: sp.Eq(final_velocity, sp.Limit(x * sp.sqrt((1 - t) ** 2) / (t - 1), t, 1, "-")),
        inputs=[x],
        sources=[Source("house", "planted")],
    )
    planted = plant(
        lambda board: board.limit(board.given(name), "limit", holding=[x]), claim=lambda: sp.Eq(final_velocity, -x)
    )
    assert derive(planted, TABLE)[0][0].rhs == -x


DIFFERENCES = {
    "a step of two": lambda i: chain_alpha(i) - chain_alpha(i - 2),
    "a sum": lambda i: chain_alpha(i) + chain_alpha(i - 1),
    "one end only": lambda i: chain_alpha(i),
    "a factor that changes": lambda i: i * (chain_alpha(i) - chain_alpha(i - 1)),
}


@pytest.mark.parametrize("offence", [*DIFFERENCES, None])
def test_a_sum_that_does_not_telescope(scratch, offence):
    """Each term must be taken back by the next one; then the ends remain, with the last plus and the first minus."""
    term = DIFFERENCES.get(offence, lambda i: data**2 * (chain_alpha(i) ** 2 - chain_alpha(i - 1) ** 2))
    name = definition(
        id="planted.name",
        title="Planted",
        claim=lambda: sp.Eq(chain_bound, over_components(term(k)), evaluate=False),
        inputs=[data],
        sources=[Source("house", "planted")],
    )
    ends = data**2 * (chain_alpha(components) ** 2 - chain_alpha(0) ** 2)
    planted = plant(lambda board: board.telescope(board.given(name), "ends"), claim=lambda: sp.Eq(chain_bound, ends))
    if offence is not None:
        with pytest.raises(BoardError, match="is no sum of differences"):
            derive(planted, TABLE)
    else:
        assert sp.expand(derive(planted, TABLE)[0][0].rhs - ends) == 0
    with pytest.raises(BoardError, match="there is no sum"):
        derive(plant(lambda board: board.telescope(board.given(point), "no sum"), id="planted.sumless"), TABLE)


@pytest.mark.parametrize("integrand", ["cubic", "not a polynomial"])
def test_an_integral_that_is_not_gaussian(scratch, integrand):
    power, factor = (3, 1) if integrand == "cubic" else (2, 1 / (1 + data**2))
    name = definition(
        id="planted.name",
        title="Planted",
        claim=lambda: sp.Eq(marginal_density, over_space(factor * sp.exp(-(data**power)), data)),
        inputs=[x],
        sources=[Source("house", "planted")],
    )
    with pytest.raises(BoardError, match=r"is not quadratic|no polynomial"):
        derive(plant(lambda board: board.integrate(board.given(name), "integrate")), TABLE)


def test_a_double_integral_is_done_in_both_variables(scratch):
    """The second variable is not forgotten: the whole mass of two independent normal densities is one."""
    law = lambda q: sp.exp(-(q**2) / 2) / sp.sqrt(2 * sp.pi)  # noqa: E731
    name = definition(
        id="planted.name",
        title="Planted",
        claim=lambda: sp.Eq(marginal_density, over_space(over_space(law(x - data) * law(data), data))),
        inputs=[x],
        sources=[Source("house", "planted")],
    )
    planted = plant(
        lambda board: board.integrate(board.given(name), "integrate"), claim=lambda: sp.Eq(marginal_density, 1)
    )
    assert derive(planted, TABLE)[0][0].rhs == 1


sequence = variance_after.func
STEPS = {
    "not affine": (sequence(k), sequence(k - 1) ** 2, sequence(0), "not the same affine step"),
    "another factor each time": (sequence(k), k * sequence(k - 1), sequence(0), "not the same affine step"),
    "factor and another summand each time": (sequence(k), 2 * sequence(k - 1) + k, sequence(0), "depends on the step"),
    "step over the number of the step": (sequence(k), sequence(k), sequence(0), "is no step from"),
    "start elsewhere": (sequence(k), sequence(k - 1) + x, sequence(1), "is no step from"),
}


def repeated_step(left, right, start):
    name = definition(
        id="planted.name",
        title="Planted",
        claim=lambda: [sp.Eq(left, right), sp.Eq(start, data)],
        inputs=[x, data],
        sources=[Source("house", "planted")],
    )

    def derivation(board):
        first = board.given(name, output=start)
        return board.repeat(board.given(name, output=left), first, times=components, reason="step after step")

    return derivation


@pytest.mark.parametrize("offence", STEPS)
def test_a_repeated_step_is_the_same_each_time(scratch, offence):
    left, right, start, complaint = STEPS[offence]
    with pytest.raises(BoardError, match=complaint):
        derive(plant(repeated_step(left, right, start)), TABLE)


@pytest.mark.parametrize("right", [x * sequence(k - 1) + x**2, sequence(k - 1) + x, sequence(k - 1) + x * k])
def test_a_repeated_step_is_what_a_loop_does(scratch, right):
    planted = plant(repeated_step(sequence(k), right, sequence(0)), claim=lambda: sp.Eq(sequence(components), x))
    value = data
    for i in (1, 2, 3, 4):
        value = right.xreplace({k: sp.Integer(i), sequence(k - 1): value})
    found = derive(planted, TABLE)[0][0].rhs.xreplace({components: sp.Integer(4)}).doit()
    assert sp.simplify(found - value) == 0


def test_a_given_that_is_no_registered_record(scratch):
    with pytest.raises(BoardError, match="takes a registered record"):
        derive(plant(lambda board: board.given(typed())), TABLE)


def test_a_derivation_that_starts_from_its_own_claim(scratch):
    planted = None

    def circular(board):
        return board.given(planted)

    planted = plant(circular)
    with pytest.raises(BoardError, match="its own claim"):
        derive(planted, TABLE)


def test_a_given_whose_removal_changes_nothing(scratch):
    def idle(board):
        board.given(end_point_velocity)
        return honest(board)

    planted = plant(idle)
    assert of(planted, table=TABLE).replay(planted.id).idle_givens() == ["gaussian_path.velocity"]


def test_a_substitution_that_changes_nothing(scratch):
    def hollow(board):
        motion = board.differentiate(board.given(point), t, "velocity")
        return board.substitute(
            motion, board.given(conditional_velocity), reason="velocity does not occur on the right"
        )

    def no_data(board):
        recovered = board.solve(board.given(point), data, "the data point")
        motion = board.given(affine_point)
        return board.substitute(motion, recovered, reason="there is no data point in it")

    def unrecognised(board):
        return board.recognise(board.given(point), board.given(end_point_velocity), reason="not there")

    for offence in (no_data, unrecognised):
        with pytest.raises(BoardError, match="does not occur"):
            derive(plant(offence, id=f"planted.{offence.__name__}"), TABLE)
    assert hollow  # substituting a left side that is the line's own name replaces the name, which is a change


def test_a_moving_quantity_without_a_rate(scratch):
    still = definition(
        id="planted.still",
        title="x_s",
        claim=lambda: sp.Eq(x_s, alpha * x),
        inputs=[x, alpha],
        sources=[Source("house", "planted")],
    )
    with pytest.raises(BoardError, match="moves, but the notation table gives it no rate"):
        derive(plant(lambda board: board.differentiate(board.given(still), t, "x_s moves too")), TABLE)


def test_a_cycle():
    with pytest.raises(ValueError, match=r"cycle of derivations: a\.a -> b\.b -> a\.a"):
        check_no_cycle({"a.a": ["b.b"], "b.b": ["a.a"]})
    check_no_cycle({"a.a": ["b.b", "c.c"], "b.b": ["c.c"], "c.c": []})


def test_a_duplicate_id(scratch):
    plant(honest)
    with pytest.raises(ValueError, match=r"`planted\.equation` is declared twice"):
        plant(honest)


def test_an_assumption_that_nothing_satisfies(scratch):
    planted = plant(honest, assumptions=lambda: [alpha > 1, alpha < 0])
    failures = prove(planted, TABLE).failures
    assert any("no point of the domain satisfies" in failure for failure in failures)


def test_a_declared_verdict_that_no_longer_holds(scratch):
    wrong = plant(honest, claim=lambda: sp.Eq(velocity, dsigma / sigma * (x - alpha * data) - dalpha * data))
    proof = prove(wrong, TABLE)
    assert proof.verdict is None and proof.failures
    modest = plant(honest, id="planted.modest", verdict=Verdict.CHECKED)
    assert prove(modest, TABLE).failures == ["declared CHECKED, found PROVED"]


def test_a_claim_that_no_prover_proves_is_only_checked(scratch, monkeypatch):
    monkeypatch.setattr("derivations.engine.prove.flint_zero", lambda *_: False)
    proof = prove(plant(honest), TABLE)
    assert proof.verdict is Verdict.CHECKED
    assert any("not proved" in failure for failure in proof.failures)


def test_a_prover_that_does_not_answer_has_not_proved(scratch, monkeypatch):
    def forever(*_, **__):
        while True:
            pass

    monkeypatch.setattr("derivations.engine.prove.sympy_zero", forever)
    monkeypatch.setattr("derivations.engine.prove.SECONDS", 0.2)
    proof = prove(plant(honest), TABLE)
    assert proof.verdict is Verdict.CHECKED
    assert any("TimeoutError" in failure for failure in proof.failures)


def test_a_witness_that_measures_something_else(scratch):
    def elsewhere(world):
        used, measured = witnesses.moving_point(world)
        return used, measured | {velocity: measured[velocity] * (1 + witnesses.mp.mpf(10) ** -9)}

    proof = prove(plant(honest, witness=elsewhere), TABLE)
    assert proof.verdict is None
    assert any("agrees in 9" in failure for failure in proof.failures)


def test_a_witness_whose_world_lies_outside_of_what_is_assumed(scratch):
    """What is measured there says nothing of the claim, even if it agrees."""
    planted = plant(honest, assumptions=lambda: [data < 100, sigma > 1])
    assert [failure for failure in prove(planted, TABLE).failures if "outside" in failure] == [
        f"world {number} lies outside: sigma(t) > 1" for number in (0, 1)
    ]
    planted = plant(honest, id="planted.inside", assumptions=lambda: [data < 100, sigma <= 1, eta > 0])
    assert not [failure for failure in prove(planted, TABLE).failures if "outside" in failure]


def test_an_equation_without_a_witness(scratch):
    assert (
        "no witness says what the quantity means: none is named" in prove(plant(honest, witness=None), TABLE).failures
    )


def test_a_symbol_without_a_row_an_input_forgotten_and_an_unknown_source(scratch):
    stray = sp.Symbol("stray", real=True)

    def returns_stray(board):
        return board.given(point)

    rowless = plant(returns_stray, id="planted.rowless", claim=lambda: sp.Eq(stray, alpha * data + sigma * noise))
    assert complaints(rowless, TABLE) == ["`stray` has no row in derivations/notation/table.py"]
    forgotten = plant(honest, id="planted.forgotten", inputs=[x, data, alpha, sigma, dalpha])
    assert complaints(forgotten, TABLE) == ["`dsigma_t` occurs in the claim but is not in `inputs`"]
    unknown = plant(honest, id="planted.unknown", sources=[Source("nobody1999", "eq. (1)")])
    assert prove(unknown, TABLE).failures == ["source `nobody1999` is not in derivations/sources.py"]


def test_a_near_miss_that_is_the_claim_in_disguise(scratch):
    disguised = plant(
        honest,
        near_misses={"disguise": (lambda: (dsigma * x - alpha * dsigma * data) / sigma + data * dalpha, "nowhere")},
    )
    ways = rejected(disguised, disguised.near_misses["disguise"], TABLE)
    assert ways == {"balls": False, "provers": False, "witness": False}


def test_a_near_miss_about_something_that_is_not_claimed(scratch):
    with pytest.raises(ValueError, match="which is not claimed"):
        plant(honest, near_misses={"stray": (lambda: sp.Eq(score, x), "nowhere")})


def test_a_wrong_limit_and_a_wrong_stable_form(scratch):
    from derivations.engine.equation import EQUATIONS, Limit

    good = EQUATIONS["schedules.trigonometric"]
    wrong_limit = dataclasses.replace(good, limits=(Limit(sigma, 1, "-", sp.S.One),))
    assert any("limit of sigma(t): declared 1, found 0" in failure for failure in prove(wrong_limit, TABLE).failures)
    (stable,) = good.stable
    wrong_stable = dataclasses.replace(good, stable=(sp.Eq(stable.lhs, 2 * stable.rhs, evaluate=False),))
    assert any("stable form of sigma(t): not proved" in failure for failure in prove(wrong_stable, TABLE).failures)


def test_every_mechanical_mutant_of_a_claim_is_refuted():
    """Each node of each claim times 3/2, one at a time: the canonical form proves none, and the balls refute all."""
    from derivations.engine import balls
    from derivations.engine.equation import EQUATIONS
    from derivations.engine.prove import flint_zero

    tried = 0
    for id in (
        "gaussian_path.conditional_velocity",
        "conversions.velocity_from_score",
        "ddim.step_is_euler_on_the_linear_path",
    ):
        record = EQUATIONS[id]
        (right,) = derive(record, TABLE)[0]
        (place,) = balls.points(record, TABLE, count=1)
        for mutant in mutants(record.claim[0].rhs):
            claim = sp.Eq(record.claim[0].lhs, mutant, evaluate=False)
            assert not flint_zero(right.rhs, claim, record.where), mutant
            assert balls.separated(balls.value(claim, record.where, place), balls.derived_value(right.rhs, place)), (
                mutant
            )
            tried += 1
    assert tried > 30


def mutants(tree):
    """Every copy of the tree in which one node is half as large again."""
    with sp.evaluate(False):
        yield sp.Rational(3, 2) * tree
        for i, arg in enumerate(tree.args):
            if (tree.is_Pow and i == 1) or tree in TABLE or arg is sp.S.NegativeOne:
                continue
            for changed in mutants(arg):
                yield tree.func(*tree.args[:i], changed, *tree.args[i + 1 :])


def test_a_latex_printer_that_loses_a_bracket(monkeypatch):
    """-(1 - sigma_min) printed as -1 - sigma_min is read back as something else."""
    from derivations.engine.equation import EQUATIONS

    claim = EQUATIONS["schedules.linear"].claim[3]
    good = latex(claim, TABLE).split(" = ")[1]
    monkeypatch.setattr(TypedPrinter, "bracketed", lambda self, expr, always: self._print(expr))
    bad = latex(claim, TABLE).split(" = ")[1]
    assert good != bad
    from flint import arb

    symbols = {TABLE[sigma_min].latex: arb("0.25")}
    assert Reader(good, symbols).read().overlaps(arb("-0.75"))
    assert not Reader(bad, symbols).read().overlaps(arb("-0.75"))
    assert print_latex.TypedPrinter.bracketed is not None


def test_a_power_of_a_moving_quantity_keeps_its_exponent():
    """SymPy's own printer leaves out a symbolic exponent, and three halves, where the base is a function of time."""
    for exponent, text in ((2 * learned_share, "2 v"), (sp.Rational(3, 2), r"\frac{3}{2}"), (3, "3")):
        assert latex(sp.Eq(x, sigma**exponent), TABLE) == rf"x_t = \sigma_t^{{{text}}}"
        assert latex(sp.Eq(x, sigma**exponent), TABLE, typed=False) == rf"x_t = \sigma_t^{{{text}}}"
    assert latex(sp.Eq(x, slope**learned_share), TABLE) == r"x_t = \left(f'(z)\right)^{v}"


def test_a_derivative_in_a_product_is_bracketed():
    """d(p)/dx times u must not read as d(p u)/dx; integrals print their ends and all their variables."""
    slope_of_p = sp.Derivative(moving_density, x)
    with sp.evaluate(False):
        typed_product = slope_of_p * some_velocity
    for text in (latex(slope_of_p * some_velocity, TABLE, typed=False), latex(typed_product, TABLE)):
        assert r"\left(\partial_{x_t} p(x_t, t)\right)" in text
    assert latex(sp.Derivative(moving_density * some_velocity, x), TABLE).startswith(r"\partial_{x_t} \left(p(x_t, t)")
    assert latex(sp.Derivative(moving_density, (x, 2)), TABLE) == r"\partial_{x_t}^{2} p(x_t, t)"
    assert latex(sp.Derivative(moving_density, t, x), TABLE) == r"\partial_{t} \partial_{x_t} p(x_t, t)"
    assert latex(over_space(moving_density, x, x_2), TABLE) == r"\int \int p(x_t, t) \, dx_t \, dx_t^{(2)}"
    assert r"\int_{0}^{1} " in latex(sp.Integral(moving_density, (x, 0, 1)), TABLE)


def test_no_two_quantities_print_alike():
    """But for the same function in one, two and three dimensions."""
    from derivations.notation.table import TABLE

    alike = defaultdict(set)
    for row in TABLE.values():
        alike[row.latex].add(re.sub(r"_[123](_[12])?$", "", row.name))
    assert [names for names in alike.values() if len(names) > 1] == []


def test_an_integral_sign_hides_nothing_from_an_outer_one():
    """What stands under an inner sign, or under the second sign of several, depends on its variable all the same."""
    from derivations.engine.canonical import flint_equal

    inner, first, second = sp.Function("g")(x, x_2), sp.Function("g_1")(x), sp.Function("g_2")(x_2)
    nested = over_space(over_space(x * inner, x_2), x)
    assert not flint_equal(nested, over_space(x * first, x) * over_space(inner, x_2))
    assert flint_equal(2 * nested, over_space(over_space(2 * x * inner, x_2), x))
    double = over_space(first * second, x, x_2)
    assert not flint_equal(over_space(second * first * inner, x, x_2), second * over_space(first * inner, x, x_2))
    assert flint_equal(double * data, over_space(data * second * first, x, x_2))


def test_absolute_values():
    from derivations.engine.canonical import flint_equal

    assert flint_equal(sp.Abs(x) ** 2, x**2)
    assert flint_equal(sp.log(sp.Abs(x)), sp.log(x**2) / 2)
    assert flint_equal(sp.Abs(alpha * x), alpha * sp.Abs(x))  # alpha is positive
    assert not flint_equal(sp.Abs(x), x)
    assert not flint_equal(sp.Abs(x + data), sp.Abs(x) + sp.Abs(data))
    assert not flint_equal(sp.log(sp.Abs(x)), sp.log(sp.Abs(2 * x)))
    for reading, value in ((r"\left|{x}\right|", 2), (r"3 \left|{x + 1}\right| + x", 1)):
        from flint import arb

        assert Reader(reading, {"x": arb(-2)}).read() == value


def test_only_independent_factors_are_integrated_apart(scratch):
    """The law of a probe with dependent coordinates is not torn apart, and each part keeps its value."""
    from derivations.engine.calculus import interchanged

    one, two, _ = probes
    joint = over_space(one**2 * two * probe_law, *probes)
    assert interchanged(joint) == sp.Integral(one**2 * two * probe_law, *joint.limits)
    limits = (one, 0, 1), (two, 0, 2)
    mixed = sp.Integral(3 * data * one**2 * sp.cos(two) + one * sp.sqrt(1 + one * two), *limits)
    apart = interchanged(mixed)
    assert apart.atoms(sp.Integral) == {
        sp.Integral(one**2, limits[0]),
        sp.Integral(sp.cos(two), limits[1]),
        sp.Integral(one * sp.sqrt(1 + one * two), *limits),
    }
    assert sp.simplify((apart - mixed).subs(data, 2).doit()) == 0

    def nothing(board):
        return board.interchange(board.given(point), "no integral")

    with pytest.raises(BoardError, match="nothing to interchange"):
        derive(plant(nothing), TABLE)


def test_an_identity_that_is_wrong_in_the_second_dimension_only(scratch):
    """The scope d = 1, 2, 3 is not decoration: a claim that is right in one dimension and wrong in two fails."""
    one, two, three = conditional.claim
    spoiled = dataclasses.replace(conditional, claim=(one, sp.Eq(two.lhs, 2 * two.rhs, evaluate=False), three))
    assert any("p_2" in failure and "not proved" in failure for failure in prove(spoiled, TABLE).failures)


def test_a_matrix_statement_is_evaluated_with_matrices():
    """The witness of a matrix statement multiplies real matrices: the wrong order of vector and matrix cannot pass."""
    from derivations.engine import balls
    from derivations.engine.equation import EQUATIONS

    record = EQUATIONS["marginals.posterior_mean"]
    place = next(iter(balls.points(record, TABLE)))
    assert place[covariance].nrows() == place[covariance].ncols() == 3
    off_diagonal = place[covariance][0, 1]
    assert not off_diagonal.contains(0)
    wrong = dataclasses.replace(record.claim[0]) if dataclasses.is_dataclass(record.claim[0]) else record.claim[0]
    assert balls.value(wrong, (), place).ncols() == 1


def test_a_limit_by_the_rule_of_de_l_hospital():
    """It is from above, and 0/0 is no number."""
    from derivations.engine.calculus import at_zero

    step = sp.Dummy(positive=True)
    assert at_zero((1 - sp.exp(-2 * step)) / sp.sin(step), step) == 2
    assert at_zero(sp.sqrt(step**2) / step, step) == 1
    assert at_zero((1 - sp.cos(step)) / step**2, step) == sp.Rational(1, 2)
    assert at_zero(sp.exp(-step) / step, step) == sp.oo


def test_a_root_that_does_not_lead_back(scratch):
    """Of the two noising times with one integrated rate the negative one goes; with no branch left the verb refuses."""
    from derivations.schedules.definitions import integrated_noise_rate

    def solved(board):
        return board.solve(board.given(integrated_noise_rate), reversed_time, "the time")

    fields = {"claim": lambda: sp.Eq(reversed_time, total_beta), "inputs": [total_beta]}
    (found,) = derive(plant(solved, **fields), TABLE)[0]
    values = {beta_min: 1, beta_max: 3, total_beta: sp.Rational(5, 4)}  # s + s² = 5/4
    assert sp.N(found.rhs.xreplace(values) - (sp.sqrt(6) - 1) / 2, 20) == 0
    backwards = dict(TABLE) | {reversed_time: dataclasses.replace(TABLE[reversed_time], sample=(-9.0, -8.0))}
    (other,) = derive(plant(solved, id="planted.other", **fields), backwards)[0]
    assert sp.N(other.rhs.xreplace(values)) < 0


def test_arcs_and_roots_are_told_apart():
    """Both provers know one arc and one root in two guises; neither takes another one for it."""
    from derivations.engine.canonical import flint_equal
    from derivations.engine.normal_form import sympy_zero

    ratio = sp.exp(log_snr / 2)
    arc, guise = sp.atan(ratio), sp.acos(1 / sp.sqrt(1 + ratio**2))
    assert flint_equal(arc, guise) and sympy_zero(arc - guise)
    for wrong in (sp.atan(2 * ratio), -arc, sp.pi / 2 - arc, sp.asin(1 / sp.sqrt(1 + ratio**2)), arc + sp.pi):
        assert not flint_equal(guise, wrong), wrong
        assert not sympy_zero(guise - wrong), wrong
    root, other = sp.sqrt(1 - beta / (1 + beta)), 1 / sp.sqrt(1 + beta)
    assert flint_equal(root, other) and sympy_zero(root - other)
    for wrong in (sp.sqrt(1 + beta), 2 * other, -other, 1 / sp.sqrt(2 + beta)):
        assert not flint_equal(root, wrong), wrong
        assert not sympy_zero(root - wrong), wrong
    whole = sp.cos((1 - t + offset) / (1 + offset) * sp.pi / 2)
    turned = sp.sin(sp.pi * t / (2 * (1 + offset)), evaluate=False)
    assert flint_equal(whole, turned) and sympy_zero(whole - turned)
    for wrong in (-turned, sp.cos(sp.pi * t / (2 * (1 + offset))), sp.sin(sp.pi * t / 2)):
        assert not flint_equal(whole, wrong), wrong
        assert not sympy_zero(whole - wrong), wrong
