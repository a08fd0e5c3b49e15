"""What large means: from where a circuit is solved by kinds of devices, and where it is refused.

The size of a circuit is the number of its nodes, or half that of its devices where that is more. Up to `LARGE` every
device is traced by itself, and dense matrices are the fastest. Beyond, each kind of device is traced once (`parts` in
`longtail.engine.equations`) and all matrices are sparse (`large` there), which the analyses in `SPARSE` do with. What
needs a full matrix, `[n, n]`, or a trace of every device is refused beyond `LARGEST`: a matrix of 2 000
unknowns has 32 MB, and its poles take minutes. What follows all equations through many levels, lane by lane, does so
up to `LARGEST_FOLLOWED`: 1 000 devices take ten seconds, 3 000 half a minute and 0.8 GB. Beyond `LARGEST_SPARSE` sparse
factors may take some GB.
"""

from __future__ import annotations

from longtail.circuit import Circuit
from longtail.errors import SizeError

LARGE = 250
LARGEST = 2_000
LARGEST_FOLLOWED = 500
LARGEST_SPARSE = 200_000
SPARSE = ("op", "gains")


def size(circuit: Circuit) -> int:
    """The size of a circuit, see the top of this file."""
    return max(len(circuit.nodes), len(circuit.instances) // 2)


def is_large(circuit: Circuit) -> bool:
    """Whether a circuit is to be solved by kinds of devices."""
    return size(circuit) > LARGE


def check_size(circuit: Circuit, what: str, most: int = LARGEST) -> None:
    """Raise `SizeError` where a circuit is larger than `what` can take.

    >>> check_size(Circuit("", ("a", "b"), {}, {}, {}), "noise", 1)
    Traceback (most recent call last):
    longtail.errors.SizeError: noise takes circuits of up to 1 nodes and 2 devices; this has 2 nodes and 0 devices
      hint: analyze a part of the circuit
    """
    if size(circuit) > most:
        raise SizeError(
            f"{what} takes circuits of up to {most} nodes and {2 * most} devices; "
            f"this has {len(circuit.nodes)} nodes and {len(circuit.instances)} devices",
            hint="analyze a part of the circuit"
            + (f", or ask for {' or '.join(SPARSE)}" if most in (LARGEST, LARGEST_FOLLOWED) else ""),
        )


def check_matrix(unknowns: int) -> None:
    """Raise `SizeError` where a full matrix `[n, n]` of so many unknowns is not to be made."""
    if unknowns > 2 * LARGEST:
        raise SizeError(
            f"this takes a full matrix of {unknowns} unknowns, more than the {2 * LARGEST} that are allowed",
            hint=f"analyze a part of the circuit, or ask for {' or '.join(SPARSE)}",
        )
