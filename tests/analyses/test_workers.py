"""Sweeps and Monte Carlo by workers: the same bytes as here, whatever comes back when, and whoever is killed."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.sweep import workers
from longtail.analyses.sweep.sweep import _plan
from longtail.contract.axes import frequency_axis
from longtail.contract.drive import Drive
from longtail.files.writing import Hold

PART = 64
SAMPLES = 40 * PART + 7
DRAWN: dict[str, Any] = {"samples": SAMPLES, "measure": "offset,cmrr@50", "limit": "|offset|<=2mV"}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longtail.analyses.monte_carlo.plan.PART", PART)
    monkeypatch.setattr("longtail.analyses.sweep.plan.PART", 4)


@pytest.fixture(scope="module")
def amp() -> lt.Amplifier:
    return lt.read("bjt_pair")


@pytest.fixture(scope="module")
def two() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


class Backwards(Executor):
    """Does what it gets when somebody waits for it, the last first; counts what was not done when more came."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []
        self.order: list[int] = []
        self.most = 0

    def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.result = lambda timeout=None: self.done(future)  # type: ignore[method-assign]
        self.waiting.append((future, function, given))
        self.most = max(self.most, len(self.waiting))
        return future

    def done(self, future: Future[Any]) -> Any:
        while self.waiting:
            each, function, given = self.waiting.pop()
            self.order.append(given[0].lanes.start)
            each.set_result(pickle.loads(pickle.dumps(function(*pickle.loads(pickle.dumps(given))))))
        return Future.result(future)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_two_processes_give_the_same_bytes(
    amp: lt.Amplifier, two: ProcessPoolExecutor, ending: str, tmp_path: Path
) -> None:
    here, there = tmp_path / f"here.{ending}", tmp_path / f"there.{ending}"
    seen: list[int] = []
    alone = amp.monte_carlo(**DRAWN, out=here)
    shared = amp.monte_carlo(**DRAWN, out=there, executor=two, progress=lambda done, of: seen.append(done))
    assert there.read_bytes() == here.read_bytes()
    assert seen == [*range(PART, SAMPLES, PART), SAMPLES]
    assert shared.to_json().replace("there.", "here.") == alone.to_json()


@pytest.mark.parametrize(
    "options",
    [
        {"vary": {"rc1.r": "9k:11k:7", "temp": "-40,27,125"}, "measure": "gains,op", "frequency_hz": "1:1meg:1"},
        {"parameters": {"rc1.r": np.linspace(9e3, 11e3, 10)}, "measure": "bandwidth_hz,cmrr_db@50,input_noise@1k"},
        {"vary": {"rc1.r": "9k:11k:7"}, "measure": "input_offset,psrr", "null": True},
        {"vary": {"rc1.r": "9k:11k:7"}, "measure": "v(o1),q1.ic"},
    ],
)
def test_a_sweep_of_any_kind_is_shared(
    amp: lt.Amplifier, two: ProcessPoolExecutor, options: dict[str, Any], tmp_path: Path
) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    amp.sweep(**options, out=here)
    amp.sweep(**options, out=there, executor=two)
    assert there.read_bytes() == here.read_bytes()


def test_parts_are_written_in_order_whichever_is_done_first(amp: lt.Amplifier, tmp_path: Path) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    amp.monte_carlo(**DRAWN, out=here)
    backwards = Backwards()
    amp.monte_carlo(**DRAWN, out=there, executor=backwards)
    assert there.read_bytes() == here.read_bytes()
    assert backwards.order == sorted(backwards.order, reverse=True)
    assert len(backwards.order) == 41


def test_no_more_is_under_way_than_fits(amp: lt.Amplifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "MOST_AHEAD", 3)
    backwards = Backwards()
    amp.monte_carlo(**DRAWN, executor=backwards)
    assert backwards.most == 3
    monkeypatch.setattr(workers, "_BYTES_AHEAD", 1)
    backwards = Backwards()
    amp.monte_carlo(**DRAWN, executor=backwards)
    assert backwards.most == 2


