"""The training loop: it converges to the exact field, it can be interrupted and resumed, and a wrong target is seen."""

import math
import os
import signal

import numpy as np
import pytest
from scipy.stats import t as student

import refimpl as ri
from refimpl.testing.quasi import REPLICATES
from refimpl.training import TrainingResult, choose_device, evaluate, train

torch = pytest.importorskip("torch")

FIELD = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.reference_mixture())
FALSE_ALARM, A_PER_CENT = 1e-6, 0.01  # of a right figure; and what a wrong one must be seen at
SHORT = {"steps": 30, "batch": 64, "width": 16, "device": "cpu"}


@pytest.fixture(scope="module")
def gate():
    """A short training, whose progress is kept."""
    calls = []
    result = train(FIELD, steps=800, batch=256, device="cpu", progress=lambda *call: calls.append(call))
    return result, calls


def same(one, two):
    """Bit-identical results, up to the clock."""
    return {**one.as_dict(), "seconds": 0} == {**two.as_dict(), "seconds": 0}


# ---- convergence -----------------------------------------------------------------------------------------------------


def test_a_short_training_comes_within_ten_per_cent(gate):
    result, _ = gate
    assert result.velocity_error < 0.10
    assert max(error for t, error in result.error_by_time if 0.1 <= t <= 0.9) < 0.2
    assert [round(t, 9) for t, _ in result.error_by_time] == [k / 10 for k in range(11)]
    assert (result.steps, result.device, result.times) == (800, "cpu", (0.0, 1.0))


def test_the_loss_cannot_show_what_the_field_shows(gate):
    """At this field error the loss stands less than one per cent above the one that no network can go below."""
    result, calls = gate
    assert result.excess < 0.01 * result.irreducible and result.loss == result.irreducible + result.excess
    assert abs(np.mean([loss for *_, loss in calls[-20:]]) - result.loss) < 0.1


def test_progress_is_reported_a_hundred_times(gate):
    _, calls = gate
    assert [done for done, *_ in calls] == list(range(8, 801, 8)) and {steps for _, steps, _ in calls} == {800}
    assert all(math.isfinite(loss) for *_, loss in calls) and calls[0][2] > calls[-1][2]


@pytest.mark.slow
def test_the_default_training_comes_within_five_per_cent():
    assert train(FIELD, device="cpu").velocity_error < 0.05


def test_the_irreducible_loss_is_that_of_the_exact_field():
    """For one Gaussian N(m, c) on the line the target's variance given x is known: c sigma0^2 / V at every time."""
    variance = 0.3
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.Linear()), ri.Gaussian([2.0], [[variance]]))
    exact = evaluate(field, lambda x, t: field.velocity(x, t), (0.0, 1.0))
    closed_form = np.sqrt(variance) * np.pi / 2  # the integral of c / (t² c + (1 - t)²) over time
    off = student.isf(FALSE_ALARM / 2, REPLICATES - 1) * exact.irreducible_error
    assert abs(exact.irreducible - closed_form) < off < A_PER_CENT * closed_form
    assert exact.excess == 0.0 and exact.velocity_error == 0.0


def test_the_field_error_is_measured_as_it_is_defined():
    """A field that is wrong by a half everywhere (no rounding is in that), and one that is right in the first half of
    time only."""
    by_half = evaluate(FIELD, lambda x, t: FIELD.velocity(x, t) / 2, (0.0, 1.0))
    assert by_half.velocity_error == 0.5
    assert all(error == 0.5 for _, error in by_half.error_by_time)
    half = evaluate(FIELD, lambda x, t: FIELD.velocity(x, t) * (t < 0.5)[:, None], (0.0, 1.0))
    assert [error for _, error in half.error_by_time] == [0.0] * 5 + [1.0] * 6


LITTLE = {"steps": 150, "batch": 256, "width": 64, "device": "cpu"}


def test_a_little_training_is_enough_to_tell_right_from_wrong():
    assert train(FIELD, **LITTLE).velocity_error < 0.35


@pytest.mark.parametrize(
    "target",
    [
        lambda data, noise, dalpha_t, dsigma_t: noise - data,
        lambda data, noise, dalpha_t, dsigma_t: dsigma_t * data + dalpha_t * noise,
        lambda data, noise, dalpha_t, dsigma_t: (data - noise) / 2,
    ],
    ids=["opposite direction", "rates swapped", "half the speed"],
)
def test_a_wrong_target_shows_in_the_field_error(target):
    """The loss of each falls just as the right one's does."""
    losses = []
    result = train(FIELD, **LITTLE, target=target, progress=lambda done, steps, loss: losses.append(loss))
    assert result.velocity_error > 0.45
    assert np.mean(losses[-10:]) < 0.75 * np.mean(losses[:3])


def test_a_schedule_of_infinite_rate_is_trained_short_of_it():
    field = ri.MarginalField(ri.GaussianPath(ri.schedules.VariancePreserving()), ri.reference_mixture())
    result = train(field, **SHORT)
    assert result.times == (0.0, 0.999) and math.isfinite(result.loss) and result.error_by_time[-1][0] == 0.999


# ---- the result ------------------------------------------------------------------------------------------------------


