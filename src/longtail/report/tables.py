"""Results as tables: `text` for pipes and files, `html` for notebooks, `page` for whoever lays it out otherwise."""

from __future__ import annotations

from typing import Any

from longtail.contract.result import Result
from longtail.report.views import page_of
from longtail.report.wording.layout import page_html, page_text
from longtail.report.wording.page import Page


def text(result: Result) -> str:
    """The result in plain text, with lines as long as they have to be."""
    return page_text(page(result))


def html(result: Result) -> str:
    """The result as HTML that carries its own style."""
    return page_html(page(result))


def page(result: Result) -> Page:
    """What there is to read in a result."""
    found: Page = page_of(result)(result)
    return found


def rich(result: Result, room: int) -> Any:
    """The result as something that rich prints in colour, `room` characters wide. No value is ever cut."""
    from longtail.report.wording.terminal import page_rich

    return page_rich(page(result), room)
