"""Operating points as they are told: what is rounding is nothing."""

import longtail as lt

DECK = """what flows here is less than an electron in a year
.param i=1e-30
i1 0 a {i}
vm a b 0
r1 b 0 1
"""


def test_less_than_rounding_is_zero_alone_and_in_lanes() -> None:
    amp = lt.read(DECK)
    alone = amp.op()
    assert alone.branches["vm"] == 0.0 and alone.nodes["b"] == 0.0
    lanes = amp.op(parameters={"i": [1e-30, 1e-9]})
    assert lanes.branches["vm"].tolist() == [0.0, 1e-9]
    assert lanes.nodes["b"].tolist() == [0.0, 1e-9]
