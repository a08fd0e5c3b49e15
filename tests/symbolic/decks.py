"""The gallery at its operating points, and textbook circuits as netlists."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from longtail.amplifier import read
from longtail.analyses.formula.setting import Setting, setting
from longtail.contract.drive import Drive

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.cir"))
NULLED = {"two_stage_opamp", "ua741"}


@cache
def gallery(name: str) -> Setting:
    """An example, ready for formulas; open-loop amplifiers are nulled."""
    return setting(read(FOLDER / f"{name}.cir").circuit, Drive(null=name in NULLED))


MOS = """MOS pair with a resistor for a tail
*@ input inp inn
*@ output o1 o2
*@ supply vdd vss
.param drd=0 dw=0 lambda=0 rss=100k ct=1p
vdd vdd 0 3.3
vss vss 0 -19
vinp inp 0 1.2
vinn inn 0 1.2
rd1 vdd o1 {10k*(1+drd/2)}
rd2 vdd o2 {10k*(1-drd/2)}
m1 o1 inp s s n w={50u*(1+dw/2)} l=1u
m2 o2 inn s s n w={50u*(1-dw/2)} l=1u
rss s vss {rss}
ct s 0 {ct}
.model n nmos(level=1 vto=0.5 kp=200u lambda={lambda})
.end
"""

BIPOLAR = """bipolar pair with a resistor for a tail
*@ input inp inn
*@ output o1 o2
*@ supply vcc vee
vcc vcc 0 5
vee vee 0 -5
vinp inp 0 0
vinn inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e plain
q2 o2 inn e plain
ree e vee 10k
.model plain npn(is=5e-15 bf=100)
.end
"""
