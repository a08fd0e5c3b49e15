"""Every analysis as a method of an amplifier.

`at_frequencies`, `of_circuit` and `over_lanes` are written by `scripts/methods.py` from what the analyses declare.
"""

from longtail.methods.at_frequencies import AtFrequencies
from longtail.methods.of_circuit import OfCircuit
from longtail.methods.over_lanes import OverLanes


class Methods(AtFrequencies, OfCircuit, OverLanes):
    """The analyses of an amplifier, each with its options; None stands for what is not given.

    What each option takes is in `longtail.contract.kinds`.
    """
