"""Ports: said by directives, by options, or found."""

import pytest

from longtail.elaborate import load, resolve_ports
from longtail.errors import OptionError

PAIR = """long-tailed pair
vcc vcc 0 12
vee vee 0 -12
vinp inp 0 0
vinn inn 0 0
rc1 vcc o1 1k
rc2 vcc o2 1k
q1 o1 inp e small
q2 o2 inn e small
ree e vee 10k
.model small npn(bf=100)
"""


def ports(deck, **options):
    return load(deck, **options).ports


def test_directives_say():
    found = ports(PAIR + "*@ input inp inn\n*@ output o1 o2\n*@ supply vcc vee\n*@ vcm 1.2\n")
    assert (found.input, found.output, found.supplies, found.vcm) == (("inp", "inn"), ("o1", "o2"), ("vcc", "vee"), 1.2)
    assert set(found.how.values()) == {"directive"}


def test_inputs_may_be_sources_and_supplies_nodes():
    deck = PAIR.replace("vcc vcc 0", "vpos vcc 0")
    found = ports(deck + "*@ input vinp vinn\n*@ supply vcc\n")
    assert (found.input, found.supplies) == (("vinp", "vinn"), ("vpos",))


def test_options_come_before_directives():
    found = ports(PAIR + "*@ output o1 o2\n", output="o2", input=["INN", "inp"], supply="vcc", vcm=2)
    assert (found.output, found.input, found.supplies, found.vcm) == (("o2",), ("inn", "inp"), ("vcc",), 2.0)
    assert set(found.how.values()) == {"option"}


@pytest.mark.parametrize("ends", ["o1 load", "load o1"])
def test_a_source_that_steers_a_switch_feeds_nothing(ends):
    switch = f"s1 {ends} en 0 k\nven en 0 1\ncl load 0 1p\n.model k vswitch(von=0.8 voff=0.2)\n"
    assert ports(PAIR + switch).supplies == ("vcc", "vee")
    fed = f"s1 {ends} en 0 k\nven en 0 1\nvup load 0 12\n.model k vswitch(von=0.8 voff=0.2)\n"
    assert ports(PAIR + fed).supplies == ("vcc", "vee", "vup"), "what a switch lets through does"


def test_everything_is_found():
    found = ports(PAIR)
    assert (found.input, found.output, found.supplies) == (("inp", "inn"), ("o1", "o2"), ("vcc", "vee"))
    assert found.how["input"] == (
        "found: vinp and vinn drive the bases of q1 and q2, joined at e; inp is the positive one by their names"
    )


def test_a_source_network_and_degeneration_are_seen_through():
    deck = PAIR.replace("vinp inp", "vinp sp").replace("vinn inn", "vinn sn").replace("q1 o1 inp e", "q1 o1 inp e1")
    more = "rs1 sp inp 50\ncs2 sn n1 1u\nrs2 n1 inn 50\nrb1 inp vcc 10k\nrb2 inn vcc 10k\nre1 e1 e 10\n"
    found = ports(deck.replace("q2 o2 inn e", "q2 o2 inn e2") + more + "re2 e2 e 10\n")
    assert found.input == ("vinp", "vinn")


def test_a_termination_between_the_inputs_does_not_hide_who_drives_which():
    deck = PAIR.replace("vinp inp", "vinp sp").replace("vinn inn", "vinn sn")
    assert ports(deck + "rs1 sp inp 50\nrs2 sn inn 50\nrt inp inn 100\n").input == ("vinp", "vinn")


def test_a_floating_source_stands_before_the_input():
    found = ports(PAIR.replace("vinp inp 0 0", "vos inp ip 1m\nvinp ip 0 1"))
    assert found.input == ("inp", "inn")
    assert found.supplies == ("vcc", "vee")


def test_the_positive_input_comes_first():
    deck = PAIR.replace("q1 o1 inp", "q1 o1 swap").replace("q2 o2 inn", "q2 o2 inp").replace("swap", "inn")
    assert ports(deck).input == ("inp", "inn")


def test_two_pairs_are_ambiguous():
    more = "v3 i3 0 0\nv4 i4 0 0\nq3 o1 i3 f small\nq4 o2 i4 f small\nrf f vee 1k\n"
    found = ports(PAIR + more)
    assert found.input == ()
    assert found.how["input"].startswith("ambiguous: vinp, vinn at q1, q2; v3, v4 at q3, q4")


def test_a_mirror_is_no_pair():
    deck = "mirror\nv1 a 0 1\nr1 a b 1k\nq1 b b 0 m\nq2 c b 0 m\nr2 a c 1k\n.model m npn(bf=100)\n"
    assert ports(deck).input == ()
    assert ports(deck).how["input"].startswith("not found")


