"""The datasheet: operating point, mode gains, CMRR and offset of an amplifier in one call."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.gains import ModeGains, gains_at
from longtail.analyses.op import OpResult, describe
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option, as_it_stands
from longtail.contract.axes import FORMS, FREQUENCY_FORMS
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import COUNT, FLAG, FREQUENCY, LIMITS
from longtail.contract.options import FREE_NULL_OPTIONS, FREQUENCY_OPTION, INPUT_OPTIONS, NONE, SPREADS_OPTION
from longtail.contract.output import ports
from longtail.contract.result import Result
from longtail.datasheet.asked import beyond, others, read_noise_band, read_spots
from longtail.datasheet.characterize import NO_SUPPLIES, NOT_NULLED, Characterization, no_point
from longtail.datasheet.companions import Details, details
from longtail.datasheet.curves import Curves
from longtail.datasheet.gain_rows import GainRows
from longtail.datasheet.limits import FAIL, Limit, ascii_symbol, check, read_limits, unheld
from longtail.datasheet.rows import Row
from longtail.datasheet.samples import MOST, Drawn, Samples, over_samples
from longtail.driven.conditions import TYPICAL, Condition, UnderWhich, condition_options
from longtail.driven.drives import Drives
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import ModeMatrix, SampledGains, model_gains
from longtail.driven.nulling import bias, bias_of, null_target
from longtail.driven.stability import growing
from longtail.driven.under_conditions import stand
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError, OptionError
from longtail.files.writing import write_report
from longtail.merits.frequencies import Asked
from longtail.merits.inputs import INPUT_OFFSET
from longtail.merits.merit import Merit
from longtail.merits.reasons import Inquiry
from longtail.merits.seen import Seen
from longtail.merits.supplies import SUPPLY_POWER, supply_power
from longtail.remarks import warning
from longtail.units import counted

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Datasheet(Result):
    """Everything in one: `rows` for the table, and the results they come from.

    input_offset is v1 - v2 in V that brings the output to its target; None where nulling did not succeed, and then
    `notes` says why. supply_power is in W; None where no supplies are known. `conditions` are those of the extremes,
    the typical one first; one alone means that there are none. `curves` are what can be drawn under all of them.
    `asked` are the options of the analysis, `circuit` what it was of (None of a result from its JSON): `details` runs
    from them what a report shows beyond rows. `samples` says what was drawn where rows tell how they spread.
    """

    analysis: ClassVar[str] = "analyze"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "datasheet"

    title: str
    op: OpResult
    gains: ModeGains
    input_offset: float | None
    supply_power: float | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    circuit: Circuit | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = (Condition(TYPICAL, {}),)
    full: bool = False
    written: tuple[Path, ...] = ()
    curves: Curves | None = None
    samples: Samples | None = None

    @property
    def spread(self) -> bool:
        """Whether there are extremes beside the typical values."""
        return len(self.conditions) > 1

    @property
    def limited(self) -> bool:
        """Whether any row has a limit."""
        return any(row.limit is not None for row in self.rows)

    @property
    def failure(self) -> AnalysisError | None:
        """What to end with where rows do not keep their limits."""
        failed = [row for row in self.rows if row.verdict == FAIL]
        if not failed:
            return None
        names = ", ".join(dict.fromkeys(ascii_symbol(row.symbol) for row in failed))
        limits = sum(row.limit is not None for row in self.rows)
        said = f"{counted(len(failed), 'limit')} of {limits} {'fails' if len(failed) == 1 else 'fail'}"
        return AnalysisError(f"{said}: {names}")

    def details(self) -> Details:
        """Curves for a report: each from the analysis of its own name, with the options of the datasheet.

        Raises `OptionError` for a datasheet from its JSON, which has no circuit to ask.
        """
        if self.circuit is None:
            raise OptionError("a datasheet from its JSON has no circuit to ask", hint="run the analysis again")
        return details(self.circuit, self.asked)

    @property
    def files(self) -> tuple[Path, ...]:
        return self.written

    def saved(self, folder: Path, stem: str, *, overwrite: bool = False) -> Datasheet:
        """The short datasheet writes nothing more; all others write themselves as Markdown, and as a report in HTML."""
        if not (self.full or self.spread or self.limited or self.samples):
            return self
        text, page = folder / f"{stem}.md", folder / f"{stem}.html"
        write_report(text, self.to_markdown(), overwrite=overwrite)
        try:
            shown = self.to_html()
        except OptionError as error:
            return replace(self, written=(text,), notes=(*self.notes, f"{error.message}: {error.hint}"))
        write_report(page, shown, overwrite=overwrite)
        return replace(self, written=(text, page))

    def to_markdown(self) -> str:
        """Title, table and notes as Markdown."""
        from longtail.report.pages import datasheet

        return datasheet.markdown(self)

    def to_html(self) -> str:
        """The whole report as one HTML page that needs no network.

        Raises `OptionError` where plotly or jinja2 lack, and for a datasheet from its JSON, see `details`.
        """
        from longtail.report.html import report

        return report.html(self)

    def __repr__(self) -> str:
        return f"<datasheet of '{self.title}': {self.gains!r}>"

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "title": self.title,
                "status": self.gains.status,
                **ports(self.gains.input, self.gains.output),
                "op": self.op,
                "gains": self.gains,
                "input_offset": self.input_offset,
                "supply_power": self.supply_power,
                "rows": self.rows,
                "conditions": self.conditions,
                "full": self.full,
                "curves": self.curves,
                "samples": self.samples,
                "notes": self.notes,
            }
        )

    def to_xarray(self) -> Any:
        """The gains over frequency; see `ModeGains.to_xarray`."""
        return self.gains.to_xarray()


def run(
    circuit: Circuit,
    drive: Drive,
    asked: Asked,
    full: bool,
    underwhich: UnderWhich,
    limits: tuple[Limit, ...] | None,
    drawn: Drawn,
) -> Datasheet:
    """Analyze as the netlist stands, or nulled; the offset is found by nulling in either case.

    With temperatures or corners every row gets its extremes over all of them; corners of the netlist belong to `full`.
    With samples every row gets how it spreads over them, under typical conditions.
    """
    drawing, circuit = circuit, as_it_stands(circuit)
    if full and underwhich.corners is None:
        underwhich = replace(underwhich, corners=circuit.corners)
    among = underwhich.of(circuit)
    drives = find_drives(circuit, drive)
    if full or len(among) > 1 or asked.at:
        found = _over_conditions(drives, asked, among, drive, full)
    else:
        found = _as_it_stands(drives, asked, drive)
    rows, samples = check(found.rows, limits or ()), None
    if drawn.samples:
        rows, samples = over_samples(drawing, asked, drive, full, rows, drawn)
    return Datasheet(
        circuit.title,
        found.op,
        found.gains,
        found.input_offset,
        found.supply_power,
        rows,
        (*found.notes, *unheld(limits or ())),
        circuit,
        {**asdict(drive), "frequency_hz": asked.frequency_hz},
        among,
        full,
        curves=found.curves,
        samples=samples,
    )


@dataclass(frozen=True, eq=False)
class _Findings:
    """What a datasheet is made of; see there."""

    op: OpResult
    gains: ModeGains
    input_offset: float | None
    supply_power: float | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    curves: Curves | None = None


def _over_conditions(drives: Drives, over: Asked, among: tuple[Condition, ...], drive: Drive, full: bool) -> _Findings:
    """All conditions at once; operating point and gains of the typical one."""
    standing = stand(drives, among, drive)
    found = Characterization(standing, over)
    rows = (*found.basic(), *(found.more() if full else found.asked_for()))
    typical = standing.points.select(np.zeros(1, int)).point
    offset = rows[0].value
    op = describe(typical, circuit=drives.told)
    gains = gains_at(standing.drives, typical, over.frequency_hz, offset if drive.null else None, drive.target)
    lost = no_point(standing)
    boundless = full and standing.nulled is not None and not found.has_ranges
    notes = (
        *(str(note) for note in drives.circuit.notes),
        *gains.notes,
        *([standing.why_not] if standing.why_not else []),
        *(["no ranges are given: no supplies say how far to look"] if boundless else []),
        *([f"no operating point was found under these conditions: {', '.join(lost)}"] if lost else []),
        *_unstable(found),
    )
    return _Findings(op, gains, offset, _supply_power(typical), rows, notes, found.curves(full))


def _unstable(found: Characterization) -> list[str]:
    """A warning of conditions, beside the typical one, in which the operating point is unstable."""
    names = [name for name, grows in zip(found.standing.names, found.unstable, strict=True) if grows]
    if not names or found.unstable[0]:
        return []
    under = f"a pole in the right half-plane, under these conditions: {', '.join(names)}"
    return [warning(f"the operating point is unstable, {under}")]


def _as_it_stands(drives: Drives, over: Asked, drive: Drive) -> _Findings:
    """One condition, and only what is quick."""
    point, offset = bias_of(drives, drive)
    op = describe(point, circuit=drives.told)
    gains = gains_at(drives, point, over.frequency_hz, offset, drive.target)
    notes = [str(note) for note in drives.circuit.notes] + list(gains.notes)
    if offset is None:
        try:
            _, offset = bias(drives, null=True, target=drive.target)
        except AnalysisError as error:
            notes.append(
                f"no input offset brings the output to {null_target(drives, drive.target):g} V: {error.message}"
            )
        except OptionError as error:
            notes.append(f"no input offset: {error.message}; {error.hint}")
    power = _supply_power(point)
    bias_text = f"V_CM = {gains.vcm:.4g} V"
    rows = (
        _known(INPUT_OFFSET, bias_text, offset, NOT_NULLED),
        _known(SUPPLY_POWER, bias_text, power, NO_SUPPLIES),
        *_gain_rows(_AsItStands(point, drives, over), bias_text),
    )
    return _Findings(op, gains, offset, power, rows, tuple(notes))


def _known(merit: Merit, at: str, value: float | None, absent: str) -> Row:
    return _alone(False, merit, at, np.array([np.nan if value is None else value]), absent)


def _supply_power(point: OperatingPoint) -> float | None:
    """Power that the supplies deliver, W; None where no supplies are known."""
    power = supply_power(point)[0].item()
    return None if math.isnan(power) else power


class _AsItStands(Seen):
    """One lane at the frequencies of a datasheet, all solved at once, and small common gains made exact."""

    @cached_property
    def spots(self) -> dict[float, ModeMatrix]:
        headline = self.frequencies.headline_hz
        frequencies = np.array([headline, *others(self.over, headline)])
        matrix, floor = model_gains(self.driven, self.model, frequencies)
        return {
            f: SampledGains(np.array([f]), m[None, None], self.driven.output, level[None, None])
            for f, m, level in zip(frequencies.tolist(), matrix, floor, strict=True)
        }

    def gains_at(self, frequency_hz: NDArray[np.float64]) -> ModeMatrix:
        return self.spots[frequency_hz[0].item()]


def _gain_rows(seen: Seen, bias_text: str) -> Iterable[Row]:
    return GainRows(
        partial(_alone, seen.driven.single_ended),
        seen,
        others(seen.over, seen.frequencies.headline_hz),
        bias_text,
        beyond(seen.over, seen.search),
        Inquiry(seen.driven, seen.point),
        np.array([bool(growing(seen.point))]),
    )


def _alone(single_ended: bool, merit: Merit, at: str, values: NDArray[np.float64], absent: str) -> Row:
    """A row of one condition, which has no extremes."""
    value = values[0].item() if np.isfinite(values[0]) else None
    said = absent if np.isnan(values[0]) else ""
    return Row(merit.written(single_ended), merit.parameter, at, value, merit.unit, said, merit=merit.name)


AT_OPTION = Option(
    "at",
    FREQUENCY,
    "Hz",
    f"rejection of supplies and common mode and noise at these frequencies too: {FREQUENCY_FORMS}",
    reads=read_spots,
    group=Asked,
    otherwise=NONE,
)
BAND_OPTION = Option(
    "band",
    FREQUENCY,
    "Hz",
    "start:stop of the integrated noise",
    reads=read_noise_band,
    group=Asked,
    otherwise="the pass band",
)

ANALYSIS = Analysis(
    "analyze",
    "The datasheet: operating point, mode gains, CMRR and offset",
    run,
    Datasheet,
    (
        *INPUT_OPTIONS,
        replace(FREQUENCY_OPTION, group=Asked),
        *FREE_NULL_OPTIONS,
        Option("full", FLAG, "", "everything: ranges, impedances, supply rejection, noise, poles too", False),
        *condition_options(
            f"minimum and maximum over these temperatures: {FORMS}",
            "and over these corners: names in the netlist, 'all', or a TOML file",
        ),
        AT_OPTION,
        BAND_OPTION,
        Option(
            "limits",
            LIMITS,
            "",
            "limits that rows have to keep, in a TOML file, or in YAML as CACE has it",
            reads=read_limits,
            otherwise=NONE,
        ),
        Option(
            "samples", COUNT, "", "how figures spread over so many random samples", 0, low=0, high=MOST, group=Drawn
        ),
        replace(SPREADS_OPTION, group=Drawn),
    ),
    draws=True,
)