def test_threads_of_an_executor_share_one_plan(amp: lt.Amplifier) -> None:
    with ThreadPoolExecutor(4) as pool:
        shared = amp.monte_carlo(**DRAWN, executor=pool)
    np.testing.assert_array_equal(shared["offset"], amp.monte_carlo(**DRAWN)["offset"])


def test_a_plan_travels_light() -> None:
    """Without the values of its lanes and what it has prepared; its figures come by name."""
    amp = lt.read("bjt_pair")
    given = {"rc1.r": np.full(100_000, 1e4)}
    plan = _plan(amp.circuit, Drive(), given, ("gains", "psrr", "q1.ic", "cmrr_db@50"), frequency_axis("1:10:1"))
    plan.solve(slice(0, 3))
    packed = pickle.dumps(plan.abroad())
    assert len(packed) < 10_000
    again = pickle.loads(packed)
    assert [m.name for m in again.measures] == [m.name for m in plan.measures]
    assert (again.count, again.names) == (plan.count, plan.names)
    wanted, found = plan.solve(slice(5, 8)), again.solve(plan.request(slice(5, 8)))
    np.testing.assert_array_equal(found.solution, wanted.solution)


def test_workers_that_are_lost_leave_what_is_done(
    amp: lt.Amplifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "MOST_AHEAD", 3)
    whole, path = tmp_path / "whole.csv", tmp_path / "part.csv"
    amp.monte_carlo(**DRAWN, out=whole)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:

        def kill(done: int, of: int) -> None:
            if done == 5 * PART:
                os.kill(next(iter(pool._processes)), signal.SIGKILL)

        with pytest.raises(lt.WorkersError, match=r"workers are lost after \d+ of 2567 lanes") as lost:
            amp.monte_carlo(**DRAWN, out=path, executor=pool, progress=kill)
        assert "resume=True" in str(lost.value)
        with pytest.raises(lt.WorkersError, match="after 0 of"):
            amp.monte_carlo(**DRAWN, executor=pool)
    rest = Backwards()
    resumed = amp.monte_carlo(**DRAWN, out=path, executor=rest, resume=True)
    assert path.read_bytes() == whole.read_bytes()
    assert 5 * PART <= min(rest.order) <= 8 * PART
    assert f"resumed after {min(rest.order)} lanes" in resumed.notes
    assert f"after {min(rest.order)} of" in str(lost.value)


def test_an_executor_that_is_shut_down_is_named(amp: lt.Amplifier) -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(lt.WorkersError, match="cannot schedule new futures after shutdown"):
        amp.monte_carlo(**DRAWN, executor=pool)


def test_another_program_is_no_worker(amp: lt.Amplifier, monkeypatch: pytest.MonkeyPatch) -> None:
    real = workers.carry

    class Elsewhere(Backwards):
        def submit(self, function: Any, /, *given: Any, **more: Any) -> Future[Any]:
            monkeypatch.setattr(workers, "program", lambda: "another")
            future: Future[Any] = Future()
            try:
                future.set_result(real(*given))
            except lt.LongtailError as error:
                future.set_exception(pickle.loads(pickle.dumps(error)))
            return future

    with pytest.raises(lt.WorkersError, match="another version of longtail") as refused:
        amp.monte_carlo(**DRAWN, executor=Elsewhere())
    assert "install the same" in str(refused.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"executor": 2}, "executor must be an executor of concurrent.futures, not 2"),
        ({"scheduler": ""}, "scheduler must be an address"),
        ({"scheduler": 8786}, "scheduler must be an address"),
        ({"executor": Backwards(), "threads": 2}, "workers do it all"),
        ({"scheduler": "tcp://a:1", "threads": 2}, "workers do it all"),
        ({"executor": Backwards(), "scheduler": "tcp://a:1"}, "two sets of workers"),
    ],
)
def test_workers_that_are_none_are_refused(amp: lt.Amplifier, options: dict[str, Any], message: str) -> None:
    with pytest.raises(lt.OptionError, match=message):
        amp.monte_carlo(**DRAWN, **options)
    with pytest.raises(lt.OptionError, match=message):
        amp.sweep(vary={"rc1.r": "9k:11k:3"}, **options)


