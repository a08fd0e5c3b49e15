"""What is zero by symmetry is said as zero: no decibels of a residue of rounding, in any table, figure or JSON."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import longtail as lt

REAL = """symmetric pair
vcc vcc 0 12
vee vee 0 -12
v1 a 0 0
v2 b 0 0
q1 c1 a e1 qn
q2 c2 b e2 qn
re1 e1 t 100
re2 e2 t 100
rt t vee 10k
rc1 vcc c1 10k
rc2 vcc c2 10k
cl1 c1 0 10p
cl2 c2 0 10p
.model qn npn(is=1e-15 bf=150 vaf=80 rb=100 cje=1p cjc=1p tf=0.3n)
*@ input a b
*@ output c1 c2
*@ supply vcc vee
"""
# of linear transistors without junctions, whose gmin would let something through
IDEAL = """ideal pair
vcc vcc 0 12
v1 a 0 0
v2 b 0 0
g1 c1 t a t 10m
g2 c2 t b t 10m
it t 0 1m
rc1 vcc c1 10k
rc2 vcc c2 10k
*@ input a b
*@ output c1 c2
"""


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("gains", {}),
        ("cmrr", {"vcm": [-1.0, 0.0, 1.0]}),
        ("psrr", {}),
        ("poles", {}),
        ("source_imbalance", {}),
        ("behavioral", {}),
        ("analyze", {}),
        ("analyze", {"full": True}),
        ("half", {}),
    ],
)
def test_an_output_that_differences_do_not_reach_has_no_figure_of_rounding(verb: str, options: dict[str, Any]) -> None:
    """The tail of a symmetric pair: common-mode signals only."""
    result = getattr(lt.read(REAL), verb)(output=["t"], **options)
    text = result.to_text() + repr(result)
    assert re.search(r"-[23]\d\d\.\d+( dB|$|  )", text, re.MULTILINE) is None, text
    assert "nHz" not in text
    result.to_json()
    if verb != "behavioral":  # which has no figure
        result.plot()


def test_a_rejection_without_gain_is_minus_infinite() -> None:
    amplifier = lt.read(REAL)
    assert np.isneginf(amplifier.gains(output=["t"]).cmrr_db).all()
    assert np.isneginf(amplifier.psrr(output=["t"]).psrr_db("vcc")).all()
    assert np.isneginf(amplifier.cmrr(output=["t"], vcm=[0.0, 1.0]).cmrr_db).all()
    assert np.isposinf(amplifier.gains().cmrr_db).all()  # and limited by symmetry it is at the collectors
    poles = amplifier.poles(output=["t"])
    assert poles.corners.bandwidth_hz is None and poles.corners.gain_bandwidth_hz is None


def test_a_half_circuit_whose_output_stands_still_has_no_gain() -> None:
    """Below an ideal tail no common mode arrives; one with a resistance passes what it divides."""
    found = lt.read(IDEAL).half(at_hz=0.0)
    assert found.gains["common"] == 0.0
    assert abs(found.gains["differential"]) > 10.0
    assert re.search(r"A_cc +0 +–", found.to_text()), found.to_text()
    assert abs(lt.read(REAL).half(at_hz=0.0).gains["common"]) == pytest.approx(0.49, rel=0.05)
