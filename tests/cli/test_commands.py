"""The commands: what they print, and that it is what the Python names return."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.contract.kinds import CALLBACK, LANES
from longtail.contract.subject import Subject
from longtail.registry import analyses, announced, commands, without_circuit

COMPLEX = {"re", "im"}


@pytest.fixture
def pair(examples: Path) -> str:
    return str(examples / "bjt_pair.cir")


@pytest.fixture
def single(examples: Path) -> str:
    return str(examples / "ota_5t.cir")


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Standard output of a command that succeeds."""
    assert run(arguments) == 0
    return capsys.readouterr().out


def parsed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(output(capsys, *arguments, "--json"))


def test_what_is_announced_is_what_is_discovered() -> None:
    assert announced() == {name: analysis.doc for name, analysis in analyses().items()}
    for about in Subject:
        assert set(announced(about)) == {name for name, each in analyses().items() if each.about is about}
    for name, analysis in analyses().items():
        assert without_circuit(name) == analysis.without_circuit


@pytest.mark.parametrize("verb", sorted(analyses(Subject.CIRCUIT)))
@pytest.mark.parametrize("deck", ["bjt_pair", "ota_5t"])
def test_the_command_line_equals_the_python_names(
    verb: str, deck: str, examples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = examples / f"{deck}.cir"
    amp, command = lt.read(path), analyses()[verb].command
    try:
        result = amp.run(verb)
    except lt.LongtailError as error:  # what an analysis cannot do, its command cannot do either
        assert run([command, str(path)]) == error.exit_status
        assert error.message in capsys.readouterr().err
        return
    assert parsed(capsys, command, str(path)) == json.loads(result.to_json())
    assert output(capsys, command, str(path)) == result.to_text()


def test_options_reach_the_analysis(pair: str, capsys: pytest.CaptureFixture[str]) -> None:
    amp = lt.read(pair, parameters={"rc": 12e3, "drc": 0.01}, output=["o2", "o1"])
    wanted = json.loads(amp.gains(frequency_hz="10:1meg:2", vcm=-0.25, null=True, target=0.05).to_json())
    numbers = ["--set", "rc=12k", "--set", "DRC=10m", "--vcm", "-250m", "--target", "0.05"]
    others = ["--output", "o2,o1", "--frequency", "10:1meg:2", "--null"]
    assert parsed(capsys, "gains", pair, *numbers, *others) == wanted
    assert wanted["null"]["v_od_target"] == 0.05
    assert wanted["vcm"] == pytest.approx(-0.25)


def test_ports_can_be_named(pair: str, capsys: pytest.CaptureFixture[str]) -> None:
    turned = parsed(capsys, "gains", pair, "--input", "vinn,vinp", "--frequency", "1")
    straight = parsed(capsys, "gains", pair, "--frequency", "1")
    assert turned["differential"]["re"][0] == pytest.approx(-straight["differential"]["re"][0])
    sheet = parsed(capsys, "analyze", pair, "--supply", "vcc", "--frequency", "1")
    whole = parsed(capsys, "analyze", pair, "--frequency", "1")
    assert 0.0 < sheet["supply_power"] < whole["supply_power"]


def test_json_of_the_operating_point(pair: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = parsed(capsys, "op", pair)
    keys = ["schema", "status", "iterations", "continuation", "nodes", "branches", "devices", "kinds", "units", "notes"]
    assert list(found) == keys
    assert found["status"] == "converged"
    assert found["nodes"]["vcc"] == 5.0
    assert found["branches"].keys() == {"vcc", "vee", "vinp", "vinn"}
    q1 = found["devices"]["q1"]
    assert (q1["model"], q1["region"]) == ("small", "active")
    assert all(isinstance(q1[name], float) for name in ("ic", "g_m", "r_o"))
    assert "region" not in found["devices"]["rc1"]


def test_json_of_the_gains(pair: str, single: str, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [
        *("schema", "status", "input", "output", "vcm", "null", "frequency_hz", "differential", "common"),
        *("common_to_differential", "differential_to_common", "cmrr_db", "floor", "zero", "notes"),
    ]
    found = parsed(capsys, "gains", pair, "--set", "drc=0.01")
    assert list(found) == keys
    assert found["zero"] == {}
    assert found["output"] == {"nodes": ["o1", "o2"], "kind": "differential"}
    assert found["null"] is None
    for name in keys[7:11]:
        assert found[name].keys() == COMPLEX
        assert len(found[name]["re"]) == len(found[name]["im"]) == len(found["frequency_hz"]) == 181
    assert found["cmrr_db"][0] == pytest.approx(110.0, abs=0.5)
    symmetric = parsed(capsys, "gains", pair)
    assert set(symmetric["cmrr_db"]) == {None}, "symmetry leaves no figure"
    assert symmetric["zero"]["common_to_differential"]["cause"] == "symmetry"
    alone = parsed(capsys, "gains", single, "--null")
    assert list(alone) == keys
    assert alone["output"]["kind"] == "single-ended"
    assert alone["common_to_differential"] is None
    assert alone["differential_to_common"] is None
    assert alone["null"].keys() == {"v_od_target", "input_offset"}


def test_json_stands_alone_on_standard_output(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gains", str(examples / "two_stage_opamp.cir"), "--json", "--frequency", "1"]) == 0
    printed = capsys.readouterr()
    json.loads(printed.out)
    assert "warning: the output o is stuck" in printed.err


def test_standard_input(pair: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = output(capsys, "op", pair)
    monkeypatch.setattr("sys.stdin", io.StringIO(Path(pair).read_text()))
    assert output(capsys, "op", "-") == wanted


def test_the_name_of_an_example_serves_as_file(
    pair: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = output(capsys, "op", pair)
    monkeypatch.chdir(tmp_path)
    assert run(["op", "bjt_pair"]) == 0
    printed = capsys.readouterr()
    assert printed.out == wanted
    assert "note: no file 'bjt_pair' here: using the example" in printed.err
    (tmp_path / "bjt_pair").write_text("mine\nr1 a 0 1k\nv1 a 0 1\n")
    assert '"rc1"' not in output(capsys, "op", "bjt_pair", "--json"), "a file comes before an example"


def test_ports_that_were_found_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], pair: str) -> None:
    deck = tmp_path / "undirected.cir"
    deck.write_text("\n".join(line for line in Path(pair).read_text().splitlines() if not line.startswith("*@")))
    assert run(["gains", str(deck), "--frequency", "1"]) == 0
    notes = capsys.readouterr().err
    assert "note: input: inp, inn (found" in notes
    assert "note: output: o1, o2 (found" in notes


def test_files_of_a_result(pair: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"
    assert run(["analyze", pair, "--out", str(out), "--format", "svg", "--frequency", "1:1k:2"]) == 0
    printed = capsys.readouterr()
    names = ["bjt_pair-analyze-op.svg", "bjt_pair-analyze.json", "bjt_pair-analyze.svg", "bjt_pair-analyze.txt"]
    assert sorted(path.name for path in out.iterdir()) == [".longtail", *names]
    assert (out / names[3]).read_text() == printed.out
    assert json.loads((out / names[1]).read_text())["title"].startswith("Long-tailed pair")
    assert (out / names[2]).read_text().startswith("<?xml")
    for name in names:
        assert f"note: wrote {out / name}" in printed.err


def test_the_same_result_makes_the_same_files(pair: str, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        for format in ("svg", "png", "pdf"):
            assert run(["op", pair, "--out", str(tmp_path / folder), "--format", format]) == 0
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 6  # table, JSON, three figures, and the notes of what was written
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_the_flat_netlist_reads_back(examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = examples / "instrumentation_amplifier.cir"
    flat = tmp_path / "flat.cir"
    flat.write_text(output(capsys, "netlist", str(source), "--set", "d1=0.001"))
    assert not any(line.startswith((".include", "x")) for line in flat.read_text().splitlines())
    whole = lt.read(source, parameters={"d1": 0.001}).gains(frequency_hz=[50.0])
    again = lt.read(flat).gains(frequency_hz=[50.0])
    assert again.differential[0] == pytest.approx(whole.differential[0], rel=1e-9)
    assert again.cmrr_db[0] == pytest.approx(whole.cmrr_db[0], rel=1e-6)


@pytest.mark.parametrize("verb", sorted(analyses()))
def test_help_names_every_option(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "900")
    text = output(capsys, analyses()[verb].command, "--help")
    for option in analyses()[verb].options:
        switch = f"--{option.name.removesuffix('_hz').replace('_', '-')}"
        assert (switch in text.split()) != option.python_only, switch
        assert option.python_only or option.doc in text
        assert option.python_only or option.kind not in (LANES, CALLBACK), "no word of a command can be that"
    for name in ("json", "out", "format"):
        assert f"--{name}" in text
    of_circuit = analyses()[verb].about is Subject.CIRCUIT
    assert ("FILE" in text) == of_circuit
    for name in ("set", "input", "output", "supply", "allow-outside-includes"):
        assert (f"--{name} " in text) == of_circuit


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "--version").strip() == lt.__version__
    for arguments in ([], ["--help"]):
        text = output(capsys, *arguments)
        assert all(verb in text for verb in (*commands(), "examples", "netlist"))


def test_the_module_is_the_command() -> None:
    """`python -m longtail`, where the command is not on the path."""
    done = subprocess.run([sys.executable, "-m", "longtail", "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == process("--version").stdout


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "longtail.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def test_a_pipe_gets_no_colour_and_whole_values(pair: str) -> None:
    done = process("op", pair, COLUMNS="20", TERM="xterm-256color")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "…" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) > 100


def test_a_closed_pipe_ends_quietly(pair: str) -> None:
    command = [sys.executable, "-m", "longtail.cli.main", "gains", pair, "--json", "--frequency", "1:1g:2000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        complaint = running.stderr.read()
    assert running.returncode == 141
    assert complaint == ""


def test_a_terminal_without_arrows_does_not_stop_it(pair: str) -> None:
    done = process("gains", pair, "--set", "drc=0.01", "--frequency", "1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "A_c->d" in done.stdout


def loaded_after(*arguments: str) -> set[str]:
    """Top-level packages that a command has loaded in a fresh interpreter."""
    code = f"import sys; from longtail.cli.main import run; run({list(arguments)!r}); print('\\n@', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_help_loads_no_numbers() -> None:
    assert not loaded_after("--help") & {"numpy", "scipy", "matplotlib", "xarray"}


def test_without_figures_no_plotting_library_is_loaded(pair: str) -> None:
    assert not loaded_after("gains", pair) & {"matplotlib", "xarray", "rich.table"}


PREDICTED = ("predict", "--differential", "100", "--common", "10m", "--v1", "1.002", "--v2", "0.998")


def test_a_command_without_a_netlist(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "v_out      410 mV  output" in output(capsys, *PREDICTED)
    wanted = lt.predict(differential=100, common=0.01, v1=1.002, v2=0.998)
    assert parsed(capsys, *PREDICTED) == json.loads(wanted.to_json())
    negative = ("--differential", "-100", "--common", "-.01", "--v-id", "-4m", "--v-ic", "-1")
    assert parsed(capsys, "predict", *negative)["v_out"] == pytest.approx(0.41)
    output(capsys, *PREDICTED, "--out", str(tmp_path))
    assert {path.name for path in tmp_path.glob("*.*")} == {"predict.txt", "predict.json", ".longtail"}
    assert run([*PREDICTED, "ota_5t"]) == 2
    assert "predict does not know what to do with 'ota_5t'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [(), ("--differential", "100"), ("bjt_pair", "--v1=1"), ("--common", "1", "bjt_pair")]
)
def test_a_command_that_takes_a_netlist_points_to_the_one_without(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["behavioral", *arguments]) == 2
    said = capsys.readouterr().err
    assert "behavioral takes its numbers out of a netlist" in said and "longtail predict --help" in said


@pytest.mark.parametrize("name", ["rc1.r=12k", "q1.is=1f", "small.bf=70", "temp=85", "vcm=-250m", "rc=9k"])
def test_set_takes_what_vary_takes(name: str, pair: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deck = tmp_path / "pair.cir"
    deck.write_text(Path(pair).read_text().replace("vcm", "level"))
    measure = ("--frequency", "1", "--measure", "differential_db")
    varied = parsed(capsys, "sweep", str(deck), "--vary", name, *measure)["values"]["differential_db"]
    gains = parsed(capsys, "gains", str(deck), "--set", name, "--frequency", "1")["differential"]["re"][0]
    assert varied == pytest.approx([20 * math.log10(abs(gains))], rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "way"),
    [
        (("sweep", "--set", "r1.r=1k", "--vary", "R1.R=1k,2k"), "--vary"),
        (("gains", "--set", "Vcm=1", "--vcm", "2"), "--vcm"),
        (("op", "--set", "temp=1", "--temp", "2"), "--temp"),
    ],
)
def test_what_is_set_is_given_in_no_other_way(
    arguments: tuple[str, ...], way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deck = tmp_path / "pair.cir"
    deck.write_text("t\n*@ input a b\n*@ output o\nv1 a 0 0\nv2 b 0 0\nr1 a o 1k\nr2 o b 1k\n")
    verb, *others = arguments
    assert run([verb, str(deck), *others]) == 2
    assert f"is given by --set and by {way}" in capsys.readouterr().err


def test_a_parameter_called_vcm_is_set_beside_the_level(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deck = tmp_path / "pair.cir"
    deck.write_text("t\n.param vcm=1k\n*@ input a b\n*@ output o\nv1 a 0 0\nv2 b 0 0\nr1 a o {vcm}\nr2 o b 1k\n")
    found = parsed(capsys, "gains", str(deck), "--set", "vcm=3k", "--vcm", "2", "--frequency", "1")
    assert found["vcm"] == 2.0
    assert found["differential"]["re"][0] == pytest.approx(-0.25)


def test_a_file_of_spreads_stands_beside_the_netlist(
    pair: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures of the same rule in the netlist; the netlist itself is not touched."""
    kit, deck = tmp_path / "kit.toml", tmp_path / "pair.cir"
    kit.write_text('[[mismatch]]\nparameter = "r"\nof = "rc*"\nsigma = "2%"\n')
    deck.write_text(Path(pair).read_text().replace("\n", "\n*@ mismatch r(rc*) sigma=2%\n", 1))
    beside = parsed(capsys, "contributions", pair, "--spreads", str(kit), "--only", "rc*")
    assert beside["sigma"] == parsed(capsys, "contributions", str(deck), "--only", "rc*")["sigma"]
    assert beside["notes"][0].startswith("kit.toml was read")
    kit.write_text('[[mismatch]]\nparameter = "r"\nof = "rx*"\nsigma = "2%"\n')
    assert run(["mc", pair, "--spreads", str(kit)]) == 2
    said = capsys.readouterr().err
    assert "kit.toml:1:1: there is no device or model 'rx*'" in said
    assert run(["mc", pair, "--spreads", str(tmp_path / "none.toml")]) == 2
    assert "No such file" in capsys.readouterr().err
