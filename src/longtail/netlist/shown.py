"""What cards and commands of simulators show, print or measure: the nodes that whoever wrote the deck looks at.

longtail runs none of them. Where nothing says what the output is, a person looks for it here.
"""

from __future__ import annotations

import re

from longtail.netlist.cards import Shown
from longtail.netlist.lines import LogicalLine

CARDS = frozenset(("tf", "noise", "pz", "print", "plot", "probe", "save", "graph", "meas", "measure", "four"))
COMMANDS = CARDS | {"gnuplot", "hardcopy", "wrdata", "write", "let", "fourier"}  # of a .control section
ANALYSES = frozenset(("ac", "dc", "tran", "noise", "op"))
_NODE = r"\s*([^\s(),]+)\s*"
_VOLTAGE = re.compile(rf"(?<![\w.#])v(?:db|[mpri])?\({_NODE}(?:,{_NODE})?\)")
_DIFFERENCE = re.compile(rf"(?<![\w.#])v\({_NODE}\)\s*-\s*v\({_NODE}\)")


def shown(line: LogicalLine, keyword: str) -> Shown | None:
    """The voltages that a card or command names, if any: `.print ac vdb(5)`, `.tf v(5,4) vin`, `.pz 1 0 5 0 vol pz`.

    >>> from longtail.netlist.lines import split_lines
    >>> text = "title\\n.print ac vdb(5) vp(5)\\n.plot tran V(a)-V(b) i(v1)\\n.pz 1 0 5 4 vol pz"
    >>> [shown(card, word).voltages for card, word in zip(split_lines(text, "x").cards, ("print", "plot", "pz"))]
    [(('5',),), (('a', 'b'),), (('5', '4'),)]
    """
    text = line.text
    words = text.split()
    analysis = words[1] if len(words) > 1 and words[1] in ANALYSES else ""
    if keyword == "pz":
        found = [tuple(words[3:5])] if len(words) > 4 else []
    else:
        found = [match.groups() for match in _DIFFERENCE.finditer(text)]
        found += [tuple(filter(None, match.groups())) for match in _VOLTAGE.finditer(_DIFFERENCE.sub(" ", text))]
    return Shown(keyword, analysis, tuple(dict.fromkeys(found)), line.span()) if found else None
