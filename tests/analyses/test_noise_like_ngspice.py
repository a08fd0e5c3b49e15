"""Noise against ngspice's .noise on the examples: spectra, every source, and integrals.

Both compute with the same k*T/q (see `reference.ngspice`); ngspice's charge is 1.2e-8 larger than CODATA 2018, and so
is its 4*k*T. What is left over is rounding.
"""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.noise.result import Noise
from reference import gallery, ngspice

RELATIVE = 1e-6
NAMES = {"r": "thermal", "flicker": "1overf"}  # ngspice's names of our sources, where they differ
LOW, HIGH, DENSITY = 10.0, 1e8, 10


def both(name: str, low: float = LOW, high: float = HIGH) -> tuple[Noise, ngspice.Noise]:
    deck, parameters = gallery.deck(name), gallery.MISMATCH[name]
    amplifier = lt.read(deck.path, parameters=parameters)
    frequency = f"{low}:{high}:{DENSITY}"
    if name in gallery.NULLED:
        ours = amplifier.noise(frequency_hz=frequency, null=True, target=gallery.NULLED[name])
        null = gallery.NULLED[name], -1000.0
    else:
        ours, null = amplifier.noise(frequency_hz=frequency), None
    theirs = ngspice.noise(deck.path, deck.sources, deck.outputs, low, high, DENSITY, parameters=parameters, null=null)
    np.testing.assert_allclose(ours.frequency_hz, theirs.frequency_hz, rtol=1e-9)
    return ours, theirs


@pytest.mark.ngspice
@pytest.mark.parametrize("name", gallery.NAMES)
def test_spectra_sources_and_output_total(name: str) -> None:
    ours, theirs = both(name)
    np.testing.assert_allclose(ours.output_v_per_rthz, theirs.output, rtol=RELATIVE)
    np.testing.assert_allclose(ours.input_v_per_rthz, theirs.input, rtol=RELATIVE)
    assert ours.output_v_rms == pytest.approx(theirs.totals["onoise_total"], rel=RELATIVE)
    seen = set()
    for k, source in enumerate(ours.sources):
        key = source.instance, NAMES.get(source.name, source.name)
        seen.add(key)
        np.testing.assert_allclose(
            np.sqrt(ours.density[:, 0, k]), theirs.sources[key], rtol=RELATIVE, atol=1e-6 * theirs.output.max()
        )
        total = theirs.totals["_".join(("onoise_total", *key))]
        assert np.sqrt(ours.power[0, k]) == pytest.approx(total, rel=RELATIVE, abs=1e-6 * ours.output_v_rms)
    missed = {key for key, values in theirs.sources.items() if key[1] and key not in seen and values.any()}
    assert not missed


@pytest.mark.ngspice
@pytest.mark.parametrize(
    "name", ["bjt_pair", "jfet_pair", "mos_pair", "data_link_receiver", "folded_cascode", "ota_5t"]
)
def test_input_total_where_the_gain_is_flat(name: str) -> None:
    """ngspice refers a whole step of frequency by the gain at its upper end: where the gain falls, that is a part of
    the step off (a tenth at ten points per decade), and the two can be compared only below."""
    ours, theirs = both(name, 1.0, 100.0)
    assert np.ptp(np.abs(ours.gain[:, 0])) < 1e-3 * np.abs(ours.gain[0, 0])
    assert ours.input_v_rms == pytest.approx(theirs.totals["inoise_total"], rel=1e-4)
