"""The role of a transistor says all that others know of it: its names exist, its signs and its law are so.

A copy of the device under another name, another level and other names of terminals gives the same figures and pages.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from devices.harness import evaluate as evaluated
from devices.harness import instance
from longtail.devices.base import DeviceModel, Flows, Parameters, Potentials, Topology, thermal_voltage
from longtail.devices.discovery import devices
from longtail.devices.role import EXPONENTIAL, SQUARE, Role
from longtail.devices.small_signal import Pattern
from longtail.elaborate.cards import catalog

FOLDER = Path(__file__).parents[2] / "examples"
DEVICES = devices()
LETTERS = {model.letter for model in DEVICES.values() if model.role is not None}
TRANSISTORS = sorted(n for n, m in DEVICES.items() if m.letter in LETTERS and len(m.terminals) > 2)
OF_MOS = [name for name in TRANSISTORS if DEVICES[name].letter == "m" and "b" in DEVICES[name].terminals]
every_transistor = pytest.mark.parametrize("name", TRANSISTORS)
INDEXES = (catalog.by_letter, catalog.by_model_type, catalog.instance_spelling, catalog.model_spelling)


def role_of(name: str) -> Role:
    role = DEVICES[name].role
    assert role is not None, f"{name} shares its letter with transistors and tells nobody what it is: give it a role"
    return role


@every_transistor
def test_the_names_of_a_role_exist(name: str) -> None:
    model, role = DEVICES[name], role_of(name)
    terminals = (role.control, role.common, role.output, *role.reads)
    assert set(terminals) <= set(model.terminals) and len(set(terminals)) == len(terminals)
    assert not set(terminals[:3]) & set(model.terminals[len(model.terminals) - model.optional_terminals :])
    assert {role.amplifying, role.cut_off} <= set(model.regions) and role.amplifying != role.cut_off
    units = {quantity.name: quantity.unit for quantity in model.quantities}
    amperes, volts = (role.current, *role.bulk_currents), (role.across, role.enough, role.overdrive)
    assert {units[q] for q in amperes} == {"A"}
    assert {units[q] for q in (*filter(None, volts), *role.headroom, *role.drive)} == {"V"}
    assert {"g_m", "r_o", *role.shown} <= set(units)
    assert role.law in (EXPONENTIAL, SQUARE)
    assert role.heading and role.control_name and role.output_name


def test_no_one_else_knows_a_transistor_by_its_name() -> None:
    source = Path(lt.__file__).parent
    others = [path for path in source.rglob("*.py") if source / "devices" not in path.parents]
    assert len(others) > 100
    for path in others:
        strings = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
        assert not strings & set(TRANSISTORS), path


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_elements_and_mismatch_name_what_a_device_has(name: str) -> None:
    model = DEVICES[name]
    declared = {p.name for p in (*model.parameters, *model.model_parameters)}
    for spread in model.mismatch:
        assert set(spread.parameters) <= declared
    if model.elements:
        topology = model.topology(instance(model))
        known = {*model.terminals, *topology.internal, *topology.merged}
        assert {end for p in model.elements for end in (*p.rows, *p.columns, *p.read)} <= known
    if model.role is not None:
        assert model.mismatch
        assert ("g", "m") in {(p.head, p.sub) for p in model.elements}


def swept(name: str, polarity: float) -> Iterator[tuple[float, float, Mapping[str, float]]]:
    """Voltages from control and from output to common, in the device's own sense, and its quantities there."""
    model, role = DEVICES[name], role_of(name)
    kind = next(kind for kind, sign in model.model_types.items() if sign == polarity)
    card = instance(model, kind)
    for control in np.linspace(-2.5, 2.5, 101):
        for across in (0.05, 2.0, 4.0):
            bias = {role.control: polarity * control, role.output: polarity * across}
            yield control, across, evaluated(model, card, bias).quantities


