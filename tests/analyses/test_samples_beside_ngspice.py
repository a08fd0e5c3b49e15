"""The same thousand amplifiers, sample by sample, in ngspice."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np

import longtail as lt
from longtail.contract.counted import Counted
from longtail.statistics.finding import find_spreads
from longtail.statistics.sampling import Sampling

SAMPLES = 1000
OTA = Path(__file__).parents[2] / "examples" / "ota_5t.cir"
RULES = "*@ mismatch w(m1,m2,m3,m4) sigma=0.3%\n*@ process w(m5,m6) sigma=5%\n"


def _deck() -> str:
    title, _, rest = re.sub(r"(?mi)^\.end\s*$", "", OTA.read_text()).partition("\n")
    return f"{title}\n{RULES}{rest}"


def _ngspice(values: dict[str, np.ndarray], folder: Path) -> np.ndarray:
    """Differential and common gain of every sample at 1 kHz, `[sample, 2]`."""
    script = ["set numdgt=12", "set width=200", "set height=100000000"]
    for k in range(SAMPLES):
        script += [f"alter {name.replace('.', ' ')} = {value[k]:.17g}" for name, value in values.items()]
        for one, two in ((0.5, -0.5), (1.0, 1.0)):
            drive = [f"alter vinp ac = {one}", f"alter vinn ac = {two}"]
            script += [*drive, "ac lin 1 1k 1k", "print v(o)", "destroy all"]
    tight = ".option reltol=1e-9 abstol=1e-16 vntol=1e-12"
    deck = folder / "deck.cir"
    deck.write_text("\n".join([_deck(), tight, ".control", "set noaskquit", *script, "quit 0", ".endc", ".end", ""]))
    done = subprocess.run(["ngspice", "-b", str(deck)], capture_output=True, text=True, check=True, timeout=300)
    found = re.findall(r"v\(o\) = (\S+?),(\S+)", done.stdout) or re.findall(
        r"^\d+\s+\S+\s+(\S+?),\s*(\S+)\s*$", done.stdout, re.MULTILINE
    )
    return np.array([complex(float(a), float(b)) for a, b in found]).reshape(SAMPLES, 2)


def test_a_thousand_samples_have_the_gains_that_ngspice_finds(tmp_path: Path) -> None:
    amp = lt.read(_deck())
    found = amp.run("monte-carlo", samples=SAMPLES, seed=5, measure="differential_db@1k,common_db@1k,cmrr@1k")
    spreads = find_spreads(amp.circuit).chosen(Counted())
    theirs = _ngspice(Sampling(spreads, SAMPLES, 5).values(slice(0, SAMPLES)), tmp_path)
    for name, gains in (("differential_db@1k", theirs[:, 0]), ("common_db@1k", theirs[:, 1])):
        ours = 10.0 ** (found[name] / 20.0)
        np.testing.assert_allclose(ours, np.abs(gains), rtol=1e-5)
    ratio = 10.0 ** (-found["cmrr@1k"] / 20.0)
    np.testing.assert_allclose(ratio, np.abs(theirs[:, 1] / theirs[:, 0]), rtol=1e-5)
    assert found["common_db@1k"].std() > 0.1
