"""A derivation to read: the elements, then a table of equations for every step."""

from __future__ import annotations

from longtail.analyses.derive import Derivation
from longtail.report.wording.page import LEFT, Cell, Column, Page, Table


def page(derivation: Derivation) -> Page:
    """The small-signal circuit and the steps; reasons stand in front of the equations that they give."""
    columns = (Column("symbol", LEFT), Column("where", LEFT), Column("meaning", LEFT), Column("value"))
    rows = tuple(tuple(Cell(word) for word in element) for element in derivation.elements)
    tables = [Table("Small-signal circuit", columns, rows)]
    for number, step in enumerate(derivation.steps, start=1):
        equations = tuple((Cell(e.name), Cell(e.latex if derivation.as_latex else e.text)) for e in step.equations)
        heading = f"{number}. {step.title}" + (f": {step.why}" if step.why else "")
        tables.append(Table(heading, (Column("at", LEFT), Column("equation", LEFT, wraps=True)), equations))
    notes = list(derivation.notes)
    if derivation.left_out:
        notes.append(f"left out, since it changes no gain by more than allowed: {', '.join(derivation.left_out)}")
    return Page(derivation.title, (), tuple(tables), tuple(notes))