def total(quantities: Mapping[str, float], factors: Mapping[str, float], sign: float) -> float:
    return sign * sum(factor * quantities[name] for name, factor in factors.items())


@every_transistor
@pytest.mark.parametrize("polarity", [1.0, -1.0])
def test_the_voltages_of_a_role_rise_in_its_own_sense(name: str, polarity: float) -> None:
    role = role_of(name)
    points = [p for p in swept(name, polarity) if p[1] > 1.0]
    by_across = [total(q, role.headroom, polarity) for v, _, q in points if v == points[50][0]]
    by_control = [total(q, role.drive, polarity) for _, across, q in points if across == 4.0]
    assert by_across == sorted(by_across) and by_across[0] < by_across[-1]
    assert by_control == sorted(by_control) and by_control[0] < by_control[-1]


@every_transistor
def test_a_transistor_follows_the_law_of_its_role(name: str) -> None:
    """g_m/I in the amplifying region is 1/V_T at every current, or falls as the square root of the current rises."""
    model, role = DEVICES[name], role_of(name)
    found = [q for _, across, q in swept(name, 1.0) if across == 4.0]
    regions = {model.regions[int(q["region"])] for q in found}
    assert {role.amplifying, role.cut_off} <= regions
    there = [q for q in found if model.regions[int(q["region"])] == role.amplifying and q[role.current] > 1e-8]
    volts = np.array([q[role.current] / q["g_m"] for q in there])
    if role.law == EXPONENTIAL:
        assert volts == pytest.approx(float(thermal_voltage(300.15)), rel=0.05)
    else:
        assert volts.max() > 5.0 * volts.min()
        if role.overdrive is not None:
            assert 2.0 * volts == pytest.approx([q[role.overdrive] for q in there], rel=0.05)


class Capitals:
    """The view of a device whose local names are written in capitals, for equations that know them in small letters."""

    def __init__(self, v: Potentials) -> None:
        self._v = v
        self.limit, self.derivative, self.law = v.limit, v.derivative, v.law

    def __getitem__(self, name: str) -> object:
        return self._v[name.upper()]


def in_capitals(flows: Flows) -> Flows:
    return replace(
        flows,
        static={node.upper(): i for node, i in flows.static.items()},
        charges={node.upper(): q for node, q in flows.charges.items()},
        capacitances=tuple((a.upper(), b.upper(), c) for a, b, c in flows.capacitances),
        conductances=tuple((a.upper(), b.upper(), g) for a, b, g in flows.conductances),
        noise=tuple(replace(n, a=n.a.upper(), b=n.b.upper()) for n in flows.noise),
        delays=tuple(replace(d, rows={node.upper(): x for node, x in d.rows.items()}) for d in flows.delays),
    )


def pattern_in_capitals(pattern: Pattern) -> Pattern:
    rows, columns, read = ((a.upper(), b.upper()) for a, b in (pattern.rows, pattern.columns, pattern.read))
    return replace(pattern, rows=rows, columns=columns, read=read)


def twin_of(model: DeviceModel, role: Role, level: int) -> DeviceModel:
    """The same equations under another name and level, every local name in capitals."""

    def topology(p: Parameters) -> Topology:
        own = model.topology(p)
        internal = tuple(name.upper() for name in own.internal)
        return replace(own, internal=internal, merged={a.upper(): b.upper() for a, b in own.merged.items()})

    return replace(
        model,
        name=f"{model.name}twin",
        levels=(level,),
        terminals=tuple(name.upper() for name in model.terminals),
        evaluate=lambda v, p: in_capitals(model.evaluate(Capitals(v), p)),
        topology=topology,
        elements=tuple(map(pattern_in_capitals, model.elements)),
        role=replace(
            role,
            control=role.control.upper(),
            common=role.common.upper(),
            output=role.output.upper(),
            reads=tuple(name.upper() for name in role.reads),
        ),
    )


