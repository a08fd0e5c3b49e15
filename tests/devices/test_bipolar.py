"""The bipolar transistor against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.cards import AUDIO_NPN, BIPOLARS
from devices.harness import Bias, Card, evaluate, instance, interpret, trace
from devices.transistors import Case, by_longtail, by_ngspice
from longtail.devices import base
from longtail.devices.models.bipolar import MODEL
from longtail.lanes.derivative import Differentiator

TERMINALS = ("c", "b", "e", "s")
# vbe, vbc, vsb (substrate against base) as in an npn: cutoff, active, saturated, reverse, and near zero
BIASES = [
    *((vbe, vbc, -1.0) for vbe in (0.35, 0.5, 0.62, 0.71, 0.8, 0.88) for vbc in (-20.0, -5.0, -0.6, -0.1, 0.2)),
    *((vbe, vbc, -3.0) for vbe in (0.45, 0.65, 0.76) for vbc in (0.4, 0.58, 0.7)),
    *((vbe, vbc, -2.0) for vbe in (-4.0, -0.5, 0.1) for vbc in (0.45, 0.66, 0.79)),
    *((vbe, vbc, vsb) for vbe in (-6.0, -0.3, -0.05, 0.03) for vbc in (-10.0, -0.2, 0.0, 0.15) for vsb in (-4.0, 0.0)),
    *((0.6, -1.0, vsb) for vsb in (-1.1, -0.9, -0.75, -0.5, 0.3)),
]
CURRENTS = {"ic": "i(c)", "ib": "i(b)", "ie": "i(e)", "is": "i(s)"}
CONDUCTANCES = {"g_m": "gm", "g_pi": "gpi", "g_o": "go", "g_mu": "gmu"}
CAPACITANCES = {"c_pi": "cpi", "c_mu": "cmu", "c_bx": "cbx", "c_sub": "csub"}


def card_of(case: Case, temp_deg_c: float) -> Card:
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(case: Case, base_voltage: float = 0.3) -> list[dict[str, float]]:
    sign = MODEL.model_types[case.type]
    return [
        {
            "b": base_voltage,
            "e": base_voltage - sign * vbe,
            "c": base_voltage - sign * vbc,
            "s": base_voltage + sign * vsb,
        }
        for vbe, vbc, vsb in BIASES
    ]


@pytest.mark.ngspice
@pytest.mark.usefixtures("constants_of_ngspice")
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", BIPOLARS)
def test_equals_ngspice(name: str, temp_deg_c: float) -> None:
    case = BIPOLARS[name]
    biases = terminal_voltages(case)
    wanted = [*CONDUCTANCES.values(), *CAPACITANCES.values(), "cexbc"]
    theirs = by_ngspice(case, "q", TERMINALS, biases, wanted, temp_deg_c)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    m = case.instance.get("m", 1.0)
    for quantity, other in CURRENTS.items():
        np.testing.assert_allclose(m * ours[quantity], theirs[other], rtol=1e-8, atol=1e-17, err_msg=quantity)
    for quantity, other in CONDUCTANCES.items():
        np.testing.assert_allclose(m * ours[quantity], theirs[other], rtol=1e-8, atol=1e-19, err_msg=quantity)
    for quantity, other in CAPACITANCES.items():
        np.testing.assert_allclose(m * ours[quantity], theirs[other], rtol=1e-8, atol=1e-22, err_msg=quantity)
    # the diffusion charge follows the collector too, by base width and by vtf
    across = m * ours["dq(e)/dv(c)"]
    np.testing.assert_allclose(across, theirs["cexbc"], rtol=1e-8, atol=1e-22, err_msg="d q_be/d v_bc")


def quantities(card: Card, **voltages: float) -> dict[str, float]:
    return {name: float(x) for name, x in evaluate(MODEL, card, voltages).quantities.items()}  # type: ignore[arg-type]


@pytest.mark.parametrize("type", ["npn", "pnp"])
def test_regions(type: str) -> None:
    card, sign = instance(MODEL, type), MODEL.model_types[type]
    places = {"cutoff": (0.1, 3.0), "active": (0.7, 3.0), "saturation": (0.75, 0.1), "reverse": (-0.5, -1.3)}
    for region, (vbe, vce) in places.items():
        found = quantities(card, b=sign * vbe, c=sign * vce)
        assert MODEL.regions[int(found["region"])] == region


def test_active_region_in_closed_form() -> None:
    """With a forward Early voltage alone: ic = IS*exp(vbe/Vt)*(1 - vbc/VAF), g_m = ic/Vt, r_o = VAF/IS/exp(vbe/Vt)."""
    vt = base.thermal_voltage(300.15)
    found = quantities(instance(MODEL, model={"is": 1e-15, "bf": 150.0, "vaf": 60.0}), b=0.68, c=5.0)
    ideal = 1e-15 * np.exp(0.68 / vt)
    assert found["ic"] == pytest.approx(ideal * (1.0 + 4.32 / 60.0), rel=1e-7)
    assert found["g_m"] == pytest.approx(found["ic"] / vt - ideal / 60.0, rel=1e-6)
    assert found["r_o"] == pytest.approx(60.0 / ideal, rel=1e-8)
    assert found["beta_dc"] == pytest.approx(150.0 * (1.0 + 4.32 / 60.0), rel=1e-5)
    assert found["r_pi"] == pytest.approx(150.0 * vt / ideal, rel=1e-5)


def test_transit_frequency() -> None:
    found = quantities(instance(MODEL, model={"tf": 2e-10, "cje": 1e-12, "cjc": 5e-13, "xcjc": 0.5}), b=0.8, c=3.0)
    total = found["c_pi"] + found["c_mu"] + found["c_bx"]
    assert found["f_t"] == pytest.approx(found["g_m"] / (2.0 * np.pi * total))
    assert found["c_pi"] == pytest.approx(2e-10 * found["g_m"], rel=0.1)  # almost all of it diffusion


def test_power_is_what_the_terminals_bring() -> None:
    card = instance(MODEL, "pnp", model=BIPOLARS["lateral pnp"].model)
    voltages = {"c": -3.0, "b": -0.72, "e": 0.1, "s": -5.0}
    found = quantities(card, **voltages)
    assert found["power"] == pytest.approx(sum(voltages[t] * found[f"i{t}"] for t in TERMINALS), rel=1e-12)
    assert found["ic"] + found["ib"] + found["ie"] + found["is"] == pytest.approx(0.0, abs=1e-16)


def test_a_pnp_is_the_mirror_image_of_an_npn_with_the_same_substrate() -> None:
    model = AUDIO_NPN | {"subs": 1.0, "cjs": 1e-12, "iss": 1e-15}
    for bias in terminal_voltages(Case("npn", {}, {})):
        npn = evaluate(MODEL, instance(MODEL, "npn", model), bias)
        pnp = evaluate(MODEL, instance(MODEL, "pnp", model), {node: -voltage for node, voltage in bias.items()})
        for kind in ("static", "charges"):
            for node, value in getattr(npn, kind).items():
                assert getattr(pnp, kind)[node] == pytest.approx(-value, rel=1e-12)


def test_nodes_that_are_needed() -> None:
    def nodes(**model: float) -> tuple[str, ...]:
        return MODEL.topology(instance(MODEL, model=model)).internal

    assert nodes() == ()
    assert nodes(rb=10.0, re=1.0, rc=1.0) == ("ci", "bi", "ei")
    assert nodes(rb=10.0) == ("bi",)
    assert nodes(rco=10.0) == ("ci",)
    assert nodes(rco=10.0, rc=1.0) == ("cx", "ci")


def test_off_starts_with_both_junctions_at_zero() -> None:
    starts = []
    for given in ({}, {"off": 1.0}):
        bench = Bias({"c": 1.0, "b": 0.5, "e": 0.0, "s": 0.0}, {"ci": "c", "bi": "b", "ei": "e"})
        MODEL.evaluate(bench, instance(MODEL, **given))
        starts.append(bench.limits[0][1])
    assert starts[0]["vbe"] == pytest.approx(0.849, abs=1e-3) and starts[0]["vbc"] == 0.0
    assert starts[1] == {"vbe": 0.0, "vbc": 0.0}


@pytest.mark.parametrize("name", ["coefficients", "tlev 1", "tlev 3", "roll-off", "own saturation currents"])
def test_every_parameter_may_vary_and_has_a_true_slope(name: str) -> None:
    """Varied parameters go through the temperature scaling as expressions; slopes are those of the numbers."""
    case = BIPOLARS[name]
    card = card_of(case, 60.0)
    sign = card.polarity
    traced = trace(MODEL, card)
    names = [f"model.{parameter}" for parameter in case.model if parameter not in ("tlev", "tlevc", "subs")]
    varied = [traced.graph.input(parameter) for parameter in names]
    differentiator = Differentiator(traced.graph, varied)
    at = {"v.c": 1.0 * sign, "v.b": 0.71 * sign, "v.e": 0.0, "v.s": -1.0} | card.graph_inputs()
    outputs = [traced.flows.static["ci"], traced.flows.static["bi"], traced.flows.charges["bi"]]
    rows, _ = differentiator.rows(outputs)
    for output, row in zip(outputs, rows, strict=True):
        slopes = interpret(traced.graph, [row.get(v.id, 0.0) for v in varied], at)
        (centre,) = interpret(traced.graph, [output], at)
        for parameter, slope in zip(names, slopes, strict=True):
            step = 1e-6 * abs(at[parameter]) or 1e-9
            high, low = (
                interpret(traced.graph, [output], at | {parameter: at[parameter] + s})[0] for s in (step, -step)
            )
            assert slope * step == pytest.approx((high - low) / 2.0, rel=1e-5, abs=2e-14 * abs(centre)), parameter


@pytest.mark.parametrize(
    "parameter", ["vaf", "var", "ikf", "ikr", "irb", "vtf", "itf", "xtf", "tf", "cje", "isc", "iss"]
)
def test_a_varied_parameter_may_be_zero(parameter: str) -> None:
    """Zero means infinite, or none, also where it is one lane of many."""
    model = AUDIO_NPN | {"rb": 100.0, "rbm": 10.0, "irb": 1e-6, "cjs": 1e-12, "iss": 1e-15} | {parameter: 0.0}
    card = instance(MODEL, model=model)
    traced = trace(MODEL, card)
    flows = evaluate(MODEL, card, {"c": 2.0, "b": 0.72, "bi": 0.71})
    at = {"v.c": 2.0, "v.b": 0.72, "v.bi": 0.71, "v.e": 0.0, "v.s": 0.0} | card.graph_inputs()
    for kind in ("static", "charges", "quantities"):
        recorded, wanted = getattr(traced.flows, kind), getattr(flows, kind)
        found = dict(zip(recorded, interpret(traced.graph, list(recorded.values()), at), strict=True))
        assert found == pytest.approx({name: wanted.get(name, 0.0) for name in recorded}, rel=1e-9)
    rows, _ = traced.differentiator.rows(list(traced.flows.static.values()))
    assert np.all(np.isfinite(interpret(traced.graph, [x for row in rows for x in row.values()], at)))