def test_outputs_are_not_guessed_without_an_input_pair():
    found = ports(
        "one transistor\nvcc vcc 0 5\nv1 a 0 1 ac 1\nq1 x a e small\nr1 vcc x 1k\nr2 e 0 1k\n.model small npn\n"
    )
    assert found.output == ()
    assert found.how["output"].startswith("not found")


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"input": "inp,inq"}, "input: there is no node 'inq'", "did you mean 'inp'?"),
        ({"input": "inp"}, "input takes 2 names, not 1", None),
        ({"input": "vinp,inn"}, "not one of each", None),
        ({"output": "o1,o2,o1"}, "output takes 1 to 2 names, not 3", None),
        ({"output": "o1,o1"}, "the same name twice", None),
        ({"output": "0"}, "ground cannot be an output", None),
        ({"supply": "vdd"}, "supply: there is no node 'vdd'", None),
        ({"supply": "o1"}, "fed by no voltage source", "name the source itself"),
    ],
)
def test_wrong_names_are_errors(options, message, hint):
    with pytest.raises(OptionError, match=message.replace("?", r"\?")) as caught:
        resolve_ports(load(PAIR), **options)
    if hint is not None:
        assert caught.value.hint == hint


def test_outputs_by_two_names_are_ambiguous():
    found = ports(PAIR + "rx o1 vout 1k\nry vout 0 1k\n")
    assert found.output == ()
    assert found.how["output"].startswith("ambiguous: o1, o2; vout")


def test_transistors_on_a_rail_are_no_pairs():
    rail = "".join(f"vb{i} b{i} 0 0\nqx{i} c{i} b{i} t small\nrc{i} vcc c{i} 1k\n" for i in range(20))
    assert ports("rail\nvcc vcc 0 5\nit t 0 1m\n" + rail + ".model small npn(bf=100)\n").input == ()


def test_tied_bases_are_no_input():
    deck = PAIR.replace("q1 o1 inp", "q1 o1 inn")
    assert ports(deck).how["input"].startswith("not found")


def test_of_several_pairs_the_one_with_an_amplitude_is_the_input():
    upper = "vlp lp 0 2\nvln ln 0 2\nq3 x lp o1 small\nq4 y ln o1 small\nr3 vcc x 1k\nr4 vcc y 1k\n"
    deck = PAIR.replace("rc1 vcc o1 1k\n", "")
    assert "ambiguous" in ports(deck + upper).how["input"]
    assert ports((deck + upper).replace("vinp inp 0 0", "vinp inp 0 0 ac 1")).input == ("inp", "inn")


def test_a_pair_that_feeds_the_emitters_of_another():
    deck = PAIR.replace("q1 o1 inp e small", "q1 vcc inp e1 small").replace("q2 o2 inn e small", "q2 vcc inn e2 small")
    lower = "q3 x bb e1 other\nq4 y bb e2 other\nr3 x vee 10k\nr4 y vee 10k\nib bb vee 1u\n.model other pnp(bf=50)\n"
    found = ports(deck + lower)
    assert found.input == ("inp", "inn")
    assert found.how["input"].startswith("found: vinp and vinn drive the bases of q1 and q2, joined at bb")


@pytest.mark.parametrize(("first", "second"), [("inp", "inn"), ("/in+", "/in-"), ("V_IN_P", "V_IN_N")])
def test_without_a_pair_inputs_have_names(first, second):
    deck = f"by name\nva {first} 0 1\nvb {second} 0 1\nvs s 0 5\ne1 out 0 {first} {second} 10\nr1 out s 1k\n"
    found = ports(deck)
    assert found.input == (first.lower(), second.lower()) and found.how["input"] == "found: by name"


def test_without_pair_and_names_the_two_sources_with_an_amplitude_are_inputs():
    deck = "amplitudes\nva a 0 ac 0.5\nvb b 0 ac -0.5\nvs s 0 5\ne1 out 0 a b 10\nr1 out s 1k\n"
    found = ports(deck)
    assert found.input == ("va", "vb")
    assert found.how["input"].startswith("found: va and vb alone have an AC amplitude")
    assert ports(deck.replace("vs s 0 5", "vs s 0 5 ac 1")).input == ()


def named(deck):
    """The deck with outputs whose names say nothing."""
    return deck.replace("o1", "left").replace("o2", "right")


def test_a_pair_that_drives_nothing_further_ends_at_the_output():
    found = ports(named(PAIR))
    assert found.output == ("left", "right") and found.how["output"].startswith("found: where the pair q1, q2 ends")


def test_a_mirror_turns_to_one_output():
    deck = (
        named(PAIR)
        .replace("rc1 vcc left 1k", "q3 left left vcc other")
        .replace("rc2 vcc right 1k", "q4 right left vcc other")
    )
    found = ports(deck + ".model other pnp(bf=50)\n")
    assert found.output == ("right",) and found.how["output"].endswith("behind the mirror")


def test_the_ends_are_looked_for_above_cascodes():
    deck = named(PAIR).replace("rc1 vcc left", "q3 high1 bias left small\nrc1 vcc high1")
    deck = deck.replace("rc2 vcc right", "q4 high2 bias right small\nrc2 vcc high2") + "vb bias 0 3\n"
    assert ports(deck).output == ("high1", "high2")


def test_of_a_pair_one_side_of_which_goes_on_the_end_is_there():
    found = ports(named(PAIR) + "q5 vcc right follow small\nr5 follow vee 1k\n")
    assert found.output == ("follow",) and found.how["output"].startswith("taken: the end of the follower q5")


def test_out_comes_before_the_ends_of_a_first_stage():
    assert ports(PAIR + "e1 out 0 o1 o2 10\nr9 out 0 1k\n").output == ("out",)
