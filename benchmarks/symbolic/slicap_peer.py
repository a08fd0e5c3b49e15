"""The question in SLiCAP's language, and SLiCAP's answer when this module runs in a process of its own.

SLiCAP keeps its settings in the home folder and its projects in the current one: both are temporary here. doNumer
and doDenom are asked, each one determinant; doLaplace would bring both on a common fraction besides. Conductances are
given as sources controlled by their own voltage (model g), which puts them into the matrix as they are, without a
fraction 1/R. The determinant can be had in several ways; `MECPP`, minors in C++, needs a program that the package does
not bring, and falls back to `ME` without it. `LU` may divide by a sum that cancels to zero, which it does not see.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from benchmarks.symbolic.child import Answer, Request, serve
from benchmarks.symbolic.question import Part, Question

NAME, PACKAGE = "SLiCAP", "SLiCAP"
WAYS = {
    "ME": "minors, multiplied out: what SLiCAP does as installed",
    "laplace, expand": "minors each once, by SymPy, then multiplied out",
    "laplace": "the same left nested: no coefficients of s",
    "LU": "elimination by SymPy: nested quotients",
}


def request(question: Question) -> Request:
    """The netlist, the sources and the detector."""
    sources = [f"Vdrive{k}" for k, _ in enumerate(question.drive, start=1)]
    if list(question.drive.values()) not in ([1], [Fraction(1, 2), Fraction(-1, 2)]):
        raise ValueError("SLiCAP drives one volt, or plus and minus half a volt")
    lines = ["circuit"]
    lines += [f"{name} {node} 0 V value=0" for name, node in zip(sources, question.drive, strict=True)]
    lines += [_card(part) for part in question.parts]
    detector = [f"V_{node}" for node in question.read]
    return {"netlist": "\n".join([*lines, ".end", ""]), "source": sources, "detector": detector}


def _card(part: Part) -> str:
    a, b = part.nodes
    match part.letter:
        case "V":
            return f"{part.name} {a} {b} V value=0"
        case "Y":
            return f"G{part.name} {a} {b} {a} {b} g value={{{part.symbol}}}"
        case "G":
            return f"{part.name} {a} {b} {' '.join(part.controls)} g value={{{part.symbol}}}"
        case letter:
            nodes = " ".join((a, b, *part.controls))
            return f"{part.name} {nodes} {letter} value={{{part.symbol}}}"


def prepare(request: Request) -> Callable[[], Answer]:
    """The circuit read by SLiCAP; the work is two determinants."""
    import SLiCAP as sl
    import sympy
    from SLiCAP.SLiCAPyacc import _checkCircuit

    sl.initProject("peer")
    sl.ini.numer = sl.ini.denom = request["way"].removesuffix(", expand")
    Path(sl.ini.cir_path, "peer.cir").write_text(request["netlist"])
    circuit = _checkCircuit("peer.cir")
    if circuit.errors:
        raise ValueError(f"SLiCAP finds errors in\n{request['netlist']}")
    ask = {"source": _one_or_two(request["source"]), "detector": _one_or_two(request["detector"])}

    def work() -> Answer:
        above, below = sl.doNumer(circuit, **ask).numer, sl.doDenom(circuit, **ask).denom
        return (sympy.expand(above), sympy.expand(below)) if "expand" in request["way"] else (above, below)

    return work


def _one_or_two(names: list[str]) -> str | list[str]:
    return names if len(names) > 1 else names[0]


if __name__ == "__main__":
    serve(prepare)
