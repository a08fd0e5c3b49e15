"""What cannot be varied, nulled or taken for a corner is refused by name, with what to give in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.driven.conditions import read_corners
from longtail.driven.drives import supply_rails
from longtail.driven.grid import grid
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import null_target
from longtail.driven.varied import read_lanes
from longtail.elaborate.named_values import nominal

DECK = """what can be varied and what cannot
vcc vcc 0 9
v1 inp 0 2
v2 inn 0 2
q1 vcc inp e n
q2 o inn e n
rc vcc o 5k
re e 0 1k
d1 o 0 dm
l1 o x 1u
.model n npn
.model dm d
*@ input inp inn
*@ output o
{supply}
"""
CIRCUIT = lt.read(DECK.format(supply="*@ supply vcc")).circuit

REFUSED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "corners that are a number": (lambda: read_corners(3), "names, a TOML file or values by name, not 3", ""),
    "corners with a number among them": (lambda: read_corners(["slow", 3]), "not ['slow', 3]", ""),
    "an axis of a table": (lambda: grid({"rc.r": [[1.0, 2.0]]}), "'rc.r' must be one-dimensional", ""),
    "no number": (lambda: read_lanes(CIRCUIT, {"rc.r": ["much"]}), "'rc.r' must be a number or an array", ""),
    "what a model does not say": (lambda: nominal(CIRCUIT, "d1.bv"), "'d1.bv' has no value", "in the .model card"),
    "what a card of a model does not say": (lambda: nominal(CIRCUIT, "dm.bv"), "'dm.bv' has no value", ".model card"),
    "what a device does not say": (lambda: nominal(CIRCUIT, "d1.area"), "'d1.area' has no value", "give it there"),
    "what neither has": (lambda: nominal(CIRCUIT, "q1.bff"), "neither device nor model of 'q1.bff'", "bf"),
    "what a device without a model has not": (lambda: nominal(CIRCUIT, "rc.x"), "rc has no parameter 'x'", "it has: r"),
    "what nobody has": (lambda: nominal(CIRCUIT, "rcc.r"), "there is no parameter 'rcc.r'", "rc.r"),
    "a choice that is none": (lambda: read_lanes(CIRCUIT, {"d1.tlev": [1.0, 2.0]}), "d1.tlev cannot be 2", ""),
    "below the least": (lambda: read_lanes(CIRCUIT, {"temper": [-273.16]}), "temp cannot be -273.16", ""),
    "a factor below none": (lambda: read_lanes(CIRCUIT, {"rc.m": [1.0, -1e-9]}), "rc.m cannot be -1e-09", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    ask, message, hint = REFUSED[name]
    with pytest.raises(lt.OptionError, match=re.escape(message)) as caught:
        ask()
    assert hint in (caught.value.hint or "")


def test_the_choices_are_listed() -> None:
    with pytest.raises(lt.OptionError, match=re.escape("d1.tlev cannot be 0.5: it must be one of 0, 1")):
        read_lanes(CIRCUIT, {"d1.tlev": [0.0, np.nan, 0.5]})


@pytest.mark.parametrize(
    ("name", "values"),
    [("d1.tlev", [0.0, 1.0, np.nan]), ("temper", [-273.15]), ("rc.m", [0.0]), ("n.bf", [1.0]), ("rc.r", [-1.0])],
)
def test_what_is_at_a_bound_is_taken(name: str, values: list[float]) -> None:
    """Not a number is a lane without a solution."""
    np.testing.assert_array_equal(read_lanes(CIRCUIT, {name: values}).values[name], values)


def test_the_target_of_nulling_has_to_be_known() -> None:
    """Of one node it is the middle of the supplies; of transistors without any it is nobody's guess."""
    assert null_target(find_drives(CIRCUIT), None) == 4.5
    assert null_target(find_drives(CIRCUIT), 1.0) == 1.0
    bare = lt.read(DECK.format(supply="").replace("vcc vcc 0 9\n", "icc 0 vcc 5m\n")).circuit
    with pytest.raises(lt.OptionError, match="no supplies are named") as caught:
        null_target(find_drives(bare), None)
    assert "*@ supply vdd" in (caught.value.hint or "")
    assert null_target(find_drives(bare), 1.0) == 1.0


@pytest.mark.parametrize(
    ("cards", "supplies", "rails"),
    [
        ("va a 0 5", "va", (0.0, 5.0)),
        ("va a 0 -5", "va", (-5.0, 0.0)),
        ("va 0 a 5", "va", (-5.0, 0.0)),
        ("va a 0 5\nvb b 0 3", "va vb", (0.0, 5.0)),
        ("va a 0 5\nvb b 0 -3", "va vb", (-3.0, 5.0)),
        ("va a 0 5\nvb a b 12", "va vb", (-7.0, 5.0)),
        ("va a 0\nvb b 0 2", "va vb", (0.0, 2.0)),
    ],
)
def test_rails_are_the_lowest_and_the_highest_supply_with_ground(
    cards: str, supplies: str, rails: tuple[float, float]
) -> None:
    load = "".join(f"r{node} {node} 0 1k\n" for node in "ab" if f" {node} " in f"{cards} ")
    circuit = lt.read(f"t\n{cards}\n{load}*@ supply {supplies}\n").circuit
    assert supply_rails(circuit) == pytest.approx(rails)


IDEAL = "t\nv1 a 0 0.3\nv2 b 0 0.1\ne1 o 0 a b 10\nr1 o 0 1k\n*@ input a b\n*@ output o\n"


def test_without_transistors_and_supplies_an_output_is_nulled_to_ground() -> None:
    """Its op-amps are ideal: the offset takes back what the sources differ by."""
    drives = find_drives(lt.read(IDEAL).circuit)
    assert null_target(drives, None) == 0.0
    nulled = lt.read(IDEAL).gains(1.0, null=True).null
    assert nulled is not None
    assert nulled.input_offset == pytest.approx(0.0, abs=1e-12)
    assert lt.read(IDEAL).gains(1.0, null=True, target=1.0).null.input_offset == pytest.approx(0.1)  # type: ignore[union-attr]
