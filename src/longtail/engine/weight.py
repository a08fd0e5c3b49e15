"""What is kept in memory weighs: an estimate in bytes, made in a millisecond or so."""

from __future__ import annotations

import sys
from collections.abc import Collection
from itertools import islice
from typing import Any

import numpy as np

from longtail.circuit import Circuit
from longtail.engine.equations.trace import Trace
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr, Graph
from longtail.lanes.program import Program

_NODE = 320  # bytes of a node of a graph with its slopes and what is traced on it: 305 to 335 in pairs and a 741
_INSTANCE = 2_000  # bytes of a device of a netlist
_SAMPLE = 8  # members of a collection that are looked at; the others are taken to be like them
_COLLECTIONS = dict | list | tuple | set | frozenset
_NOTHING = str | bytes | int | float | complex | type | Expr | Differentiator | None  # hangs on what is not a graph's


def weigh(things: Collection[object], known: Collection[int]) -> tuple[float, set[int]]:
    """The bytes that hang on things, but for objects whose `id` is known, and the ids of those that were met.

    Arrays and programs are counted to the byte, graphs by their nodes, netlists by their devices, and long collections
    from a sample.

    >>> rows = np.zeros((1000, 1000))
    >>> bytes, ids = weigh([{"a": rows, "b": rows[5:]}], ())
    >>> 8_000_000 <= bytes < 8_001_000, weigh([rows], ids)[0] < 1000
    (True, True)
    """
    met: set[int] = set()
    total = 0.0
    stack: list[tuple[Any, float]] = [(thing, 1.0) for thing in things]
    while stack:
        each, times = stack.pop()
        if id(each) in met or id(each) in known:
            continue
        met.add(id(each))
        total += times * _own(each)
        inner = _inner(each)
        some = list(islice(inner, _SAMPLE)) if isinstance(each, _COLLECTIONS) else inner
        # the array that views are parts of is one, however many they are
        times = 1.0 if isinstance(each, np.ndarray) else times * len(inner) / max(1, len(some))
        stack += [(x, times) for x in some if not isinstance(x, _NOTHING)]
    return total, met


def _own(thing: object) -> float:
    """The bytes of a thing itself, and of all that hangs on it and is not in `_inner`."""
    if isinstance(thing, Graph):
        return _NODE * len(thing)
    if isinstance(thing, Circuit):
        return _INSTANCE * len(thing.instances)
    return sys.getsizeof(thing) + (thing.nbytes if isinstance(thing, Program) else 0)


def _inner(thing: object) -> Collection[Any]:
    """What hangs on a thing: members, the array that another is a part of, attributes of our own objects."""
    if isinstance(thing, np.ndarray):
        return () if thing.base is None else (thing.base,)
    if isinstance(thing, Program):
        return (thing.registers_of,)
    if isinstance(thing, Trace):
        return (thing.graph,)
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, _COLLECTIONS):
        return thing
    kind = type(thing)
    if isinstance(thing, Graph | Circuit) or not kind.__module__.startswith("longtail."):
        return ()
    names = [name for each in kind.__mro__ for name in getattr(each, "__slots__", ())]
    return [*getattr(thing, "__dict__", {}).values(), *(getattr(thing, name, None) for name in names)]
