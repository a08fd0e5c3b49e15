"""`.model` cards: which device they describe, and their parameters checked against what that device declares."""

from __future__ import annotations

from dataclasses import dataclass, field

from longtail.circuit import Model
from longtail.devices.base import DeviceModel
from longtail.elaborate.cards import catalog
from longtail.elaborate.scope.checking import Given, Notes, check
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import NetlistError, UnsupportedError, nearest
from longtail.netlist.cards import ModelCard
from longtail.netlist.expressions.tree import Name

# what manufacturers write into models for people and for other programs: ratings, names, plotting hints
ANNOTATIONS = frozenset(
    (
        *("mfg", "vendor", "type", "manufacturer", "desc", "description", "package", "pkg", "version"),
        *("icrating", "vceo", "vcbo", "vebo", "iave", "vpk", "irms", "ipk", "vds", "qg", "vrev", "tmin", "tmax"),
        *("bv_max", "id_max", "fv_max", "pd_max", "te_max", "ic_max", "vbe_max", "vbc_max", "vce_max"),
        *("vgs_max", "vgd_max", "vds_max", "vgb_max", "vbs_max", "vbd_max", "r_max", "rth0", "cth0"),
    )
)

BIN_EDGES = ("lmin", "lmax", "wmin", "wmax")


@dataclass(slots=True)
class Models:
    """The models in use, by flat name; each is checked when an instance first asks for it."""

    notes: Notes
    used: dict[str, Model] = field(default_factory=dict)

    def get(self, card: ModelCard, owner: Scope) -> Model:
        """The checked model. Raises UnsupportedError for a type or level that no device serves."""
        name = flat_name(card, owner)
        if name not in self.used:
            self.used[name] = build(card, owner, self.notes)
        return self.used[name]

    def note_unused(self, card: ModelCard, owner: Scope) -> None:
        """A model that nobody uses may be of a kind that longtail lacks: say so, no more."""
        if flat_name(card, owner) not in self.used:
            try:
                serving_device(card, owner)
            except NetlistError as error:
                self.notes.add(f"unused: {error.message}", card.span)


def flat_name(card: ModelCard, owner: Scope) -> str:
    """`qfast`, or `x1.x2.qfast` for a model inside a subcircuit."""
    return f"{owner.path}.{card.name}" if owner.path else card.name


def binned_name(card: ModelCard) -> str | None:
    """What a card is a bin of by its name, "nm" of `nm.2`, where its type is one that is read in bins; else None."""
    stem, _, number = card.name.rpartition(".")
    devices = catalog.by_model_type().get(card.type, ())
    return stem if number.isdecimal() and any(set(BIN_EDGES) <= device.ignored for device in devices) else None


def build(card: ModelCard, owner: Scope, notes: Notes) -> Model:
    """The card as a `Model`. Raises NetlistError for unknown parameters and values out of bounds."""
    device = serving_device(card, owner)
    spelling = catalog.model_spelling(device.name)
    given, ignored, elsewhere = [], [], []
    for assignment in card.assignments:
        if assignment.name in spelling.by_name:
            value = owner.value(assignment.value, assignment.span)
            given.append(Given(assignment.name, value, assignment.span))
        elif assignment.name in ANNOTATIONS:
            ignored.append(assignment.name)
        elif assignment.name in device.ignored:
            if not (assignment.name in BIN_EDGES and binned_name(card)):
                elsewhere.append(assignment.name)
        elif assignment.name not in ("level", *device.model_types):
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
    return Model(flat_name(card, owner), device.name, card.type, values, card.span)


def serving_device(card: ModelCard, owner: Scope) -> DeviceModel:
    """The device that serves the type and level of a card."""
    candidates = catalog.by_model_type().get(card.type)
    if candidates is None:
        raise UnsupportedError(
            f"model '{card.name}' is of type '{card.type}', which is not supported{owner.where}",
            span=card.span,
            hint=nearest(card.type, catalog.by_model_type()) or f"supported are {catalog.supported_model_types()}",
        )
    level = 1.0
    for assignment in card.assignments:
        if assignment.name == "level" and not isinstance(assignment.value, Name):
            level = owner.number(assignment.value, assignment.span)
    for device in candidates:
        if level in (device.levels or (1,)):
            return device
    levels = sorted({number for device in candidates for number in device.levels or (1,)})
    raise UnsupportedError(
        f"model '{card.name}' ({card.type}) is of level {level:g}, which is not supported{owner.where}",
        span=card.span,
        hint=f"there {'are levels' if len(levels) > 1 else 'is level'} {', '.join(map(str, levels))}",
    )
