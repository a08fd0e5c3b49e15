"""Every page of the gallery says what happens: its commands and its Python run, and its figures are what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from gallery.pages import FOLDER, NAMES, ROOT, Page
from longtail.cli.main import run

MOST_BYTES = 150_000  # of a picture

pages = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples in it, as a reader of a page has it."""
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def drawing() -> Iterator[None]:
    """Figures that need no window, and are closed afterwards."""
    import matplotlib
    from matplotlib import pyplot

    with matplotlib.rc_context():
        pyplot.switch_backend("agg")
        yield
        pyplot.close("all")


def test_there_is_a_page_wherever_differential_amplifiers_live() -> None:
    assert {
        "ecg_front_end",
        "accelerometer_bridge",
        "data_link_receiver",
        "sense_amplifier",
        "radio_front_end",
        "instrumentation_amplifier",
        "bias_tradeoff",
    } <= set(NAMES)
    index = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(gallery/(\w+)\.md\)", index)) == set(NAMES)


@pages
def test_its_python_draws_its_picture_and_bears_out_its_figures(name: str, workplace: Path, drawing: None) -> None:
    from matplotlib import image

    page = Page(name)
    names: dict[str, Any] = {"lt": lt, "np": np}
    exec(compile(page.python, str(page.path), "exec"), names)
    wrong = []
    for check in (check for paragraph in page.paragraphs for check in paragraph.checks):
        value = eval(check.expression, names)
        if not abs(value - float(check.figure)) <= check.tolerance:
            wrong.append(f"{check.expression} is {value:.6g}, not {check.figure} ± {check.tolerance:g}")
    assert not wrong, "\n".join(wrong)
    drawn, kept = (image.imread(path) for path in (workplace / page.picture.name, page.picture))
    assert drawn.shape == kept.shape, "copy the new picture into docs/gallery"
    assert np.abs(drawn - kept).mean() < 0.03, "copy the new picture into docs/gallery"


@pages
def test_its_commands_run(name: str, workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(name)
    assert page.commands
    for arguments in page.commands + [["analyze", str(page.decks[0]), *settings] for settings in page.settings]:
        assert run(arguments) == 0, arguments
        assert capsys.readouterr().out.strip()


@pages
def test_every_figure_is_checked_or_was_given(name: str) -> None:
    page = Page(name)
    assert sum(len(paragraph.checks) for paragraph in page.paragraphs) >= 5
    code = "".join(page.blocks("python") + page.blocks("console") + [deck.read_text() for deck in page.decks])
    code += "".join(check.expression for paragraph in page.paragraphs for check in paragraph.checks)
    for paragraph in page.paragraphs:
        checked = {check.figure for check in paragraph.checks}
        figures = set(paragraph.figures)
        assert figures <= checked | set(paragraph.given), f"nothing vouches for these in: {paragraph.prose}"
        assert checked | set(paragraph.given) <= figures, f"checked, but not said in: {paragraph.prose}"
        for given in paragraph.given:
            assert re.search(rf"(?<![\d.]){re.escape(given)}(?![\d.])", code), f"{given} is nowhere in code or deck"


@pages
def test_tolerances_are_no_wider_than_what_is_said(name: str) -> None:
    """One unit of the last digit at the most: a wide tolerance would make every sentence true."""
    for check in (check for paragraph in Page(name).paragraphs for check in paragraph.checks):
        digits, _, exponent = check.figure.partition("e")
        decimals = len(digits.partition(".")[2])
        assert 0.0 < check.tolerance <= 1.0001 * 10.0 ** (int(exponent or 0) - decimals), check


@pages
def test_it_is_short_and_complete(name: str) -> None:
    page = Page(name)
    assert 150 <= len(page.prose.split()) <= 300, len(page.prose.split())
    assert all(5 <= len(block.splitlines()) <= 15 for block in page.blocks("python"))
    assert f"({page.picture.name})" in page.text
    assert page.picture.stat().st_size < MOST_BYTES
    assert re.search(r"^## Limits$", page.text, re.MULTILINE)
    assert re.search(r"^## Try next$", page.text, re.MULTILINE)
    assert page.decks and all(deck.is_file() for deck in page.decks)
    assert max(map(len, page.python.splitlines())) <= 120


@pages
def test_its_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", Page(name).text):
        assert (FOLDER / target).is_file(), target
