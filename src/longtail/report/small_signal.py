"""The pages of small-signal results, by the type of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from longtail.analyses.behavioral import BehavioralModel
from longtail.analyses.impedance import Impedances
from longtail.analyses.noise_result import Noise
from longtail.analyses.poles import PolesAndZeros
from longtail.analyses.psrr import SupplyRejection
from longtail.analyses.source_imbalance import SourceImbalance
from longtail.report import behavioral, impedance, noise, poles, source_imbalance, supply_rejection
from longtail.report.page import Page

PAGES: Mapping[type, Callable[[Any], Page]] = {
    BehavioralModel: behavioral.page,
    Impedances: impedance.page,
    Noise: noise.page,
    PolesAndZeros: poles.page,
    SourceImbalance: source_imbalance.page,
    SupplyRejection: supply_rejection.page,
}
