"""Limits from a datasheet of CACE, the characterization environment of open-source silicon, in YAML.

parameters:
  dc_gain:
    spec:
      A_d:
        unit: dB
        minimum: {value: 40}
        typical: {value: any}

Only what limits is read: `parameters`, and of each its `spec`.

Source: CACE reference manual, datasheet format 5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from longtail.datasheet.rows import Limit
from longtail.files.yaml_places import Place, read_yaml

SUFFIXES = (".yaml", ".yml")
ANY = "any"  # a value that is to be reported and not to be held
SIMULATED = "ngspice"  # the one tool whose parameters are of a circuit; all others look at a layout

SHEET = (
    *("name", "description", "commit", "PDK", "cace_format", "authorship", "paths", "dependencies", "pins"),
    *("default_conditions", "parameters", "note"),
)
NAMED = ("display", "description", "unit", "note", "symbol", "at")  # the last two are longtail's own; CACE ignores them
BOUNDS = ("minimum", "typical", "maximum")
PARAMETER = (*NAMED, "name", "status", "spec", "tool", "plot", "conditions", "variables")
BOUND = ("value", "fail", "calculation", "limit", "note")
EXTREMES = {"minimum": ("minimum", "above"), "maximum": ("maximum", "below")}  # what CACE takes where nothing is said


def read_cace(path: str | Path) -> tuple[Limit, ...]:
    """The limits of all parameters. One without anything to hold (`any`, `fail: false`, of a layout) has no bounds.

    Raises `OptionError` with file and line for what is no YAML, for a key that is not known, a value that is no number,
    and for a bound on other than the extremes.
    """
    sheet = read_yaml(path, "limits")
    parameters = sheet.mapping(SHEET).get("parameters")
    if parameters is None:
        raise sheet.error("there are no 'parameters'", "as in parameters: {A_d: {spec: {minimum: {value: 30}}}}")
    return tuple(limit for name, each in parameters.mapping().items() for limit in _of_parameter(name, each))


def _of_parameter(name: str, given: Place) -> Iterator[Limit]:
    """The limits in `spec`: of the parameter itself, or of each named result."""
    keys = given.mapping(PARAMETER)
    if "spec" not in keys or _tool(keys) != SIMULATED:
        yield Limit(name, name, None, None, "", span=given.span)
        return
    spec = keys["spec"]
    results = spec.mapping()
    if results.keys() & {*BOUNDS, *NAMED}:
        yield _limit((name,), spec, keys)
        return
    for result, each in results.items():
        alone = len(results) == 1  # then it may go by the name of the parameter too
        yield _limit((result, name) if alone else (result,), each, keys if alone else _shared(keys))


def _shared(keys: Mapping[str, Place]) -> dict[str, Place]:
    """What a parameter says for each of several results."""
    return {word: keys[word] for word in ("unit", "at") if word in keys}


def _tool(keys: Mapping[str, Place]) -> str:
    """The tool that measures: a word, or the one name of a mapping."""
    if "tool" not in keys:
        return SIMULATED
    tool = keys["tool"]
    return next(iter(tool.mapping()), "") if tool.nested else tool.text()


def _limit(names: tuple[str, ...], given: Place, parameter: Mapping[str, Place]) -> Limit:
    """One limit, with all the names by which its line may go."""
    own = given.mapping((*NAMED, *BOUNDS))
    said = {word: place for word, place in {**parameter, **own}.items() if word in NAMED}
    bounds = {which: _bound(which, own[which]) for which in BOUNDS if which in own}
    low, high = bounds.get("minimum"), bounds.get("maximum")
    if low is not None and high is not None and low > high:
        raise own["minimum"].error(f"{low:g} is above the maximum, {high:g}")
    if "symbol" in said:
        names = (said["symbol"].text(),)
    else:
        names = (*names, *(keys["display"].text() for keys in (own, parameter) if "display" in keys))
    unit, at = (said[word].text() if word in said else "" for word in ("unit", "at"))
    span = said["unit"].span if "unit" in said else given.span
    return Limit(names[0], names[0], low, high, unit, at, also=names[1:], span=given.span, unit_span=span)


def _bound(which: str, given: Place) -> float | None:
    """The value to hold; None where there is none. A typical value is an aim, and so is one with `fail: false`."""
    keys = given.mapping(BOUND)
    if "value" not in keys:
        raise given.error("there is no 'value'", f"as in {which}: {{value: 40}}")
    held = keys["fail"].flag() if "fail" in keys else which in EXTREMES
    if keys["value"].text() == ANY:
        return None
    value = keys["value"].number()
    if not held:
        return None
    if which not in EXTREMES:
        raise keys["fail"].error("a typical value cannot be held", "give minimum, maximum or both")
    for word, meant in zip(("calculation", "limit"), EXTREMES[which], strict=True):
        if word in keys and keys[word].text() != meant:
            raise keys[word].error(f"a {which} is held by '{meant}' only, not by '{keys[word].text()}'")
    return value
