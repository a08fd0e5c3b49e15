"""Sweeps into memory and files: the same figures as the analyses give, in bounded memory, and resumed after a stop."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.cli.main import run
from longtail.cli.messages import advancing
from longtail.engine.few_solves import stream as streaming
from longtail.files import lane_file, lane_text
from longtail.merits.gains import bandwidth

DECK = """a pair
.param itail=200u
vcc vcc 0 5
v1 inp 0 0.5
v2 inn 0 0.5
rc1 vcc o1 10k
rc2 vcc o2 10.1k
c1 o1 o2 1p
q1 o1 inp e n
q2 o2 inn e n
i1 e 0 {itail}
r1 e 0 1meg
.model n npn is=5e-16 bf=150 vaf=80 cjc=1p
*@ input inp inn
*@ output o1 o2
.end
"""
AXES = {"rc1.r": [9e3, 10e3, 11e3], "temp": [-40.0, 125.0]}
FREQUENCY = "1:1g:3"


@pytest.fixture(scope="module")
def amp() -> lt.Amplifier:
    return lt.read(DECK)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of four lanes, so that a few lanes take several."""
    whole = streaming.stream

    def parted(*arguments: Any, **options: Any) -> Any:
        return whole(*arguments, **{**options, "size": 4})

    monkeypatch.setattr("longtail.analyses.sweep.work.stream", parted)


