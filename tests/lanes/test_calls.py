"""Results of calls are those of the same equations written out, in order, at every site, and so are their slopes."""

import numpy as np
import pytest

from longtail.lanes.compiled.executor import NumbaExecutor
from longtail.lanes.derivative import Differentiator
from longtail.lanes.functions import exp
from longtail.lanes.graph import Graph, Real
from longtail.lanes.plain.executor import Executor, NumpyExecutor
from longtail.lanes.program import Program, lower
from longtail.lanes.routines import Traced


def both(x: Real, y: Real) -> tuple[Real, Real]:
    return x * exp(-y) + y, x - y**3.0


def programs() -> tuple[Program, Program]:
    """Calls of which one waits for another and one is asked for one result only; and the same written out."""
    own = Graph()
    routine, inner = Traced(own), both(own.input("x"), own.input("y"))
    found = []
    for written_out in (True, False):
        graph = Graph()

        def call(x: Real, y: Real, graph: Graph = graph, written_out: bool = written_out) -> list[Real]:
            if written_out:
                return list(both(x, y))
            read = routine.at(graph, {"x": x, "y": y}.__getitem__)
            return [read(result) for result in inner]

        a, b = graph.input("a"), graph.input("b")
        first, second = call(a, b), call(a + 1.0, 0.5)
        third = call(first[0] * second[1], b)
        outputs = [first[0], second[1], *third, a * third[1]]
        rows, _ = Differentiator(graph, [a, b]).rows(outputs)
        slopes = [row.get(variable.id, 0.0) for row in rows for variable in (a, b)]
        together = Differentiator(graph, [a, b], together="all")
        moved = [together.partial(x, graph.input("all")) for x in call(a - b, b - a)]
        found.append(lower(graph, [*outputs, *slopes, *moved], ["a", "b"]))
    return found[0], found[1]


@pytest.mark.parametrize("lanes", [1, 40, 700])
@pytest.mark.parametrize("executor", [NumpyExecutor(), NumbaExecutor()])
def test_calls_equal_what_is_written_out(executor: Executor, lanes: int) -> None:
    written, called = programs()
    assert [call.results.shape[1] for call in called.calls] == [2, 1]
    inputs = np.random.default_rng(0).uniform(0.1, 1.5, (2, lanes))
    one, other = (executor.run(program, list(inputs), lanes) for program in (written, called))
    np.testing.assert_allclose(other, one, rtol=1e-13)
    assert (one[-2:] == 0.0).all() and (other[-2:] == 0.0).all()  # what hangs on differences alone


def test_a_program_counts_what_it_calls() -> None:
    written, called = programs()
    assert len(called.instructions) < len(written.instructions)
    assert called.size > len(called.instructions) and called.nbytes > called.instructions.nbytes
