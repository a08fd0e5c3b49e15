"""Noise as tables: spot noise over a few frequencies, and who makes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longtail.analyses.noise.result import Contribution, Noise
from longtail.contract.output import Output
from longtail.merits.reasons import UNKNOWN, Cause
from longtail.report.pages.gains import chosen
from longtail.report.wording.conditions import Facts
from longtail.report.wording.page import LEFT, QUIET, Cell, Column, Page, Table
from longtail.report.wording.symbols import spread_text
from longtail.units import format_si

DENSITY = "V/√Hz"
MOST = 12  # contributions that a table shows
NEGLIGIBLE = 5e-5  # a share that is printed as zero
GROWS = 3.0  # what the density at the input may grow by, over the band, without a note


def page(noise: Noise) -> Page:
    """Integrals first, then a row a decade, then the largest contributions."""
    return Page("Noise", facts(noise), (_spots(noise), _contributions(noise)), notes(noise))


def facts(noise: Noise) -> Facts:
    """Under which conditions the figures hold, and the integrals."""
    found = [
        ("input", ", ".join(noise.input)),
        ("output", Output(noise.output).description),
        ("V_CM", spread_text(noise.vcm, "V")),
        ("temperature", spread_text(np.asarray(noise.temperature) - 273.15, "°C")),
    ]
    if noise.input_offset is not None:
        found.append(("nulled", f"with an input offset of {spread_text(noise.input_offset, 'V')}"))
    if noise.band_hz[0] < noise.band_hz[1]:
        found.append((f"{band(noise)}", integrals(noise)))
    if np.isfinite(noise.corner_hz).any():
        found.append(("flicker corner", spread_text(_finite(noise.corner_hz), "Hz")))
    return tuple(found)


def band(noise: Noise) -> str:
    """The band of the integrals in words."""
    low, high = noise.band_hz
    return f"{format_si(low, 'Hz')} to {format_si(high, 'Hz')}"


def integrals(noise: Noise) -> str:
    """What the noise adds up to in its band, at the output and at the input."""
    said = f"{spread_text(_finite(noise.output_v_rms), 'V')} rms at the output"
    if np.isfinite(noise.input_v_rms).all():
        said += f", {spread_text(noise.input_v_rms, 'V')} rms referred to the input"
    return said


def notes(noise: Noise) -> tuple[str, ...]:
    """What does not reach the output, and where the input noise counts more than the amplifier passes on."""
    said = []
    held = noise.silent
    if held:
        names = ", ".join(held[:6]) + (" and others" if len(held) > 6 else "")
        said.append(f"the noise of {names} does not reach the output{_why_silent(noise)}")
    if not noise.axes and _grows(noise):
        said.append(
            "noise referred to the input grows as the gain falls within the band, and counts in its integral: "
            "choose the band that is used (--band)"
        )
    return (*said, *noise.notes)


def _grows(noise: Noise) -> bool:
    """Whether noise referred to the input is much more at the upper end of the band than where it is least."""
    inside = (noise.frequency_hz >= noise.band_hz[0]) & (noise.frequency_hz <= noise.band_hz[1])
    referred = noise.input_v_per_rthz[inside]
    return bool(referred.size and np.isfinite(referred).all() and referred[-1] > GROWS * referred.min())


def _why_silent(noise: Noise) -> str:
    why = noise.why_silent() or UNKNOWN
    if why.cause is Cause.SYMMETRY:
        return " by symmetry: only mismatch lets it through"
    return f", which is held by {why.what}" if why.cause is Cause.HELD else " above rounding"


def _spots(noise: Noise) -> Table:
    columns = [Column("frequency", LEFT), Column("output"), Column("input-referred")]
    shown: list[Any] = [noise.output_v_per_rthz, noise.input_v_per_rthz]
    if noise.common_output_v_per_rthz is not None:
        columns += [Column("common output"), Column("largest part", LEFT)]
        shown.append(noise.common_output_v_per_rthz)
    else:
        columns.append(Column("largest part", LEFT))
    rows = []
    for k in chosen(noise.frequency_hz):
        row = [Cell(format_si(noise.frequency_hz[k].item(), "Hz"))]
        row += [_density(values[..., k]) for values in shown]
        rows.append((*row, _largest(noise, float(noise.frequency_hz[k]))))
    return Table("Spot noise", tuple(columns), tuple(rows))


def _density(values: Any) -> Cell:
    found = _finite(values)
    return Cell(spread_text(found, DENSITY)) if found.size else Cell("no gain", QUIET)


def _largest(noise: Noise, frequency_hz: float) -> Cell:
    top = noise.shares_at(frequency_hz)
    return Cell(f"{top[0].instance} {top[0].mechanism}") if top else Cell("–", QUIET)


def _contributions(noise: Noise) -> Table:
    """The shares in the power of the differential or single output over the band, largest first."""
    where = f"over {band(noise)}" if noise.band_hz[0] < noise.band_hz[1] else f"at {format_si(noise.band_hz[0], 'Hz')}"
    columns = (Column("device", LEFT), Column("mechanism", LEFT), Column("share"), Column("of it", LEFT))
    listed = noise.contributions
    shown = [c for c in listed[:MOST] if float(np.max(c.share)) >= NEGLIGIBLE]
    rows = [(Cell(c.instance), Cell(c.mechanism), Cell(share_text(c.share)), Cell(_parts(c))) for c in shown]
    rest = 1.0 - sum(np.asarray(c.share) for c in shown) if len(listed) > len(shown) and shown else None
    if rest is not None and float(np.max(rest)) >= NEGLIGIBLE:
        rows.append((Cell("all others", QUIET), Cell(""), Cell(share_text(rest), QUIET), Cell("")))
    return Table(f"Shares of the output noise power {where}", columns, tuple(rows))


def _parts(contribution: Contribution) -> str:
    """The sources of a contribution that has several, largest first."""
    if len(contribution.sources) < 2:
        return ""
    ordered: Sequence[tuple[str, Any]] = sorted(contribution.sources.items(), key=lambda item: -float(np.mean(item[1])))
    return ", ".join(f"{name} {share_text(share)}" for name, share in ordered if float(np.max(share)) >= NEGLIGIBLE)


def share_text(share: Any) -> str:
    """A share in percent, or from the lowest to the highest of several.

    >>> share_text(0.2526), share_text(np.array([0.1, 0.3]))
    ('25.26 %', '10.00 % to 30.00 %')
    """
    found = 100.0 * _finite(share)
    if not found.size:
        return "–"
    low, high = f"{found.min():.2f} %", f"{found.max():.2f} %"
    return low if low == high else f"{low} to {high}"


def _finite(values: Any) -> Any:
    """Those of some values that are numbers."""
    flat = np.atleast_1d(np.asarray(values, float))
    return flat[np.isfinite(flat)]
