"""Limits from a datasheet of CACE: what is held, how lines are found, and what is said about wrong files."""

from __future__ import annotations

from pathlib import Path

import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.datasheet.limits import FAIL, PASS, check, read_limits, unheld
from longtail.datasheet.rows import Limit, Row
from longtail.errors import OptionError

ROWS = (
    Row("A_dd", "differential gain", "f = 1 Hz", -100.0, "V/V"),
    Row("A_c→d", "common to differential", "f = 1 Hz", 1e-3, "V/V"),
    Row("CMRR", "rejection |A_dd/A_c→d|", "f = 1 Hz", 100.0, "dB"),
    Row("CMRR", "rejection |A_dd/A_c→d|", "f = 1 GHz", 20.0, "dB"),
    Row("f_3dB", "bandwidth of the differential gain", "", 2e6, "Hz"),
    Row("Z_id", "differential input impedance", "", 5e3, "ohm"),
    Row("e_n", "input noise density", "", 7e-9, "V/rtHz"),
)


def limits(tmp_path: Path, text: str, name: str = "l.yaml") -> tuple[Limit, ...]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_limits(file)


def verdicts(tmp_path: Path, text: str) -> dict[str, str]:
    """Symbol and conditions of every judged row with its verdict."""
    rows = check(ROWS, limits(tmp_path, text))
    return {f"{row.symbol} {row.conditions}".strip(): row.verdict for row in rows if row.verdict}


def one(spec: str, more: str = "") -> str:
    """A file of one parameter with one result."""
    return f"parameters:\n  p:\n    spec:\n      {spec}\n{more}"


def test_the_example_holds_under_every_temperature(examples: Path) -> None:
    amp = lt.read(examples / "ota_5t.cir")
    sheet = amp.analyze(
        full=True, temperatures=[-40, 27, 125], frequency_hz="1:1g:5", limits=str(examples / "ota_5t.yaml")
    )
    judged = {row.symbol: row for row in sheet.rows if row.limit}
    assert {symbol: row.verdict for symbol, row in judged.items()} == dict.fromkeys(
        ("P_S", "A_d", "CMRR", "f_3dB", "f_T"), PASS
    )
    assert judged["f_T"].limit is not None
    assert (judged["f_T"].limit.low, judged["f_T"].limit.unit) == (50.0, "MHz")
    assert "no limit is held for e_n, area" in sheet.notes


def test_a_file_decides_the_exit_status(examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hard.yml"
    file.write_text("parameters: {gain: {spec: {A_d: {unit: dB, minimum: {value: 43}}}}}")
    assert run(["analyze", str(examples / "ota_5t.cir"), "--limits", str(file)]) == 1
    assert "1 limit of 1 fails: A_d" in capsys.readouterr().err
    file.write_text("parameters: {gain: {spec: {A_d: {unit: dB, minimum: {value: x}}}}}")
    assert run(["analyze", str(examples / "ota_5t.cir"), "--limits", str(file)]) == 2
    assert f"{file}:1:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "named",
    [
        "{A_dd: {unit: dB, minimum: {value: 39}}}",
        "{a_DD: {unit: dB, minimum: {value: 39}}}",
        "{add: {unit: dB, minimum: {value: 39}}}",
        "{differential_gain: {unit: dB, minimum: {value: 39}}}",
        "{x: {display: Differential Gain, unit: dB, minimum: {value: 39}}}",
        "{x: {symbol: A_dd, unit: dB, minimum: {value: 39}}}",
        "{symbol: A_dd, unit: dB, minimum: {value: 39}, maximum: {value: 41}}",
    ],
)
def test_a_line_is_found_by_any_of_its_names(tmp_path: Path, named: str) -> None:
    assert verdicts(tmp_path, one(named)) == {"A_dd f = 1 Hz": PASS}
    assert verdicts(tmp_path, one(named.replace("39", "40.5"))) == {"A_dd f = 1 Hz": FAIL}


def test_one_result_may_go_by_the_name_of_its_parameter(tmp_path: Path) -> None:
    text = "parameters:\n  Z_ID:\n    display: any\n    spec: {result: {unit: kΩ, minimum: {value: 4}}}"
    assert verdicts(tmp_path, text) == {"Z_id": PASS}
    shown = "parameters:\n  zin:\n    display: z_id\n    spec: {result: {unit: kOhm, minimum: {value: 6}}}"
    assert verdicts(tmp_path, shown) == {"Z_id": FAIL}
    two = text.replace("{result:", "{other: {maximum: {value: 1}}, result:")
    with pytest.raises(OptionError, match="no 'other'"):
        verdicts(tmp_path, two)


def test_several_results_share_the_unit(tmp_path: Path) -> None:
    text = "parameters:\n  ac:\n    unit: MHz\n    spec:\n      f_3dB: {maximum: {value: 3}}\n"
    text += "      e_n: {unit: nV/√Hz, maximum: {value: 6}}\n      CMRR: {at: 1 GHz, unit: dB, minimum: {value: 10}}\n"
    assert verdicts(tmp_path, text) == {"f_3dB": PASS, "e_n": FAIL, "CMRR f = 1 GHz": PASS}


