"""Tables: what is in them, in text, in a terminal and in HTML."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import longtail as lt
from longtail.contract.result import Result
from longtail.report import tables
from longtail.report.wording.conditions import degrees
from longtail.report.wording.page import ATTENTION, LEFT, Cell, Column, Page, Table, split, widths
from longtail.report.wording.terminal import page_rich
from longtail.units import format_si


@pytest.fixture(scope="module")
def mismatched() -> lt.Amplifier:
    examples = Path(__file__).parents[2] / "examples"
    return lt.read(examples / "bjt_pair.cir", parameters={"drc": 0.01})


@pytest.fixture
def ota(examples: Path) -> lt.Amplifier:
    return lt.read(examples / "ota_5t.cir")


def in_terminal(result: Result, width: int) -> str:
    """What a terminal of that width would show, without colours."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, no_color=True, highlight=False)
    console.print(tables.rich(result, width))
    assert isinstance(console.file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue())


def test_an_operating_point_shows_every_node_and_device(mismatched: lt.Amplifier) -> None:
    op = mismatched.op()
    text = op.to_text()
    for name, volts in op.nodes.items():
        assert re.search(rf"^{name} +{re.escape(format_si(volts, 'V'))}$", text, re.MULTILINE)
    for name in op.devices:
        assert re.search(rf"^{name} ", text, re.MULTILINE)
    assert "Branch currents" not in text, "the sources show theirs"
    q1 = next(line for line in text.splitlines() if line.startswith("q1"))
    assert format_si(op.devices["q1"]["g_m"], "S") in q1
    assert "I_C" in text and "r_π" in text and "c_µ" in text


def test_kinds_of_devices_have_tables_of_their_own(ota: lt.Amplifier) -> None:
    titles = [table.title for table in tables.page(ota.op()).tables]
    assert titles[0] == "MOS transistors"
    assert titles[1] == "Node voltages"
    assert {"Voltage sources", "Current sources", "Capacitors"} <= set(titles)
    headings = [column.heading for column in tables.page(ota.op()).tables[0].columns]
    assert headings[:3] == ["device", "model", "region"]
    assert {"I_D", "V_ov", "g_m", "r_o", "c_gs"} <= set(headings)


def test_a_branch_current_without_a_device_table_is_shown(mismatched: lt.Amplifier) -> None:
    op = mismatched.op()
    op = replace(op, branches={**op.branches, "lost": 1e-3})
    (branch,) = (table for table in tables.page(op).tables if table.title == "Branch currents")
    assert branch.rows == ((Cell("lost"), Cell("1 mA")),)


def test_transistors_that_do_not_amplify_are_marked(examples: Path) -> None:
    op = lt.read(examples / "bjt_pair.cir", parameters={"vcm": 4.9}).op()
    idle = [name for name in ("q1", "q2") if op.devices[name]["region"] != "active"]
    assert idle == ["q1", "q2"]
    page = tables.page(op)
    tones = {row[0].text: row[2].tone for row in page.tables[0].rows}
    assert [name for name, tone in tones.items() if tone == ATTENTION] == idle
    assert any("q1 (saturation)" in note for note in page.notes)
    assert "saturation !" in op.to_text()
    assert not tables.page(lt.read(examples / "bjt_pair.cir").op()).notes


def test_gains_are_shown_once_a_decade(mismatched: lt.Amplifier) -> None:
    gains = mismatched.gains()
    (table,) = tables.page(gains).tables
    assert [row[0].text for row in table.rows[:4]] == ["1 Hz", "10 Hz", "100 Hz", "1 kHz"]
    assert len(table.rows) == 10
    headings = [column.heading for column in table.columns]
    assert [h for h in headings if h.endswith("dB")] == ["A_dd dB", "A_cc dB", "A_c→d dB", "A_d→c dB", "CMRR dB"]
    first = dict(zip(headings, (cell.text for cell in table.rows[0]), strict=True))
    assert float(first["A_dd dB"]) == pytest.approx(20 * np.log10(abs(gains.differential[0])), abs=0.005)
    assert float(first["CMRR dB"]) == pytest.approx(gains.cmrr_db[0], abs=0.005)
    text = gains.to_text()
    assert "|A_dd/A_c→d|" in text and "v(o1) - v(o2) (differential)" in text


