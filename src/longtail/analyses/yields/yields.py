"""Yield without sampling: the part of all amplifiers that keeps its limits, to first order or to second.

Each figure is a sum over the random causes, normal to first order about its nominal value: the part beyond a limit is
Phi(-beta), beta the distance of the limit in standard deviations. A rejection is one over the magnitude of a complex
normal ratio, see `longtail.statistics.magnitudes`. Whole solutions at random samples say how far that picture holds;
where it does not, the curvatures are found and counted, and where these do not serve either, that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.effects import CMRR, Effects, found, question
from longtail.analyses.yields.limit import LINEAR, NEITHER, QUADRATIC, HeldLimit
from longtail.analyses.yields.result import LimitYield, Yields
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.counted import Counted
from longtail.contract.drive import Drive
from longtail.contract.kinds import ASSIGNMENTS
from longtail.contract.options import INPUT_OPTIONS, NEEDED, NULL_OPTIONS, SPREAD_OPTIONS
from longtail.errors import OptionError
from longtail.hints import said
from longtail.statistics.bounds import Bound, read_bounds
from longtail.statistics.draws import NORMAL, SOBOL
from longtail.statistics.finding import find_spreads
from longtail.statistics.quadratic import Expansion
from longtail.statistics.sampling import Sampling
from longtail.statistics.spreads import Spreads
from longtail.statistics.telling import spread_notes

Array = NDArray[np.float64]

CHECKS = 200  # whole solutions that pictures are held against
_POINTS = 1 << 16  # at which pictures are counted: Sobol' points
_FEW = 30  # failing points: a part that is counted from fewer is known to its order alone
_LISTED = 5  # causes of a worst case
_SEED = 20
_ROUNDING = 1e-9  # of the cause that goes farthest: less is none


def run(circuit: Circuit, drive: Drive, counted: Counted, limit: tuple[Bound, ...] | None) -> Yields:
    """The yield of every limit, and of all together."""
    if not limit:
        raise OptionError("a yield is of limits", hint=said("as in {limit}", limit="cmrr@50>=80dB"))
    spreads = find_spreads(circuit, counted.spreads).chosen(counted)
    level = None if drive.vcm is None else np.array([drive.vcm])
    asked = [question(bound.measure, None) for bound in limit]
    effects = [found(circuit, each, drive, level, spreads) for each in asked]
    drives = next((each.drives for each in effects if each.drives), None)
    held = tuple(
        _held(bound, each.name, here, spreads) for bound, each, here in zip(limit, asked, effects, strict=True)
    )
    names = [cause.name for cause in spreads.causes]
    causes = Sampling(spreads, _POINTS, _SEED, SOBOL).causes(slice(0, _POINTS))
    kept = [each.kept(_independent(each.picture[1], spreads)(causes)) for each in held]
    counted_at = _Counting(spreads, names)
    each_yield = tuple(_limit(each, one, counted_at) for each, one in zip(held, kept, strict=True))
    least = max(0.0, 1.0 - sum(one.failure for one in each_yield))
    most = min(one.value for one in each_yield)
    joint = float(np.clip(np.all(kept, axis=0).mean(), least, most))
    return Yields(
        circuit.title,
        each_yield,
        joint,
        least,
        _validity([one.validity for one in each_yield]),
        tuple(dict.fromkeys(cause.kind for cause in spreads.causes)),
        len(spreads.causes),
        drives.hot if drives else (),
        drives.output if drives else (),
        (*spread_notes(spreads), *_notes(each_yield, counted_at.normal)),
    )


def _validity(all_of_them: Sequence[str]) -> str:
    return next(word for word in (NEITHER, QUADRATIC, LINEAR) if word in all_of_them)


def _held(bound: Bound, name: str, effects: Effects, spreads: Spreads) -> HeldLimit:
    """A limit ready to be judged. Raises `OptionError` for a figure that is not one number."""
    if effects.nominal.size != 1 or np.isnan(effects.nominal).any():
        raise OptionError(f"'{bound.text}': the netlist as it stands has no such figure")
    mixing = spreads.mixing
    first = Expansion(effects.nominal[0, 0].item(), effects.effects[0, 0] @ mixing)
    unit = "dB" if name == CMRR else effects.unit
    drawn = Sampling(spreads, CHECKS, _SEED).causes(slice(0, CHECKS))
    checks = drawn @ np.linalg.pinv(mixing).T
    return HeldLimit(bound, name, unit, first, lambda z: effects.solve(z @ mixing.T), checks)


def _independent(picture: Expansion, spreads: Spreads) -> Expansion:
    """A picture in independent causes as one in the causes themselves."""
    back = np.linalg.pinv(spreads.mixing)
    curvatures = None if picture.curvatures is None else back.T @ picture.curvatures @ back
    return Expansion(picture.nominal, picture.slopes @ back, curvatures)


@dataclass(frozen=True, eq=False)
class _Counting:
    """The causes by name, and whether the sum of many of them is normal because each of them is."""

    spreads: Spreads
    names: Sequence[str]

    @property
    def normal(self) -> bool:
        return all(cause.shape == NORMAL for cause in self.spreads.causes)

    def farthest(self, independent: Array | None) -> dict[str, float]:
        """The causes that go farthest, in standard deviations of each; equal ones by name."""
        if independent is None:
            return {}
        moved = self.spreads.mixing @ independent
        causes = np.where(np.abs(moved) <= _ROUNDING * np.abs(moved).max(), 0.0, moved).tolist()
        order = sorted(range(len(causes)), key=lambda k: (-round(abs(causes[k]), 9), self.names[k]))
        return {self.names[k]: causes[k] for k in order[:_LISTED]}


def _limit(held: HeldLimit, kept: NDArray[np.bool_], counting: _Counting) -> LimitYield:
    """The yield of one limit: from the normal distribution where that holds, else counted."""
    validity, picture = held.picture
    failure = held.failure if validity == LINEAR and counting.normal else 1.0 - float(kept.mean())
    worst = held.worst
    at_worst = None if worst is None else _shown(held, held.solve(worst[None])[0])
    return LimitYield(
        held.bound.text,
        held.measure,
        held.unit,
        _shown(held, held.first.nominal),
        1.0 - failure,
        failure,
        None if worst is None else float(np.linalg.norm(worst)),
        counting.farthest(worst),
        at_worst,
        validity,
        held.error(held.first),
        None if validity == LINEAR else held.error(picture),
    )


def _shown(held: HeldLimit, figure: complex) -> float:
    """A figure as the limit has it: of a complex one the magnitude, of a ratio the rejection in dB."""
    if held.measure == CMRR:
        with np.errstate(divide="ignore"):
            return float(-20.0 * np.log10(abs(figure)))
    return abs(figure) if held.complex else float(np.real(figure))


def _notes(limits: Sequence[LimitYield], normal: bool) -> list[str]:
    notes = []
    for each in limits:
        failing = round(each.failure * _POINTS)
        if failing < _FEW and not (normal and each.validity == LINEAR):
            notes.append(
                f"{each.limit}: of {_POINTS} points {failing} fail, so that the part is known to its order alone"
            )
        if each.validity == QUADRATIC:
            notes.append(f"{each.limit}: first order is off by {each.error:.2g} sigma, curvatures are counted")
        elif each.validity == NEITHER:
            notes.append(
                f"{each.limit}: neither first nor second order holds (off by {each.error:.2g} sigma): "
                "these figures are no more than a hint, longtail mc counts whole solutions"
            )
    return notes


ANALYSIS = Analysis(
    "yields",
    "Yield against limits without sampling, and a check of how far that holds",
    run,
    Yields,
    (
        *INPUT_OPTIONS,
        Option(
            "limit",
            ASSIGNMENTS,
            "",
            "what an amplifier has to keep, as in cmrr@50>=80dB or |offset|<=5mV; may be repeated",
            reads=read_bounds,
            otherwise=NEEDED,
        ),
        *SPREAD_OPTIONS,
        *NULL_OPTIONS,
    ),
    example='limit="|offset|<=5mV"',
    verb="yield",
)
