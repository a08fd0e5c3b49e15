"""The passes in order: includes, conditionals, subcircuits, devices, settings, ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from longtail.circuit import GROUND, Circuit, Instance
from longtail.elaborate.cards.instances import build
from longtail.elaborate.cards.models import Models
from longtail.elaborate.corners import read_corners
from longtail.elaborate.dangling import dangling
from longtail.elaborate.draws import check_drawing, with_draws
from longtail.elaborate.named_values import with_values
from longtail.elaborate.options import Settings, read_settings
from longtail.elaborate.ports import read_ports, resolve_ports
from longtail.elaborate.scope.checking import Notes
from longtail.elaborate.scope.conditionals import settle
from longtail.elaborate.scope.contents import Contents, every_card
from longtail.elaborate.scope.includes import Inclusion
from longtail.elaborate.scope.parameters import read_overrides, top_level
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.subcircuits import Flattened, flatten
from longtail.elaborate.spreads import check_spreads, read_positions
from longtail.errors import Faults, NetlistError, nearest
from longtail.garbage import collected_later
from longtail.netlist.cards import Body, Directive, Netlist
from longtail.netlist.dialect import dialect_named
from longtail.netlist.reader import read_file, read_text
from longtail.netlist.spread_cards import POSITION

MOST_NOTES = 10  # of cards that cannot be read and that nothing uses
Names = Sequence[str] | str | None


def load(
    source: Path | str,
    *,
    overrides: Mapping[str, float | str] | None = None,
    allow_includes_outside: bool = False,
    input: Names = None,
    output: Names = None,
    supply: Names = None,
    vcm: float | None = None,
    dialect: str | None = None,
) -> Circuit:
    """The flat circuit of a netlist: a `Path`, the name of a file, or (with a line break in it) the text itself.

    `overrides` replace values by name, see `longtail.elaborate.named_values`; `input`, `output`, `supply` and `vcm` (V)
    come before what the netlist says of its ports; `dialect` says which program it was written for, see
    `longtail.netlist.dialect`. Raises NetlistError for what is wrong with the netlist, OptionError
    for wrong names given here.

    >>> circuit = load("divider\\nv1 a 0 {v}\\nr1 a b 1k\\nr2 b 0 1k\\n.param v=2\\n.end\\n", overrides={"v": 3})
    >>> circuit.nodes, circuit.number(circuit.instances["v1"].parameters["dc"])
    (('a', 'b'), 3.0)
    """
    with collected_later():
        is_text = isinstance(source, str) and "\n" in source
        read = read_text if is_text else read_file
        netlist = read(str(source), dialect=dialect_named(dialect), keep_faults=True)
        return elaborate(
            netlist,
            overrides=overrides,
            allow_includes_outside=allow_includes_outside,
            input=input,
            output=output,
            supply=supply,
            vcm=vcm,
        )


def elaborate(
    netlist: Netlist,
    *,
    overrides: Mapping[str, float | str] | None = None,
    allow_includes_outside: bool = False,
    input: Names = None,
    output: Names = None,
    supply: Names = None,
    vcm: float | None = None,
) -> Circuit:
    """The flat circuit of a parsed netlist; arguments and errors as for `load`."""
    try:
        circuit = _elaborate(netlist, read_overrides(overrides or {}), allow_includes_outside)
    except RecursionError:
        raise NetlistError("the netlist is nested too deeply") from None
    circuit = resolve_ports(circuit, input, output, supply, vcm)
    return replace(circuit, notes=(*circuit.notes, *dangling(circuit)))


def _elaborate(netlist: Netlist, overrides: Mapping[str, float], anywhere: bool) -> Circuit:
    notes, faults = Notes(), Faults()
    inclusion = Inclusion(netlist, anywhere, faults=faults)
    body = inclusion.body()
    root = Scope(
        Contents().add(body),
        given=overrides,
        global_nodes=_global_nodes(body),
        dialect=netlist.dialect,
        remark=notes.add,
    )
    root.of_devices = frozenset(rule.parameter for rule in root.contents.spreads if rule.of_draws)
    early = [(directive, root) for directive in root.contents.directives]
    with faults.kept():
        _set_conditions(root, read_settings(early, Notes(), Faults()))
        settle(root)
    flat = flatten(root, faults)
    settings = read_settings(flat.directives, notes, faults)
    with faults.kept():
        _set_conditions(root, settings)
    root.forget_values()
    for scope in flat.scopes[1:]:
        for name, span in [
            *((port.name, port.span) for port in scope.contents.ports),
            *((rule.kind, rule.span) for rule in scope.contents.spreads),
            *((POSITION, card.span) for card in scope.contents.positions),
        ]:
            notes.add(f"*@ {name} has no effect inside a subcircuit", span)
    for note in (note for scope in flat.scopes for note in scope.contents.notes):
        notes.add(note.message, note.span)
    circuit = _assemble(netlist.title, root, flat, settings, notes, faults)
    with faults.kept():
        check_drawing(root)
    _raise(faults, inclusion.missing)
    for error in inclusion.missing:
        notes.add(f"{error.message}: it is passed over, as all that is used stands elsewhere", error.span)
    _note_unused([*netlist.faults, *inclusion.unread], notes)
    circuit = replace(
        circuit,
        ports=replace(read_ports(circuit, root.contents.ports, root), shown=tuple(root.contents.shown)),
        corners=read_corners(circuit, root.contents.ports, root),
        spreads=tuple(rule for rule in root.contents.spreads if not rule.of_draws),
        positions=read_positions(circuit, root.contents.positions),
    )
    if root.draws:
        circuit = with_draws(circuit, {name for (path, *_), name in root.draws.items() if path})
    check_spreads(circuit)
    circuit = with_values(circuit, {name: v for name, v in overrides.items() if name not in root.contents.parameters})
    return replace(circuit, notes=(*netlist.notes, *inclusion.notes, *notes.found.values()))


def _note_unused(unread: Sequence[NetlistError], notes: Notes) -> None:
    """What cannot be read and is used nowhere, or it would have been raised."""
    for error in unread[:MOST_NOTES]:
        notes.add(f"unused: {error.message}", error.span)
    if len(unread) > MOST_NOTES:
        notes.add(f"unused: {len(unread) - MOST_NOTES} more cards cannot be read")


def _raise(faults: Faults, missing: Iterable[NetlistError]) -> None:
    """Raise all faults, and first the files that are not here, which may be the reason of others."""
    if faults.found:
        faults.found[:0] = missing
        faults.raise_all()


def _set_conditions(root: Scope, settings: Settings) -> None:
    """The gmin, and the temperature in degrees Celsius that decides conditionals: as it is set, else the netlist's."""
    root.gmin = settings.options.gmin
    given = "temp" in root.given and "temp" not in root.contents.parameters
    root.temper = root.nominal(root.given["temp"] if given else settings.options.temp_deg_c, None)


