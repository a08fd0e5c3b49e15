"""The figures of small-signal results, by the type of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matplotlib.figure import Figure

from longtail.analyses.impedance import Impedances
from longtail.analyses.noise_result import Noise
from longtail.analyses.poles import PolesAndZeros
from longtail.analyses.psrr import SupplyRejection
from longtail.analyses.source_imbalance import SourceImbalance
from longtail.report import figure_imbalance, figure_impedance, figure_noise, figure_poles, figure_psrr

FIGURES: Mapping[type, Callable[..., Figure]] = {
    Impedances: figure_impedance.figure,
    Noise: figure_noise.figure,
    PolesAndZeros: figure_poles.figure,
    SourceImbalance: figure_imbalance.figure,
    SupplyRejection: figure_psrr.figure,
}
