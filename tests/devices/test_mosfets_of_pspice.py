"""What PSpice's MOSFETs of levels 1 to 3 have besides, n, tt, rg, rb and rds: the same circuit drawn with R and D."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from devices.harness import evaluate, instance
from longtail.devices.base import BOLTZMANN
from longtail.devices.discovery import devices
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.at_rest import at_rest
from longtail.symbolic.circuit.elements import entries, small_signal

LEVELS = (1, 2, 3)
SIGN = {"nmos": 1.0, "pmos": -1.0}
CARD = "kp=100u gamma=0.4 phi=0.7 tox=20n cgso=0.2n cgdo=0.3n cgbo=0.1n"
OWN = "rd=40 rs=30 rg=2k rb=500 rds=15k is=2f n=1.4 tt=3n cbd=0.2p cbs=0.3p pb=0.75 mj=0.4"
DRAWN = """rd d di 40
rs s si 30
rg g gi 2k
rb b bi 500
rds di si 15k
.model jd d(is=2f n=1.4 tt=3n vj=0.75 m=0.4 cjo=0.2p)
.model js ako:jd d(cjo=0.3p)
"""
DIODES = {"nmos": "dd bi di jd\nds bi si js\n", "pmos": "dd di bi jd\nds si bi js\n"}
FREQUENCY_HZ = np.array([1.0, 1e5, 1e7, 1e8, 1e9])


def decks(level: int, kind: str) -> tuple[str, str]:
    """The bulk forward against the source; the card has it all, or R, C and D stand beside it."""
    sign = SIGN[kind]
    around = f"""around
vg g 0 {1.6 * sign}
vb b 0 {1.0 * sign}
vd vdd 0 {4.0 * sign}
rl vdd d 2k
rx s 0 100
"""
    card = f".model t {kind}(level={level} vto={0.6 * sign} {CARD}"
    return (
        f"{around}m1 d g s b t w=20u l=2u\n{card} {OWN})\n",
        f"{around}{DRAWN}{DIODES[kind]}m1 di gi si bi t w=20u l=2u\n{card} is=1e-30 mj=0.4)\n",
    )


@pytest.mark.parametrize("kind", SIGN)
@pytest.mark.parametrize("level", LEVELS)
def test_it_is_the_circuit_drawn_with_resistors_and_diodes(level: int, kind: str) -> None:
    whole, drawn = (lt.read(deck) for deck in decks(level, kind))
    ours, wanted = whole.op(), drawn.op()
    assert abs(wanted.devices["ds"]["id"]) > 1e-6
    for node in ("d", "s"):
        assert ours.nodes[node] == pytest.approx(wanted.nodes[node], rel=1e-8), node
    ports = {"input": ("g", "b"), "output": "d", "frequency_hz": FREQUENCY_HZ}
    ours_gains, wanted_gains = whole.gains(**ports), drawn.gains(**ports)
    assert ours_gains.differential == pytest.approx(wanted_gains.differential, rel=1e-6)
    assert ours_gains.common == pytest.approx(wanted_gains.common, rel=1e-6)


@pytest.mark.parametrize("level", LEVELS)
def test_noise_of_all_series_resistances_in_closed_form(level: int) -> None:
    given = {"rd": 10.0, "rs": 20.0, "rg": 40.0, "rb": 80.0, "rds": 1e4}
    device = devices()[f"mosfet{level}"]
    flows = evaluate(device, instance(device, "nmos", given, 300.15), {})
    found = {source.name: source.density for source in flows.noise}
    four_kt = 4.0 * BOLTZMANN * 300.15
    wanted = {name: pytest.approx(four_kt / given[name], rel=1e-12) for name in ("rd", "rs", "rg", "rb")}
    assert {name: x for name, x in found.items() if name != "id"} == wanted


@pytest.mark.parametrize("level", LEVELS)
def test_the_current_of_a_junction_in_closed_form(level: int) -> None:
    volts, is_, n = 0.5, 3e-15, 1.7
    device = devices()[f"mosfet{level}"]
    card = instance(device, "nmos", {"is": is_, "n": n, "tt": 2e-9, "vto": 5.0}, 300.15)
    flows = evaluate(device, card, {"b": volts})
    vt = BOLTZMANN * 300.15 / 1.602176634e-19
    junction = is_ * math.expm1(volts / (n * vt))
    assert flows.quantities["ibs"] == pytest.approx(junction + 1e-12 * volts, rel=1e-9)
    assert flows.quantities["cbs"] == pytest.approx(2e-9 * (junction + is_) / (n * vt), rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_rds_is_counted_in_the_current_of_the_drain(level: int) -> None:
    found = lt.read(f"off\nv1 d 0 2\nm1 d 0 0 0 t\n.model t nmos(level={level} vto=5 rds=1k)\n").op()
    assert found.devices["m1"]["id"] == pytest.approx(2e-3, rel=1e-8)
    assert found.devices["m1"]["g_ds"] == 0.0


@pytest.mark.parametrize("kind", SIGN)
def test_the_named_elements_add_up_to_the_linear_model(kind: str) -> None:
    point = at_rest(lt.read(decks(1, kind)[0]).circuit)
    model, index, named = linearize(point), point.system.index, small_signal(point)
    sums = np.zeros((2, len(index), len(index)))
    for row, column, order, value in entries(named):
        sums[order, index[row], index[column]] += value
    assert sums[0] == pytest.approx(model.conductance[0], rel=1e-9, abs=1e-18)
    assert sums[1] == pytest.approx(model.capacitance[0], rel=1e-9, abs=1e-27)
    names = {symbol.key for symbol in named.symbols.values()}
    assert not {name for name in names if "_x" in name}
    assert len([name for name in names if "m1" in name]) >= 14
