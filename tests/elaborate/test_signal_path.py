"""The output where no card and no name tells it: at the end of the signal's path from the inputs."""

from __future__ import annotations

import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.errors import OptionError

MODELS = """.model n npn(bf=100)
.model p pnp(bf=50)
.model mn nmos(vto=0.5 kp=200u lambda=0.05)
.model mp pmos(vto=-0.5 kp=80u lambda=0.05)
"""
BENCH = "vcc 10 0 15\nvee 11 0 -15\nv1 1 0 ac 1\nv2 2 0 0\n"
PAIR = "q1 3 1 5 n\nq2 4 2 5 n\nit 5 11 1m\n"
LOADS = "r1 10 3 10k\nr2 10 4 10k\n"
VAS = "q3 7 4 6 p\nr3 10 6 4.3k\nr4 7 11 15k\n"
SECOND = "q3 6 3 8 p\nq4 7 4 8 p\nr3 10 8 4k\nr4 6 11 5k\nr5 7 11 5k\n"
MOS = "vdd 10 0 3\nv1 1 0 1.5 ac 1\nv2 2 0 1.5\nm1 3 1 5 0 mn w=10u l=1u\nm2 4 2 5 0 mn w=10u l=1u\nit 5 0 100u\n"
MIRROR = "m3 3 3 10 10 mp w=20u l=1u\nm4 4 3 10 10 mp w=20u l=1u\n"
FULLY = (
    MOS + "m3 3 9 10 10 mp w=20u l=1u\nm4 4 9 10 10 mp w=20u l=1u\n"
    "rs1 3 6 1meg\nrs2 4 6 1meg\nm5 7 6 8 0 mn w=5u l=1u\nm6 9 12 8 0 mn w=5u l=1u\nvr 12 0 2\nis 8 0 50u\n"
    "m7 7 7 10 10 mp w=20u l=1u\nm8 9 9 10 10 mp w=20u l=1u\n"
)


def output(cards: str) -> tuple[tuple[str, ...], str]:
    ports = load(f"a deck that says nothing\n{cards}{MODELS}.end\n").ports
    return ports.output, ports.how["output"]