def test_the_learned_velocity_takes_numpy_and_torch_and_times_of_leading_axes(gate):
    result, _ = gate
    t = np.array([0.2, 0.5, 0.9])
    x = FIELD.sample(12, np.repeat(t, 4), seed=0).reshape(3, 4, 2)
    learned = result.velocity(x, t)
    assert learned.shape == x.shape and learned.dtype == np.float64
    assert np.array_equal(learned, result.velocity(x.reshape(-1, 2), np.repeat(t, 4)).reshape(x.shape))
    assert np.array_equal(result.velocity(x[1], 0.5), result.velocity(x[1], np.full(4, 0.5)))
    tensor = result.velocity(torch.from_numpy(x).float(), torch.from_numpy(t).float())
    assert tensor.dtype == torch.float32 and np.array_equal(tensor.numpy(), learned.astype(np.float32))
    assert np.linalg.norm(learned - FIELD.velocity(x, t)) < 0.2 * np.linalg.norm(learned)
    with pytest.raises(ValueError, match="`t` must"):
        result.velocity(x, 1.5)


def test_the_figures_are_plain_data(gate):
    import json

    data = json.loads(json.dumps(gate[0].as_dict()))
    assert set(data) == {
        *("velocity_error", "error_by_time", "loss", "irreducible", "irreducible_error"),
        *("excess", "steps", "seconds", "device", "times"),
    }
    assert isinstance(gate[0], TrainingResult) and data["velocity_error"] == gate[0].velocity_error


# ---- interruptions ---------------------------------------------------------------------------------------------------


def interrupt_at(step):
    def progress(done, steps, loss):
        if done == step:
            os.kill(os.getpid(), signal.SIGINT)

    return progress


def test_ctrl_c_keeps_the_work_and_the_run_ends_as_if_nothing_had_happened(tmp_path):
    file = tmp_path / "deep" / "run.pt"
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match=r"interrupted after 12 of 30 steps\. They are kept in .*run\.pt"):
        train(FIELD, **SHORT, seed=3, checkpoint=file, progress=interrupt_at(12))
    assert signal.getsignal(signal.SIGINT) is before
    done = []
    resumed = train(FIELD, **SHORT, seed=3, checkpoint=file, progress=lambda k, *_: done.append(k))
    assert done[0] == 13 and done[-1] == 30
    assert same(resumed, train(FIELD, **SHORT, seed=3))
    again = train(FIELD, **SHORT, seed=3, checkpoint=file, progress=lambda *_: pytest.fail("it was finished"))
    assert same(again, resumed) and again.seconds > 0
    assert [path.name for path in file.parent.iterdir()] == ["run.pt"]


def test_another_seed_is_another_run(tmp_path):
    assert not same(train(FIELD, **SHORT, seed=3), train(FIELD, **SHORT, seed=4))


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    """The disk fills up while the second checkpoint is written: the first stays, and no half of the other is left."""
    file = tmp_path / "run.pt"
    written, replace = [], os.replace

    def full(source, target):
        written.append(target)
        if len(written) == 2:
            raise OSError("no space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        train(FIELD, **SHORT, checkpoint=file, checkpoint_every=10)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
    first = []
    train(FIELD, **SHORT, checkpoint=file, progress=lambda k, *_: first.append(k))
    assert first[0] == 11


def test_a_second_ctrl_c_does_not_wait():
    from refimpl.checkpoints import Interruption

    with pytest.raises(KeyboardInterrupt), Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.asked
        os.kill(os.getpid(), signal.SIGINT)


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "`steps` must be at least 1; got 0"),
        ({"batch": -1}, "`batch` must be at least 1; got -1"),
        ({"seed": -1}, "`seed` must not be negative; got -1"),
        ({"learning_rate": 0.0}, "`learning_rate` must be positive; got 0"),
        ({"times": (0.5, 0.2)}, r"`times` must be an interval inside \[0, 1\]; got \(0.5, 0.2\)"),
        ({"device": "gpu"}, '`device` must be "cuda", "mps" or "cpu"; got'),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        train(FIELD, **(SHORT | arguments))


def test_a_device_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device() == "cpu"
    with pytest.raises(ValueError, match=r"`device` must be one that PyTorch finds here \(cpu\); got 'cuda'"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device() == "cuda" and choose_device("cuda:0") == "cuda:0"


def test_not_a_field():
    with pytest.raises(TypeError, match="`field` must be a MarginalField; got GaussianMixture"):
        train(ri.reference_mixture())


@pytest.mark.parametrize(
    ("content", "message"), [(b"PK\x03\x04 broken", "cannot be read"), (None, "is something else")]
)
def test_a_file_that_is_no_checkpoint(content, message, tmp_path):
    file = tmp_path / "run.pt"
    if content is None:
        torch.save({"weights": torch.zeros(3)}, file)
    else:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=f"`checkpoint` must be a file that `train` wrote; .*{message}"):
        train(FIELD, **SHORT, checkpoint=file)


def test_a_checkpoint_of_another_run(tmp_path):
    file = tmp_path / "run.pt"
    train(FIELD, **SHORT, checkpoint=file)
    with pytest.raises(ValueError, match="has seed = 0, asked for was 1"):
        train(FIELD, **SHORT, seed=1, checkpoint=file)
    other = ri.MarginalField(FIELD.path, ri.Gaussian([0.0, 0.0], np.eye(2)))
    with pytest.raises(ValueError, match="has distribution ="):
        train(other, **SHORT, checkpoint=file)
