"""How close longtail has to come to ngspice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import longtail as lt
from reference import ngspice

RELATIVE = 1e-6
VOLTS = 1e-6
AMPERES = 1e-11
# ngspice's own rounding, as a part of the largest gain of all: what is zero by symmetry comes out as this
ROUNDING = 1e-12


def assert_same_voltages(ours: Mapping[str, float], theirs: ngspice.OperatingPoint) -> None:
    """Every node of the netlist within 1e-6 or 1 uV; nodes within devices (q1#base) are not compared."""
    reference = {name: volts for name, volts in theirs.nodes.items() if "#" not in name}
    assert set(reference) <= set(ours)
    for name, volts in reference.items():
        assert abs(ours[name] - volts) <= RELATIVE * abs(volts) + VOLTS, f"v({name}): {ours[name]!r}, ngspice {volts!r}"


def assert_same_currents(ours: Mapping[str, float], theirs: ngspice.OperatingPoint) -> None:
    """Every branch current within 1e-6 of itself, or of the largest: the least are differences of the largest."""
    reference = theirs.branches
    assert set(reference) <= set(ours)
    largest = max(abs(amperes) for amperes in reference.values())
    for name, amperes in reference.items():
        allowed = RELATIVE * abs(amperes) + 1e-9 * largest + AMPERES
        assert abs(ours[name] - amperes) <= allowed, f"i({name}): {ours[name]!r}, ngspice {amperes!r}"


def assert_same_gains(ours: lt.ModeGains, theirs: ngspice.ModeGains, relative: float = RELATIVE) -> None:
    """Every complex gain within `relative` of its largest magnitude in the sweep."""
    pairs = {"differential": (ours.differential, theirs.differential)}
    if theirs.common is None:
        pairs["common"] = (ours.common, theirs.common_to_differential)
        assert ours.common_to_differential is None
    else:
        for name in ("common", "common_to_differential", "differential_to_common"):
            pairs[name] = (getattr(ours, name), getattr(theirs, name))
    largest = max(np.abs(reference).max() for _, reference in pairs.values())
    for name, (gain, reference) in pairs.items():
        assert gain.shape == reference.shape == theirs.frequency_hz.shape
        error = np.abs(gain - reference)
        allowed = relative * np.abs(reference).max() + ROUNDING * largest
        worst = int(error.argmax())
        assert error[worst] <= allowed, (
            f"{name} at {theirs.frequency_hz[worst]:g} Hz: {gain[worst]:.8g}, ngspice {reference[worst]:.8g}, "
            f"off by {error[worst]:.2g} where {allowed:.2g} is allowed"
        )
