"""What type checkers make of the public names: a script of a user passes in the strictest way, mistakes do not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from contract.user_script import main, refused

ROOT = Path(__file__).parents[2]
MISTAKES = """\
import longtail as lt
amp = lt.read("bjt_pair")
amp.gains(frequncy_hz="1:1g:20")  # call-arg
amp.gains("1:1g:20", "1")  # call-arg
amp.gains(vcm=[0.0, 1.0])  # arg-type
amp.gain()  # attr-defined
amp.op().nodez  # attr-defined
lt.raed("bjt_pair")  # attr-defined
lt.decades("1", 1e3)  # arg-type
"""


def checked(*paths: Path, folder: Path) -> list[str]:
    """What mypy says of files when it takes longtail as it would an installed package, from its source."""
    options = ["--strict", "--config-file=", "--no-error-summary", "--cache-dir", str(folder / "cache")]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *map(str, paths)],
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(ROOT / "src")},
    )
    assert run.stderr == ""
    return [line for line in run.stdout.splitlines() if " error: " in line]


def test_a_script_of_a_user_passes_and_mistakes_are_found(tmp_path: Path) -> None:
    mistakes = tmp_path / "mistakes.py"
    mistakes.write_text(MISTAKES)
    found = checked(Path(__file__).with_name("user_script.py"), mistakes, folder=tmp_path)
    wanted = [(n, line.partition("# ")[2]) for n, line in enumerate(MISTAKES.splitlines(), 1) if "# " in line]
    assert len(found) == len(wanted), found
    for error, (line, code) in zip(found, wanted, strict=True):
        assert f"mistakes.py:{line}: " in error
        assert error.endswith(f"[{code}]")


def test_the_script_runs() -> None:
    assert main().startswith("38.")
    assert refused() == "did you mean 'o2'?"
