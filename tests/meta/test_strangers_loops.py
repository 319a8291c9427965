"""Strangers' sampling loops without noise: each with one mistake of the field, and its right counterpart."""

from itertools import pairwise

import numpy as np
import pytest

import refimpl as ri
from refimpl.testing import check_sampler
from tests.meta import A_MISTAKE

BETAS = np.linspace(1e-4, 0.02, 1000)
TABLE = ri.schedules.Discrete(BETAS)
ALPHAS_CUMPROD = np.cumprod(1 - BETAS)
FLOW = ri.schedules.Linear()


def of_integers(k):
    """Their step k has had k + 1 noisings, of a thousand."""
    return 1 - (k + 1) / 1000


# ---- a scheduler of images: integer timesteps that fall, alphas_cumprod, one word for the prediction type ----------


class DDIMScheduler:
    """`prediction_type` and `timestep_spacing` as in the large library; the mistakes by name."""

    def __init__(self, prediction_type="epsilon", spacing="trailing", mistake=None):
        self.prediction_type, self.spacing, self.mistake = prediction_type, spacing, mistake

    def set_timesteps(self, n):
        self.n = n
        if self.spacing == "trailing":
            self.timesteps = np.round(np.arange(1000, 0, -1000 / n)).astype(int) - 1
        else:
            self.timesteps = np.round(np.linspace(0, 999, n))[::-1].astype(int)

    def previous(self, timestep):
        if self.mistake == "stride":
            return timestep - 1000 // self.n
        later = self.timesteps[self.timesteps < timestep]
        return later[0] if len(later) else -1

    def step(self, model_output, timestep, sample):
        before = self.previous(timestep)
        table = np.append(1.0, ALPHAS_CUMPROD) if self.mistake == "alphas_cumprod_prev" else ALPHAS_CUMPROD
        alpha_prod, alpha_prod_prev = table[timestep], table[before] if before >= 0 else 1.0
        beta_prod = 1 - alpha_prod
        if self.prediction_type == "epsilon":
            original = (sample - beta_prod**0.5 * model_output) / alpha_prod**0.5
            epsilon = model_output
        elif self.prediction_type == "sample":
            original = model_output
            epsilon = (sample - alpha_prod**0.5 * original) / beta_prod**0.5
            if self.mistake == "data as noise":
                epsilon = model_output
        else:
            original = alpha_prod**0.5 * sample - beta_prod**0.5 * model_output
            epsilon = alpha_prod**0.5 * model_output + beta_prod**0.5 * sample
        return alpha_prod_prev**0.5 * original + (1 - alpha_prod_prev) ** 0.5 * epsilon


def with_scheduler(*args, **options):
    def run(predict, x, n):
        scheduler = DDIMScheduler(*args, **options)
        scheduler.set_timesteps(n)
        for t in scheduler.timesteps:
            x = scheduler.step(predict(x, t), t, x)
        return x

    return run


# ---- linear multistep on the outputs of the network ----------------------------------------------------------------

ADAMS_BASHFORTH = ([1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24])


def plms(convert_first, anew=False):
    """Pseudo linear multistep; `convert_first` turns every output into noise before outputs are combined.

    With `anew` the first step is made a second time, with the mean of the outputs at its two ends.
    """

    def run(predict, x, n, predicts):
        timesteps = np.round(np.arange(1000, 0, -1000 / n)).astype(int) - 1
        history = []
        for i, t in enumerate(timesteps):
            a = ALPHAS_CUMPROD[t]
            b = ALPHAS_CUMPROD[timesteps[i + 1]] if i + 1 < n else 1.0
            output = predict(x, t)
            if predicts == "v_prediction" and convert_first:
                output = a**0.5 * output + (1 - a) ** 0.5 * x
            history = [output, *history][:4]
            output = sum(w * o for w, o in zip(ADAMS_BASHFORTH[len(history) - 1], history, strict=True))
            if anew and i == 0 and n > 1:
                noise = output if convert_first or predicts == "noise" else a**0.5 * output + (1 - a) ** 0.5 * x
                tried = (b / a) ** 0.5 * (x - (1 - a) ** 0.5 * noise) + (1 - b) ** 0.5 * noise
                other = predict(tried, timesteps[1])
                if predicts == "v_prediction" and convert_first:
                    other = b**0.5 * other + (1 - b) ** 0.5 * tried
                output = (output + other) / 2
            if predicts == "v_prediction" and not convert_first:
                output = a**0.5 * output + (1 - a) ** 0.5 * x
            x = (b / a) ** 0.5 * (x - (1 - a) ** 0.5 * output) + (1 - b) ** 0.5 * output
        return x

    return run


# ---- inversion -----------------------------------------------------------------------------------------------------


def inversion(assumes_previous):
    def run(predict, x, n):
        stride = 900 // n
        for told in range(99, 999, stride):
            start, goal = (told - stride, told) if assumes_previous else (told, told + stride)
            a, b = ALPHAS_CUMPROD[max(start, 0)], ALPHAS_CUMPROD[goal]
            eps = predict(x, told)
            x = (b / a) ** 0.5 * (x - (1 - a) ** 0.5 * eps) + (1 - b) ** 0.5 * eps
        return x

    return run


