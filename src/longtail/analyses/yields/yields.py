"""Yield without sampling: the part of all amplifiers that keeps its limits, to first order or to second.

Each figure is a sum over the random causes, normal to first order about its nominal value: the part beyond a limit is
Phi(-beta), beta the distance of the limit in standard deviations. A rejection is one over the magnitude of a complex
normal ratio, see `longtail.statistics.magnitudes`. Whole solutions at random samples say how far that picture holds;
where it does not, the curvatures are found and counted, and where these do not serve either, that is said. Failures
that are rare are told from whole solutions about where they are likeliest, see `longtail.analyses.yields.rare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.effects import CMRR, found, question
from longtail.analyses.yields.improvement import improvement, improvement_notes, read_target
from longtail.analyses.yields.limit import LINEAR, NEITHER, QUADRATIC, SAMPLED, HeldLimit, held_limit, of_causes
from longtail.analyses.yields.rare import LEAST, MOST, SEED, Rare, sampled_failure
from longtail.analyses.yields.result import LimitYield, SampledFailure, Yields, YieldUnder
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import FORMS
from longtail.contract.counted import Counted
from longtail.contract.drive import Drive
from longtail.contract.kinds import ASSIGNMENTS, COUNT, WORD
from longtail.contract.options import INPUT_OPTIONS, NEEDED, NONE, NULL_OPTIONS, SPREAD_OPTIONS
from longtail.driven.conditions import Condition, UnderWhich, condition_options, under
from longtail.errors import OptionError
from longtail.hints import said
from longtail.statistics.bounds import Bound, read_bounds
from longtail.statistics.draws import NORMAL, SOBOL
from longtail.statistics.failure_surface import FARTHEST
from longtail.statistics.finding import find_spreads
from longtail.statistics.normal_space import NormalSpace
from longtail.statistics.sampling import Sampling
from longtail.statistics.spreads import Spreads
from longtail.statistics.telling import spread_notes

Array = NDArray[np.float64]

_POINTS = 1 << 16  # at which pictures are counted: Sobol' points
_FEW = 30  # failing points: a part that is counted from fewer is known to its order alone
_LISTED = 5  # causes of a worst case
_SEED = 20
_ROUNDING = 1e-9  # of the cause that goes farthest: less is none


def run(
    circuit: Circuit,
    drive: Drive,
    counted: Counted,
    limit: tuple[Bound, ...] | None,
    rare: Rare,
    improve: float | None,
    underwhich: UnderWhich,
) -> Yields:
    """The yield of every limit, and of all together; the same once more under each condition."""
    if not limit:
        raise OptionError("a yield is of limits", hint=said("as in {limit}", limit="cmrr@50>=80dB"))
    among = underwhich.of(circuit)
    if len(among) > 1 and improve is not None:
        raise OptionError("areas are found for one condition", hint=said("leave {improve} out", improve=None))
    at = [_yields(under(circuit, each), drive, counted, limit, rare, improve) for each in among]
    return at[0] if len(at) == 1 else replace(at[0], under=tuple(map(_under, among, at)))


def _under(condition: Condition, found: Yields) -> YieldUnder:
    return YieldUnder(condition.name, condition.values, found.limits, found.joint, found.least, found.validity)


def _yields(
    circuit: Circuit, drive: Drive, counted: Counted, limit: tuple[Bound, ...], rare: Rare, improve: float | None
) -> Yields:
    spreads = find_spreads(circuit, counted.spreads).chosen(counted)
    space = NormalSpace(spreads) if rare.samples else None
    level = None if drive.vcm is None else np.array([drive.vcm])
    asked = [question(bound.measure, None) for bound in limit]
    effects = [found(circuit, each, drive, level, spreads) for each in asked]
    drives = next((each.drives for each in effects if each.drives), None)
    held = tuple(
        held_limit(bound, each.name, here, spreads) for bound, each, here in zip(limit, asked, effects, strict=True)
    )
    names = [cause.name for cause in spreads.causes]
    causes = Sampling(spreads, _POINTS, _SEED, SOBOL).causes(slice(0, _POINTS))
    kept = [each.kept(of_causes(each.picture[1], spreads)(causes)) for each in held]
    counted_at = _Counting(spreads, names)
    sampled = [sampled_failure(each, space, rare, k) if space else None for k, each in enumerate(held)]
    each_yield = tuple(_limit(*each, counted_at) for each in zip(held, kept, sampled, strict=True))
    better = None
    if improve is not None:
        better = improvement(
            circuit, spreads, [(h, e.effects[0, 0]) for h, e in zip(held, effects, strict=True)], improve
        )
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
        (
            *spread_notes(spreads),
            *_notes(each_yield, counted_at.normal),
            *improvement_notes(better, each_yield, counted_at.normal),
        ),
        better,
    )


def _validity(all_of_them: Sequence[str]) -> str:
    return next(word for word in (NEITHER, QUADRATIC, LINEAR, SAMPLED) if word in all_of_them)


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
        order = sorted(range(len(causes)), key=lambda k: (-float(f"{abs(causes[k]):.8g}"), self.names[k]))
        return {self.names[k]: causes[k] for k in order[:_LISTED]}


def _limit(held: HeldLimit, kept: NDArray[np.bool_], sampled: SampledFailure | None, counting: _Counting) -> LimitYield:
    """The yield of one limit: from samples that can be trusted, from the normal distribution where that holds, else
    counted."""
    validity, picture = held.picture
    pictured = held.failure if validity == LINEAR and counting.normal else 1.0 - float(kept.mean())
    second_error = None if validity == LINEAR else held.error(picture)
    sampled = None if sampled is None else replace(sampled, pictured=pictured)
    trusted = sampled is not None and sampled.trusted
    failure = sampled.value if sampled and trusted else pictured
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
        SAMPLED if trusted else validity,
        held.error(held.first),
        second_error,
        sampled,
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
        if each.sampled is not None:
            notes.append(_told(each, each.sampled))
        if each.validity == SAMPLED:
            continue
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


def _told(each: LimitYield, sampled: SampledFailure) -> str:
    """What samples about the worst case are worth."""
    if sampled.trusted:
        return f"{each.limit}: the part that fails is that of {sampled.samples} whole solutions about the worst case"
    if sampled.distance is None:
        return (
            f"{each.limit}: nothing that was solved within {FARTHEST:g} standard deviations fails where it is looked "
            "for: no samples about a worst case"
        )
    return (
        f"{each.limit}: samples about the worst case are not to be trusted ({sampled.effective:.1f} effective ones): "
        "more of them, or longtail mc"
    )


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
        Option(
            "samples",
            COUNT,
            "",
            f"whole solutions about the worst case of each limit, {LEAST} or more, for failures that are rare; 0: none",
            0,
            low=0,
            high=MOST,
            group=Rare,
        ),
        Option("seed", COUNT, "", "of these samples", low=0, high=2**53, group=Rare, otherwise=str(SEED)),
        Option(
            "improve",
            WORD,
            "",
            "a yield of all limits together, as in 99.7%: the least areas, or deviations, that reach it",
            reads=read_target,
            otherwise=NONE,
        ),
        *SPREAD_OPTIONS,
        *NULL_OPTIONS,
        *condition_options(
            f"the yield at these temperatures too: {FORMS}",
            "and in these corners: names in the netlist, 'all', or a TOML file",
        ),
    ),
    example='limit="|offset|<=5mV"',
    verb="yield",
)
