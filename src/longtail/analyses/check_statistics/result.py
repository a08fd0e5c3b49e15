"""What is doubtful in what a netlist says of mismatch, as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from longtail.contract.encoding import plain
from longtail.contract.result import Result


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that no real circuit does, or that is easily overlooked.

    kind     a word or two for it; devices: of which devices, models or parameters of the netlist
    text     what is wrong with it; hint: what to write instead
    """

    kind: str
    devices: tuple[str, ...]
    text: str
    hint: str


@dataclass(frozen=True, eq=False, repr=False)
class StatisticsCheck(Result):
    """Whether the mismatch of a netlist is physical.

    findings  the gravest first; none where nothing is to be said
    causes    how many random causes the netlist has
    """

    analysis: ClassVar[str] = "check-statistics"
    view: ClassVar[str] = "check_statistics"

    title: str
    causes: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        kinds = ", ".join(dict.fromkeys(finding.kind for finding in self.findings))
        return f"<statistics of {self.causes} causes: {kinds or 'nothing to be said'}>"

    def to_dict(self) -> dict[str, Any]:
        return plain({"title": self.title, "causes": self.causes, "findings": self.findings, "notes": self.notes})
