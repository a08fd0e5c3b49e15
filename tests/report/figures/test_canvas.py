"""What holds of every figure: all text stands within it and touches no other, axes have curves and plain numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import longtail as lt
from longtail.report import plots

SUPPLIES = {"vcm": "supplies", "frequency_hz": "1:1g:5"}
TEMPERATURES = {"temperatures": [0.0, 70.0]}
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ota_5t", "gains", {}),
    ("ota_5t", "cmrr", SUPPLIES),
    ("bjt_pair", "cmrr", SUPPLIES),
    ("ota_5t", "transfer", {"null": True, **TEMPERATURES}),
    ("bjt_pair", "transfer", {"vcm": "supplies"}),
    ("ota_5t", "op", {}),
    ("jfet_pair", "noise", {}),
    ("jfet_pair", "impedance", {}),
    ("two_stage_opamp", "formula", {"null": True, "band": "1:1meg", "error": "10%"}),
    ("bjt_pair_resistor_tail", "source-imbalance", {}),
    ("mos_pair", "psrr", {}),
    ("mos_pair", "offset", {}),
    ("mos_pair", "range", {}),
    ("mos_pair", "sweep", {"vary": "temp=0:70:8"}),
    ("jfet_pair", "sweep", {"vary": "temp=0:70:8"}),  # its gain moves by 1e-8
    ("bjt_pair_ideal_tail", "poles", {}),
    ("bjt_pair_resistor_tail", "half", {}),
    ("folded_cascode", "half", {}),
    ("data_link_receiver", "half", {}),
    ("folded_cascode", "range", {"null": True}),
    ("radio_front_end", "gains", {}),
    ("instrumentation_amplifier", "poles", {}),
)
TOUCHING = 2.0  # pixels that boxes of text may share: they are larger than what is seen


def ticks(axes: Axes) -> Iterator[tuple[Text, bool]]:
    """The texts beside ticks, and whether they are within the view."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            seen = low <= tick.get_loc() <= high
            yield from ((label, seen) for label in (tick.label1, tick.label2))


def texts(figure: Figure) -> list[tuple[str, Bbox, bool]]:
    """What is written, where, and whether it is level."""
    unseen = {id(text) for axes in figure.get_axes() for text, seen in ticks(axes) if not seen}
    found = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in unseen]
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return [(t.get_text(), t.get_window_extent(renderer), t.get_rotation() == 0.0) for t in found]


def finite(axes: Axes) -> bool:
    """Whether anything is drawn in the axes that has a place."""
    data = [
        np.asarray(line.get_ydata(), float) for line in axes.get_lines() if len(np.atleast_1d(line.get_xdata())) > 2
    ]
    return any(np.isfinite(values).any() for values in data) or bool(axes.collections or axes.patches)


@pytest.mark.parametrize(("example", "analysis", "options"), CASES)
def test_a_figure_can_be_read(example: str, analysis: str, options: dict[str, Any]) -> None:
    for figure in plots.figures(lt.read(example).run(analysis, **options)).values():
        figure.canvas.draw()
        width, height = figure.canvas.get_width_height()
        written = texts(figure)
        for text, box, _ in written:
            assert box.x0 > -1.0 and box.y0 > -1.0 and box.x1 < width + 1.0 and box.y1 < height + 1.0, text
            assert r"\$" not in text, "mathematics is typeset"
        level = [(text, box) for text, box, is_level in written if is_level]
        for (one, a), (other, b) in combinations(level, 2):
            shared = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            assert min(shared) <= TOUCHING, (one, other)
        for axes in figure.get_axes():
            assert not axes.axison or finite(axes), "empty axes"
            assert not (axes.xaxis.get_offset_text().get_text() or axes.yaxis.get_offset_text().get_text())


def test_the_rejection_is_drawn_over_the_level() -> None:
    found = lt.read("ota_5t").cmrr(vcm=[1.0, 1.5, 2.0], frequency_hz=[50.0, 1e8])
    curves = found.plot().get_axes()[0].get_lines()
    for k in range(2):
        assert any(np.array_equal(line.get_ydata(), found.cmrr_db[:, k]) for line in curves)


def test_the_rejection_at_one_frequency_has_a_figure_over_the_level() -> None:
    found = lt.read("ota_5t").cmrr(vcm=[1.0, 1.5, 2.0], frequency_hz=50.0)
    (axes,) = found.plot().get_axes()
    assert any(np.array_equal(line.get_ydata(), found.cmrr_db[:, 0]) for line in axes.get_lines())


def test_a_transfer_is_drawn_under_every_condition() -> None:
    found = lt.read("bjt_pair").transfer(temperatures=[0.0, 70.0])
    axes = found.plot().get_axes()[0]
    for v_out in (found.v_out[0], *(each.v_out[0] for each in found.under)):
        assert any(np.array_equal(line.get_ydata(), v_out) for line in axes.get_lines())
    assert {"typical", "0 °C", "70 °C"} <= {text.get_text() for text in axes.texts}


def test_of_many_levels_the_middle_one_is_told() -> None:
    transfer = lt.read("bjt_pair").transfer(vcm="-4:4:5")
    text = transfer.plot().findobj(Text)
    assert any("at V_CM = 0 V" in each.get_text() for each in text)
    assert "The curve at V_CM = 0 V" in transfer.to_text()


def test_a_long_formula_has_several_lines() -> None:
    formula = lt.read("bjt_pair").formula(exact=True)
    shown = [text.get_text() for text in formula.plot().findobj(Text)]
    assert any(text.endswith("= N/D$") for text in shown)
