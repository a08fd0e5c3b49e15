"""Every figure of a lane is the row of the datasheet of a deck that has the values of that lane: two ways to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.datasheet.rows import Row
from longtail.merits.registry import OF_PAIRS, SCALARS, named

ELSEWHERE = 1e3  # Hz, beside the headline
EDGES = ("common_mode_low", "common_mode_high", "output_low", "output_high")  # to a part of the span of the supplies
LOOSE = {"linear_range": 1e-3, "lowest_cmrr_db": 1e-4}  # found by a search, or within what a search has found
NO_ROWS = ("vcm", "low_corner_hz")  # a condition, and what a low-pass does not have
# what makes it lopsided, the name of what varies, what says so in the deck, and values
DECKS = {
    "bjt_pair": ("darea=0", "darea=0.02", "rref.r", "rref=46.5k", "rref={}", (42e3, 46.5e3, 55e3)),
    "ota_5t": ("dvt=0", "dvt=1m", "temp", "\n.end", "\n.temp {}\n.end", (-20.0, 27.0, 85.0)),
    "two_stage_opamp": ("cl=5p", "cl=5p", "rz", "rz=1.1k", "rz={}", (0.8e3, 1.1e3, 1.4e3)),
}


def of(rows: list[Row], name: str) -> Row:
    """The row of a measure, at the frequency that is behind its name."""
    base, _, frequency = name.partition("@")
    return next(row for row in rows if row.merit == base and ("f = 1 kHz" in row.conditions or not frequency))


@pytest.mark.parametrize("deck", DECKS)
def test_a_lane_is_a_deck_of_its_own(deck: str, examples: Path) -> None:
    even, lopsided, varied, said, put, values = DECKS[deck]
    text = (examples / f"{deck}.cir").read_text()
    assert even in text
    assert said in text
    text = text.replace(even, lopsided)
    amp = lt.read(text)
    single = amp.gains(frequency_hz="1").single_ended
    names = [m.name for m in SCALARS if m.name not in NO_ROWS and not (single and m.name in OF_PAIRS)]
    names += [f"psrr({supply})" for supply in amp.circuit.ports.supplies]
    names += [f"{name}@1k" for name in names if name == "cmrr_db" or name.startswith(("psrr", "input_noise"))]
    swept = amp.sweep(vary={varied: values}, measure=names, null=True)
    band = (1.0, swept["bandwidth_hz"][1])
    for k, value in enumerate(values):
        own = lt.read(text.replace(said, put.format(value)))
        rows = list(own.analyze(full=True, null=True, at=ELSEWHERE, band=band).rows)
        for name in names:
            found, row = swept[name][k], of(rows, name)
            wanted = np.nan if row.value is None else row.value
            merit = named(name)
            assert merit is not None
            if row.value is None:
                assert not np.isfinite(found), name
            elif row.unit == "V/V":
                assert found == pytest.approx(20.0 * np.log10(abs(wanted)), abs=1e-5), name
            else:
                assert (row.unit, row.symbol) == (merit.unit, merit.written(single).replace("CMRR_min", "CMRR"))
                span = 1e-3 if name in EDGES else 1e-12
                assert found == pytest.approx(wanted, rel=LOOSE.get(name, 1e-6), abs=span), name
