"""Sensitivities against differences of whole solutions, operating point and all, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.contract.drive import AS_IT_IS
from longtail.devices.discovery import devices
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.driven.sensitivities import Sensitivities, sensitivities
from longtail.elaborate.named_values import known_value, nominal
from longtail.examples import gallery
from longtail.statistics.finding import find_spreads

FREQUENCIES = np.array([0.0, 1e3, 1e6, 1e8, 1e9, 3e9])
COUPLED = {"accelerometer_bridge", "radio_front_end"}  # whose outputs cannot be nulled at dc


def _both(source: str, names: tuple[str, ...], *, null: bool) -> tuple[Sensitivities, np.ndarray, np.ndarray]:
    """Sensitivities; and differences of gains `[frequency, out_mode, in_mode, name]` and of the offset, of fourth order
    with three steps, both per unit part of each parameter."""
    drives = find_drives(lt.read(source).circuit, AS_IT_IS)
    swept = sweep(drives, null=null, vary=names)
    found = sensitivities(swept.drives, swept.center.point, names, FREQUENCIES, nulled=null)
    own = np.array([nominal(drives.circuit, name) for name in names])
    unit = np.where(own != 0.0, np.abs(own), 1.0)
    gains, offsets = [], []
    for step in STEPS:
        count = len(names)
        values = {name: np.full(4 * count, own[k]) for k, name in enumerate(names)}
        for k, name in enumerate(names):
            for place, factor in enumerate((1.0, -1.0, 2.0, -2.0)):
                values[name][place * count + k] += factor * step * unit[k]
        points = swept.at(varied=values)
        assert points.good.all()
        matrix = points.mode_gains(FREQUENCIES)[0].reshape(4, count, FREQUENCIES.size, -1, 2)
        volts = points.v_id.reshape(4, count)
        for found_here, of in ((gains, matrix), (offsets, volts)):
            found_here.append((8.0 * (of[0] - of[1]) - (of[2] - of[3])) / (12.0 * step))
    differences = np.moveaxis(np.array(gains), 1, -1)
    return found, differences / unit, np.array(offsets) / unit


STEPS = (1e-4, 1e-5, 1e-6)  # the last for amplifiers in open loop


def _worst(found: Sensitivities, differences: np.ndarray, unit: np.ndarray) -> float:
    """The largest error of a sensitivity as a part of the largest of all gains at its frequency.

    What a gain that is set to zero for being rounding leaves in a difference is no error.
    """
    slopes = found.slopes[0] * unit
    errors = np.abs(differences * unit - slopes).min(axis=0) - 2.0 * found.floor[0][:, None, None, None] / STEPS[0]
    scale = np.abs(slopes).max(axis=(1, 2, 3), keepdims=True)
    return float((errors / np.where(scale > 0.0, scale, 1.0)).max())


@pytest.mark.parametrize("null", [False, True])
@pytest.mark.parametrize("name", sorted(gallery()))
def test_sensitivities_are_differences_of_whole_solutions(name: str, null: bool) -> None:
    if null and name in COUPLED:
        pytest.skip("the output does not follow the inputs at dc")
    circuit = find_drives(lt.read(name).circuit, AS_IT_IS).circuit
    names = find_spreads(circuit).names
    unit = np.array([abs(nominal(circuit, each)) for each in names])
    found, gains, offsets = _both(name, names, null=null)
    assert _worst(found, gains, unit) < 1e-6
    if null:
        assert found.offset is not None
        slopes = found.offset[0] * unit
        assert np.abs(offsets * unit - slopes).min(axis=0).max() < 1e-8 * np.abs(slopes).max()


@pytest.mark.parametrize("name", sorted(gallery()))
def test_every_parameter_of_every_device_and_card_has_its_sensitivity(name: str) -> None:
    """All that the netlist gives a value other than zero, of devices and of each device's copy of its model."""
    circuit = find_drives(lt.read(name).circuit, AS_IT_IS).circuit
    fixed = {"level", "tnom", "fc", "rth0", "kf", "af", "noiseless"}
    names = []
    for instance in circuit.instances.values():
        if instance.device not in ("voltage_source", "current_source"):
            own = [p.name for p in devices()[instance.device].parameters if p.name in instance.parameters]
            names += [
                f"{instance.name}.{p}" for p in own if p not in fixed and known_value(circuit, f"{instance.name}.{p}")
            ]
        if instance.model:
            given = circuit.models[instance.model].parameters
            names += [f"{instance.name}.model.{p}" for p in given if p not in fixed and circuit.number(given[p])]
    assert len(names) >= 5
    for start in range(0, len(names), 60):
        some = tuple(names[start : start + 60])
        unit = np.array([abs(nominal(circuit, each)) for each in some])
        found, gains, _ = _both(name, some, null=False)
        assert _worst(found, gains, unit) < 1e-6, some


def test_a_frozen_operating_point_would_be_far_off() -> None:
    """The load of one side moves the gain by what the voltage at the collector does to the transistor, too."""
    names = ("rref.r",)
    found, gains, _ = _both("bjt_pair", names, null=False)
    moved = found.slopes[0, 0, 0, 0, 0]
    assert abs(gains[0][0, 0, 0, 0] / moved - 1.0) < 1e-6
    assert abs(moved) > 1e-5  # the reference is no part of the small-signal circuit of the differential mode


def test_lanes_have_the_bits_that_they_have_alone() -> None:
    drives = find_drives(lt.read("bjt_pair").circuit, AS_IT_IS)
    names = find_spreads(drives.circuit).names
    swept = sweep(drives, vary=names)
    levels = np.array([-1.0, 0.0, 2.0])
    points = swept.at(v_ic=levels)
    together = sensitivities(drives, points.point, names, FREQUENCIES, nulled=False)
    for k in range(levels.size):
        alone = sensitivities(drives, points.point.select(np.array([k])), names, FREQUENCIES, nulled=False)
        assert alone.slopes[0].tobytes() == together.slopes[k].tobytes()
