"""Noise as a table and as a figure."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.noise.result import Noise
from longtail.report import plots, tables
from longtail.report.figures.noise import groups

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def pair() -> Noise:
    return lt.read(EXAMPLES / "mos_pair.cir", parameters={"dw": 0.01}).noise(frequency_hz="1:100meg:10", band="10:1meg")


def test_the_table_says_spot_noise_integrals_and_shares(pair: Noise) -> None:
    text = pair.to_text()
    assert re.search(r"^10 Hz to 1 MHz +[\d.]+ µV rms at the output, [\d.]+ µV rms referred to the input$", text, re.M)
    assert re.search(r"^flicker corner +29\.\d+ kHz$", text, re.M)
    assert re.search(r"^1 kHz +[\d.]+ nV/√Hz +[\d.]+ nV/√Hz +[\d.]+ nV/√Hz +m[12] flicker$", text, re.M)
    assert "Shares of the output noise power over 10 Hz to 1 MHz" in text
    shares = [float(x) for x in re.findall(r"^\S+ +(?:thermal|shot|flicker) +([\d.]+) %", text, re.M)]
    assert sum(shares) == pytest.approx(100.0, abs=0.1)
    assert shares == sorted(shares, reverse=True)


def test_symmetry_is_named() -> None:
    text = lt.read(EXAMPLES / "bjt_pair.cir").noise(frequency_hz="1:1k:3").to_text()
    assert "the noise of q3, q4, rref does not reach the output by symmetry" in text
    mismatched = lt.read(EXAMPLES / "bjt_pair.cir", parameters={"drc": 0.01}).noise(frequency_hz="1:1k:3")
    assert "by symmetry" not in mismatched.to_text()


def test_a_band_far_beyond_the_bandwidth_is_noted() -> None:
    opamp = lt.read(EXAMPLES / "ua741.cir")
    assert "--band" in opamp.noise(null=True, frequency_hz="1:1g:2").to_text()
    assert "--band" not in opamp.noise(null=True, frequency_hz="1:1g:2", band="20:20k").to_text()


def test_one_frequency_no_gain_and_a_single_output() -> None:
    r = lt.read("r\nv1 a 0 0\nv2 b 0 0\nr1 o 0 1k\n", input=["a", "b"], output=["o"]).noise(frequency_hz=[1e3])
    text = r.to_text()
    assert "no gain" in text and "at 1 kHz" in text and "rms" not in text and "common" not in text


def test_nothing_to_show_in_a_silent_circuit() -> None:
    r = lt.read("e\nv1 a 0 0\nv2 b 0 0\ne1 o 0 a b 2\n", input=["a", "b"], output=["o"]).noise(frequency_hz="1:1k:1")
    assert "0 V/√Hz" in r.to_text()
    assert len(plots.plot(r).axes) == 1


def test_lanes_are_shown_from_lowest_to_highest() -> None:
    r = lt.read(EXAMPLES / "mos_pair.cir").noise(frequency_hz="1:1k:1", parameters={"temp": np.array([-40.0, 125.0])})
    text = r.to_text()
    assert re.search(r"^temperature +-40 °C to 125 °C$", text, re.M)
    assert re.search(r"^m1 +flicker +[\d.]+ % to [\d.]+ %", text, re.M)
    assert "<table" in tables.html(r)
    [axes] = plots.plot(r).axes
    assert len(axes.lines) == 4  # two lanes, output and input


def test_the_figure_draws_densities_band_corner_and_shares(pair: Noise) -> None:
    figure = plots.plot(pair)
    density, share = figure.axes
    np.testing.assert_array_equal(density.lines[0].get_ydata(), pair.output_v_per_rthz)
    np.testing.assert_array_equal(density.lines[1].get_ydata(), pair.input_v_per_rthz)
    words = [text.get_text() for text in density.texts]
    assert "flicker corner 29.1 kHz" in words and "input-referred" in words
    assert "rms referred to the input" in density.get_title(loc="left")
    assert {text.get_text() for text in share.texts} == {"m1, m2 flicker", "m1, m2 thermal", "rd1, rd2 thermal"}


def test_groups_hold_all_of_the_noise() -> None:
    """The halves of a pair are one group, and what has no colour of its own is in the last."""
    r = lt.read(EXAMPLES / "ua741.cir").noise(null=True, target=0.0, frequency_hz="1:1meg:5")
    found = groups(r)
    assert found[0].label == "q5, q6 shot" and found[-1].label == "others"
    np.testing.assert_allclose(sum(g.density for g in found), r.output_v_per_rthz**2, rtol=1e-9)
