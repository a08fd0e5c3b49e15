"""The 741 with its offset nulled, twenty-four Gummel-Poon transistors: `python -m benchmarks.ua741`.

longtail solves the nulled circuit as one system. ngspice is given a servo, so that it needs no search either: at dc the
output is fed back to the inverting input through a unity-gain source behind a filter of 1 ohm and 1 TF, whose corner at
1.6e-13 Hz leaves the loop open at every frequency of the sweep. Its output rests at the input offset (0.3 mV) in place
of 0 V, which the tolerance of the comparison allows for.
"""

import re
import sys

from benchmarks.side_by_side import Case, Parameter, report

SERVO = """vinn inn servo 0
es s 0 o 0 1
rs s sf 1
cs sf 0 1t
ei servo 0 sf 0 1
"""


def with_servo(text: str) -> str:
    """The deck with the inverting input held by its output."""
    return re.sub(r"(?m)^vinn .*\n", SERVO, text)


CASE = Case(
    "ua741.cir",
    (
        Parameter("r1.r", "alter r1", 1e3, 5.0),
        Parameter("r2.r", "alter r2", 1e3, 5.0),
        Parameter("q1.area", "alter q1 area", 1.0, 0.01),
        Parameter("q2.area", "alter q2 area", 1.0, 0.01),
        Parameter("q5.area", "alter q5 area", 1.0, 0.01),
        Parameter("q6.area", "alter q6 area", 1.0, 0.01),
    ),
    ("vinp", "vinn"),
    "v(o)",
    null=True,
    edit=with_servo,
)

if __name__ == "__main__":
    sys.exit(not report(CASE, goal=50.0, allowed=2e-3, samples=8_000, loops=10))
