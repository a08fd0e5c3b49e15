"""Which module shows which result: one line for each type. A module is imported when its result is shown.

A module of pages has `page(result)`, a module of figures `figure(result, **options)`. A result with axes of varied
parameters is shown by `lanes` and `figure_lanes`, whatever it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from longtail.analyses.base import Result

PAGES: Mapping[str, str] = {
    "BehavioralModel": "behavioral",
    "CmrrMap": "common_mode",
    "Datasheet": "datasheet",
    "Derivation": "formula_derivation",
    "Formula": "formula_page",
    "HalfCircuits": "half_page",
    "Impedances": "impedance",
    "ModeGains": "mode_gains",
    "Noise": "noise",
    "Offset": "offset_page",
    "OpResult": "operating_point",
    "OperatingRange": "operating_range",
    "PolesAndZeros": "poles",
    "SourceImbalance": "source_imbalance",
    "SupplyRejection": "supply_rejection",
    "SweepResult": "lanes",
    "Transfer": "large_signal",
}
FIGURES: Mapping[str, str] = {
    "CmrrMap": "figure_common_mode",
    "Datasheet": "figure_datasheet",
    "Formula": "formula_figure",
    "HalfCircuits": "half_figure",
    "Impedances": "figure_impedance",
    "ModeGains": "figure_gains",
    "Noise": "figure_noise",
    "Offset": "figure_offset",
    "OpResult": "figure_op",
    "OperatingRange": "figure_range",
    "PolesAndZeros": "figure_poles",
    "SourceImbalance": "figure_imbalance",
    "SupplyRejection": "figure_psrr",
    "SweepResult": "figure_lanes",
    "Transfer": "figure_large_signal",
}
OVER_LANES = frozenset({"ModeGains", "OpResult"})  # shown over their axes, where they have any


def page_of(result: Result) -> Callable[..., Any]:
    """The function that makes the page of a result; the general one, of its JSON, where it has none of its own."""
    page: Callable[..., Any] = _module(PAGES, result, "lanes", "general").page
    return page


def figure_of(result: Result) -> Callable[..., Any] | None:
    """The function that draws a result; None where there is no figure of it."""
    if type(result).__name__ not in FIGURES:
        return None
    figure: Callable[..., Any] = _module(FIGURES, result, "figure_lanes", "").figure
    return figure


def _module(views: Mapping[str, str], result: Result, over_lanes: str, otherwise: str) -> Any:
    kind = type(result).__name__
    lanes = kind in OVER_LANES and bool(getattr(result, "axes", ()))
    return import_module(f"longtail.report.{over_lanes if lanes else views.get(kind, otherwise)}")
