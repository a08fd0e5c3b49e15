"""What stands before the inputs, and what belongs to the amplifier."""

import pytest

from longtail.elaborate import load
from longtail.elaborate.ports.planes import cut, facing
from longtail.elaborate.ports.wiring import Wiring
from longtail.errors import OptionError

PAIR = """pair
vcc vcc 0 12
vee vee 0 -12
rc1 vcc o1 1k
rc2 vcc o2 1k
q1 o1 b1 e small
q2 o2 b2 e small
ree e vee 10k
.model small npn(bf=100)
*@ output o1 o2
"""
AMPLIFIER = {"vcc", "vee", "rc1", "rc2", "q1", "q2", "ree"}


def parted(front, inputs=("b1", "b2")):
    """What a cut removes, and what is left beside the pair and the sources of its own."""
    circuit = load(PAIR + front)
    found = cut(circuit, inputs, circuit.ports.output)
    return set(found.removed), set(found.circuit.instances) - AMPLIFIER - set(found.sources)


@pytest.mark.parametrize(
    ("front", "removed", "left"),
    [
        ("vd b1 b2 0\nvcm b2 0 0\n", {"vd", "vcm"}, set()),
        ("v1 b1 0 0\nv2 0 b2 0\n", {"v2"}, set()),
        ("v1 s 0 0\nvi s b1 0\nv2 b2 0 0\nrx b1 b2 1k\n", {"v1", "vi"}, {"rx"}),
        # without signals a coupling capacitor tells the way of the signal from that of the bias
        (
            "v1 s1 0 0\nc1 s1 b1 1u\nr1 b1 x1 1k\nvx1 x1 0 0\nv2 s2 0 0\nc2 s2 b2 1u\nr2 b2 x2 1k\nvx2 x2 0 0\n",
            {"v1", "c1", "v2", "c2"},
            {"r1", "vx1", "r2", "vx2"},
        ),
        # a signal does, too, and so does a bias that both inputs share
        ("v1 s1 0 ac 1\nr1 s1 b1 1k\nrb b1 x 1k\nvx x 0 0\nv2 b2 0 0\n", {"v1", "r1"}, {"rb", "vx"}),
        (
            "v1 s1 0 0\nr1 s1 b1 1k\nv2 s2 0 0\nr2 s2 b2 1k\nrb1 b1 x 1k\nrb2 b2 x 1k\nvx x 0 0\n",
            {"v1", "r1", "v2", "r2"},
            {"rb1", "rb2", "vx"},
        ),
        # a transformer goes with all its windings; what loads its output stays
        (
            "vs s 0 ac 1\nrs s p 50\nl1 p 0 1u\nl2 b1 ct 1u\nl3 ct b2 1u\nk1 l1 l2 l3 0.9\nvct ct 0 0\nrl b1 b2 1k\n",
            {"vs", "rs", "l1", "l2", "l3", "k1_l1_l2", "k1_l1_l3", "k1_l2_l3", "vct"},
            {"rl"},
        ),
        # a divider from the supply is the amplifier's own
        ("v1 b1 0 5\nr1 vcc b2 1k\nr2 b2 0 1k\n", set(), {"r1", "r2"}),
    ],
)
def test_a_bench_is_told_from_the_amplifier(front, removed, left):
    assert parted(front) == (removed, left)


def test_an_end_of_a_device_is_an_input():
    circuit = load(PAIR + "v1 b1 0 0\nr2 b2 0 1k\n")
    found = cut(circuit, ("b1", "0@r2"), ("o1", "o2"))
    assert found.circuit.instances["r2"].nodes == ("b2", "0@r2")
    assert found.sources == ("v1", "v@0@r2") and found.bench == ("b1", "0")
    grounded = cut(load(PAIR.replace("b2", "0") + "v1 b1 0 0\n"), ("b1", "0@q2"), ("o1", "o2"))
    assert grounded.circuit.instances["q2"].nodes[:3] == ("o2", "0@q2", "e")


def test_a_current_of_the_bench_that_the_amplifier_reads_is_refused():
    front = "v1 s 0 0\nvi s b1 0\nv2 b2 0 0\nf1 o1 0 vi 2\n"
    with pytest.raises(OptionError, match="f1 reads the current of vi, which stands before the inputs") as caught:
        parted(front)
    assert "0 V source behind vi" in (caught.value.hint or "")


def test_one_source_for_both_inputs_is_refused():
    with pytest.raises(OptionError, match="both inputs are at b1: one source, v1, drives both"):
        parted("v1 b1 0 0\nv2 b2 0 0\n", ("b1", "v1"))


def test_a_source_faces_the_amplifier_with_the_end_away_from_ground():
    wiring = Wiring(load(PAIR + "vd b1 b2 0\nvcm 0 b2 0\n"))
    assert (facing(wiring, "vd"), facing(wiring, "vcm")) == ("b1", "b2")
