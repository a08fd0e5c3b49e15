"""The figures of the datasheet from ngspice: of the amplifier as it stands, of its poles, and with its output held.

Each of the three is one process for all conditions; models and sources are altered in place. Node sets near the
operating point save ngspice its stepping of gmin. Curves of ranges are swept with as many points as longtail's search
takes; what is read off them (edges) is not computed.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Conditions = Sequence[tuple[float, float, float, float]]  # temperature in °C, vto_shift in V, kp_scale, iref in A

LEVELS = 25
POINTS = 70  # of a curve: what longtail's search of two ends takes
TIMEOUT = 300.0  # s
# the default tolerances leave a thousandth in A_cm and 4 % in V_OS; 1e-6 still leaves 3e-3 in the drift
ACCURATE = ".options reltol=1e-6 vntol=1e-9"
ACCURATE_HELD = ".options reltol=1e-8 vntol=1e-9"
NODESET = ".nodeset v(s)=0.7 v(x)=2 v(o)=2 v(b)=0.74"
NODESET_HELD = ".nodeset v(s)=0.7 v(x)=2 v(o)=1.5 v(b)=0.74 v(inp)=1.5 v(inn)=1.5"
QUANTITIES = " ".join(f"@m{k}[vds] @m{k}[vdsat]" for k in range(1, 6))


def decks(path: Path) -> tuple[str, str]:
    """The netlist as it stands with a current into its output, and with a servo in place of the inputs' sources."""
    text = re.sub(r"(?mi)^\.end\s*$", "", path.read_text())
    stands = f"{text}\niz 0 o 0\n{ACCURATE}\n{NODESET}"
    servo = "vcm cm 0 1.5\nvt t 0 1.5\nep inp cm o t -1e4\nen inn cm o t 1e4"
    held = re.sub(r"(?m)^vinp .*\nvinn .*$", servo, text)
    return stands, f"{held}\n{ACCURATE_HELD}\n{NODESET_HELD}"


def _condition(temperature: float, vto_shift: float, kp_scale: float, iref: float) -> list[str]:
    return [
        f"set temp = {temperature:g}",
        f"altermod n vto = {0.5 + vto_shift:.12g}",
        f"altermod n kp = {170e-6 * kp_scale:.12g}",
        f"altermod p vto = {-0.6 - vto_shift:.12g}",
        f"altermod p kp = {60e-6 * kp_scale:.12g}",
        f"alter iref dc = {iref:.12g}",
    ]


def _ac(inp: float = 0.0, inn: float = 0.0, vdd: float = 0.0, iz: float = 0.0) -> list[str]:
    return [f"alter {name} ac = {v:g}" for name, v in (("vinp", inp), ("vinn", inn), ("vdd", vdd), ("iz", iz))]


def _level(inp: float, inn: float) -> list[str]:
    return [f"alter vinp dc = {inp:.12g}", f"alter vinn dc = {inn:.12g}"]


def _sweep(source: str, low: float, high: float) -> str:
    step = (high - low) / (POINTS - 1)
    return f"dc {source} {low:g} {high + step / 2:.12g} {step:.12g}"


def _print(**expressions: str) -> list[str]:
    lines = []
    for name, expression in expressions.items():
        lines += [f"let {name} = {expression}", f"print {name}"]
    return lines


def standing_script(conditions: Conditions, levels: tuple[float, float], level_sweep: str) -> list[str]:
    """Everything but what needs the output held. `level_sweep` is the frequency command at common-mode levels."""
    differential, common = _ac(0.5, -0.5), _ac(1.0, 1.0)
    first, index = "ac lin 1 1 1", "[0]" if "dec" in level_sweep else ""
    script = ["save v(o) i(vdd) i(vinp) i(vinn) onoise_spectrum onoise_total"]
    for condition in conditions:
        script += [*_condition(*condition), "op", *_print(power="-3*i(vdd)"), "destroy all"]
        script += [*differential, "ac dec 10 1 1g"]
        script += _print(ad="mag(v(o)[0])", ad_high="mag(v(o)[90])", zid="2/mag(i(vinp)[0]-i(vinn)[0])")
        script += [
            "let level = ad/sqrt(2)",
            "meas ac f_3db when vm(o)=$&level fall=1",
            "meas ac f_t when vm(o)=1 fall=1",
        ]
        script += ["destroy all", *common, "ac dec 10 1 1g"]
        script += _print(acm="mag(v(o)[0])", acm_high="mag(v(o)[90])", zic="1/mag(i(vinp)[0]+i(vinn)[0])")
        script += ["destroy all", *_ac(vdd=1.0), first, *_print(avdd="mag(v(o))"), "destroy all"]
        script += [*_ac(iz=1.0), first, *_print(zo="mag(v(o))"), "destroy all"]
        script += [*_ac(1.0), "noise v(o) vinp dec 10 1 1g", *_print(vn="onoise_total")]
        script += ["setplot noise1", *_print(en="onoise_spectrum[30]"), "destroy all"]
        for reach in (0.03, 0.0216):  # swing and linear range
            script += [_sweep("vinp", 1.5 - reach, 1.5 + reach), "destroy all"]
        for level in np.linspace(*levels, LEVELS):
            script += _level(level, level)
            script += [*differential, level_sweep, *_print(level_ad=f"mag(v(o){index})"), "destroy all"]
            script += [*common, level_sweep, *_print(level_acm=f"mag(v(o){index})"), "destroy all"]
        script += _level(1.5, 1.5)
    return script


