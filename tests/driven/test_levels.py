"""Many operating points of one amplifier: neighbours, and preparations that are used again."""

from __future__ import annotations

import numpy as np

import longtail as lt
from longtail.driven import levels as dc_sweep
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import bias
from reference import gallery


def test_the_search_tree_finds_the_same_neighbours() -> None:
    rng = np.random.default_rng(1)
    among, points = rng.random((900, 4)), rng.random((700, 4))
    assert len(among) * len(points) > dc_sweep._PAIRS
    nearest = [dc_sweep._nearest(among, point[None])[0] for point in points]
    assert dc_sweep._nearest(among, points).tolist() == nearest


def test_what_is_prepared_once_is_used_again() -> None:
    drives = find_drives(lt.read(gallery.deck("ota_5t").path).circuit)
    assert bias(drives) is bias(drives)
    assert bias(drives)[0] is not bias(drives, null=True)[0]
    assert dc_sweep.sweep(drives) is dc_sweep.sweep(drives)
    assert (dc_sweep.sweep(drives).nominal.solution == bias(drives)[0].solution).all()
    assert dc_sweep.sweep(drives, null=True) is not dc_sweep.sweep(drives, null=True, target=1.0)
