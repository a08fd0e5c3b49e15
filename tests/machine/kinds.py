"""Kinds of machines: what a process has to be told so that it takes its processor for another one."""

from __future__ import annotations

import os
from typing import Any

from numpy._core import _multiarray_umath as umath
from threadpoolctl import threadpool_info

REFERENCE = "this one"  # as the machine is, with compiled kernels
SERVING = {"Prescott": ("Prescott", "Katmai")}  # by what names OpenBLAS calls a kernel that it was asked for
_AVX512 = ("X86_V4", "AVX512_SKX")  # NumPy's name for it has changed


def cores() -> list[str]:
    """OpenBLAS kernels that this processor can run: SkylakeX only with AVX-512."""
    wide = any(umath.__cpu_features__.get(name) for name in _AVX512)
    return [*(["SkylakeX"] if wide else []), "Haswell", "Nehalem", "Prescott"]


def plain_numpy() -> str:
    """What NumPy has to be told so that it takes no instructions beyond the least."""
    return " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name])


def kinds() -> dict[str, dict[str, str]]:
    """Environments by name: every kernel of BLAS, with all instructions and with the least, compiled and not."""
    least = {"NPY_DISABLE_CPU_FEATURES": plain_numpy(), "NUMBA_CPU_NAME": "generic"}
    plain = {"LONGTAIL_NUMBA": "0"}
    found: dict[str, dict[str, str]] = {REFERENCE: {}, "plain kernels": plain}
    for core in cores():
        blas = {"OPENBLAS_CORETYPE": core}
        found[core] = blas
        found[f"{core}, plain kernels"] = blas | plain
        found[f"{core}, least instructions"] = blas | least
        found[f"{core}, least instructions, plain kernels"] = blas | least | plain
    return found


def environment(kind: str) -> dict[str, str]:
    """The environment of a process of a kind: that of this one, but for what tells it of another processor."""
    told = {name for env in kinds().values() for name in env}
    return {name: value for name, value in os.environ.items() if name not in told} | kinds()[kind]


def served() -> dict[str, Any]:
    """What this process in fact runs on: the kernels of every BLAS, NumPy's instructions, Numba's processor."""
    import scipy.linalg  # noqa: F401  brings a BLAS of its own
    from numba.core import config

    return {
        "blas": sorted({str(each["architecture"]) for each in threadpool_info() if each["user_api"] == "blas"}),
        "numpy": [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name]],
        "numba": config.CPU_NAME or "host",
        "compiled": os.environ.get("LONGTAIL_NUMBA") != "0",
    }


def differs(env: dict[str, str], found: dict[str, Any]) -> list[str]:
    """Where a process does not run on what it was told to."""
    wrong = []
    core = env.get("OPENBLAS_CORETYPE")
    if core and not set(found["blas"]) <= set(SERVING.get(core, (core,))):
        wrong.append(f"BLAS runs on {', '.join(found['blas'])}, not {core}")
    if "NPY_DISABLE_CPU_FEATURES" in env and found["numpy"]:
        wrong.append(f"NumPy still has {', '.join(found['numpy'])}")
    if found["numba"] != env.get("NUMBA_CPU_NAME", "host"):
        wrong.append(f"Numba compiles for {found['numba']}")
    if found["compiled"] != ("LONGTAIL_NUMBA" not in env):
        wrong.append("the other kernels were taken")
    return wrong
