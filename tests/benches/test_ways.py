"""However a bench drives an amplifier, its gains are those of the voltages at its two input nodes."""

import random

import numpy as np
import pytest

import longtail as lt
from benches import comparing
from benches.ways import WAYS, Amplifier, amplifier, reference

SEEDS = range(6)


def drawn(seed, way):
    rng = random.Random(f"{seed} {way}")
    one = amplifier(rng)
    return one, WAYS[way](rng, one.level)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_gives_the_gains_of_the_plain_bench(seed, way):
    one, bench = drawn(seed, way)
    comparing.same_gains(*comparing.decks(one, way, bench))


@pytest.mark.parametrize("analysis", comparing.ANALYSES)
@pytest.mark.parametrize("way", ["stacked on the negative input", "centre tap", "transformer", "capacitors"])
def test_every_analysis_agrees_with_itself_on_the_plain_bench(way, analysis):
    ours, plain = comparing.decks(*drawn_with(0, way))
    assert list(comparing.differences(*comparing.answers(ours, plain, way, analysis))) == []


def drawn_with(seed, way):
    one, bench = drawn(seed, way)
    return one, way, bench


@pytest.mark.ngspice
@pytest.mark.parametrize("way", [way for way in WAYS if way != "one at ground"])
def test_ngspice_finds_the_same_gains_from_node_voltages(way):
    one, bench = drawn(1, way)
    ours, _ = comparing.decks(one, way, bench)
    theirs = comparing.by_ngspice(ours, one.output, bench.excitations)
    here = lt.read(ours).gains(frequency_hz=comparing.FREQUENCIES).matrix
    assert np.abs(here - theirs).max() <= 1e-5 * np.abs(theirs).max()


def test_sides_that_are_no_image_of_each_other_are_drawn_too():
    """A check of the generator: a bench that swaps its inputs would not be noticed on symmetric amplifiers alone."""
    unequal = 0
    for seed in range(20):
        one = amplifier(random.Random(seed))
        deck = one.deck(reference(one.level, one.level).with_amplitudes("0", "0"))
        gains = lt.read(deck).gains(frequency_hz=[1e3])
        unequal += gains.single_ended or bool(np.abs(gains.common_to_differential[0]) > 1e-6)
    assert unequal >= 5


def test_a_source_that_also_moves_the_amplifier_is_refused_with_its_node():
    deck = Amplifier(
        "vtop top 0 9\nvbot bot 0 -9\nq1 o1 inp e qn\nq2 o2 inn e qn\nr1 top o1 4k\nr2 top o2 4k\nit e bot 1m\n"
        "qg x cm y qn\nrg top x 1k\nry y bot 10k\nrx x o1 10k\n",
        ("o1", "o2"),
        0.0,
    ).deck("vcm cm 0 0 {ac}\nvp inp cm 0 ac 0.5\nvn inn cm 0 ac -0.5\n")
    with pytest.raises(lt.OptionError, match="vcm moves the inputs, and at cm it also acts on the amplifier"):
        lt.read(deck.replace("{ac}", "ac 1")).gains()
    notes = lt.read(deck.replace("{ac}", "")).gains().notes
    assert any("vcm also holds cm" in note for note in notes)


STACKED = "vd inp inn 0 ac 1\nvcm inn 0 {vcm}\n.param vcm=0\n"


def test_levels_follow_the_sources_of_the_bench_in_every_lane():
    """Levels over lanes: by the source of the bench, by a parameter that it follows, or by the level itself."""
    one = amplifier(random.Random(3))
    stacked = lt.read(one.deck(STACKED, comparing.NAMED + f"*@ output {' '.join(one.output)}\n"))
    plain = lt.read(one.deck(reference(0.0, 0.0).cards.format(a=0, b=0), f"*@ output {' '.join(one.output)}\n"))
    levels = [-0.3, 0.0, 0.2]
    wanted = plain.gains(parameters={"vcm": levels}, frequency_hz=[1e3])
    for name in ("vcm.dc", "vcm"):
        found = stacked.gains(parameters={name: levels}, frequency_hz=[1e3])
        np.testing.assert_allclose(found.matrix, wanted.matrix, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.vcm, levels, atol=1e-12)


def test_a_bias_network_moves_the_levels_over_temperature():
    """The bases of named inputs stand where the bench has them at each temperature, as ngspice's do."""
    rng = random.Random("0 capacitors")
    one = amplifier(rng)
    bench = WAYS["capacitors"](rng, one.level)
    ours, _ = comparing.decks(one, "capacitors", bench)
    temperatures = [0.0, 27.0, 80.0]
    found = lt.read(ours).gains(parameters={"temp": temperatures}, frequency_hz=[1e3])
    nodes = lt.read(ours).op(parameters={"temp": temperatures}).nodes
    np.testing.assert_allclose(found.vcm, (nodes["inp"] + nodes["inn"]) / 2, rtol=1e-9, atol=1e-12)


def test_a_resistor_between_the_inputs_stays_with_the_amplifier():
    one = amplifier(random.Random(3))
    front = "vs inp 0 0 ac 1\nrx inp inn 1k\n"
    output = f"*@ output {' '.join(one.output)}\n"
    named = lt.read(one.deck(front + "v2 s2 0 0 ac 0.5\nr2 s2 inn 100\n", comparing.NAMED + output))
    plain = lt.read(one.deck(front + "vn inn 0 0\n", comparing.NAMED + output))
    z_named, z_plain = (each.impedance(frequency_hz=[1e3], vcm=0.0).differential_input for each in (named, plain))
    assert abs(z_plain[0]) < 1e3
    np.testing.assert_allclose(z_named, z_plain, rtol=2e-2)  # r2 leaves an offset at the input
