"""A survey of a folder of decks: what is refused and why, what is solved, how far from ngspice.

    make survey DIR=folder [PROCESSES=0]

Every deck has a process of its own; libraries of models are asked by difference amplifiers of their op-amps.
Each answer is kept in out/survey; what has been asked is not asked again unless the file has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from survey.one import is_follower, is_library, is_netlist, text_of
from survey.opamps import opamps

FOLDER = Path("out/survey")
ENDINGS = {".cir", ".ckt", ".sp", ".spi", ".spice", ".net", ".lib", ".mod", ".mdl", ".sub", ".txt"}
SECONDS = 60.0  # for the process, ngspice included; longtail alone is held to ten
PER_LIBRARY = 8  # of more op-amps in one library every second, third ... is asked
_SHOWN = 60

Question = tuple[Path, str]


def questions(folder: Path) -> Iterator[Question]:
    """Every deck of a folder, and every op-amp of a library in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        text = text_of(path)
        if not is_netlist(text):
            continue
        if is_library(text):
            names = [opamp.name for opamp in opamps(text)]
            yield from ((path, name) for name in names[:: -(-len(names) // PER_LIBRARY) or 1])
        else:
            yield path, ""


def answer(question: Question) -> dict[str, Any]:
    """What came of one, from an earlier survey where nothing has changed."""
    path, name = question
    source = Path(__file__).parents[2] / "src"
    stamp = max(each.stat().st_mtime for each in source.rglob("*.py"))
    key = hashlib.sha256(f"{path}{name}{stamp}".encode() + path.read_bytes()).hexdigest()[:16]
    kept = FOLDER / f"{key}.json"
    if kept.exists():
        return dict(json.loads(kept.read_text()))
    command = [sys.executable, "-m", "survey.one", str(path.resolve()), *([name] if name else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment)
        text = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
        found = json.loads(text) if text.startswith("{") else {"refused": [f"crashed: {done.stderr[-200:]}"]}
    except subprocess.TimeoutExpired:
        found = {"refused": [f"more than {SECONDS:g} s"]}
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found))
    return dict(found)


def main(arguments: Sequence[str]) -> int:
    folder, processes = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    asks = list(questions(folder))
    with ThreadPoolExecutor(processes or os.cpu_count()) as pool:
        found = list(pool.map(answer, asks))
    for title, wanted in (("decks", False), ("op-amp models", True)):
        some = [(ask, each) for ask, each in zip(asks, found, strict=True) if bool(ask[1]) == wanted]
        if some:
            _table(title, some)
    return 0


def _table(title: str, some: list[tuple[Question, dict[str, Any]]]) -> None:
    count = len(some)
    compared = [each["apart"] for _, each in some if each.get("apart") is not None]
    print(f"\n{count} {title}")
    for what, number in (
        ("read", sum(bool(each.get("read")) for _, each in some)),
        ("solved", sum(bool(each.get("solved")) for _, each in some)),
        ("gains as found", sum(bool(each.get("gains")) for _, each in some)),
        ("gain of the op-amp's bench 1 within 5 %", sum(is_follower(each) for _, each in some)),
        ("compared with ngspice", len(compared)),
        ("of these, within 5 uV + 1e-6*|V|", sum(apart <= 1.0 for apart in compared)),
    ):
        print(f"  {what:40} {number:5}  {number / count:.0%}")
    reasons: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    for (path, name), each in some:
        for reason in dict.fromkeys(
            [*each.get("refused", ()), *([f"no gains: {each['why']}"] if "why" in each else [])]
        ):
            reasons[reason] += 1
            examples[reason].append(f"{path.name}{f' {name}' if name else ''}")
        if (each.get("apart") or 0.0) > 1.0:
            reasons["apart from ngspice"] += 1
            examples["apart from ngspice"].append(f"{path.name} {name} ({each['apart']:.3g})")
        if "ngspice" in each:
            reasons["ngspice does not answer"] += 1
            examples["ngspice does not answer"].append(f"{path.name} {name} {each['ngspice'][:60]}")
        if each.get("seconds", 0.0) > 10.0:
            reasons["more than 10 s"] += 1
            examples["more than 10 s"].append(path.name)
    for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]:
        print(f"  {number:5}  {reason}  ({', '.join(examples[reason][:3])})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
