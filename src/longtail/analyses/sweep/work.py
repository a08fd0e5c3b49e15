"""Carrying out the plan of a sweep: every lane solved and measured, in memory or into a file, part by part.

The parts are done here, by one thread or several, or by workers elsewhere; the same bytes come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.sweep.plan import FLOOR, Digest, Plan
from longtail.analyses.sweep.workers import carried_out, cluster
from longtail.contract.analysis import Option
from longtail.contract.kinds import ADDRESS, CALLBACK, COUNT, EXECUTOR, FILE, FLAG
from longtail.contract.options import NONE
from longtail.driven.stability import lane_notes, sample
from longtail.engine.few_solves.stream import stream
from longtail.errors import OptionError
from longtail.files.opening import open_file
from longtail.hints import said
from longtail.large_signal.extremes import lost_lanes
from longtail.large_signal.stuck import lane_notes as stuck_lanes
from longtail.merits.merit import Merit
from longtail.units import counted

_KEPT = 1 << 29  # bytes of figures over frequency that are kept in memory


@dataclass(frozen=True, slots=True)
class Work:
    """How a sweep is carried out: into the file `out`, by how many threads, or by the workers of an executor or of a
    scheduler of Dask; `progress` gets lanes done and in all, `running` what is known so far, where there is that."""

    out: Path | None = None
    resume: bool = False
    overwrite: bool = False
    threads: int = 1
    progress: Callable[[int, int], object] | None = None
    executor: Executor | None = None
    scheduler: str | None = None
    running: Callable[[str], object] | None = None

    @property
    def workers(self) -> AbstractContextManager[Executor | None]:
        """The executor for as long as a context lasts, None where all is done in this process."""
        return nullcontext(self.executor) if self.scheduler is None else cluster(self.scheduler)


def check_work(work: Work) -> None:
    """Raise `OptionError` where there is nothing to go on with, and where workers are asked for in two ways."""
    if work.executor is not None and work.scheduler is not None:
        raise OptionError("an executor and a scheduler are two sets of workers", hint="leave one of them out")
    if work.threads > 1 and (work.executor is not None or work.scheduler is not None):
        raise OptionError(
            said("{threads} are those of this process, and workers do it all", threads=None),
            hint="leave one of them out; each worker takes one part at a time",
        )
    if work.resume and work.out is None:
        raise OptionError(
            "there is nothing to resume without a file", hint=said("give the {out} that it was begun with", out=None)
        )


class LaneTable:
    """The figures that are kept, filled part by part."""

    def __init__(self, plan: Plan, kept: Sequence[Merit]) -> None:
        self.plan = plan
        self.status = np.empty(plan.count, np.int8)
        self.values: dict[str, NDArray[Any]] = {}
        for m in kept:
            shape = (plan.count, plan.frequency_hz.size) if m.over_frequency else (plan.count,)
            self.values[m.name] = np.empty(shape, complex if m.is_complex else float)
        vectors = any(m.over_frequency for m in kept)
        self.floor = np.zeros((plan.count, plan.frequency_hz.size) if vectors else (1, plan.frequency_hz.size))

    def put(self, where: slice, status: NDArray[np.int8], values: Mapping[str, NDArray[Any]]) -> None:
        self.status[where] = status
        for name, kept in self.values.items():
            kept[where] = values[name]
        if len(self.floor) == self.plan.count and FLOOR in values:
            self.floor[where] = values[FLOOR]


Watch = Callable[[NDArray[np.int8], Mapping[str, NDArray[Any]]], None]  # gets status and figures of a part


def carry_out(plan: Plan, work: Work, watch: Watch | None = None) -> tuple[LaneTable, tuple[str, ...]]:
    """The figures of all lanes that are kept, and what there is to say of them. `watch` sees every part, in order.

    Raises `OptionError` for a file that is no place for them, and where they do not fit into memory.
    """
    path = work.out
    kept = [m for m in plan.measures if not m.over_frequency or _fits(plan)]
    if path is None and len(kept) < len(plan.measures):
        raise OptionError(
            f"gains of {plan.count} lanes at {plan.frequency_hz.size} frequencies do not fit into memory",
            hint=said("write them with {out}, or measure single figures such as cmrr_db", out="FILE.zarr"),
        )
    notes: tuple[str, ...] = ()
    with (
        work.workers as executor,
        closing(open_file(path, plan.layout(), work.resume, work.overwrite)) if path else nullcontext() as file,
    ):
        first = file.done if file else 0
        if first:
            kept = [m for m in kept if not m.over_frequency]
            notes = (f"resumed after {counted(first, 'lane')}",)
        if len(kept) < len(plan.measures):
            notes = (*notes, f"figures over frequency are in {path} alone")
        table = LaneTable(plan, kept)
        if file and first:
            found = file.kept()
            table.put(slice(0, first), *found)
            if watch:
                watch(*found)
        for where, (status, values) in _parts(plan, work.threads, executor, first):
            table.put(where, status, values)
            if file:
                file.write(where, status, values)
            if watch:
                watch(status, values)
            if work.progress:
                work.progress(where.stop, plan.count)
    if plan.of_small_signals:
        some = plan.solve(sample(plan.count))
        notes = (*notes, *lost_lanes(some), *lane_notes(some, of=plan.count))
        if plan.drives is not None:
            notes = (*notes, *stuck_lanes(plan.drives, some, plan.target is not None, of=plan.count))
    return table, notes


def _parts(plan: Plan, threads: int, executor: Executor | None, first: int) -> Iterator[tuple[slice, Digest]]:
    """The parts from lane `first` on, in order, each with its figures."""
    if executor is not None:
        return carried_out(plan, executor, first)
    sweep = plan.sweep(plan.frequency_hz)[0] if plan.needs("gains") else None
    return stream(plan.count, plan.solve, plan.digest, sweep=sweep, threads=threads, size=plan.part, first=first)


def _fits(plan: Plan) -> bool:
    """Whether the figures over frequency are few enough to be kept in memory."""
    sizes = [16 if m.is_complex else 8 for m in plan.measures if m.over_frequency]
    return sum([*sizes, 8]) * plan.count * plan.frequency_hz.size <= _KEPT


_OPTIONS = (
    Option("out", FILE, "", "write every lane as it comes into FILE.csv, FILE.json or FILE.zarr", otherwise=NONE),
    Option("resume", FLAG, "", "go on with a file that was left unfinished", False),
    Option("overwrite", FLAG, "", "replace files that are there already", False),
    Option("threads", COUNT, "", "threads that share the lanes", 1, low=1, high=256),
    Option(
        "scheduler",
        ADDRESS,
        "",
        "address of a Dask scheduler whose workers do it",
        otherwise=NONE,
    ),
    Option(
        "executor",
        EXECUTOR,
        "",
        "whose workers do it, as ProcessPoolExecutor(2)",
        python_only=True,
        otherwise=NONE,
    ),
    Option("progress", CALLBACK, "", "called with lanes done and lanes in all", python_only=True, otherwise=NONE),
)
WORK_OPTIONS = tuple(replace(option, group=Work) for option in _OPTIONS)