@pytest.fixture
def twin(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeviceModel]:
    """A copy of a transistor, among the others for the length of a test."""
    copy = twin_of(DEVICES[name], role_of(name), level=77)
    for indexed in INDEXES:
        indexed.cache_clear()
    with monkeypatch.context() as among:
        among.setitem(DEVICES, copy.name, copy)
        yield copy
    for indexed in INDEXES:
        indexed.cache_clear()


# what a card of another level needs for an output resistance, where lambda says nothing; without it outputs are stuck
MODULATED = {"mosfet3": "nsub=1e16 kappa=0.4 "}


def with_level(deck: str, level: int, more: str = "") -> str:
    """A deck with this level, and more, on every model card of a transistor."""
    return re.sub(r"(?m)^(\.model \w+ (?:[np]\w\w+|vdmos)\()(?:level=1 )?", rf"\1level={level} {more}", deck)


def without_ports(deck: str) -> str:
    """A deck in which inputs and outputs have to be found."""
    return re.sub(r"(?m)^\*@ (input|output).*\n", "", deck)


EXAMPLES = {
    "q": "bjt_pair",
    "j": "jfet_pair",
    "m": "ota_5t",
    "z": "mesfets",
}  # by the letter of the transistors in them
POWER = "power stage"  # of transistors with three terminals
OWN = {
    "mesfets": """mesfets
*@ input inp inn
*@ output op on
vdd vdd 0 5
vss vss 0 -5
vinp inp 0 0
vinn inn 0 0
rd1 vdd op 300
rd2 vdd on 300
z1 op inp s n
z2 on inn s n
is s vss 8m
rs s vss 5k
.model n nmf(level=1 vto=-1.3 beta=4m lambda=0.05 cgs=400f cgd=100f pb=0.75 rd=12 rs=7)
""",
    POWER: """power stage
*@ input inp inn
*@ output o
vdd vdd 0 20
vss vss 0 -20
vinp inp 0 0
vinn inn 0 0
m1 x inp s n
m2 o inn s n
m3 x x vdd p
m4 o x vdd p
it s vss 50m
rt s vss 10k
ro o 0 100k
.model n vdmos(level=1 vto=2.1 kp=1.5 lambda=0.01 cgs=100p cgdmin=5p cgdmax=200p cjo=100p rg=5 rs=0.1)
.model p vdmos(level=1 pchan vto=-2.1 kp=1.5 lambda=0.01 cgs=100p cgdmin=5p cgdmax=200p cjo=100p rg=5)
""",
}
VERBS: Mapping[str, Mapping[str, object]] = {
    "op": {},
    "half": {},
    "range": {},
    "transfer": {},
    "formula": {"validity": True, "in_terms": "bias"},
    "derive": {},
    "poles": {},
    "analyze": {},
}


def decks(name: str, twin: DeviceModel, example: str | None = None) -> tuple[str, str]:
    """An example with a transistor of this name, and the same with its copies."""
    named = example or (POWER if len(twin.terminals) == 3 and twin.letter == "m" else EXAMPLES[twin.letter])
    deck = OWN[named] if named in OWN else (FOLDER / f"{named}.cir").read_text()
    more = MODULATED.get(name, "") if example is None else ""
    return with_level(deck, level_of(DEVICES[name]), more), with_level(deck, level_of(twin), more)


def level_of(model: DeviceModel) -> int:
    return model.levels[0] if model.levels else 1


def said(deck: str, verb: str, options: Mapping[str, object], copy: DeviceModel) -> tuple[object, str]:
    """What a verb makes of a deck, as JSON and as a page, without the name of the copy and the case of local names."""
    result = getattr(lt.read(deck), verb)(**options)
    texts = [
        re.sub(r"level=\d+ ?", "", text.replace(copy.name, copy.name.removesuffix("twin")))
        for text in (result.to_json(), result.to_text())
    ]
    return json.loads(texts[0].casefold()), texts[1].casefold()


