"""Operating point: node voltages, branch currents, and every device's region and small-signal parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from longtail.analyses.base import Analysis, Result
from longtail.circuit import Circuit
from longtail.devices.discovery import devices
from longtail.engine.operating_point import OperatingPoint, solve_operating_point
from longtail.engine.system import System
from longtail.lanes.status import LaneStatus

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False, repr=False)
class OpResult(Result):
    """The operating point of a circuit.

    nodes     V to ground by node; nodes within a device are left out
    branches  A by device that has a branch current: into the first terminal, through the device
    devices   by name: "model", "region" where it has one, and its quantities in SI units
    units     by device, the unit of each quantity
    kinds     by device, the name of its device model: "bipolar"
    """

    status: str
    iterations: int
    continuation: str
    nodes: dict[str, float]
    branches: dict[str, float]
    devices: dict[str, dict[str, Any]]
    units: dict[str, dict[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<operating point: {self.status}, {len(self.nodes)} nodes, {len(self.devices)} devices, "
            f"{self.continuation}, {self.iterations} iterations>"
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "iterations": self.iterations,
            "continuation": self.continuation,
            "nodes": self.nodes,
            "branches": self.branches,
            "devices": self.devices,
        }

    def to_xarray(self) -> xarray.Dataset:
        """Node voltages over "node" in V and branch currents over "branch" in A."""
        import xarray

        return xarray.Dataset(
            {
                "voltage": ("node", list(self.nodes.values()), {"units": "V"}),
                "current": ("branch", list(self.branches.values()), {"units": "A"}),
            },
            coords={"node": list(self.nodes), "branch": list(self.branches)},
            attrs={"status": self.status, "continuation": self.continuation},
        )


def describe(point: OperatingPoint, lane: int = 0) -> OpResult:
    """One lane of an operating point in names and numbers."""
    system = point.system
    circuit = system.circuit
    values = dict(zip((u.name for u in system.unknowns), point.solution[lane].tolist(), strict=True))
    branches = {}
    for unknown in system.unknowns:
        if unknown.unit == "A":
            branches[unknown.name.removeprefix("i(").removesuffix(")")] = values[unknown.name]
    models = devices()
    described: dict[str, dict[str, Any]] = {}
    units = {}
    for name, quantities in point.quantities.items():
        instance = circuit.instances[name]
        model = models[instance.device]
        described[name] = {"model": instance.model or model.name}
        if "region" in quantities:
            described[name]["region"] = model.regions[int(quantities["region"][lane])]
        described[name] |= {k: x[lane].item() for k, x in quantities.items() if k != "region"}
        units[name] = {q.name: q.unit for q in model.quantities if q.name != "region"}
    return OpResult(
        LaneStatus(int(point.status[lane])).text,
        point.iterations,
        point.continuation,
        {node: values[node] for node in circuit.nodes},
        branches,
        described,
        units,
        {name: circuit.instances[name].device for name in described},
    )


def run(circuit: Circuit) -> OpResult:
    """The operating point of the netlist as it stands."""
    return describe(solve_operating_point(System(circuit)))


ANALYSIS = Analysis("op", "Operating point: voltages, currents, and each device's region and parameters", run, OpResult)
