"""Monte Carlo: the figures of random samples of an amplifier, and how many of them keep their limits.

Every sample is solved whole, operating point and all; nothing is linear here. Sample i depends on the seed and on i
alone, so that it is the same whatever else is drawn, by how many threads and where, and can be drawn again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from longtail.analyses.monte_carlo.control import controlled
from longtail.analyses.monte_carlo.plan import SampledPlan
from longtail.analyses.monte_carlo.result import MonteCarlo, Under
from longtail.analyses.monte_carlo.running import RunningYield
from longtail.analyses.monte_carlo.summary import Ordered, correlation, distribution, everywhere, extremes, yields
from longtail.analyses.sweep.work import WORK_OPTIONS, Work, carry_out, check_work
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import DEFAULT, FORMS, frequency_axis
from longtail.contract.counted import Counted
from longtail.contract.drive import Drive
from longtail.contract.kinds import ASSIGNMENTS, COUNT, FLAG, LISTENER, NAMES
from longtail.contract.options import INPUT_OPTIONS, NONE, NULL_OPTIONS, SPREAD_OPTIONS
from longtail.driven.conditions import TYPICAL, Condition, UnderWhich, condition_options, under
from longtail.driven.grid import Lanes
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import null_target, nulled_to
from longtail.errors import OptionError, in_short, nearest
from longtail.hints import said
from longtail.lanes.status import LaneStatus
from longtail.merits.registry import of_point
from longtail.statistics.bounds import Bound, read_bounds
from longtail.statistics.draws import KINDS, RANDOM
from longtail.statistics.finding import find_spreads
from longtail.statistics.sampling import NOMINAL, Sampling
from longtail.statistics.telling import spread_notes

MOST = 20_000_000  # samples: their figures are held in memory, 8 bytes each
USUAL = "offset,cmrr"
OFFSET_APART = "offset is of the nulled output, all else of the amplifier as it is"
LISTED = 20  # failed samples


@dataclass(frozen=True, slots=True)
class Draw:
    """How many samples are drawn, with what `seed` and `sampling`; `sample` asks for one of them alone."""

    samples: int = 1000
    seed: int = 1
    sampling: tuple[str, ...] = (RANDOM,)
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """The figures by name, and the limits on figures; `control`: whether their yields are told with the linear picture
    as control too. Raises `OptionError` for that without a limit."""

    measure: tuple[str, ...] = ()
    limit: tuple[Bound, ...] | None = None
    control: bool = False

    def __post_init__(self) -> None:
        if self.control and not self.limit:
            raise OptionError(
                said("{control} has no effect without {limit}", control=True, limit=None),
                hint=said("as in {limit}", limit="cmrr@50>=80dB"),
            )

    @property
    def bounds(self) -> tuple[Bound, ...]:
        return self.limit or ()


def run(
    circuit: Circuit,
    drive: Drive,
    counted: Counted,
    watched: Watched,
    draw: Draw,
    work: Work,
    underwhich: UnderWhich,
) -> MonteCarlo:
    """Draw, solve and measure every sample; the same samples once more under each condition."""
    check_work(work)
    among = underwhich.of(circuit)

    def sampled(here: Circuit) -> MonteCarlo:
        return _sampled(here, drive, counted, watched, draw, work)

    if len(among) == 1:
        return sampled(circuit)
    if work.out is not None:
        raise OptionError("a file holds the samples of one condition", hint=said("leave {out} out", out=None))
    at = {each.name: sampled(under(circuit, each)) for each in among}
    kept = everywhere(watched.bounds, at.values())
    return replace(at[TYPICAL], under=tuple(map(_under, among, at.values())), everywhere=kept)


def _under(condition: Condition, found: MonteCarlo) -> Under:
    return Under(condition.name, condition.values, found.failures, found.measures, found.yields)


def _sampled(circuit: Circuit, drive: Drive, counted: Counted, watched: Watched, draw: Draw, work: Work) -> MonteCarlo:
    bounds = watched.bounds
    plan = _plan(circuit, drive, counted, watched, draw)
    table, notes = carry_out(plan, work, RunningYield(bounds, work.running) if bounds and work.running else None)
    values = {merit.name: table.values[merit.name] for merit in plan.measures}
    nominal = _nominal(plan)
    solved = table.status == LaneStatus.CONVERGED
    for each in values.values():
        each[~solved] = np.nan
    figures = {name: Ordered(each) for name, each in values.items()}
    failed = np.flatnonzero(~solved)
    spreads = plan.sampling.spreads
    beside = () if plan.offset_target is None else (OFFSET_APART,)
    return MonteCarlo(
        circuit.title,
        plan.count,
        draw.seed,
        draw.sampling[0],
        tuple(dict.fromkeys(cause.kind for cause in spreads.causes)),
        len(spreads.causes),
        tuple(plan.number(k) for k in failed[:LISTED].tolist()),
        failed.size,
        {m.name: distribution(m, nominal[m.name], figures[m.name]) for m in plan.measures},
        correlation([figures[m.name] for m in plan.measures]),
        yields(bounds, values, plan.count),
        tuple(replace(each, sample=plan.number(each.sample)) for each in extremes(plan.measures, figures)),
        plan.drives.hot if plan.drives else (),
        plan.drives.output if plan.drives else (),
        work.out,
        (*spread_notes(spreads), *beside, *notes),
        values,
        {} if draw.sample is None else {name: v.item() for name, v in spreads.told(plan.values(slice(0, 1))).items()},
        controlled=controlled(circuit, drive, plan.sampling, bounds, values) if watched.control else (),
    )


def _plan(circuit: Circuit, drive: Drive, counted: Counted, watched: Watched, draw: Draw) -> SampledPlan:
    names = tuple(dict.fromkeys((*watched.measure, *(bound.measure for bound in watched.bounds))))
    alone = all(of_point(name) for name in names) and not drive.null and drive.vcm is None
    drives = None if alone else find_drives(circuit, drive)
    whole = drives.circuit if drives else circuit
    wanted = SampledPlan.named(names, whole, drives)
    target = nulled_to(drives, drive) if drives else None
    beside = None  # offset is what nulls the output; all else stays as it was asked for
    if drives and target is None and any(merit.needs == "nulled" for merit in wanted):
        beside = null_target(drives, drive.target)
    spreads = find_spreads(circuit, counted.spreads).chosen(counted).within(whole)
    sampling = ",".join(draw.sampling)
    if sampling not in KINDS:
        hint = nearest(sampling, KINDS) or f"there are {', '.join(KINDS)}"
        raise OptionError(f"there is no sampling {in_short(sampling)}", hint=hint)
    if draw.sample is not None and draw.sample >= draw.samples:
        raise OptionError(f"there is no sample {draw.sample}", hint=f"they are numbered 0 to {draw.samples - 1}")
    if draw.sample is not None and watched.control:
        raise OptionError("one sample has no yield", hint=said("leave {control} out", control=None))
    plan = SampledPlan(
        whole,
        drives,
        Lanes({}, ()),
        {},
        wanted,
        frequency_axis(DEFAULT),
        target,
        sampling=Sampling(spreads, draw.samples, draw.seed, sampling),
        numbers=None if draw.sample is None else np.array([draw.sample]),
        offset_target=beside,
    )
    plan.check()
    return plan


def _nominal(plan: SampledPlan) -> dict[str, float]:
    """The figures of the netlist as it stands."""
    still = replace(plan, numbers=np.array([NOMINAL]))
    status, figures = still.digest(slice(0, 1), still.solve(slice(0, 1)), None)
    return {m.name: float(figures[m.name][0]) if status[0] == LaneStatus.CONVERGED else np.nan for m in plan.measures}


DRAW_OPTIONS = (
    Option("samples", COUNT, "", "how many samples", 1000, low=1, high=MOST, group=Draw),
    Option("seed", COUNT, "", "of the draws: the same seed gives the same samples", 1, low=0, high=2**53, group=Draw),
    Option("sampling", NAMES, "", f"how they are drawn: {', '.join(KINDS)}", RANDOM, group=Draw),
    Option("sample", COUNT, "", "solve this one sample again, by its number", low=0, group=Draw, otherwise=NONE),
)

ANALYSIS = Analysis(
    "monte-carlo",
    "Random samples: distributions of figures, yield against limits",
    run,
    MonteCarlo,
    (
        *INPUT_OPTIONS,
        Option(
            "measure",
            NAMES,
            "",
            "figures: offset, cmrr@50, or any single one that sweep measures, at a frequency or not",
            USUAL,
            group=Watched,
        ),
        Option(
            "limit",
            ASSIGNMENTS,
            "",
            "what a sample has to keep, as in cmrr@50>=80dB or |offset|<=5mV; may be repeated",
            reads=read_bounds,
            group=Watched,
            otherwise=NONE,
        ),
        Option(
            "control",
            FLAG,
            "",
            "yields with the linear picture as control too: the same interval from fewer samples",
            False,
            group=Watched,
        ),
        *DRAW_OPTIONS,
        *SPREAD_OPTIONS,
        *NULL_OPTIONS,
        *condition_options(
            f"the same samples at these temperatures too: {FORMS}",
            "and in these corners: names in the netlist, 'all', or a TOML file",
        ),
        *WORK_OPTIONS,
        Option(
            "running",
            LISTENER,
            "",
            "called with the yield so far as a text, after every part",
            python_only=True,
            group=Work,
            otherwise=NONE,
        ),
    ),
    verb="mc",
)
