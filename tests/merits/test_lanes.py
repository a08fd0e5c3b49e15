"""Figures of ports, supplies, noise and ranges: many lanes at once give what each gives alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.contract.drive import Drive
from longtail.driven.conditions import Condition
from longtail.driven.inputs import find_drives
from longtail.driven.noise_spectra import spectra
from longtail.driven.under_conditions import Standing, stand
from longtail.engine.small_signal.at_point import linearize
from longtail.merits.impedances import port_impedances
from longtail.merits.inputs import offset_drift
from longtail.merits.noise import input_density, output_density, output_rms
from longtail.merits.ranges import lowest, rejection_over_levels
from longtail.merits.supplies import supply_gains, supply_rejection

TEMPERATURES = (27.0, 85.0)
F = np.array([10.0, 1e4])


def standing(path: Path, *temperatures: float) -> Standing:
    """The amplifier of a file, nulled, at some temperatures."""
    drives = find_drives(lt.read(path).circuit)
    return stand(drives, [Condition(f"{t}", {"temp": t}) for t in temperatures], Drive(null=True))


def figures(path: Path, *temperatures: float) -> dict[str, np.ndarray]:
    """Every figure by name, `[temperature, ...]`."""
    found = standing(path, *temperatures)
    drives, model = found.drives, linearize(found.points.point)
    noise = spectra(drives, found.points.point, F, (10.0, 1e4))
    z = port_impedances(drives, model, 10.0)
    assert found.nulled is not None
    return {
        "impedances": np.column_stack([each for each in vars(z).values() if each is not None]),
        "supplies": supply_rejection(*supply_gains(drives, model, F)),
        "output noise": output_density(noise),
        "input noise": input_density(noise),
        "rms": output_rms(noise),
        "drift": offset_drift(found, found.nulled.center),
        "levels": rejection_over_levels(found, found.v_ic[0] + np.array([-0.05, 0.05]), 10.0),
    }


@pytest.mark.parametrize("name", ["ota_5t", "ua741"])
def test_lanes_are_what_each_is_alone(name: str, examples: Path) -> None:
    path = examples / f"{name}.cir"
    together = figures(path, *TEMPERATURES)
    for k, temperature in enumerate(TEMPERATURES):
        for figure, values in figures(path, temperature).items():
            np.testing.assert_allclose(together[figure][k], values[0], rtol=1e-5, err_msg=figure)


def test_one_lane_is_what_the_analyses_say(examples: Path) -> None:
    amp = lt.read(examples / "ua741.cir")
    found = figures(examples / "ua741.cir", 27.0)
    z, rejection = amp.impedance(frequency_hz=[10.0], null=True), amp.psrr(frequency_hz=F, null=True)
    sizes = [abs(each[0]) for each in (z.differential_input, z.common_input, z.differential_output)]
    np.testing.assert_allclose(found["impedances"][0], sizes, rtol=1e-7)
    by_supply = np.column_stack([rejection.psrr_db(supply) for supply in rejection.supplies])
    np.testing.assert_allclose(found["supplies"][0], by_supply, rtol=1e-7)


def test_the_lowest_is_of_the_levels_that_were_solved() -> None:
    values = np.array([[3.0, np.nan, 2.0], [np.nan, np.nan, np.nan], [np.inf, np.inf, np.inf]])
    assert lowest(values).tolist() == [2.0, pytest.approx(np.nan, nan_ok=True), np.inf]


def test_an_output_that_cannot_be_nulled_has_no_drift(examples: Path) -> None:
    found = standing(examples / "ota_5t.cir", 27.0)
    with pytest.raises(ValueError, match="without nulling"):
        offset_drift(replace(found, nulled=None), found.points)
