"""What statistical functions of a netlist draw, beside the same rules written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from longtail.contract.counted import MISMATCH, PROCESS, Counted
from longtail.statistics.draws import TWO_VALUES, UNIFORM
from longtail.statistics.finding import find_spreads
from longtail.statistics.sampling import Sampling
from longtail.statistics.spreads import Spreads

DECK = """a pair
{rules}
.param rr={rr} nom=10k
.model qn npn(is={is} bf=100)
vcc vcc 0 10
vee vee 0 -10
vip inp 0 0
vin inn 0 0
q1 o1 inp t qn
q2 o2 inn t qn
rc1 vcc o1 {rc1}
rc2 vcc o2 {rc2}
rt t vee {rt}
"""
PLAIN = {"rules": "*", "rr": "10k", "is": "1f", "rc1": "10k", "rc2": "10k", "rt": "{rr}"}


def deck(**given: str) -> str:
    return DECK.format(**{**PLAIN, **given})


def _spreads(**given: str) -> Spreads:
    return find_spreads(lt.read(deck(**given)).circuit)


BY_HAND = [
    ({"rc1": "{agauss(10k,300,3)}", "rc2": "{agauss(nom,nom/100,2)}"}, ["r(rc1) sigma=100", "r(rc2) sigma=50"]),
    ({"rc1": "{gauss(10k,0.03,3)}", "rc2": "{nom*(1+agauss(0,0.01,2))}"}, ["r(rc1) sigma=1%", "r(rc2) sigma=0.5%"]),
    ({"rc1": "{aunif(10k,100)}", "rc2": "{unif(nom,0.02)}"}, ["r(rc1) limit=100", "r(rc2) limit=2%"]),
    ({"rc1": "{limit(10k,100)}", "rc2": "'agauss(nom,150,3)'"}, ["r(rc1) sigma=100", "r(rc2) sigma=50"]),
]


@pytest.mark.parametrize(("functions", "rules"), BY_HAND)
@pytest.mark.parametrize("measure", ["offset", "cmrr@50", "v(o1)"])
def test_contributions_are_those_of_rules(functions: dict[str, str], rules: list[str], measure: str) -> None:
    """Together with what the process does, in a rule or a parameter."""
    drawn = lt.read(deck(**functions, rr="agauss(10k,1k,2)", **{"is": "{gauss(1f,0.2,1)}"}))
    said = [f"*@ mismatch {rule}" for rule in rules] + ["*@ process rr sigma=500", "*@ process is(qn) sigma=20%"]
    by_hand = lt.read(deck(rules="\n".join(said))).contributions(measure=measure)
    found = drawn.contributions(measure=measure)
    assert found.nominal.tolist() == by_hand.nominal.tolist()
    np.testing.assert_allclose(found.sigma, by_hand.sigma, rtol=1e-9)
    names = [cause.name for cause in found.causes]
    assert sorted(names) == sorted(cause.name for cause in by_hand.causes)
    order = [names.index(cause.name) for cause in by_hand.causes]
    np.testing.assert_allclose(found.share[..., order], by_hand.share, rtol=1e-9, atol=1e-12)
    assert [found.causes[k].kind for k in order] == [cause.kind for cause in by_hand.causes]
    assert [found.causes[k].group for k in order] == [cause.group for cause in by_hand.causes]


def test_values_are_those_of_the_draws() -> None:
    spreads = _spreads(rc1="{agauss(10k,300,3)}", rc2="{rr*unif(1,0.1)}", rr="limit(10k,100)", rt="{aunif(1k,10)+rr}")
    u = np.array([[0.5, -1.0, 1.0, 0.25]])
    values = spreads.told(spreads.values(u))
    shapes = {cause.instance or cause.parameter: cause.shape for cause in spreads.causes}
    assert shapes == {"rr": TWO_VALUES, "rc1": "normal", "rc2": UNIFORM, "rt": UNIFORM}
    at = {cause.instance or cause.parameter: u[0, k] for k, cause in enumerate(spreads.causes)}
    rr = 10e3 + 100.0 * at["rr"]
    assert {name: value.item() for name, value in values.items()} == pytest.approx(
        {
            "rr": rr,
            "rc1.r": 10e3 + 100.0 * at["rc1"],
            "rc2.r": rr * (1.0 + 0.1 / math.sqrt(3.0) * at["rc2"]),
            "rt.r": 1e3 + 10.0 / math.sqrt(3.0) * at["rt"] + rr,
        },
        rel=1e-15,
    )


def test_samples_have_the_moments_and_the_bounds() -> None:
    loads = {"rc1": "{agauss(10k,300,3)}", "rc2": "{aunif(10k,100)}"}
    spreads = _spreads(**loads, rr="limit(10k,100)", **{"is": "{unif(1f,0.1)}"})
    count = 1 << 14
    values = spreads.told(Sampling(spreads, count, 5).values(slice(0, count)))
    for name, nominal, sigma in (
        ("rc1.r", 10e3, 100.0),
        ("rc2.r", 10e3, 100.0 / math.sqrt(3.0)),
        ("rr", 10e3, 100.0),
        ("qn.is", 1e-15, 1e-16 / math.sqrt(3.0)),
    ):
        assert abs(values[name].mean() - nominal) < 4.0 * sigma / math.sqrt(count), name
        assert values[name].std() == pytest.approx(sigma, rel=0.03), name
    assert set(values["rr"].tolist()) == {9900.0, 10100.0}
    assert 99.0 < abs(values["rc2.r"] - 10e3).max() <= 100.0
    assert np.sum(values["rr"] > 10e3) / count == pytest.approx(0.5, abs=0.02)


def test_samples_are_solved_with_what_they_draw() -> None:
    """A deck with the values that a sample tells has the figures of that sample."""
    text = deck(rc1="{agauss(10k,300,1)}", rr="aunif(10k,1k)", **{"is": "{gauss(1f,0.2,1)}"})
    sample = lt.read(text).monte_carlo(samples=20, sample=7, measure="v(o1),v(t)")
    assert sorted(sample.drawn) == ["qn.is", "rc1.r", "rr"]
    again = lt.read(text, parameters=sample.drawn).op()
    assert [again.nodes["o1"], again.nodes["t"]] == pytest.approx(
        [sample["v(o1)"].item(), sample["v(t)"].item()], rel=1e-12
    )


SHARED = """t
.param shared=agauss(1k,10,1) next={2*shared} last={next/2+agauss(0,10,1)}
v1 a 0 1
r1 a b {shared}
r2 b c {shared}
r3 c d {last}
x1 d e cell
x2 e 0 cell
.subckt cell p q
.param mid=agauss(1k,10,1)
ra p m {mid}
rb m n {mid}
rc n q {agauss(1k,10,1)}
.ends
"""


def test_one_parameter_moves_all_that_reads_it_and_every_subcircuit_draws_for_itself() -> None:
    spreads = find_spreads(lt.read(SHARED).circuit)
    found = spreads.values(Sampling(spreads, 1 << 14, 2).causes(slice(0, 1 << 14)))
    resistors = ["r1", "r2", "r3", *(f"r.x{k}.r{letter}" for k in (1, 2) for letter in "abc")]
    names = {*found}
    values = [spreads._moved(spreads._written(f"{name}.r"), found, names) for name in resistors]
    expected = np.eye(9)
    expected[0, 1] = expected[1, 0] = expected[3, 4] = expected[4, 3] = expected[6, 7] = expected[7, 6] = 1.0
    expected[:2, 2] = expected[2, :2] = math.sqrt(0.5)
    np.testing.assert_allclose(np.corrcoef(values), expected, atol=0.03)
    kinds = {cause.instance or cause.parameter: cause.kind for cause in spreads.causes}
    assert kinds == {
        "shared": PROCESS,
        "last": PROCESS,
        **{f"r.x{k}.ra, r.x{k}.rb": MISMATCH for k in (1, 2)},
        **{f"r.x{k}.rc": MISMATCH for k in (1, 2)},
    }


def test_rules_add_to_what_is_drawn() -> None:
    drawn = {"rc1": "{agauss(10k,300,3)}", "rr": "agauss(10k,100,1)"}
    spreads = _spreads(**drawn, rules="*@ mismatch r(rc1) sigma=1%\n*@ process rr sigma=1%")
    assert not spreads.assumed
    assert len(spreads.causes) == 4
    u = np.ones((1, 4))
    values = spreads.values(u)
    assert values["rc1.r"].item() == pytest.approx(1.01 * 10100.0, rel=1e-14)
    assert values["rr"].item() == pytest.approx(1.01 * 10100.0, rel=1e-14)


def test_nothing_is_assumed_and_devices_are_chosen_by_name() -> None:
    spreads = _spreads(rc1="{agauss(10k,300,3)}", **{"is": "{gauss(1f,0.1,1)}"})
    assert not spreads.assumed
    assert spreads.bare == ("q1", "q2", "rc2", "rt")
    assert [cause.instance for cause in spreads.chosen(Counted(only=("q*",))).causes] == ["q1, q2"]
    assert [cause.instance for cause in spreads.chosen(Counted(mismatch=True)).causes] == ["rc1"]
    assert _spreads(rc1="{agauss(10k,0,3)}").assumed


def test_the_yield_of_two_values_is_counted() -> None:
    """Half the amplifiers have a load that is too small for the limit, and all for one between."""
    amp = lt.read(deck(rc1="{limit(10k,100)}"))
    nominal = amp.op().nodes["o1"]
    found = amp.yields(limit=f"v(o1)<={nominal + 0.02!r}V,v(o1)<={nominal + 0.06!r}V")
    assert [each.value for each in found.limits] == pytest.approx([0.5, 1.0], abs=0.01)
    sampled = amp.monte_carlo(limit=f"v(o1)<={nominal + 0.02!r}V", samples=2000)
    assert sampled.to_dict()["yield"]["value"] == pytest.approx(0.5, abs=0.05)
