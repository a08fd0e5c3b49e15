"""What is worth showing of each kind of device, and which of its regions amplifies."""

from __future__ import annotations

from dataclasses import dataclass

from longtail.analyses.op import OpResult


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of transistor: its heading, the region in which it amplifies, and quantities in the order of a table.

    `current` and `across` are the current that it carries and the voltage that it needs for it; `enough` is the
    quantity, or the volts, above which that voltage lets it amplify (None: only the region tells).
    """

    heading: str
    amplifying: str
    quantities: tuple[str, ...]
    current: str
    across: str
    enough: str | float | None = None


TRANSISTORS = {
    "bipolar": Kind(
        "Bipolar transistors",
        "active",
        ("ic", "ib", "vbe", "vce", "g_m", "r_pi", "r_o", "beta_dc", "c_pi", "c_mu", "f_t"),
        "ic",
        "vce",
    ),
    "mosfet1": Kind(
        "MOS transistors",
        "saturation",
        ("id", "vgs", "vds", "vth", "v_ov", "vdsat", "g_m", "r_o", "g_mb", "cgs", "cgd", "cbd", "cbs"),
        "id",
        "vds",
        "vdsat",
    ),
    "jfet": Kind(
        "Junction field-effect transistors",
        "saturation",
        ("id", "vgs", "vds", "g_m", "r_o", "cgs", "cgd"),
        "id",
        "vds",
    ),
}


def transistors(op: OpResult) -> dict[str, Kind]:
    """The transistors of a circuit by name, in the order of the netlist."""
    return {name: TRANSISTORS[op.kinds[name]] for name in op.devices if op.kinds.get(name) in TRANSISTORS}


def amplifies(op: OpResult, name: str) -> bool:
    """Whether a transistor is in its amplifying region."""
    return bool(op.devices[name].get("region") == TRANSISTORS[op.kinds[name]].amplifying)
