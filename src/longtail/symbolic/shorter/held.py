"""Amplifiers within a circuit that feedback holds, taken as ideal where the error allows it.

Textbooks solve a circuit of operational amplifiers with no voltage between the inputs of each and no current into
them. That is right but for one over the loop gain, and it is tried here, subcircuit by subcircuit, on the gain of the
whole circuit: what is inside a subcircuit that may go so never enters an equation. Each is judged with all earlier ones
in place, so that errors add up as they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from longtail.circuit import GROUND
from longtail.errors import AnalysisError
from longtail.symbolic.algebra.equations import OUTPUT, equations, relevant
from longtail.symbolic.algebra.gain import Gain, Pairs, gain_equations
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.algebra.transfer import Complex
from longtail.symbolic.circuit.elements import SmallSignal
from longtail.symbolic.circuit.nullors import Block, Nullor, blocks, current_pairs, with_nullors
from longtail.symbolic.grades import grades

_TOGETHER = 0.1  # of the largest voltage at a block: two of its nodes nearer than this may be held together
_SILENT = 1e-9  # of the same: a supply
_TRIES = 3  # pairs of inputs, those nearest together first
_NOTHING = 1e-9  # errors below are alike


def held(circuit: SmallSignal, gain: Gain, s: Complex, wanted: Complex, allowed: float) -> tuple[Nullor, ...]:
    """The nullors that may stand for subcircuits, so that the gain stays within a relative error of `wanted` at `s`."""
    found: list[Nullor] = []
    left = [b for b in blocks(circuit) if not b.inner & {*gain.read, *gain.drive}]
    ends = np.unique([0, len(s) - 1])
    while left:
        block, *left = left
        choices = [*_choices(circuit, gain, s, block, found)] if len(block.ports) > 1 else []
        for _, alike in groupby(choices, key=lambda n: n.inputs):  # what is held is nearest together: that counts first
            some = list(alike)
            errors = [error_with(circuit, gain, [*found, n], s[ends], wanted[ends]) for n in some]
            best = some[int(np.argmin(grades(errors, _NOTHING)))]
            if min(errors) <= allowed and error_with(circuit, gain, [*found, best], s, wanted) <= allowed:
                found.append(best)
                left = [b for b in left if not f"{b.path}.".startswith(f"{block.path}.")]
                break
    return tuple(found)


def as_held(
    circuit: SmallSignal, gain: Gain, pairs: Pairs, s: Complex, wanted: Complex, allowed: float
) -> tuple[SmallSignal, Pairs, tuple[Nullor, ...]]:
    """The circuit with these nullors, and the unknowns that a mirror exchanges, their currents among them."""
    found = held(circuit, gain, s, wanted, allowed)
    images = {name: image for a, b, _ in pairs for name, image in ((a, b), (b, a))}
    return with_nullors(circuit, found), (*pairs, *current_pairs(found, images)), found


def error_with(circuit: SmallSignal, gain: Gain, nullors: Sequence[Nullor], s: Complex, wanted: Complex) -> float:
    """How far the gain is from the one wanted, relative, with nullors in the place of subcircuits."""
    ideal = with_nullors(circuit, nullors)
    system = gain_equations(ideal, gain, ())
    if OUTPUT not in system.unknowns or len(system.unknowns) != len(system.rows):
        return np.inf
    try:
        value = dense(system, {key: x.value for key, x in ideal.symbols.items()}).at(s)
    except AnalysisError:  # singular: nothing holds a node any more
        return np.inf
    error = float(np.abs(value * float(gain.scale) / wanted - 1.0).max())
    return error if np.isfinite(error) else np.inf


def _choices(circuit: SmallSignal, gain: Gain, s: Complex, block: Block, earlier: Sequence[Nullor]) -> Iterator[Nullor]:
    """Nullors for a block: between nodes, or a node and ground, that are near each other as it is."""
    voltages = _voltages(with_nullors(circuit, earlier), gain, s)
    ends = {name: voltages.get(name, np.zeros(2, complex)) for name in block.ports}
    largest = max(float(np.abs(v).max()) for v in ends.values())
    signals = [name for name, v in ends.items() if float(np.abs(v).max()) > _SILENT * largest]
    if not signals:
        return
    ends[GROUND] = np.zeros(2, complex)
    pairs = [(a, b) for k, a in enumerate(signals) for b in (*signals[k + 1 :], GROUND)]
    apart = [float(np.abs(ends[a] - ends[b]).max()) / largest for a, b in pairs]
    nearest = np.argsort(grades(apart, _NOTHING), kind="stable")[:_TRIES]
    for k in nearest:
        if apart[k] <= _TOGETHER:
            yield from (Nullor(block.path, pairs[k], name) for name in sorted(signals, key=pairs[k].__contains__))


def _voltages(circuit: SmallSignal, gain: Gain, s: Complex) -> Mapping[str, Complex]:
    """The unknowns that the output needs at both ends of the band; none where the equations are singular."""
    system = relevant(equations(circuit, gain.drive, gain.read))
    if OUTPUT not in system.unknowns or len(system.unknowns) != len(system.rows):
        return {}
    numbers = dense(system, {key: x.value for key, x in circuit.symbols.items()})
    at = s[[0, -1]]
    matrices = numbers.constant[None] + at[:, None, None] * numbers.slope[None]
    sides = np.broadcast_to(numbers.drive.astype(complex), (2, len(numbers.drive)))[..., None]
    try:
        values = np.linalg.solve(matrices, sides)[..., 0]
    except np.linalg.LinAlgError:
        return {}
    return dict(zip(system.unknowns, values.T, strict=True))
