"""LAPLACE sources beside their transfer functions: gains over frequency, poles, noise, what varies."""

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate import load, write
from reference.ngspice import small_signals

F = np.array([1.0, 100.0, 159.15494309189535, 1e4, 1e6])
S = 2j * np.pi * F
BENCH = "t\nv1 a 0 1 ac 1\nv2 b 0 0\nrb b 0 1k\nro o 0 1k\n*@ input a b\n*@ output o\n"


def gain(card, frequency_hz=F, **options):
    """Of the input a alone, which has half of a differential signal."""
    return 2.0 * np.asarray(lt.read(BENCH + card + "\n", **options).gains(frequency_hz).differential)


@pytest.mark.parametrize(
    ("card", "transfer"),
    [
        ("e1 o 0 laplace {v(a)} = {2/(1+1m*s)}", 2 / (1 + 1e-3 * S)),
        ("e1 o 0 LAPLACE {V(a)*2} {(1+s*1u)/(1+s*1m)^2}", 2 * (1 + S * 1e-6) / (1 + S * 1e-3) ** 2),
        ("e1 o 0 a 0 laplace = 1m*s/(1+s/6.28k)+1m", 1e-3 * S / (1 + S / 6.28e3) + 1e-3),
        ("g1 0 o LAPLACE {V(a)}={s*1u}", S * 1e-3),
        ("g1 0 o a 0 Laplace={1m/(1+s*1u)} window=1", 1 / (1 + 1e-6 * S)),
        ("b1 o 0 v=v(a)+1 laplace={1/(1+1e-3*s+1e-6*s**2)}", 1 / (1 + 1e-3 * S + 1e-6 * S**2)),
        ("b1 0 o i={1m*v(a)} laplace=(1+s*1m)/(1+s*10m)", (1 + S * 1e-3) / (1 + S * 10e-3)),
        ("e1 o 0 laplace {v(a)} = {-3}", -3.0 + 0 * S),
        ("e1 o 0 laplace {v(a)} = {1/(1+s/1k) - 1/(1+s/1k)/2}", 0.5 / (1 + S / 1e3)),
        ("e1 o 0 laplace {v(a)} = {s/(s+1k)}", S / (S + 1e3)),
        ("e1 o 0 laplace {v(a)} = {(s^2+1e6)/(s^2+100*s+1e6)}", (S**2 + 1e6) / (S**2 + 100 * S + 1e6)),
        ("e1 o 0 laplace {v(a)} = {1/(1+s*1m)**8}", 1 / (1 + S * 1e-3) ** 8),
        (".param tc=2m k=4\ne1 o 0 laplace {v(a)} = {k/(1+tc*s)}", 4 / (1 + 2e-3 * S)),
        (".subckt f i o\ne1 o 0 laplace {v(i)} = {1/(1+1m*s)}\n.ends\nx1 a o f", 1 / (1 + 1e-3 * S)),
    ],
)
def test_it_is_its_transfer_function(card, transfer):
    found = gain(card)
    seen = np.abs(transfer) > 1e-10
    np.testing.assert_allclose(found[seen], np.broadcast_to(transfer, S.shape)[seen], rtol=1e-9)


def test_a_sign_of_a_power_is_one_in_every_dialect():
    for dialect in (None, "pspice", "ltspice", "hspice", "ngspice"):
        for card in (
            "e1 o 0 laplace {v(a)} = {1/(1+s*1m)^2}",
            "e1 o 0 a 0 laplace=1/({1}+s*{1m})^2 window=1m nfft=64",
            "e1 o 0 a 0 laplace {1/(1+s*1m)^2}",
            "b1 o 0 v=v(a) laplace=1/(1+s*1m)^2 mtol=1",
        ):
            np.testing.assert_allclose(gain(card, dialect=dialect), 1 / (1 + S * 1e-3) ** 2, rtol=1e-9)


