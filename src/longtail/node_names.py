"""Names of nodes as people write them: with commas or spaces between, or as the voltage that SPICE calls by them."""

from __future__ import annotations

import re

_NODE = r"\s*([^\s(),]+)\s*"
_VOLTAGE = re.compile(rf"\s*v\({_NODE}(?:,{_NODE}\)|\)(?:\s*-\s*v\({_NODE}\))?)\s*", re.IGNORECASE)


def node_names(text: str) -> list[str]:
    """The names in a text, which have neither spaces nor commas in them.

    >>> node_names("inp, inn"), node_names("v(o1,o2)"), node_names("V(o1) - V(o2)"), node_names("v(out)")
    (['inp', 'inn'], ['o1', 'o2'], ['o1', 'o2'], ['out'])
    """
    voltage = _VOLTAGE.fullmatch(text)
    return [name for name in voltage.groups() if name] if voltage else text.replace(",", " ").split()
