"""What is given is hostile: it never ends, grows without bound, is no text or is no file. Each is refused with its
place, soon, and never by a traceback."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hostile.reading_world import (
    PAIR,
    Situation,
    corners,
    deck,
    endless,
    folder,
    guarded,
    limits,
    listening,
    pipe,
    sheet,
    sparse,
    to_itself,
)
from longtail.cli.main import run
from longtail.elaborate.scope import bounds
from longtail.files import reading as file_reading

TEN = range(10)
NESTED = [f".subckt s{k} a\n" + "\n".join(f"x{j} a s{k + 1}" for j in TEN) + "\n.ends" for k in range(9)]
SECTIONS = "".join(
    f".lib s{k}\n" + "".join(f".lib l.lib s{k + 1}\n" for _ in TEN if k < 9) + f".endl s{k}\n" for k in TEN
)


def included(word: str, last: str) -> dict[str, str]:
    """Ten files, each with the next one ten times."""
    found = {f"f{k}.inc": f"{word} f{k + 1}.inc\n" * 10 for k in range(9)}
    return {"main.cir": deck(f"{word} f0.inc"), **found, "f9.inc": last}


SITUATIONS = {
    # what grows
    "files that include each other tenfold": Situation(
        included(".include", "r1 a 0 1k\n"), ("f8.inc:", f"more than {bounds.INCLUSIONS} files and sections")
    ),
    "the same with nothing at the bottom": Situation(included(".lib", "* nothing\n"), (f"{bounds.INCLUSIONS} files",)),
    "sections that include each other tenfold": Situation(
        {"main.cir": deck(".lib l.lib s0"), "l.lib": SECTIONS}, ("l.lib:", f"{bounds.INCLUSIONS} files and sections")
    ),
    "a large file a thousand times": Situation(
        {"main.cir": deck(*[".include m.inc"] * 1000), "m.inc": ".model m npn\n" * 3000},
        ("main.cir:", f"more than {bounds.INCLUDED_CARDS} cards"),
    ),
    "a file that includes itself": Situation({"main.cir": deck(".include main.cir")}, ("main.cir:4:", "each other")),
    "subcircuits of ten subcircuits": Situation(
        {"main.cir": deck("x1 a s0", *NESTED, ".subckt s9 a", "r1 a 0 1", ".ends")},
        (f"more than {bounds.DEVICES} devices", "main.cir:"),
    ),
    "a large subcircuit in many places": Situation(
        {"main.cir": deck(*(f"x{k} a s" for k in range(1100)), ".subckt s a", *[".temp 27"] * 1000, ".ends")},
        ("main.cir:", f"the subcircuits come to more than {bounds.PLACED_CARDS} cards in all places"),
    ),
    "functions that double": Situation(
        {
            "main.cir": deck(
                *(f".func f{k}(x) {{f{k + 1}(x)+f{k + 1}(x)}}" for k in range(20)),
                *(".func f20(x) {x}", "r2 a 0 {f0(1)}"),
            )
        },
        ("main.cir:25:8", "grows too large when its functions are expanded"),
    ),
    "functions of functions of one name": Situation(
        {"main.cir": deck(".func f(x) {x*x+x*x}", f"r2 a 0 {{{'f(' * 40}1{')' * 40}}}")},
        ("main.cir:5:", f"{bounds.EXPRESSION_SIZE} terms"),
    ),
    "a function that calls itself": Situation(
        {"main.cir": deck(".func f(x) {f(x)}", "r2 a 0 {f(1)}")}, ("main.cir:4:", "function calls itself: f -> f")
    ),
    "local parameters that double": Situation(
        {
            "main.cir": deck(
                *(".param z=1", "x1 a s", ".subckt s a"),
                *(f".param p{k}={{p{k + 1}+p{k + 1}}}" for k in range(40)),
                *(".param p40={z}", "r1 a 0 {p0}", ".ends"),
            )
        },
        ("main.cir:", f"more than {bounds.EXPRESSION_SIZE} terms"),
    ),
    "a large expression in many devices": Situation(
        {
            "main.cir": deck(
                ".param z=1",
                ".func f(x) {x+x}",
                *(f"r{k} a 0 {{{'f(' * 12}z{')' * 12}}}" for k in range(2, 3000)),
            )
        },
        ("main.cir:", f"come to more than {bounds.EXPRESSIONS_SIZE} terms"),
    ),
    "a large expression in many subcircuits": Situation(
        {
            "main.cir": deck(
                *(".param z=1", *(f"x{k} a s" for k in range(3000)), ".subckt s a"),
                *(f".param p{k}={{p{k + 1}+p{k + 1}}}" for k in range(12)),
                *(".param p12={z}", "r1 a 0 {p0}", ".ends"),
            )
        },
        ("main.cir:", f"come to more than {bounds.EXPRESSIONS_SIZE} terms (in x"),
    ),
    # what is long or deep
    "a line of a million characters": Situation({"main.cir": deck("r2 a 0 " + "1" * 10**6)}, ("main.cir:4:1", "65536")),
    "a card of a million continuations": Situation(
        {"main.cir": deck("r2 a 0 1", *["+ m=1"] * 10**6)}, ("main.cir:", "card is longer than 1048576 characters")
    ),
    "parentheses without end": Situation(
        {"main.cir": deck(f"r2 a 0 {{{'(' * 30000}1{')' * 30000}}}")}, ("main.cir:4:", "nested deeper than 64 levels")
    ),
    "signs without end": Situation({"main.cir": deck(f"r2 a 0 {{{'-' * 60000}1}}")}, ("main.cir:4:", "64 levels")),
    "choices without end": Situation({"main.cir": deck(f"r2 a 0 {{{'1?1:' * 9000}1}}")}, ("main.cir:4:", "64 levels")),
    "a sum without end": Situation(
        {"main.cir": deck(f"r2 a 0 {{{'+'.join('1' * 30000)}}}")}, ("main.cir:4:", "more than 150 operators in a row")
    ),
    "a polynomial without end": Situation(
        {"main.cir": deck("e2 b 0 poly(1) a 0 " + "1 " * 1000)}, ("main.cir:4:", f"degree 999 with {1000 * 1001 // 2}")
    ),
    "braces without end": Situation({"main.cir": deck("r2 a 0 " + "{" * 60000)}, ("main.cir:4:", "64 levels")),
    "a quote without partner": Situation({"main.cir": deck("r2 a 0 " + "'a " * 9001)}, ("main.cir:4:", "no closing '")),
    "subcircuits in subcircuits": Situation(
        {"main.cir": deck(*(f".subckt s{k} a" for k in range(1000)))}, ("main.cir:68:1", "deeper than 64 levels")
    ),
    "conditions in conditions": Situation({"main.cir": deck(*[".if (1)"] * 1000)}, ("main.cir:68:1", "64 levels")),
    # numbers
    "an exponent without end": Situation({"main.cir": deck("r2 a 0 1e999999")}, ("main.cir:4:8", "1e999999")),
    "an integer of 5000 digits": Situation({"main.cir": deck("r2 a 0 " + "9" * 5000)}, ("main.cir:4:8", "number")),
    "an integer of 5000 digits in braces": Situation(
        {"main.cir": deck("r2 a 0 {" + "9" * 5000 + "}")}, ("main.cir:4:9", "is no number")
    ),
    "a power without end": Situation({"main.cir": deck("r2 a 0 {1e300**9}")}, ("main.cir:4:", "value")),
    "a channel smaller than numbers are": Situation(
        {"main.cir": deck("m2 a a 0 0 n l=1e-200 w=1e-200", ".model n nmos(kf=3e-30)")},
        ("main.cir:4:1", "m2: its equations have a number that is too large", "far too small"),
    ),
    "a part of a device smaller than numbers are": Situation(
        {"main.cir": deck("r2 a 0 1k m=5e-324")}, ("main.cir:4:1", "r2: its equations have a number that is too large")
    ),
    # what is no text
    "zero bytes": Situation({"main.cir": deck("r2 a 0 1\0")}, ("main.cir:4:9", "control character 0x00")),
    "a program": Situation({"main.cir": Path(sys.executable).read_bytes()[:10000]}, ("main.cir:", "control character")),
    "half a UTF-16 character": Situation({"main.cir": deck("rµ a 0 x").encode("utf-16")[:-1]}, ("main.cir:4:8",)),
    "Latin-1, and a mistake": Situation({"main.cir": deck("r2 a 0 2µQ=").encode("latin-1")}, ("main.cir:4:",)),
    "lines that end as on old machines": Situation(
        {"main.cir": deck("r2 a 0 x").replace("\n", "\r")}, ("main.cir:4:8", "'x' is neither a number nor a model")
    ),
    # what is no file
    "a device": Situation({}, ("/dev/zero", "is a device, not a netlist"), ("op", "/dev/zero")),
    "a pipe that nobody writes to": Situation({"main.cir": pipe}, ("'main.cir' is a named pipe, not a netlist",)),
    "a folder": Situation({"main.cir": folder}, ("'main.cir' is a directory, not a netlist",)),
    "a socket": Situation({"main.cir": listening}, ("'main.cir' is a socket, not a netlist",)),
    "ten gigabytes of nothing": Situation(
        {"main.cir": sparse}, ("10737418240 bytes", f"{file_reading.LARGEST} that are read")
    ),
    "a link to itself": Situation({"main.cir": to_itself}, ("'main.cir' cannot be read: too many levels",)),
    "a name without end": Situation({}, ("cannot be read: file name too long",), ("op", "n" * 5000)),
    "an included device": Situation(
        {"main.cir": deck(".include z"), "z": endless}, ("main.cir:4:", "lies outside"), ("op", "main.cir")
    ),
    "an included device that is allowed": Situation(
        {"main.cir": deck(".include z"), "z": endless},
        ("main.cir:4:1", "'z' is a device, not a file"),
        ("op", "main.cir", "--allow-outside-includes"),
    ),
    "an included pipe": Situation({"main.cir": deck(".include p"), "p": pipe}, ("main.cir:4:1", "is a named pipe")),
    "an included folder": Situation({"main.cir": deck(".include d"), "d": folder}, ("main.cir:4:1", "is a directory")),
    "an included link to itself": Situation(
        {"main.cir": deck(".include l"), "l": to_itself}, ("main.cir:4:1", "cannot read 'l': too many levels")
    ),
    "an included file that is too large": Situation(
        {"main.cir": deck(".include s"), "s": sparse}, ("main.cir:4:1", "larger than 64 MiB")
    ),
    "an included name without end": Situation(
        {"main.cir": deck(f".include {'n' * 5000}")}, ("main.cir:4:1", "too long")
    ),
    "an included file that is not there": Situation(
        {"main.cir": deck(".include no")}, ("main.cir:4:1", "is not there")
    ),
    # limits and corners
    "TOML within TOML": limits("a = " + "[" * 10000, "limits: l.toml is nested too deeply"),
    "TOML of five thousand digits": limits(f"[A_d]\nmin = {'9' * 5000}\n", "limits: l.toml is no TOML"),
    "TOML of five thousand hexadecimal digits": limits(f"[A_d]\nmin = 0x{'f' * 5000}\n", "so large an integer"),
    "TOML that is no number": limits("[A_d]\nmin = nan\n", "l.toml:2:1", "nan is no number to hold"),
    "TOML that is infinite": limits("[A_d]\nmin = 1e999999\n", "l.toml:2:1", "inf is no number to hold"),
    "TOML with a tower in place of a number": limits(
        f"[A_d]\nmin{'.a' * 5000} = 1\n", "limit 'A_d', min: a dict is no number"
    ),
    "TOML in UTF-16": limits("[A_d]\nmin = 1\n".encode("utf-16"), "l.toml is no TOML"),
    "TOML that is too large": limits(
        "#" * (file_reading.LARGEST_SHEET + 1), f"{file_reading.LARGEST_SHEET} that are read"
    ),
    "corners that are no numbers": corners("[slow]\nr = nan\n", "corner 'slow', r: nan is no number"),
    "corners that are infinite": corners("[slow]\nr = -1e999999\n", "corner 'slow', r: -inf is no number"),
    "YAML within YAML": sheet("[" * 3000, "limits: s.yaml is nested too deeply"),
    "YAML that doubles": sheet(
        "a0: &a0 [x]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 64)),
        "s.yaml:1:1",
        "no 'a0'",
    ),
    "YAML that holds itself": sheet("parameters: &p\n  x: *p\n", "s.yaml:2:3", "no 'x'"),
    "YAML that is infinite": sheet("parameters: {A: {spec: {minimum: {value: .inf}}}}\n", "s.yaml:1:", "is no number"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_is_refused_with_its_place_and_soon(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    situation = SITUATIONS[name]
    situation.lay(tmp_path)
    monkeypatch.chdir(tmp_path)
    with guarded():
        status = run(situation.command)
    printed = capsys.readouterr()
    assert status == situation.status, printed.err
    assert printed.out == ""
    assert "Traceback" not in printed.err
    for part in situation.says:
        assert part in printed.err
    assert len(printed.err) < 20_000


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything may be read by root")
@pytest.mark.parametrize("name", ["main.cir", "part.inc"])
def test_a_file_that_may_not_be_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Situation({"main.cir": deck(".include part.inc"), "part.inc": "r2 a 0 1\n"}, ()).lay(tmp_path)
    (tmp_path / name).chmod(0)
    monkeypatch.chdir(tmp_path)
    assert run(["op", "main.cir"]) == 2
    assert (
        f"cannot read '{tmp_path / name if name != 'main.cir' else name}': permission denied" in capsys.readouterr().err
    )


@pytest.mark.parametrize("file", ["-", "/dev/stdin"])
def test_a_pipe_that_is_given_on_purpose_is_read(file: str) -> None:
    command = [sys.executable, "-m", "longtail.cli.main", "op", file]
    done = subprocess.run(command, input=PAIR.encode("latin-1"), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"inp" in done.stdout


def test_standard_input_that_never_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("longtail.files.reading.LARGEST", 1000)
    with open("/dev/zero") as zero, guarded():
        monkeypatch.setattr("sys.stdin", zero)
        assert run(["op", "-"]) == 2
    assert "standard input has more than the 1000 bytes that are read" in capsys.readouterr().err


def test_standard_input_that_is_no_utf8(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = PAIR.replace("a pair", "ein Verstärker")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode("latin-1")), "utf-8"))
    assert run(["netlist", "-"]) == 0
    assert "ein Verstärker" in capsys.readouterr().out


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert run(["op", "-"]) == 2
    assert "standard input is closed" in capsys.readouterr().err


KEPT = ["n$1", "é", "中", "n\u202ex", "\U0001f600", "a#b", "a@b", "a\\b", "a`b", "a~b", "a%b"]


@pytest.mark.parametrize("node", KEPT)
def test_unusual_names_are_kept(node: str, tmp_path: Path) -> None:
    import longtail as lt

    assert lt.read(f"t\nv1 {node} 0 2\nr1 {node} 0 1k\n").op().nodes[node] == 2.0


def test_a_large_kit_passes(tmp_path: Path) -> None:
    """Two thousand files and sixty thousand lines, as a process kit has them."""
    import longtail as lt

    parts = "".join(f".model m{k} npn(is=1e-15\n" + "+ bf=100\n" * 5 + "+)\n" for k in range(4))
    for k in range(2000):
        text = parts.replace(".model m", f".model f{k}_m")
        (tmp_path / f"part{k}.inc").write_text(text)
    (tmp_path / "kit.lib").write_text(
        ".lib tt\n" + "".join(f".include part{k}.inc\n" for k in range(2000)) + ".endl tt\n"
    )
    (tmp_path / "main.cir").write_text("t\n.lib kit.lib tt\nv1 a 0 1\nr1 a b 1k\nq1 b a 0 f7_m3\n")
    with guarded():
        assert len(lt.read(tmp_path / "main.cir").circuit.models) == 1