def test_few_frequencies_are_all_shown(mismatched: lt.Amplifier) -> None:
    (table,) = tables.page(mismatched.gains(frequency_hz=[0.0, 50.0, 60.0])).tables
    assert [row[0].text for row in table.rows] == ["0 Hz", "50 Hz", "60 Hz"]


def test_a_list_of_many_with_zero_still_has_decades(mismatched: lt.Amplifier) -> None:
    axis = [0.0, *np.geomspace(10.0, 1e3, 41)]
    (table,) = tables.page(mismatched.gains(frequency_hz=axis)).tables
    assert [row[0].text for row in table.rows] == ["0 Hz", "10 Hz", "100 Hz", "1 kHz"]


def test_a_single_ended_output_has_two_gains(ota: lt.Amplifier) -> None:
    text = ota.gains().to_text()
    assert "|A_d/A_cm|" in text and "(single-ended)" in text
    assert "A_d dB" in text and "A_cm dB" in text
    assert "→" not in text


def test_what_symmetry_takes_away_is_said_and_not_shown(examples: Path) -> None:
    amp = lt.read(examples / "bjt_pair.cir")
    for result in (amp.gains(), amp.analyze()):
        text = result.to_text()
        assert "note: A_c→d and A_d→c are zero by symmetry" in text
        assert "note: the CMRR is limited by symmetry: only mismatch gives a figure" in text
        assert "note: one output alone has a CMRR: --output o1" in text
    assert "CMRR dB" not in amp.gains().to_text()


def test_a_nulled_result_says_so(ota: lt.Amplifier) -> None:
    gains = ota.gains(null=True, target=1.5)
    assert gains.null is not None
    offset = format_si(gains.null.input_offset, "V")
    assert f"output at 1.5 V with an input offset of {offset}" in gains.to_text()


def test_a_datasheet_has_its_rows_and_its_transistors(mismatched: lt.Amplifier) -> None:
    sheet = mismatched.analyze()
    first, second = tables.page(sheet).tables
    assert [row[0].text for row in first.rows] == [row.symbol for row in sheet.rows]
    assert [row[0].text for row in second.rows] == ["q1", "q2", "q3", "q4"]
    assert "V_CM = 0" not in "".join(cell.text for row in first.rows for cell in row), "it is said once, above"


@pytest.mark.parametrize("width", [80, 40, 200])
def test_a_terminal_shows_every_value_whole(mismatched: lt.Amplifier, width: int) -> None:
    for result in (mismatched.op(), mismatched.gains(), mismatched.analyze()):
        shown = in_terminal(result, width)
        assert "…" not in shown
        for table in tables.page(result).tables:
            for row in table.rows:
                for cell, column in zip(row, table.columns, strict=True):
                    assert column.wraps or cell.text in shown, (cell.text, column.heading)
        if width >= 80:
            assert max(len(line.rstrip()) for line in shown.splitlines()) <= width


def test_a_table_is_split_between_groups_of_columns() -> None:
    columns = (Column("f"), Column("aaaa"), Column("bb", joined=True), Column("cccc"), Column("dd", joined=True))
    table = Table("t", columns, (tuple(Cell("x") for _ in columns),))
    assert widths(table) == [1, 4, 2, 4, 2]
    assert [[c.heading for c in part.columns] for part in split(table, 12)] == [
        ["f", "aaaa", "bb"],
        ["f", "cccc", "dd"],
    ]
    assert [part.title for part in split(table, 12)] == ["t", "t (continued)"]
    assert split(table, 100) == [table]
    assert len(split(table, 1)) == 2, "no room at all: still each group once"


def test_words_for_attention_are_in_colour_on_a_terminal() -> None:
    table = Table("", (Column("device", LEFT), Column("region")), ((Cell("m1"), Cell("triode", ATTENTION)),))
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard", highlight=False)
    console.print(page_rich(Page("p", (), (table,)), 80))
    assert isinstance(console.file, io.StringIO)
    assert "\x1b[1;33mtriode" in console.file.getvalue()


