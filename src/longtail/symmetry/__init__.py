"""The mirror line of a circuit whose two inputs can be exchanged, and the half circuits on either side of it."""

from longtail.symmetry.finding import find_mirror
from longtail.symmetry.mirror import Difference, Mirror

__all__ = ["Difference", "Mirror", "find_mirror"]
