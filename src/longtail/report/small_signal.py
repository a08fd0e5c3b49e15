"""The pages of small-signal results, by the type of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from longtail.analyses.impedance import Impedances
from longtail.analyses.psrr import SupplyRejection
from longtail.report import impedance, supply_rejection
from longtail.report.page import Page

PAGES: Mapping[type, Callable[[Any], Page]] = {
    Impedances: impedance.page,
    SupplyRejection: supply_rejection.page,
}
