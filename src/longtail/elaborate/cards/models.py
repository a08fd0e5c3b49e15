"""`.model` cards: which device they describe, and their parameters checked against what that device declares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from longtail.circuit import Model
from longtail.devices.base import DeviceModel
from longtail.elaborate.cards import catalog
from longtail.elaborate.scope.checking import Given, Notes, check
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import add
from longtail.errors import NetlistError, UnsupportedError, nearest
from longtail.netlist.cards import Assignment, ModelCard
from longtail.netlist.expressions.tree import Name

# what manufacturers write into models for people and for other programs: ratings, names, plotting hints
ANNOTATIONS = frozenset(
    (
        *("mfg", "vendor", "type", "manufacturer", "desc", "description", "package", "pkg", "version"),
        *("icrating", "vceo", "vcbo", "vebo", "iave", "vpk", "irms", "ipk", "vds", "qg", "vrev", "tmin", "tmax"),
        *("bv_max", "id_max", "fv_max", "pd_max", "te_max", "ic_max", "vbe_max", "vbc_max", "vce_max"),
        *("vgs_max", "vgd_max", "vds_max", "vgb_max", "vbs_max", "vbd_max", "r_max", "rth0", "cth0"),
        *("vgsr_max", "vgdr_max", "idr_max", "derating", "rth_ext"),
    )
)

BIN_EDGES = ("lmin", "lmax", "wmin", "wmax")


# PSpice's temperatures of a model, degC or K, and what they are to an instance; t_measured is the model's own tnom
TEMPERATURES = {"t_abs": "temp", "t_rel_global": "dtemp"}
MEASURED = "t_measured"
# sizes that a card may give in the name of all its instances, for those that give none of their own
SIZES = frozenset(("l", "w", "ad", "as", "pd", "ps", "nrd", "nrs", "area", "areab", "areac", "pj"))
MOST_BASES = 16  # models that start from each other


@dataclass(slots=True)
class Models:
    """The models in use, by flat name; each is checked when an instance first asks for it.

    `of_instances` are the temperatures that a model gives to its instances, by the model's flat name, and `sizes` the
    sizes.
    """

    notes: Notes
    used: dict[str, Model] = field(default_factory=dict)
    of_instances: dict[str, list[Given]] = field(default_factory=dict)
    sizes: dict[str, list[Given]] = field(default_factory=dict)

    def get(self, card: ModelCard, owner: Scope) -> Model:
        """The checked model. Raises UnsupportedError for a type or level that no device serves."""
        name = flat_name(card, owner)
        if name not in self.used:
            whole = complete(card, owner)
            self.of_instances[name] = _temperatures(whole, owner)
            sizes = _sizes_of_instances(whole, owner)
            self.sizes[name] = [Given(a.name, owner.value(a.value, a.span), a.span) for a in sizes]
            kept = tuple(a for a in whole.assignments if a.name not in _RELATIVE and a not in sizes)
            self.used[name] = build(replace(whole, assignments=kept), owner, self.notes)
        return self.used[name]

    def note_unused(self, card: ModelCard, owner: Scope) -> None:
        """A model that nobody uses may be of a kind that longtail lacks: say so, no more."""
        if flat_name(card, owner) not in self.used:
            try:
                serving_device(complete(card, owner), owner)
            except NetlistError as error:
                self.notes.add(f"unused: {error.message}", error.span or card.span)


def flat_name(card: ModelCard, owner: Scope) -> str:
    """`qfast`, or `x1.x2.qfast` for a model inside a subcircuit."""
    return f"{owner.path}.{card.name}" if owner.path else card.name


_RELATIVE = frozenset((*TEMPERATURES, "t_rel_local"))


def binned_name(card: ModelCard) -> str | None:
    """What a card is a bin of by its name, "nm" of `nm.2`, where its type is one that is read in bins; else None."""
    stem, _, number = card.name.rpartition(".")
    devices = catalog.by_model_type().get(card.type, ())
    return stem if number.isdecimal() and any(set(BIN_EDGES) <= device.ignored for device in devices) else None


def complete(card: ModelCard, owner: Scope) -> ModelCard:
    """The card with what it takes from the model that it starts from (`ako:`), and from that one's own.

    Raises its fault where it cannot be read, NetlistError where models start from each other in a circle.
    """
    chain = [card]
    while (last := chain[-1]).base is not None and last.fault is None:
        found = owner.model(last.base)
        if found is None:
            hint = nearest(last.base, owner.visible("models"))
            message = f"model '{last.name}' starts from '{last.base}', which is not there{owner.where}"
            raise NetlistError(message, span=last.span, hint=hint)
        if found[0] in chain or len(chain) > MOST_BASES:
            raise NetlistError(f"model '{card.name}' starts from itself{owner.where}", span=card.span)
        chain.append(found[0])
    fault = next((each.fault for each in chain if each.fault is not None), None)
    if fault is not None:
        raise fault
    values = {a.name: a for each in reversed(chain) for a in each.assignments}
    kind = next((each.type for each in chain if each.type), "")
    return card if len(chain) == 1 else replace(card, type=kind, assignments=tuple(values.values()), base=None)


def _temperatures(card: ModelCard, owner: Scope) -> list[Given]:
    """What PSpice's temperatures of a model are to its instances: `t_abs` their temp, `t_rel_global` their dtemp.

    `t_rel_local` counts from the t_abs of the model that this one starts from.
    """
    found = {
        a.name: Given(a.name, owner.value(a.value, a.span), a.span) for a in card.assignments if a.name in _RELATIVE
    }
    local = found.pop("t_rel_local", None)
    if local is not None:
        start = found.get("t_abs")
        if start is None:
            message = f"model '{card.name}': t_rel_local counts from a t_abs, and there is none{owner.where}"
            raise NetlistError(message, span=local.span)
        found["t_abs"] = replace(start, value=add(start.value, local.value))
    if len(found) > 1:
        message = f"model '{card.name}' gives t_abs and t_rel_global: one of them{owner.where}"
        raise NetlistError(message, span=found["t_abs"].span)
    return [replace(given, name=TEMPERATURES[name]) for name, given in found.items()]


def _sizes_of_instances(card: ModelCard, owner: Scope) -> list[Assignment]:
    """What a card says of the sizes of its instances, as far as these have them and the model itself has not.

    `.model nm nmos(l=2u w=42u kp=20u)` has it so in PSpice and ngspice.
    """
    if not any(assignment.name in SIZES for assignment in card.assignments):
        return []
    device = serving_device(card, owner).name
    names = SIZES & set(catalog.instance_spelling(device).by_name) - set(catalog.model_spelling(device).by_name)
    return [assignment for assignment in card.assignments if assignment.name in names]


def build(card: ModelCard, owner: Scope, notes: Notes) -> Model:
    """The card as a `Model`. Raises NetlistError for unknown parameters and values out of bounds."""
    device = serving_device(card, owner)
    spelling = catalog.model_spelling(device.name)
    kind, words = _kind(card, device)
    given, ignored, elsewhere = [], [], []
    for assignment in card.assignments:
        name = "tnom" if assignment.name == MEASURED else assignment.name
        if name in spelling.by_name:
            value = owner.value(assignment.value, assignment.span)
            given.append(Given(name, value, assignment.span))
        elif assignment.name in ANNOTATIONS:
            ignored.append(assignment.name)
        elif assignment.name in device.ignored:
            if not (assignment.name in BIN_EDGES and binned_name(card)):
                elsewhere.append(assignment.name)
        elif assignment.name not in ("level", *device.model_types, *words):
            raise NetlistError(
                f"model '{card.name}' ({device.name}) has no parameter '{assignment.name}'{owner.where}",
                span=assignment.span,
                hint=nearest(assignment.name, spelling.by_name),
            )
    if ignored:
        notes.add(f"model '{card.name}': without effect: {', '.join(ignored)}", card.span)
    if elsewhere:
        notes.add(f"model '{card.name}' ({device.name}): without effect: {', '.join(elsewhere)}", card.span)
    values = check(given, spelling, f"model '{card.name}'", owner, notes)
    return Model(flat_name(card, owner), device.name, kind, values, card.span)


def _kind(card: ModelCard, device: DeviceModel) -> tuple[str, tuple[str, ...]]:
    """The type of a card, and the words that tell it: `vdmos(pchan ...)` of LTspice is of type vdmosp."""
    opposite = f"{card.type}p"
    if opposite not in device.model_types:
        return card.type, ()
    turned = any(assignment.name == "pchan" for assignment in card.assignments)
    return opposite if turned else card.type, ("nchan", "pchan")


def _unknown(card: ModelCard, device: DeviceModel) -> int:
    """How many parameters of a card a device does not have: a `vswitch` may be of two kinds."""
    known = catalog.model_spelling(device.name).by_name
    return sum(assignment.name not in known for assignment in card.assignments)


def _known(device: DeviceModel) -> Iterable[str]:
    return catalog.model_spelling(device.name).by_name


def serving_device(card: ModelCard, owner: Scope) -> DeviceModel:
    """The device that serves the type and level of a card; of several the one that knows most of its parameters."""
    candidates = catalog.by_model_type().get(card.type)
    if candidates is None:
        raise UnsupportedError(
            f"model '{card.name}' is of type '{card.type}', which is not supported{owner.where}",
            span=card.span,
            hint=nearest(card.type, catalog.by_model_type()) or f"supported are {catalog.supported_model_types()}",
        )
    given = {assignment.name for assignment in card.assignments} - ANNOTATIONS.difference(
        *(d.marks for d in candidates)
    )
    marked = next((d for d in candidates if given & set(d.marks) and given <= set(_known(d))), None)
    if marked is not None:
        return marked
    candidates = tuple(device for device in candidates if not device.marks)
    level = 1.0
    for assignment in card.assignments:
        if assignment.name == "level" and not isinstance(assignment.value, Name):
            level = owner.number(assignment.value, assignment.span)
    serving = [device for device in candidates if level in (device.levels or (1,))]
    if serving:
        return min(serving, key=lambda device: _unknown(card, device))
    levels = sorted({number for device in candidates for number in device.levels or (1,)})
    raise UnsupportedError(
        f"model '{card.name}' ({card.type}) is of level {level:g}, which is not supported{owner.where}",
        span=card.span,
        hint=f"there {'are levels' if len(levels) > 1 else 'is level'} {', '.join(map(str, levels))}",
    )