def test_numbers_are_as_they_are_written(tmp_path: Path) -> None:
    assert limits(tmp_path, one("A_dd: {minimum: {value: 1e2}, maximum: {value: 0300}}"))[0].low == 100.0
    assert limits(tmp_path, one("A_dd: {maximum: {value: 0300}}"))[0].high == 300.0, "no octal"


@pytest.mark.parametrize(
    "spec",
    ["A_dd: {minimum: {value: any}}", "A_dd: {minimum: {value: 1000, fail: false}}", "A_dd: {typical: {value: 9}}"],
)
def test_what_is_not_held_is_said(tmp_path: Path, spec: str) -> None:
    found = limits(tmp_path, one(spec))
    assert unheld(found) == ("no limit is held for A_dd",)
    assert all(row.limit is None for row in check(ROWS, found))


def test_layouts_are_left_to_their_tools(tmp_path: Path) -> None:
    text = "parameters:\n  area: {spec: {area: {maximum: {value: 9}}}, tool: {magic_area: {args: []}}}\n"
    text += "  drc: {tool: magic_drc}"
    assert unheld(limits(tmp_path, text)) == ("no limit is held for area, drc",)
    text = text.replace("magic_area", "ngspice").replace("area", "CMRR")
    assert unheld(limits(tmp_path, text)) == ("no limit is held for drc",)


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ("parameters:\n  p: [", 2, "no YAML", None),
        ("parameters: {p: {spec: 1}}", 1, "expected names with values", None),
        ("- a\n- b", 1, "expected names with values", None),
        ("name: x\nparamters: {}", 2, "there is no 'paramters'", "parameters"),
        ("name: x", 1, "no 'parameters'", "spec"),
        (one("A_dd: {minimm: {value: 1}}"), 4, "there is no 'minimm'", "minimum"),
        (one("A_dd: {minimum: {valu: 1}}"), 4, "there is no 'valu'", "value"),
        (one("A_dd: {minimum: {fail: true}}"), 4, "no 'value'", "value: 40"),
        (one("A_dd: {minimum: 40}"), 4, "expected names", None),
        (one("A_dd: {minimum: {value: many}}"), 4, "'many' is no number", "as in"),
        (one("A_dd: {minimum: {value: 40dB}}"), 4, "'40dB' is no number", "unit"),
        (one("A_dd: {minimum: {value: .inf}}"), 4, "'.inf' is no number", None),
        (one("A_dd: {minimum: {value: nan}}"), 4, "'nan' is no number", None),
        (one("A_dd: {minimum: {value: [1, 2]}}"), 4, "expected a word or a number", None),
        (one("A_dd: {minimum: {value: 1, fail: maybe}}"), 4, "neither true nor false", None),
        (one("A_dd: {minimum: {value: 1, calculation: average}}"), 4, "held by 'minimum' only", None),
        (one("A_dd: {maximum: {value: 1, limit: above}}"), 4, "held by 'below' only", None),
        (one("A_dd: {typical: {value: 1, fail: true}}"), 4, "cannot be held", "minimum"),
        (one("A_dd: {minimum: {value: 2}, maximum: {value: 1}}"), 4, "above the maximum", None),
        (one("A_dd: {}", "  p: {}"), 5, "'p' is there twice", None),
        (one("? [A_dd]\n      : {}"), 4, "expected a name", None),
        (one("A_d: {minimum: {value: 1}}"), 4, "has no 'A_d'", "'A_dd'"),
        (one("cmrr_db: {minimum: {value: 1}}"), 4, "has no 'cmrr_db'", "'CMRR'"),
        (one("input_noise: {minimum: {value: 1}}"), 4, "has no 'input_noise'", "'input noise density'"),
        (one("A_dd:\n        unit: mV\n        minimum: {value: 1}"), 5, "A_dd is in V/V, not in mV", "dB"),
        (one("Z_id: {unit: xohm, minimum: {value: 1}}"), 4, "is in ohm, not in xohm", "ohm"),
        (one("CMRR: {at: 5 Hz, minimum: {value: 1}}"), 4, "no CMRR is given at '5 Hz'", "f = 1 GHz"),
        (one("CMRR: {minimum: {value: 1}}\n      cmrr: {minimum: {value: 1}}"), 5, "two limits meet CMRR", "at"),
    ],
)
def test_wrong_files_say_where(tmp_path: Path, text: str, line: int, words: str, hint: str | None) -> None:
    with pytest.raises(OptionError, match=words.replace("[", r"\[")) as caught:
        check(ROWS, limits(tmp_path, text))
    assert caught.value.span is not None
    assert (Path(caught.value.span.file).name, caught.value.span.line) == ("l.yaml", line)
    assert hint is None or hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "is no YAML"), (b"a: \x01", "is no YAML"), (b"[" * 100_000, "too deeply")],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "l.yaml"
    file.write_bytes(content)
    with pytest.raises(OptionError, match=words):
        read_limits(str(file))
    with pytest.raises(OptionError, match="No such file"):
        read_limits(str(tmp_path / "none.yaml"))
