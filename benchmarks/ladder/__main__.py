"""How the time of a solve grows with the circuit: `python -m benchmarks.ladder [MOST]`.

A resistive ladder, and bipolar pairs in cascade, of 10, 100 and 1000 nodes: microseconds a sample in a batch, and the
time of the first solve, in which the circuit is prepared.
"""

import sys
import time

import numpy as np

import longtail as lt
from longtail.driven.lane_solves import batch

SIZES = (10, 100, 1000)
LANES = 512
GOAL = 1.3  # exponent


def resistors(nodes: int) -> str:
    """A ladder: each node to the next by 1 kohm, to ground by 10 kohm."""
    lines = ["a resistive ladder", "v1 n0 0 1"]
    for k in range(1, nodes):
        lines += [f"rs{k} n{k - 1} n{k} 1k", f"rp{k} n{k} 0 10k"]
    return "\n".join([*lines, ".end", ""])


def pairs(nodes: int) -> str:
    """Degenerated pairs of gain one with followers and level shifts between them: nine nodes a stage."""
    lines = ["pairs in cascade", "vcc vcc 0 5", "vee vee 0 -10", "va a0 0 0", "vb b0 0 0"]
    for k in range(max(1, nodes // 9)):
        lines += [
            f"q{k}1 c{k} a{k} p{k} n",
            f"q{k}2 d{k} b{k} m{k} n",
            f"re{k}1 p{k} e{k} 20k",
            f"re{k}2 m{k} e{k} 20k",
            f"i{k} e{k} vee 200u",
            f"rc{k}1 vcc c{k} 20k",
            f"rc{k}2 vcc d{k} 20k",
            f"q{k}3 vcc c{k} f{k} n",
            f"q{k}4 vcc d{k} g{k} n",
            f"rs{k}1 f{k} a{k + 1} 22k",
            f"rs{k}2 g{k} b{k + 1} 22k",
            f"is{k}1 a{k + 1} vee 110u",
            f"is{k}2 b{k + 1} vee 110u",
        ]
    return "\n".join([*lines, ".model n npn(is=1e-15 bf=200 vaf=80)", ".end", ""])


def measure(text: str, name: str, nominal: float) -> tuple[int, float, float]:
    """Nodes, microseconds of processor time a sample, and seconds of the first solve."""
    amp = lt.read(text)
    random = np.random.default_rng(0)
    values = {name: nominal * (1.0 + 0.01 * random.normal(size=LANES))}
    start = time.perf_counter()
    prepared = batch(amp.circuit, (name,))
    prepared.solve(values)
    first = time.perf_counter() - start
    times = []
    for _ in range(5):
        start = time.process_time()
        point = prepared.solve(values)
        times.append((time.process_time() - start) / LANES * 1e6)
    assert not point.status.any(), "every sample must be solved"
    return len(amp.circuit.nodes), min(times), first


def main(most: int) -> bool:
    good = True
    for what, build, name, nominal in (("ladder", resistors, "rs1.r", 1e3), ("pairs", pairs, "rc01.r", 20e3)):
        before = None
        for size in (s for s in SIZES if s <= most):
            nodes, us, first = measure(build(size), name, nominal)
            text = f"{what} of {nodes} nodes: {us:.2f} us a sample, first solve {first:.2f} s"
            if before:
                exponent = np.log(us / before[1]) / np.log(nodes / before[0])
                text += f", time grows as nodes^{exponent:.2f} (goal {GOAL})"
                good &= bool(exponent <= GOAL)
            print(text, flush=True)
            before = nodes, us
    return good


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]))
