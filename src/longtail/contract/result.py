"""What all results share: they show themselves, and become JSON, a dataset or a figure.

A result is shown by a layer above, `longtail.report`, which is imported when it is wanted: it is heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, overload

from longtail.contract.decoding import rebuilt
from longtail.contract.schema import Schema
from longtail.errors import InputError, LongtailError

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure, SubFigure

    Drawn = TypeVar("Drawn", Figure, SubFigure)


class Result:
    """What every result can do: show itself in one line or as a table, become JSON, an xarray dataset, a plot."""

    analysis: ClassVar[str] = ""  # the name of the analysis that it is of
    json_version: ClassVar[int] = 1  # of its JSON: one more when a key goes or means something else
    view: ClassVar[str] = "general"  # the page and the figure that show it, in `longtail.report.pages` and `.figures`

    def to_dict(self) -> dict[str, Any]:
        """The result as plain lists, numbers and strings: what `--json` prints."""
        raise NotImplementedError(f"{type(self).__name__} has no JSON form")

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Self:
        """The result that gave these entries by `to_dict`: its fields from those of their names, by their types.

        Raises `OptionError` where one that it needs is not among them.
        """
        output = entries.get("output")
        return rebuilt(cls, {**entries, "output": output["nodes"]} if isinstance(output, Mapping) else entries)

    def to_json(self) -> str:
        """`to_dict` as JSON text, below a `schema` of name and version; see `Schema.write` for what is not finite."""
        return Schema(self.analysis, self.json_version).write(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The result that `to_json` of this class wrote, without the circuit: it shows and writes itself as that did.

        Raises `InputError` for text that is no JSON of a result, for that of another analysis or version, and for one
        that lacks something; `OptionError` for what cannot be made from its JSON.
        """
        entries = Schema(cls.analysis, cls.json_version).read(text)
        try:
            return cls.from_dict(entries)
        except KeyError as error:
            raise InputError(f"this JSON of '{cls.analysis}' is not whole: there is no {error} in it") from error

    def to_xarray(self) -> xarray.Dataset:
        """The result as a labelled dataset."""
        raise NotImplementedError(f"{type(self).__name__} has no axes to label")

    @property
    def failure(self) -> LongtailError | None:
        """What a command ends with after it has shown the result; None for one that says all is well."""
        return None

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that the result has written of its own accord, see `saved`."""
        return ()

    def saved(self, folder: Path, stem: str, *, overwrite: bool = False) -> Self:
        """The result after it has written what it has beside figure, table and JSON: most have nothing.

        `folder` exists; names begin with `stem`. What is there already is replaced where longtail wrote it, or where
        `overwrite` says so; see `longtail.files.writing`.
        """
        return self

    @overload
    def plot(self, *, into: None = None, **options: Any) -> Figure: ...
    @overload
    def plot(self, *, into: Drawn, **options: Any) -> Drawn: ...
    def plot(self, *, into: Figure | SubFigure | None = None, **options: Any) -> Figure | SubFigure:
        """A matplotlib figure of the result; or drawn `into` an empty figure or a subfigure, whose size it takes.

        What `options` there are depends on the result: most take a `title`. Raises `OptionError` where there is no
        figure of it, and where there are axes in `into` already.
        """
        from longtail.report import plots

        return plots.plot(self, into=into, **options)

    def to_text(self) -> str:
        """The result as a table in plain text."""
        from longtail.report import tables

        return tables.text(self)

    def _repr_html_(self) -> str:
        from longtail.report import tables

        return tables.html(self)
