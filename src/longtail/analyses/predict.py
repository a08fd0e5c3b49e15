"""The output of an amplifier that is known by its gains, for two input voltages: no netlist is needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from longtail import modes
from longtail.bench.behavioral import Behavioral
from longtail.contract.analysis import Analysis, Option
from longtail.contract.encoding import plain
from longtail.contract.kinds import NUMBER
from longtail.contract.options import NEEDED, NONE
from longtail.contract.result import Result
from longtail.contract.subject import Subject
from longtail.errors import InputError, OptionError
from longtail.hints import named, said
from longtail.units import format_si

_LARGEST = 1e100  # V


@dataclass(frozen=True, slots=True)
class Amplification:
    """What is said of the gains, V/V, and of the CMRR, dB; None for what is not."""

    differential: float | None = None
    common: float | None = None
    cmrr: float | None = None
    common_to_differential: float | None = None
    differential_to_common: float | None = None

    @property
    def of_pair(self) -> bool:
        """Whether the output is differential: then it has gains from one mode to the other."""
        return (self.common_to_differential, self.differential_to_common) != (None, None)

    def model(self) -> Behavioral:
        """The amplifier. Raises `OptionError` for what is missing, or is said twice."""
        differential = _given("differential", self.differential)
        if not self.of_pair:
            return Behavioral(differential, self._unwanted("common", differential, self.common))
        unwanted = self._unwanted("common_to_differential", differential, self.common_to_differential)
        common = _given("common", self.common, "a differential output has four gains")
        across = _given("differential_to_common", self.differential_to_common, "a differential output has four gains")
        return Behavioral.of_pair(differential, common, unwanted, across)

    def _unwanted(self, name: str, differential: float, gain: float | None) -> float:
        """The gain whose ratio to the differential one is the CMRR: as given, or from that."""
        if gain is not None and self.cmrr is not None:
            more = "" if self.of_pair else "; of a differential output, give the gains between the modes too"
            raise OptionError(
                said("{cmrr} stands in the place of {0}: one of them is too much", named(name), cmrr=None),
                hint=said("leave one of them out{0}", more),
            )
        if gain is not None:
            return gain
        if self.cmrr is None:
            raise OptionError(
                said("{0} is missing: the output follows the common mode too", named(name)),
                hint=said("give {0} in V/V, 0 if there is none, or {cmrr} in dB", named(name), cmrr=None),
            )
        try:
            return float(Behavioral.unwanted_of(differential, self.cmrr).real)
        except InputError as error:
            raise OptionError(error.message, hint=said("give {0} in V/V", named(name))) from error


@dataclass(frozen=True, slots=True)
class Voltages:
    """What is said of the inputs, V: those of the two terminals, or those of the two modes."""

    v1: float | None = None
    v2: float | None = None
    v_id: float | None = None
    v_ic: float | None = None

    def both(self) -> tuple[modes.Terminals, modes.Modes]:
        """The inputs by terminal and by mode, what was given as it was. Raises `OptionError` where that is not two."""
        terminals, parts = (self.v1, self.v2) != (None, None), (self.v_id, self.v_ic) != (None, None)
        if terminals and parts:
            raise OptionError(
                "the inputs are given by terminal and by mode",
                hint=said("leave out {v1} and {v2}, or {v_id} and {v_ic}", v1=None, v2=None, v_id=None, v_ic=None),
            )
        if parts:
            v_id, v_ic = (_given(name, getattr(self, name)) for name in ("v_id", "v_ic"))
            return modes.join(v_id, v_ic), modes.Modes(v_id, v_ic)
        v1, v2 = (_given(name, getattr(self, name)) for name in ("v1", "v2"))
        return modes.Terminals(v1, v2), modes.split(v1, v2)


def _given(name: str, value: float | None, why: str = "") -> float:
    if value is None:
        message = said("{0} is missing{1}", named(name), f": {why}" if why else "")
        raise OptionError(message, hint=_HINTS.get(name, said("give {0} in V/V, 0 if there is none", named(name))))
    return value


_INPUTS = said("give {v1} and {v2} in V, or {v_id} and {v_ic}", v1=None, v2=None, v_id=None, v_ic=None)
_HINTS = dict.fromkeys(("v1", "v2", "v_id", "v_ic"), _INPUTS) | {
    "differential": said("give {differential}, the gain from v1 - v2 to the output, in V/V", differential=None)
}


@dataclass(frozen=True, eq=False, repr=False)
class Prediction(Result):
    """The output of a model for two inputs, in V.

    model     see `longtail.Behavioral`
    v1, v2    at the two inputs, V
    v_id      v1 - v2, V
    v_ic      (v1 + v2)/2, V
    v_out     at the output, or between the two of a pair, V
    v_oc      common mode of the two outputs of a pair, V; null for a single one
    """

    analysis: ClassVar[str] = "predict"
    view: ClassVar[str] = "predict"

    model: Behavioral
    v1: float
    v2: float
    v_id: float
    v_ic: float
    v_out: float
    v_oc: float | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        what = "v_out" if self.model.single_ended else "v_od"
        return f"<{what} = {format_si(self.v_out, 'V')} of {self.model!r}>"

    @property
    def signal(self) -> float:
        """What the differential input makes of the output that counts, V."""
        return self.model.differential.real * self.v_id

    @property
    def interference(self) -> float:
        """What the common-mode input makes of it, V."""
        return self.model.unwanted.real * self.v_ic

    @property
    def outputs(self) -> modes.Terminals | None:
        """Both output voltages of a pair; None for a single one."""
        return None if self.v_oc is None else modes.join(self.v_out, self.v_oc)

    @property
    def signal_over_interference(self) -> float:
        """abs(signal/interference) at the output: infinite without interference, nan without either."""
        if self.signal == 0.0 or self.interference == 0.0:
            return math.nan if self.signal == self.interference else math.inf if self.signal else 0.0
        with np.errstate(over="ignore"):
            return float(self.model.signal_over_interference(self.v_id, self.v_ic))

    def to_dict(self) -> dict[str, Any]:
        model, ratio = self.model, self.signal_over_interference
        conversions = (None, None) if model.single_ended else (model.unwanted, model.matrix[1, 0].item())
        with np.errstate(divide="ignore"):
            ratio_db = float(20.0 * np.log10(ratio))
        return plain(
            {
                "differential": model.differential,
                "common": model.common,
                "common_to_differential": conversions[0],
                "differential_to_common": conversions[1],
                "cmrr": abs(model.cmrr) if model.differential != 0.0 else 0.0,
                "cmrr_db": model.cmrr_db,
                **{name: getattr(self, name) for name in ("v1", "v2", "v_id", "v_ic", "v_out", "v_oc", "outputs")},
                "signal": self.signal,
                "interference": self.interference,
                "signal_over_interference": ratio,
                "signal_over_interference_db": ratio_db,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Prediction:
        names = ("differential", "common", "common_to_differential", "differential_to_common")
        gains = Amplification(**{name: entries[name] for name in names})
        return super().from_dict({**entries, "model": gains.model()})


def run(amplification: Amplification, voltages: Voltages) -> Prediction:
    """v_out = A_d*v_id + A_c*v_ic, or the matrix of a pair."""
    model = amplification.model()
    with np.errstate(over="ignore", invalid="ignore"):
        terminals, parts = voltages.both()
        out = model.output_of_modes(*parts)
    if not all(abs(v) < _LARGEST for v in (*terminals, *parts, out.differential, out.common or 0.0)):
        raise OptionError(f"voltages beyond {_LARGEST:g} V are not computed with", hint="give smaller ones, or gains")
    found = Prediction(model, *terminals, *parts, *out)
    return found if amplification.cmrr is None else replace(found, notes=(_assumed(found),))


def _assumed(found: Prediction) -> str:
    """What a CMRR leaves open, and what it would make of the output."""
    wanted, unwanted = ("A_d", "A_c") if found.model.single_ended else ("A_dd", "A_c→d")
    other = format_si(found.signal - found.interference, "V", 6)
    return (
        f"{unwanted} is taken from the CMRR with the sign of {wanted}, which a CMRR does not tell: "
        f"with the other sign the output is {other}"
    )


ANALYSIS = Analysis(
    "predict",
    "The output of an amplifier with these gains for two input voltages, without a netlist",
    run,
    Prediction,
    (
        Option(
            "differential",
            NUMBER,
            "V/V",
            "gain A_d, or A_dd of a differential output",
            group=Amplification,
            otherwise=NEEDED,
        ),
        Option(
            "common",
            NUMBER,
            "V/V",
            "gain A_c, or A_cc of a differential output",
            group=Amplification,
            otherwise="from the CMRR, or it must be given",
        ),
        Option(
            "cmrr",
            NUMBER,
            "dB",
            "rejection, in place of A_c, or of A_c→d of a differential output, which gets the sign of A_d",
            low=-300.0,
            high=300.0,
            group=Amplification,
            otherwise=NONE,
        ),
        Option(
            "common_to_differential",
            NUMBER,
            "V/V",
            "gain A_c→d of a differential output",
            group=Amplification,
            otherwise="a single output",
        ),
        Option(
            "differential_to_common",
            NUMBER,
            "V/V",
            "gain A_d→c of a differential output",
            group=Amplification,
            otherwise="a single output",
        ),
        Option(
            "v1", NUMBER, "V", "at the positive input", group=Voltages, otherwise="from the modes, or it must be given"
        ),
        Option(
            "v2", NUMBER, "V", "at the negative input", group=Voltages, otherwise="from the modes, or it must be given"
        ),
        Option("v_id", NUMBER, "V", "v1 - v2, in place of v1 and v2", group=Voltages, otherwise="from v1 and v2"),
        Option("v_ic", NUMBER, "V", "(v1 + v2)/2, in place of v1 and v2", group=Voltages, otherwise="from v1 and v2"),
    ),
    example="differential=100, common=0.01, v1=1.002, v2=0.998",
    about=Subject.OPTIONS,
)
