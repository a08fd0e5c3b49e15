"""Which random causes count: of what kind, and of which devices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MISMATCH, PROCESS = "mismatch", "process"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is asked for: `mismatch` alone, `process` alone, or both, as also where nothing is said; of the devices
    `only`, with `*` and `?` for any letters, or of all; with what the file `spreads` says beside the
    netlist.

    >>> Counted(mismatch=True).kinds, Counted().kinds
    (('mismatch',), ('mismatch', 'process'))
    """

    mismatch: bool = False
    process: bool = False
    both: bool = False
    only: tuple[str, ...] = ()
    spreads: Path | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        asked = tuple(kind for kind, wanted in ((MISMATCH, self.mismatch), (PROCESS, self.process)) if wanted)
        return (MISMATCH, PROCESS) if self.both or not asked else asked
