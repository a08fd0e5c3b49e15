"""The runner itself: it reads numbers right, and never returns one that ngspice did not stand by."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from reference import ngspice

pytestmark = pytest.mark.ngspice

DIVIDER = """a divider between two sources
.param r=1k
v1 a 0 dc 3 ac 1 90
v2 b 0 1
r1 a m {r}
r2 b m 3k
c1 m 0 1u
.ac dec 5 1 1k
.print ac v(m)
+ v(a)
.control
run
print v(m)
.endc
.end
"""


def test_operating_point_is_exact() -> None:
    point = ngspice.operating_point(DIVIDER, devices=["@r1[i]"])
    assert point.nodes == pytest.approx({"a": 3.0, "b": 1.0, "m": 2.5}, rel=1e-12)
    assert point.branches == pytest.approx({"v1": -0.5e-3, "v2": 0.5e-3}, rel=1e-12)
    assert point.devices == pytest.approx({("r1", "i"): 0.5e-3}, rel=1e-12)


def test_sources_and_parameters_can_be_replaced() -> None:
    point = ngspice.operating_point(DIVIDER, dc={"v1": 5.0}, parameters={"r": 3e3})
    assert point.nodes["m"] == pytest.approx(3.0, rel=1e-12)


def test_mode_gains_of_two_resistors_and_a_capacitor() -> None:
    gains = ngspice.mode_gains(DIVIDER, ("v1", "v2"), ("m",), 1.0, 1e3, 7)
    rolloff = 1 + 2j * math.pi * gains.frequency_hz * 750.0 * 1e-6
    assert gains.frequency_hz[[0, -1]] == pytest.approx([1.0, 1e3])
    np.testing.assert_allclose(gains.differential, 0.25 / rolloff, rtol=1e-9)
    np.testing.assert_allclose(gains.common_to_differential, 1.0 / rolloff, rtol=1e-9)
    assert gains.common is None


def test_offset_is_taken_half_from_each_source() -> None:
    assert ngspice.offset_sources(DIVIDER, ("v1", "v2"), 0.2) == pytest.approx({"v1": 3.1, "v2": 0.9}, rel=1e-14)


def test_null_offset_of_a_linear_circuit() -> None:
    # v(m) = 0.75*v1 + 0.25*v2 moves by a quarter of the offset
    offset = ngspice.null_offset(DIVIDER, ("v1", "v2"), ("m",), target=2.51)
    assert offset == pytest.approx(0.04, rel=1e-9)


def test_sweep() -> None:
    plot = ngspice.dc_sweep(DIVIDER, "v2", (0.0, 4.0, 1.0))
    np.testing.assert_allclose(plot.voltage("m"), 2.25 + 0.25 * np.arange(5), rtol=1e-12)


def test_include_is_found_beside_the_deck(tmp_path: Path) -> None:
    (tmp_path / "load.inc").write_text("r3 m 0 750\n")
    deck = tmp_path / "deck.cir"
    deck.write_text(DIVIDER.replace("c1 m 0 1u", ".include load.inc"))
    assert ngspice.operating_point(deck).nodes["m"] == pytest.approx(1.25, rel=1e-12)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (DIVIDER.replace("r2 b m 3k", "q1 b m 0 missing"), "missing"),
        (DIVIDER.replace("r2 b m 3k", "d1 b m dd\n.model dd d(is=1f nonsense=3)"), "nonsense"),
        (DIVIDER.replace("{r}", "{unheard_of}"), "unheard_of"),
        (DIVIDER.replace("r2 b m 3k", "v3 a 0 2"), "singular|aborted|no_convergence|failed"),
    ],
)
def test_what_ngspice_does_not_accept_is_an_error(broken: str, complaint: str) -> None:
    with pytest.raises(ngspice.NgspiceError, match=f"(?i){complaint}"):
        ngspice.operating_point(broken)


def test_unknown_quantity_and_parameter_are_errors() -> None:
    with pytest.raises(ngspice.NgspiceError):
        ngspice.operating_point(DIVIDER, devices=["@r1[nonsense]"])
    with pytest.raises(ngspice.NgspiceError, match=r"no \.param x"):
        ngspice.operating_point(DIVIDER, parameters={"x": 1.0})
    with pytest.raises(ngspice.NgspiceError, match="no v"):
        ngspice.mode_gains(DIVIDER, ("v1", "v2"), ("nowhere",), 1.0, 1e3)


def test_a_run_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ngspice, "TIMEOUT_S", 1e-4)
    with pytest.raises(ngspice.NgspiceError, match="did not finish"):
        ngspice.operating_point(DIVIDER)


def test_a_missing_program_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ngspice.NgspiceError, match="not installed"):
        ngspice.operating_point(DIVIDER)


def test_a_truncated_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.raw"
    path.write_bytes(
        b"Title: t\nFlags: real\nNo. Variables: 1\nNo. Points: 2\nVariables:\n\t0\tv(a)\tvoltage\nBinary:\n"
    )
    with pytest.raises(ngspice.NgspiceError, match="0 numbers"):
        ngspice.read_raw(path)
    path.write_bytes(b"Title: t\n")
    with pytest.raises(ngspice.NgspiceError, match="not a binary"):
        ngspice.read_raw(path)


DIODE = "a diode at a forced voltage\nv1 a 0 0.7\nd1 a 0 dd\n.model dd d(is=1e-14 n=1)\n"


@pytest.mark.parametrize(
    ("cards", "temp_deg_c"),
    [
        (".options gmin=1e-15\n", 27.0),
        (".options gmin=1e-15 temp=40 tnom=40\n", 40.0),
        (".options tnom=50 gmin=1e-15\n.temp 50\n", 50.0),
    ],
)
def test_thermal_voltage_is_that_of_codata_2018(cards: str, temp_deg_c: float) -> None:
    current = -ngspice.operating_point(DIODE + cards).branches["v1"]
    thermal_voltage = 1.380649e-23 / 1.602176634e-19 * (temp_deg_c + 273.15)
    assert current == pytest.approx(1e-14 * math.expm1(0.7 / thermal_voltage), rel=1e-7)


def test_a_sweep_that_would_hang_is_refused() -> None:
    with pytest.raises(ValueError, match="hangs"):
        ngspice.mode_gains(DIVIDER, ("v1", "v2"), ("m",), 50.0, 100.0, 1)