class Checker(HTMLParser):
    """Counts the cells of a page and sees that its tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells = 0
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.cells += tag == "td"
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_notebook_gets_whole_and_safe_html(mismatched: lt.Amplifier) -> None:
    for result in (mismatched.op(), mismatched.gains(), mismatched.analyze()):
        checker = Checker()
        checker.feed(result._repr_html_())
        assert checker.open == []
        assert checker.attributes == {"style"}
        assert checker.cells == sum(len(table.rows) * len(table.columns) for table in tables.page(result).tables)
    renamed = replace(mismatched.analyze(), title="<script>alert(1)</script>")
    assert "<script" not in renamed._repr_html_()
    assert "A<sub>c→d</sub>" in mismatched.gains()._repr_html_()


@dataclass(frozen=True)
class Strange(Result):
    """A result of an analysis that the report does not know."""

    def to_dict(self) -> dict[str, Any]:
        f = np.geomspace(1.0, 1e6, 61)
        z = 1e3 / (1 + 1j * f / 1e3)
        return {
            "status": "converged",
            "peak": None,
            "null": {"input_offset": 0.25},
            "frequency_hz": f.tolist(),
            "input": {"common": {"re": z.real.tolist(), "im": z.imag.tolist()}},
            "cmrr_db": [60.0] * f.size,
            "other": [1.0, 2.0],
            "names": ["a", "b"],
        }


def test_warnings_stand_above_all_that_they_put_in_doubt(examples: Path) -> None:
    gains = lt.read(examples / "two_stage_opamp.cir").gains([1.0])
    (stuck,) = (note for note in gains.notes if "stuck" in note)
    assert stuck.startswith("warning: the output o is stuck at")
    terminal = in_terminal(gains, 400)
    for shown in (gains.to_text(), gains._repr_html_(), terminal):
        title, warning, facts = (shown.index(part) for part in ("Mode gains", escape(stuck), "V_CM"))
        assert title < warning < facts
        assert shown.count("is stuck at") == 1
    page = Page("t", (), (), ("a remark", "warning: one", "another", "warning: two"))
    assert page.notes == ("a remark", "another")
    assert page.warnings == ("warning: one", "warning: two"), "in their order"


def test_an_unknown_result_shows_what_is_in_its_json() -> None:
    text = Strange().to_text()
    assert re.search(r"^status +converged$", text, re.MULTILINE)
    assert re.search(r"^null input_offset +0.25$", text, re.MULTILINE)
    assert re.search(r"^frequency +input common +° +cmrr$", text, re.MULTILINE)
    assert re.search(r"^1 Hz +1000 +-0.1 +60 dB$", text, re.MULTILINE)
    assert re.search(r"^1 kHz +707.1 +-45.0 +60 dB$", text, re.MULTILINE)
    assert "other" not in text and "names" not in text, "no columns of another length, nor of words"


@dataclass(frozen=True)
class Sweep(Result):
    """A result over another axis than frequency."""

    def to_dict(self) -> dict[str, Any]:
        return {"vcm": np.linspace(-1.0, 1.0, 201).tolist(), "gain": np.arange(201.0).tolist()}


def test_a_long_sweep_shows_some_rows_with_both_ends() -> None:
    (table,) = tables.page(Sweep()).tables
    assert len(table.rows) == 21
    assert (table.rows[0][0].text, table.rows[-1][0].text) == ("-1", "1")


def test_an_inversion_has_180_degrees_from_either_side(examples: Path) -> None:
    assert [degrees(complex(-1.0, y)) for y in (1e-9, -1e-9, 0.0, -0.0)] == ["180.0"] * 4
    assert degrees(complex(1.0, -1e-9)) == "0.0"
    table = lt.read(examples / "bjt_pair.cir", parameters={"drc": 0.01}).gains(frequency_hz="1:1meg:1").to_text()
    assert "180.0" in table and "-180.0" not in table and "-0.0 " not in table