def poles_script(conditions: Conditions) -> list[str]:
    """Poles of the amplifier as it stands. Alone, since after the analyses above `pz` finds wrong ones."""
    script = ["save all"]
    for condition in conditions:
        script += [*_condition(*condition), "pz o 0 o 0 cur pol", "print all", "destroy all"]
    return script


def held_script(conditions: Conditions) -> list[str]:
    """Offset, bias currents (there is no gate current: none to print), drift, and the common-mode range."""
    script = [f"save v(inp) v(inn) v(o) {QUANTITIES}"]
    for k, condition in enumerate(conditions):
        script += [*_condition(*condition), "op", *_print(vos="v(inp)-v(inn)"), "destroy all"]
        script += [_sweep("vcm", 0.8, 2.9), "destroy all"]
        if k == 0:  # typical
            for temperature in (26.75, 27.25):
                script += [f"set temp = {temperature}", "op", *_print(vos_beside="v(inp)-v(inn)"), "destroy all"]
    return script


def run(deck: str, script: list[str]) -> dict[str, NDArray[np.float64]]:
    """Everything that the script prints, `[printed]` by name."""
    text = "\n".join([deck, ".control", "set noaskquit", "set numdgt=12", *script, "quit 0", ".endc", ".end", ""])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deck.cir"
        path.write_text(text)
        done = subprocess.run(
            ["ngspice", "-b", str(path)],
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            timeout=TIMEOUT,
            check=False,
        )
    if done.returncode or "rror" in done.stderr.replace("No error", ""):
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, list[float]] = {}
    for name, value in re.findall(r"^(\w+)\s+=\s+(\S+)\s*$", done.stdout, re.MULTILINE):
        found.setdefault(name, []).append(float(value))
    for real, imaginary in re.findall(r"^pole\(\d+\)\s+=\s+(\S+),(\S+)\s*$", done.stdout, re.MULTILINE):
        found.setdefault("poles", []).append(abs(complex(float(real), float(imaginary))))
    return {name: np.array(values) for name, values in found.items()}


def figures(
    path: Path, conditions: Conditions, levels: tuple[float, float], level_sweep: str
) -> dict[str, NDArray[np.float64]]:
    """Figures `[condition]` by the symbols of the datasheet's lines (the second line of a symbol has a 2)."""
    stands, held = decks(path)
    raw = run(stands, standing_script(conditions, levels, level_sweep))
    raw |= run(stands, poles_script(conditions)) | run(held, held_script(conditions))
    lowest = _decibels(raw["level_ad"] / raw["level_acm"]).reshape(-1, LEVELS).min(axis=1)
    return {
        "V_OS": raw["vos"],
        "P_S": raw["power"],
        "A_d": raw["ad"],
        "A_cm": -raw["acm"],
        "CMRR": _decibels(raw["ad"] / raw["acm"]),
        "CMRR 2": _decibels(raw["ad_high"] / raw["acm_high"]),
        "CMRR 3": lowest,
        "f_3dB": raw["f_3db"],
        "f_T": raw["f_t"],
        "TCV_OS": np.diff(raw["vos_beside"]) / 0.5,
        "Z_id": raw["zid"],
        "Z_ic": raw["zic"],
        "Z_o": raw["zo"],
        "PSRR(vdd)": _decibels(raw["ad"] / raw["avdd"]),
        "e_n": raw["en"] / raw["ad"],
        "V_n,out": raw["vn"],
        "f_p1": raw["poles"].reshape(len(raw["vos"]), -1).min(axis=1) / (2.0 * np.pi),
    }


def _decibels(ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(20.0 * np.log10(ratio))
