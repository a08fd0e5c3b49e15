"""Which transistors amplify, and with what overdrive: both polarities, on either side of the edge."""

import pytest

from longtail import read
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.large_signal.transistors import amplifying, voltages

# a current into the drain or collector that the transistor can carry in its amplifying region, and one that it cannot
DEVICES = {
    "q": ("q1 d g 0 m", ".model m npn(is=1e-15 bf=100)", "vg g 0 0.65", 1),
    "m": ("m1 d g 0 0 m w=10u l=1u", ".model m nmos(vto=0.5 kp=100u)", "vg g 0 1", 1),
    "j": ("j1 d g 0 m", ".model m njf(vto=-2 beta=1m)", "vg g 0 -1.5", 1),
    "qp": ("q1 d g 0 m", ".model m pnp(is=1e-15 bf=100)", "vg g 0 -0.65", -1),
    "mp": ("m1 d g 0 0 m w=10u l=1u", ".model m pmos(vto=-0.5 kp=100u)", "vg g 0 -1", -1),
    "jp": ("j1 d g 0 m", ".model m pjf(vto=-2 beta=1m)", "vg g 0 1.5", -1),
}


@pytest.mark.parametrize("kind", DEVICES)
@pytest.mark.parametrize(("volts", "inside"), [(3.0, True), (0.05, False)])
def test_the_region_in_which_a_transistor_amplifies(kind, volts, inside):
    card, model, bias, sign = DEVICES[kind]
    circuit = read(f"t\nvd d 0 {sign * volts}\n{bias}\n{card}\n{model}\n").circuit
    point = solve_operating_point(System(circuit))
    assert [bool(x[0]) for x in amplifying(point).values()] == [inside]


@pytest.mark.parametrize("kind", ["m", "mp"])
def test_the_overdrive_is_counted_at_the_terminals(kind):
    card, model, bias, sign = DEVICES[kind]
    point = solve_operating_point(System(read(f"t\nvd d 0 {sign * 3}\n{bias}\n{card}\n{model}\n").circuit))
    assert point.quantities["m1"]["v_ov"][0] == pytest.approx(sign * 0.5, rel=1e-9)


@pytest.mark.parametrize(("kind", "across", "control"), [("q", 2.35, 0.65), ("m", 2.5, 0.5), ("j", 4.5, -1.5)])
@pytest.mark.parametrize("polarity", ["", "p"])
def test_the_voltages_that_keep_a_transistor_amplifying_are_counted_alike_for_either_polarity(
    kind, across, control, polarity
):
    card, model, bias, sign = DEVICES[kind + polarity]
    point = solve_operating_point(System(read(f"t\nvd d 0 {sign * 3}\n{bias}\n{card}\n{model}\n").circuit))
    found = voltages(point, f"{kind}1")
    assert found["across"][0] == pytest.approx(across, rel=1e-9)
    assert found["control"][0] == pytest.approx(control, rel=1e-9)
