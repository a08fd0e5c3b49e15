"""Small-signal verbs, offset and transfer of many kinds of amplifiers, each against ngspice with drives of our own."""

from __future__ import annotations

import re

import numpy as np
import pytest

import longtail as lt
from longtail.contract.drive import Drive
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.large_signal.curve import Curve
from reference import ngspice
from reference.amplifiers import DECKS

pytestmark = pytest.mark.ngspice

INPUTS = ("vi1", "vi2")
SWEEP = (10.0, 1e8, 1)
TOLERANCE = 1e-6  # of the largest of the sweep
COUPLED = "transformer"  # has no gain at dc
# ngspice 39 finds all of their poles and no others; of larger ones its .pz leaves some out and writes others twice
FEW_POLES = ("folded", "jfet", "cmfb", "miller", "bridge")


def ports(deck: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Output nodes and supplies."""
    found = [re.search(rf"^\*@ {kind} (.*)$", deck, re.MULTILINE) for kind in ("output", "supply")]
    return tuple(found[0][1].split()), tuple(found[1][1].split())  # type: ignore[index]


def assert_close(ours: np.ndarray, theirs: np.ndarray) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=TOLERANCE * float(np.abs(theirs).max()))


def difference(plot: ngspice.Plot, outputs: tuple[str, ...]) -> np.ndarray:
    first, second = (*outputs, "0")[:2]
    return plot.voltage(first) - plot.voltage(second)


@pytest.mark.parametrize("name", [name for name in DECKS if name != "gilbert"])
def test_supplies_reach_the_output_as_in_ngspice(name: str) -> None:
    """Not of the Gilbert cell, whose rejection is limited by symmetry."""
    outputs, supplies = ports(DECKS[name])
    ours = None
    for supply in supplies:
        plot = ngspice.small_signals(DECKS[name], {supply: 1.0}, *SWEEP)
        ours = ours or lt.read(DECKS[name]).psrr(frequency_hz=plot.vectors["frequency"].real)
        assert_close(ours.differential(supply), difference(plot, outputs))


def test_supplies_of_a_balanced_cell_do_not_reach_its_output() -> None:
    assert np.isposinf(lt.read(DECKS["gilbert"]).psrr(frequency_hz="10:1meg:1").psrr_db("vcc")).all()


@pytest.mark.parametrize("name", [name for name in DECKS if name != "clamped"])
def test_inputs_draw_what_they_do_in_ngspice(name: str) -> None:
    """Not of the lateral pnp, see `test_the_substrate_junction_conducts_in_small_signals_too`."""
    ours = None
    for mode, drives in enumerate(lt.modes.unit_drives().T.tolist()):
        plot = ngspice.small_signals(DECKS[name], dict(zip(INPUTS, drives, strict=True)), *SWEEP)
        ours = ours or lt.read(DECKS[name]).impedance(frequency_hz=plot.vectors["frequency"].real)
        currents = lt.modes.split_currents(*(-plot.vectors[f"i({source})"] for source in INPUTS))
        np.testing.assert_allclose(ours.admittance[:, mode, mode], currents[mode], rtol=TOLERANCE)


@pytest.mark.parametrize("name", DECKS)
def test_sources_of_unequal_impedance_as_in_ngspice(name: str) -> None:
    outputs, _ = ports(DECKS[name])
    cards = []
    deck = DECKS[name]
    for k, (source, r, c) in enumerate(zip(INPUTS, (10.5e3, 9.5e3), (110e-12, 90e-12), strict=True)):
        deck, count = re.subn(rf"^{source} (\S+) ", f"{source} behind{k} ", deck, flags=re.MULTILINE)
        assert count == 1
        cards += [f"rsource{k} behind{k} i{k + 1} {r}", f"csource{k} i{k + 1} 0 {c}"]
    theirs = ngspice.mode_gains("\n".join([deck.rstrip(), *cards]), INPUTS, outputs, 10.0, 1e7, 1)
    ours = lt.read(DECKS[name]).source_imbalance(
        resistance=10e3,
        resistance_difference=1e3,
        capacitance=100e-12,
        capacitance_difference=20e-12,
        frequency_hz=theirs.frequency_hz,
    )
    assert_close(ours.matrix[:, 0, 0], theirs.differential)
    assert_close(ours.matrix[:, 0, 1], theirs.common_to_differential)


@pytest.mark.parametrize("name", [name for name in DECKS if name not in (COUPLED, "ina")])
def test_curves_as_in_ngspice(name: str) -> None:
    """Not of the instrumentation amplifier, see the next test."""
    outputs, _ = ports(DECKS[name])
    ours = lt.read(DECKS[name]).transfer()
    deck = DECKS[name]
    for k, (source, sign) in enumerate(zip(INPUTS, "+-", strict=True)):
        half = rf"ehalf{k} half{k} 0 swept 0 {sign}0.5\n{source} \1 half{k} "
        deck = re.sub(rf"^{source} (\S+) 0 ", half, deck, flags=re.MULTILINE)
    step = float(ours.v_id[1] - ours.v_id[0])
    sweep = (float(ours.v_id[0]), float(ours.v_id[-1] + step / 2), step)
    theirs = difference(ngspice.dc_sweep(deck + "vswept swept 0 0\n", "vswept", sweep), outputs)
    np.testing.assert_allclose(ours.v_out[0], theirs, rtol=0.0, atol=1e-5 * float(np.abs(theirs).max()))


def test_a_curve_with_several_branches_is_followed_from_the_middle() -> None:
    """The overdriven instrumentation amplifier latches: its curve goes on as ngspice goes out from the middle."""
    drives = find_drives(lt.read(DECKS["ina"]).circuit, Drive(tuple(INPUTS), ("o",)))
    curve = Curve(sweep(drives), np.array([0.5]), np.zeros(1))
    v_id = np.linspace(-0.84, 0.84, 121)[None]
    followed = curve.followed(v_id).output
    deck = DECKS["ina"]
    for k, (source, sign) in enumerate(zip(INPUTS, "+-", strict=True)):
        half = rf"ehalf{k} half{k} 0 swept 0 {sign}0.5\n{source} \1 half{k} "
        deck = re.sub(rf"^{source} (\S+) 0 ", half, deck, flags=re.MULTILINE)
    deck += "vswept swept 0 0\n"
    for side, ours in ((1, followed[60:]), (-1, followed[60::-1])):
        theirs = ngspice.dc_sweep(deck, "vswept", (0.0, side * 0.841, side * 0.014)).voltage("o")
        until = int((np.abs(np.diff(theirs)) > 2.0).argmax())  # up to where it has to jump
        assert until > 35
        np.testing.assert_allclose(ours[: until + 1], theirs[: until + 1], atol=1e-6)
        assert (np.abs(np.diff(ours)) > 2.0).sum() <= 2
    scattered = curve.at(v_id).output
    assert (np.abs(np.diff(scattered)) > 2.0).sum() > 4


@pytest.mark.parametrize("name", [name for name in DECKS if name != COUPLED])
def test_the_offset_nulls_ngspice(name: str) -> None:
    outputs, _ = ports(DECKS[name])
    found = lt.read(DECKS[name]).offset(temp="27")
    theirs = ngspice.null_offset(DECKS[name], INPUTS, outputs, found.target)
    assert found.input_offset == pytest.approx(theirs, rel=1e-6, abs=1e-11)
    at_null = ngspice.offset_sources(DECKS[name], INPUTS, found.input_offset)
    branches = ngspice.operating_point(DECKS[name], dc=at_null).branches
    assert found.bias_current == pytest.approx(-(branches["vi1"] + branches["vi2"]) / 2.0, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("mode", [0, 1], ids=["differential", "common"])
@pytest.mark.parametrize("name", FEW_POLES)
def test_poles_and_zeros_as_in_ngspice(name: str, mode: int) -> None:
    outputs, _ = ports(DECKS[name])
    poles, zeros = ngspice.poles_and_zeros(DECKS[name], INPUTS, outputs, mode)
    ours = lt.read(DECKS[name]).poles()
    names = ("differential", "common" if ours.single_ended else "common_to_differential")
    transfer = ours.transfers[names[mode]]
    assert transfer.zeros is not None
    for found, theirs in ((ours.poles, poles), (transfer.zeros, zeros)):
        assert len(found) == len(theirs)
        left = list(found)
        for value in theirs:
            nearest = min(left, key=lambda x: abs(x - value))
            left.remove(nearest)
            assert abs(nearest - value) <= TOLERANCE * abs(value), f"{nearest} and ngspice {value}"


SUBSTRATE = """a lateral pnp whose substrate junction conducts
vc c 0 -1
vi1 b 0 {v}
vi2 x 0 0
q1 c b 0 qp
.model qp pnp(is=1e-15 bf=100 iss=1e-14)
"""


def test_the_substrate_junction_conducts_in_small_signals_too() -> None:
    """ngspice 39 leaves its conductance out of .ac, gmin included; the slope of ngspice's own .op has it."""
    step = 1e-4
    ends = [ngspice.operating_point(SUBSTRATE.format(v=-0.6 + dv)).branches["vi1"] for dv in (-step, step)]
    slope = -(ends[1] - ends[0]) / (2.0 * step)
    deck = SUBSTRATE.format(v=-0.6)
    ours = lt.read(deck).impedance(input=["b", "x"], output=["c", "x"], frequency_hz=[1.0, 10.0])
    admittance = ours.admittance[0].real  # of the two modes: i_c = i1 + i2 for v1 = v2 = 1 V
    assert admittance[1, 1] == pytest.approx(slope, rel=1e-4)
    by_ac = -ngspice.small_signals(deck, {"vi1": 1.0}, 1.0, 10.0, 1).vectors["i(vi1)"][0].real
    junction = 1e-14 / 0.025865 * np.exp(0.6 / 0.025865) + 1e-12
    assert admittance[1, 1] - by_ac == pytest.approx(junction, rel=2e-3)
