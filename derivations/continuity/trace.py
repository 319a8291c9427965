"""Hutchinson's estimator: the trace of a matrix from products with random probes, and how far it scatters."""

from sympy import Add, Eq, Integer, Mul, exp, pi, sqrt

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.notation import *

A_11, A_22, A_33 = (entries[i][i] for i in range(3))
A_12, A_13, A_23 = entries[0][1], entries[0][2], entries[1][2]
A_21, A_31, A_32 = entries[1][0], entries[2][0], entries[2][1]
S_12, S_13, S_23 = symmetric_entries
ALL_ENTRIES = [one for row in entries for one in row]
UP_TO_THREE = "d = 3 (and with entries that are zero, d = 1 and 2)"


def symmetric_part():
    """What lies beside the diagonal of S = (A + A^T) / 2: the antisymmetric part of A contributes nothing."""
    pairs = ((S_12, A_12, A_21), (S_13, A_13, A_31), (S_23, A_23, A_32))
    return [Eq(s_ij, (a_ij + a_ji) / 2) for s_ij, a_ij, a_ji in pairs]


def moment(i, j):
    """The expectation of a product of two coordinates of the probe."""
    return over_space(Mul(probes[i], probes[j]) * probe_law, *probes)


def sign_moment(power):
    """The moments of a random sign; the first coordinate stands for all."""
    return over_space(probes[0] ** power * sign_law(probes[0]) if power else sign_law(probes[0]), probes[0])


hutchinson = definition(
    id="continuity.hutchinson_estimator",
    title="Hutchinson's estimator of the trace",
    claim=lambda: [
        Eq(trace_estimate, Add(*(entries[i][j] * probes[i] * probes[j] for i in range(3) for j in range(3)))),
        Eq(expected_trace_estimate, over_space(trace_estimate * probe_law, *probes)),
        Eq(
            trace_estimate_variance,
            over_space(trace_estimate**2 * probe_law, *probes) - expected_trace_estimate**2,
        ),
        *(Eq(moment(i, j), Integer(int(i == j))) for i in range(3) for j in range(i, 3)),
    ],
    inputs=[*ALL_ENTRIES],
    sources=[Source("hutchinson1989", "mean of the estimate"), Source("grathwohl2019", "sec. 3.1")],
    scope="d = 3",
    text="""One product with the matrix for one probe, whose coordinates have second moments one and are uncorrelated.
    Its law may be a density or, like that of random signs, a sum.""",
    witness=witnesses.probes_turned_at_random,
)

two_probes = definition(
    id="continuity.probes",
    title="Rademacher and Gaussian probes",
    claim=lambda: [
        Eq(probe_law, Mul(*(coordinate_law(one) for one in probes))),
        Eq(normal_law(probes[0]), exp(-(probes[0] ** 2) / 2) / sqrt(2 * pi)),
        *(Eq(sign_moment(power), Integer(int(power % 2 == 0))) for power in (1, 2, 4, 0)),
    ],
    inputs=[probes[0]],
    sources=[Source("avron2011", "definitions of the estimators")],
    scope="d = 3",
    text="""The coordinates are independent: standard normal, or signs 1 and -1 with probability one half, whose odd
    powers are 0 and whose even powers are 1 on average.""",
    witness=witnesses.coins_and_normal_probes,
)


@equation(
    id="continuity.hutchinson_mean",
    title="Hutchinson's estimator has the right mean",
    claim=lambda: Eq(expected_trace_estimate, A_11 + A_22 + A_33),
    inputs=[A_11, A_22, A_33],
    sources=[Source("hutchinson1989", "mean of the estimate"), Source("grathwohl2019", "sec. 3.1")],
    scope=f"{UP_TO_THREE}; any law of the probe with second moments one and uncorrelated coordinates",
    witness=witnesses.probe_along_an_axis,
    experiment="trace_on_average",
)
def hutchinson_mean(board):
    """The estimate is a sum of products of two coordinates; on average only the squares remain."""
    law = board.given(hutchinson, output=expected_trace_estimate)
    estimate = board.given(hutchinson, output=trace_estimate)
    apart = board.interchange(
        board.substitute(law, estimate, reason="one probe"), "the expectation is linear: term by term"
    )
    pairs = [(i, j) for i in range(3) for j in range(i, 3)]
    seconds = [board.given(hutchinson, output=moment(i, j), reason="second moments") for i, j in pairs]
    return board.substitute(apart, *seconds, reason="squares have mean one, products of different coordinates zero")


def scatter(board, law_of):
    """The variance of the estimate for independent coordinates of one law, term by term."""
    law, mean = board.given(hutchinson, output=trace_estimate_variance), board.given(hutchinson_mean)
    estimate = board.given(hutchinson, output=trace_estimate)
    independent = board.given(two_probes, output=probe_law, at={coordinate_law(one): law_of(one) for one in probes})
    known = board.substitute(law, mean, estimate, independent, reason="one probe with independent coordinates")
    return board.interchange(known, "the expectation is linear, and of independent coordinates it is a product")


@equation(
    id="continuity.hutchinson_variance_rademacher",
    title="Variance of Hutchinson's estimator with random signs",
    claim=lambda: Eq(trace_estimate_variance, 4 * (S_12**2 + S_13**2 + S_23**2)),
    where=symmetric_part,
    inputs=[A_12, A_13, A_21, A_23, A_31, A_32],
    sources=[Source("hutchinson1989", "variance of the estimate"), Source("avron2011", "variances of the estimators")],
    scope=UP_TO_THREE,
    witness=witnesses.every_sign_vector,
    experiment="scatter_of_random_signs",
)
def hutchinson_variance_rademacher(board):
    """Squares of signs are one: the diagonal does not scatter, and what remains are products of different signs, each
    with both of its entries. This is 2 (|S|_F^2 - sum of S_ii^2), with no digits lost on the diagonal."""
    apart = scatter(board, sign_law)
    moments = []
    for power in (1, 2, 4, 0):
        for one in probes:
            known = board.given(two_probes, output=sign_moment(power), at={probes[0]: one}, reason="moments of a sign")
            moments.append(known)
    return board.substitute(apart, *moments, reason="moments of signs")


@equation(
    id="continuity.hutchinson_variance_gaussian",
    title="Variance of Hutchinson's estimator with Gaussian probes",
    claim=lambda: Eq(
        trace_estimate_variance,
        2 * (A_11**2 + A_22**2 + A_33**2 + 2 * (S_12**2 + S_13**2 + S_23**2)),
    ),
    where=symmetric_part,
    inputs=ALL_ENTRIES,
    sources=[Source("avron2011", "variances of the estimators")],
    scope=UP_TO_THREE,
    witness=witnesses.gaussian_probe_by_quadrature,
    experiment="scatter_of_normal_probes",
)
def hutchinson_variance_gaussian(board):
    """The squares scatter too: the fourth moment of a normal number is three. This is 2 |S|_F^2, larger than with
    signs by twice the squares of the diagonal."""
    apart = scatter(board, normal_law)
    normal = [board.given(two_probes, output=normal_law(probes[0]), at={probes[0]: one}) for one in probes]
    densities = board.substitute(apart, *normal, reason="the normal density of each coordinate")
    return board.integrate(densities, "moments of the normal law")
