"""Large circuits from the file to the figures: `python -m benchmarks.large [ngspice's patience in seconds]`.

A ladder of 100 000 resistors, a square grid of 180 000, and 2 000 MOS transistors in pairs each with values of its own:
operating point in a new process, and of the pairs the gains at 91 frequencies too, against `ngspice -b`.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def ladder(count: int) -> tuple[str, list[str]]:
    """Half of the resistors in series, half to ground."""
    lines = ["a resistive ladder", "v1 n0 0 1"]
    for k in range(count // 2):
        lines += [f"rs{k} n{k} n{k + 1} 1k", f"rp{k} n{k + 1} 0 1meg"]
    return "\n".join(lines), ["n10", "n40", "n100"]


def grid(size: int) -> tuple[str, list[str]]:
    """Resistors between neighbours in a square, fed at one corner and grounded at the other."""
    lines = ["a grid of resistors", "v1 a0_0 0 1", f"rg a{size - 1}_{size - 1} 0 1"]
    for i in range(size):
        for j in range(size):
            lines += [f"rh{i}_{j} a{i}_{j} a{i}_{j + 1} 1k"] * (j + 1 < size)
            lines += [f"rv{i}_{j} a{i}_{j} a{i + 1}_{j} {1 + (i + j) % 7}k"] * (i + 1 < size)
    return "\n".join(lines), [f"a{size // 2}_{size // 2}", "a1_3", f"a{size - 2}_{size - 1}"]


def pairs(count: int) -> tuple[str, list[str]]:
    """Pairs with tail and loads of their own at common inputs, each coupled to the next."""
    random = np.random.default_rng(1)
    lines = ["pairs", "vdd vdd 0 3", "vip inp 0 dc 1.5 ac 0.5", "vin inn 0 dc 1.5 ac -0.5"]
    lines.append(".model n nmos (vto=0.5 kp=100u lambda=0.05 cgso=300p cgdo=300p)")
    for k in range(count):
        w, r, tail = random.uniform(5, 50), random.uniform(5, 20), random.uniform(20, 100)
        lines += [
            f"ma{k} x{k} inp s{k} 0 n w={w:.3f}u l=1u",
            f"mb{k} y{k} inn s{k} 0 n w={w * random.uniform(0.98, 1.02):.3f}u l=1u",
            f"i{k} s{k} 0 {tail:.3f}u",
            f"ra{k} vdd x{k} {r:.3f}k",
            f"rb{k} vdd y{k} {r:.3f}k",
            *([f"rc{k} x{k - 1} y{k} 100k"] if k else []),
        ]
    return "\n".join(lines), ["x0", f"y{count // 2}", f"s{count - 1}"]


CASES = {
    "ladder of 100 000 resistors": (ladder(100_000), 5.0, False),
    "grid of 180 000 resistors": (grid(300), 10.0, False),
    "2 000 MOS transistors, op": (pairs(1000), 2.0, False),
    "2 000 MOS transistors, op and gains": (pairs(1000), 5.0, True),
}
OURS = """
import sys, time
import numpy as np
import longtail as lt
start = time.perf_counter()
amp = lt.read({deck!r}, input=("inp", "inn"), output=({first!r}, "y0"))  if {gains} else lt.read({deck!r})
op = amp.op()
print(*[op.nodes[name] for name in {nodes!r}])
if {gains}:
    g = amp.gains(frequency_hz=np.logspace(0, 9, 91))
print(time.perf_counter() - start)
"""


def ours(deck: Path, nodes: list[str], gains: bool) -> tuple[list[float], float, float]:
    """Voltages, seconds without the imports, and seconds of the process."""
    code = OURS.format(deck=str(deck), nodes=nodes, gains=gains, first=nodes[0])
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    volts, seconds = done.stdout.strip().splitlines()
    return [float(v) for v in volts.split()], float(seconds), time.perf_counter() - start


def theirs(deck: Path, nodes: list[str], gains: bool, patience: float) -> tuple[list[float] | None, float]:
    """The same of ngspice; None where it took longer than that."""
    ac = "ac dec 10 1 1g\nprint mean(vm(x0)-vm(y0))\n" if gains else ""
    control = f".control\nset numdgt=12\nop\nprint {' '.join(f'v({n})' for n in nodes)}\n{ac}quit\n.endc\n"
    deck.write_text(deck.read_text().replace(".end\n", control + ".end\n"))
    start = time.perf_counter()
    try:
        done = subprocess.run(["ngspice", "-b", str(deck)], capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return None, patience
    found = [float(re.search(rf"v\({n}\) = (\S+)", done.stdout)[1]) for n in nodes]  # type: ignore[index]
    return found, time.perf_counter() - start


def main(patience: float) -> bool:
    good = True
    for name, ((text, nodes), goal, gains) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            deck = Path(folder) / "large.cir"
            deck.write_text(text + "\n.end\n")
            volts, seconds, whole = ours(deck, nodes, gains)
            peer, peers = theirs(deck, nodes, gains, patience)
        said = f"{name}: {seconds:.1f} s (goal {goal:g} s), {whole:.1f} s with the start of Python"
        good &= seconds <= goal
        if peer is None:
            said += f"; ngspice not done after {peers:.0f} s"
        else:
            apart = max(abs(a - b) / max(abs(b), 1e-3) for a, b in zip(volts, peer, strict=True))
            said += f"; ngspice {peers:.1f} s, {peers / whole:.2g} times; voltages apart by {apart:.0e}"
            good &= apart < 1e-3
        print(said, flush=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"at most {peak:.0f} MB in any process")
    return good


if __name__ == "__main__":
    sys.exit(not main(float(sys.argv[1]) if len(sys.argv) > 1 else 300.0))
