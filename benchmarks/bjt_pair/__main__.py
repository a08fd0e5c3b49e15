"""The bipolar pair with its mirror tail, four full Gummel-Poon transistors: `python -m benchmarks.bjt_pair`."""

import sys

from benchmarks.side_by_side import Case, Parameter, report

CASE = Case(
    "bjt_pair.cir",
    (
        Parameter("rc1.r", "alter rc1", 10e3, 100.0),
        Parameter("rc2.r", "alter rc2", 10e3, 100.0),
        Parameter("q1.area", "alter q1 area", 1.0, 0.01),
        Parameter("q2.area", "alter q2 area", 1.0, 0.01),
    ),
    ("vinp", "vinn"),
    "v(o1)-v(o2)",
)

if __name__ == "__main__":
    sys.exit(not report(CASE, goal=200.0))
