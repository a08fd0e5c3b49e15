"""Where solves of a driven amplifier begin: beside a solution that is known, so that one is found from scratch."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from boards.table import BOARDS, OPAMPS
from longtail.driven import nulling
from longtail.driven.inputs import find_drives
from longtail.driven.lane_solves import batch
from longtail.driven.nulling import bias
from longtail.engine.solving import operating_point
from longtail.engine.solving.at_rest import at_rest
from longtail.engine.solving.operating_point import solve_operating_point

BENCH = """a latch of two inverters between floating sources, of which .nodeset chooses a state
vdd vdd 0 3
vcm c 0 1.5
vd ga gb dc 10m ac 1
ra ga c 1meg
rb gb c 1meg
m1 a b 0 0 n w=10u l=1u
m2 b a 0 0 n w=10u l=1u
m3 a ga t 0 n w=1u l=1u
m4 b gb t 0 n w=1u l=1u
it t 0 1u
r1 vdd a 100k
r2 vdd b 100k
.nodeset v(a)=3 v(b)=0
.model n nmos vto=0.7 kp=100u lambda=0.05
*@ input ga gb
*@ output a b
"""


def test_a_driven_circuit_begins_where_its_bench_stands() -> None:
    """The ECG front end of transistors takes hundreds of iterations, and a few more with sources of longtail's own."""
    drives = find_drives(lt.read(BOARDS["ecg"].deck(OPAMPS["transistors"])).circuit)
    assert drives.bench is not None
    rest, point = at_rest(drives.bench), bias(drives)[0]
    assert point.iterations - rest.iterations < 10 < 100 < rest.iterations
    assert point.continuation == rest.continuation
    for node in drives.output:
        assert point.voltage(node)[0] == pytest.approx(rest.voltage(node)[0], abs=1e-6)


def test_a_driven_circuit_keeps_the_state_of_its_bench() -> None:
    drives = find_drives(lt.read(BENCH).circuit)
    assert drives.bench is not None
    for node in ("a", "b"):
        assert bias(drives)[0].voltage(node)[0] == pytest.approx(at_rest(drives.bench).voltage(node)[0], abs=1e-6)


def test_lanes_begin_where_the_driven_circuit_stands() -> None:
    drives = find_drives(lt.read(BOARDS["difference"].deck(OPAMPS["transistors"])).circuit)
    nominal = batch(drives.circuit, ("r1.r",), drives).nominal
    assert nominal.iterations - bias(drives)[0].iterations < 10
    np.testing.assert_allclose(nominal.voltage("o"), bias(drives)[0].voltage("o"), rtol=1e-9)


def test_a_start_that_leads_nowhere_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the operating point is found as if there were none."""
    circuit = lt.read(BOARDS["howland"].deck(OPAMPS["transistors"])).circuit
    drives = find_drives(circuit)
    alone = bias(drives)[0]
    lost = alone.select(np.array([0]))
    lost.solution[:] = 1e3 * (-1.0) ** np.arange(lost.solution.shape[1])
    found = solve_operating_point(alone.system, drives.values, lost)
    assert found.continuation == alone.continuation and found.iterations > alone.iterations
    np.testing.assert_array_equal(found.solution, alone.solution)


def test_an_output_that_is_straight_is_nulled_however_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """The photodiode pair of transistors gains 1e-3: what its output is off, 0.6 mV, takes 0.6 V at the inputs."""
    amplifier = lt.read(BOARDS["photodiodes"].deck(OPAMPS["transistors"]))
    drives = find_drives(amplifier.circuit)
    output = bias(drives)[0].voltage("o")[0]
    monkeypatch.setattr(nulling, "solve_operating_point", None)
    point, offset = bias(drives, null=True, target=0.0)
    assert offset == pytest.approx(output / 1e-3, rel=1e-3) and offset > 0.5
    assert point.voltage("o")[0] == pytest.approx(0.0, abs=1e-9)


def test_the_start_is_by_name() -> None:
    """A system that has unknowns more than the other begins with those at zero."""
    drives = find_drives(lt.read("mos_pair").circuit)
    point = bias(drives)[0]
    nulled = operating_point.System(drives.circuit, drives=drives.names, null=drives.null(0.0))
    start = operating_point.start_beside(nulled, drives.values, point)
    assert start.x[0, nulled.index["input_offset"]] == 0.0
    for unknown in point.system.unknowns:
        assert start.x[0, nulled.index[unknown.name]] == point[unknown.name][0]
