"""The page on dependencies names what pyproject.toml asks for, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_dependency_is_on_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    needed = {re.split(r"[<>=!~ \[;]", requirement)[0].lower() for requirement in asked}
    page = (ROOT / "docs" / "dependencies.md").read_text()
    listed = set(re.findall(r"^\| ([a-z][\w-]*) \|", page, re.MULTILINE)) - {"package", "program", "ngspice"}
    assert listed == needed
