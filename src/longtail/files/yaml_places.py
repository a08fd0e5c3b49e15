"""A YAML file as places in it, so that every error about its contents can say where.

Scalars are taken as they are written: YAML's own ideas of numbers (1:30 is 90, 1e6 is a word) do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from longtail.errors import OptionError, Span, nearest
from longtail.files import reading as file_reading

if TYPE_CHECKING:
    import yaml

WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the file, and what it is called in messages."""

    node: yaml.Node
    what: str
    file: str
    lines: Sequence[str]

    @property
    def span(self) -> Span:
        return _span(self.node.start_mark, self.file, self.lines)

    @property
    def nested(self) -> bool:
        """Whether this is a mapping."""
        return self.node.id == "mapping"

    def error(self, message: str, hint: str | None = None) -> OptionError:
        """An error about this place; `hint` says what to do."""
        return OptionError(f"{self.what}: {message}", span=self.span, hint=hint)

    def mapping(self, known: Sequence[str] = ()) -> Mapping[str, Place]:
        """The values by name.

        Raises `OptionError` where this is no mapping, for a name that is there twice, and for one that is not `known`
        where any are.
        """
        import yaml

        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("expected names with values")
        found: dict[str, Place] = {}
        for key, value in self.node.value:
            at = Place(key, self.what, self.file, self.lines)
            if not isinstance(key, yaml.ScalarNode):
                raise at.error("expected a name")
            name = str(key.value)
            if name in found:
                raise at.error(f"'{name}' is there twice")
            if known and name not in known:
                raise at.error(f"there is no '{name}'", nearest(name, known) or f"there are {', '.join(known)}")
            found[name] = Place(value, f"'{name}'", self.file, self.lines)
        return found

    def text(self) -> str:
        """The scalar as it is written. Raises `OptionError` where this is none."""
        import yaml

        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("expected a word or a number")
        return str(self.node.value)

    def number(self) -> float:
        """A plain number. Raises `OptionError` for all else, infinity too."""
        text = self.text()
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(f"'{text}' is no number", "as in 0.5 or 1e6; a prefix belongs to the unit: MHz")
        return value

    def flag(self) -> bool:
        """A truth value. Raises `OptionError` for all else."""
        text = self.text()
        if text.lower() not in WORDS:
            raise self.error(f"'{text}' is neither true nor false")
        return WORDS[text.lower()]


def read_yaml(path: str | Path, what: str) -> Place:
    """What the file holds, called `what` in messages. Raises `OptionError` where it cannot be read or holds nothing."""
    import yaml

    try:
        text = file_reading.content(path, file_reading.LARGEST_SHEET).decode("utf-8-sig")
    except OSError as error:
        raise OptionError(f"{what}: {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise OptionError(f"{what}: {path} is no YAML: {error}") from error
    lines = text.splitlines()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        span = _span(error.problem_mark, str(path), lines) if error.problem_mark else None
        raise OptionError(f"{what}: no YAML: {error.problem or error.context}", span=span) from error
    except yaml.YAMLError as error:
        raise OptionError(f"{what}: {path} is no YAML: {error}") from error
    except RecursionError as error:
        raise OptionError(f"{what}: {path} is nested too deeply") from error
    if node is None:
        raise OptionError(f"{what}: {path} is empty")
    return Place(node, what, str(path), lines)


def _span(mark: yaml.Mark, file: str, lines: Sequence[str]) -> Span:
    text = lines[mark.line] if mark.line < len(lines) else ""
    return Span(file, mark.line + 1, mark.column + 1, text)
