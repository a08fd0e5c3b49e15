"""Many operating points of one amplifier: neighbours, and preparations that are used again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import longtail as lt
from benches.table import BENCHES, MODELS
from longtail.contract.drive import Drive
from longtail.driven import levels as dc_sweep
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import bias, offset_of
from reference import gallery


@pytest.mark.parametrize("name", ["ota_5t", "two_stage_opamp", "radio_front_end", "data_link_receiver"])
@pytest.mark.parametrize("null", [False, True])
def test_a_level_is_the_same_to_the_bit_alone_or_among_others(name: str, null: bool) -> None:
    """Also those that no offset can null, which are reached by many steps or not at all."""
    if null and name == "radio_front_end":
        pytest.skip("its output does not follow the inputs at dc")
    path = gallery.deck(name).path
    together = lt.read(path).cmrr([0.0, 1e3], vcm="supplies", null=null)
    for k in (0, 3, 20, 36, 40):
        alone = lt.read(path).cmrr([0.0, 1e3], vcm=[together.vcm[k].item()], null=null)
        assert alone.status == together.status[k : k + 1]
        assert alone.matrix.tobytes() == together.matrix[k].tobytes()


def test_an_own_level_at_which_nothing_works_is_left_for_one_of_those_asked_for() -> None:
    """Both transistors are cut off at 0 V."""
    deck = gallery.deck("ota_5t").path.read_text().replace("*@ vcm 1.5\n", "")
    circuit = lt.read(deck, parameters={"vcm": 0.0}).circuit
    drives, levels = dc_sweep.levels_of(circuit, Drive(), np.array([1.5, 1.2]))
    assert (drives.levels, levels.tolist()) == ((1.2, 1.2), [1.2, 1.5])
    drives, _ = dc_sweep.levels_of(lt.read("ota_5t").circuit, Drive(), np.array([1.2, 1.3]))
    assert drives.levels == (1.5, 1.5)


def test_what_is_prepared_once_is_used_again() -> None:
    drives = find_drives(lt.read(gallery.deck("ota_5t").path).circuit)
    assert bias(drives) is bias(drives)
    assert bias(drives)[0] is not bias(drives, null=True)[0]
    assert dc_sweep.sweep(drives) is dc_sweep.sweep(drives)
    assert (dc_sweep.sweep(drives).nominal.solution == bias(drives)[0].solution).all()
    assert dc_sweep.sweep(drives, null=True) is not dc_sweep.sweep(drives, null=True, target=1.0)


def test_an_offset_that_is_a_last_bit_of_the_levels_is_none() -> None:
    """The inputs stand at a divider: of two levels that are equal but for a bit, the difference is no offset."""
    circuit = lt.read("x\n" + MODELS + BENCHES["second base at a divider"].deck).circuit
    drives = find_drives(circuit)
    point = bias(drives, null=True)[0]
    first, second = drives.names
    beside = replace(point, values={first: np.nextafter(4.5, 5.0), second: 4.5})
    assert offset_of(drives, beside).item() == 0.0
    assert offset_of(drives, replace(point, values={first: 4.5 + 1e-12, second: 4.5})).item() > 0.0
