"""Figures of impedances, supply rejection, poles and source imbalance: what they show, and that nothing is cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.report import plots
from longtail.report.figures.poles import angle


@pytest.fixture
def pair(examples: Path) -> lt.Amplifier:
    return lt.read(examples / "bjt_pair_resistor_tail.cir", parameters={"drc": 0.01})


def texts(axes: object) -> list[str]:
    return [text.get_text() for text in axes.texts]  # type: ignore[attr-defined]


def test_impedances_stand_side_by_side(pair: lt.Amplifier) -> None:
    z = pair.impedance()
    inputs, outputs, *_ = z.plot().get_axes()
    assert [line.get_label() for line in inputs.get_lines()] == ["Z_id", "Z_ic"]
    assert [line.get_label() for line in outputs.get_lines()] == ["Z_od", "Z_oc"]
    np.testing.assert_allclose(inputs.get_lines()[0].get_ydata(), np.abs(z.differential_input))
    assert inputs.get_yscale() == "log"


def test_a_flat_impedance_has_an_axis_to_be_read_on() -> None:
    deck = "resistors\nv1 a 0 0\nv2 b 0 0\nr1 a 0 1k\nr2 b 0 1k\ne1 o 0 a b 1\nr3 o p 50\n*@ input a b\n*@ output p\n"
    _, output, *_ = lt.read(deck).impedance().plot().get_axes()
    low, high = output.get_ylim()
    assert low < 50.0 < high and high / low >= 30.0


def test_supplies_that_symmetry_rejects_have_no_line(examples: Path, pair: lt.Amplifier) -> None:
    drawn = lt.read(examples / "bjt_pair.cir").psrr().plot()
    assert len(drawn.get_axes()) == 1
    assert "limited by symmetry" in drawn.get_supxlabel()
    transfers, rejections = pair.psrr().plot().get_axes()
    assert [line.get_label() for line in rejections.get_lines()] == ["vcc", "vee"]
    assert len(transfers.get_lines()) == 5


def test_poles_stand_below_the_gain_that_they_bend(pair: lt.Amplifier) -> None:
    r = pair.poles()
    gains, *strips = r.plot().get_axes()
    assert len(strips) == 4
    assert len(gains.get_lines()) == 4
    for strip in strips:
        assert strip.get_xlim() == gains.get_xlim()
    crosses = np.concatenate([c.get_offsets()[:, 0] for c in strips[0].collections if c.get_offsets().shape[0]])
    for pole in r.poles:
        assert np.isclose(crosses, abs(pole) / (2 * np.pi)).any()


def test_the_zero_of_the_tail_is_named(examples: Path) -> None:
    _, differential, common = lt.read(examples / "mos_pair.cir").poles().plot().get_axes()
    assert any("tail, s" in text for text in texts(common))
    assert not any("tail" in text for text in texts(differential))


def test_a_circuit_without_poles_still_has_a_figure(examples: Path) -> None:
    amp = lt.read(examples / "bjt_pair_ideal_tail.cir")
    drawn = amp.poles().plot().figure
    assert len(drawn.axes) == 1  # the gains, and no empty strips
    assert any("no poles and no zeros" in text.get_text() for text in drawn.texts)


def test_angles_run_from_decay_to_growth() -> None:
    np.testing.assert_allclose(angle(np.array([-2.0, -1 + 1j, -1j, 1 - 1j, 3.0])), [0, 45, 90, 135, 180])


def test_the_map_marks_what_was_asked_for(pair: lt.Amplifier) -> None:
    drawn = pair.source_imbalance(resistance=20e3, resistance_difference=2e3, frequency_hz="10:1meg:5").plot()
    _, mapped = drawn.get_axes()
    (line,) = [line for line in mapped.get_lines() if len(set(line.get_ydata())) == 1]
    assert line.get_ydata()[0] == 2e3
    assert "these sources" in texts(mapped)


@pytest.mark.parametrize("verb", ["impedance", "psrr", "source-imbalance"])
def test_one_frequency_makes_no_figure(verb: str, pair: lt.Amplifier) -> None:
    with pytest.raises(lt.OptionError, match="at least two frequencies"):
        pair.run(verb, frequency_hz=[50.0]).plot()


@pytest.mark.parametrize("verb", ["impedance", "psrr", "poles", "source-imbalance"])
def test_files_are_written_and_the_same_twice(verb: str, pair: lt.Amplifier, tmp_path: Path) -> None:
    result = pair.run(verb)
    (first,) = plots.save(result, tmp_path, "first", "svg")
    (second,) = plots.save(result, tmp_path, "second", "svg")
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 5000


@pytest.mark.parametrize("verb", ["impedance", "psrr", "poles", "source-imbalance", "behavioral"])
def test_tables_have_no_minus_zero(verb: str, pair: lt.Amplifier) -> None:
    words = pair.run(verb).to_text().split()
    assert not {"-0", "-0.0", "-0.00"} & set(words)


LOOPS = """two integrators and a loop for the mean of their outputs
v1 in1 0 0
v2 in2 0 0
r1 in1 x1 10k
r2 in2 x2 10k
rf1 o2 x1 20k
rf2 o1 x2 20k
g1 0 a1 x1 x2 0.5m
g2 0 a2 x2 x1 0.5m
gc1 a1 0 cl 0 0.2m
gc2 a2 0 cl 0 0.2m
rcl cm cl 50k
ccl cl 0 0.3p
ra1 a1 0 10meg
ra2 a2 0 10meg
ca1 a1 0 10p
ca2 a2 0 10p
e1 o1 0 a1 0 1
e2 o2 0 a2 0 1
rc1 o1 cm 100k
rc2 o2 cm 100k
cc cm 0 0.3p
c1 x1 0 0.1p
c2 x2 0 0.1p
*@ input v1 v2
*@ output o1 o2
"""


def test_loops_are_drawn_with_their_margins() -> None:
    r = lt.read(LOOPS).poles(loop="e1,e2")
    _, magnitudes, phases, *strips = r.plot().get_axes()
    assert len(strips) == 1
    lines = {line.get_label(): line for line in magnitudes.get_lines() if line.get_label() in r.loops}
    assert list(lines) == ["differential", "common"]
    for name, loop in r.loops.items():
        assert loop.crossover_hz is not None
        f, decibels = lines[name].get_data()
        at = np.interp(np.log(loop.crossover_hz), np.log(np.asarray(f, float)), np.asarray(decibels, float))
        assert at == pytest.approx(0.0, abs=0.05)
        assert f"{loop.phase_margin_deg:.1f}°" in texts(phases)
        low, high = magnitudes.get_xlim()
        assert 50.0 * low < loop.crossover_hz < high
    common = r.loops["common"]
    assert common.gain_margin_db is not None and f"{common.gain_margin_db:.1f} dB" in texts(magnitudes)
    assert magnitudes.get_ylim()[0] < -common.gain_margin_db
    squares = [line.get_xydata() for line in phases.get_lines() if line.get_marker() == "s"]
    assert [tuple(place[0]) for place in squares] == [(common.phase_crossover_hz, -180.0)]


def test_a_loop_in_which_nothing_comes_round_is_not_drawn() -> None:
    r = lt.read(LOOPS).poles(loop="r1,r2")
    _, magnitudes, phases, *_ = r.plot().get_axes()
    assert not any(line.get_label() in r.loops for axes in (magnitudes, phases) for line in axes.get_lines())
    one = lt.read(LOOPS).poles(loop="rcl")
    assert one.plot().get_axes()[1].get_lines()[0].get_label() == "loop"
