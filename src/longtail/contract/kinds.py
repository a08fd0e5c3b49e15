"""What an option of each kind takes in Python: of kind "number", a `Number`, and so on for all there are.

These are names for type checkers. What is given is read by `Option.read`, or by the analysis itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]
Number: TypeAlias = float | str  # 4.7e3 or "4.7k"
Nodes: TypeAlias = str | Sequence[str]  # "out" or ("outp", "outn")
Names: TypeAlias = str | Sequence[str]  # "cmrr_db, op" or ["cmrr_db", "op"]
Frequency: TypeAlias = str | float | Sequence[float] | Array  # in Hz: "1:1g:20", 50.0, [50.0, 1e3]
Range: TypeAlias = str | float | Sequence[float] | Array  # "0:3:31", "0,1.5,3", 1.5, [0.0, 1.5, 3.0]
Word: TypeAlias = str | float | tuple[float, float]  # "10%", 0.1; a band as in "1:1meg", (1.0, 1e6)
Assignments: TypeAlias = str | Sequence[str] | Mapping[str, Range]  # "rc=9k:11k:3", {"rc": [9e3, 11e3]}
Lanes: TypeAlias = Mapping[str, float | Sequence[float] | Array]  # {"rc": [9e3, 11e3]}, or what `grid` makes
Flag: TypeAlias = bool
File: TypeAlias = str | Path
Corners: TypeAlias = str | Sequence[str] | Mapping[str, Mapping[str, Number]]  # "slow,fast", "all", "corners.toml"
Limits: TypeAlias = str | Path | Mapping[str, Mapping[str, Any]]  # "limits.toml", {"A_dd": {"min": 30, "unit": "dB"}}
Callback: TypeAlias = Callable[[int, int], object]
