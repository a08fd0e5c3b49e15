"""The input pair away from rest."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.large_signal.pair import find_pair
from reference import gallery


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_either_transistor_that_turns_off_cuts_the_pair_off(side: float) -> None:
    """Beyond √2 times the overdrive one of them carries nothing, whichever way the input goes."""
    swept = sweep(find_drives(lt.read(gallery.deck("mos_pair").path).circuit))
    pair = find_pair(swept.center)
    assert pair is not None
    there = swept.at(v_id=side * pair.scale * np.array([0.0, 0.5, 2.0]))
    assert pair.cut_off(there).tolist() == [False, False, True]
    assert np.sign(pair.steered(there)[1:]).tolist() == [side, side]
