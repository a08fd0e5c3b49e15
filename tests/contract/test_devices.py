"""What every device must fulfil, over all that discovery finds: a new file is tested the day it appears.

Cards are drawn at random around the defaults and within the bounds; biases at random with up to 5 V between nodes.
Everything is seeded. Values are compared relative to the largest of their kind, as currents of a forward-biased
junction span a hundred decades.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from devices.harness import Bias, Card, Traced, evaluate, instance, interpret, local_names, trace
from longtail.devices.base import DeviceModel, Flows, Parameter
from longtail.devices.discovery import devices
from longtail.lanes.functions import tanh
from longtail.lanes.graph import Expr, Real
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower

DEVICES = devices()
CARDS = 6  # per device and test
every_device = pytest.mark.parametrize("name", sorted(DEVICES))

# Every unit that a device may use, with a magnitude at which a parameter of default zero or None is tried.
# fmt: off
UNITS = {
    "": 1.0, "V/V": 10.0, "A/A": 10.0,
    "V": 10.0, "A": 1e-3, "ohm": 100.0, "S": 1e-3, "F": 1e-12, "H": 1e-6, "C": 1e-12, "W": 1e-3, "Wb": 1e-9,
    "s": 1e-10, "Hz": 1e6, "deg": 30.0, "m": 2e-5, "m^2": 1e-10, "m/s": 1e5,
    "degC": 50.0, "K": 10.0, "K/W": 100.0, "J/K": 1e-5, "1/K": 1e-3, "1/K^2": 1e-6, "%/K": 1e-2, "V/K": 1e-3,
    "s/K": 1e-13, "1/W": 1.0, "A/sqrt(Hz)": 1e-12,
    "eV": 1.0, "eV/K": 7e-4, "1/V": 0.02, "V^0.5": 0.5, "A/V^2": 1e-4, "1/A": 1.0, "A^0.5": 1e-3,
    "A/m": 1e-9, "A/m^2": 1e-4, "F/m": 1e-10, "F/m^2": 1e-4, "V/m": 1e4, "V m": 1e-9, "V/cm": 1e4, "ohm m^2": 1e-10,
    "C/m^2": 1e-4, "1/m": 1e7,
    "cm^2/(V s)": 600.0, "m^2/(V s)": 0.06, "1/cm^2": 1e10, "1/cm^3": 1e15, "1/m^2": 1e14, "1/m^3": 1e21,
}
# fmt: on


def law(v: Bias) -> Real:
    """The expression that a behavioural source is given here."""
    return 2.0 * tanh(v["c0"] - 0.5 * v["c1"]) + 0.1 * v["c0"] * v["c1"]


def generator(*key: object) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


# What may be so large that nothing of a channel of 10 um is left.
NARROWER: Mapping[str, tuple[float, float]] = dict.fromkeys(("ld", "wd", "xl", "xw", "dl", "dw"), (-1e-6, 1e-6))


def drawn(parameter: Parameter, rng: np.random.Generator) -> float:
    """A value that the parameter may have, near its default where it has one."""
    if parameter.choices:
        return float(rng.choice(parameter.choices))
    low, high = NARROWER.get(parameter.name, (parameter.low, parameter.high))
    if math.isfinite(low) and math.isfinite(high):
        return float(rng.uniform(low, high))
    usual = parameter.default
    if usual is None or usual == 0.0 or not math.isfinite(usual):
        usual = UNITS[parameter.unit]
    return float(np.clip(usual * np.exp(rng.uniform(-0.7, 0.7)), parameter.low, parameter.high))


def drawn_values(declared: tuple[Parameter, ...], rng: np.random.Generator, share: float) -> dict[str, float]:
    """A random share of the parameters. The first has no default where a card must give it, and is then there."""
    return {
        p.name: drawn(p, rng)
        for k, p in enumerate(declared)
        if not p.flag and p.name != "level" and (rng.random() < share or (k == 0 and p.default is None))
    }


def drawn_card(device: DeviceModel, rng: np.random.Generator, type: str | None = None) -> Card:
    """A card of the device; where its model has levels, one that this file serves."""
    share = float(rng.choice([0.0, 0.5, 1.0]))
    model = drawn_values(device.model_parameters, rng, share)
    if device.levels and any(p.name == "level" for p in device.model_parameters):
        model["level"] = float(rng.choice(device.levels))
    controls = [instance(DEVICES[other], **given) for other, given in CONTROLS.get(device.name, ())]
    return instance(
        device,
        type,
        model,
        temperature=float(rng.uniform(233.15, 398.15)),
        controls=controls,
        extra_nodes=2 if device.variadic else 0,
        **drawn_values(device.parameters, rng, share),
    )


CONTROLS: Mapping[str, tuple[tuple[str, dict[str, float]], ...]] = {
    "coupling": (("inductor", {"l": 1e-6}), ("inductor", {"l": 4e-6})),
    "cccs": (("voltage_source", {}),),
    "ccvs": (("voltage_source", {}),),
    "current_switch": (("voltage_source", {}),),
    "smooth_current_switch": (("voltage_source", {}),),
}


# Model parameters whose sign goes with the type of the device.
SIGNED: Mapping[str, tuple[str, ...]] = {
    "mosfet1": ("vto",),
    "mosfet2": ("vto",),
    "mosfet3": ("vto", "delvto"),
    "ekv": ("vto", "tcv"),
    "vdmos": ("vto", "vtotc"),
}

# Model parameters that electrons and holes read in two ways: without them the polarities are mirror images.
APART: Mapping[str, tuple[str, ...]] = {"ekv": ("e0",)}


def drawn_bias(device: DeviceModel, card: Card, rng: np.random.Generator) -> dict[str, float]:
    """Node voltages with up to 5 V between any two, half of the time up to 0.8 V; branch currents up to 1 mA."""
    nodes, branches = local_names(device, card)
    span = float(rng.choice([0.4, 2.5]))
    return {n: float(rng.uniform(-span, span)) for n in nodes} | {b: float(rng.uniform(-1e-3, 1e-3)) for b in branches}


@dataclass
class Case:
    """One device, one random card, one random bias."""

    device: DeviceModel
    card: Card
    bias: dict[str, float]
    rng: np.random.Generator

    def flows(self, **changed: float) -> Flows:
        return evaluate(self.device, self.card, self.bias | changed, law)

    def trace(self) -> Traced:
        return trace(self.device, self.card, law)

    def inputs(self) -> dict[str, float]:
        return {f"v.{name}": value for name, value in self.bias.items()} | self.card.graph_inputs()


def cases(name: str, test: str, count: int = CARDS) -> list[Case]:
    device = DEVICES[name]
    types = sorted(device.model_types) or [None]
    made = []
    for k in range(count):
        rng = generator(name, test, k)
        card = drawn_card(device, rng, types[k % len(types)])
        made.append(Case(device, card, drawn_bias(device, card, rng), rng))
    return made


def flat(flows: Flows) -> dict[str, dict[str, Real]]:
    """All numbers of some flows, by kind; numbers of one kind share a scale."""
    return {
        "static": dict(flows.static),
        "charges": dict(flows.charges),
        "capacitances": {f"{k} {a} {b}": c for k, (a, b, c) in enumerate(flows.capacitances)},
        "conductances": {f"{k} {a} {b}": g for k, (a, b, g) in enumerate(flows.conductances)},
        "delays": {f"{k} {what}": x for k, d in enumerate(flows.delays) for what, x in (("flow", d.flow),)},
        "seconds": {str(k): d.seconds for k, d in enumerate(flows.delays)},
        **{f"quantity {name}": {name: value} for name, value in flows.quantities.items()},
    }


def assert_close(actual: Mapping[str, float], wanted: Mapping[str, float], tolerance: float, what: str) -> None:
    """Equal within the tolerance, relative to the largest; what one side leaves out is zero there."""
    scale = max((abs(x) for x in wanted.values()), default=0.0)
    for key in {**wanted, **actual}:
        value = wanted.get(key, 0.0)
        assert actual.get(key, 0.0) == pytest.approx(value, rel=tolerance, abs=tolerance * scale), f"{what} {key}"


# -- what is declared ------------------------------------------------------------------------------------------------


@every_device
def test_declaration_is_sound(name: str) -> None:
    device = DEVICES[name]
    assert device.name == name
    assert len(device.letter) == 1 and device.letter.isalpha() and device.letter.islower()
    assert len(set(device.terminals)) == len(device.terminals)
    assert 0 <= device.optional_terminals <= len(device.terminals)
    assert len(set(device.levels)) == len(device.levels)
    assert len(set(device.regions)) == len(device.regions)
    assert set(device.model_types.values()) <= {1.0, -1.0}
    assert bool(device.model_parameters) == bool(device.model_types)
    assert device.model_types or not device.model_required
    assert len(device.doc.strip().splitlines()[0]) > 20 and "=" in device.doc, "the doc states the equations"
    assert device.references and all(len(reference) > 15 for reference in device.references), "the source is named"


@every_device
def test_parameters_and_quantities_are_sound(name: str) -> None:
    device = DEVICES[name]
    for declared in (device.parameters, device.model_parameters):
        names = [n for p in declared for n in (p.name, *p.aliases)]
        assert len(set(names)) == len(names), "every name and alias is there once"
        assert all(n == n.lower() for n in names)
        for p in declared:
            assert p.unit in UNITS, f"{p.name}: unit '{p.unit}' is not among those known here"
            assert p.doc and p.doc[-1] != ".", p.name
            assert p.low <= p.high
            assert p.default is None or p.low <= p.default <= p.high, p.name
            assert not p.choices or p.default is None or p.default in p.choices, p.name
    quantities = [q.name for q in device.quantities]
    assert len(set(quantities)) == len(quantities)
    for q in device.quantities:
        assert q.unit in UNITS and q.doc, q.name


@every_device
def test_undeclared_parameters_are_refused(name: str) -> None:
    case = cases(name, "undeclared", 1)[0]
    for view in (case.card, case.card.model):
        with pytest.raises(KeyError):
            view["nonsense"]
        with pytest.raises(KeyError):
            view.given("nonsense")
    with pytest.raises(KeyError):
        instance(case.device, nonsense=1.0)


# -- structure -------------------------------------------------------------------------------------------------------


@every_device
def test_flows_speak_of_every_node_they_declare_and_of_no_other(name: str) -> None:
    for case in cases(name, "structure", 12):
        structure = case.device.topology(case.card)
        nodes, branches = local_names(case.device, case.card)
        flows = case.flows()
        spoken = set(flows.static) | set(flows.charges) | {n for a, b, _ in flows.capacitances for n in (a, b)}
        assert spoken <= {*nodes, *branches, *structure.merged}
        assert set(structure.merged.values()) <= set(nodes)
        assert not set(structure.merged) & set(structure.internal)
        for inner in structure.internal:
            assert inner in flows.static, f"no equation for internal node {inner}"
        for branch in structure.branches:
            assert branch in flows.static, f"no equation for branch {branch}"
        assert not (structure.branches and case.device.multiplier), "a device with branches handles m itself"
        for delay in flows.delays:
            assert set(delay.rows) <= {*nodes, *branches, *structure.merged}


@every_device
def test_every_declared_quantity_is_reported_and_no_other(name: str) -> None:
    device = DEVICES[name]
    for case in cases(name, "quantities", 12):
        reported = case.flows().quantities
        wanted = {q.name for q in device.quantities} | ({"region"} if device.regions else set())
        assert set(reported) == wanted
        if device.regions:
            assert reported["region"] in range(len(device.regions))


@every_device
def test_multiplier_is_left_to_the_engine(name: str) -> None:
    device = DEVICES[name]
    if not device.multiplier:
        return
    for case in cases(name, "multiplier"):
        given = case.card.inputs("")
        if "m" not in case.card.declared:
            continue
        model = case.card.model.inputs("")
        flows = []
        for m in (1.0, 3.0):
            changed = {**given, "m": m}
            card = instance(device, case.card.type, model, controls=case.card.controls, **changed)
            flows.append(evaluate(device, card, case.bias, law))
        assert flat(flows[0]) == flat(flows[1])


# -- numbers ---------------------------------------------------------------------------------------------------------


@every_device
def test_values_are_finite(name: str) -> None:
    # a resistance is infinite where nothing conducts, a transit frequency where there is no capacitance
    ratios = {q.name for q in DEVICES[name].quantities if q.unit in ("ohm", "Hz")}
    for case in cases(name, "finite", 40):
        for kind, values in flat(case.flows()).items():
            for key, value in values.items():
                where = f"{kind} {key} at {case.bias} with {case.card.graph_inputs()}"
                assert math.isfinite(value) or (key in ratios and math.isinf(value)), where


@every_device
def test_currents_and_charges_sum_to_zero(name: str) -> None:
    for case in cases(name, "sums", 12):
        structure = case.device.topology(case.card)
        rows = {*structure.branches, *(f"i{k}" for k in range(len(case.card.controls)))}
        for kind in ("static", "charges"):
            flows = {n: x for n, x in flat(case.flows())[kind].items() if n not in rows}
            scale = max((abs(x) for x in flows.values()), default=0.0)
            assert abs(math.fsum(flows.values())) <= 1e-12 * scale, kind


@every_device
def test_floats_and_graph_agree(name: str) -> None:
    for case in cases(name, "graph"):
        wanted = flat(case.flows())
        traced = case.trace()
        recorded = flat(traced.flows)
        assert recorded.keys() == wanted.keys()
        for kind, values in recorded.items():
            actual = interpret(traced.graph, list(values.values()), case.inputs())
            assert_close(dict(zip(values, actual, strict=True)), wanted[kind], 1e-9, kind)


@every_device
def test_lanes_equal_a_loop(name: str) -> None:
    lanes = 5
    for case in cases(name, "lanes"):
        traced = case.trace()
        inputs = case.inputs()
        spread = {n: x * np.linspace(0.9, 1.1, lanes) if n.startswith("v.") else x for n, x in inputs.items()}
        recorded = flat(traced.flows)
        outputs = [x for values in recorded.values() for x in values.values()]
        result = NumpyExecutor().run(lower(traced.graph, outputs, spread), list(spread.values()), lanes)
        for lane in range(lanes):
            single = {n: float(np.broadcast_to(x, lanes)[lane]) for n, x in spread.items()}
            at = 0
            for kind, values in recorded.items():
                loop = dict(zip(values, interpret(traced.graph, list(values.values()), single), strict=True))
                actual = dict(zip(values, result[at : at + len(values), lane].tolist(), strict=True))
                assert_close(actual, loop, 1e-9, kind)
                at += len(values)


@every_device
def test_slopes_agree_with_differences(name: str) -> None:
    for case in cases(name, "slopes", 12):
        traced = case.trace()
        nodes, _ = local_names(case.device, case.card)
        recorded = flat(traced.flows)
        for kind in ("static", "charges"):
            rows, _ = traced.differentiator.rows(list(recorded[kind].values()))
            centre = flat(case.flows())[kind]
            scale = max((abs(x) for x in centre.values()), default=0.0)
            for variable, value in case.bias.items():
                step = 1e-6 if variable in nodes else 1e-8  # V, A
                id = traced.graph.input(f"v.{variable}").id
                slopes = interpret(traced.graph, [row.get(id, 0.0) for row in rows], case.inputs())
                high = flat(case.flows(**{variable: value + step}))[kind]
                low = flat(case.flows(**{variable: value - step}))[kind]
                for key, slope in zip(recorded[kind], slopes, strict=True):
                    difference = (high.get(key, 0.0) - low.get(key, 0.0)) / (2.0 * step)
                    assert slope == pytest.approx(difference, rel=2e-5, abs=3e-8 * scale), (
                        f"{kind} {key} by {variable} at {case.bias} with {case.card.graph_inputs()}"
                    )


@every_device
def test_the_other_polarity_is_the_mirror_image(name: str) -> None:
    device = DEVICES[name]
    positive = [t for t, polarity in device.model_types.items() if polarity > 0.0]
    negative = [t for t, polarity in device.model_types.items() if polarity < 0.0]
    for k in range(CARDS if positive and negative else 0):
        # at the nominal temperature, for SPICE shifts the threshold of both MOS types the same way with the band gap
        drawn = drawn_card(device, generator(name, "mirror", k), positive[0])
        own, model = (
            {p: x for p, x in view.inputs("").items() if p not in ("temp", "dtemp", "tnom", *APART.get(name, ()))}
            for view in (drawn, drawn.model)
        )
        if "subs" in drawn.model.declared:
            model["subs"] = 1.0  # by default the substrate is elsewhere in a pnp
        card = instance(device, positive[0], model, **own)
        mirrored = {p: -x if p in SIGNED.get(name, ()) else x for p, x in model.items()}
        mirror = instance(device, negative[0], mirrored, **own)
        bias = drawn_bias(device, card, generator(name, "mirror bias", k))
        given, image = evaluate(device, card, bias), evaluate(device, mirror, {n: -x for n, x in bias.items()})
        assert_close({n: -x for n, x in image.static.items()}, given.static, 1e-12, "static")
        assert_close({n: -x for n, x in image.charges.items()}, given.charges, 1e-12, "charges")
        assert_close(flat(image)["capacitances"], flat(given)["capacitances"], 1e-12, "capacitances")


# -- step limiting ---------------------------------------------------------------------------------------------------


@every_device
def test_limiting_lets_a_settled_voltage_pass(name: str) -> None:
    for case in cases(name, "limiting"):
        bench = bench_of(case)
        for raw, initial, rule in bench.limits:
            assert all(math.isfinite(x) for x in initial.values())
            assert rule(raw, raw) == pytest.approx(raw, rel=1e-12)
            assert rule(initial, initial) == pytest.approx(initial, rel=1e-12)


@every_device
def test_limiting_comes_to_rest_where_it_is_asked_to(name: str) -> None:
    for case in cases(name, "rest"):
        for raw, initial, rule in bench_of(case).limits:
            voltages: Mapping[str, Real] = initial
            for _ in range(200):
                voltages = rule(raw, voltages)
                assert all(math.isfinite(x) for x in voltages.values())
            assert voltages == pytest.approx(raw, rel=1e-9, abs=1e-12)


@every_device
def test_limiting_is_the_same_on_a_graph(name: str) -> None:
    for case in cases(name, "limiting graph"):
        traced = case.trace()
        for (raw, initial, rule), (numbers, start, plain) in zip(
            traced.bias.limits, bench_of(case).limits, strict=True
        ):
            recorded = rule(raw, initial)
            actual = interpret(traced.graph, list(recorded.values()), case.inputs())
            assert_close(dict(zip(recorded, actual, strict=True)), plain(numbers, start), 1e-9, "limited")


def bench_of(case: Case) -> Bias:
    """The bias of a case after the device has seen it."""
    bench = Bias(case.bias, case.device.topology(case.card).merged, law)
    case.device.evaluate(bench, case.card)
    return bench


# -- the tests themselves --------------------------------------------------------------------------------------------


def test_discovery_finds_the_linear_devices() -> None:
    assert {"resistor", "capacitor", "inductor", "coupling", "voltage_source", "current_source"} <= set(DEVICES)
    assert {"vcvs", "vccs", "cccs", "ccvs", "behavioral"} <= set(DEVICES)
    assert isinstance(cases("resistor", "kinds", 1)[0].trace().flows.static["p"], Expr)
