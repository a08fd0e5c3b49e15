"""Files of lanes as text: what is in them at every moment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from longtail.files.opening import open_file
from longtail.files.part_note import Layout


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_file_can_be_read_whole_after_each_part(ending: str, tmp_path: Path) -> None:
    """By another program, while the sweep goes on."""
    path = tmp_path / f"lanes.{ending}"
    layout = Layout("t", {"rc1.r": np.array([9e3, 1e4, 1.1e4])}, {"cmrr_db": "dB"}, {}, frozenset(), None, "")
    file = open_file(path, layout, resume=False)
    for k in range(3):
        file.write(slice(k, k + 1), np.zeros(1, np.int8), {"cmrr_db": np.array([60.0 + k])})
        text = path.read_text()
        assert str(60.0 + k) in text
        assert ending == "csv" or len(json.loads(text)["rows"]) == k + 1
    file.close()
