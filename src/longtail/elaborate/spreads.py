"""What `*@ mismatch` and `*@ process` name: devices of a circuit, or a parameter of the top level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from longtail.circuit import Circuit
from longtail.devices.base import Spread
from longtail.devices.discovery import devices
from longtail.elaborate.named_values import known_value, nominal
from longtail.errors import NetlistError, OptionError, nearest
from longtail.netlist.cards import PositionCard, SpreadRule


def spread_names(circuit: Circuit, rule: SpreadRule) -> tuple[str, ...]:
    """The parameters that a rule is about, by varied name, in the order of the netlist.

    An owner is a device, x1.m1 as m.x1.m1, or where there is no such device a model, which stands for all devices that
    have it. A part of what a device works out from others, the resistance of a size, is that of its factor `scale`.
    Raises `NetlistError` for an owner that is not there, for a device without the parameter or without a value
    of it to spread about, and for parts of zero.

    >>> from longtail.elaborate.pipeline import load
    >>> deck = "t\\n*@ mismatch r(rc*) sigma=0.1%\\nv1 a 0 1\\nrc1 a b 1k\\nrc2 b 0 1k\\nre b 0 1k\\n"
    >>> circuit = load(deck)
    >>> spread_names(circuit, circuit.spreads[0])
    ('rc1.r', 'rc2.r')
    """
    owners = dict.fromkeys(name for pattern in rule.owners for name in _matching(circuit, rule, pattern))
    names = tuple(_name(circuit, rule, owner) for owner in owners) if rule.owners else (rule.parameter,)
    if not rule.owners and rule.parameter not in circuit.parameters:
        raise NetlistError(
            f"there is no parameter '{rule.parameter}'",
            span=rule.span,
            hint=nearest(rule.parameter, circuit.parameters) or "of devices: '*@ process r(rc*) sigma=5%'",
        )
    for name in names:
        try:
            value = nominal(circuit, name)
        except OptionError as error:
            worked_out = rule.owners and _name(circuit, replace(rule, relative=True), name.rpartition(".")[0]) != name
            hint = "it is worked out from others: give sigma in percent" if worked_out else error.hint
            raise NetlistError(error.message, span=rule.span, hint=hint) from None
        if rule.relative and value == 0.0:
            hint = "give sigma in its unit, without %"
            raise NetlistError(f"{name} is 0, and no part of that spreads", span=rule.span, hint=hint)
    return names


def _name(circuit: Circuit, rule: SpreadRule, owner: str) -> str:
    name = f"{owner}.{rule.parameter}"
    found = spread_of(circuit, owner, rule.parameter) if rule.relative and known_value(circuit, name) is None else None
    known = (f"{owner}.{parameter}" for parameter in (found.parameters if found else ()))
    return next((each for each in known if known_value(circuit, each)), name)


def spread_of(circuit: Circuit, device: str, parameter: str) -> Spread | None:
    """How a parameter of a device differs as a rule, where that is declared of it."""
    declared = devices()[circuit.instances[device].device].mismatch
    return next((spread for spread in declared if parameter in spread.parameters), None)


def read_positions(circuit: Circuit, cards: Iterable[PositionCard]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Where devices lie: x and y in m of each unit, by flat name; several cards of one device are of several units.

    Raises `NetlistError` for a device that is not there.
    """
    places = {called: name for name in circuit.instances for called in called_names(name)}
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for card in cards:
        if card.device not in places:
            raise NetlistError(
                f"there is no device '{card.device}'", span=card.span, hint=nearest(card.device, circuit.instances)
            )
        name = places[card.device]
        found[name] = (*found.get(name, ()), *card.units)
    return found


def check_spreads(circuit: Circuit) -> None:
    """Raise `NetlistError` as `spread_names` does for the first rule that names what is not there."""
    for rule in circuit.spreads:
        spread_names(circuit, rule)


def _matching(circuit: Circuit, rule: SpreadRule, pattern: str) -> Iterator[str]:
    found = [name for name in circuit.instances if any(fnmatchcase(each, pattern) for each in called_names(name))]
    if not found:
        models = {name for name in circuit.models if fnmatchcase(name, pattern)}
        found = [name for name, instance in circuit.instances.items() if instance.model in models]
    if not found:
        raise NetlistError(
            f"there is no device or model '{pattern}'",
            span=rule.span,
            hint=nearest(pattern, (*circuit.instances, *circuit.models)),
        )
    yield from found


def called_names(name: str) -> tuple[str, ...]:
    """The flat name of a device, and how it is called by its place: m.x1.m1 and x1.m1."""
    letter, dot, place = name.partition(".")
    return (name, place) if dot and len(letter) == 1 else (name,)