# ---- flow matching with data at t = 1 ------------------------------------------------------------------------------


def nano_flow(delta=None, sign=1.0):
    def run(predict, x, n):
        times = np.linspace(0.0, 1.0, n + 1)[:-1]
        for t in times:
            x = x + sign * (delta(n) if delta else 1 / n) * predict(x, t)
        return x

    return run


def euler_on_linspace(delta):
    """`steps` points of linspace(0, 1, steps), the last of them the end: steps - 1 intervals."""

    def run(predict, x, n):
        for t in np.linspace(0.0, 1.0, n + 1)[:-1]:
            x = x + delta(n + 1) * predict(x, t)
        return x

    return run


def with_data_at_zero(clock):
    """A path from data at t = 0 to noise at t = 1, whose velocity is noise - data."""

    def run(predict, x, n):
        def model(x, t):
            return -predict(x, t)

        for i in range(n):
            t = clock(i / n)
            x = x - model(x, t) / n
        return x

    return run


BOTH = ("noise", "v_prediction")
IN_TABLE = {"schedule": TABLE, "timestep": of_integers}
INVERSE = IN_TABLE | {"end": 1 - 1000 / 1000, "steps": (3, 6, 9)}
LOOPS = {
    "row 2 (PLMS): raw outputs are combined, the first step made twice": (
        plms(convert_first=False, anew=True),
        plms(convert_first=True, anew=True),
        IN_TABLE | {"predicts": BOTH},
        ("Raw outputs of different times are combined", "v_prediction", "#14816"),
    ),
    "row 2: raw outputs are combined": (
        plms(convert_first=False),
        plms(convert_first=True),
        IN_TABLE | {"predicts": BOTH},
        ("Raw outputs of different times are combined", "v_prediction", "#14816"),
    ),
    "row 5: the step goes to t - T // n": (
        with_scheduler(spacing="linspace", mistake="stride"),
        with_scheduler(spacing="linspace"),
        IN_TABLE,
        ("lands at the time of another grid point", "#11347"),
    ),
    "row 6: data used as noise": (
        with_scheduler("sample", mistake="data as noise"),
        with_scheduler("sample"),
        IN_TABLE | {"predicts": "data"},
        ("data prediction is taken for the noise", "#1486"),
    ),
    "row 14: inversion assumes the previous time": (
        inversion(assumes_previous=True),
        inversion(assumes_previous=False),
        INVERSE,
        ("not the one that the network is told", "the previous time of the grid", "#10695"),
    ),
    "row 26: the alphas of DDIM are one row off": (
        with_scheduler(mistake="alphas_cumprod_prev"),
        with_scheduler(),
        IN_TABLE,
        ("one row of the table nearer to the data", "denoising-diffusion-pytorch #81"),
    ),
    "row 25: steps of 1 / steps on linspace(0, 1, steps)": (
        euler_on_linspace(lambda steps: 1 / steps),
        euler_on_linspace(lambda steps: 1 / (steps - 1)),
        {"schedule": FLOW, "predicts": "velocity"},
        ("The steps have the length 1/(n + 1)", "rectified-flow-pytorch #14"),
    ),
    "row 25: direction inverted": (
        nano_flow(sign=-1.0),
        nano_flow(),
        {"schedule": FLOW, "predicts": "velocity"},
        ("The steps run backwards", "rectified-flow-pytorch #14"),
    ),
    "row 25: reversed twice": (
        with_data_at_zero(clock=lambda progress: progress),
        with_data_at_zero(clock=lambda progress: 1 - progress),
        {"schedule": FLOW, "predicts": "velocity", "timestep": lambda t: 1 - t},
        ("The loop runs the wrong way in time", "from t = 1", "tau-0-vla #7"),
    ),
}


@pytest.mark.parametrize("case", LOOPS, ids=str)
def test_the_mistake_is_named_and_the_right_one_passes(case):
    wrong, right, options, phrases = LOOPS[case]
    check_sampler(right, **options).require()
    found = check_sampler(wrong, **options)
    assert not found and found.statistic > A_MISTAKE
    assert all(phrase in found.words for phrase in phrases), found.words
    with pytest.raises(AssertionError, match="sampler: "):
        found.require()


def test_in_pytorch_too():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def loop(sign):
        def run(model, x, n):
            ts = torch.linspace(0, 1, n + 1, dtype=x.dtype)
            for t, s in pairwise(ts):
                v = model(x, t.expand(len(x)))
                assert isinstance(v, torch.Tensor) and v.dtype == x.dtype
                x = torch.addcmul(x, sign * (s - t), v)
            return x

        return run

    options = {"schedule": FLOW, "predicts": "velocity", "backend": "torch"}
    check_sampler(loop(1), **options).require()
    assert "The steps run backwards" in check_sampler(loop(-1), **options).words
