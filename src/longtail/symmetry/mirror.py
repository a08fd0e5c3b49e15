"""What a mirror image is: which node and device stands for which when the two inputs are exchanged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOTHING = ""  # stands for the partner of a device that has none: a source in front of one input only


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two devices of a pair differ: a parameter of the card, or of the model ("model vto").

    `first` and `second` are the values in the unit of the parameter, of the first and of the second device of the
    pair. A device that lies on the line and differs from its own image (a source across the line) is a pair with
    itself; one that stands on one side only, where a wire is on the other, is a pair with `NOTHING`.
    """

    pair: tuple[str, str]
    parameter: str
    first: float
    second: float

    @property
    def delta(self) -> float:
        """`first - second`: the two are the mean plus and minus half of it."""
        return self.first - self.second

    @property
    def mean(self) -> float:
        return (self.first + self.second) / 2

    def to_dict(self) -> dict[str, Any]:
        """The partner that is `NOTHING` is null."""
        pair = [name or None for name in self.pair]
        both = {"first": self.first, "second": self.second}
        return {"pair": pair, "parameter": self.parameter, "delta": self.delta, **both}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Difference:
        first, second = (NOTHING if name is None else name for name in entries["pair"])
        values = (math.nan if entries[key] is None else entries[key] for key in ("first", "second"))
        return cls((first, second), entries["parameter"], *values)


@dataclass(frozen=True)
class Mirror:
    """The mirror image of a circuit, or of the part of it that has one.

    nodes        image of every node of the symmetric part, ground left out; a node on the line maps to itself
    devices      image of every device likewise
    complete     True: the whole circuit maps onto itself; False: only a part, and `ends_at` says where it ends
    exact        True: the values are equal too (False as well where the image is not complete)
    differences  where values are not equal
    ends_at      nodes at which the symmetric part ends (devices, where no node tells)
    ambiguous    what else the image could be, where there is a choice; None where there is none
    unmatched    devices without an image
    inner        nodes within a chain of voltage sources of which only the sum has an image
    reversed     devices whose image has its terminals the other way round (a resistor across the line is its own)
    negated      devices whose value has the other sign in the image: a source turned round, a coupling of windings of
                 which one is turned
    wires        voltage sources in series that stand on one side only and were taken for a wire
    """

    nodes: Mapping[str, str]
    devices: Mapping[str, str]
    complete: bool
    exact: bool
    differences: tuple[Difference, ...]
    ends_at: tuple[str, ...]
    ambiguous: str | None
    unmatched: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    reversed: frozenset[str] = frozenset()
    wires: tuple[str, ...] = ()
    negated: frozenset[str] = frozenset()

    @property
    def node_pairs(self) -> tuple[tuple[str, str], ...]:
        """Nodes that are each other's image, each pair once; the one named first comes first."""
        return _pairs(self.nodes)

    @property
    def device_pairs(self) -> tuple[tuple[str, str], ...]:
        """Devices that are each other's image, each pair once."""
        return _pairs(self.devices)

    @property
    def axis_nodes(self) -> tuple[str, ...]:
        """Nodes on the line: no voltage there answers to a difference of the inputs."""
        return tuple(name for name, image in self.nodes.items() if name == image)

    @property
    def axis_devices(self) -> tuple[str, ...]:
        """Devices on the line, and across it."""
        return tuple(name for name, image in self.devices.items() if name == image)


def _pairs(images: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    seen: set[str] = set()
    pairs = []
    for name, image in images.items():
        if name != image and name not in seen and image not in seen:
            pairs.append((name, image))
            seen |= {name, image}
    return tuple(pairs)
