"""The figures of small-signal results, by the type of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matplotlib.figure import Figure

from longtail.analyses.impedance import Impedances
from longtail.analyses.poles import PolesAndZeros
from longtail.analyses.psrr import SupplyRejection
from longtail.report import figure_impedance, figure_poles, figure_psrr

FIGURES: Mapping[type, Callable[..., Figure]] = {
    Impedances: figure_impedance.figure,
    PolesAndZeros: figure_poles.figure,
    SupplyRejection: figure_psrr.figure,
}
