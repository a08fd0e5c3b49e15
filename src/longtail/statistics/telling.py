"""What is to be said of the spreads that were counted."""

from __future__ import annotations

from longtail.statistics.spreads import Spreads

_NAMED = 6  # devices


def spread_notes(spreads: Spreads) -> tuple[str, ...]:
    """What was assumed or counted, and the devices that have no mismatch."""
    if spreads.assumed:
        return (
            "the netlist says nothing of mismatch: standard deviations of 1 % (resistances, saturation currents, "
            "transconductance parameters) and 5 mV (thresholds) of every device are assumed; "
            "say yours, as in '*@ mismatch r(rc*) sigma=0.1%' or a_vt on the .model card",
        )
    counted = f"counted is {' and '.join(dict.fromkeys(cause.kind for cause in spreads.causes))}"
    if not spreads.bare:
        return (counted,)
    names = ", ".join(spreads.bare[:_NAMED]) + (" ..." if len(spreads.bare) > _NAMED else "")
    return (counted, f"without mismatch, since the netlist gives none: {names}")