def test_figures_are_those_of_the_analyses(amp: lt.Amplifier) -> None:
    words = "gains,differential_db,common_db,cmrr_db,bandwidth_hz,vcm,op,q1.ic"
    swept = amp.sweep(vary=AXES, measure=words, frequency_hz=FREQUENCY)
    gains = amp.gains(parameters=lt.grid(AXES), frequency_hz=FREQUENCY)
    op = amp.op(parameters=lt.grid(AXES))
    for name in ("differential", "common", "common_to_differential", "differential_to_common"):
        np.testing.assert_array_equal(swept[name], getattr(gains, name))
    np.testing.assert_array_equal(swept["cmrr"], gains.cmrr_db)
    np.testing.assert_allclose(swept["cmrr_db"], gains.cmrr_db[..., 0], rtol=1e-12)  # solved by itself, off the axis
    np.testing.assert_allclose(swept["differential_db"], 20 * np.log10(np.abs(gains.differential[..., 0])), rtol=1e-14)
    np.testing.assert_allclose(swept["common_db"], 20 * np.log10(np.abs(gains.common[..., 0])), rtol=1e-14)
    np.testing.assert_allclose(swept["vcm"], gains.vcm, rtol=1e-12)
    for node, volts in op.nodes.items():
        np.testing.assert_allclose(swept[f"v({node})"], volts, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(swept["i(vcc)"], op.branches["vcc"], rtol=1e-8)
    np.testing.assert_allclose(swept["q1.ic"], op.devices["q1"]["ic"], rtol=1e-8)
    assert swept.status.shape == (3, 2) and (swept.status == "converged").all()
    assert swept.solved == 1.0


def test_nulled_lanes_carry_their_offset(amp: lt.Amplifier) -> None:
    swept = amp.sweep(vary=AXES, measure="input_offset,cmrr_db", frequency_hz=FREQUENCY, null=True)
    gains = amp.gains(parameters=lt.grid(AXES), frequency_hz=FREQUENCY, null=True)
    np.testing.assert_allclose(swept["input_offset"], gains.null.input_offset, rtol=1e-9)
    # a conversion of 1e-9 of the gain is itself a small difference, solved here at one frequency alone
    np.testing.assert_allclose(swept["cmrr_db"], gains.cmrr_db[..., 0], atol=1e-4)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("threads", [1, 2])
def test_parts_and_threads_change_nothing(amp: lt.Amplifier, threads: int) -> None:
    values = {"rc1.r": np.linspace(9e3, 11e3, 30)}
    seen: list[tuple[int, int]] = []
    swept = amp.sweep(
        parameters=values, frequency_hz=FREQUENCY, threads=threads, progress=lambda *done: seen.append(done)
    )
    gains = amp.gains(parameters=values, frequency_hz=FREQUENCY)
    np.testing.assert_allclose(swept["cmrr_db"], gains.cmrr_db[:, 0], rtol=1e-12)
    # the corner is solved for; three samples a decade give it to a percent or so
    np.testing.assert_allclose(swept["bandwidth_hz"], bandwidth(gains), rtol=0.02)
    assert seen == [(min(k, 30), 30) for k in range(4, 33, 4)]


def test_a_lane_without_solution_says_so(amp: lt.Amplifier, tmp_path: Path) -> None:
    path = tmp_path / "lanes.json"
    swept = amp.sweep(parameters={"rc1.r": [1e4, np.nan]}, measure="cmrr_db,v(o1)", out=path)
    assert np.isfinite(swept["cmrr_db"]).tolist() == [True, False]
    assert swept.solved == 0.5 and swept.status[1] != "converged"
    rows = json.loads(path.read_text())["rows"]
    assert rows[1][1] == swept.status[1] and rows[1][2:] == [None, None]


def test_bandwidth_beyond_the_sweep_is_infinite(amp: lt.Amplifier) -> None:
    swept = amp.sweep(vary={"rc1.r": [1e4]}, measure="bandwidth_hz", frequency_hz="1:1k:1")
    assert swept["bandwidth_hz"].tolist() == [np.inf]


def table(path: Path, lanes: int) -> dict[str, list[Any]]:
    """Columns of a text file by name."""
    if path.suffix == ".csv":
        header, *rows = csv.reader(path.read_text().splitlines())
    else:
        whole = json.loads(path.read_text())
        header, rows = whole["columns"], whole["rows"]
    assert len(rows) == lanes
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_text_files_have_a_row_a_lane(amp: lt.Amplifier, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"lanes.{ending}"
    swept = amp.sweep(vary=AXES, measure="cmrr_db,v(o1)", out=path)
    columns = table(path, 6)
    assert list(columns) == ["rc1.r", "temp", "status", "cmrr_db", "v(o1)"]
    assert [float(x) for x in columns["rc1.r"]] == [9e3, 9e3, 10e3, 10e3, 11e3, 11e3]
    assert [float(x) for x in columns["temp"]] == [-40.0, 125.0] * 3
    assert [float(x) for x in columns["v(o1)"]] == swept["v(o1)"].ravel().tolist()
    assert set(columns["status"]) == {"converged"}
    assert swept.files == (path,)
    assert sorted(tmp_path.iterdir()) == [path], "no note is left beside a complete file"


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_over_frequency_there_is_a_row_for_each(amp: lt.Amplifier, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"lanes.{ending}"
    swept = amp.sweep(vary=AXES, measure="differential,cmrr,cmrr_db", frequency_hz="1:100:1", out=path)
    columns = table(path, 18)
    assert [float(x) for x in columns["frequency_hz"]] == [1.0, 10.0, 100.0] * 6
    gain = [
        complex(float(a), float(b)) for a, b in zip(columns["differential_re"], columns["differential_im"], strict=True)
    ]
    assert gain == swept["differential"].ravel().tolist()
    assert [float(x) for x in columns["cmrr"]] == swept["cmrr"].ravel().tolist()
    assert [float(x) for x in columns["cmrr_db"]] == np.repeat(swept["cmrr_db"].ravel(), 3).tolist()


@pytest.mark.usefixtures("small_parts")
def test_zarr_stores_open_as_datasets(amp: lt.Amplifier, tmp_path: Path) -> None:
    import zarr

    path = tmp_path / "lanes.zarr"
    swept = amp.sweep(vary=AXES, measure="gains,q1.ic", frequency_hz="1:100:1", out=path)
    group = zarr.open_group(str(path), mode="r")
    assert group["differential"].metadata.dimension_names == ("lane", "frequency")
    np.testing.assert_array_equal(group["differential"][:], swept["differential"].reshape(6, 3))
    np.testing.assert_array_equal(group["q1.ic"][:], swept["q1.ic"].ravel())
    np.testing.assert_array_equal(group["temp"][:], [-40.0, 125.0] * 3)
    assert group["status"][:].tolist() == [0] * 6
    assert group.attrs["axes"] == ["rc1.r", "temp"]


class Stopped(Exception):
    """What ends a sweep in the tests."""


def stopping_after(lanes: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= lanes:
            raise Stopped

    return progress


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "json", "zarr"])
@pytest.mark.parametrize("measure", ["cmrr_db,v(o1)", "differential,cmrr_db"])
def test_what_was_left_unfinished_goes_on(amp: lt.Amplifier, tmp_path: Path, ending: str, measure: str) -> None:
    options = {"vary": {"rc1.r": "9k:11k:21"}, "measure": measure, "frequency_hz": "1:100:1"}
    whole, path = tmp_path / f"whole.{ending}", tmp_path / f"lanes.{ending}"
    wanted = amp.sweep(**options, out=whole)
    with pytest.raises(Stopped):
        amp.sweep(**options, out=path, progress=stopping_after(8))
    if ending != "zarr":
        table(path, 8 * (3 if "differential" in measure else 1))  # what is done can be read
        with path.open("a") as file:
            file.write('"torn, 1.23')  # as if it had been killed while it wrote
    with pytest.raises(lt.OptionError, match="not finished"):
        amp.sweep(**options, out=path)
    with pytest.raises(lt.OptionError, match="other options"):
        amp.sweep(**{**options, "vary": {"rc1.r": "9k:12k:21"}}, out=path, resume=True)
    seen: list[int] = []
    result = amp.sweep(**options, out=path, resume=True, progress=lambda done, total: seen.append(done))
    assert seen[0] == 12, "eight lanes were not solved again"
    assert "resumed after 8 lanes" in result.notes
    np.testing.assert_array_equal(result["cmrr_db"], wanted["cmrr_db"])
    if ending == "zarr":
        import zarr

        for name, array in zarr.open_group(str(whole), mode="r").arrays():
            np.testing.assert_array_equal(array[:], zarr.open_group(str(path), mode="r")[name][:])
    else:
        assert path.read_bytes() == whole.read_bytes()
    with pytest.raises(lt.OptionError, match="complete"):
        amp.sweep(**options, out=path, resume=True)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_symmetry_and_failures_survive_resuming(tmp_path: Path, ending: str) -> None:
    amp = lt.read(DECK.replace("10.1k", "10k"))
    values = np.full(9, 1e4)
    values[1], values[2] = np.nan, 9e3
    path = tmp_path / f"lanes.{ending}"
    options = {"parameters": {"rc1.r": values}, "measure": "cmrr_db", "out": path}
    with pytest.raises(Stopped):
        amp.sweep(**options, progress=stopping_after(4))
    result = amp.sweep(**options, resume=True)
    assert np.isinf(result["cmrr_db"]).tolist() == [True, False, False] + [True] * 6
    assert np.isnan(result["cmrr_db"]).tolist() == [False, True] + [False] * 7


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "json", "zarr"])
def test_lanes_without_a_solution_are_no_lost_ones(amp: lt.Amplifier, tmp_path: Path, ending: str) -> None:
    """Their figures are those that a store has where it was never written."""
    path = tmp_path / f"lanes.{ending}"
    options = {"parameters": {"rc1.r": [*4 * [np.nan], *4 * [1e4]]}, "measure": "cmrr_db,differential", "out": path}
    with pytest.raises(Stopped):
        amp.sweep(**options, progress=stopping_after(4))
    resumed = amp.sweep(**options, resume=True)
    assert np.isnan(resumed["cmrr_db"]).tolist() == [*4 * [True], *4 * [False]]
    assert "resumed after 4 lanes" in resumed.notes


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "json", "zarr"])
def test_infinities_keep_their_sign(tmp_path: Path, ending: str) -> None:
    """No gain is -inf dB, a rejection without a common gain inf dB, a lane without a solution nan."""
    dead = lt.read(DECK.replace("10.1k", "10k").replace("q1 o1 inp", "q1 o1 inn"))
    wanted = dead.sweep(vary={"rc1.r": 5 * [1e4]}, measure="differential_db")["differential_db"]
    assert wanted.tolist() == [-np.inf] * 5
    path = tmp_path / f"lanes.{ending}"
    options = {"parameters": {"rc1.r": [np.nan, *7 * [1e4]]}, "measure": "differential_db", "out": path}
    with pytest.raises(Stopped):
        dead.sweep(**options, progress=stopping_after(4))
    resumed = dead.sweep(**options, resume=True)["differential_db"]
    np.testing.assert_array_equal(resumed, [np.nan, *7 * [-np.inf]])


