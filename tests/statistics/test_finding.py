"""What spreads: by rules, by Pelgrom's coefficients, by what is usual; and the values that follow."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from longtail.contract.counted import MISMATCH, PROCESS, Counted
from longtail.errors import NetlistError, OptionError
from longtail.statistics.draws import NORMAL, TRUNCATED, UNIFORM
from longtail.statistics.finding import find_spreads
from longtail.statistics.spreads import Spreads

DECK = """a pair
{rules}
.param rr=10k
.model nch nmos (vto=0.5 kp=100u {coefficients})
vdd vdd 0 3
vip inp 0 1.5
vin inn 0 1.5
m1 o1 inp t 0 nch w=10u l=1u m=2
m2 o2 inn t 0 nch w=10u l=1u m=2
rc1 vdd o1 {{rr}}
rc2 vdd o2 {{rr*2}}
it t 0 100u
"""


def _spreads(*rules: str, coefficients: str = "") -> Spreads:
    text = DECK.format(rules="\n".join(f"*@ {rule}" for rule in rules), coefficients=coefficients)
    return find_spreads(lt.read(text).circuit)


def test_pelgroms_law_is_of_the_difference_of_two() -> None:
    """A_VT is the deviation of a difference times the root of the area; W*L*m is the area of one device."""
    found = _spreads(coefficients="a_vt=3.5n a_beta=0.01u")
    area = 10e-6 * 1e-6 * 2
    deviations = {cause.names[0]: cause.deviation for cause in found.causes}
    assert deviations == pytest.approx(
        {name: 3.5e-9 / math.sqrt(2 * area) for name in ("m1.vto", "m2.vto")}
        | {name: 0.01e-6 / math.sqrt(2 * area) for name in ("m1.kp", "m2.kp")}
    )
    difference = math.hypot(deviations["m1.vto"], deviations["m2.vto"])
    assert difference == pytest.approx(3.5e-9 / math.sqrt(area))
    assert not found.assumed
    assert found.bare == ("rc1", "rc2")
    by_rule = _spreads("mismatch vto(m*) pelgrom=3.5n")
    assert [cause.deviation for cause in by_rule.causes] == pytest.approx([deviations["m1.vto"]] * 2)


def test_without_a_word_what_is_usual_is_assumed() -> None:
    found = _spreads()
    assert found.assumed
    assert {cause.names[0]: (cause.deviation, cause.relative) for cause in found.causes} == {
        **{f"{m}.kp": (0.01, True) for m in ("m1", "m2")},
        **{f"{m}.vto": (5e-3, False) for m in ("m1", "m2")},
        **{f"{r}.r": (0.01, True) for r in ("rc1", "rc2")},
    }


def test_a_rule_comes_before_the_model_card_and_a_later_one_before_an_earlier() -> None:
    found = _spreads("mismatch vto(m*) sigma=2m", "mismatch vto(m2) sigma=4m", coefficients="a_vt=3.5n")
    assert {cause.instance: cause.deviation for cause in found.causes} == {"m1": 2e-3, "m2": 4e-3}


def test_a_model_stands_for_its_devices() -> None:
    each = _spreads("mismatch vto(nch) sigma=2m")
    assert [cause.names for cause in each.causes] == [("m1.vto",), ("m2.vto",)]
    together = _spreads("process vto(nch) sigma=20m")
    assert [cause.names for cause in together.causes] == [("m1.vto", "m2.vto")]


def test_the_process_moves_what_the_netlist_computes() -> None:
    """A parameter of the top level takes its resistors along, and their mismatch is a part of what they have become."""
    found = _spreads("mismatch r(rc1) sigma=1%", "process rr sigma=10%")
    values = found.values(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    assert values["rr"].tolist() == pytest.approx([10e3, 11e3, 11e3])
    assert values["rc1.r"].tolist() == pytest.approx([10.1e3, 11e3, 11.11e3])
    assert "rc2.r" not in values  # it follows rr by itself
    np.testing.assert_allclose(found.moves, [[100.0, 0.0], [1000.0, 1000.0]], rtol=1e-12)


def test_limits_are_no_deviations() -> None:
    uniform, cut = _spreads("mismatch r(rc1) limit=1%", "mismatch r(rc2) sigma=1% limit=1%").causes
    assert (uniform.shape, cut.shape) == (UNIFORM, TRUNCATED)
    assert uniform.standard == pytest.approx(0.01 / math.sqrt(3.0))
    stats = pytest.importorskip("scipy.stats")
    assert cut.standard == pytest.approx(0.01 * stats.truncnorm(-1.0, 1.0).std(), rel=1e-12)
    wide = _spreads("mismatch r(rc2) sigma=1% limit=9%").causes[0]
    assert wide.standard == pytest.approx(0.01, rel=1e-12)
    assert _spreads("mismatch r(rc2) sigma=1%").causes[0].shape == NORMAL


def test_devices_of_a_rule_may_go_together() -> None:
    found = _spreads("mismatch vto(m*) sigma=2m correlation=0.75", "mismatch r(rc*) sigma=1%")
    np.testing.assert_array_equal(
        found.correlation, [[1.0, 0.75, 0.0, 0.0], [0.75, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    )


def test_causes_are_chosen_by_kind_and_by_device() -> None:
    found = _spreads("mismatch r(rc*) sigma=1%", "mismatch vto(m*) sigma=1m", "process vto(nch) sigma=10m")
    assert {cause.kind for cause in found.chosen(Counted(mismatch=True)).causes} == {MISMATCH}
    assert {cause.kind for cause in found.chosen(Counted(process=True)).causes} == {PROCESS}
    assert len(found.chosen(Counted()).causes) == len(found.chosen(Counted(both=True)).causes) == 5
    assert [cause.names for cause in found.chosen(Counted(only=("rc*",))).causes] == [("rc1.r",), ("rc2.r",)]
    with pytest.raises(OptionError, match="nothing of what is asked for") as raised:
        found.chosen(Counted(only=("rcc1",)))
    assert "rc1" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("mismatch r(rx*) sigma=1%", "no device or model 'rx"),
        ("mismatch bf(m1) sigma=1%", "parameter 'bf'"),
        ("mismatch lambda(m1) sigma=1%", "lambda is 0, and no part"),
        ("process rrr sigma=1%", "no parameter 'rrr'"),
    ],
)
def test_what_is_not_there_is_named_at_its_line(rule: str, message: str) -> None:
    with pytest.raises(NetlistError, match=message) as raised:
        _spreads(rule)
    assert raised.value.span is not None
    assert raised.value.span.line == 2


def test_a_rule_in_a_subcircuit_has_no_effect_and_a_note_says_so() -> None:
    text = "t\nv1 a 0 1\nx1 a half\n.subckt half p\n*@ mismatch r(r1) sigma=1%\nr1 p 0 1k\n.ends\n"
    circuit = lt.read(text).circuit
    assert circuit.spreads == ()
    assert any("*@ mismatch has no effect" in note.message for note in circuit.notes)
    outside = lt.read(text.replace("v1 a 0 1", "*@ mismatch r(x1.*) sigma=1%\nv1 a 0 1", 1)).circuit
    assert find_spreads(outside).names == ("r.x1.r1.r",)
