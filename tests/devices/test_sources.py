"""Independent, controlled and behavioural sources: signs as in SPICE, and what ngspice 39 prints for the same cards."""

from __future__ import annotations

import pytest

from devices.harness import Bias, evaluate, instance
from longtail.devices.base import DeviceModel, Topology
from longtail.devices.models import behavioral, cccs, ccvs, current_source, vccs, vcvs, voltage_source
from longtail.lanes.graph import Real


def one_plus_control(v: Bias) -> Real:
    return 1.0 + v["c0"]


def test_voltage_source_forces_its_voltage() -> None:
    card = instance(voltage_source.MODEL, dc=5.0)
    flows = evaluate(voltage_source.MODEL, card, {"p": 6.0, "n": 1.0, "i": -0.25})
    assert flows.static == {"p": -0.25, "n": 0.25, "i": 0.0}
    assert flows.quantities["power"] == -1.25, "a source that delivers absorbs negative power"


def test_current_source_draws_from_p() -> None:
    flows = evaluate(current_source.MODEL, instance(current_source.MODEL, dc=2e-3), {"p": 5.0})
    assert flows.static == {"p": 2e-3, "n": -2e-3}


@pytest.mark.parametrize(
    ("device", "given", "row", "wanted"),
    [
        (voltage_source.MODEL, {"dc": 8.0}, "i", -2.0),
        (current_source.MODEL, {"dc": 8.0}, "p", 2.0),
        (behavioral.MODEL, {"voltage": 1.0}, "i", -2.0),
        (behavioral.MODEL, {"voltage": 0.0}, "p", 2.0),
    ],
)
def test_sources_are_scaled_while_they_are_stepped(
    device: DeviceModel, given: dict[str, float], row: str, wanted: float
) -> None:
    card = instance(device, **given)
    card.source_factor = 0.25
    assert evaluate(device, card, {}, lambda v: 8.0).static[row] == wanted


def test_small_signal_sources_do_not_move_the_operating_point() -> None:
    for model in (voltage_source.MODEL, current_source.MODEL):
        quiet, loud = (instance(model, dc=1.0, acmag=a, acphase=45.0) for a in (0.0, 3.0))
        assert evaluate(model, quiet, {"p": 1.0}) == evaluate(model, loud, {"p": 1.0})


def test_vcvs() -> None:
    flows = evaluate(vcvs.MODEL, instance(vcvs.MODEL, gain=10.0), {"p": 3.0, "cp": 0.5, "cn": 0.2, "i": 1e-3})
    assert flows.static == {"p": 1e-3, "n": -1e-3, "i": pytest.approx(0.0, abs=1e-12)}


def test_vccs_draws_from_p() -> None:
    flows = evaluate(vccs.MODEL, instance(vccs.MODEL, gain=2e-3), {"cp": 0.5, "cn": 0.2})
    assert flows.static == {"p": pytest.approx(0.6e-3), "n": pytest.approx(-0.6e-3)}


def test_cccs_reads_the_current_through_its_control() -> None:
    card = instance(cccs.MODEL, gain=2.0, controls=[instance(voltage_source.MODEL)])
    assert evaluate(cccs.MODEL, card, {"i0": -1.0}).static == {"p": -2.0, "n": 2.0}


def test_ccvs_reads_the_current_through_its_control() -> None:
    card = instance(ccvs.MODEL, gain=2.0, controls=[instance(voltage_source.MODEL)])
    flows = evaluate(ccvs.MODEL, card, {"p": -2.0, "i0": -1.0, "i": 0.5})
    assert flows.static == {"p": 0.5, "n": -0.5, "i": 0.0}


def test_behavioural_source_of_voltage_has_a_branch() -> None:
    voltage, current = (instance(behavioral.MODEL, voltage=x, extra_nodes=1) for x in (1.0, 0.0))
    assert behavioral.MODEL.topology(voltage) == Topology(branches=("i",))
    assert behavioral.MODEL.topology(current) == Topology()


@pytest.mark.parametrize(
    ("parameters", "ngspice"),
    [
        ({"voltage": 1.0, "m": 3.0}, 6.0),
        ({"voltage": 1.0, "temp": 37.0, "tc1": 1e-3}, 2.02),
        ({"m": 3.0}, -6.0),
        ({"m": 3.0, "tc1": 1e-3, "dtemp": 10.0}, -6.06),
        ({"temp": 37.0, "tc1": 1e-3, "tc2": 1e-6}, -2.0202),
    ],
)
def test_behavioural_source_as_in_ngspice(parameters: dict[str, float], ngspice: float) -> None:
    """v(f) over 1 ohm of `b1 f 0 v=1+v(a)` or `i=1+v(a)` with v(a) = 1 V."""
    card = instance(behavioral.MODEL, extra_nodes=1, **parameters)
    flows = evaluate(behavioral.MODEL, card, {"c0": 1.0}, one_plus_control)
    across = -flows.static["i"] if "voltage" in parameters else -flows.static["p"]
    assert across == pytest.approx(ngspice, rel=1e-6)
