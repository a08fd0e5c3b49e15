"""Finds every analysis: a module of `longtail.analyses` that exports `ANALYSIS`. A new file is a new analysis."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import longtail.analyses as package
from longtail.analyses.base import Analysis

_NOT_ANALYSES = {
    "asked",
    "axes",
    "band_search",
    "bands",
    "base",
    "cace",
    "characterize",
    "closed_loop",
    "conditions",
    "crossing",
    "curve",
    "curves",
    "dc_sweep",
    "departures",
    "details",
    "discovery",
    "drives",
    "edges",
    "extent",
    "extremes",
    "formula_result",
    "formula_setting",
    "formula_validity",
    "formula_writing",
    "frequency",
    "gain_rows",
    "inputs",
    "lane_bounds",
    "lane_files",
    "lane_floor",
    "lane_zarr",
    "part_note",
    "lanes",
    "limits",
    "loop_gain",
    "measures",
    "noise_result",
    "out_of_reach",
    "pair",
    "places",
    "port_maps",
    "reach",
    "reasons",
    "regions",
    "rows",
    "standing",
    "stability",
    "stuck",
    "sweep_plan",
    "transfer_conditions",
    "zeros",
}


@cache
def analyses() -> dict[str, Analysis]:
    """Every analysis by name, in sorted order of their files.

    >>> {"analyze", "gains", "op"} <= set(analyses())
    True
    """
    found: dict[str, Analysis] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if info.name in _NOT_ANALYSES:
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        analysis = getattr(module, "ANALYSIS", None)
        if not isinstance(analysis, Analysis):
            raise TypeError(f"{module.__name__} exports no ANALYSIS; an analysis file must, see CONTRIBUTING.md")
        if analysis.name in found:
            raise TypeError(f"two analysis files call theirs '{analysis.name}'")
        found[analysis.name] = analysis
    return found
