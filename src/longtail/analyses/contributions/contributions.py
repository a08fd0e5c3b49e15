"""Contributions: which random difference spoils a figure, and by how much.

To first order a figure x moves by the sum of e_k*u_k over the random causes u_k of variance 1, e_k being the
sensitivity times the standard deviation of the parameter, the operating point moving along. Its variance is the sum of
abs(e_k)^2, and each cause has its share of it (matching analysis: M. Pelgrom, A. Duinmaijer, A. Welbers, IEEE J.
Solid-State Circuits 24 (1989) 1433). The figure "cmrr" is the ratio rho of the unwanted to the wanted gain: shares are
those of E|rho - rho_0|^2, since the CMRR itself, 1/abs(rho), has no variance.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.effects import CMRR, OFFSET, AskedFigure, Effects, found, question
from longtail.analyses.contributions.result import Contributions, Contributor
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import FREQUENCY_FORMS
from longtail.contract.counted import MISMATCH, Counted
from longtail.contract.drive import Drive
from longtail.contract.kinds import FREQUENCY, NAMES
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS, SPREAD_OPTIONS, VCM_OPTION
from longtail.devices.discovery import devices
from longtail.driven.inputs import find_drives
from longtail.errors import OptionError
from longtail.hints import said
from longtail.statistics.alike import alike
from longtail.statistics.contributions import variance_shares
from longtail.statistics.draws import NORMAL
from longtail.statistics.finding import find_spreads
from longtail.statistics.spreads import Spreads, Variation
from longtail.statistics.telling import spread_notes


def run(
    circuit: Circuit,
    drive: Drive,
    measure: tuple[str, ...],
    counted: Counted,
    frequency_hz: NDArray[np.float64] | None,
    vcm: NDArray[np.float64] | str | None,
) -> Contributions:
    """The spread of one figure and the share of every cause."""
    asked = question(_one(measure), frequency_hz)
    spreads = find_spreads(circuit, counted.spreads).chosen(counted)
    effects = found(circuit, asked, drive, vcm, spreads)
    sigma, share = variance_shares(effects.effects, spreads.correlation)
    mismatched = (cause.instance for cause in spreads.causes if cause.kind == MISMATCH)
    twins = alike(circuit, (name for name in mismatched if name in circuit.instances))  # and not several at once
    deviations = np.array([cause.standard for cause in spreads.causes])
    return Contributions(
        asked.name,
        effects.symbol,
        effects.unit,
        effects.frequency_hz,
        effects.vcm,
        effects.nominal,
        sigma,
        tuple(_contributor(circuit, cause, twins) for cause in spreads.causes),
        effects.effects / deviations,
        share,
        effects.drives.hot if effects.drives else (),
        effects.drives.output if effects.drives else (),
        tuple(dict.fromkeys(_notes(circuit, asked, drive, spreads, effects))),
        _covariance(effects, spreads) if asked.name == CMRR else None,
    )


def _covariance(effects: Effects, spreads: Spreads) -> NDArray[np.float64]:
    """The covariance of real and imaginary part, `[level, frequency, 2, 2]`."""
    parts = effects.effects @ spreads.mixing
    both = np.stack([parts.real, parts.imag], axis=-2)
    return np.asarray(both @ both.swapaxes(-1, -2))


def _one(measure: tuple[str, ...]) -> str:
    if len(measure) != 1:
        raise OptionError("contributions are to one figure", hint=said("as in {measure}", measure="cmrr@50"))
    return measure[0]


def _contributor(circuit: Circuit, cause: Variation, twins: Mapping[str, tuple[str, ...]]) -> Contributor:
    unit = unit_of(circuit, cause)
    group = ", ".join(twins.get(cause.instance, (cause.instance,))) if cause.kind == MISMATCH else cause.instance
    law = cause.together.name if cause.together is not None else ""
    return Contributor(
        cause.instance, cause.parameter, cause.kind, cause.standard, cause.relative, unit, cause.source, group, law
    )


def unit_of(circuit: Circuit, cause: Variation) -> str:
    """The unit that the deviation of a cause is in; "" for a part of the value, and where none is declared."""
    if cause.relative:
        return ""
    instance = circuit.instances.get(cause.owners[0]) if cause.owners else None
    if instance is None:
        return ""
    model = devices()[instance.device]
    declared = {p.name: p.unit for p in (*model.model_parameters, *model.parameters)}
    return declared.get(cause.parameter, "")


def _notes(circuit: Circuit, asked: AskedFigure, drive: Drive, spreads: Spreads, effects: Effects) -> list[str]:
    notes = list(spread_notes(spreads))
    if asked.name == OFFSET and not drive.null:
        notes.append("the output is nulled, as offset is what nulls it")
    if np.isnan(effects.nominal).any():
        notes.append("no figure at some of the levels: no operating point there")
    if asked.name == CMRR and any(cause.shape != NORMAL for cause in spreads.causes):
        notes.append("quantiles of the CMRR take the sum of all causes as normal; longtail mc does not")
    if effects.drives is not None:
        notes += find_drives(circuit, drive).notes
    return notes


ANALYSIS = Analysis(
    "contributions",
    "Which random mismatch spoils a figure: ranked shares of its variance",
    run,
    Contributions,
    (
        *INPUT_OPTIONS,
        Option(
            "measure",
            NAMES,
            "",
            "the figure: offset, cmrr@50, common_to_differential, or any that sweep measures, at a frequency or not",
            "offset",
        ),
        *SPREAD_OPTIONS,
        Option(
            "frequency_hz",
            FREQUENCY,
            "Hz",
            f"frequencies of a gain or of cmrr: {FREQUENCY_FORMS}",
            otherwise="mid-band, or what stands behind the @ of the figure",
        ),
        VCM_OPTION,
        *(option for option in NULL_OPTIONS if option.name != "vcm"),
    ),
)
