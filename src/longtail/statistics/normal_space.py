"""The random causes as functions of independent standard normal variables, each by its quantile.

x = F^-1(Phi(z)) for each cause by itself, F its distribution: the density of what is likely is then that of a normal
distribution, and a sample about any point has a weight that is known exactly (M. Hohenbichler, R. Rackwitz, J. Eng.
Mech. 107 (1981) 1227, for causes that are independent).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.errors import OptionError
from longtail.statistics.draws import NORMAL, TWO_VALUES, UNIFORM, shaped
from longtail.statistics.spreads import Spreads

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NormalSpace:
    """The independent variables behind the causes of `spreads`, in the order of the columns of `Spreads.mixing`.

    Raises `OptionError` for a cause that has two values and none between.
    """

    spreads: Spreads

    def __post_init__(self) -> None:
        for cause in self.spreads.causes:
            if cause.shape == TWO_VALUES:
                raise OptionError(
                    f"{cause.instance or cause.parameter} has two values and none between: there is no worst case to "
                    "draw samples about",
                    hint="longtail mc counts whole solutions",
                )

    @property
    def dimensions(self) -> int:
        """How many variables there are."""
        return len(self.spreads.causes) + len(self.spreads.groups)

    def independent(self, z: Array) -> Array:
        """The independent variables of variance 1, `[sample, independent]`, of standard normal ones.

        Both halves of a distribution are found from the lower one, so that no digits are lost far out.
        """
        found = z.copy()
        for k, cause in enumerate(self.spreads.causes):
            if cause.shape == NORMAL:
                continue
            from scipy.special import ndtr

            scale = np.sqrt(3.0) if cause.shape == UNIFORM else cause.deviation / cause.standard
            lower = shaped(ndtr(-np.abs(z[:, k])), cause.shape, cause.cut)
            found[:, k] = -np.sign(z[:, k]) * scale * lower
        return found
