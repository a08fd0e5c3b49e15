"""Operating points as they are told: what is rounding is nothing; driven, nulled, at temperatures."""

from __future__ import annotations

import json

import numpy as np
import pytest

import longtail as lt

DECK = """what flows here is less than an electron in a year
.param i=1e-30
i1 0 a {i}
vm a b 0
r1 b 0 1
"""


def test_less_than_rounding_is_zero_alone_and_in_lanes() -> None:
    amp = lt.read(DECK)
    alone = amp.op()
    assert alone.branches["vm"] == 0.0 and alone.nodes["b"] == 0.0
    lanes = amp.op(parameters={"i": [1e-30, 1e-9]})
    assert lanes.branches["vm"].tolist() == [0.0, 1e-9]
    assert lanes.nodes["b"].tolist() == [0.0, 1e-9]


def test_the_last_bit_of_the_largest_voltage_is_zero_at_other_nodes() -> None:
    amp = lt.read("t\nv1 a 0 {v}\nr1 a 0 1k\nv2 b 0 1e-15\nr2 b 0 1\n.param v=1\n")
    assert amp.op().nodes["b"] == 1e-15
    assert amp.op(parameters={"v": [1.0, 10.0]}).nodes["b"].tolist() == [1e-15, 0.0]


def test_a_level_is_that_of_a_netlist_with_it() -> None:
    """Both inputs 0.25 V higher, the difference of the bench kept; as set by name, and as the netlist has it."""
    found = lt.read("bjt_pair").op(vcm=0.25)
    wanted = lt.read("bjt_pair", parameters={"vinp.dc": 0.25, "vinn.dc": 0.25}).op()
    assert found.nodes == pytest.approx(wanted.nodes, rel=1e-9)
    assert found.devices["q1"]["ic"] == pytest.approx(wanted.devices["q1"]["ic"], rel=1e-9)
    assert found.driven is not None and found.driven.vcm == pytest.approx(0.25)
    assert wanted.driven is None
    level = lt.read("ota_5t").circuit.ports.vcm
    plain = lt.read("ota_5t").op()
    assert plain.driven is None and level == 1.5
    assert "V_CM" not in plain.to_text() and "input" not in json.loads(plain.to_json())


def test_a_level_that_is_set_drives_the_inputs_too() -> None:
    text = "t\n*@ input a b\n*@ output o\nv1 a 0 0\nv2 b 0 0\nr1 a o 1k\nr2 b o 1k\nr3 o 0 1k\n"
    found = lt.read(text, parameters={"vcm": 3.0}).op()
    assert found.nodes["o"] == pytest.approx(2.0)
    assert found.driven is not None and found.driven.vcm == 3.0
    assert lt.read(text + "*@ vcm 3\n").op().nodes["o"] == 0.0


def test_a_level_that_is_varied_drives_the_inputs() -> None:
    text = "t\n*@ input a b\n*@ output o\nv1 a 0 0\nv2 b 0 0\nr1 a o 1k\nr2 b o 1k\nr3 o 0 1k\n"
    found = lt.read(text).op(parameters={"vcm": [0.0, 3.0]})
    assert found.nodes["o"] == pytest.approx([0.0, 2.0])
    assert found.driven is not None and found.driven.vcm == pytest.approx([0.0, 3.0])


def test_a_nulled_point_is_that_of_the_gains() -> None:
    amp = lt.read("ota_5t")
    found, gains = amp.op(null=True, target="1.2"), amp.gains([1.0], null=True, target=1.2)
    assert found.nodes["o"] == pytest.approx(1.2, abs=1e-9)
    assert found.driven is not None and found.driven.null is not None and gains.null is not None
    assert found.driven.null.input_offset == pytest.approx(gains.null.input_offset, rel=1e-9)
    assert found.nodes["inp"] - found.nodes["inn"] == pytest.approx(gains.null.input_offset, rel=1e-9)
    assert "nulled    to 1.2 V with an input offset of" in found.to_text()


def test_an_output_at_a_rail_is_told_where_the_inputs_are_driven() -> None:
    amp = lt.read("two_stage_opamp")
    assert any("near a supply rail" in note for note in amp.op(vcm=1.5).notes)
    assert "warning: the output o is stuck at" in amp.op(vcm=1.5).to_text()
    assert not any("stuck" in note for note in amp.op(null=True).notes)


def test_one_temperature_is_a_point_and_several_are_an_axis() -> None:
    amp = lt.read("ota_5t")
    points = [lt.read("ota_5t", parameters={"temp": t}).op() for t in (0.0, 70.0)]
    assert amp.op(temp=70).nodes == pytest.approx(points[1].nodes, rel=1e-9)
    assert "temperature  70 °C" in amp.op(temp=70).to_text() and amp.op(temp=70).to_dict()["temperature_deg_c"] == 70.0
    assert "temperature_deg_c" not in amp.op().to_dict()
    over = amp.op(temp="0,70")
    assert [name for name, _ in over.axes] == ["temp"]
    for k, point in enumerate(points):
        assert {name: volts[k] for name, volts in over.nodes.items()} == pytest.approx(point.nodes, rel=1e-7)
    nulled = amp.op(temp=[0.0, 70.0], null=True)
    assert nulled.nodes["o"] == pytest.approx(np.full(2, 1.5), abs=1e-9)
    assert nulled.driven is not None and nulled.driven.null is not None
    assert np.shape(nulled.driven.vcm) == np.shape(nulled.driven.null.input_offset) == (2,)
    again = lt.OpResult.from_json(nulled.to_json())
    assert again.to_json() == nulled.to_json() and "with an input offset of -4.2" in again.to_text()


def test_the_devices_of_the_bench_are_told_and_no_others() -> None:
    """A network before the inputs is no part of the amplifier that is driven, and a note says so."""
    deck = "t\n*@ input a b\n*@ output o\nv1 s 0 1\nrs s a 1k\nv2 b 0 1\nr1 a o 1k\nr2 b o 1k\nr3 o 0 1k\n"
    found = lt.read(deck).op(vcm=3.0)
    assert found.nodes["o"] == pytest.approx(2.0)
    assert "rs" not in found.devices and set(found.devices) <= {"v1", "v2", "r1", "r2", "r3"}
    assert any("rs before the inputs" in note for note in found.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input": ("inp", "inn")}, "input has no effect on an operating point that is as the netlist has it"),
        ({"output": "o"}, "output has no effect on an operating point"),
        ({"target": 1.0}, "target has no effect without null"),
        ({"temp": [0.0, 1.0], "parameters": {"r": [1.0]}}, "temp and parameters cannot both vary"),
        ({"temp": 1.0, "parameters": {"Temp": [1.0]}}, "temp and parameters cannot both vary"),
        ({"temp": -400.0}, "temp: values must be at least -272.15 degC"),
    ],
)
def test_what_would_have_no_effect_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(lt.OptionError, match=message):
        lt.read("ota_5t").run("op", **options)