@pytest.mark.usefixtures("small_parts")
def test_what_the_output_is_nulled_to_belongs_to_the_sweep(amp: lt.Amplifier, tmp_path: Path) -> None:
    options = {"vary": {"rc1.r": "9k:11k:9"}, "measure": "v(o1)", "out": tmp_path / "lanes.csv", "null": True}
    with pytest.raises(Stopped):
        amp.sweep(**options, target=0.1, progress=stopping_after(4))
    for other in ({"target": 0.2}, {}, {"null": False}):
        with pytest.raises(lt.OptionError, match="other options"):
            amp.sweep(**{**options, **other}, resume=True)
    assert amp.sweep(**options, target=0.1, resume=True).notes == ("resumed after 4 lanes",)


def test_stopped_before_the_first_part_it_begins_anew(
    amp: lt.Amplifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lanes.csv"
    options = {"vary": {"rc1.r": [9e3, 1e4]}, "measure": "cmrr_db", "out": path}

    def stop(*arguments: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch, pytest.raises(Stopped):
        patch.setattr("longtail.analyses.sweep.sweep.Plan.solve", stop)
        amp.sweep(**options)
    assert lane_file.sidecar(path).exists()
    amp.sweep(**options, resume=True)
    assert len(path.read_text().splitlines()) == 3


@pytest.mark.usefixtures("small_parts")
def test_a_full_disk_is_named_and_the_sweep_goes_on_later(
    amp: lt.Amplifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lanes.csv"
    options = {"vary": "rc1.r=9k:11k:9", "measure": "cmrr_db", "out": path}
    write = lane_text.CsvFile._write

    def full(self: lane_text.CsvFile, where: slice, *others: Any) -> int:
        if where.start == 4:
            raise OSError(28, "No space left on device")
        return write(self, where, *others)

    with monkeypatch.context() as patch:
        patch.setattr(lane_text.CsvFile, "_write", full)
        with pytest.raises(lt.AnalysisError, match="No space left on device, after 4 of 9 lanes"):
            amp.sweep(**options)
    assert amp.sweep(**options, resume=True).notes == ("resumed after 4 lanes",)


def test_a_folder_that_is_not_there_is_named(amp: lt.Amplifier, tmp_path: Path) -> None:
    with pytest.raises(lt.OptionError, match="No such file or directory"):
        amp.sweep(vary="rc1.r=9k", out=tmp_path / "nowhere" / "lanes.csv")


def test_too_much_for_memory_goes_to_a_file(amp: lt.Amplifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longtail.analyses.sweep.work._KEPT", 100)
    options = {"vary": {"rc1.r": [9e3, 1e4]}, "measure": "differential,cmrr_db", "frequency_hz": "1:100:3"}
    with pytest.raises(lt.OptionError, match="memory"):
        amp.sweep(**options)
    result = amp.sweep(**options, out=tmp_path / "lanes.csv")
    assert list(result.values) == ["cmrr_db"]
    assert "in" in result.notes[0] and "lanes.csv" in result.notes[0]
    with pytest.raises(lt.OptionError, match="was not measured"):
        result["differential"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing is varied"),
        ({"vary": "rc1.r"}, "expected NAME=start:stop:points"),
        ({"vary": "rc1.r=9k:11k"}, "is no range"),
        ({"vary": "rc9.r=9k,11k"}, "did you mean 'rc"),
        ({"vary": "rc1.r=9k", "parameters": {"rc1.r": [1.0]}}, "either vary or parameters"),
        ({"vary": "rc1.r=9k", "measure": "cmr_db"}, "did you mean 'cmrr_db'"),
        ({"vary": "rc1.r=9k", "measure": "q1.icc"}, "did you mean 'ic'"),
        ({"vary": "rc1.r=9k", "measure": "v(o9)"}, "did you mean 'v(o"),
        ({"vary": "rc1.r=9k", "measure": "i(vccc)"}, "did you mean 'i(vcc)'"),
        ({"vary": "rc1.r=9k", "measure": []}, "nothing to measure"),
        ({"vary": "rc1.r=9k", "measure": "input_offset"}, "add null=True"),
        ({"vary": "rc1.r=9k", "out": "x.xlsx"}, ".csv, .json, .zarr"),
        ({"vary": "rc1.r=9k", "resume": True}, "without a file"),
        ({"vary": ["rc1.r=1:2:100000", "temp=1:2:100000"]}, "too many"),
    ],
)
def test_mistakes_are_answered(amp: lt.Amplifier, options: dict[str, Any], message: str) -> None:
    with pytest.raises(lt.OptionError) as caught:
        amp.sweep(**options)
    assert message in str(caught.value)


def test_a_missing_zarr_is_named(amp: lt.Amplifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(lt.OptionError, match="not installed"):
        amp.sweep(vary="rc1.r=9k", out=tmp_path / "x.zarr")


def test_operating_points_need_no_ports() -> None:
    divider = lt.read("a divider\nv1 a 0 3\nr1 a b 2k\nr2 b 0 1k\n.end\n")
    assert divider.sweep(vary="r2.r=1k,2k", measure="v(b),i(v1)")["v(b)"].round(9).tolist() == [1.0, 1.5]


def test_a_single_ended_output_has_no_conversion(examples: Path) -> None:
    amp = lt.read(examples / "ota_5t.cir")
    with pytest.raises(lt.OptionError, match="single-ended"):
        amp.sweep(vary="temp=27", measure="common_to_differential")
    assert "common_to_differential" not in amp.sweep(vary="temp=27,85", measure="gains", frequency_hz="1").values


def test_the_command_line_equals_python(examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deck, path = str(examples / "bjt_pair.cir"), tmp_path / "lanes.csv"
    words = ["--vary", "rc1.r=9k:11k:3", "--vary", "temp=-40,125", "--measure", "cmrr_db,q1.ic", "--threads", "2"]
    assert run(["sweep", deck, *words, "--json", "--out", str(path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    wanted = lt.read(deck).sweep(vary=["rc1.r=9k:11k:3", "temp=-40,125"], measure="cmrr_db,q1.ic")
    assert printed == {**json.loads(wanted.to_json()), "path": str(path)}
    assert len(path.read_text().splitlines()) == 7
    assert run(["sweep", deck, *words, "--out", str(tmp_path / "folder")]) == 0
    assert {p.suffix for p in (tmp_path / "folder").iterdir()} == {".png", ".txt", ".json", ""}  # .longtail


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """Fifty thousand lanes at 91 frequencies would fill 290 MB with gains alone."""
    (tmp_path / "deck.cir").write_text(DECK)
    code = (
        "import resource, longtail as lt, numpy as np\n"
        f"amp = lt.read({str(tmp_path / 'deck.cir')!r})\n"
        "amp.sweep(parameters={'rc1.r': np.linspace(9e3, 11e3, 64)}, frequency_hz='1:1g:10')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "amp.sweep(parameters={'rc1.r': np.linspace(9e3, 11e3, 50_000)}, frequency_hz='1:1g:10')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100_000  # kB


def test_the_page_on_sweeps_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    page = (root / "docs" / "sweeps.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(compile(code, "sweeps.md", "exec"), names)
    assert names["swept"]["cmrr_db"].shape == (101, 3)
    assert names["sampled"].solved == 1.0
    for measure in ("differential_db", "bandwidth_hz", "differential_to_common", "input_offset"):
        assert f"`{measure}`" in page
    command = next(line for line in page.splitlines() if line.startswith("    longtail sweep bjt_pair"))
    assert run(command.split()[1:]) == 0


class Terminal(io.StringIO):
    """A terminal that remembers what it showed."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with advancing("sweep") as tell:
        tell(40, 80)
    assert "40/80" in sys.stderr.getvalue()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with advancing("sweep") as tell:
        tell(40, 80)
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize("measure", ["cmrr_db", "differential_db", "bandwidth_hz", "input_noise@1k", "lowest_pole_hz"])
@pytest.mark.parametrize("others", [[], [1e4]])
def test_lanes_without_a_solution_have_no_figure_of_any_kind(measure: str, others: list[float]) -> None:
    """Alone, or beside one that has."""
    amp = lt.read(DECK)
    swept = amp.sweep(parameters={"rc1.r": [np.nan, np.nan, *others]}, measure=measure)
    assert np.isnan(swept[measure][:2]).all()
    if others:
        np.testing.assert_array_equal(
            swept[measure][2:], amp.sweep(parameters={"rc1.r": others}, measure=measure)[measure]
        )
