"""The pages of the gallery as the tests see them: prose, commands, Python, and the figures that a page vouches for.

A figure is followed by a comment that says what it is in terms of the page's Python, and how exactly:

    The rejection falls to 46.4 dB<!-- check: cmrr_db = 46.4 ± 0.05 -->.

The expression may use every name of that Python, NumPy as `np` and longtail as `lt`. A figure that is none of the
program's but was given to it is listed by a comment of its own, and must be found in the page's code or its deck:

    An electrode of 51 kΩ with 47 nF<!-- given: 51 47 -->.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "gallery"
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CHECK = re.compile(r"<!-- check: (.+?) = ([-+.\de]+) ± ([.\de]+) -->")
_GIVEN = re.compile(r"<!-- given: (.+?) -->")
_LINK = re.compile(r"!?\[([^]]*)\]\([^)]*\)")
_CODE = re.compile(r"`[^`]*`")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e-?\d+)?")


@dataclass(frozen=True)
class Check:
    """What the prose says a value is: `expression` within `tolerance` of `figure`, as it is written there."""

    expression: str
    figure: str
    tolerance: float


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose without its comments, its checks, and the figures that were given."""

    prose: str
    checks: tuple[Check, ...]
    given: tuple[str, ...]

    @property
    def figures(self) -> list[str]:
        """The numbers in the prose, with a plain minus sign; what stands in `code` or names a link is none."""
        bare = _CODE.sub("", _LINK.sub("", self.prose))
        return [number.replace("−", "-") for number in _NUMBER.findall(bare)]


@dataclass(frozen=True)
class Page:
    """One page of the gallery."""

    name: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.md"

    @property
    def picture(self) -> Path:
        return FOLDER / f"{self.name}.png"

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def blocks(self, language: str) -> list[str]:
        return [text for name, text in _BLOCK.findall(self.text) if name == language]

    @property
    def python(self) -> str:
        """Its Python: what is computed, and then the picture."""
        return "\n".join(self.blocks("python"))

    @property
    def commands(self) -> list[list[str]]:
        """The arguments of every `longtail` command that it shows, in its session and within its prose."""
        (session,) = self.blocks("console")
        shown = [line.removeprefix("$ ") for line in session.splitlines()]
        within = [code.strip("`") for code in _CODE.findall(self.prose) if code.startswith("`longtail ")]
        return [shlex.split(line)[1:] for line in shown + within]

    @property
    def settings(self) -> list[list[str]]:
        """The options `--set NAME=VALUE` that stand alone in its prose, to be tried with its deck."""
        return [shlex.split(code.strip("`")) for code in _CODE.findall(self.prose) if code.startswith("`--set ")]

    @property
    def decks(self) -> list[Path]:
        """The examples that it names."""
        return sorted({ROOT / name for name in re.findall(r"examples/\w+\.cir", self.text)})

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        body = _BLOCK.sub("", self.text)
        return [_paragraph(text) for text in re.split(r"\n\s*\n", body) if text.strip()]

    @property
    def prose(self) -> str:
        """All prose, without headings, pictures and code blocks."""
        kept = [p.prose for p in self.paragraphs if not p.prose.startswith(("#", "!["))]
        return "\n\n".join(kept)


def _paragraph(text: str) -> Paragraph:
    checks = tuple(Check(e, figure, float(tolerance)) for e, figure, tolerance in _CHECK.findall(text))
    given = tuple(word for words in _GIVEN.findall(text) for word in words.split())
    return Paragraph(_COMMENT.sub("", text).strip(), checks, given)
