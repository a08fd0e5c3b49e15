"""Parts of a sweep that workers carry out: other processes, here or on other machines.

A worker is whatever a `concurrent.futures.Executor` has: processes of this machine, a cluster of Dask. It gets the plan
as it pickles, a few kilobytes with each part, makes it once and keeps it; back come the figures that are kept. Parts
come out in order, however they come in, and no more are under way than fit into memory here.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from longtail.analyses.sweep.plan import Digest, Plan
from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.few_solves.stream import in_order, parts
from longtail.engine.remember import Remembered
from longtail.engine.solving import dense
from longtail.errors import OptionError, WorkersError
from longtail.hints import said
from longtail.lanes.kernels import kernels

MOST_AHEAD = 256  # parts under way, or done and not written yet
_BYTES_AHEAD = 1 << 29  # that their figures may take here
_SECONDS = 10  # to wait for a scheduler
_PLANS = Remembered[tuple[Plan, FrequencySweep | None]](4)  # of a worker


@dataclass(frozen=True, slots=True)
class Errand:
    """A part for a worker.

    plan     as it pickles
    lanes    what the plan takes for the lanes of the part, see `Plan.request`; first: the same of lane 0 alone
    program  see `program`: figures of another one might be others in the last bits
    """

    plan: bytes
    lanes: Any
    first: Any
    program: str


@cache
def program() -> str:
    """What a worker computes with: a digest of the sources of longtail, the version of NumPy, and the kernels.

    >>> len(program())
    64
    """
    home = Path(__file__).parents[2]
    found = hashlib.sha256(f"{np.__version__} {kernels().__name__}".encode())
    for path in sorted(home.rglob("*.py")):
        found.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def carry(errand: Errand) -> Digest:
    """Status and figures of a part: what a worker does. Raises `WorkersError` where it is another longtail."""
    if errand.program != program():
        raise WorkersError(
            "a worker has another version of longtail or NumPy, or other kernels",
            hint="install the same there; LONGTAIL_NUMBA must be the same too",
        )
    plan, sweep = _PLANS.get(carry, hashlib.sha256(errand.plan).digest(), lambda: _unpacked(errand))
    return _digest(plan, sweep, errand.lanes)


def _unpacked(errand: Errand) -> tuple[Plan, FrequencySweep | None]:
    """The plan with all that is prepared on first use: once, and not once a thread."""
    plan: Plan = pickle.loads(errand.plan)
    sweep = plan.sweep(plan.frequency_hz)[0] if plan.needs("gains") else None
    _digest(plan, sweep, errand.first)
    return plan, sweep


def _digest(plan: Plan, sweep: FrequencySweep | None, lanes: Any) -> Digest:
    with dense.one_thread():
        point = plan.solve(lanes)
        return plan.digest(lanes, point, sweep.run(point) if sweep else None)


def carried_out(plan: Plan, executor: Executor, first: int = 0) -> Iterator[tuple[slice, Digest]]:
    """Parts from lane `first` on, in order, each with its figures. The executor is left as it is.

    Raises `WorkersError` where workers are lost for good, and what a worker raises.
    """
    packed, of_first = pickle.dumps(plan.abroad()), plan.request(slice(0, 1))

    def submit(where: slice) -> Future[Digest]:
        errand = Errand(packed, plan.request(where), of_first, program())
        try:
            return executor.submit(carry, errand)
        except RuntimeError as error:  # broken, or shut down
            raise _lost(plan, done, error) from error

    done = first
    try:
        for where, digest in in_order(parts(plan.count, plan.part, first), submit, _ahead(plan)):
            yield where, digest
            done = where.stop
    except _losses() as error:
        raise _lost(plan, done, error) from error


def _losses() -> tuple[type[BaseException], ...]:
    """What a future raises whose worker has gone."""
    dask = sys.modules.get("distributed")
    return (BrokenExecutor, CancelledError, *((dask.KilledWorker,) if dask else ()))


def _lost(plan: Plan, done: int, error: BaseException) -> WorkersError:
    return WorkersError(
        f"the workers are lost after {done} of {plan.count} lanes: {str(error) or type(error).__name__}",
        hint=said("what was written with {out} is good as far as it goes: go on with {resume}", out=None, resume=True),
    )


def _ahead(plan: Plan) -> int:
    """How many parts may be under way."""
    numbers = [(2 if m.is_complex else 1) * (plan.frequency_hz.size if m.over_frequency else 1) for m in plan.measures]
    floor = plan.frequency_hz.size if plan.needs("gains") else 0
    return max(2, min(MOST_AHEAD, _BYTES_AHEAD // (8 * plan.part * (sum(numbers) + floor + 1))))


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a scheduler of Dask (`distributed`), for as long as the context lasts.

    Parts of a worker that goes are done again by others. Raises `OptionError` where `distributed` is not installed and
    where no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise OptionError(
            said("{scheduler} needs the package distributed, which is not installed", scheduler=None),
            hint="pip install 'longtail[cluster]'",
        ) from error
    with ThreadPoolExecutor(1) as apart:  # there may be a loop in this thread, as in a notebook
        try:
            kind = apart.submit(asyncio.run, _kind(address)).result()
        except Exception as error:  # whatever is at that address may answer anything
            raise _no_scheduler(address, str(error) or type(error).__name__) from error
    if kind != "Scheduler":
        raise _no_scheduler(address, f"it is of a {kind}")
    with Client(address, timeout=_SECONDS, set_as_default=False) as client:
        yield client.get_executor(pure=False)


async def _kind(address: str) -> str:
    """What answers at an address. A client that found nobody there would take long to give up."""
    from distributed import Security, rpc

    async with rpc(address, timeout=_SECONDS, connection_args=Security().get_connection_args("client")) as asked:
        return str((await asyncio.wait_for(asked.identity(), _SECONDS))["type"])


def _no_scheduler(address: str, why: str) -> OptionError:
    return OptionError(
        f"no scheduler of Dask answers at {address}: {why}", hint="give its address, as in tcp://10.0.0.1:8786"
    )
