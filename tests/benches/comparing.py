"""One amplifier driven in one way beside its plain bench, and beside ngspice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import longtail as lt
from benches.ways import Amplifier, reference
from longtail import modes
from reference import ngspice

FREQUENCIES = np.array([1e3, 1e6, 1e8])
NAMED = "*@ input inp inn\n"
# what differs between benches by name alone: the sources themselves
NAMES = {"input", "branches", "pairs", "node_pairs", "on_axis", "decks", "notes", "title", "text", "op"}
NAMES |= {"circuit", "halves", "image", "floor"}  # the bench is part of these, and rounding is of all signals
NAMES |= {"error", "zeros_rad_s"}  # rounding; and multiple zeros, which rounding moves apart
ANALYSES = {
    "offset": {},
    "impedance": {},
    "noise": {},
    "cmrr": {},
    "range": {},
    "psrr": {},
    "source_imbalance": {},
    "poles": {},
    "half": {},
    "transfer": {},
    "formula": {"error": "5%"},
    "sweep": {"parameters": {"temp": [27.0]}},
}


def decks(amplifier: Amplifier, way: str, bench: Any) -> tuple[str, str]:
    """The amplifier on this bench with an amplitude, and on the plain one at the same levels."""
    output = f"*@ output {' '.join(amplifier.output)}\n"
    kept = bench.kept.format(output=amplifier.output[0])
    cards = (bench.cards + kept).format(a=0.5, b=0)
    body = amplifier
    if way == "one at ground":
        body = Amplifier(amplifier.body.replace(" inn ", " 0 "), amplifier.output, 0.0)
    ours = body.deck(cards, (NAMED if bench.named else "") + output)
    rest = lt.read(ours).op().nodes
    plain = reference(rest["inp"], rest.get("inn", 0.0)).cards.format(a=0, b=0)
    return ours, amplifier.deck(plain + kept, NAMED + output)


def same_gains(ours: str, plain: str, relative: float = 1e-9) -> None:
    """Every gain within `relative` of the largest."""
    there, here = (lt.read(deck).gains(frequency_hz=FREQUENCIES).matrix for deck in (plain, ours))
    assert np.abs(here - there).max() <= relative * np.abs(there).max()


def by_ngspice(ours: str, output: tuple[str, ...], excitations: tuple[str, str]) -> np.ndarray:
    """The mode matrix `[frequency, out_mode, in_mode]` from two sweeps of the bench: outputs over inputs."""
    v_in, v_out = [], []
    for name in excitations:
        drives = {other: float(other == name) for other in excitations}
        found = ngspice.small_signals(ours, drives, 1e3, 1e8, 1).vectors
        at = np.searchsorted(found["frequency"].real, FREQUENCIES * 0.99)
        v_in.append([found[f"v({node})"][at] for node in ("inp", "inn")])
        v_out.append([found[f"v({node})"][at] for node in output])
    inputs, outputs = (np.moveaxis(np.array(v), (0, 1, 2), (2, 1, 0)) for v in (v_in, v_out))
    terminals = outputs @ np.linalg.inv(inputs)
    return modes.output_weights(len(output)) @ terminals @ modes.unit_drives()


def differences(ours: Any, plain: Any, place: str = "") -> Iterator[str]:
    """Where the JSON of two results differs by more than rounding."""
    if isinstance(ours, dict):
        if set(ours) != set(plain):
            yield f"{place}: {sorted(set(ours) ^ set(plain))}"
        for name in (name for name in ours if name in plain and name not in NAMES):
            yield from differences(ours[name], plain[name], f"{place}/{name}")
    elif isinstance(ours, list) and ours and all(isinstance(x, float | int) for x in (*ours, *plain)):
        a, b = np.array(ours, float), np.array(plain, float)
        if a.shape != b.shape:
            yield f"{place}: {a.size} and {b.size} values"
        elif not np.allclose(a, b, rtol=1e-8, atol=1e-9 * np.nanmax(np.abs(b), initial=0.0) + 1e-15, equal_nan=True):
            yield f"{place}: off by {np.nanmax(np.abs(a - b)):.3g} of {np.nanmax(np.abs(b)):.3g}"
    elif isinstance(ours, list):
        if len(ours) != len(plain):
            yield f"{place}: {len(ours)} and {len(plain)} entries"
        for k, (a, b) in enumerate(zip(ours, plain, strict=False)):
            yield from differences(a, b, f"{place}[{k}]")
    elif isinstance(ours, float) and isinstance(plain, float):
        if not np.isclose(ours, plain, rtol=1e-8, atol=1e-15, equal_nan=True):
            yield f"{place}: {ours!r} and {plain!r}"
    elif isinstance(ours, str) != isinstance(plain, str) or (not isinstance(ours, str) and ours != plain):
        yield f"{place}: {ours!r} and {plain!r}"


def answers(ours: str, plain: str, way: str, analysis: str) -> list[Any]:
    """The JSON of an analysis on both benches, without what differs for a good reason."""
    pair = [answer(deck, analysis) for deck in (ours, plain)]
    if way in ("capacitors", "attenuator", "feedback") and analysis == "offset":
        # over temperature the input current drops another voltage on these benches
        pair = [{k: v for k, v in each.items() if "drift" not in k and "over" not in k} for each in pair]
    return pair


def answer(deck: str, analysis: str) -> Any:
    """The JSON of an analysis; what it says where it refuses."""
    try:
        return getattr(lt.read(deck), analysis)(**ANALYSES[analysis]).to_dict()
    except lt.LongtailError as error:
        return {"refused": type(error).__name__}