def _assemble(title: str, root: Scope, flat: Flattened, settings: Settings, notes: Notes, faults: Faults) -> Circuit:
    models = Models(notes)
    parameters = top_level(root, faults)
    instances = build(flat.cards, models, notes, faults)
    for scope in flat.scopes:
        for card in scope.contents.models.values():
            models.note_unused(card, scope)
    nodes = _nodes(instances)
    for kind, values in ((".nodeset", settings.nodesets), (".ic", settings.initial_conditions)):
        for node, place in values.items():
            if node not in nodes and node != GROUND and not faults.found:
                message = f"{kind} names node '{node}', which is not there"
                faults.add(NetlistError(message, span=place[1], hint=nearest(node, nodes)))
    return Circuit(
        title=title,
        nodes=nodes,
        instances=instances,
        models=models.used,
        parameters=parameters,
        options=settings.options,
        nodesets={node: value for node, (value, _) in settings.nodesets.items()},
        initial_conditions={node: value for node, (value, _) in settings.initial_conditions.items()},
    )


def _nodes(instances: Mapping[str, Instance]) -> tuple[str, ...]:
    found = {node: None for instance in instances.values() for node in instance.nodes}
    found.pop(GROUND, None)
    return tuple(found)


def _global_nodes(body: Body) -> frozenset[str]:
    return frozenset(
        word.text
        for card in every_card(body)
        if isinstance(card, Directive) and card.name == "global"
        for word in card.words
    )
