"""The named elements add up to the engine's linear model, and their values are those that the devices report."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.analyses.formula.validity import mismatch
from longtail.driven.lane_solves import solve_lanes
from longtail.driven.varied import read_lanes
from longtail.engine.small_signal.at_point import linearize
from longtail.symbolic.circuit.elements import entries, small_signal, values_over
from longtail.symbolic.circuit.patterns import patterns
from symbolic.decks import NAMES, gallery


@pytest.mark.parametrize("name", NAMES)
def test_elements_add_up_to_the_linear_model(name: str) -> None:
    at = gallery(name)
    model = linearize(at.point)
    index = at.point.system.index
    sums = np.zeros((2, len(index), len(index)))
    late = set(at.circuit.delayed)
    for row, column, order, value in entries(at.circuit):
        if not late & {row, column}:
            sums[order, index[row], index[column]] += value
    for mine, theirs in zip(sums, (model.conductance[0], model.capacitance[0]), strict=True):
        assert (mine[theirs == 0.0] == 0.0).all()
        assert mine == pytest.approx(theirs, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("name", NAMES)
def test_excess_phase_is_the_delayed_slope(name: str) -> None:
    at = gallery(name)
    model = linearize(at.point)
    late = list(at.circuit.delayed)
    assert len(late) == len(model.delays)
    index = at.point.system.index
    for unknown, (slopes, seconds) in zip(late, model.delays, strict=True):
        charge = np.zeros(len(index))
        signs = np.zeros(len(index))
        for row, column, order, value in entries(at.circuit):
            if row == unknown and column != unknown and order == 1:
                charge[index[column]] += value
            if column == unknown and row != unknown:
                signs[index[row]] += value
        assert np.outer(signs, charge) == pytest.approx(slopes[0] * seconds[0], rel=1e-12, abs=1e-30)


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_that_devices_report(name: str) -> None:
    at = gallery(name)
    reported = {"m": "g_m", "mb": "g_mb", "pi": "g_pi", "o": "g_o", "gs": "cgs", "gd": "cgd"}
    compared = 0
    for symbol in at.circuit.symbols.values():
        quantities = at.point.quantities[symbol.device]
        quantity = reported.get(symbol.sub, "")
        is_capacitance = quantity.startswith("c")
        if quantity in quantities and is_capacitance == (symbol.head == "c"):
            compared += 1
            assert symbol.value == pytest.approx(quantities[quantity][0].item(), rel=1e-9), symbol.key
    transistors = [i for i in at.point.system.circuit.instances.values() if i.model]
    assert compared >= len(transistors)


def test_no_gallery_transistor_needs_an_element_without_a_name() -> None:
    for name in NAMES:
        unnamed = [
            key
            for key in gallery(name).circuit.symbols
            if key.split("(")[0].split("_")[-1][:1] == "x" and key.split("(")[0].split("_")[-1][1:].isdigit()
        ]
        assert unnamed == [], name


def test_an_exchanged_field_effect_transistor_has_its_channel_the_other_way_round() -> None:
    forward, exchanged = (patterns(("d", "g", "s", "b"), way) for way in (True, False))
    channel = [next(p for p in some if p.sub == "m") for some in (forward, exchanged)]
    assert channel[0].rows == channel[1].rows[::-1] == ("di", "si")


@pytest.mark.parametrize("name", ["ota_5t", "bjt_pair", "jfet_pair", "radio_front_end", "ecg_front_end"])
def test_values_over_lanes_add_up_to_the_linear_model_of_every_lane(name: str) -> None:
    at = gallery(name)
    varied = {"temp": np.array([-40.0, 60.0, 125.0])} | {
        key: value[:3] for key, value in mismatch(at.drives.circuit).items()
    }
    _, point = solve_lanes(at.drives.circuit, read_lanes(at.drives.circuit, varied, at.drives), at.drives)
    values, model = values_over(point), linearize(point)
    late = set(at.circuit.delayed)
    for lane in range(3):
        circuit = small_signal(point, lane)
        index = point.system.index
        sums = np.zeros((2, len(index), len(index)))
        for row, column, order, value in entries(circuit):
            if not late & {row, column}:
                sums[order, index[row], index[column]] += value
        assert sums[0] == pytest.approx(model.conductance[lane], rel=1e-9, abs=0.0)
        assert sums[1] == pytest.approx(model.capacitance[lane], rel=1e-9, abs=0.0)
        assert {key: s.value for key, s in circuit.symbols.items()} == {
            key: x[lane].item() for key, x in values.items() if key in circuit.symbols
        }
