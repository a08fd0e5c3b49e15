"""Where two answers differ: in their structure, or in numbers by more than a part of their scale.

The scale of a number is the largest magnitude

- of the list that it stands in, and of the lists around that;
- of the real and the imaginary part of a complex number;
- of the numbers that stand beside it under the names of other mode gains: the entries of one matrix, sums of the
  same terms.

Poles and zeros are no array: a slow one is as exact as a fast one, so each is its own scale, with both its parts.
The distance of a pole from a zero is a difference of the two as a part of the pole, a harmonic a part of the
fundamental, an error a part of a gain, and a logarithm moves by parts of what it is of: their terms are 1. A rejection
in dB is compared as what it is the logarithm of, a ratio of gains; over lanes, unwanted over wanted gain as a part of
1. What a picture of mismatch is off by is a part of a standard deviation. Where the program tells the uncertainty of a
pole or zero, that takes the place of 1e-9. A number by itself is its own scale.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

WITHIN = 1e-9
# what is smaller counts as a part of this: the operating point is found to so much, in V, A and W
LEAST = {"v": 1e-3, "i": 1e-6, "power": 1e-6}
_INSIDE = 1e-6  # of a parameter: where an end of a worst case lies that is at no corner
LAST_BIT = 1e-14  # of the wanted gain: what last bits of an operating point make of an unwanted one
MODES = {"differential", "common", "unwanted", "common_to_differential", "differential_to_common"}
RELATIVE = {"distance": 1.0, "thd": 1.0, "log": 1.0, "error_bound": 1.0, "error_sampled": 1.0} | {
    f"hd{n}": 1.0 for n in range(2, 10)
}
KNOWN = RELATIVE | LEAST
# a residue of a pole beside others is a difference of large terms, and its uncertainty is not told yet; nor is that of
# the lowest pole of a datasheet, which the last bits of conductances 1e7 times its own move by 6e-7 in the 741; and
# where a gain is 0.1 % less than at its largest is known to 1e-9/0.1 %/2; the ends of a range by rejection are found to
# 2e-7 of what is searched through, by rejections over lanes, which are not refined
# where limits on unwanted gains are reached follows from sensitivities that are exact to 1e-9 of those of the wanted
# of the fundamental, what the gain of an amplifier in open loop makes of last bits at its inputs
CONDITIONED = {
    "distortion": 1e-7,
    "residues_rad_s": 1e-6,
    "lowest_pole_hz": 3e-6,
    "linear_range/0.1%": 5e-7,
    "input_common_mode_by_cmrr": 5e-5,
    "worst_case": 1e-7,
}
_CHAOS = "; the last attempt"  # where Newton's method came to that did not converge is no answer
ROOTS = {"poles_rad_s", "zeros_rad_s"}


class Difference(NamedTuple):
    """At what place, of what size as a part of the scale (infinite: in structure), and the two values."""

    place: str
    size: float
    one: Any
    other: Any

    @property
    def structural(self) -> bool:
        return self.size == math.inf

    @property
    def counts(self) -> bool:
        return not self.size <= max(
            [WITHIN, *(part for name, part in CONDITIONED.items() if f"/{name}/" in self.place)]
        )

    def __str__(self) -> str:
        return f"{self.place}: {self.one!r} and {self.other!r}"


def differences(one: Any, other: Any, place: str = "", scale: float = 0.0, roots: bool = False) -> Iterator[Difference]:
    """Every difference, the smallest too; `roots`: within poles or zeros.

    >>> [str(each) for each in differences({"a": [1.0, 0.0]}, {"a": [1.0, 1e-12]})]
    ['/a/1: 0.0 and 1e-12']
    >>> [each.size for each in differences([1.0, None], [1.0, 2.0])]
    [inf]
    >>> long = {"iterations": 1427, "continuation": "pseudo-transient"}
    >>> list(differences(long, {**long, "iterations": 1580}))
    []
    """
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        if "error" in one and _CHAOS in str(one.get("text")):
            one, other = ({**each, "text": each["text"].split(_CHAOS)[0]} for each in (one, other))
        matrix = 0.0 if roots else max((largest(part) for name, part in one.items() if name in MODES), default=0.0)
        for key in one:
            if key == "iterations" and one.get("continuation") not in (None, "newton"):
                continue  # how long a search took is no answer: where it wanders, last bits decide that
            if key == "poles_rad_s" and "pole_uncertainty" in one:
                yield from _roots(one[key], other[key], one["pole_uncertainty"], f"{place}/{key}")
                continue
            if key == "zeros_rad_s" and "zero_uncertainty" in one:
                yield from _zeros(one, other, f"{place}/{key}")
                continue
            if key == "contributions" and isinstance(one[key], list) and isinstance(other[key], list):
                yield from _contributions(one[key], other[key], f"{place}/{key}")
                continue
            if key == "deck":
                yield from _decks(one[key], other[key], f"{place}/{key}")
                continue
            if key.endswith(("cmrr_db", "rejection_db", "psrr_db")):
                lanes = place.endswith(("/values", "/curves"))
                refined = "amplifier_cmrr_db" not in one and key != "psrr_db" and not lanes
                yield from _rejections(one[key], other[key], f"{place}/{key}", refined)
                continue
            if key in ("cancelling", "tail") and "zero_uncertainty" in one:
                told = [one.get("pole_uncertainty", []), *filter(None, one["zero_uncertainty"].values())]
                part = max([WITHIN, *_numbers(told)])
                for each in differences(one[key], other[key], f"{place}/{key}", 0.0, True):
                    yield each._replace(size=each.size * WITHIN / part)
                continue
            if key in ("input_power", "common") and "input_power" in one:
                yield from _referred(one, other, key, f"{place}/{key}")
                continue
            if key == "error" and isinstance(one[key], dict) and isinstance(other[key], dict):
                yield from differences([*one[key].values()], [*other[key].values()], f"{place}/{key}", 1.0)
                continue
            if key == "groups" and "contributions" in one:  # shares, of one variance
                yield from differences([*one[key]], [*other[key]], f"{place}/{key}")
                yield from differences([*one[key].values()], [*other[key].values()], f"{place}/{key}", 1.0)
                continue
            if key == "log" and isinstance(one[key], float) and isinstance(other[key], float):
                moved = abs(one[key] - other[key])
                if moved * math.exp(min(one[key], 0.0)) > LAST_BIT:
                    yield Difference(f"{place}/{key}", moved / max(1.0, abs(one[key])), one[key], other[key])
                continue
            if key in ("nominal", "at_worst") and one.get("measure") == "cmrr" and "worst_case" in one:
                yield from _rejections(one[key], other[key], f"{place}/{key}", False)
                continue
            if key == "worst" and "correlation" in one:
                for k, (mine, theirs) in enumerate(zip(one[key], other[key], strict=False)):
                    for each in differences(mine, theirs, f"{place}/{key}/{k}"):
                        rejection = not each.structural and _is_rejection(one["measures"][mine["measure"]])
                        yield from _rejections(each.one, each.other, each.place, False) if rejection else [each]
                continue
            if key == "measures" and isinstance(one[key], dict) and ("correlation" in one or "yields" in one):
                yield from _distributions(one[key], other[key], f"{place}/{key}")
                continue
            if key == "values" and "correlation" in one:
                for name, figures in one[key].items():
                    rejection = _is_rejection(one["measures"][name])
                    compare = partial(_rejections, refined=False) if rejection else differences
                    yield from compare(figures, other[key].get(name), f"{place}/{key}/{name}")
                continue
            if key in ("least", "largest") and isinstance(one[key], dict) and "changes" in one[key]:
                ratio = one.get("measure") == "cmrr"
                yield from _worst_end(one[key], other[key], f"{place}/{key}", ratio)
                continue
            if key in ("error", "second_error") and "second_error" in one:  # of pictures, in standard deviations
                yield from differences(one[key], other[key], f"{place}/{key}", 1.0)
                continue
            if key == "rows" and _gains_of(one[key]):
                yield from _rows(one[key], other[key], f"{place}/{key}")
                continue
            own = max(scale, largest(one)) if _complex(one) else matrix if key in MODES else KNOWN.get(key, 0.0)
            yield from differences(one[key], other[key], f"{place}/{key}", own, roots or key in ROOTS)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        apart = roots and any(isinstance(each, list) for each in one)
        own = 0.0 if apart else max(scale, largest(one))
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from differences(a, b, f"{place}/{k}", own, roots)
    elif isinstance(one, float) and isinstance(other, float):
        if one != other:
            yield Difference(place, abs(one - other) / max(scale, abs(one), abs(other)), one, other)
    elif isinstance(one, dict) or one != other or type(one) is not type(other):
        yield Difference(place, math.inf, one, other)


def _rejections(one: Any, other: Any, place: str, refined: bool) -> Iterator[Difference]:
    """Differences of rejections in dB, as parts of the ratios that they are logarithms of.

    What is unwanted hangs on last bits of the operating point, which are no more than some of the wanted gain. Over
    lanes, of supplies, and with a network at the inputs, small signals have no refinement: unwanted over wanted gain is
    a part of 1.
    """
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        for name in one:
            yield from _rejections(one[name], other[name], f"{place}/{name}", refined)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _rejections(a, b, f"{place}/{k}", refined and not isinstance(a, list))
    elif not isinstance(one, float) or not isinstance(other, float):
        yield from differences(one, other, place)
    elif one != other:
        own = 10.0 ** (-one / 20.0)
        part = max(own, LAST_BIT / WITHIN) if refined else 1.0
        yield Difference(place, min(own / part, 1.0) * abs(10.0 ** ((one - other) / 20.0) - 1.0), one, other)


def _is_rejection(distribution: dict[str, Any]) -> bool:
    return distribution["unit"] == "dB" and distribution["sigma"] is None


def _distributions(one: dict[str, Any], other: dict[str, Any], place: str) -> Iterator[Difference]:
    """Differences of how figures are distributed over samples, which are lanes: of rejections as such."""
    for name in one:
        for each in differences(one[name], other[name], f"{place}/{name}", largest([*one[name]["quantiles"].values()])):
            rejection = _is_rejection(one[name]) and isinstance(each.one, float)
            yield from _rejections(each.one, each.other, each.place, False) if rejection else [each]
    if list(one) != list(other):
        yield Difference(place, math.inf, list(one), list(other))


def _worst_end(one: dict[str, Any], other: dict[str, Any], place: str, ratio: bool) -> Iterator[Difference]:
    """Differences of an end of a worst case: changes are differences of figures there, of a ratio in dB."""
    value = one["value"] if isinstance(one["value"], float) else 0.0
    part = min(10.0 ** (-value / 20.0), 1.0) if ratio else 1.0
    changes = [[*found["changes"].values()] for found in (one, other)]
    for each in differences(*changes, f"{place}/changes", max(abs(value), 1.0 * ratio)):
        yield each if each.structural else each._replace(size=each.size * part)
    left = [{name: found[name] for name in found if name != "changes"} for found in (one, other)]
    for each in differences(*left, place):
        inside = not one["corner"] and "/values/" in each.place and not each.structural
        yield each._replace(size=each.size * WITHIN / _INSIDE) if inside else each


def _referred(one: dict[str, Any], other: dict[str, Any], key: str, place: str) -> Iterator[Difference]:
    """Differences of noise, of which that referred to the input of one mode hangs on the last bits of a small gain: it
    is output noise over gain, and gains count as parts of the wanted one."""
    powers = [each for each in _numbers(one["input_power"]) if each > 0.0]
    share = math.sqrt(min(powers) / max(powers)) if powers else 1.0
    for each in differences(one[key], other[key], place):
        small = not each.structural and any(name.startswith("input_") for name in each.place.split("/"))
        yield each._replace(size=each.size * share) if small else each


def _contributions(one: list[Any], other: list[Any], place: str) -> Iterator[Difference]:
    """Differences of what sources of noise contribute, or random causes, as parts of what the largest does."""
    most = max((largest(each["share"]) for each in one), default=0.0) or 1.0
    effect = max((largest(each["sensitivity"]) * each["sigma"] for each in one if "sensitivity" in each), default=0.0)
    for k, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        for each in differences(mine, theirs, f"{place}/{k}"):
            if "/sensitivity" in each.place and not each.structural:
                yield each._replace(size=abs(each.one - each.other) * mine["sigma"] / effect)
                continue
            yield each if each.structural else each._replace(size=abs(each.one - each.other) / most)
    if len(one) != len(other):
        yield Difference(place, math.inf, len(one), len(other))


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, float):
        yield value


def _gains_of(rows: Any) -> float:
    """The largest gain among the rows of a datasheet; 0 where there are none."""
    units = isinstance(rows, list) and all(isinstance(row, dict) and "unit" in row for row in rows)
    return max((largest(row["value"]) for row in rows if row["unit"] == "V/V"), default=0.0) if units else 0.0


def _rows(one: list[dict[str, Any]], other: list[dict[str, Any]], place: str) -> Iterator[Difference]:
    """Differences of the rows of a datasheet. What is over conditions, extremes, is over lanes: not refined."""
    wanted = _gains_of(one)
    for k, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        for each in differences(mine, theirs, f"{place}/{k}/{mine['merit']}" if "merit" in mine else f"{place}/{k}"):
            value = not each.structural and each.place.endswith(("/value", "/minimum", "/maximum"))
            if value and mine["unit"] == "V/V":
                alone = each.place.endswith("/value")
                scale = max(abs(each.one), LAST_BIT / WITHIN * wanted) if alone else wanted
                yield each._replace(size=abs(each.one - each.other) / scale)
            elif value and mine["unit"] == "dB":
                yield from _rejections(each.one, each.other, each.place, False)
            else:
                yield each
    if len(one) != len(other):
        yield Difference(place, math.inf, len(one), len(other))


def _decks(one: str, other: str, place: str) -> Iterator[Difference]:
    """Differences of decks that longtail wrote: their numbers have all digits there are."""
    mine, theirs = (re.split(r"(-?\d+\.\d+(?:e-?\d+)?)", text) for text in (one, other))
    if mine[::2] != theirs[::2]:
        yield Difference(place, math.inf, one, other)
    else:
        yield from differences([float(each) for each in mine[1::2]], [float(each) for each in theirs[1::2]], place)


def _zeros(one: dict[str, Any], other: dict[str, Any], place: str) -> Iterator[Difference]:
    """Differences of zeros, as parts of 1e-9 or of what uncertainty each has."""
    for name, mine in one["zeros_rad_s"].items():
        yield from _roots(mine, other["zeros_rad_s"].get(name), one["zero_uncertainty"][name], f"{place}/{name}")


def _roots(one: Any, other: Any, moved: list[float] | None, place: str) -> Iterator[Difference]:
    if moved is None or one is None or other is None or len(one) != len(other):
        yield from differences(one, other, place, 0.0, True)
        return
    for k, (a, b, part) in enumerate(zip(one, other, moved, strict=True)):
        yield from differences(a, b, f"{place}/{k}", largest(a) * max(part, WITHIN) / WITHIN, True)


def beyond(one: Any, other: Any) -> list[Difference]:
    """The differences that count."""
    return [each for each in differences(one, other) if each.counts]


def largest(value: Any) -> float:
    """The largest magnitude of the numbers in nested lists, and in the parts of complex ones."""
    if isinstance(value, list):
        return max(map(largest, value), default=0.0)
    if _complex(value):
        return max(largest(value["re"]), largest(value["im"]))
    return abs(value) if isinstance(value, float) else 0.0


def _complex(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["re", "im"]