def same(one: object, other: object) -> bool:
    """Whether two JSON values agree, numbers but for rounding: the order of equations is another."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    numbers = isinstance(one, float) and isinstance(other, float)
    return one == (pytest.approx(other, rel=1e-6, abs=1e-15) if numbers else other)


@every_transistor
@pytest.mark.parametrize("verb", VERBS)
def test_a_copy_of_a_transistor_gives_the_same_results(name: str, verb: str, twin: DeviceModel) -> None:
    deck, copy = decks(name, twin)
    assert lt.read(copy).circuit.instances_of(twin.name) and not lt.read(copy).circuit.instances_of(name)
    (own, own_page), (other, other_page) = (said(d, verb, VERBS[verb], twin) for d in (copy, deck))
    assert own_page == other_page
    assert same(own, other)


# a cascoded pair in which capacitors and a latch lead across: only its channels tell which nodes are of one side
CROSSED = """crossed
*@ input inp inn
*@ output op on
*@ supply vdd
vdd vdd 0 5
vb vb 0 2
vc vc 0 3
vinp inp 0 1.2
vinn inn 0 1.2
rp vdd op 10k
rn vdd on 10k
m1 ap inp s 0 n
m2 an inn s 0 n
m3 bp vb ap 0 n
m4 bn vb an 0 n
m5 op vc bp 0 n
m6 on vc bn 0 n
cp1 inp xp 10f
cp2 xp on 10f
cn1 inn xn 10f
cn2 xn op 10f
rxp xp 0 1meg
rxn xn 0 1meg
m7 on op t 0 n
m8 op on t 0 n
it t 0 100n
is s 0 200u
.model n nmos(level={level} vto=0.5 kp=20m lambda=0.02)
"""


@pytest.mark.parametrize("name", OF_MOS)
def test_the_sides_of_a_half_circuit_are_those_that_channels_join(name: str, twin: DeviceModel) -> None:
    own, other = (lt.read(CROSSED.format(level=each.levels[0])).half() for each in (DEVICES[name], twin))
    assert own.to_text() == other.to_text()
    assert {("m1", "m2"), ("m3", "m4"), ("m5", "m6"), ("m8", "m7")} <= {(a, b) for a, b in own.pairs}


@pytest.mark.parametrize("name", ["bipolar"])
def test_the_mirror_of_a_part_grows_through_copies_too(name: str, twin: DeviceModel) -> None:
    own, other = (lt.read(deck).half().to_text() for deck in decks(name, twin, "ua741"))
    assert own == other


@every_transistor
def test_the_ports_of_a_copy_are_found_like_those_of_the_original(name: str, twin: DeviceModel) -> None:
    own, other = (lt.read(without_ports(deck)).circuit.ports for deck in decks(name, twin))
    assert (own.input, own.output, own.how) == (other.input, other.output, other.how)
    assert own.input and own.output


@pytest.mark.parametrize("name", OF_MOS)
def test_an_output_of_copies_is_stuck_like_that_of_the_originals(name: str, twin: DeviceModel) -> None:
    own, other = (lt.read(d).gains(frequency_hz=1.0).notes for d in decks(name, twin, "two_stage_opamp"))
    assert own == other
    assert any("stuck" in note for note in own)


@every_transistor
def test_what_nothing_drives_is_called_the_same_of_a_copy(name: str, twin: DeviceModel) -> None:
    role, model = role_of(name), DEVICES[name]
    nodes = {role.output: "d", role.control: "loose"}
    at = " ".join(nodes.get(t, "0") for t in model.terminals[: len(model.terminals) - model.optional_terminals])
    deck = f"open\nvd d 0 1\n{model.letter}1 {at} t\n.model t {next(iter(model.model_types))}(level={{}})\n"
    own, other = (lt.read(deck.format(level_of(each))).circuit.notes for each in (model, twin))
    assert [note.message for note in own] == [note.message for note in other]
    assert any(f"the {role.control_name} of {model.letter}1" in note.message for note in own)
