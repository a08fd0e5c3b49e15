"""What JFETs and MESFETs share: a gate that is a junction to either end of the channel, and what they report."""

from __future__ import annotations

from collections.abc import Mapping

from longtail.devices.base import (
    MULTIPLIER,
    RELATIVE_SPREAD,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    THRESHOLD_SPREAD,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Spread,
    Topology,
)
from longtail.devices.parts.limiting import critical_voltage, fetlim, pnjlim
from longtail.devices.parts.series import series_topology
from longtail.devices.role import SQUARE, Role
from longtail.lanes.graph import Real

# on the card of a JFET
INSTANCE = (
    Parameter("area", "", "area factor", 1.0, low=1e-12),
    Parameter("off", "", "start the search for the operating point with the device off", 0.0, flag=True),
    Parameter("icvds", "V", "first guess of the drain-source voltage", aliases=("ic-vds",)),
    Parameter("icvgs", "V", "first guess of the gate-source voltage", aliases=("ic-vgs",)),
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    MULTIPLIER,
)
QUANTITIES = (
    Quantity("id", "A", "current into the drain"),
    Quantity("ig", "A", "current into the gate"),
    Quantity("vgs", "V", "gate-source voltage"),
    Quantity("vds", "V", "drain-source voltage"),
    Quantity("vgd", "V", "gate-drain voltage"),
    Quantity("g_m", "S", "transconductance"),
    Quantity("g_ds", "S", "output conductance"),
    Quantity("r_o", "ohm", "output resistance, 1/g_ds"),
    Quantity("cgs", "F", "gate-source capacitance"),
    Quantity("cgd", "F", "gate-drain capacitance"),
    Quantity("power", "W", "dissipated power"),
    Quantity("region", "", "region of operation"),
)
MISMATCH = (
    Spread(
        ("beta",),
        RELATIVE_SPREAD,
        relative=True,
        coefficient=Parameter("a_beta", "", "Pelgrom's coefficient of beta, for an area of 1", None, low=0.0),
        area=("area",),
    ),
    Spread(
        ("vto",),
        THRESHOLD_SPREAD,
        relative=False,
        coefficient=Parameter("a_vt", "V", "Pelgrom's coefficient of vto, for an area of 1", None, low=0.0),
        area=("area",),
    ),
)


def role_with(heading: str, headroom: Mapping[str, float]) -> Role:
    """The role of a transistor whose gate is a junction; see `Role` for its `headroom`."""
    return Role(
        heading=heading,
        control="g",
        common="s",
        output="d",
        control_name="gate",
        output_name="drain",
        law=SQUARE,
        amplifying="saturation",
        cut_off="cutoff",
        current="id",
        across="vds",
        headroom=headroom,
        drive={"vgs": 1.0},
        shown=("id", "vgs", "vds", "g_m", "r_o", "cgs", "cgd"),
    )


def gate_voltages(v: Potentials, p: Parameters, vt: Real, saturation: Real, threshold: Real) -> Mapping[str, Real]:
    """Gate-source and gate-drain voltage in the own sense of the device, limited as SPICE3 does; `saturation` in A."""
    raw = {name: p.polarity * (v["g"] - v[node]) for name, node in (("vgs", "si"), ("vgd", "di"))}
    critical = critical_voltage(saturation, vt)

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        return {name: fetlim(pnjlim(new[name], old[name], vt, critical), old[name], threshold) for name in new}

    return v.limit(raw, _first_guess(p), rule)


def _first_guess(p: Parameters) -> dict[str, Real]:
    """Off: all zero. Else the voltages that the card gives, or 1 V reverse across both junctions."""
    if p.nominal("off"):
        return {"vgs": 0.0, "vgd": 0.0}
    if p.given("icvds") or p.given("icvgs"):
        return {"vgs": p.polarity * p["icvgs"], "vgd": p.polarity * (p["icvgs"] - p["icvds"])}
    return {"vgs": -1.0, "vgd": -1.0}


def resistances(p: Parameters) -> dict[str, Real | None]:
    """Those in series with drain and source in ohm, None where there is none."""
    m = p.model
    return {end: m["r" + end] / p["area"] if m.nominal("r" + end) != 0.0 else None for end in ("d", "s")}


def topology(p: Parameters) -> Topology:
    """The nodes within, where a resistance is in series."""
    return series_topology({terminal: value is not None for terminal, value in resistances(p).items()})
