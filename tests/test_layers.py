"""The plan of the house: imports point down, and what is heavy is imported late.

A layer may import itself and the layers that the table names. The source is read, not run, so that imports inside
functions count for the direction, and only imports at the top of a module count for start-up time.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "longtail"
FILES = sorted(ROOT.rglob("*.py"))

GROUND_FLOOR = {"errors", "hints", "remarks", "printable", "node_names", "units", "modes", "sets"}
GROUND_FLOOR |= {"files", "examples", "garbage"}
NUMBERS = GROUND_FLOOR | {"netlist", "circuit", "lanes", "devices"}
ENGINE = NUMBERS | {"elaborate", "engine"}
CONTRACT = ENGINE | {"symmetry", "contract", "bench"}
DRIVEN = CONTRACT | {"driven"}
LARGE_SIGNAL = DRIVEN | {"large_signal", "symbolic"}
MERITS = LARGE_SIGNAL | {"merits"}
STATISTICS = MERITS | {"statistics"}
ANALYSES = STATISTICS | {"analyses"}
DATASHEET = ANALYSES | {"datasheet"}
PUBLIC = "the public names"  # `import longtail`, `from longtail import read`
ALLOWED = {
    "hints": set(),
    "errors": {"hints"},
    "garbage": set(),
    "printable": set(),
    "units": {"errors"},
    "node_names": set(),
    "remarks": set(),
    "modes": {"errors"},
    "examples": {"errors"},
    "sets": set(),
    "files": {"errors", "hints", "node_names", "units", "lanes"},
    "netlist": {"errors", "node_names", "units", "files"},
    "lanes": {"errors"},
    "circuit": {"errors", "netlist"},
    "devices": {"errors", "node_names", "units", "lanes"},
    "elaborate": NUMBERS,
    "engine": NUMBERS | {"elaborate"},
    "symmetry": ENGINE,
    "symbolic": ENGINE | {"symmetry"},
    "bench": ENGINE,
    "contract": ENGINE,
    "driven": CONTRACT,
    "large_signal": DRIVEN,
    "merits": LARGE_SIGNAL,
    "statistics": MERITS,
    "analyses": STATISTICS,
    "datasheet": ANALYSES,
    "registry": {"errors", "contract"},  # what it finds by name may lie above it
    "methods": DATASHEET | {"registry"},  # results for type checkers: at run time it looks analyses up
    "amplifier": DATASHEET | {"registry", "methods"},
    "report": DATASHEET | {"registry"},
    "cli": DATASHEET | {"registry", "report", "amplifier", PUBLIC},
}
SHOWN = {"contract/result.py", "datasheet/analyze.py"}  # results are shown by `report`, which they import when asked
HEAVY = {"scipy", "xarray", "matplotlib", "numba", "rich", "pandas", "plotly", "jinja2", "flint", "sympy", "yaml"}
HEAVY_FOLDERS = {"compiled": "numba"}
HEAVY_AT_THE_TOP = {"report": {"matplotlib", "rich"}, "cli": {"rich"}}


def layer_of(path: Path) -> str:
    """The first name below the package: "devices", "errors"; "" for the package itself."""
    first = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return "" if first in ("__init__", "__main__") else first


def imported(tree: ast.AST, path: Path) -> Iterator[tuple[str, int]]:
    """Full names that a syntax tree imports, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = ["longtail", *path.relative_to(ROOT).parent.parts]
                module = ".".join([*package[: len(package) - node.level + 1], *filter(None, [module])])
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def at_import(tree: ast.Module) -> ast.Module:
    """The statements that run when the module is imported: no function bodies, no type-checking blocks."""

    class Shallow(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if "TYPE_CHECKING" in ast.dump(node.test) else self.generic_visit(node)

    return Shallow().visit(tree)


def at_run(tree: ast.Module) -> ast.AST:
    """The statements that run at all: no type-checking blocks."""

    class Running(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if "TYPE_CHECKING" in ast.dump(node.test) else self.generic_visit(node)

    return Running().visit(tree)


def module_of(path: Path) -> str:
    """The full name of the module in a file."""
    return ".".join(("longtail", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def climbs(source: str, path: Path) -> list[str]:
    """Imports of a module that its layer does not allow."""
    layer = layer_of(path)
    if not layer:
        return []
    wrong = []
    for name, line in imported(ast.parse(source), path):
        package, _, rest = name.partition(".")
        target = rest.split(".")[0] if rest.split(".")[0] in ALLOWED else PUBLIC
        if target == "report" and str(path.relative_to(ROOT)) in SHOWN:
            continue
        if package == "longtail" and target not in ALLOWED[layer] | {layer}:
            wrong.append(f"{path.name}:{line} imports {name}, which {layer} may not")
    return wrong


def weighs(source: str, path: Path) -> list[str]:
    """Heavy packages that a module imports at its top, where its layer does not allow it.

    A module in the folder of a heavy package may import it, and is then as heavy itself.
    """
    allowed = HEAVY_AT_THE_TOP.get(layer_of(path), set()) | {HEAVY_FOLDERS.get(path.parent.name)}
    wrong = []
    for name, line in imported(at_import(ast.parse(source)), path):
        package, *inner = name.split(".")
        if package == "longtail":
            weights = {HEAVY_FOLDERS[part] for part in inner if part in HEAVY_FOLDERS}
        else:
            weights = {package} & HEAVY
        if weights - allowed:
            wrong.append(f"{path.name}:{line} imports {name} at its top")
    return wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    assert layer_of(path) in ALLOWED or not layer_of(path), "a new layer has its place in the table"
    assert climbs(path.read_text(), path) == []


LOOKS_UP = {"registry.py", "devices/discovery.py"}  # where things are found by name
LONGEST = 400  # lines of a file
LONGEST_FUNCTION = 70  # a function fits a screen; a dispatch over instructions may take a little more


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_at_once(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= LONGEST
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


def test_no_two_classes_have_one_name() -> None:
    names = [
        node.name for path in FILES for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_names_are_looked_up_in_registries_alone() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in FILES
        for name, _ in imported(ast.parse(path.read_text()), path)
        if name.split(".")[0] == "importlib"
    }
    assert users == LOOKS_UP


def test_no_import_goes_round() -> None:
    """Not even one inside a function: what needs one another belongs together, or has something in common to share."""
    modules = {module_of(path): path for path in FILES}
    needs: dict[str, set[str]] = {}
    for module, path in modules.items():
        found = {name for name, _ in imported(at_run(ast.parse(path.read_text())), path)}
        found = {name if name in modules else name.rpartition(".")[0] for name in found}
        if str(path.relative_to(ROOT)) in SHOWN:
            found = {name for name in found if not name.startswith("longtail.report")}
        needs[module] = {name for name in found if name in modules and name != "longtail"} - {module}
    list(TopologicalSorter(needs).static_order())


def test_the_tests_have_the_rooms_of_the_house() -> None:
    """A folder of tests that is named after a room has its inner rooms, and each room has tests."""
    tests = Path(__file__).parent
    rooms = {path for path in ROOT.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert [room.name for room in sorted(rooms) if not list((tests / room.name).rglob("test_*.py"))] == []
    inner = [path.relative_to(tests) for room in rooms for path in (tests / room.name).rglob("test_*.py")]
    assert [path for path in inner if not (ROOT / path.parent).is_dir()] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_are_imported_late(path: Path) -> None:
    assert weighs(path.read_text(), path) == []


@pytest.mark.parametrize(
    "source",
    [
        "from longtail.engine.equations.system import System",
        "import longtail.engine",
        "from longtail import engine",
        "def f():\n    from longtail.engine import x",
        "from ..engine import x",
        "import longtail",
    ],
)
def test_an_import_that_climbs_is_seen(source: str) -> None:
    assert climbs(source, ROOT / "devices" / "x.py")


def test_only_the_command_line_uses_the_public_names() -> None:
    for source in ("import longtail", "from longtail import read"):
        assert climbs(source, ROOT / "engine" / "x.py")
        assert not climbs(source, ROOT / "cli" / "x.py")


def test_imports_that_point_down_pass() -> None:
    source = "import math\nfrom longtail.errors import InputError\nfrom . import base\nfrom ..lanes import graph"
    assert climbs(source, ROOT / "devices" / "x.py") == []


def test_a_heavy_import_is_seen_only_at_the_top() -> None:
    path = ROOT / "engine" / "x.py"
    assert weighs("import scipy.stats", path)
    assert weighs("class A:\n    from matplotlib import pyplot", path)
    assert not weighs("def f():\n    import scipy", path)
    assert not weighs("if TYPE_CHECKING:\n    import xarray", path)
    assert not weighs("import matplotlib", ROOT / "report" / "x.py")
    compiled, plain = (ROOT / "lanes" / folder / "executor.py" for folder in ("compiled", "plain"))
    assert not weighs("import numba", compiled)
    assert not weighs("from longtail.lanes.compiled.math import exp", compiled)
    assert weighs("from longtail.lanes.compiled.math import exp", plain)
    assert weighs("from longtail.lanes.compiled import math", plain)
    assert weighs("import scipy", compiled)


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after running some code."""
    report = "import atexit, sys; atexit.register(lambda: print(*{name.split('.')[0] for name in sys.modules}))\n"
    run = subprocess.run([sys.executable, "-c", report + code], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import longtail",
        "from longtail import read",
        "import sys; sys.argv[1:] = ['--help']; from longtail.cli.main import main; main()",
    ],
)
def test_starting_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) & (HEAVY - {"rich"}) == set()


def test_what_is_loaded_is_seen() -> None:
    assert {"numpy", "longtail"} <= loaded_by("import numpy, longtail; raise SystemExit(0)")
