"""What there is, by name, and where it lives: analyses, public names, pages and figures.

Everything that is looked up by a name is looked up here. An analysis is a file in `longtail/analyses/`, or a folder
`x` there with a file `x.py`; the datasheet, which asks the others, has a room of its own. Names and purposes are read
from the files without importing them: numbers are slow to import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from longtail.contract.subject import Subject
from longtail.errors import OptionError, nearest

if TYPE_CHECKING:
    from longtail.contract.analysis import Analysis

_SOURCE = Path(__file__).parent
_DATASHEET = "datasheet/analyze.py"
_MARK = b"\nANALYSIS = "  # it has a line of its own near the end of the file: nothing above needs to be parsed


class Announced(NamedTuple):
    """What the file of an analysis says of it: its purpose, its module, what it is about, which analysis answers
    where there is no circuit ("" for none), and its name on the command line ("": the same)."""

    doc: str
    module: str
    about: Subject = Subject.CIRCUIT
    without_circuit: str = ""
    verb: str = ""


def announced(about: Subject | None = None) -> dict[str, str]:
    """What each analysis is for, by name; of those alone that are about something, if asked. Name and purpose have to
    be plain strings in the file of the analysis.

    >>> announced()["gains"], "gains" in announced(Subject.OPTIONS)
    ('Mode gains and CMRR over frequency', False)
    """
    return {name: found.doc for name, found in _found().items() if about in (None, found.about)}


def commands(about: Subject | None = None) -> dict[str, str]:
    """The name of each analysis by that of its command; of those alone that are about something, if asked.

    >>> commands()["mc"], commands()["gains"]
    ('monte-carlo', 'gains')
    """
    return {found.verb or name: name for name, found in _found().items() if about in (None, found.about)}


def without_circuit(name: str) -> str:
    """The analysis that answers in the place of another where there is no circuit; "" where there is none.

    >>> without_circuit("behavioral"), without_circuit("gains")
    ('predict', '')
    """
    return _found()[name].without_circuit if name in _found() else ""


def analysis(name: str) -> Analysis:
    """One analysis, without those beside it. Raises `OptionError` for a name that none has.

    >>> analysis("gains").name
    'gains'
    """
    known = _found()
    if name not in known:
        raise OptionError(f"there is no analysis '{name}'", hint=nearest(name, list(known)))
    found: Analysis = import_module(known[name].module).ANALYSIS
    return found


@cache
def analyses(about: Subject | None = None) -> dict[str, Analysis]:
    """Every analysis by name, in the order of their names; those alone that are about something, if asked.

    >>> {"analyze", "gains", "op"} <= set(analyses(Subject.CIRCUIT)) < set(analyses())
    True
    """
    return {name: analysis(name) for name in sorted(announced(about))}


@cache
def homes() -> dict[str, str]:
    """The module of every public name, as `longtail/__init__.py` declares them to type checkers.

    >>> homes()["read"]
    'longtail.amplifier'
    """
    package = ast.parse((_SOURCE / "__init__.py").read_bytes())
    declared = next(node for node in package.body if isinstance(node, ast.If)).body
    imports = [node for node in declared if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def public(name: str) -> Any:
    """What `longtail.name` is."""
    home = homes()[name]
    return import_module(f"{home}.{name}") if home == "longtail" else getattr(import_module(home), name)


def shown(kind: str, view: str) -> Any:
    """The module that shows a view: of "pages" or "figures"; None where there is none.

    >>> shown("pages", "gains").__name__, shown("figures", "derive")
    ('longtail.report.pages.gains', None)
    """
    name = f"longtail.report.{kind}.{view}"
    return import_module(name) if find_spec(name) is not None else None


def home_of(package: str) -> Path | None:
    """The folder of an installed package, which is not imported; None where there is none.

    >>> home_of("numpy").name, home_of("no_such_package")
    ('numpy', None)
    """
    found = find_spec(package)
    return None if found is None or found.origin is None else Path(found.origin).parent


def _files() -> Iterator[Path]:
    yield _SOURCE / _DATASHEET
    for path in sorted((_SOURCE / "analyses").iterdir()):
        if path.is_dir() and (path / f"{path.name}.py").exists():
            yield path / f"{path.name}.py"
        elif path.suffix == ".py" and path.stem != "__init__":
            yield path


@cache
def _found() -> dict[str, Announced]:
    """What every analysis announces by the arguments of `ANALYSIS = Analysis(name, doc, ...)`: the first two, and what
    it is about where it says so.

    Raises TypeError for a file in the room of analyses that announces none, and for two of one name.
    """
    found: dict[str, Announced] = {}
    for path in _files():
        _, mark, end = path.read_bytes().partition(_MARK)
        match ast.parse(mark + end).body if mark else ():
            case [ast.Assign(value=ast.Call(args=[ast.Constant(str(name)), ast.Constant(str(doc)), *_]) as call), *_]:
                if name in found:
                    raise TypeError(f"two analysis files call theirs '{name}'")
                module = ".".join(("longtail", *path.relative_to(_SOURCE).with_suffix("").parts))
                found[name] = Announced(doc, module, **_said(call))
            case _:
                raise TypeError(f"{path.name} exports no ANALYSIS; an analysis file must, see CONTRIBUTING.md")
    return found


def _said(call: ast.Call) -> dict[str, Any]:
    """What keywords say of the subject of an analysis."""
    said: dict[str, Any] = {}
    for keyword in call.keywords:
        match keyword:
            case ast.keyword("about", ast.Attribute(attr=subject)):
                said["about"] = Subject[subject]
            case ast.keyword("without_circuit" | "verb" as which, ast.Constant(str(name))):
                said[which] = name
    return said
