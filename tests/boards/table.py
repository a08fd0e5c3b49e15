"""Boards of operational amplifiers, each with the gain that textbooks give for it.

What an amplifier is stands in `OPAMPS`: a source of high gain, a macromodel with one pole and limited output, or the
741 transistor by transistor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sympy

EXAMPLES = Path(__file__).parents[2] / "examples"

SUPPLIES = """
vcc vcc 0 15
vee vee 0 -15
"""

IDEAL = """
.subckt opamp plus minus out
e1 out 0 plus minus 1e6
.ends
"""

MACROMODEL = """
.subckt opamp plus minus out vcc vee
rin plus minus 10meg
g1 0 p plus minus 1m
rp p 0 1g
cp p 0 159p
e1 q 0 p 0 1
rout q out 50
dhigh p h d
dlow l p d
vhigh vcc h 1.5
vlow l vee 1.5
.model d d(is=1e-14)
.ends
"""


@dataclass(frozen=True)
class OpAmp:
    """What stands for an operational amplifier: its subcircuit, and the supplies it takes."""

    text: str
    powered: bool = True

    def card(self, number: int, plus: str, minus: str, out: str) -> str:
        return f"x{number} {plus} {minus} {out}{' vcc vee' if self.powered else ''} opamp"


def _transistors() -> str:
    """The circuit of the 741 as a subcircuit: what stands between its sources and its load."""
    lines = (EXAMPLES / "ua741.cir").read_text().splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("q1 "))
    last = next(k for k, line in enumerate(lines) if line.startswith("rl "))
    models = [line for line in lines[last:] if line.startswith((".model", "+"))]
    body = [line.replace("{cc}", "30p") for line in lines[first:last]]
    return "\n".join([".subckt opamp inp inn o vcc vee", *body, *models, ".ends", ""])


OPAMPS = {"ideal": OpAmp(IDEAL, powered=False), "macromodel": OpAmp(MACROMODEL), "transistors": OpAmp(_transistors())}


Symbols = Callable[[str], sympy.Symbol]


@dataclass(frozen=True)
class Board:
    """A circuit of op-amps.

    cards         the circuit; a line `op plus minus out` is an op-amp
    gain          the differential gain in V/V at `frequency_hz`, by the formula of textbooks
    formula       that formula, from symbols by the names that longtail gives to resistors
    output        the nodes that are to be found as output
    """

    title: str
    cards: str
    gain: float
    formula: Callable[[Symbols], sympy.Expr]
    output: tuple[str, ...] = ("o",)
    frequency_hz: float = 0.0

    def deck(self, opamp: OpAmp) -> str:
        return deck(self.title, self.cards, opamp)


def deck(title: str, cards: str, opamp: OpAmp) -> str:
    """A netlist of cards with op-amps of one kind, and supplies where they take some."""
    lines, number = [], 0
    for line in cards.strip().splitlines():
        if line.startswith("op "):
            number += 1
            line = opamp.card(number, *line.split()[1:])
        lines.append(line)
    return "\n".join([title, SUPPLIES if opamp.powered else "", *lines, opamp.text, ".end", ""])


DIFFERENCE = Board(
    "Difference amplifier",
    """
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
r1 inn n 10k
r2 n o 47k
r3 inp p 10k
r4 p 0 47k
op p n o
""",
    47e3 / 10e3,
    lambda r: r("R_2,4") / r("R_1,3"),
)

THREE_OP_AMPS = """\
op inp f1 o1
op inn f2 o2
rf1 o1 f1 25k
rf2 o2 f2 25k
rg f1 f2 5k
r1 o2 n 10k
r2 n o 20k
r3 o1 p 10k
r4 p 0 20k
op p n o
"""
# their gain, and its formula
OF_THREE: tuple[float, Callable[[Symbols], sympy.Expr]] = (
    (1 + 2 * 25e3 / 5e3) * 20e3 / 10e3,
    lambda r: (1 + 2 * r("R_F") / r("R_G")) * r("R_2,4") / r("R_1,3"),
)

THREE = Board(
    "Three-op-amp instrumentation amplifier",
    """
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
"""
    + THREE_OP_AMPS,
    *OF_THREE,
)

TWO = Board(
    "Two-op-amp instrumentation amplifier",
    """
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
r4 0 f1 100k
r3 f1 o1 20k
rg f1 f2 10k
r1 o1 f2 20k
r2 f2 o 100k
op inn f1 o1
op inp f2 o
""",
    1 + 100e3 / 20e3 + 2 * 100e3 / 10e3,
    lambda r: 1 + r("R_4,2") / r("R_3,1") + 2 * r("R_4,2") / r("R_G"),
)

ECG = Board(
    "Electrocardiogram front end with a driven right leg",
    """
