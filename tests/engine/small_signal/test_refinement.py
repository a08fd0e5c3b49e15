"""Refinement of small signals: against exact arithmetic where the common gain hangs on last bits."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.amplifier import read
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import mode_gains
from longtail.driven.nulling import bias
from longtail.engine.small_signal import refinement
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.refinement import refined
from longtail.symbolic.shorter.answer import gain_equations
from longtail.symbolic.shorter.approximate import reference
from symbolic.decks import gallery

DELAYED = """a pair with excess phase
*@ input inp inn
*@ output o1 o2
vcc vcc 0 5
vee vee 0 -5
vinp inp 0 0
vinn inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 11k
q1 o1 inp e plain
q2 o2 inn e plain
ree e vee 10k
cl o1 0 1p
.model plain npn(is=5e-15 bf=100 tf=1n ptf=30)
.end
"""


def test_the_common_gain_of_the_741_is_that_of_exact_arithmetic() -> None:
    """From the values of the elements, so that no sum of conductances is rounded before."""
    at = gallery("ua741")
    found = mode_gains(at.drives, at.point, np.zeros(1))[0][0, 0].real
    for k, of in enumerate(("differential", "common")):
        question = at.question(of, (0.0, 0.0))
        exact = reference(gain_equations(question.circuit, question.gain, question.pairs), question).wanted[0].real
        assert found[k] == pytest.approx(exact, rel=5e-10)


def test_a_last_bit_of_a_diagonal_entry_does_not_matter() -> None:
    at = gallery("ua741")
    model = linearize(at.point)
    outputs, drives, dc = at.drives.output_matrix(at.point.system), at.drives.unit_modes, np.zeros(1)
    plain = model.response(dc, drives)
    right = (outputs @ refined(model, dc, -(model.inputs @ drives), plain))[0, 0].real
    g = model.entries[0]
    diagonal = model.shapes[0].rows == model.shapes[0].columns
    g[diagonal] *= 1.0 + np.where(np.arange(diagonal.sum()) % 2, 2.3e-16, 0.0)[:, None]
    moved = model.response(dc, drives)
    assert abs((outputs @ moved)[0, 0, 0, 1].real / right[0, 1] - 1.0) > 1e-8
    assert (outputs @ refined(model, dc, -(model.inputs @ drives), moved))[0, 0].real == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize("name", ["ua741", "ota_5t", "instrumentation_amplifier", "delayed"])
def test_what_is_right_stays(name: str) -> None:
    """Over frequency, with capacitances, controlled sources and delays: the refined response is the response."""
    drives = find_drives(read(DELAYED).circuit) if name == "delayed" else gallery(name).drives
    point = bias(drives)[0] if name == "delayed" else gallery(name).point
    model, f = linearize(point), np.array([0.0, 1e3, 1e8])
    assert bool(model.delays) == (name == "delayed")
    x = model.response(f, drives.unit_modes)
    size = np.abs(x).max(axis=(1, 2, 3), keepdims=True)
    assert (np.abs(refined(model, f, -(model.inputs @ drives.unit_modes), x) - x) <= 1e-10 * size).all()


def test_large_circuits_and_what_is_not_finite_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    at = gallery("ota_5t")
    model, f = linearize(at.point), np.array([1.0, 1e3])
    x = model.response(f, at.drives.unit_modes)
    x[0, 1] = np.nan
    out = refined(model, f, -(model.inputs @ at.drives.unit_modes), x)
    assert np.isfinite(out[0, 0]).all()
    assert np.isnan(out[0, 1]).all()
    monkeypatch.setattr(refinement, "MANY_UNKNOWNS", 3)
    assert refined(model, f, -(model.inputs @ at.drives.unit_modes), x) is x
