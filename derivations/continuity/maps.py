"""A map carries a density with it: change of variables, one map after another."""

from sympy import Abs, Derivative, Eq, Rational, log

from derivations import witnesses
from derivations.engine.equation import Source, definition, equation
from derivations.marginals import log_of_the_density
from derivations.notation import *

image, HALF = map_of(base_point), Rational(1, 2)


def left_of(density, end):
    """The share of points to the left of `end`, as typed."""
    return up_to(density(place), place, end)


push_forward = definition(
    id="continuity.push_forward",
    title="A monotone map carries mass along",
    claim=lambda: [
        Eq(left_of(image_density, image), HALF + orientation * (left_of(base_density, base_point) - HALF)),
        Eq(orientation, Derivative(image, base_point) / Abs(Derivative(image, base_point))),
        Eq(slope, Derivative(image, base_point)),
    ],
    inputs=[base_point],
    sources=[Source("papamakarios2021", "sec. 2.1")],
    scope="d = 1, monotone and differentiable maps with a slope that is not zero",
    text="""Points left of z go to the left of f(z) if the map increases, and to the right of it if it decreases: the
    surplus over one half keeps its size.""",
    witness=witnesses.a_map_by_its_shares,
)


@equation(
    id="continuity.density_of_the_image",
    title="Change of variables",
    claim=lambda: Eq(image_density(image), base_density(base_point) / Abs(Derivative(image, base_point))),
    inputs=[base_point],
    sources=[Source("papamakarios2021", "sec. 2.1"), Source("bishop2006", "eq. (1.27)")],
    scope="d = 1, any monotone map with a slope that is not zero, any density",
    witness=witnesses.shares_to_the_left,
    near_misses={
        "slope at the image": (
            lambda: base_density(base_point) / Abs(Derivative(map_of(x), x)),
            "notes `An introduction to Flow Matching and Diffusion Models`, normalizing flows: "
            "does not say where the Jacobian is taken",
        ),
        "slope instead of its inverse": (
            lambda: base_density(base_point) * Abs(Derivative(image, base_point)),
            "notes `An introduction to Flow Matching and Diffusion Models`, normalizing flows: "
            "two forms with opposite exponents side by side",
        ),
    },
)
def density_of_the_image(board):
    """The share of points on one side of z does not change when the map moves them. Differentiate it in z: what lay
    on a small interval lies on its image, which is as much longer as the map is steep."""
    shares = board.given(push_forward)
    rates = board.differentiate(shares, base_point, "how the shares change with the place")
    turned = board.given(push_forward, output=orientation)
    same = board.substitute(rates, turned, reason="the sign of the slope")
    return board.solve(same, image_density(image), "the density of the image")


@equation(
    id="continuity.change_of_variables",
    title="Log density of an image",
    claim=lambda: Eq(log_density, base_log_density - log(Abs(slope))),
    inputs=[base_log_density, slope],
    sources=[Source("papamakarios2021", "sec. 2.1")],
    scope="d = 1, any monotone map with a slope that is not zero, any density",
    witness=witnesses.shares_to_the_left,
    near_misses={
        "slope instead of its inverse": (
            lambda: base_log_density + log(Abs(slope)),
            "notes `An introduction to Flow Matching and Diffusion Models`, normalizing flows: "
            "two forms with opposite exponents side by side",
        ),
    },
)
def change_of_variables(board):
    """The logarithm of the change of variables."""
    law = board.given(log_of_the_density, at={marginal_density: image_density(image)})
    carried = board.substitute(law, board.given(density_of_the_image), reason="the density of the image")
    before = board.given(
        log_of_the_density, at={marginal_density: base_density(base_point), log_density: base_log_density}
    )
    back = board.solve(before, base_density(base_point), "the density before the map")
    steep = board.given(push_forward, output=slope)
    short = board.recognise(carried, steep, reason="the slope by its name")
    return board.substitute(short, back, reason="log densities on both sides")


@equation(
    id="continuity.composition",
    title="Log density after two maps",
    claim=lambda: Eq(
        log_density,
        base_log_density
        - log(Abs(Derivative(first_map(base_point), base_point)))
        - log(Abs(Derivative(next_map(middle_point), middle_point))),
    ),
    inputs=[base_point, middle_point, base_log_density],
    sources=[Source("papamakarios2021", "sec. 2.1")],
    scope="d = 1, any two monotone maps",
    witness=witnesses.two_maps,
    near_misses={
        "maps in the wrong order": (
            lambda: (
                base_log_density
                - log(Abs(Derivative(next_map(base_point), base_point)))
                - log(Abs(Derivative(first_map(place), place)))
            ),
            "notes `An introduction to Flow Matching and Diffusion Models`, flow: the first map typed as the last",
        ),
    },
)
def composition(board):
    """x = f_2(z_1) and z_1 = f_1(z): change the variable twice. Logarithms of slopes add, and each slope is taken
    where its map starts: the second one at the point between."""
    first = {log_density: middle_log_density}
    after_one = board.given(change_of_variables, at=first, reason="the first map")
    after_two = board.given(
        change_of_variables, at={base_log_density: middle_log_density, slope: next_slope}, reason="the second map"
    )
    both = board.substitute(after_two, after_one, reason="one after the other")
    begin = {map_of(base_point): first_map(base_point)}
    begins = board.given(push_forward, output=slope, at=begin, reason="slope of the first map, where it starts")
    end = {map_of(base_point): next_map(middle_point), base_point: middle_point, slope: next_slope}
    ends = board.given(push_forward, output=slope, at=end, reason="slope of the second map, at the point between")
    return board.substitute(both, begins, ends, reason="each slope at its own place")
