"""What is to be said of the spreads that were counted."""

from __future__ import annotations

from longtail.statistics.spreads import Spreads

_NAMED = 6  # devices


def file_notes(spreads: Spreads) -> tuple[str, ...]:
    """The file beside the netlist that was read."""
    return (f"{spreads.file} was read: what it says of spreads comes before the netlist",) if spreads.file else ()


def spread_notes(spreads: Spreads) -> tuple[str, ...]:
    """What was read beside the netlist, what was assumed or counted, and the devices that have no mismatch."""
    read = file_notes(spreads)
    if spreads.assumed:
        return (
            *read,
            "the netlist says nothing of mismatch: standard deviations of 1 % (resistances, saturation currents, "
            "transconductance parameters) and 5 mV (thresholds) of every device are assumed; "
            "say yours, as in '*@ mismatch r(rc*) sigma=0.1%' or a_vt on the .model card",
        )
    counted = f"counted is {' and '.join(dict.fromkeys(cause.kind for cause in spreads.causes))}"
    if not spreads.bare:
        return (*read, counted)
    names = ", ".join(spreads.bare[:_NAMED]) + (" ..." if len(spreads.bare) > _NAMED else "")
    return (*read, counted, f"without mismatch, since the netlist gives none: {names}")
