"""Amplifiers of MOSFETs of levels 2 and 3 beside ngspice: operating point, gains and noise.

The slopes of ngspice's small signals are not those of its currents where channels are short or carriers fast. So its
`.ac` and `.noise` are compared with on cards where they are, and on the others gains between its operating points.
"""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from reference import ngspice
from reference.comparison import assert_same_currents, assert_same_gains, assert_same_voltages

pytestmark = pytest.mark.ngspice

INPUTS = ("vi1", "vi2")
CAPACITANCES = "cgso=0.2n cgdo=0.25n cgbo=0.3n cj=0.3m cjsw=0.25n js=1u kf=2e-26 af=1"
LONG_2 = f"level=2 tox=25n gamma=0.5 nsub=1e16 ucrit=8e4 uexp=0.2 {CAPACITANCES}"
SHORT_2 = f"level=2 tox=25n nsub=1e16 xj=0.3u ld=0.15u delta=0.8 nfs=1e11 ucrit=8e4 uexp=0.2 vmax=6e4 {CAPACITANCES}"
LONG_3 = f"level=3 tox=20n nsub=1e16 xj=0.2u ld=0.1u delta=0.4 theta=0.08 eta=0.1 kappa=0 {CAPACITANCES}"
SHORT_3 = f"level=3 tox=20n nsub=1e16 xj=0.2u ld=0.1u delta=0.4 theta=0.08 eta=0.1 kappa=0.4 vmax=1.2e5 {CAPACITANCES}"
N_OWN, P_OWN = "vto=0.8 uo=600", "vto=-0.85 uo=220"

# an n-channel pair with enhancement loads; a five-transistor amplifier; two stages; a folded cascode in weak inversion
DECKS = {
    "enhancement loads": """enhancement loads
vdd vdd 0 10
vi1 i1 0 4
vi2 i2 0 4
m1 o1 i1 t 0 mn w=80u l=3u ad=200p as=200p pd=90u ps=90u
m2 o2 i2 t 0 mn w=82u l=3u ad=200p as=200p pd=90u ps=90u
m3 vdd vdd o1 0 mn w=8u l=6u as=30p ps=20u
m4 vdd vdd o2 0 mn w=8u l=6u as=30p ps=20u
m5 t b 0 0 mn w=40u l=3u ad=100p pd=60u
m6 b b 0 0 mn w=40u l=3u ad=100p pd=60u
rb vdd b 100k
*@ output o1 o2
""",
    "five transistors": """five transistors
vdd vdd 0 5
vi1 i1 0 2.5
vi2 i2 0 2.5
m1 x i1 t 0 mn w=50u l=2u ad=100p pd=60u
m2 o i2 t 0 mn w=50u l=2u ad=100p pd=60u
m3 x x vdd vdd mp w=40u l=2u ad=80p pd=50u
m4 o x vdd vdd mp w=40u l=2u ad=80p pd=50u
m5 t b 0 0 mn w=30u l=2u
m5b t b 0 0 mn w=30u l=2u
m6 b b 0 0 mn w=30u l=2u
ib vdd b 40u
cl o 0 2p
rl o 0 1meg
*@ output o
""",
    "two stages": """two stages
vdd vdd 0 5
vi1 i1 0 2.2
vi2 i2 0 2.2
m1 x i1 t 0 mn w=40u l=2u ad=80p pd=50u
m2 y i2 t 0 mn w=40u l=2u ad=80p pd=50u
m3 x x vdd vdd mp w=30u l=2u ad=60p pd=40u
m4 y x vdd vdd mp w=30u l=2u ad=60p pd=40u
m5 t b 0 0 mn w=20u l=2u
m6 b b 0 0 mn w=20u l=2u
ib vdd b 20u
m7 o y vdd vdd mp w=60u l=2u m=2 ad=120p pd=130u
m8 o b 0 0 mn w=40u l=2u ad=80p pd=50u
rz y z 3k
cc z o 3p
rl o 0 50k
cl o 0 5p
*@ output o
""",
    "folded cascode": """folded cascode
vdd vdd 0 3.3
vi1 i1 0 1.6
vi2 i2 0 1.6
m1 f1 i1 t 0 mn w=200u l=2u
m2 f2 i2 t 0 mn w=203u l=2u
m0 t bt 0 0 mn w=100u l=2u
mt bt bt 0 0 mn w=100u l=2u
it vdd bt 1u
m3 f1 bp vdd vdd mp w=120u l=2u
m4 f2 bp vdd vdd mp w=120u l=2u
mb bp bp vdd vdd mp w=120u l=2u
ib bp 0 1u
m5 x bc f1 vdd mp w=200u l=2u
m6 o bc f2 vdd mp w=200u l=2u
m7 x bn y1 0 mn w=100u l=2u
m8 o bn y2 0 mn w=100u l=2u
m9 y1 x 0 0 mn w=100u l=2u
m10 y2 x 0 0 mn w=100u l=2u
vbc bc 0 1.9
vbn bn 0 1.4
cl o 0 1p
rl o x 3meg
*@ output o
""",
}
LEVEL = {"enhancement loads": 2, "five transistors": 2, "two stages": 3, "folded cascode": 3}


