"""Lanes, and grids of them: the axes over which parameters vary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail.errors import OptionError

Array = NDArray[np.float64]
Axes = tuple[tuple[str, Array], ...]


class Grid(Mapping[str, Array]):
    """Every combination of values on several axes, flat over lanes, the last axis fastest.

    >>> g = grid({"vcm": [0.0, 1.0], "temp": [-40.0, 27.0, 125.0]})
    >>> g.shape, g["temp"].tolist()
    ((2, 3), [-40.0, 27.0, 125.0, -40.0, 27.0, 125.0])
    """

    def __init__(self, axes: Mapping[str, ArrayLike]) -> None:
        self.axes: Axes = tuple((name, np.atleast_1d(np.asarray(values, float))) for name, values in axes.items())
        wrong = [name for name, values in self.axes if values.ndim != 1]
        if wrong:
            raise OptionError(f"the axis '{wrong[0]}' must be one-dimensional")
        mesh = np.meshgrid(*(values for _, values in self.axes), indexing="ij")
        self._flat = {name: values.ravel() for (name, _), values in zip(self.axes, mesh, strict=True)}

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(values) for _, values in self.axes)

    def __getitem__(self, name: str) -> Array:
        return self._flat[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flat)

    def __len__(self) -> int:
        return len(self._flat)

    def __repr__(self) -> str:
        return "Grid(" + " × ".join(f"{name}: {len(values)}" for name, values in self.axes) + ")"


def grid(axes: Mapping[str, ArrayLike]) -> Grid:
    """Nested axes from `{"vcm": values, "temp": values}`: one lane for every combination, the last axis fastest."""
    return Grid(axes)


@dataclass(frozen=True)
class Lanes:
    """Checked parameters: flat `values` by varied name, and the axes that results carry."""

    values: Mapping[str, Array]
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(values) for _, values in self.axes)

    def shaped(self, flat: Any) -> Any:
        """`[lane, ...]` as `[*axes, ...]`; the lane itself where there are no axes."""
        flat = np.asarray(flat)
        return flat.reshape(*self.shape, *flat.shape[1:]) if self.axes else flat[0]