@pytest.mark.parametrize(
    ("name", "cards", "nodes"),
    [
        ("a second stage", BENCH + PAIR + LOADS + VAS, ("7",)),
        ("with a Miller capacitor", BENCH + PAIR + LOADS + VAS + "cc 4 7 30p\n", ("7",)),
        ("with a nulling resistor", BENCH + PAIR + LOADS + VAS + "cc 4 8 30p\nrz 8 7 1k\n", ("7",)),
        ("a follower behind", BENCH + PAIR + LOADS + VAS + "q4 10 7 8 n\nr5 8 11 1k\n", ("8",)),
        (
            "three followers in a chain",
            BENCH + PAIR + LOADS + "q4 10 4 6 n\nr4 6 11 9k\nq5 10 6 7 n\nr5 7 11 5k\nq6 10 7 8 n\nr6 8 11 1k\n",
            ("8",),
        ),
        ("a load behind a capacitor", BENCH + PAIR + LOADS + VAS + "co 7 9 10u\nrl 9 0 10k\n", ("9",)),
        ("a Zobel network", BENCH + PAIR + LOADS + VAS + "co 7 9 100p\nrl 9 0 10\n", ("7",)),
        (
            "complementary followers with resistors",
            BENCH + PAIR + LOADS + VAS + "q4 10 7 8 n\nq5 11 7 9 p\nre1 8 12 10\nre2 9 12 10\nrl 12 0 1k\n",
            ("12",),
        ),
        (
            "with current limiters",
            BENCH
            + PAIR
            + LOADS
            + VAS
            + "q4 10 7 8 n\nq5 11 7 9 p\nre1 8 12 10\nre2 9 12 10\nq6 7 8 12 n\nq7 7 9 12 p\n",
            ("12",),
        ),
        (
            "a second pair",
            BENCH + PAIR + LOADS + "q3 6 3 8 p\nq4 7 4 8 p\nr3 10 8 4k\nr4 6 11 5k\nr5 7 11 5k\n",
            ("6", "7"),
        ),
        (
            "a second pair with an idle collector",
            BENCH + PAIR + LOADS + "q3 11 3 8 p\nq4 7 4 8 p\nr3 10 8 4k\nr5 7 11 5k\nq5 10 7 9 n\nr6 9 11 1k\n",
            ("9",),
        ),
        ("a fed-back output stays one", BENCH + PAIR + LOADS + VAS + "rf 7 6 100k\n", ("7",)),
        ("two stages of MOSFETs", MOS + MIRROR + "m5 6 4 10 10 mp w=50u l=1u\nib 6 0 200u\ncc 4 6 1p\n", ("6",)),
        (
            "a MOSFET as nulling resistor",
            MOS + MIRROR + "m5 6 4 10 10 mp w=50u l=1u\nib 6 0 200u\nm9 8 10 4 0 mn w=5u l=1u\ncc 8 6 1p\n",
            ("6",),
        ),
        (
            "a folded cascode",
            MOS + "ib1 10 3 150u\nib2 10 4 150u\nvb 13 0 1.5\nm3 6 13 3 10 mp w=40u l=1u\nm4 7 13 4 10 mp w=40u l=1u\n"
            "m5 6 6 0 0 mn w=10u l=1u\nm6 7 6 0 0 mn w=10u l=1u\n",
            ("7",),
        ),
        ("a common-mode feedback", FULLY, ("3", "4")),
        (
            "crossed loads",
            MOS + "m3 3 4 10 10 mp w=20u l=1u\nm4 4 3 10 10 mp w=20u l=1u\nra 10 3 20k\nrb 10 4 20k\n",
            ("3", "4"),
        ),
        (
            "an OTA of three mirrors into a resistor",
            MOS + "m3 3 3 10 10 mp w=20u l=1u\nm4 4 4 10 10 mp w=20u l=1u\nm5 6 3 10 10 mp w=20u l=1u\n"
            "m6 7 4 10 10 mp w=20u l=1u\nm7 6 6 0 0 mn w=10u l=1u\nm8 7 6 0 0 mn w=10u l=1u\nrl 7 0 100k\n",
            ("7",),
        ),
        (
            "a dummy beside",
            MOS + MIRROR + "m5 6 4 10 10 mp w=50u l=1u\nib 6 0 200u\nmd 10 10 10 10 mp w=9u l=1u\n",
            ("6",),
        ),
        (
            "a bias of mirrors",
            MOS.replace("it 5 0 100u", "m9 5 20 0 0 mn w=20u l=1u\nm10 20 20 0 0 mn w=20u l=1u\nib 10 20 100u")
            + MIRROR
            + "m5 6 4 10 10 mp w=50u l=1u\nm11 6 20 0 0 mn w=40u l=1u\n",
            ("6",),
        ),
        (
            "a stage held by a follower behind it",
            BENCH + PAIR + LOADS + VAS + "q4 8 7 11 n\nr5 10 8 5k\nq5 10 8 7 n\n",
            ("8",),
        ),
        (
            "a rail behind a divider",
            BENCH + PAIR + LOADS + VAS + "rb 7 9 10k\nrs 9 11 10\nq8 10 9 8 n\nr8 8 11 1k\n",
            ("7",),
        ),
        ("a source with a gain", BENCH + PAIR + LOADS + "e1 7 0 3 4 10\nr7 7 0 1k\n", ("7",)),
        (
            "a stage in a subcircuit with another inside",
            BENCH + PAIR + LOADS + "x1 4 7 s\nr4 7 11 15k\n"
            ".subckt s i o\nv1 s 0 15\nq3 o i 6 p\nq4 m i 6 p\nr3 s 6 4k\nr5 m 0 9k\n.ends\n",
            ("7",),
        ),
        ("an ammeter in the way", BENCH + PAIR + LOADS + VAS.replace("q3 7", "vx 7 17 0\nq3 17"), ("17",)),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_the_path_ends_at_the_output(name: str, cards: str, nodes: tuple[str, ...]) -> None:
    found, why = output(cards)
    assert found == nodes, (name, why)


def test_what_was_taken_is_told_first_and_in_the_notes() -> None:
    gains = lt.read(f"two stages\n{BENCH}{PAIR}{LOADS}{VAS}{MODELS}").gains([1e3])
    assert gains.notes[-1].startswith(
        "output taken: v(7), the collector of q3, where the signal's path from the inputs"
    )
    assert 'another: --output NODE (output="NODE")' in gains.notes[-1]
    said = lt.read(f"two stages\n{BENCH}{PAIR}{LOADS}{VAS}{MODELS}*@ output 7\n").gains([1e3])
    assert said.differential[0] == gains.differential[0] and not any("taken" in note for note in said.notes)


@pytest.mark.parametrize(
    ("cards", "ends"),
    [
        (LOADS + VAS + "q4 8 4 6 p\nr5 8 11 15k\n", ("7", "8")),
        (LOADS + VAS + "q4 10 7 8 n\nr5 8 11 1k\nq5 10 7 9 n\nr6 9 11 1k\n", ("8", "9")),
    ],
    ids=["two stages alike", "two followers"],
)
def test_of_two_ends_alike_none_is_taken(cards: str, ends: tuple[str, ...]) -> None:
    found, why = output(BENCH + PAIR + cards)
    assert found == () and why.startswith("ambiguous: the signal's path from the inputs may end at")
    assert all(f"v({node})" in why for node in ends) and "name one: *@ output" in why
    with pytest.raises(OptionError, match="the output is not known: ambiguous"):
        lt.read(f"two ends\n{BENCH}{PAIR}{cards}{MODELS}").gains([1.0])


def test_a_loop_of_three_stages_is_told() -> None:
    loop = "q4 8 7 11 n\nr5 10 8 5k\nq5 9 8 11 n\nr6 10 9 5k\nq6 7 9 11 n\n"
    found, why = output(BENCH + PAIR + LOADS + VAS + loop)
    assert found == () and all(f"v({node})" in why for node in (7, 8, 9))


def test_of_nodes_that_are_looked_at_the_last_is_taken() -> None:
    two = BENCH + PAIR + LOADS + VAS
    assert output(f"{two}.print tran v(3) v(6) v(7)\n") == (
        ("7",),
        "taken: of v(3), v(6), v(7) the last in the signal's path",
    )
    assert output(f"{two}.print tran v(7) v(4) v(6)\n")[0] == ("7",), "in any order"
    second = BENCH + PAIR + LOADS + SECOND
    assert output(f"{second}.print tran v(7) v(6) v(3)\n")[0] == ("6", "7"), "twins, in the order of the inputs"
    assert output(f"{second}.print tran v(7,6) v(3,4)\n")[0] == (), "of differences nobody knows"


def test_the_order_of_cards_tells_nothing() -> None:
    cards = (BENCH + PAIR + LOADS + VAS + "q4 10 7 8 n\nr5 8 11 1k\n").splitlines()
    assert output("\n".join(reversed(cards)) + "\n")[0] == ("8",)
    assert set(output("\n".join(reversed(FULLY.splitlines())) + "\n")[0]) == {"3", "4"}


SERVO = "v1 30 0 ac 1\ne1 1 0 30 0 0.5\ne2 2 31 30 0 -0.5\nes 31 0 33 0 1\nex 32 0 7 0 {k}\nrx 32 33 {r}\ncx 33 0 1m\n"


def test_a_servo_that_takes_minutes_is_no_feedback() -> None:
    deck = BENCH.splitlines()[0] + "\nvee 11 0 -15\n" + PAIR + LOADS + VAS
    ports = load(f"servo\n{SERVO.format(k=1, r='1g')}{deck}{MODELS}").ports
    assert ports.input == ("1", "2") and ports.output == ("7",)
    fast = load(f"servo\n{SERVO.format(k=1, r='1k')}{deck}{MODELS}").ports
    assert fast.input == () and "fed back" in fast.how["input"]


def test_a_supply_at_ground_is_no_input() -> None:
    deck = BENCH.replace("v2 2 0 0", "vss 2 0 0") + PAIR + LOADS + VAS
    assert load(f"a base at a supply\n{deck}{MODELS}").ports.input == ("1", "2@q2")


def test_a_tail_is_no_output_where_drains_and_sources_are_exchanged() -> None:
    deck = MOS.replace("m1 3 1 5", "m1 5 1 3").replace("m2 4 2 5", "m2 5 2 4") + "r1 10 3 20k\nr2 10 4 20k\n"
    assert output(deck)[0] == ()


def test_two_amplifiers_beside_each_other_have_no_output_between_them() -> None:
    channel = "q{0}1 1{0} {0} 2{0} n\nr{0} 10 1{0} 10k\nq{0}3 3{0} 1{0} 10 p\nr{0}3 3{0} 0 5k\nr{0}2 2{0} 0 1k\n"
    deck = "vcc 10 0 15\nv1 1 0 ac 1\nv2 2 0 ac 1\n" + channel.format(1) + channel.format(2)
    assert load(f"channels\n{deck}{MODELS}").ports.input == ("v1", "v2") and output(deck)[0] == ()


def test_nobody_probes_inside_a_macromodel() -> None:
    inside = ".subckt amp p n\nq1 a p e n\nq2 b n e n\nra 1 a 1k\nrb 1 b 1k\nie e 0 1m\nv1 1 0 5\n"
    stage = "q3 c b 1 p\nrc c 0 1k\n.ends\n"
    assert output("v1 1 0 1 ac 1\nv2 2 0 1\nx1 1 2 amp\n" + inside + stage)[0] == ()


def test_a_path_is_found_in_a_time_that_grows_with_the_circuit() -> None:
    """A thousand followers in a chain, of which each is walked through once a round."""
    chain = "".join(f"q{k} 10 {k} {k + 1} n\nr{k} {k + 1} 11 1meg\n" for k in range(100, 1100))
    stage = VAS.replace("q3 7", "q3 100").replace("r4 7", "r4 100")
    assert output(BENCH + PAIR + LOADS + stage + chain)[0] == ("1100",)


def test_joined_collectors_are_no_output() -> None:
    """A doubler: nothing of a difference arrives there."""
    assert output(BENCH + PAIR.replace("q2 4", "q2 3") + "r1 10 3 5k\n")[0] == ()


def test_the_output_of_a_fed_back_amplifier_is_found_for_its_closed_loop() -> None:
    deck = BENCH.replace("v2 2 0 0", "rf 7 2 10k\nrg 2 0 1k") + PAIR + LOADS + VAS.replace("q3 7 4", "q3 7 3")
    ports = load(f"fed back\n{deck}{MODELS}").ports
    assert ports.input == () and ports.output == ("7",) and ports.how["output"].startswith("taken: the collector of q3")
    with pytest.raises(OptionError, match="one signal input") as caught:
        lt.read(f"fed back\n{deck}{MODELS}").gains([1.0])
    assert "with the loop closed" in str(caught.value.hint)