def deck_of(name: str, *, short: bool) -> str:
    cards = {2: (f"{LONG_2} lambda=0.03", SHORT_2), 3: (LONG_3, SHORT_3)}[LEVEL[name]][short]
    weak = " nfs=2e11" if name == "folded cascode" else ""
    models = [f".model mn nmos({cards}{weak} {N_OWN})", f".model mp pmos({cards}{weak} {P_OWN})"]
    return "\n".join([DECKS[name].rstrip(), "*@ input vi1 vi2", *models, ""])


def outputs_of(deck: str) -> list[str]:
    return next(line for line in deck.splitlines() if line.startswith("*@ output")).split()[2:]


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("name", DECKS)
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
def test_operating_points(name: str, short: bool, temp_deg_c: float) -> None:
    deck = deck_of(name, short=short)
    ours, theirs = lt.read(deck).op(temp=temp_deg_c), ngspice.operating_point(deck, temp_deg_c=temp_deg_c)
    assert_same_voltages(ours.nodes, theirs)
    assert_same_currents(ours.branches, theirs)


@pytest.mark.parametrize("name", DECKS)
def test_the_transistors_amplify(name: str) -> None:
    """So that the comparisons are of amplifiers, and those of the folded cascode of weak inversion."""
    found = lt.read(deck_of(name, short=True)).op().devices
    transistors = {name: values for name, values in found.items() if name.startswith("m")}
    assert {values["region"] for values in transistors.values()} == {"saturation"}
    if name == "folded cascode":
        assert sum(values["v_ov"] < 0.0 for values in transistors.values()) > 6


@pytest.mark.parametrize("name", DECKS)
def test_gains_over_frequency(name: str) -> None:
    deck = deck_of(name, short=False)
    theirs = ngspice.mode_gains(deck, INPUTS, outputs_of(deck), 10.0, 1e8, 2)
    assert_same_gains(lt.read(deck).gains(frequency_hz=theirs.frequency_hz), theirs, 1e-5)


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("name", DECKS)
def test_gains_between_operating_points(name: str, short: bool) -> None:
    deck = deck_of(name, short=short)
    outputs, amplifier = outputs_of(deck), lt.read(deck)
    gain = float(amplifier.gains(frequency_hz=1e-3).differential[0].real)
    step = 0.02 / abs(gain)

    def output(shift: float) -> float:
        dc = ngspice.offset_sources(deck, INPUTS, shift)
        nodes = {**ngspice.operating_point(deck, dc=dc).nodes, "0": 0.0}
        first, second = (*outputs, "0")[:2]
        return nodes[first] - nodes[second]

    assert (output(step) - output(-step)) / (2.0 * step) == pytest.approx(gain, rel=1e-3)


@pytest.mark.parametrize("name", DECKS)
def test_noise(name: str) -> None:
    deck = deck_of(name, short=False)
    theirs = ngspice.noise(deck, INPUTS, outputs_of(deck), 10.0, 1e6, 1)
    ours = lt.read(deck).noise(frequency_hz=theirs.frequency_hz)
    np.testing.assert_allclose(ours.output_v_per_rthz, theirs.output, rtol=1e-4)
    np.testing.assert_allclose(ours.input_v_per_rthz, theirs.input, rtol=1e-4)
