"""The five-transistor transconductance amplifier, MOS level 1: `python -m benchmarks.ota`."""

import sys

from benchmarks.side_by_side import Case, Parameter, report

CASE = Case(
    "ota_5t.cir",
    (
        Parameter("vos.dc", "alter vos dc", 0.0, 1e-3),
        Parameter("m1.w", "alter m1 w", 20e-6, 0.1e-6),
        Parameter("m2.w", "alter m2 w", 20e-6, 0.1e-6),
        Parameter("m3.w", "alter m3 w", 10e-6, 0.05e-6),
        Parameter("m4.w", "alter m4 w", 10e-6, 0.05e-6),
    ),
    ("vinp", "vinn"),
    "v(o)",
)

if __name__ == "__main__":
    sys.exit(not report(CASE, goal=100.0))
