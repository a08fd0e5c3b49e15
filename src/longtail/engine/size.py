"""What large means, in nodes: from where a circuit is solved by kinds of devices, and where it is refused.

Up to `LARGE` nodes every device is traced by itself, and dense matrices are the fastest. Beyond, each kind of device
is traced once (`longtail.engine.parts`) and all matrices are sparse (`longtail.engine.large`), which the analyses in
`SPARSE` do with. What needs a full matrix, `[n, n]`, or a formula of every device, is refused beyond `LARGEST`: a
matrix of 2 000 unknowns has 32 MB, its poles take 20 s. Beyond `LARGEST_SPARSE` sparse factors may take some GB.
"""

from __future__ import annotations

from longtail.circuit import Circuit
from longtail.errors import SizeError

LARGE = 250
LARGEST = 2_000
LARGEST_SPARSE = 200_000
SPARSE = ("op", "gains")


def is_large(circuit: Circuit) -> bool:
    """Whether a circuit is to be solved by kinds of devices."""
    return len(circuit.nodes) > LARGE


def check_size(nodes: int, what: str, most: int = LARGEST) -> None:
    """Raise `SizeError` where a circuit has more nodes than `what` can take.

    >>> check_size(10, "noise")
    """
    if nodes > most:
        raise SizeError(
            f"{what} takes circuits of up to {most:,} nodes, and this one has {nodes:,}".replace(",", " "),
            hint="analyze a part of the circuit" + (f"; larger ones have {' and '.join(SPARSE)}" * (most <= LARGEST)),
        )
