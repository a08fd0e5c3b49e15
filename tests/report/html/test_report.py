"""The report as one HTML file: sound, alone, and deaf to what a netlist would like it to do."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail import registry
from longtail.cli.main import run
from longtail.datasheet.rows import Limit
from longtail.report.html import report as html_page

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"
DECK = f"""{HOSTILE}
*@ input inp inn
*@ output o<b>1 o2
*@ supply vcc vee
.param rc=10k
vcc vcc 0 5
vee vee 0 -5
vinp inp 0 0
vinn inn 0 0
rc1 vcc o<b>1 {{rc}}
rc2 vcc o2 {{rc*1.01}}
q1 o<b>1 inp e small
q<i>2 o2 inn e small
re e vee 4.7k
.model small npn(is=1e-15 bf=100 vaf=80 cje=1p cjc=1p tf=0.1n)
"""


class Reader(HTMLParser):
    """Checks that elements close in order, and keeps what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[tuple[str, str]] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "poster") and not (value or "").startswith("#"):
                self.loads.append((tag, value or ""))
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        (self.scripts if self.open and self.open[-1] == "script" else self.text).append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def figures(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture(scope="module")
def hostile() -> lt.Datasheet:
    return lt.read(DECK).analyze(full=True, temperatures="0,50", frequency_hz="1:1g:4")


@pytest.fixture(scope="module")
def html(hostile: lt.Datasheet) -> str:
    return hostile.to_html()


def test_it_parses_and_loads_nothing(html: str) -> None:
    found = read(html)
    assert found.loads == []
    assert found.handlers == []
    assert "default-src 'none'" in html, "the page forbids itself the network"
    own = html.replace(html_page._library(), "")
    assert not re.search(r"https?:|//[a-z]+\.", own), "nothing but the library names an address"
    assert len(own) < 200_000


def test_what_a_netlist_says_is_text(html: str) -> None:
    found = read(html)
    assert not found.tags & {"img", "i"}
    assert sum("alert(1)" in text for text in found.text) >= 2, "the title is there to be read"
    assert len(found.scripts) >= 3
    assert not any("alert(1)" in script for script in found.scripts)
    drawn = json.dumps(figures(html), ensure_ascii=False)
    assert "q&lt;i&gt;2" in drawn
    assert "<i>" not in drawn


def test_links_lead_to_lines_of_the_netlist(html: str, hostile: lt.Datasheet) -> None:
    found = read(html)
    assert len(set(found.ids)) == len(found.ids)
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert {f"device-{name}" for name in hostile.circuit.instances} <= set(found.ids)
    assert "#device-q<i>2" in found.links


def test_every_row_is_there(html: str, hostile: lt.Datasheet) -> None:
    text = "".join(read(html).text)
    for row in hostile.rows:
        assert re.sub(r"(?<=\b[A-Z])_", "", row.parameter) in text  # subscripts are set low
    assert "min" in text and "typ" in text and "max" in text


def test_the_plots_hold_the_numbers_of_the_analyses(hostile: lt.Datasheet, html: str) -> None:
    plots = figures(html)
    assert list(plots) == [
        *("gains", "conditions", "map", "levels", "transfer", "steering"),
        *("diamond", "noise", "contributions", "poles"),
    ]
    wanted = 20 * np.log10(np.abs(hostile.gains.differential))
    line = next(each for each in plots["gains"]["data"] if each["name"] == "A_dd" and "showlegend" not in each)
    assert line["y"] == pytest.approx(wanted)
    assert np.shape(plots["map"]["data"][0]["z"]) == (25, hostile.gains.frequency_hz.size)
    shares = [x for bar in plots["contributions"]["data"] for x in bar["x"]]
    assert 90.0 < sum(shares) <= 100.0 + 1e-9


def test_symmetry_is_said_and_not_drawn(examples: Path) -> None:
    html = lt.read(examples / "bjt_pair.cir").analyze(frequency_hz="1:1g:2").to_html()
    plots = figures(html)
    assert [line["name"] for line in plots["gains"]["data"]] == ["A_dd", "A_cc", "phase"]
    assert "only mismatch gives a figure" in html
    read(html)


def test_limits_are_shown(hostile: lt.Datasheet) -> None:
    first = hostile.rows[0]
    failed = replace(first, limit=Limit("V_OS", "V_OS", 0.0, 1.0, "mV"), verdict="fail")
    html = replace(hostile, rows=(failed, *hostile.rows[1:])).to_html()
    assert '<td class="fail">FAIL</td>' in html
    assert "1 limit of 1 fails: V_OS" in html
    assert "≥ 0 mV, ≤ 1 mV" in html


def test_a_single_frequency_has_no_curves(examples: Path) -> None:
    html = lt.read(examples / "ota_5t.cir").analyze(frequency_hz="1").to_html()
    assert not {"gains", "map", "noise"} & set(figures(html))
    read(html)


def test_markdown_is_escaped(hostile: lt.Datasheet) -> None:
    text = hostile.to_markdown()
    assert "<script" not in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == len(hostile.rows) + 2
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1


def test_files_of_the_command(examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deck, page = str(examples / "ota_5t.cir"), tmp_path / "page.html"
    options = ["--frequency", "1:1g:2", "--corners", str(tmp_path / "c.toml")]
    (tmp_path / "c.toml").write_text('[small]\niref = "50u"\n')
    assert run(["analyze", deck, *options, "--html", str(page), "--out", str(tmp_path / "out"), "--markdown"]) == 0
    printed = capsys.readouterr()
    assert printed.out == (tmp_path / "out" / "ota_5t-analyze.md").read_text()
    assert page.read_text() == (tmp_path / "out" / "ota_5t-analyze.html").read_text()
    assert f"wrote {page}" in printed.err
    assert run(["analyze", deck, "--frequency", "1", "--html", str(tmp_path / "none" / "page.html")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_without_plotly_there_is_advice(hostile: lt.Datasheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    with pytest.raises(lt.OptionError, match="needs plotly") as caught:
        hostile.to_html()
    assert caught.value.hint is not None and caught.value.hint.startswith(f"{sys.executable} -m pip install ")
    extra = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]["report"]
    assert shlex.split(caught.value.hint)[4:] == extra, "a clone that is not installed from an index has no extra"
    written = hostile.saved(tmp_path, "sheet")
    assert [path.name for path in written.files] == ["sheet.md"]
    assert any("needs plotly" in note for note in written.notes)


def test_formulas_stand_beside_the_figures(html: str, hostile: lt.Datasheet) -> None:
    """Each gain in symbols, with the bound that the analysis of formulas proves."""
    section = re.search(r'<section id="formulas">(.*?)</section>', html, re.DOTALL)
    assert section is not None
    formulas = hostile.details().formulas
    assert [each.of for each in formulas] == ["differential", "common", "common_to_differential"]
    for each in formulas:
        assert each.mathml in section[1]
        assert each.error_bound is not None
    assert section[1].count("proven") > len(formulas)


def test_a_phone_and_a_printer_and_the_night_have_rules_of_their_own(html: str) -> None:
    for rule in ("(max-width: 44rem)", "print", "screen and (prefers-color-scheme: dark)"):
        assert f"@media {rule} {{" in html
    assert re.search(r'<td class="n typ"[^>]*>[^<]', html)
