"""Which module shows a result: the page and the figure of its `view`, imported when the result is shown.

A module of `longtail.report.pages` has `page(result)`, one of `longtail.report.figures` `figure(result, **options)`;
both have the name of the view. A result with axes of varied parameters is shown by `lanes`, whatever it is of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from longtail.contract.result import Result
from longtail.registry import shown

OVER_LANES = frozenset({"gains", "op"})  # views of results that are shown over their axes, where they have any


def page_of(result: Result) -> Callable[..., Any]:
    """The function that makes the page of a result; the general one, of its JSON, where it has none of its own."""
    page: Callable[..., Any] = shown("pages", _view(result)).page
    return page


def figure_of(result: Result) -> Callable[..., Any] | None:
    """The function that draws a result; None where there is no figure of it."""
    return getattr(shown("figures", _view(result)), "figure", None)


def _view(result: Result) -> str:
    return "lanes" if result.view in OVER_LANES and bool(getattr(result, "axes", ())) else result.view
