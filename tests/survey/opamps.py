"""Which subcircuits of a library are op-amps, and what each of their five ports is.

The order of SPICE's macromodels is in+, in-, positive supply, negative supply, output; where the names of the ports or
the comments about them say another, that one holds. Where nothing is said, two more are in use: that of most symbols of
LTspice's library, with the output third, and the pins of a SOT-23, with the output first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NODES = ("inp", "inn", "p", "m", "out")  # of the bench, in the usual order
_USUAL = ("in+", "in-", "v+", "v-", "out")
_OTHERS = (("in+", "in-", "out", "v+", "v-"), ("out", "v-", "in+", "in-", "v+"))
_SUBCKT = re.compile(r"^\s*\.subckt\s+(\S+)\s*(.*)", re.IGNORECASE)
_ENDS = re.compile(r"^\s*\.ends\b", re.IGNORECASE)
_REST = re.compile(r"\s*params:|\s*optional:|\s*text:|\s*\S+\s*=|\s*[;$]\s", re.IGNORECASE)
_AROUND = 25  # lines of comments before and after the card
_SAID = (  # of a line of comments, the first that fits
    ("in+", r"non[- ]?inv|positive input|\+ ?input"),
    ("in-", r"inverting|inv\.? input|negative input|- ?input"),
    ("v-", r"(neg\w*|-) ?(power |voltage )?(supply|rail)|\bvee|\bvss|\bv-|-v[cds]|\bgnd|ground"),
    ("v+", r"(pos\w*|\+) ?(power |voltage )?(supply|rail)|\bvcc|\bvdd|\bv\+"),
    ("out", r"out"),
)
_NAMED = (
    ("in+", r"v?(in)?_?(\+|p|plus|pos|non_?inv\w*)(in)?|\+in|inp"),
    ("in-", r"v?(in)?_?(-|n|minus|neg|inv\w*)(in)?|-in|inn"),
    ("v+", r"v?(cc|dd|\+|p|pos|s\+|sp)\w*|v?plus|\+vs?|vs\+"),
    ("v-", r"v?(ee|ss|-|n|neg|s-|sn)\w*|v?minus|-vs?|vs-|gnd"),
    ("out", r"v?o(ut)?\w*"),
)


@dataclass(frozen=True)
class Opamp:
    """A subcircuit with five ports, and what they are in its order: what it says, or else what is usual, first."""

    name: str
    orders: tuple[tuple[str, ...], ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The bench's nodes in the order of the ports, for each order that may be meant."""
        return tuple(" ".join(NODES[_USUAL.index(role)] for role in roles) for roles in self.orders)


def opamps(text: str) -> list[Opamp]:
    """The op-amps that a deck may call: those inside of other subcircuits are theirs alone."""
    lines = text.splitlines()
    found: dict[str, Opamp] = {}
    for at, name, ports in _cards(lines):
        if len(ports) == len(_USUAL):
            said = _of_names(ports) or _of_comments(lines, at, ports)
            found.setdefault(name.lower(), Opamp(name, (said,) if said else (_USUAL, *_OTHERS)))
    return list(found.values())


def _cards(lines: list[str]) -> Iterator[tuple[int, str, list[str]]]:
    depth = 0
    for at, line in enumerate(lines):
        if _ENDS.match(line):
            depth = max(depth - 1, 0)
        elif card := _SUBCKT.match(line):
            if depth == 0:
                rest = card[2]
                for more in lines[at + 1 :]:
                    if not more.startswith("+"):
                        break
                    rest += " " + more[1:]
                yield at, card[1], _REST.split(rest, maxsplit=1)[0].split()
            depth += 1


def _of_names(ports: list[str]) -> tuple[str, ...] | None:
    """What ports are called, where all five are told apart by it."""
    said = []
    for port in ports:
        fits = [role for role, pattern in reversed(_NAMED) if re.fullmatch(pattern, port, re.IGNORECASE)]
        said.append(fits[0] if fits else "")
    return tuple(said) if sorted(said) == sorted(_USUAL) else None


def _of_comments(lines: list[str], at: int, ports: list[str]) -> tuple[str, ...] | None:
    """What the comments next to the card say: one line a port, by its name or in order."""
    before = []
    for line in reversed(lines[max(0, at - _AROUND) : at]):
        if line.strip() and not line.lstrip().startswith("*"):
            break
        before.append(line)
    after = []
    for line in lines[at + 1 : at + 1 + _AROUND]:
        if line.strip() and not line.lstrip().startswith("*"):
            break
        after.append(line)
    for comments in (list(reversed(before)), after):
        told = [(line, role) for line in comments if (role := _said(line))][-len(ports) :]
        if sorted(role for _, role in told) != sorted(_USUAL):
            continue
        named = {word[1].lower(): role for line, role in told if (word := re.match(r"\W*(\S+)", line))}
        if set(named) >= {port.lower() for port in ports}:
            return tuple(named[port.lower()] for port in ports)
        if all("|" in line for line, _ in told[1:]) or comments is not after:
            return tuple(role for _, role in told)
        return tuple(role for _, role in reversed(told))  # drawn below the card, the last port comes first
    return None


def _said(line: str) -> str:
    for role, pattern in _SAID:
        if re.search(pattern, line, re.IGNORECASE):
            return role
    return ""
