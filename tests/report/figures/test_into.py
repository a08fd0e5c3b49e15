"""Every figure may be drawn into one that is there, beside others."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from matplotlib.figure import Figure

import longtail as lt
from longtail.registry import analyses, shown

NEEDED: dict[str, dict[str, Any]] = {
    "sweep": {"vary": "rc=9k:11k:3", "measure": "cmrr_db"},
    "yields": {"limit": "|offset|<=5mV"},
}
DRAWN = [(name, NEEDED.get(name, {})) for name, each in analyses().items() if shown("figures", each.result.view)]


def empty() -> Figure:
    return Figure(figsize=(20, 9), layout="constrained")


@pytest.mark.parametrize(("name", "options"), [*DRAWN, ("cmrr", {"vcm": "-1:1:3"})])
def test_a_figure_is_drawn_beside_others(name: str, options: dict[str, Any]) -> None:
    """The same axes as in a figure of its own, and nothing in the half beside it; the size is the given one."""
    result = lt.read("bjt_pair", parameters={"drc": 0.01}).run(name, **options)
    whole = empty()
    left, right = whole.subfigures(1, 2)
    assert result.plot(into=left) is left
    assert right.get_axes() == []
    own, given = result.plot(), whole.get_axes()
    assert [a.get_ylabel() for a in given] == [a.get_ylabel() for a in own.get_axes()]
    assert [len(a.get_lines()) for a in given] == [len(a.get_lines()) for a in own.get_axes()]
    assert whole.get_size_inches().tolist() == [20.0, 9.0]
    whole.savefig(BytesIO())


def test_two_results_share_a_figure_and_a_whole_one_is_taken_too() -> None:
    amplifier, whole = lt.read("bjt_pair", parameters={"drc": 0.01}), empty()
    left, right = whole.subfigures(1, 2)
    amplifier.gains().plot(into=left, title="before")
    amplifier.psrr().plot(into=right, title="after")
    assert [part.get_suptitle() for part in (left, right)] == ["before", "after"]
    alone = empty()
    assert amplifier.op().plot(into=alone) is alone
    with pytest.raises(lt.OptionError, match="there are axes in this figure already"):
        amplifier.op().plot(into=alone)
    with pytest.raises(lt.OptionError, match="there are axes in this figure already"):
        amplifier.op().plot(into=left)
