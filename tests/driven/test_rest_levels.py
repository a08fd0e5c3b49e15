"""The dc levels of the inputs: what the bench makes of them, also where a source stands between the two."""

from __future__ import annotations

import pytest

import longtail as lt
from longtail.contract.drive import Drive
from longtail.driven.inputs import find_drives

FLOATING = """a source between the inputs
vcc vcc 0 10
vee vee 0 -10
{source}
q1 o1 a e n
q2 o2 b e n
r1 vcc o1 5k
r2 vcc o2 5k
re e vee 10k
.model n npn(is=1f bf=100)
*@ input a b
"""


@pytest.mark.parametrize(("source", "v_id"), [("vd a b 10m", 10e-3), ("vd b a 10m", -10e-3), ("vd a b 0", 0.0)])
def test_a_source_between_the_inputs_is_their_difference(source: str, v_id: float) -> None:
    drives = find_drives(lt.read(FLOATING.format(source=source)).circuit, Drive(vcm=0.5))
    assert drives.levels == pytest.approx((0.5 + v_id / 2.0, 0.5 - v_id / 2.0), abs=1e-15)


@pytest.mark.parametrize(("target", "reached"), [(90.0, True), (-90.0, True), (120.0, False), (-120.0, False)])
def test_without_supplies_an_offset_reaches_a_hundred_volts(target: float, reached: bool) -> None:
    ideal = lt.read("unity\nv1 a 0 0\nv2 b 0 0\ne1 o 0 a b 1\nr1 o 0 1k\n*@ input a b\n*@ output o\n")
    if reached:
        null = ideal.gains([1.0], null=True, target=target).null
        assert null is not None and null.input_offset == pytest.approx(target)
    else:
        with pytest.raises(lt.AnalysisError, match="differences of the inputs up to 100 V"):
            ideal.gains([1.0], null=True, target=target)
