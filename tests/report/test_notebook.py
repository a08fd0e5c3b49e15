"""The notebook of the manual, run as its reader would: figures are pictures, formulas are set, tables are tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "first_amplifier.ipynb"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each cell of code shows, by its last line."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "kept without outputs"
    folder = str(tmp_path_factory.mktemp("notebook"))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        assert [each.output_type for each in cell.outputs] == ["execute_result"], cell.source  # and no warnings
    return {cell.source.splitlines()[-1]: cell.outputs[0].data for cell in cells}


@pytest.mark.parametrize("figure", ["gains.plot()", "levels.plot()"])
def test_a_figure_is_a_picture(shown: dict[str, Any], figure: str) -> None:
    assert len(shown[figure]["image/png"]) > 10_000


@pytest.mark.parametrize("table", ["amp.op()", "gains"])
def test_a_table_is_a_table_with_units(shown: dict[str, Any], table: str) -> None:
    html = shown[table]["text/html"]
    assert "<table" in html
    assert any(unit in html for unit in ("µA", "V/V"))


def test_a_formula_is_set(shown: dict[str, Any]) -> None:
    (formula,) = (data for line, data in shown.items() if line.startswith("amp.formula("))
    assert "<math" in formula["text/html"]
    assert r"\frac" in formula["text/latex"]
