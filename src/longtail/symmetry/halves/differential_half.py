"""The differential half: each side does the opposite of the other, so that the line stands still.

Nodes on the line are held at their operating point, and what is only on the line drops out. A device across the line
ends there in the middle: R/2 or 2C to a node held at the voltage that both its ends have at rest. Where a device of
the kept side reaches a node of the other (cross-coupled transistors), that node is made from its image: its voltage
is v(n) = 2*V - v(image), with V at rest, and what it draws is given back to the image with the sign reversed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from longtail.circuit import GROUND, Instance
from longtail.devices.parts.switching import SWITCHES
from longtail.netlist.expressions.tree import Binary, Number
from longtail.symmetry.graph import IDEAL, LINEAR_CONTROLLED, terminal_labels
from longtail.symmetry.halves.currents import at_rest, check_controls, in_differential, steered
from longtail.symmetry.halves.inductors import couple
from longtail.symmetry.halves.sides import NotHalvedError, Sides, fewer, is_forced, scaled

Levels = Mapping[str, float]
Drawn = Callable[[Mapping[str, Instance]], Levels]  # dc currents in A that devices draw from nodes at their levels


def differential_half(sides: Sides, levels: Levels, currents: Levels, drawn: Drawn) -> dict[str, Instance]:
    """The devices of the differential half, the sources that hold the line included.

    `levels` gives the voltage at rest, in V, of the nodes of the kept side and on the line, `currents` the current, in
    A, of the devices there that have one of their own; `drawn` tells what devices draw then. Raises `NotHalvedError`
    for a current that is read where the half has none.
    """
    return _Cut(sides, levels, currents, drawn).run()


@dataclass
class _Cut:
    sides: Sides
    levels: Levels
    currents: Levels
    drawn: Drawn
    half: dict[str, Instance] = field(default_factory=dict)

    def run(self) -> dict[str, Instance]:
        for name, instance in self.sides.circuit.instances.items():
            if name in self.sides.in_chains or instance.device == "coupling":
                continue
            if self.sides.mirror.devices[name] != name:
                if self.sides.standing[name] == name and not self._only_holds(instance):
                    self._put(self.sides.standing_for(name))
            elif name in self.sides.mirror.reversed:
                self._cross(instance)
        check_controls(self.half)
        self._mirror_nodes()
        self._hold()
        couple(self.half, self.sides, mode=-1.0)
        return self.half

    def _only_holds(self, instance: Instance) -> bool:
        """Whether a device drives only the line and takes nothing from where it reads."""
        controlled = instance.device in LINEAR_CONTROLLED or instance.device == "behavioral"
        return controlled and all(self.sides.on_line(n) for n in instance.nodes[:2])

    def _put(self, instance: Instance) -> None:
        """Add a device that reads the currents of the half."""
        readings = partial(in_differential, self.sides, currents=self.currents)
        self.half |= {found.name: found for found in steered(instance, readings)}

    def _cross(self, instance: Instance) -> None:
        """A device across the line, from the kept side to the middle. An independent source there is zero."""
        first, second = instance.nodes[:2]
        if first == second or self.sides.on_line(first):
            return
        sign = -1.0 if self.sides.foreign(first) else 1.0
        end = self.sides.place(first)
        match instance.device:
            case "resistor" | "capacitor" | "inductor":
                cut = replace(fewer(instance, 2.0), nodes=(end, self._middle(end)))
            case "voltage_source":
                cut = replace(instance, nodes=(end, self._middle(end)), parameters={"dc": 0.0}, waveform=None)
            case "vcvs":
                cut = scaled(replace(instance, nodes=(end, self._middle(end), *instance.nodes[2:])), "gain", sign / 2)
            case "ccvs":
                cut = scaled(replace(instance, nodes=(end, self._middle(end))), "gain", sign / 2)
            case "vccs" | "cccs":
                cut = scaled(replace(instance, nodes=(end, GROUND, *instance.nodes[2:])), "gain", sign)
            case "behavioral":
                cut = self._cross_law(instance, end, sign)
            case device if device in SWITCHES:
                cut = replace(fewer(instance, 2.0), nodes=(end, self._middle(end), *instance.nodes[2:]))
            case _:
                return
        self._put(cut)

    def _cross_law(self, instance: Instance, end: str, sign: float) -> Instance:
        assert instance.expression is not None
        forced = bool(instance.parameters.get("voltage"))
        law = Binary("*", Number(sign / 2 if forced else sign), instance.expression)
        other = self._middle(end) if forced else GROUND
        read = [n for n in instance.nodes if n not in (end, other)]
        return replace(instance, nodes=(end, other, *read), expression=law)

    def _middle(self, node: str) -> str:
        """A node on the line that a device across it ends at, held at the voltage of its ends at rest."""
        name = f"middle.{node}"
        self._source(f"v.{name}", (name, GROUND), self.levels[node])
        return name

    def _source(self, name: str, nodes: tuple[str, str], dc: float, device: str = "voltage_source") -> None:
        self.half[name] = Instance(name, device, nodes, {"dc": dc})

    def _mirror_nodes(self) -> None:
        """Make the nodes of the other side that kept devices reach."""
        devices = dict(self.half)
        reached = dict.fromkeys(n for i in devices.values() for n in i.nodes if self.sides.foreign(n))
        loading = {n: [i for i in devices.values() if n in _loaded(i)] for n in reached}
        for instances in loading.values():
            for instance in instances:
                if is_forced(instance):
                    raise NotHalvedError(
                        f"{instance.name} forces a voltage between the two sides: that is not cut in half"
                    )
        rest = self.drawn(
            {
                name: at_rest(instance, self.currents)
                for name, instance in devices.items()
                if any(instance in found for found in loading.values())
            }
        )
        for node, instances in loading.items():
            image, source, above = self.sides.place(node), f"v.mirror.{node}", f"mirror.{node}"
            self._source(source, (above, GROUND), 2.0 * self.levels[image])
            name = f"e.mirror.{node}"
            self.half[name] = Instance(name, "vcvs", (node, above, GROUND, image), {"gain": 1.0})
            if instances:
                name = f"f.mirror.{node}"
                self.half[name] = Instance(name, "cccs", (image, GROUND), {"gain": 1.0}, controls=(source,))
                if rest.get(node):
                    self._source(f"i.mirror.{node}", (image, GROUND), 2.0 * rest[node], "current_source")

    def _hold(self) -> None:
        """Hold every node on the line that something still reaches: by its supply where it has one."""
        reached = {n for i in self.half.values() for n in i.nodes if n != GROUND}
        supplied: dict[str, Instance] = {}
        for name, instance in self.sides.circuit.instances.items():
            if instance.device == "voltage_source" and GROUND in instance.nodes and name not in self.half:
                supplied |= {n: instance for n in instance.nodes if n != GROUND}
        for node in sorted(n for n in reached if self.sides.circuit.nodes.count(n) and self.sides.on_line(n)):
            if node in supplied:
                self.half[supplied[node].name] = supplied[node]
            elif not any(i.device == "voltage_source" and set(i.nodes) == {node, GROUND} for i in self.half.values()):
                self._source(f"v.line.{node}", (node, GROUND), self.levels[node])


def _loaded(instance: Instance) -> set[str]:
    """Nodes from which a device draws current: all but controls; a gate draws the current of its capacitances."""
    labels = terminal_labels(instance)
    return {node for label, node in zip(labels, instance.nodes, strict=True) if label not in IDEAL}
