"""longtail beside ngspice on text decks of one kind of device: bias, temperature, and what a model card can say.

Two stages of unequal size are driven by the two inputs, so that all four gains see every capacitance of the device.
"""

from __future__ import annotations

import pytest

import longtail as lt
from reference import ngspice
from reference.comparison import assert_same_currents, assert_same_gains, assert_same_voltages

pytestmark = pytest.mark.ngspice

STAGES = """two stages of one kind of device
*@ input v1 v2
*@ output o1 o2
vs vs 0 {supply}
v1 g1 0 {bias}
v2 g2 0 {bias}
rs1 g1 b1 1k
rs2 g2 b2 1.5k
rl1 vs o1 {load}
rl2 vs o2 {load}
.model card {model}
{stages}
.temp {temp}
.end
"""

BIPOLAR = "q1 o1 b1 e1 card\nre1 e1 0 200\nq2 o2 b2 e2 0 card {instance}\nre2 e2 0 190"
MOS = "m1 o1 b1 e1 0 card w=20u l=2u\nre1 e1 0 200\nm2 o2 b2 e2 0 card w=30u l=2u {instance}\nre2 e2 0 200"
JFET = "j1 o1 b1 e1 card\nre1 e1 0 200\nj2 o2 b2 e2 card 1.5 {instance}\nre2 e2 0 200"
DIODE = "d1 b1 o1 card\nd2 b2 o2 card area=1.5 {instance}\nrd1 o1 0 2k\nrd2 o2 0 2k"

BASE = "is=1e-15 bf=120 br=3 vaf=60 var=10 cje=1p cjc=0.7p tf=0.2n tr=5n"
# kind: supply, bias, load, template of the stages
KINDS = {
    "npn": (5.0, 0.9, "4k", BIPOLAR),
    "pnp": (-5.0, -0.9, "4k", BIPOLAR),
    "nmos": (5.0, 1.6, "5k", MOS),
    "pmos": (-5.0, -1.6, "5k", MOS),
    "njf": (10.0, -0.5, "1k", JFET),
    "pjf": (-10.0, 0.5, "1k", JFET),
    "d": (1.0, 1.2, "50k", DIODE),
}
CARDS = {
    "npn defaults": "npn",
    "npn early": f"npn ({BASE})",
    "npn high injection": f"npn ({BASE} ikf=0.3m ikr=0.1m ise=1e-14 ne=1.8 isc=2e-14 nc=1.6 nf=1.02 nr=0.98)",
    "npn resistances": f"npn ({BASE} rb=300 re=5 rc=60 xcjc=0.4)",
    "npn substrate": f"npn ({BASE} cjs=2p vjs=0.6 mjs=0.4 fc=0.6 vje=0.8 mje=0.4 vjc=0.6 mjc=0.3)",
    "npn transit": f"npn ({BASE} xtf=4 vtf=2 itf=2m ptf=30)",
    "npn temperature": f"npn ({BASE} xtb=1.7 eg=1.16 xti=3.5 ise=1e-14 ne=1.8 tnom=40)",
    "pnp": f"pnp ({BASE} rb=100 ikf=1m xtf=2 itf=1m cjs=1p)",
    "nmos defaults": "nmos",
    "nmos": "nmos (vto=0.7 kp=110u gamma=0.45 phi=0.65 lambda=0.04 tox=20n cgso=0.2n cgdo=0.3n cgbo=0.4n)",
    "nmos process": "nmos (nsub=1.5e16 tox=25n uo=550 nss=3e10 ld=0.2u cj=0.4m cjsw=0.3n js=1u)",
    "nmos level 2": "nmos (level=2 vto=0.7 uo=600 tox=20n nsub=1e16 lambda=0.03 ucrit=1e5 uexp=0.2 cgso=0.2n cj=0.4m)",
    "nmos level 3": "nmos (level=3 vto=0.7 tox=20n nsub=1e16 xj=0.3u theta=0.1 eta=0.2 delta=0.5 kappa=0 wd=0.2u)",
    "nmos resistances": "nmos (vto=0.7 kp=110u rd=50 rs=30 cbd=50f cbs=60f pb=0.7 mj=0.4 is=1f)",
    "pmos": "pmos (vto=-0.8 kp=40u gamma=0.5 lambda=0.05 tox=20n cgso=0.2n cgdo=0.3n)",
    "njf defaults": "njf",
    "njf": "njf (vto=-2.2 beta=0.8m lambda=0.015 is=2e-14 rd=15 rs=25 cgs=4p cgd=2p pb=0.9 fc=0.6)",
    "njf level 2": "njf (level=2 vto=-2.2 beta=0.8m xi=0.6 z=0.5 vst=0.05 lfgam=0.02 delta=1 rs=25 cgs=4p xc=0.2)",
    "pjf level 2": "pjf (level=2 vto=-2.2 beta=0.8m p=2.3 q=1.9 lambda=0.01 hfgam=0.05 taug=1u ibd=1n vbd=2 tnom=35)",
    "pjf": "pjf (vto=-2.2 beta=0.8m lambda=0.015 is=2e-14 cgs=4p cgd=2p tnom=35)",
    "d defaults": "d",
    "d": "d (is=3e-14 n=1.2 rs=8 cjo=4p vj=0.7 m=0.4 tt=4n fc=0.4 bv=20 ibv=1m)",
    "d temperature": "d (is=3e-14 n=1.1 eg=0.69 xti=2 cjo=4p tnom=45)",
}


