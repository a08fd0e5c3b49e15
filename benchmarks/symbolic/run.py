"""Exact transfer functions of small amplifiers: longtail beside lcapy, where it is installed.

    python benchmarks/symbolic/run.py [--peers]

Times are the best of three in this process, imports left out. The peers get the same small-signal circuit with the
same symbols. lcapy's controlled current source drives its current the other way round than SPICE's: its nodes are
exchanged here. Peers are stopped after a minute each.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

from longtail.amplifier import read
from longtail.analyses.formula import Setting, setting
from longtail.symbolic.approximate import reference
from longtail.symbolic.gain import gain_equations
from longtail.symbolic.names import share
from longtail.symbolic.transfer import expand

EXAMPLES = Path(__file__).parents[2] / "examples"
LIMIT = 60.0  # seconds for a peer


def best(action: Callable[[], object], times: int = 3) -> float:
    """The shortest of a few runs, in s."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def prepared(name: str) -> Setting:
    """An example at its operating point."""
    null = name in ("two_stage_opamp", "ua741")
    return setting(read(EXAMPLES / f"{name}.cir").circuit, None, None, None, null, None)


def ours(name: str) -> None:
    """Equations, exact expansion, and the shortened formula of one example."""
    at = prepared(name)
    question = at.question("differential", (0.0, 1e6))
    circuit = share(at.circuit, at.images, 0.01)
    symbols = {
        key for row in gain_equations(circuit, question.gain, at.pairs).rows for e in row.values() for key, _ in e
    }
    _, n, d = expand(gain_equations(circuit, question.gain, at.pairs))
    seconds = best(lambda: expand(gain_equations(circuit, question.gain, at.pairs)))
    numbers = best(lambda: reference(gain_equations(at.circuit, question.gain, at.pairs), question))
    print(f"{name:26}{len(symbols) - 1:8}{len(n):10}{len(d):12}{1e3 * seconds:12.1f}{1e3 * numbers:16.1f}", flush=True)


def pair_by_longtail() -> object:
    """A common half circuit: g_m, r_o, R_D, R_SS, C_T, c_gd, c_gs, as longtail expands it."""
    from longtail.symbolic.elements import Element, SmallSignal
    from longtail.symbolic.equations import equations, relevant

    def admittance(symbol: str, a: str, b: str | None, order: int = 0) -> Element:
        ends = {a: 1} if b is None else {a: 1, b: -1}
        return Element(symbol, ends, ends, order)

    elements = (
        admittance("GD", "o", None),
        Element("gm", {"o": 1, "s": -1}, {"i": 1, "s": -1}),
        admittance("go", "o", "s"),
        admittance("GSS", "s", None),
        admittance("CT", "s", None, 1),
        Element("cgd", {"o": 1}, {"o": 1, "i": -1}, 1),
        Element("cgs", {"s": 1}, {"s": 1, "i": -1}, 1),
        Element(None, {"i": 1}, {"i": 1}),
    )
    return expand(relevant(equations(SmallSignal(("i", "o", "s"), elements, {}), {"i": 1}, {"o": 1})))


def pair_by_lcapy() -> object:
    """The same by lcapy: V(o)/V(i) in s."""
    from lcapy import Circuit  # type: ignore[import-not-found]

    lines = "V1 1 0 {vi(t)}\nR1 2 0 RD\nG1 3 2 1 3 gm\nR2 2 3 ro\nR3 3 0 RSS\nC1 3 0 CT\nC2 1 2 cgd\nC3 1 3 cgs"
    return Circuit(lines).transfer(1, 0, 2, 0)


def timed_apart(action: Callable[[], object]) -> float | None:
    """The time of one run in a process of its own; None where it takes too long or fails."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()

    def work() -> None:
        action()
        queue.put(best(action, 1))

    process = context.Process(target=work)
    process.start()
    process.join(LIMIT)
    if process.is_alive():
        process.terminate()
        process.join()
        return None
    return queue.get() if not queue.empty() else None


def peers() -> None:
    """Ratios on a circuit that all can do."""
    mine = best(pair_by_longtail, 20)
    print(f"\ncommon half of a MOS pair, 7 symbols: longtail {1e3 * mine:.2f} ms")
    if importlib.util.find_spec("lcapy") is None:
        print("lcapy: not installed, skipped (pip install lcapy)")
    else:
        theirs = timed_apart(pair_by_lcapy)
        said = f"{1e3 * theirs:.1f} ms, {theirs / mine:.0f} times" if theirs else f"not done in {LIMIT:.0f} s"
        print(f"lcapy: {said}")
    print("SLiCAP: no comparison is written yet")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--peers", action="store_true", help="run lcapy too, where it is installed")
    given = arguments.parse_args()
    print(f"{'circuit':26}{'symbols':>8}{'numerator':>10}{'denominator':>12}{'exact, ms':>12}{'reference, ms':>16}")
    for name in ("mos_pair", "jfet_pair", "sense_amplifier", "ota_5t", "folded_cascode", "two_stage_opamp"):
        ours(name)
    if given.peers:
        peers()


if __name__ == "__main__":
    main()
