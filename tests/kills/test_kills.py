"""`longtail mc --out` killed at random moments goes on with `--resume`, and ends with the same bytes."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from kills.killing import chain, contents, whole
from longtail.files.lane_file import sidecar
from longtail.files.opening import open_file
from longtail.files.part_note import Layout, put_note

SAMPLES = 40_000
LAYOUT = Layout("t", {"rc1.r": np.arange(3.0)}, {"cmrr_db": "dB"}, {"gain": "dB"}, frozenset(), np.ones(1), "this")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("ending", "kills"), [("csv", 1), ("json", 1), ("zarr", 2)])
def test_killed_at_random_moments_it_ends_with_the_same_bytes(ending: str, kills: int, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    good, seconds = whole(tmp_path, ending, SAMPLES)
    found = chain(good, seconds, SAMPLES, kills, random.Random(seed))
    assert found.wrong == (), f"seed {seed}: {found}"
    assert found.kills


def _filled(path: Path, resume: bool = False, overwrite: bool = False) -> None:
    file = open_file(path, LAYOUT, resume, overwrite)
    for k in range(file.done, 3):
        file.write(slice(k, k + 1), np.zeros(1, np.int8), {"cmrr_db": np.ones(1), "gain": np.full((1, 1), k)})
    file.close()


CALLS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree")
_listeners: list[Callable[[str, str], None]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    """A hook that can never be taken out again: it does nothing where nobody listens, and for what a listener does."""
    if _listeners and arguments:
        listener = _listeners.pop()
        try:
            listener(event, str(arguments[0]))
        finally:
            _listeners.append(listener)


@cache
def _installed() -> None:
    sys.addaudithook(_hear)


@contextmanager
def heard(listener: Callable[[str, str], None]) -> Iterator[None]:
    """A context in which a listener hears of each call that Python tells of, before it is made."""
    _installed()
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.clear()


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("ending", ["csv", "json", "zarr"])
def test_killed_at_each_step_it_goes_on(
    ending: str, over: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each call that opens, renames or removes something, in a copy of what is there then."""
    good = tmp_path / "good" / f"x.{ending}"
    good.parent.mkdir()
    _filled(good)
    states, folder = [], tmp_path / "made"
    folder.mkdir()
    path = folder / good.name
    if over:  # an older sweep, that is to be replaced
        _filled(path)

    def keep(event: str, about: str) -> None:
        if event in CALLS and str(folder) in about:
            states.append(tmp_path / f"state-{len(states)}")
            shutil.copytree(folder, states[-1])

    with heard(keep):
        _filled(path, overwrite=over)
    assert len(states) > 8
    monkeypatch.setattr("longtail.files.writing.os.getpid", lambda: 1)  # whoever goes on is another process
    begun = 0
    for state in states:
        left = state / path.name
        if over and not sidecar(left).exists() and contents(left) == contents(good):
            continue  # the older one is whole still
        begun += 1
        if sidecar(left).exists() or not left.exists() or contents(left) != contents(good):
            _filled(left, resume=True)
        assert contents(left) == contents(good), state
        assert [each.name for each in state.iterdir()] == [path.name]
    assert begun > 8


@pytest.mark.parametrize("ending", ["csv", "zarr"])
def test_a_note_alone_is_begun_anew(ending: str, tmp_path: Path) -> None:
    """As where it could not be begun, and was killed while it took that away."""
    path, good = tmp_path / f"x.{ending}", tmp_path / f"good.{ending}"
    _filled(good)
    put_note(path, LAYOUT, 0, 0)
    _filled(path, resume=True)
    assert contents(path) == contents(good)


def test_what_is_noted_is_not_done_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    file = open_file(path, LAYOUT, resume=False)
    file.write(slice(0, 2), np.zeros(2, np.int8), {"cmrr_db": np.ones(2), "gain": np.ones((2, 1))})
    file._close()
    file._held.let_go()
    again = open_file(path, LAYOUT, resume=True)
    assert again.done == 2
    again._close()
    again._held.let_go()


def test_what_has_something_in_it_is_not_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine\n")
    with pytest.raises(lt.OptionError, match="complete"):
        open_file(path, LAYOUT, resume=True)
    assert path.read_text() == "mine\n"
    store = tmp_path / "x.zarr"
    (store / "mine").mkdir(parents=True)
    with pytest.raises(lt.OptionError, match="complete"):
        open_file(store, LAYOUT, resume=True)
    assert (store / "mine").is_dir()
