"""refimpl.conventions at its public edge: what is kept, and how a wrong call ends."""

import numpy as np
import pytest

import refimpl as ri
from refimpl import conventions as there
from tests.accuracy import close, condition

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

DATA = np.array([2.0, 1.0])
LINEAR, TURN = ri.schedules.Linear(), ri.schedules.Trigonometric()


def test_library_dtype_and_gradients_are_kept():
    path, other = ri.GaussianPath(LINEAR), ri.GaussianPath(TURN)
    x = torch.tensor([[0.3, -0.8], [1.5, 1.0]], dtype=torch.float32, requires_grad=True)
    for result in (
        there.point_on(path, other, x, 0.4),
        there.velocity_on(path, other, x, x, torch.tensor([0.4, 0.6])),
        there.rescaled_velocity(path, x, x, 0.4),
        there.reversed_velocity(x),
        path.flow(0.2, 0.4, x=x, data=x),
        there.field_on(path, other, lambda x, t: x)(x, 0.5),
    ):
        assert result.dtype == torch.float32
        assert result.shape == x.shape
        (gradient,) = torch.autograd.grad(result.sum(), x)
        assert bool(torch.all(gradient != 0))
    moved = there.point_on(path, other, x.detach().double(), 0.4)
    known = condition(lambda x, t: there.point_on(path, other, x, t), x, 0.4)
    close(there.point_on(path, other, x, 0.4), moved, known)


@pytest.mark.parametrize(
    ("error", "message", "offence"),
    [
        (ValueError, "`t` must lie in [0, 1]; got a maximum of 1.5.", lambda: there.reversed_time(1.5)),
        (ValueError, "`step` must lie in [0, 10]; got 11.", lambda: there.time_of_step(11, 10)),
        (ValueError, "`step` must lie in [0, 10]; got -1.", lambda: there.time_of_step(np.array([3, -1]), 10)),
        (ValueError, "`steps` must be at least 1; got 0.", lambda: there.velocity_per_step(DATA, 0)),
        (TypeError, "`steps` must be an integer; got float.", lambda: there.step_of_time(0.5, 10.0)),
        (TypeError, "`steps` must be an integer; got bool.", lambda: there.step_of_time(0.5, True)),
        (
            TypeError,
            "`step` must be a number or an array of NumPy, PyTorch or JAX; got list.",
            lambda: there.time_of_step([1, 2], 10),
        ),
        (
            TypeError,
            "`velocity` must be an array of NumPy, PyTorch or JAX; got float.",
            lambda: there.reversed_velocity(0.5),
        ),
        (TypeError, "`path` must be a GaussianPath; got Linear.", lambda: there.rescaled_point(LINEAR, DATA, 0.5)),
        (
            TypeError,
            "`other` must be a GaussianPath; got Linear.",
            lambda: there.point_on(ri.GaussianPath(TURN), LINEAR, DATA, 0.5),
        ),
        (TypeError, "`schedule` must be a schedule of refimpl; got str.", lambda: there.edm_sigma("linear", 0.5)),
        (
            ValueError,
            "`edm_sigma` must not be negative; got a minimum of -1.",
            lambda: there.time_at_edm_sigma(LINEAR, -1.0),
        ),
        (
            ValueError,
            "`x` must have the shape of `velocity`, (2,); got (1, 2).",
            lambda: there.rescaled_velocity(ri.GaussianPath(TURN), DATA, DATA[None], 0.5),
        ),
        (
            ValueError,
            "`t` must be a number or have the shape of leading axes of (2,); got (3,).",
            lambda: there.rescaled_point(ri.GaussianPath(TURN), DATA, np.full(3, 0.5)),
        ),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(error, message, offence):
    with pytest.raises(error) as raised:
        offence()
    assert str(raised.value) == message
