"""Models of one name and several types, as in LTspice: the card's device takes the one that fits."""

from __future__ import annotations

import pytest

import longtail as lt
from longtail.elaborate import load, write
from longtail.errors import NetlistError, UnsupportedError

CARDS = """one name for three models
v1 a 0 0.6
d1 a 0 n
q1 a a 0 n
m1 a a 0 0 n
.model n npn is=1e-15
.model n d is=1e-14
.model n nmos vto=0.1 kp=1m
"""


def test_the_type_that_a_card_needs_takes_one() -> None:
    circuit = load(CARDS)
    assert [circuit.models[circuit.instances[name].model].device for name in ("d1", "q1", "m1")] == [
        "diode",
        "bipolar",
        "mosfet1",
    ]
    notes = [note.message for note in circuit.notes]
    assert sum("the type of a card's device takes one" in note for note in notes) == 2
    found = lt.read(CARDS).op()
    assert found.devices["m1"]["id"] == pytest.approx(0.5e-3 * 0.5**2, rel=1e-9)
    apart = CARDS.replace("0 n\nq1 a a 0 n", "0 nd\nq1 a a 0 n").replace("model n d", "model nd d")
    assert found.devices["d1"]["id"] == lt.read(apart).op().devices["d1"]["id"]
    assert load(write(circuit)).instances.keys() == circuit.instances.keys()


def test_the_inner_scope_comes_first_and_the_first_of_a_type_holds() -> None:
    deck = (
        "t\nv1 a 0 0.6\nx1 a s\n.model n d is=1e-14\n.model n npn\n"
        ".subckt s p\nd1 p 0 n\n.model n pnp\n.model n d is=3e-14\n.model n d is=5e-14\n.ends\n"
    )
    circuit = load(deck)
    assert circuit.models[circuit.instances["d.x1.d1"].model].parameters["is"] == 3e-14


def test_a_model_that_fits_nothing_is_refused_as_before() -> None:
    with pytest.raises(NetlistError, match="model 'n' describes a bipolar"):
        load("t\nv1 a 0 1\nd1 a 0 n\n.model n npn\n.model n_d d\n.model n nmos\n")


def test_a_word_of_no_manual_is_named() -> None:
    with pytest.raises(UnsupportedError, match="'oneway' is not supported: no manual"):
        load("t\nv1 a 0 1\ns1 a 0 a 0 s\n.model s sw(level=2 ron=1 oneway)\n")


@pytest.mark.parametrize("card", ["r1 a 0 1e309", "r1 a 0 {1e309}", "b1 a 0 i={min(v(a),1e309)}", "d1 a 0 d is=1e309"])
def test_a_number_that_is_too_large_says_so(card: str) -> None:
    with pytest.raises(NetlistError, match="'1e309' is too large"):
        load(f"t\nv1 a 0 1\n{card}\n.model d d\n")
