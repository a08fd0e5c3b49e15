"""Models in bins by length and width, and what a model card may have for another level."""

import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.errors import NetlistError

BINS = """.model nm.1 nmos(level=3 vto=0.6 lmin=0.5u lmax=1u wmin=1u wmax=100u)
.model nm.2 nmos(level=3 vto=0.7 lmin=1u lmax=10u wmin=1u wmax=100u)
.model nm.3 nmos(level=3 vto=0.8 lmin=1u lmax=10u wmin=100u wmax=1m)
"""


def model_of(size, more=""):
    return load(f"t\nm1 d g 0 0 nm {size}\n{BINS}{more}").instances["m1"].model


@pytest.mark.parametrize(
    ("size", "chosen"),
    [
        ("l=0.7u w=20u", "nm.1"),
        ("l=2u w=20u", "nm.2"),
        ("l={2*1u} w={20u}", "nm.2"),
        ("l=2u w=200u", "nm.3"),
        ("l=1u w=20u", "nm.2"),  # an edge belongs to the bin above it
        ("l={2.1u-1.1u} w=20u", "nm.2"),  # 1 um but for rounding, below
        ("l=10u w=20u", "nm.2"),  # or to the last
        ("l=2u w=1m", "nm.3"),
    ],
)
def test_the_size_chooses_the_bin(size, chosen):
    assert model_of(size) == chosen


def test_a_model_of_that_very_name_comes_first():
    assert model_of("l=2u w=20u", ".model nm nmos(vto=1)\n") == "nm"


def test_the_bins_of_a_subcircuit_hide_those_outside():
    inner = (
        "x1 d g s\n.subckt s d g\nm1 d g 0 0 nm l=2u w=20u\n.model nm.7 nmos(lmin=1u lmax=9u wmin=1u wmax=1m)\n.ends\n"
    )
    circuit = load(f"t\n{inner}{BINS}")
    assert circuit.instances["m.x1.m1"].model == "x1.nm.7"


def test_bins_are_told_once_and_their_edges_are_not_called_idle():
    circuit = load(f"t\nm1 d g 0 0 nm l=2u w=20u\nm2 d g 0 0 nm l=3u w=20u\n{BINS}")
    told = [note.message for note in circuit.notes if "bins" in note.message or "effect" in note.message]
    assert len(told) == 1 and "'nm' is in bins by l and w" in told[0]


@pytest.mark.parametrize(
    ("size", "more", "said"),
    [
        ("l=11u w=20u", "", "no bin of model 'nm' has l = 11 µm, w = 20 µm"),
        ("l=0.7u w=200u", "", "no bin of model 'nm'"),
        ("w=20u", "", "and l of this transistor not given"),
        ("", "", "and l and w of this transistor not given"),
        (
            "l=2u w=2u",
            ".model nm.4 nmos(lmin=1u lmax=2u wmin=1u)\n",
            "'nm.4' is named like a bin of 'nm' and has no wmax",
        ),
    ],
)
def test_what_no_bin_has_is_refused(size, more, said):
    with pytest.raises(NetlistError) as caught:
        model_of(size, more)
    assert said in caught.value.message
    if "no bin" in said:
        assert "nm.3: l 1 µm to 10 µm, w 100 µm to 1 mm" in (caught.value.hint or "")


def test_other_models_with_a_number_behind_a_dot_are_no_bins():
    with pytest.raises(NetlistError, match="model 'dx' is binned, which is supported of MOSFETs alone"):
        load("t\nd1 a 0 dx\n.model dx.1 d(is=1f)\n")


@pytest.mark.parametrize(
    ("card", "idle"),
    [
        ("level=1 vto=0.7 xj=0.3u nfs=1e11 theta=0.1 delta=1 l=2u w=10u", "xj, nfs, theta, delta"),
        ("level=2 vto=0.7 utra=0.5 theta=0.1 kappa=1 lambda=0.01", "utra, theta, kappa"),
        ("level=3 vto=0.7 lambda=0.01 ucrit=1e5 neff=3 xqc=0.4 lmin=1u", "lambda, ucrit, neff, xqc, lmin"),
    ],
)
def test_what_another_level_reads_is_named_and_left_out(card, idle):
    circuit = load(f"t\nm1 d g 0 0 nm l=2u w=20u\n.model nm nmos({card})\n")
    assert any(note.message.endswith(f"without effect: {idle}") for note in circuit.notes)
    assert not set(idle.split(", ")) & set(circuit.models["nm"].parameters)


def test_what_no_level_reads_is_refused():
    with pytest.raises(NetlistError, match="has no parameter 'thetta'"):
        load("t\nm1 d g 0 0 nm\n.model nm nmos(level=2 thetta=1)\n")


def test_wide_limits_of_public_cards():
    """A lateral diffusion of 2.45 um, as in an example of SPICE3, and a grading above 1; the current is ngspice's."""
    deck = """public cards
v1 d 0 3
v2 g 0 1.5
v3 b 0 -0.5
m1 d g 0 b nm l=10u w=100u ad=1n as=1n
.model nm nmos(level=1 vto=0.8 kp=30u gamma=0.5 lambda=0.03 ld=2.4485u cj=1e-4 mj=1.067)
"""
    assert lt.read(deck).op().branches["v1"] == pytest.approx(-0.000101519, rel=1e-5)


@pytest.mark.parametrize(
    ("card", "current"),
    [
        (
            "level=2 vto=0.8 uo=600 tox=40n nsub=1e16 xj=0.4u ld=0.2u ucrit=1e5 uexp=0.3 vmax=6e4 nfs=1e11 delta=1"
            " neff=2",
            -0.000161061,
        ),
        (
            "level=3 vto=0.8 uo=600 tox=20n nsub=1e16 xj=0.2u ld=0.1u vmax=1.5e5 theta=0.1 eta=0.1 kappa=0.3 delta=0.1"
            " nfs=1e11",
            -0.000217973,
        ),
    ],
)
def test_levels_2_and_3_from_a_card(card, current):
    """The currents are those of ngspice 39."""
    deck = f"levels\nv1 d 0 3\nv2 g 0 1.5\nv3 b 0 -0.5\nm1 d g 0 b nm l=2u w=20u\n.model nm nmos({card})\n"
    assert lt.read(deck).op().branches["v1"] == pytest.approx(current, rel=1e-5)
