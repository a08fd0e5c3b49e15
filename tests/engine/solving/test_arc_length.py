"""The path of fading conductances round its corners, on circuits where one that only goes down comes to an end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import longtail as lt
from boards.table import BOARDS, OPAMPS
from longtail.elaborate import load
from longtail.engine.equations.system import System
from longtail.engine.solving import arc_length
from longtail.engine.solving.continuation import _BUDGET, STRATEGIES, Path, start
from longtail.engine.solving.newton import NO_AIDS, Aids
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.lanes.kernels import COMPILED
from reference.amplifiers import DECKS

# with kappa to ground at node a: kappa*v = 1 mA*(1 - v/20)*(1 + 0.9*sin(0.8*v)), so that kappa falls and rises with v
WINDING = """a current that winds
i1 0 a 1m
b1 a 0 i=1m-1m*(1-v(a)/20)*(1+0.9*sin(0.8*v(a)))
"""


def kappa(volts: np.ndarray) -> np.ndarray:
    return 1e-3 * (1.0 - volts / 20.0) * (1.0 + 0.9 * np.sin(0.8 * volts)) / volts


def test_the_path_is_followed_where_it_turns_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """All its places lie on the curve, some of them higher up than those before; and its end is the solution, 20 V."""
    places: list[tuple[float, float]] = []
    step = arc_length._Path.step

    def recorded(self: arc_length._Path, arc: arc_length.Arc, length: float) -> tuple[arc_length.Arc | None, int]:
        new, used = step(self, arc, length)
        if new is not None:
            places.append((float(new.state.x[0, 0]), new.decade))
        return new, used

    monkeypatch.setattr(arc_length._Path, "step", recorded)
    system = System(load(WINDING))
    path = Path(system, {})
    result = STRATEGIES["arc-length"](path, start(path), NO_AIDS)
    volts, decades = np.array(places).T
    inside = volts < 19.99
    np.testing.assert_allclose(10.0 ** decades[inside], kappa(volts[inside]), rtol=1e-5)
    assert (np.diff(volts[inside]) > 0.0).all(), "the voltage only rises"
    assert (np.diff(decades) > 0.01).any() and (np.diff(decades) < 0.0).any(), "kappa does not only fall"
    assert result.converged and result.state.x[0, 0] == pytest.approx(20.0, rel=1e-9)


@pytest.mark.parametrize("board", ["two", "photodiodes"])
def test_boards_on_which_gmin_stepping_ends(board: str) -> None:
    system = System(lt.read(BOARDS[board].deck(OPAMPS["transistors"])).circuit)
    path = Path(system, {})
    assert not STRATEGIES["gmin stepping"](path, start(path), NO_AIDS).converged
    result = STRATEGIES["arc-length"](path, start(path), NO_AIDS)
    assert result.converged
    found = solve_operating_point(system)
    assert found.continuation == "source stepping"
    np.testing.assert_allclose(result.state.x, found.solution, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", sorted(DECKS))
def test_it_ends_where_the_others_do(name: str) -> None:
    system = System(lt.read(DECKS[name]).circuit)
    path = Path(system, {})
    result = STRATEGIES["arc-length"](path, start(path), NO_AIDS)
    assert result.converged
    found = solve_operating_point(system)
    assert replace(found, solution=result.state.x).residual[0] < 1e-9
    if name != "ina":  # has another balance, its op-amps at the rails
        np.testing.assert_allclose(result.state.x, found.solution, rtol=1e-7, atol=1e-7)


def test_it_has_iterations_of_its_own() -> None:
    """It comes last, when all that are allowed may have been used."""
    path = Path(System(load(WINDING)), {}, iterations=_BUDGET)
    result = STRATEGIES["arc-length"](path, start(path), NO_AIDS)
    assert result.converged and path.iterations > _BUDGET + result.iterations


def test_a_path_that_cannot_be_followed_ends() -> None:
    """Without a solution there is none at the end: kappa stays above the least that the curve reaches."""
    system = System(load(WINDING.replace("(1-v(a)/20)", "1")))
    begun = Path(system, {}).solve(Path(system, {}).begin, Aids(kappa=1.0))
    arc = arc_length.follow(system, {}, begun.state, 0.0, -13.0, COMPILED)
    assert arc.decade > -13.0 and np.isfinite(arc.state.x).all()


def test_lengths_are_of_voltages_and_decades_alone_and_all_iterations_count() -> None:
    """Currents of sources, which may be thousands of amperes beside 10 S, are no lengths."""
    system = System(load(WINDING + "v1 c 0 1\nr1 c 0 1\n"))
    path = arc_length._Path(system, {}, COMPILED)
    assert path.nodes.tolist() == [1.0 if u.is_node else 0.0 for u in system.unknowns] + [1.0]
    begun = Path(system, {}).solve(Path(system, {}).begin, Aids(kappa=1.0))
    arc = arc_length.Arc(begun.state, 0.0, path.downwards())
    assert arc.iterations == 0
    arc.along = path.tangent(arc)
    assert np.sum(path.nodes * arc.along**2) == pytest.approx(1.0, rel=1e-12) and arc.along[-1] < 0.0
    new, used = path.step(arc, 0.1)
    assert new is not None and 1 <= used < 12 and new.iterations == 0
    followed = arc_length.follow(system, {}, begun.state, 0.0, new.decade + 1e-3, COMPILED)
    assert followed.iterations >= 1


def test_nulled_circuits_go_other_ways() -> None:
    path = Path(System(load(WINDING)), {})
    assert not STRATEGIES["arc-length"](path, start(path), Aids(feedback=1.0)).converged
    assert path.iterations == 1
