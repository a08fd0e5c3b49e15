"""The public face: a netlist read once, and every analysis as a method."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longtail.circuit import Circuit
from longtail.contract.result import Result
from longtail.contract.subject import Subject
from longtail.elaborate import load
from longtail.errors import nearest
from longtail.examples import example, in_place_of
from longtail.methods import Methods
from longtail.netlist.cards import Note
from longtail.registry import analysis as find_analysis
from longtail.registry import announced
from longtail.units import counted


class Amplifier(Methods):
    """A circuit with its analyses as methods: `op()`, `gains(...)`, `analyze(...)`.

    >>> amp = read('''a resistive divider
    ... v1 a 0 3
    ... r1 a b 2k
    ... r2 b 0 1k
    ... ''')
    >>> amp.op().nodes["b"]
    1.0
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit

    def __repr__(self) -> str:
        ports = self.circuit.ports
        return (
            f"<amplifier '{self.circuit.title}': {counted(len(self.circuit.instances), 'device')}, "
            f"input {', '.join(ports.input) or 'unknown'}, output {', '.join(ports.output) or 'unknown'}>"
        )

    def run(self, analysis: str, /, **options: Any) -> Result:
        """Run an analysis by name. Raises `OptionError` for a name that none has."""
        return find_analysis(analysis)(self.circuit, **options)

    if not TYPE_CHECKING:  # a type checker would take any name at all

        def __getattr__(self, name: str) -> Any:
            known = [each.replace("-", "_") for each in announced(Subject.CIRCUIT)]
            way = nearest(name, known) or f"its analyses are: {', '.join(known)}"
            if name.replace("_", "-") in announced(Subject.OPTIONS):
                way = f"longtail.{name}(...) needs no netlist"
            raise AttributeError(f"an amplifier has no '{name}'; {way}")


def read(
    source: str | Path,
    *,
    parameters: Mapping[str, float | str] | None = None,
    input: Sequence[str] | None = None,
    output: Sequence[str] | None = None,
    supply: Sequence[str] | None = None,
    allow_includes_outside: bool = False,
    dialect: str | None = None,
) -> Amplifier:
    """Read a netlist: a path, the text itself (anything with more than one line), or the name of an example.

    `parameters` gives other values to what it names: a `.param`, `rc1.r` or `q1.is` of a device or its model, `npn1.bf`
    of a model card, `temp` in degrees Celsius, `vcm` in V. `input`, `output`, `supply` name the ports where the
    netlist does not. `dialect` says which program it was written for, "ngspice", "pspice", "hspice" or "ltspice", where
    they read the same text differently; without it a note says where they do.
    Raises `InputError` with file, line and column for what cannot be used; `NetlistErrors` has all of it in `errors`.
    A note on the circuit says where an example of that name is used because there is no such file.

    >>> read("bjt_pair")
    <amplifier 'Long-tailed pair of bipolar transistors with a mirror tail': 11 devices, input inp, inn, output o1, o2>
    """
    taken = None if isinstance(source, Path) or "\n" in source or os.path.exists(source) else example(source)
    circuit = load(
        taken or source,
        overrides=parameters or {},
        allow_includes_outside=allow_includes_outside,
        input=input,
        output=output,
        supply=supply,
        dialect=dialect,
    )
    if taken is not None:
        circuit = replace(circuit, notes=(*circuit.notes, Note(in_place_of(str(source), taken))))
    return Amplifier(circuit)