def test_without_dask_it_says_what_to_install(amp: lt.Amplifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(lt.OptionError, match="not installed") as refused:
        amp.monte_carlo(**DRAWN, scheduler="tcp://127.0.0.1:8786")
    assert "longtail[cluster]" in str(refused.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_worker_that_was_forked_holds_no_file(tmp_path: Path) -> None:
    """It lives on when the file is done."""
    path = tmp_path / "held"
    path.touch()
    held = Hold(path)
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.write(ready[1], b"x")
        os.read(go[0], 1)
        os._exit(0)
    try:
        os.read(ready[0], 1)
        with pytest.raises(lt.OptionError, match="another process"):
            Hold(path)
        held.let_go()
        Hold(path).let_go()
    finally:
        os.write(go[1], b"x")
        os.waitpid(child, 0)
        for handle in (*ready, *go):
            os.close(handle)


def test_the_yield_so_far_is_that_of_the_parts_so_far(amp: lt.Amplifier, tmp_path: Path) -> None:
    told: list[str] = []
    found = amp.monte_carlo(**DRAWN, running=told.append)
    assert len(told) == 41
    kept = np.abs(found["offset"]) <= 2e-3
    for k, text in enumerate(told):
        count = min((k + 1) * PART, SAMPLES)
        assert text.startswith(f"yield of {count} samples {100.0 * kept[:count].mean():.5g} % (")
    last = found.yields[-1]
    assert told[-1].endswith(f"({100 * last.low:.5g} % to {100 * last.high:.5g} %, {last.method})")
    silent: list[str] = []
    amp.monte_carlo(samples=10, running=silent.append)
    assert silent == []


def test_the_yield_so_far_counts_what_the_file_has(amp: lt.Amplifier, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, of: int) -> None:
        if done >= 5 * PART:
            raise Stop

    path, told, again = tmp_path / "x.csv", list[str](), list[str]()
    with pytest.raises(Stop):
        amp.monte_carlo(**DRAWN, out=path, progress=stop, running=told.append)
    amp.monte_carlo(**DRAWN, out=path, resume=True, running=again.append)
    assert again[0] == told[-1]
    assert again[1].startswith(f"yield of {6 * PART} samples")


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=logging.CRITICAL
    ) as cluster:
        yield cluster


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_cluster_loses_nothing_with_a_worker(
    amp: lt.Amplifier, dask: Any, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "MOST_AHEAD", 6)
    here, there, again = (tmp_path / f"{name}.{ending}" for name in ("here", "there", "again"))
    amp.monte_carlo(**DRAWN, out=here)
    amp.monte_carlo(**DRAWN, out=there, scheduler=dask.scheduler_address)
    assert there.read_bytes() == here.read_bytes()
    killed: list[int] = []

    def kill(done: int, of: int) -> None:
        if done >= SAMPLES // 4 and not killed:
            killed.append(next(iter(dask.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    amp.monte_carlo(**DRAWN, out=again, scheduler=dask.scheduler_address, progress=kill)
    assert killed
    assert again.read_bytes() == here.read_bytes()


def test_where_no_scheduler_is_it_says_so(amp: lt.Amplifier, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "_SECONDS", 1)
    before = threading.active_count()
    for address in ("nowhere", "tcp://127.0.0.1:9"):
        with pytest.raises(lt.OptionError, match="no scheduler of Dask answers"):
            amp.monte_carlo(**DRAWN, scheduler=address)
    assert threading.active_count() <= before


def test_a_worker_is_no_scheduler(amp: lt.Amplifier, dask: Any) -> None:
    address = next(iter(dask.workers.values())).worker_address
    with pytest.raises(lt.OptionError, match="it is of a Worker"):
        amp.monte_carlo(**DRAWN, scheduler=address)
