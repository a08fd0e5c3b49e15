"""What a report shows of all conditions: bands hold every curve, and say where their edges come from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.report.html.spread import SAID, band

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

EXAMPLE = Path(__file__).parents[3] / "examples" / "ota_5t.cir"
FREQUENCY = "1:1g:4"
CORNERS = {"slow": {"n.vto": 0.55}, "fast": {"n.vto": 0.45}}


def plots(sheet: lt.Datasheet) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', sheet.to_html(), re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.fixture(scope="module")
def sheet() -> lt.Datasheet:
    return lt.read(EXAMPLE).analyze(full=True, temperatures=[-40, 27, 125], corners=CORNERS, frequency_hz=FREQUENCY)


@pytest.fixture(scope="module")
def drawn(sheet: lt.Datasheet) -> dict[str, Any]:
    return plots(sheet)


def edges(plot: Any, name: str) -> tuple[Any, Any]:
    """The lowest and the highest edge of a band."""
    low, high = (
        next(t for t in plot["data"] if t["name"] == name and f"{what}:" in t.get("hovertemplate", ""))
        for what in ("lowest", "highest")
    )
    return low, high


@pytest.fixture(scope="module")
def alone(sheet: lt.Datasheet) -> dict[str, lt.ModeGains]:
    """Every condition by itself: a netlist with its values, which knows nothing of the others."""
    deck = EXAMPLE.read_text(encoding="utf-8")
    found = {}
    for condition in sheet.conditions:
        vto, temp = condition.values.get("n.vto", 0.5), condition.values.get("temp", 27.0)
        moved = deck.replace("nmos(level=1 vto=0.5", f"nmos(level=1 vto={vto}").replace(".end", f".temp {temp}\n.end")
        assert moved != deck
        found[condition.name] = lt.read(moved).gains(frequency_hz=FREQUENCY)
    return found


@pytest.mark.parametrize("name", ["A_d", "A_cm", "CMRR"])
def test_bands_are_the_extremes_of_single_runs(
    sheet: lt.Datasheet, drawn: dict[str, Any], alone: dict[str, lt.ModeGains], name: str
) -> None:
    def curve(found: lt.ModeGains) -> Any:
        if name == "CMRR":
            return found.cmrr_db
        return 20.0 * np.log10(np.abs(found.differential if name == "A_d" else found.common))

    each = np.array([curve(alone[condition.name]) for condition in sheet.conditions])
    low, high = edges(drawn["gains"], name)
    assert low["y"] == pytest.approx(each.min(axis=0), abs=1e-6)
    assert high["y"] == pytest.approx(each.max(axis=0), abs=1e-6)
    names = [condition.name for condition in sheet.conditions]
    assert SAID in sheet.to_html()
    assert low["text"] == [names[k] for k in each.argmin(axis=0)]
    typical = next(t for t in drawn["gains"]["data"] if t["name"] == name and t.get("showlegend") is None)
    assert typical["legendgroup"] == low["legendgroup"] == name, "hidden and shown together"


def test_each_condition_has_a_line_against_typical(
    sheet: lt.Datasheet, drawn: dict[str, Any], alone: dict[str, lt.ModeGains]
) -> None:
    shown = [t for t in drawn["conditions"]["data"] if t.get("showlegend") is None]
    assert [t["name"] for t in shown] == [c.name for c in sheet.conditions[1:]]
    assert len({(t["line"]["color"], t["line"]["dash"]) for t in shown}) == len(shown), "lines can be told apart"
    for trace in shown:
        ratio = np.abs(alone[trace["name"]].differential) / np.abs(alone["typical"].differential)
        assert trace["y"] == pytest.approx(20.0 * np.log10(ratio), abs=1e-6)


def test_noise_and_levels_agree_with_their_rows(sheet: lt.Datasheet, drawn: dict[str, Any]) -> None:
    rows = {(row.symbol, row.parameter.partition(" ")[0]): row for row in sheet.rows}
    low, high = edges(drawn["noise"], "all")
    k = low["x"].index(1e3)
    density = rows["e_n", "input"]
    assert (low["y"][k], high["y"][k]) == pytest.approx((density.minimum, density.maximum))
    levels = drawn["levels"]["data"]
    assert [t["name"] for t in levels] == [c.name for c in sheet.conditions]
    lowest = rows["CMRR", "lowest"]
    assert min(min(t["y"]) for t in levels) == pytest.approx(lowest.minimum)
    assert min(levels[0]["y"]) == pytest.approx(lowest.value)


def test_one_condition_has_no_band(examples_sheet: lt.Datasheet) -> None:
    found = plots(examples_sheet)
    assert "conditions" not in found
    assert not any("lowest:" in t.get("hovertemplate", "") for plot in found.values() for t in plot["data"])
    assert SAID not in examples_sheet.to_html()


@pytest.fixture(scope="module")
def examples_sheet() -> lt.Datasheet:
    return lt.read(EXAMPLE.with_stem("bjt_pair")).analyze(full=True, frequency_hz="1:1g:2")


def test_symmetry_leaves_no_rejection_to_draw() -> None:
    sheet = lt.read(EXAMPLE.with_stem("bjt_pair")).analyze(full=True, temperatures=[0, 50], frequency_hz="1:1g:2")
    found = plots(sheet)
    assert "levels" not in found
    assert {t["name"] for t in found["gains"]["data"]} == {"A_dd", "A_cc", "phase"}


def test_many_conditions_are_a_band_and_no_tangle() -> None:
    amp = lt.read(EXAMPLE)
    found = plots(amp.analyze(full=True, temperatures="-40:125:15", frequency_hz="1:1g:2"))
    assert "conditions" not in found
    assert {t["name"] for t in found["levels"]["data"]} == {"CMRR"}
    edges(found["gains"], "A_d"), edges(found["levels"], "CMRR")


def test_a_band_has_gaps_where_nothing_is_known() -> None:
    x, nan = np.arange(5.0), np.nan
    values = np.array([[1.0, 2.0, nan, 4.0, 5.0], [2.0, nan, nan, 3.0, 7.0]])
    area, low, high = band("g", x, values, ("a", "b<"), "#0072B2")
    assert area["x"] == [0.0, 1.0, 1.0, 0.0, None, 3.0, 4.0, 4.0, 3.0]
    assert area["y"] == [1.0, 2.0, 2.0, 2.0, None, 3.0, 5.0, 7.0, 4.0]
    assert low["y"] == [1.0, 2.0, None, 3.0, 5.0] and high["y"] == [2.0, 2.0, None, 4.0, 7.0]
    assert low["text"][3] == "b&lt;" and high["text"][0] == "b&lt;", "text of a netlist is no HTML"
    assert band("g", x, np.full((2, 5), nan), ("a", "b"), "#0072B2") == []
    assert band("g", x, np.ones((2, 5)), ("a", "b"), "#0072B2") == [], "no band of no width"
