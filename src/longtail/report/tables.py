"""Results as tables: `text` for pipes and files, `html` for notebooks, `page` for whoever lays it out otherwise."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from longtail.analyses.analyze import Datasheet
from longtail.analyses.base import Result
from longtail.analyses.cmrr import CmrrMap
from longtail.analyses.derive import Derivation
from longtail.analyses.formula import Formula
from longtail.analyses.gains import ModeGains
from longtail.analyses.half import HalfCircuits
from longtail.analyses.offset import Offset
from longtail.analyses.op import OpResult
from longtail.analyses.range import OperatingRange
from longtail.analyses.sweep import SweepResult
from longtail.analyses.transfer import Transfer
from longtail.report import (
    common_mode,
    datasheet,
    formula_derivation,
    formula_page,
    general,
    half_page,
    lanes,
    large_signal,
    mode_gains,
    offset_page,
    operating_point,
    operating_range,
)
from longtail.report.layout import page_html, page_text
from longtail.report.page import Page
from longtail.report.small_signal import PAGES


def text(result: Result) -> str:
    """The result in plain text, with lines as long as they have to be."""
    return page_text(page(result))


def html(result: Result) -> str:
    """The result as HTML that carries its own style."""
    return page_html(page(result))


@singledispatch
def page(result: Result) -> Page:
    """What there is to read in a result. One that has no page of its own shows what is in its JSON."""
    return general.page(result)


@page.register
def _(result: OpResult) -> Page:
    return lanes.page(result) if result.axes else operating_point.page(result)


@page.register
def _(result: ModeGains) -> Page:
    return lanes.page(result) if result.axes else mode_gains.page(result)


@page.register
def _(result: SweepResult) -> Page:
    return lanes.page(result)


@page.register
def _(result: Datasheet) -> Page:
    return datasheet.page(result)


@page.register
def _(result: CmrrMap) -> Page:
    return common_mode.page(result)


for _type, _page in PAGES.items():
    page.register(_type)(_page)


@page.register
def _(result: Derivation) -> Page:
    return formula_derivation.page(result)


@page.register
def _(result: Formula) -> Page:
    return formula_page.page(result)


@page.register
def _(result: HalfCircuits) -> Page:
    return half_page.page(result)


@page.register
def _(result: OperatingRange) -> Page:
    return operating_range.page(result)


@page.register
def _(result: Transfer) -> Page:
    return large_signal.page(result)


@page.register
def _(result: Offset) -> Page:
    return offset_page.page(result)


def rich(result: Result, room: int) -> Any:
    """The result as something that rich prints in colour, `room` characters wide. No value is ever cut."""
    from longtail.report.terminal import page_rich

    return page_rich(page(result), room)
