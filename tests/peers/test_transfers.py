"""Exact transfer functions against SLiCAP and lcapy, each in a process of its own, where they are installed."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest
from benchmarks.symbolic import lcapy_peer, slicap_peer
from benchmarks.symbolic.peer import ask, installed
from benchmarks.symbolic.question import Question, question_of, symbol_names

from longtail.amplifier import read
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.symbolic.algebra.gain import Gain, exact_transfer
from longtail.symbolic.circuit.elements import SmallSignal, small_signal
from longtail.symbolic.circuit.names import share
from peers.linear import CARDS, deck_of, drawn, parts_of
from symbolic.decks import gallery

SAME = 1e-9  # relative
DRAWS = 3


def where_installed(peer: ModuleType, *others: object) -> object:
    """A case that is skipped where the peer is not installed."""
    reason = f"{peer.NAME} is not installed (pip install -e '.[peers]', Python 3.12 or later)"
    return pytest.param(peer, *others, marks=pytest.mark.skipif(not installed(peer), reason=reason))


def frequencies(rng: np.random.Generator) -> list[complex]:
    """Zero, and complex frequencies all over the plane from 1e3 to 1e9 rad/s."""
    return [0j, *(10.0 ** rng.uniform(3.0, 9.0, 4) * np.exp(2j * np.pi * rng.uniform(size=4))).tolist()]


@pytest.mark.parametrize("peer", [where_installed(slicap_peer), where_installed(lcapy_peer)])
@pytest.mark.parametrize("name", CARDS)
def test_linear_circuits_are_the_same(name: str, peer: ModuleType) -> None:
    """The peers get the cards, not what longtail made of them: signs and values are read twice."""
    rng = np.random.default_rng(list(CARDS).index(name))
    cards, formula, points, mine = CARDS[name], None, [], []
    for _ in range(DRAWS):
        values = drawn(cards, rng)
        circuit = small_signal(solve_operating_point(System(read(deck_of(cards, values)).circuit)))
        if formula is None:
            formula = exact_transfer(circuit, Gain("transfer", {"i(vin)": 1}, {"o": 1}, Fraction(1)))
        numbers = {key: symbol.value for key, symbol in circuit.symbols.items()}
        for s in frequencies(rng):
            points.append(({f"q_{key}": value for key, value in values.items()}, s))
            mine.append(formula.at(numbers, np.array([s]))[0])
    answer = ask(peer, Question(parts_of(cards), {"in": Fraction(1)}, ("o",)), points)
    assert np.array(answer.values) == pytest.approx(np.array(mine), rel=SAME, abs=0.0)


def compared(circuit: SmallSignal, gain: Gain, peer: ModuleType, way: str | None) -> None:
    """A gain of a small-signal circuit, its symbols at values up to ten times more or less than they have."""
    rng = np.random.default_rng(11)
    names = symbol_names(circuit)
    formula = exact_transfer(circuit, gain)
    points, mine = [], []
    for _ in range(DRAWS):
        values = {key: s.value * 10.0 ** rng.uniform(-1.0, 1.0) for key, s in circuit.symbols.items() if key in names}
        for s in frequencies(rng):
            points.append(({names[key]: value for key, value in values.items()}, s))
            mine.append(formula.at(values, np.array([s]))[0])
    answer = ask(peer, question_of(circuit, gain), points, way)
    assert np.array(answer.values) == pytest.approx(np.array(mine), rel=SAME, abs=0.0)


@pytest.mark.parametrize(
    ("peer", "name", "way"),
    [
        where_installed(slicap_peer, "mos_pair", "ME"),
        where_installed(slicap_peer, "ota_5t", "ME"),
        where_installed(slicap_peer, "two_stage_opamp", "laplace"),  # ME takes minutes
        where_installed(lcapy_peer, "mos_pair", None),  # the others take it more than minutes
    ],
)
@pytest.mark.parametrize("of", ["differential", "common"])
def test_amplifiers_are_the_same(peer: ModuleType, name: str, way: str | None, of: str) -> None:
    at = gallery(name)
    gain = at.question(of, (0.0, 1e6)).gain
    one_output = Gain(of, gain.drive, {next(iter(gain.read)): 1}, Fraction(1, 2 if of == "differential" else 1))
    compared(share(at.circuit, at.images, 0.01), one_output, peer, way)


@pytest.mark.parametrize("peer", [where_installed(slicap_peer)])
def test_conversion_in_a_pair_of_unlike_devices_is_the_same(peer: ModuleType) -> None:
    """Every device has symbols of its own: a common drive gives a differential output."""
    at = gallery("mos_pair")
    compared(at.circuit, at.question("common_to_differential", (0.0, 1e6)).gain, peer, "ME")