vmains mains 0 0 ac 1
cmains mains body 3p
vra ra body 0 ac 0.5
vla la body 0 ac -0.5
rpr ra a 10k
rpl la b 10k
rbr a 0 100meg
rbl b 0 100meg
op a f1 o1
op b f2 o2
rf1 o1 f1 25k
rf2 o2 f2 25k
rga f1 m 2.5k
rgb f2 m 2.5k
r1 o2 n 10k
r2 n o 20k
r3 o1 p 10k
r4 p 0 20k
op p n o
ri m d 10k
rl d leg 1meg
op 0 d leg
rleg leg body 100k
""",
    100e6 / (100e6 + 10e3) * (1 + 2 * 25e3 / 5e3) * 20e3 / 10e3,
    lambda r: (1 + r("R_F") / r("R_GA,GB")) * r("R_2,4") / r("R_1,3"),
)

BRIDGE = Board(
    "Bridge amplifier",
    """
vexc exc 0 5
rb1 exc bp 350
rb2 bp 0 350
rb3 exc bn 350
rb4 bn 0 350
vsp bp inp 0 ac 0.5
vsn bn inn 0 ac -0.5
"""
    + THREE_OP_AMPS,
    *OF_THREE,
)

HIGH_SIDE = Board(
    "High-side current sense",
    """
vsp sp 0 12 ac 0.5
vsn sn 0 12 ac -0.5
r1 sn n 100k
r2 n o 100k
r3 sp p 100k
r4 p 0 100k
r5 p 0 11k
r6 n 0 11k
op p n o
""",
    1.0,
    lambda r: r("R_2,4") / r("R_1,3"),
)

HOWLAND = Board(
    "Howland current source",
    """
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
r1 inn n 10k
r2 n q 10k
r3 inp o 10k
r4 o q 10k
rl o 0 1k
op o n q
""",
    1e3 / 10e3,
    lambda r: r("R_L") / r("R_1,3"),
)

DRIVER = Board(
    "Fully differential driver",
    """
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
op inp f1 outp
op inn f2 outn
rf1 outp f1 10k
rf2 outn f2 10k
rg f1 f2 2k
rl1 outp 0 2k
rl2 outn 0 2k
""",
    1 + 2 * 10e3 / 2e3,
    lambda r: 1 + 2 * r("R_F") / r("R_G"),
    ("outp", "outn"),
)

BALANCED = Board(
    "Balanced line input",
    """
vhot hot 0 0 ac 0.5
vcold cold 0 0 ac -0.5
chot hot hc 100u
ccold cold cc 100u
rhot hc 0 100k
rcold cc 0 100k
r1 cc n 10k
r2 n o 5k
r3 hc p 10k
r4 p 0 5k
op p n o
""",
    5e3 / 10e3,
    lambda r: r("R_2,4") / r("R_1,3"),
    frequency_hz=1e3,
)

PHOTODIODE_PAIR = Board(
    "Photodiode pair, each current from a voltage and a large resistance",
    """
va da 0 0 ac 0.5
vb db 0 0 ac -0.5
rsa da a 1g
rsb db b 1g
ca a 0 10p
cb b 0 10p
rf1 a o1 1meg
rf2 b o2 1meg
op 0 a o1
op 0 b o2
r1 o2 n 10k
r2 n o 10k
r3 o1 p 10k
r4 p 0 10k
op p n o
""",
    -1e6 / 1e9,
    lambda r: -r("R_F") * r("R_2,4") / (r("R_SA,SB") * r("R_1,3")),
)

# of two states, and one between that no circuit stays at
COMPARATOR = """
vsig sig 0 0 ac 1
vref ref 0 0
r1 sig p 10k
r2 p o 1meg
op p ref o
rl o 0 10k
"""

# signals that are currents are refused, and the board of a photodiode pair is what to put in their place
PHOTODIODES = """
i1 a 0 0 ac 0.5
i2 b 0 0 ac -0.5
c1 a 0 10p
c2 b 0 10p
rf1 a o1 100k
rf2 b o2 100k
op 0 a o1
op 0 b o2
r1 o2 n 10k
r2 n o 10k
r3 o1 p 10k
r4 p 0 10k
op p n o
"""

BOARDS = {
    "difference": DIFFERENCE,
    "three": THREE,
    "two": TWO,
    "ecg": ECG,
    "bridge": BRIDGE,
    "high_side": HIGH_SIDE,
    "howland": HOWLAND,
    "driver": DRIVER,
    "balanced": BALANCED,
    "photodiodes": PHOTODIODE_PAIR,
}
