"""Damaged netlists give a netlist or one clear error, whatever the damage."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail.errors import InputError
from longtail.netlist.reader import read_file, read_text

REPOSITORY = Path(__file__).parents[2]
FORMS = """every form in one deck
.param a=2 b = 'a * 3' f(x,y)={x*y + 1}
+ c=4k7 ; letter for point
.func g(x) {x > 0 ? sqrt(x) : -1}
.lib tt
.param k=1
.endl tt
.include "models.inc"
.lib "process.lib" ff
.global vdd
.options temp=50 noacct
*@ input inp inn
.subckt amp in out params: r=1k c={2*a}
r1 in x {r*f(1,2)} tc=1m,2u
.if (a == 2)
c1 x out c
.elseif (a > 3)
c1 x out {c*2}
.else
c1 x out 1p
.endif
.ends amp
v1 in 0 dc 1.2 ac 1 90 sin(0 1 1meg) $ source
x1 in out amp r={a*1k}
b1 n1 0 v = 2*v(in,out) + i(v1) * tanh(v(in))
e1 n2 0 table {v(in)} = (0,0) (1,5)
e2 n3 0 poly(2) in 0 out 0 0 1 1
g1 n4 0 value={v(in)^2 / max(1, b)}
q1 c b e 0 n 2
.model n npn (is=1e-15 bf={100*a}
* comment
+ vaf=50)
.nodeset v(out)=1 v(c)={a}
.tran 1n 1u
.control
run
.endc
.end
"""
DECKS = [FORMS, *(path.read_text() for path in sorted((REPOSITORY / "examples").glob("*.cir"))[:4])]
SIGNS = "{}()[]'\"=,+-*/^$;.%&|!<>?: \t\n\r\x00\\ePXvi0k#é"

position = st.floats(0, 1, exclude_max=True)
change = st.one_of(
    st.tuples(st.just("delete"), position, st.integers(1, 8)),
    st.tuples(st.just("insert"), position, st.text(SIGNS, min_size=1, max_size=3)),
    st.tuples(st.just("swap"), position, position),
    st.tuples(st.just("drop line"), position, st.none()),
    st.tuples(st.just("repeat line"), position, position),
    st.tuples(st.just("cut"), position, st.none()),
)


def damaged(text, kind, place, how):
    at = int(place * len(text))
    lines = text.splitlines()
    row = int(place * len(lines))
    match kind:
        case "delete":
            return text[:at] + text[at + how :]
        case "insert":
            return text[:at] + how + text[at:]
        case "swap":
            a, b = sorted((at, int(how * len(text))))
            return text[:a] + text[b : b + 1] + text[a + 1 : b] + text[a : a + 1] + text[b + 1 :]
        case "drop line":
            return "\n".join(lines[:row] + lines[row + 1 :])
        case "repeat line":
            return "\n".join([*lines[: int(how * len(lines))], lines[row], *lines[int(how * len(lines)) :]])
    return text[:at]


def test_the_undamaged_decks_are_sound():
    for deck in DECKS:
        assert len(read_text(deck).body) > 10


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(DECKS), st.lists(change, min_size=1, max_size=4))
def test_damage_gives_a_netlist_or_one_clear_error(deck, changes):
    for kind, place, how in changes:
        deck = damaged(deck or "t\n", kind, place, how) or "t\n"
    try:
        read_text(deck)
    except InputError as error:
        assert error.exit_status == 2
        assert error.span is not None
        lines = deck.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert error.span.text == lines[error.span.line - 1]
        assert 1 <= error.span.column <= len(error.span.text) + 1
        assert str(error)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_netlist_or_an_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "deck.cir"
    path.write_bytes(content)
    try:
        read_file(path)
    except InputError as error:
        assert error.span is None or error.span.file == str(path)


@pytest.mark.parametrize("name", ["read", "whole"])
def test_every_prefix_of_a_deck_is_handled(name):
    """Character by character: what an editor shows while someone types."""
    end = len(FORMS) if name == "whole" else 400
    step = 7 if name == "whole" else 1
    errors = 0
    for at in range(0, end, step):
        try:
            read_text(FORMS[:at])
        except InputError as error:
            errors += 1
            assert error.span is not None
    assert errors > 10