def test_its_poles_are_those_of_the_denominator():
    deck = BENCH + "e1 o 0 laplace {v(a)} = {(1+s/20k)/((1+s/1k)*(1+s/5k+s^2/1e8))}\n"
    found = np.sort_complex(np.asarray(lt.read(deck).poles().poles))
    expected = np.sort_complex(np.concatenate([[-1e3], np.roots([1e-8, 2e-4, 1.0])]))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_it_filters_noise_and_makes_none():
    """4*k*T*R of a source resistance at 27 degC, through the filter."""
    deck = "t\nv1 a 0 0 ac 1\nv2 b 0 0\nr1 a x 10k noisy=1\nrx x 0 100meg noisy=0\nrb b 0 1k noisy=0\n"
    deck += "e1 o 0 laplace {v(x,b)} = {10/(1+s*1m)}\nro o 0 1k\n*@ input a b\n*@ output o\n"
    shunt = 1e8 / (1e8 + 10e3)
    expected = shunt * np.sqrt(4 * 1.380649e-23 * 300.15 * 10e3) * np.abs(10 / (1 + S * 1e-3))
    found = np.sqrt(np.asarray(lt.read(deck).noise(F).density).sum(axis=-1).ravel())
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_parameter_in_it_varies_over_lanes():
    deck = BENCH + ".param k=4\ne1 o 0 laplace {v(a)} = {k/(1+1m*s)}\n"
    found = lt.read(deck).gains(100.0, parameters={"k": [1.0, 2.0, 4.0]})
    expected = 0.5 * np.array([1.0, 2.0, 4.0]) / (1 + 1e-3j * 2 * np.pi * 100)
    np.testing.assert_allclose(np.asarray(found.differential).ravel(), expected, rtol=1e-9)


def test_feedback_around_it_is_that_of_its_gain():
    deck = "t\nv1 a 0 0.1\ne1 o 0 laplace {v(a,n)} = {100k/(1+s/10)}\nr1 o n 9k\nr2 n 0 1k\n"
    assert lt.read(deck).op().nodes["o"] == pytest.approx(0.1 * 1e5 / (1 + 1e4), rel=1e-9)


def test_the_flat_netlist_has_it_in_parts_that_every_program_knows():
    deck = BENCH + "e1 o 0 laplace {v(a)} = {2/(1+1m*s)}\n"
    flat = write(load(deck))
    assert "laplace" not in flat
    np.testing.assert_allclose(2.0 * np.asarray(lt.read(flat).gains(F).differential), 2 / (1 + 1e-3 * S), rtol=1e-9)


@pytest.mark.ngspice
def test_ngspice_solves_the_flat_netlist_alike():
    flat = write(load(BENCH + "e1 o 0 laplace {v(a)} = {(1+s/20k)/((1+s/1k)*(1+s/5k+s^2/1e8))}\n"))
    plot = small_signals(flat, {"v1": 1.0}, 1.0, 1e5, 5)
    s = 2j * np.pi * plot.vectors["frequency"].real
    expected = (1 + s / 20e3) / ((1 + s / 1e3) * (1 + s / 5e3 + s**2 / 1e8))
    np.testing.assert_allclose(plot.vectors["v(o)"], expected, rtol=1e-6)


@pytest.mark.ngspice
def test_it_is_what_the_transfer_function_of_ngspice_is():
    """s_xfer, the code model of XSPICE, in a deck of its own."""
    deck = BENCH + "a1 a o h\n.model h s_xfer(num_coeff=[1e-3 2] den_coeff=[1e-7 1e-3 1] int_ic=[0 0])\n"
    plot = small_signals(deck, {"v1": 1.0}, 1.0, 1e5, 5)
    frequency = plot.vectors["frequency"].real
    found = gain("e1 o 0 laplace {v(a)} = {(2+1m*s)/(1+1m*s+100n*s^2)}", frequency)
    np.testing.assert_allclose(found, plot.vectors["v(o)"], rtol=1e-6)


def test_copies_of_a_subcircuit_have_the_gain_of_one():
    cell = ".subckt f i o\ne1 o 0 laplace {2*v(i)} = {1/(1+1m*s+1u*s^2)}\n.ends\nx1 a o f m=3"
    np.testing.assert_allclose(gain(cell)[:4], (2 / (1 + 1e-3 * S + 1e-6 * S**2))[:4], rtol=1e-9)
