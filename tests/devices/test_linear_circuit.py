"""Every linear device and source in one circuit, solved by longtail and by ngspice."""

from __future__ import annotations

import pytest

import longtail
from reference.ngspice import mode_gains, operating_point

DECK = """linear devices, sources and formulas
v1 a 0 dc 1
r1 a b 1k m=2 tc1=1m dtemp=20
r0 b b2 0
rmodel b 0 sheet l=50u w=2u
c1 b2 0 1n m=3
l1 b c 1m
l2 d 0 4m
k1 l1 l2 0.5
rc c 0 1k
rd d 0 1k
e1 e 0 b c1 10
rc1 c c1 1k
rc2 c1 0 2k
re e 0 1k
g1 f 0 b 0 1m m=2
rf f 0 1k tce=1 temp=77
f1 g 0 v1 2 m=3
rg g 0 1k
h1 h 0 v1 100
rh h 0 1k
b1 i 0 v=tanh(v(b))+i(v1)*100
ri i 0 1k
b2 j 0 i=v(b)^2*1m m=2 tc1=1m dtemp=10
rj j 0 1k
i1 0 k 1m m=2
rk k 0 -1k
.model sheet r rsh=100 short=0.5u narrow=0.2u
"""

SMALL_SIGNALS = """small signals of linear devices
vp inp 0 dc 1
vn inn 0 dc 0.5
r1 inp a 1k ac=500 m=2 tc1=1m
c1 a 0 1n m=3
l1 a b 1m
rb b 0 300
l2 c 0 4m scale=2
k1 l1 l2 0.5
rc c 0 1k
r2 inn d 1k
c2 d c 2n
rd d 0 1k
e1 e 0 a d 3
re e 0 1k
g1 f 0 c d 1m m=2
rf f 0 1k
h1 h 0 vp 100
f1 f 0 vn 0.1
b1 o 0 v=tanh(v(f))+i(vp)*v(d)*100
ro o f 1k
"""


@pytest.mark.ngspice
def test_operating_point_as_in_ngspice() -> None:
    ours = longtail.read(DECK).op().nodes
    theirs = operating_point(DECK).nodes
    assert set(theirs) == set(ours) and len(ours) > 10
    for node, voltage in theirs.items():
        # the runner moves ngspice's circuit by 1e-4 K, which temp= of one instance does not follow
        assert ours[node] == pytest.approx(voltage, rel=5e-6, abs=1e-12), node


@pytest.mark.ngspice
def test_small_signals_as_in_ngspice() -> None:
    theirs = mode_gains(SMALL_SIGNALS, ("vp", "vn"), ("f", "e"), 1e3, 1e6, 2)
    ours = longtail.read(SMALL_SIGNALS).gains(input=("inp", "inn"), output=("f", "e"), frequency_hz=theirs.frequency_hz)
    for gain in ("differential", "common", "common_to_differential", "differential_to_common"):
        assert getattr(ours, gain) == pytest.approx(getattr(theirs, gain), rel=1e-9), gain
