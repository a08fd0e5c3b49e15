"""The question in lcapy's language, and lcapy's answer when this module runs in a process of its own.

lcapy's voltage-controlled current source (G) drives its current the other way round than SPICE's: its nodes are
exchanged here. Its other controlled sources are as in SPICE. A test source of a Dirac impulse, 1 in s, is what
`Circuit.transfer` applies as well; it also removes all other sources, those that measure a current included, so the
open-circuit voltage is asked for directly.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.symbolic.child import Answer, Request, serve
from benchmarks.symbolic.question import Part, Question

NAME, PACKAGE = "lcapy", "lcapy"
WAYS = {"DM": "solved in SymPy's field of fractions: lcapy's default, and its fastest"}
INPUT = "drive"


def request(question: Question) -> Request:
    """The netlist over numbered nodes, and the nodes that are read."""
    number = {"0": "0", INPUT: "1"} | {node: str(k) for k, node in enumerate(question.nodes, start=2)}
    lines = ["Vdrive 1 0 {delta(t)}"]
    for k, (node, x) in enumerate(question.drive.items(), start=1):
        if x == 1:
            number[node] = "1"
        else:
            lines.append(f"Edrive{k} {number[node]} 0 1 0 {{{x}}}")
    lines += [_card(part, number) for part in question.parts]
    return {"netlist": "\n".join(lines), "read": [number[node] for node in (*question.read, "0")[:2]]}


def _card(part: Part, number: dict[str, str]) -> str:
    a, b = (number[node] for node in part.nodes)
    match part.letter:
        case "V":
            return f"{part.name} {a} {b} 0"
        case "Y":
            return f"R{part.name} {a} {b} {{1/{part.symbol}}}"
        case "G":
            controls = " ".join(number[node] for node in part.controls)
            return f"{part.name} {b} {a} {controls} {part.symbol}"
        case "E":
            return f"{part.name} {a} {b} {' '.join(number[node] for node in part.controls)} {part.symbol}"
        case _:
            return f"{' '.join((part.name, a, b, *part.controls))} {part.symbol}"


def prepare(request: Request) -> Callable[[], Answer]:
    """A circuit for every run, since lcapy remembers what it has solved; reading it is the smallest part."""
    from lcapy import Circuit, s

    def work() -> Answer:
        circuit = Circuit(request["netlist"])
        circuit.solver_method = request["way"]
        return circuit.Voc(*request["read"])(s).sympy.as_numer_denom()

    return work


if __name__ == "__main__":
    serve(prepare)
