"""Mirror images of the gallery and of small circuits made for one question each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from longtail.circuit import Circuit
from longtail.elaborate import load
from longtail.errors import OptionError
from longtail.symmetry import Mirror, find_mirror
from reference import gallery

SWAPPED = {  # what goes to the other side in decks that are their own mirror image
    "accelerometer_bridge": "vc1 c1 c2 cs1 rb1 j1 rd1",
    "bjt_pair": "vinp rc1 q1",
    "bjt_pair_ideal_tail": "vinp rc1 q1",
    "bjt_pair_resistor_tail": "vinp rc1 q1",
    "data_link_receiver": "vp rs1 cpad1 r1 m1 r3 m3 cl1",
    "folded_cascode": "vinp m1 m3 m7 m9 m5 ecm1 cl1",
    "jfet_pair": "vinp rd1 j1",
    "mos_pair": "vinp rd1 m1",
    "sense_amplifier": "vbl rbl cbl m1 m3 m5 c1",
}
ENDS = {
    "ecg_front_end": ("p", "n"),
    "instrumentation_amplifier": ("p", "n"),
    "ota_5t": ("x", "o"),
    "radio_front_end": ("l3", "k13", "k23", "rload"),
    "two_stage_opamp": ("x", "y"),
    "ua741": ("x", "y"),
}
PAIR = """a pair
v1 a 0 0
v2 b 0 0
vcc vcc 0 5
q1 c a e n
q2 d b e n
r1 vcc c 1k
r2 vcc d 1k
i1 e 0 1m
.model n npn
{more}
.end
"""


def mirrored(circuit: Circuit, inputs: Sequence[str] = ("v1", "v2"), outputs: Sequence[str] = ("c", "d")) -> Mirror:
    mirror = find_mirror(circuit, inputs, outputs)
    assert mirror is not None
    return mirror


def pair(more: str = "", **changes: str) -> Circuit:
    text = PAIR.format(more=more)
    for old, new in changes.items():
        line = next(line for line in text.splitlines() if line.startswith(f"{old} "))
        text = text.replace(line, new)
    return load(text)


def of_example(name: str, **parameters: float) -> Mirror:
    deck = gallery.deck(name)
    return mirrored(load(deck.path, overrides=parameters), deck.sources, deck.outputs)


@pytest.mark.parametrize("name", sorted(SWAPPED))
def test_a_symmetric_example_is_found_complete_and_exact(name: str) -> None:
    mirror = of_example(name)
    assert mirror.complete and mirror.exact
    assert mirror.differences == mirror.ends_at == mirror.unmatched == ()
    assert mirror.ambiguous is None
    assert {a for a, _ in mirror.device_pairs} == set(SWAPPED[name].split())
    assert all(mirror.devices[mirror.devices[d]] == d for d in mirror.devices)
    assert all(mirror.nodes[mirror.nodes[n]] == n for n in mirror.nodes)
    outputs = gallery.deck(name).outputs
    assert mirror.nodes[outputs[0]] == outputs[1]


@pytest.mark.parametrize("name", sorted(ENDS))
def test_an_unsymmetric_example_tells_where_its_symmetry_ends(name: str) -> None:
    mirror = of_example(name)
    assert not mirror.complete and not mirror.exact
    assert mirror.ends_at == ENDS[name]
    assert mirror.unmatched


def test_the_gallery_is_covered() -> None:
    assert sorted([*SWAPPED, *ENDS]) == gallery.NAMES


@pytest.mark.parametrize("name", sorted(set(SWAPPED) - {"accelerometer_bridge", "data_link_receiver"}))
def test_a_mismatched_example_keeps_its_pairs(name: str) -> None:
    even, apart = of_example(name), of_example(name, **gallery.MISMATCH[name])
    assert apart.complete and not apart.exact
    assert apart.devices == even.devices and apart.nodes == even.nodes
    assert len(apart.differences) == len(gallery.MISMATCH[name])


def test_differences_carry_both_values() -> None:
    (width,) = of_example("mos_pair", dw=0.02).differences
    assert (width.pair, width.parameter) == (("m1", "m2"), "w")
    assert width.first == pytest.approx(50.5e-6) and width.second == pytest.approx(49.5e-6)
    assert width.delta == pytest.approx(1e-6) and width.mean == pytest.approx(50e-6)


def test_741_input_stage_and_its_bias() -> None:
    mirror = of_example("ua741")
    assert mirror.device_pairs == (("vinp", "vinn"), ("q1", "q2"), ("q3", "q4"))
    assert set(mirror.axis_nodes) == {"vcc", "vee", "c8", "bb", "b11", "e10", "b12"}
    assert {"q8", "q9", "q10", "q11", "q12", "r4", "r5"} <= set(mirror.axis_devices)
    assert {"q5", "q6", "q7", "q16", "cc"} <= set(mirror.unmatched)


def test_a_source_in_series_with_one_input_counts_as_a_wire() -> None:
    mirror = of_example("ota_5t", dvt=0.001)
    assert mirror.wires == ("vos",)
    assert mirror.nodes["g1"] == "inn" and mirror.devices["m1"] == "m2"
    (offset,) = mirror.differences
    assert (offset.pair, offset.parameter, offset.delta) == (("vos", ""), "dc", -0.001)


def test_a_wire_leaves_the_image_complete() -> None:
    mirror = mirrored(pair("vos a g 2m", q1="q1 c g e n"))
    assert mirror.complete and not mirror.exact and mirror.wires == ("vos",)
    assert mirrored(pair("vos a g 0", q1="q1 c g e n")).exact


def test_a_chain_of_sources_adds_whatever_its_order() -> None:
    mirror = of_example("folded_cascode")
    assert mirror.inner == ("mid",)
    assert mirror.devices["ecm1"] == "ecm2" and mirror.nodes["cm"] == "cm"


def test_equal_chains_keep_their_inner_nodes() -> None:
    more = "va a x 1\nvb x g 2\nvd b y 1\nvf y h 2"
    mirror = mirrored(pair(more, q1="q1 c g e n", q2="q2 d h e n"))
    assert mirror.exact and mirror.nodes["x"] == "y" and mirror.devices["vb"] == "vf"


@pytest.mark.parametrize(
    "more",
    [
        "rx c d 1k",
        "cx c d 1p",
        "lx c d 1u",
        "ra c x 1k\nrb d x 1k\nrc x 0 1k",
        "gx c d a b 1m",
        "g1 c 0 d 0 1m\ng2 d 0 c 0 1m",
        "ex o p a b 10\nro o c 1k\nrp p d 1k",
        "b1 e 0 i={1u*(v(c)+v(d))}",
        "b1 c d i={1m*tanh(v(a)-v(b))}",
        "b1 c 0 i={1m*v(a)**2}\nb2 d 0 i={1m*v(b)**2}",
        "vs1 c x 0\nvs2 d y 0\nrx x 0 1k\nry y 0 1k\nf1 e 0 vs1 1\nf2 e 0 vs2 1",
        "l1 c x 1u\nl2 y d 1u\nk1 l1 l2 0.9\nrx x vcc 1\nry y vcc 1",
        "i1a 0 c 1u\ni2a d 0 -1u",
        "r3 c 0 1k\nr4 c 0 2k\nr5 d 0 2k\nr6 d 0 1k",
    ],
)
def test_symmetric_additions(more: str) -> None:
    mirror = mirrored(pair(more))
    assert mirror.complete and mirror.exact, mirror
    assert mirror.nodes["c"] == "d"


@pytest.mark.parametrize(
    "more",
    [
        "gx c d e 0 1m",
        "g1 c 0 d 0 1m\ng2 d 0 c 0 -1m",
        "b1 e 0 i={1u*(v(c)+2*v(d))}",
        "b1 c d i={1m*v(a)}",
        "b1 c 0 i={1m*v(a)**2}\nb2 d 0 i={1m*v(b)**3}",
        "vs1 c x 0\nvs2 d y 0\nrx x 0 1k\nry y 0 1k\nf1 e 0 vs1 1\nf2 e 0 vs1 1",
        "l1 c x 1u\nl2 y d 1u\nl3 z 0 1u\nk1 l1 l3 0.9\nk2 l2 l3 0.9\nrx x vcc 1\nry y vcc 1\nrz z 0 50",
        "rx c 0 1k",
        "dx c d dm\n.model dm d",
    ],
)
def test_unsymmetric_additions(more: str) -> None:
    mirror = mirrored(pair(more))
    assert not mirror.complete
    assert mirror.devices["q1"] == "q2" and mirror.unmatched


def test_a_source_across_the_line_is_a_difference_with_itself() -> None:
    (found,) = mirrored(pair("ix c d 1u")).differences
    assert (found.pair, found.parameter, found.first, found.second) == (("ix", "ix"), "dc", 1e-6, -1e-6)


def test_models_of_their_own_are_compared_by_value() -> None:
    more = ".model n2 npn(bf={bf} is=1e-16)"
    same = mirrored(pair(more.format(bf=100), q2="q2 d b e n2"))
    assert same.exact
    (found,) = mirrored(pair(more.format(bf=120), q2="q2 d b e n2")).differences
    assert (found.pair, found.parameter, found.delta) == (("q1", "q2"), "model bf", -20.0)


def test_a_parameter_that_one_card_leaves_to_the_model() -> None:
    text = "m\nv1 a 0 1\nv2 b 0 1\nm1 c a 0 0 n l=1u w=9u\nm2 d b 0 0 n w=9u\nr1 c 0 1k\nr2 d 0 1k\n.model n nmos\n"
    (found,) = mirrored(load(text)).differences
    assert found.parameter == "l" and found.first == 1e-6 and math.isnan(found.second)


def test_drives_are_no_values() -> None:
    even = pair(v1="v1 a 0 dc 0 ac 0.5 sin(0 1 1k)", v2="v2 b 0 dc 0 ac -0.5")
    assert mirrored(even).exact
    (found,) = mirrored(pair(v1="v1 a 0 1m")).differences
    assert (found.pair, found.parameter, found.delta) == (("v1", "v2"), "dc", 1e-3)


def test_a_waveform_that_is_no_drive_counts() -> None:
    more = "vx x 0 sin(0 1 1k)\nvy y 0 0\nrx x c 1k\nry y d 1k"
    assert not mirrored(pair(more)).complete
    assert mirrored(pair(more.replace("vy y 0 0", "vy y 0 sin(0 1 1k)"))).exact


def test_supplies_stay_where_they_are() -> None:
    """Either supply could take the place of the other, were they not supplies."""
    both = pair("vdd vdd 0 5", r2="r2 vdd d 1k")
    assert both.ports.supplies == ("vcc", "vdd")
    mirror = mirrored(both)
    assert mirror.complete and mirror.devices["vcc"] == "vdd", (
        "a supply for each side is exchanged where nothing else fits"
    )
    even = mirrored(pair("vdd vdd 0 5\nrx vdd e 1k\nry vcc e 1k"))
    assert even.exact and even.nodes["vdd"] == "vdd" and even.devices["rx"] == "rx"


def test_a_choice_is_said() -> None:
    """With four equal capacitors and no outputs named, the bridge can be read in two ways."""
    text = "bridge\nv1 a 0 0\nv2 b 0 0\nc1 a x 1p\nc2 b x 1p\nc3 a y 1p\nc4 b y 1p\nrx x 0 1k\nry y 0 1k\n"
    free = mirrored(load(text), outputs=())
    assert free.ambiguous is not None and "could as well" in free.ambiguous
    told = mirrored(load(text), outputs=("x", "y"))
    assert told.nodes["x"] == "y" and told.ambiguous is None


def test_devices_in_parallel_are_no_choice() -> None:
    assert mirrored(pair("ra e 0 1k\nrb e 0 1k")).ambiguous is None


def test_outputs_that_are_no_pair_do_not_hide_the_image() -> None:
    mirror = mirrored(pair(), outputs=("c", "e"))
    assert mirror.complete and mirror.nodes["c"] == "d"


def test_nodes_may_be_named_for_inputs() -> None:
    by_node, by_source = mirrored(pair(), ("a", "b")), mirrored(pair())
    assert by_node == by_source


def test_inputs_without_any_pair_have_no_mirror() -> None:
    circuit = load("none\nv1 a 0 0\nv2 b 0 0\nr1 a 0 1k\nc1 b 0 1n\nr2 a c 1k\nc2 c 0 1n\n")
    assert find_mirror(circuit, ("v1", "v2")) is None


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        (("v1",), (), "exchanges two inputs, not v1"),
        (("v1", "v1"), (), "exchanges two inputs"),
        (("a", "bb"), (), "no node 'bb'"),
        (("a", "b"), ("cc",), "no node 'cc'"),
    ],
)
def test_wrong_names(inputs: tuple[str, ...], outputs: tuple[str, ...], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        find_mirror(pair(), inputs, outputs)
