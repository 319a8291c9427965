"""The numerical tests as on other processors: `make kernels`.

OpenBLAS, NumPy, PyTorch and MKL choose their arithmetic by the processor, and sums in another order give other last
digits. Environment variables choose it instead. A name that they do not know they ignore in silence, so what took
effect is read back in a process of its own, and a setting that changed nothing fails. What this processor lacks is
skipped.
"""

import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

# Each OpenBLAS kernel, with the feature of the processor that it needs, together with one other setting.
KERNELS = {"Prescott": "SSE3", "Nehalem": "SSE42", "Sandybridge": "AVX", "Haswell": "AVX2"}
READS_AS = {"Prescott": "Katmai"}  # built from the same kernels, and OpenBLAS gives the older name
ROUNDS = (
    {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
    {"OPENBLAS_CORETYPE": "Nehalem", "ATEN_CPU_CAPABILITY": "default"},
    {"OPENBLAS_CORETYPE": "Sandybridge", "MKL_CBWR": "COMPATIBLE"},
    {"OPENBLAS_CORETYPE": "Haswell"},
)
# Set by anyone else, these would decide too.
UNSET = {name for each in ROUNDS for name in each} | {
    "NPY_ENABLE_CPU_FEATURES",
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_VERBOSE",
}

FILES = """
    conventions conventions_edge continuity ddim ddpm distributions empirical energies fast_reductions field_accuracy
    field_sweep marginals paths_and_conventions prediction_errors public_surface public_surface_jax public_surface_torch
    rounding sampler_laws samplers_edge schedules statistics time_grids
""".split()
ROOT = Path(__file__).parents[1]


def probe() -> None:
    """Print what is in effect in this process; MKL tells it in its own words, before or after."""
    import numpy as np
    import scipy.linalg  # loads SciPy's OpenBLAS, which is another than NumPy's
    from numpy._core import _multiarray_umath as umath
    from threadpoolctl import threadpool_info

    found = {
        "numpy": np.__version__,
        "features": [name for name, on in umath.__cpu_features__.items() if on],
        "dispatched": umath.__cpu_dispatch__,
        "openblas": [each["architecture"] for each in threadpool_info() if each["internal_api"] == "openblas"],
        "aten": None,
        "mkl": False,
    }
    assert scipy.linalg
    try:
        import torch
    except ImportError:
        pass
    else:
        found["aten"], found["mkl"] = torch.backends.cpu.get_cpu_capability(), torch.backends.mkl.is_available()
        torch.ones((2, 2), dtype=torch.float64) @ torch.ones((2, 2), dtype=torch.float64)
    print("\n" + json.dumps(found), flush=True)


def in_effect(settings: dict[str, str]) -> dict:
    """What a fresh process finds under these settings."""
    command = [sys.executable, __file__, "--probe"]
    said = subprocess.run(command, env=environment(settings) | {"MKL_VERBOSE": "1"}, text=True, capture_output=True)
    if said.returncode:
        raise SystemExit(f"kernels: no process starts under {shown(settings)}:\n{said.stdout}{said.stderr}")
    found = json.loads(next(line for line in said.stdout.splitlines() if line.startswith("{")))
    branch = re.search(r"CNR:(\w+)", said.stdout)
    return found | {"mkl_branch": branch[1] if branch else "not to be found"}


def environment(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    return kept | {"OMP_NUM_THREADS": "1"} | settings


def shown(settings: dict[str, str]) -> str:
    return " ".join(f"{name}='{value}'" if " " in value else f"{name}={value}" for name, value in settings.items())


def lacking(name: str, value: str, usual: dict) -> str | None:
    """Why the setting cannot be tried here, if so; `usual` is in effect without any."""
    if name == "OPENBLAS_CORETYPE":
        if not usual["openblas"]:
            return "NumPy and SciPy do not use OpenBLAS here"
        needed = KERNELS.get(value)
        return f"this processor has no {needed}" if needed and needed not in usual["features"] else None
    if name == "NPY_DISABLE_CPU_FEATURES":
        on = set(usual["dispatched"]) & set(usual["features"])
        return None if on else "this processor has none of the features that NumPy dispatches"
    if usual["aten"] is None:
        return "PyTorch is not installed"
    if name == "ATEN_CPU_CAPABILITY":
        return "PyTorch knows only that here" if usual["aten"].lower() == value else None
    return None if usual["mkl"] else "PyTorch has no MKL here"


def complaint(name: str, value: str, found: dict) -> str | None:
    """How what was found differs from what was set, if so."""
    if name == "OPENBLAS_CORETYPE":
        other = [each for each in found["openblas"] if each not in (value, READS_AS.get(value))]
        return f"OpenBLAS runs {', '.join(other)}" if other else None
    if name == "NPY_DISABLE_CPU_FEATURES":
        unknown = [each for each in value.split() if each not in found["dispatched"]]
        if unknown:
            return f"NumPy {found['numpy']} dispatches no {', '.join(unknown)}, but {' '.join(found['dispatched'])}"
        on = [each for each in found["dispatched"] if each in found["features"]]
        return f"NumPy still has {', '.join(on)}" if on else None
    if name == "ATEN_CPU_CAPABILITY":
        return f"PyTorch runs {found['aten']}" if found["aten"].lower() != value else None
    return f"MKL's branch is {found['mkl_branch']}" if found["mkl_branch"] != value else None


def main(arguments: list[str]) -> int:
    if platform.machine() not in ("x86_64", "AMD64"):
        print(f"kernels: skipped, the settings are those of x86-64 and this is {platform.machine()}")
        return 0
    usual, failures = in_effect({}), []
    print(f"kernels: usually {', '.join(usual['openblas'])}, PyTorch {usual['aten']}, MKL {usual['mkl_branch']}")
    for settings in ROUNDS:
        missing = {name: why for name, value in settings.items() if (why := lacking(name, value, usual))}
        for name, why in missing.items():
            print(f"kernels: skipped {shown({name: settings[name]})}: {why}", flush=True)
        kept = {name: value for name, value in settings.items() if name not in missing}
        if not kept:
            continue
        found = in_effect(kept)
        wrong = {name: said for name, value in kept.items() if (said := complaint(name, value, found))}
        if wrong:
            failures += [f"{shown({name: kept[name]})} took no effect: {said}" for name, said in wrong.items()]
            print(f"kernels: FAILED, {failures[-1]}", flush=True)
            continue
        print(f"kernels: the numerical tests under {shown(kept)}", flush=True)
        start, command = time.monotonic(), [sys.executable, "-m", "pytest", "-q", "--numprocesses", "auto", *arguments]
        files = [f"tests/test_{name}.py" for name in FILES]
        status = subprocess.run([*command, *files], cwd=ROOT, env=environment(kept)).returncode
        print(f"kernels: {time.monotonic() - start:.0f} s under {shown(kept)}", flush=True)
        if status:
            failures.append(f"the tests fail under {shown(kept)}")
    for failure in failures:
        print(f"kernels: FAILED, {failure}")
    print("kernels: FAILED" if failures else "kernels: all that this processor has, passed")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(probe() if "--probe" in sys.argv else main(sys.argv[1:]))