def write(card: str, temp_deg_c: float, instance: str = "", bias_by: float = 0.0) -> str:
    """The deck of a card of CARDS at a temperature, the bias of its kind moved away from zero."""
    model = CARDS[card]
    supply, bias, load, stages = KINDS[model.split()[0]]
    bias += bias_by if bias > 0 else -bias_by
    stages = stages.format(instance=instance)
    return STAGES.format(supply=supply, bias=bias, load=load, model=model, stages=stages, temp=temp_deg_c)


def compare(text: str) -> None:
    amplifier = lt.read(text)
    ours, theirs = amplifier.op(), ngspice.operating_point(text)
    assert_same_voltages(ours.nodes, theirs)
    assert_same_currents(ours.branches, theirs)
    swept = ngspice.mode_gains(text, ("v1", "v2"), ("o1", "o2"), 1e3, 1e10, 3)
    assert_same_gains(amplifier.gains(frequency_hz=swept.frequency_hz), swept)


@pytest.mark.parametrize("temp_deg_c", [27.0, -30.0, 110.0])
@pytest.mark.parametrize("card", CARDS)
def test_over_temperature(card: str, temp_deg_c: float) -> None:
    compare(write(card, temp_deg_c))


@pytest.mark.parametrize("bias_by", [-0.35, 0.8])
@pytest.mark.parametrize("card", CARDS)
def test_nearly_off_and_saturated(card: str, bias_by: float) -> None:
    compare(write(card, 27.0, bias_by=bias_by))


@pytest.mark.parametrize("instance", ["m=2", "temp=60", "dtemp=15"])
@pytest.mark.parametrize("card", ["npn early", "pnp", "nmos", "pmos", "njf", "d"])
def test_instance_parameters(card: str, instance: str) -> None:
    compare(write(card, 27.0, instance))


@pytest.mark.parametrize("card", ["npn early", "pnp"])
def test_area(card: str) -> None:
    """Not saturated: ngspice 39 scales the base-collector current with the square of the area, longtail does not."""
    compare(write(card, 27.0, "area=1.5"))


# A base resistance that moves with the base current: ngspice 39 leaves the motion out of its small signals, so that
# they are not the slopes of its own operating points. longtail's are, and those slopes are what it is compared with.
CROWDED = f"""a transistor whose base resistance falls with its current
*@ input v1 v2
*@ output o
vc c 0 3
v1 b1 0 0.8
v2 b2 0 0
rl c o 100
rz b2 0 1k
q1 o b1 0 card
.model card npn ({BASE} rb=300 rbm=40 {{irb}})
"""


@pytest.mark.parametrize("irb", ["irb=20u", "ikf=0.5m"])
def test_moving_base_resistance_by_slopes(irb: str) -> None:
    text = CROWDED.format(irb=irb)
    step = 1e-4
    # by Richardson's rule the error of the slope falls with the fourth power of the step
    slopes = []
    for width in (step, step / 2):
        low, high = (ngspice.operating_point(text, dc={"v1": 0.8 + dv}).nodes["o"] for dv in (-width, width))
        slopes.append((high - low) / (2 * width))
    slope = (4 * slopes[1] - slopes[0]) / 3
    gain = lt.read(text).gains(frequency_hz=[1.0]).common[0]
    assert gain.real == pytest.approx(slope, rel=1e-5)
    by_ac = ngspice.mode_gains(text, ("v1", "v2"), ("o",), 1.0, 10.0, 1).common_to_differential[0]
    assert abs(by_ac / slope - 1) > 1e-4


def test_the_comparison_sees_a_small_difference() -> None:
    text = write("npn early", 27.0)
    swept = ngspice.mode_gains(text, ("v1", "v2"), ("o1", "o2"), 1e3, 1e10, 3)
    other = text.replace("tf=0.2n", "tf=0.2001n")
    with pytest.raises(AssertionError, match="Hz"):
        assert_same_gains(lt.read(other).gains(frequency_hz=swept.frequency_hz), swept)
    warmer = lt.read(text.replace(".temp 27.0", ".temp 27.01"))
    with pytest.raises(AssertionError, match=r"v\("):
        assert_same_voltages(warmer.op().nodes, ngspice.operating_point(text))
