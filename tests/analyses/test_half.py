"""Half circuits beside the whole: operating point and gains, in longtail and in ngspice; what is written and shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.half import Half, HalfCircuits
from longtail.cli import verbs
from reference import gallery, ngspice

SYMMETRIC = [
    "accelerometer_bridge",
    "bjt_pair",
    "bjt_pair_ideal_tail",
    "bjt_pair_resistor_tail",
    "data_link_receiver",
    "folded_cascode",
    "jfet_pair",
    "mos_pair",
    "sense_amplifier",
]
PARTIAL = [name for name in gallery.NAMES if name not in SYMMETRIC]
FREQUENCIES = (10.0, 1e5, 3e8)
ROUNDING = 1e-13  # of the largest gain: less is left over from solving the whole


def half(name: str, parameters: dict[str, float] | None = None) -> HalfCircuits:
    result = lt.read(gallery.deck(name).path, parameters=parameters).half()
    assert isinstance(result, HalfCircuits)
    return result


def both(result: HalfCircuits) -> tuple[Half, Half]:
    assert result.differential is not None and result.common is not None
    return result.differential, result.common


@pytest.mark.parametrize("name", SYMMETRIC)
def test_gains_are_those_of_the_whole(name: str) -> None:
    differential, common = both(half(name))
    whole = lt.read(gallery.deck(name).path).gains(frequency_hz=np.array(FREQUENCIES))
    for k, frequency in enumerate(FREQUENCIES):
        largest = np.abs(whole.matrix[k]).max()
        for ours, theirs in ((differential, whole.differential[k]), (common, whole.common[k])):
            assert ours.gain(frequency) == pytest.approx(theirs, rel=1e-9, abs=ROUNDING * largest)


@pytest.mark.parametrize("mode", ["differential", "common"])
@pytest.mark.parametrize("name", SYMMETRIC)
def test_a_deck_has_the_operating_point_of_the_whole(name: str, mode: str) -> None:
    whole = lt.read(gallery.deck(name).path).op()
    ours = lt.read(getattr(half(name), mode).deck).op()
    shared = ours.nodes.keys() & whole.nodes.keys()
    assert len(shared) >= 4
    for node in shared:
        assert ours.nodes[node] == pytest.approx(whole.nodes[node], rel=1e-9, abs=1e-9), node
    for device in ours.devices.keys() & whole.devices.keys():
        for quantity in {"vbe", "vgs", "vds", "vce"} & ours.devices[device].keys():
            assert ours.devices[device][quantity] == pytest.approx(whole.devices[device][quantity], rel=1e-8, abs=1e-8)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", SYMMETRIC)
def test_ngspice_runs_the_decks_and_agrees(name: str) -> None:
    deck = gallery.deck(name)
    sweep = (10.0, 1e9, 2)
    whole = ngspice.mode_gains(deck.path, deck.sources, deck.outputs, *sweep)
    for ours, theirs in zip(both(half(name)), (whole.differential, whole.common), strict=True):
        response = _response(ours, sweep)
        largest = max(np.abs(whole.differential).max(), np.abs(theirs).max())
        error = np.abs(ours.sign * response - theirs)
        assert np.all(error <= 1e-5 * np.abs(theirs).max() + 1e-10 * largest)


def _response(ours: Half, sweep: tuple[float, float, int]) -> np.ndarray:
    """v(output) of a half in ngspice, one volt at its source: the same at both of "two" inputs, one of them unused."""
    title, *cards = ours.deck.splitlines()
    spare = ["v.spare spare 0 0", "r.spare spare 0 1k"]
    gains = ngspice.mode_gains("\n".join([title, *spare, *cards]), (ours.source, "v.spare"), (ours.output,), *sweep)
    return gains.common_to_differential


def test_the_deck_runs_in_ngspice_as_it_stands(tmp_path: Path) -> None:
    """No helper between: its own `.ac` card and the drive of its own source."""
    import shutil
    import subprocess

    program = shutil.which("ngspice")
    if program is None:
        pytest.skip("ngspice is not installed")
    path = tmp_path / "half.cir"
    path.write_text(both(half("mos_pair"))[0].deck)
    raw = tmp_path / "half.raw"
    subprocess.run([program, "-n", "-b", "-r", str(raw), str(path)], capture_output=True, check=True, cwd=tmp_path)
    assert abs(ngspice.read_raw(raw).voltage("o1")[0]) == pytest.approx(14.2978, rel=1e-4)


@pytest.mark.parametrize("name", PARTIAL)
def test_no_halves_of_a_part_and_the_reason_is_said(name: str) -> None:
    result = half(name)
    assert result.halves == ()
    assert result.mirror is not None and not result.mirror.complete
    assert any("symmetry ends at" in note and result.mirror.ends_at[0] in note for note in result.notes)


def test_halves_of_unequal_sides_are_those_of_the_mean() -> None:
    result = half("mos_pair", {"drd": 0.02, "dw": 0.04})
    even = half("mos_pair")
    for ours, theirs in zip(both(result), both(even), strict=True):
        assert ours.gain(1e3) == pytest.approx(theirs.gain(1e3), rel=1e-9)
    assert any("mean" in note for note in result.notes)
    assert "rd1, rd2: r 10100 and 9900" in both(result)[0].deck
    apart = {(d["parameter"], *d["pair"]): d["delta"] for d in result.to_dict()["asymmetric"]}
    assert apart == {("r", "rd1", "rd2"): pytest.approx(200.0), ("w", "m1", "m2"): pytest.approx(2e-6)}


def test_parameters_of_the_netlist_still_work_in_a_half() -> None:
    """The mean stays the mean: rc changes the half as it changes the whole, drc does not change it."""
    deck = both(half("bjt_pair"))[1].deck
    whole = lt.read(gallery.deck("bjt_pair").path, parameters={"rc": 8e3}).op()
    again = lt.read(deck, parameters={"rc": 8e3, "drc": 0.1, "darea": 0.1}).op()
    assert again.nodes["o1"] == pytest.approx(whole.nodes["o1"], rel=1e-9)


def test_the_common_mode_level_is_kept() -> None:
    amplifier = lt.read(gallery.deck("mos_pair").path)
    common = both(amplifier.half(vcm=1.6))[1]
    assert common.gain(1e3) == pytest.approx(amplifier.gains(frequency_hz=[1e3], vcm=1.6).common[0], rel=1e-9)


def test_a_single_output_of_a_symmetric_pair() -> None:
    amplifier = lt.read(gallery.deck("mos_pair").path, output=["o2"])
    differential, common = both(amplifier.half())
    whole = amplifier.gains(frequency_hz=[1e3])
    assert differential.gain(1e3) == pytest.approx(whole.differential[0], rel=1e-9)
    assert common.gain(1e3) == pytest.approx(whole.common[0], rel=1e-9)
    assert "A_d as -1/2 of v(o1)" in differential.deck and "A_cm as v(o1)" in common.deck


def test_an_output_on_the_line_answers_to_the_common_mode_only() -> None:
    amplifier = lt.read(gallery.deck("mos_pair").path, output=["s"])
    differential, common = both(amplifier.half())
    assert differential.gain(1e3) == 0.0
    assert common.gain(1e3) == pytest.approx(amplifier.gains(frequency_hz=[1e3]).common[0], rel=1e-9)
    assert "does not answer" in differential.deck


def test_outputs_that_are_no_pair_have_no_half() -> None:
    result = lt.read(gallery.deck("mos_pair").path, output=["o2", "s"]).half()
    assert result.halves == ()
    assert any("not each other's mirror image" in note for note in result.notes)


def test_a_circuit_that_does_not_settle_keeps_its_pairs() -> None:
    """Junctions across sources: 3 V would drive more than any number of amperes."""
    text = "stiff\nv1 a 0 30\nv2 b 0 30\nd1 a c n\nd2 b d n\nvc c 0 0\nvd d 0 0\n.model n d(is=1f)\n"
    result = lt.read(text, input=["v1", "v2"], output=["c", "d"]).half()
    assert ("d1", "d2") in result.pairs and result.halves == ()
    assert any("no half circuits: no operating point" in note for note in result.notes)


def test_json_without_a_folder_has_no_paths() -> None:
    result = half("mos_pair").to_dict()
    assert result["decks"] == {"differential": None, "common": None}
    assert result["pairs"] == [["vinp", "vinn"], ["rd1", "rd2"], ["m1", "m2"]]
    assert result["on_axis"] == {"nodes": ["vdd", "s"], "devices": ["vdd", "iss", "rss", "ct"]}
    assert result["asymmetric"] == []


def test_the_command_writes_decks_that_its_json_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verbs.half(str(gallery.deck("mos_pair").path), out=str(tmp_path), json=True)
    printed = json.loads(capsys.readouterr().out)
    for mode in ("differential", "common"):
        path = Path(printed["decks"][mode])
        assert path == tmp_path / f"mos_pair-half-{mode}.cir"
        assert lt.read(path).op().status == "converged"
    assert json.loads((tmp_path / "mos_pair-half.json").read_text()) == printed
    assert (tmp_path / "mos_pair-half.png").stat().st_size > 10_000


def test_a_circuit_without_any_pair_says_so() -> None:
    result = lt.read(
        "one side\nv1 a 0 0\nv2 b 0 0\nr1 a c 1k\nc1 b c 1n\nr2 c 0 1k\n", input=["a", "b"], output=["c"]
    ).half()
    assert result.mirror is None and result.to_dict()["pairs"] == []
    assert "nothing is a pair" in result.to_text()
    assert repr(result) == "<half circuits of 'one side': no mirror image>"
    assert result.plot().axes


@pytest.mark.parametrize("name", ["mos_pair", "ua741"])
def test_text_and_picture(name: str) -> None:
    result = half(name, {"drd": 0.01} if name == "mos_pair" else None)
    text, html = result.to_text(), result._repr_html_()
    texts = [t.get_text() for t in result.plot().axes[0].texts]
    for pair in result.pairs:
        assert all(device in text and device in html and device in texts for device in pair)
    if name == "mos_pair":
        assert "Δr 1 %" in texts and "100 Ω" in text and "A_dd" in text
    else:
        assert any("Without one" in t for t in texts) and "without a mirror image" in text


COUPLED_WITH_A_LAW = """coupled inductors, and a law between the outputs
vcc vcc 0 10
vp inp 0 3
vn inn 0 3
m1 o1 inp s 0 n w=10u l=1u
m2 o2 inn s 0 n w=10u l=1u
i1 s 0 50u
l1 vcc o1 1u
l2 vcc o2 1u
k1 l1 l2 0.5
b1 o1 o2 i=1u*v(o1,o2)
.model n nmos vto=0.6 kp=110u lambda=0.04
"""


def test_laws_beside_couplings_are_cut() -> None:
    """A_dd = -g_m*s*L*(1 - k), since the fluxes of opposite currents take from each other; g_m and L alone count."""
    result = lt.read(COUPLED_WITH_A_LAW).half()
    differential, _ = both(result)
    g_m = lt.read(COUPLED_WITH_A_LAW).op().devices["m1"]["g_m"]
    frequency = 1e6
    expected = -g_m * 2j * np.pi * frequency * 1e-6 * 0.5
    assert differential.gain(frequency) == pytest.approx(expected, rel=1e-3)
    assert abs(lt.read(COUPLED_WITH_A_LAW).formula(band="1meg").value_dc) == pytest.approx(abs(expected), rel=0.1)


PLAIN = """a pair
vcc vcc 0 9
vee vee 0 -9
vp inp 0 {value}
vn inn 0 {value}
q1 o1 inp e m
q2 o2 inn e m
{load}
r2 vcc o2 5k
re e vee 9k
.model m npn(is=1e-15 vaf=50)
"""
LOAD = "r1 vcc o1 5k"


@pytest.mark.parametrize("value", ["", "ac 1", "0", "1"])
def test_sources_without_a_value_stand_at_zero(value: str) -> None:
    deck = PLAIN.format(value=value, load=LOAD)
    differential, common = both(lt.read(deck).half())
    whole = lt.read(deck).gains([10.0])
    assert differential.gain(10.0) == pytest.approx(whole.differential[0], rel=1e-9)
    assert common.gain(10.0) == pytest.approx(whole.common[0], rel=1e-9)


def test_what_counts_as_a_wire_is_told_and_else_nothing() -> None:
    plain = lt.read(PLAIN.format(value="0", load=LOAD)).half()
    assert not any("wire" in note for note in plain.notes)
    wired = lt.read(PLAIN.format(value="0", load="vw vcc w 0\nr1 w o1 5k")).half()
    assert "vw stands on one side only and counts as a wire in the image" in wired.notes


def test_without_an_operating_point_there_are_no_halves() -> None:
    deck = PLAIN.format(value="0", load=LOAD) + "b1 vcc x i=exp(v(x))+1\nrx x 0 1e12\n"
    found = lt.read(deck).half()
    assert found.differential is None and found.common is None
    assert any(note.startswith("no half circuits: no operating point found") for note in found.notes)


def test_a_supply_that_is_turned_round_holds_its_other_end() -> None:
    """Its positive end at ground, it holds the other one as far below."""
    text = gallery.deck("bjt_pair_resistor_tail").path.read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("vee "))
    _, node, ground, *rest = line.split()
    volts = -lt.read(text).circuit.number(lt.read(text).circuit.instances["vee"].parameters["dc"])
    turned = lt.read(text.replace(line, f"vee {ground} {node} {volts}"))
    assert (ground, rest != []) == ("0", True)
    assert turned.half().drawing.supplies == lt.read(text).half().drawing.supplies
    assert turned.half().drawing.supplies["vee"] == -volts < 0.0
