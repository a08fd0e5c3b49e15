"""Rules that go by the places of devices, the file beside a netlist, and areas of resistors and capacitors."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.contract.counted import Counted
from longtail.errors import NetlistError, OptionError
from longtail.statistics.draws import KINDS
from longtail.statistics.finding import find_spreads
from longtail.statistics.sampling import Sampling
from longtail.statistics.spreads import Spreads

SIDE = ("position m1 0 0", "position m2 30u 40u")
QUAD = ("position m1 0 0 10u 10u", "position m2 0 10u", "position m2 10u 0")
FIELD, GRADIENT = "mismatch vto(m*) sigma=2m correlation_length=50u", "mismatch vto(m*) gradient=4"
DECK = """a pair
{rules}
*@ input inp inn
*@ output o1 o2
.model nch nmos (vto=0.5 kp=100u a_vt=3.5n)
vdd vdd 0 3
vip inp 0 1.5
vin inn 0 1.5
m1 o1 inp t 0 nch w=10u l=1u m=2
m2 o2 inn t 0 nch w=10u l=1u m=2
rc1 vdd o1 10k
rc2 vdd o2 10k
it t 0 100u
"""
OWN = 3.5e-9**2 / (10e-6 * 1e-6 * 2)  # V^2, of the difference by the area


def _deck(*rules: str) -> str:
    return DECK.format(rules="\n".join(f"*@ {rule}" for rule in rules))


def _spreads(*rules: str) -> Spreads:
    return find_spreads(lt.read(_deck(*rules)).circuit)


def _offset(*rules: str) -> float:
    """The standard deviation of the offset: that of the difference of the thresholds."""
    return float(lt.read(_deck(*rules)).contributions(only="m1,m2").sigma[0, 0])


def test_the_offset_of_a_pair_by_pelgroms_law() -> None:
    """var = A^2/(W*L) + S^2*D^2, D = 50 um."""
    assert _offset() == pytest.approx(math.sqrt(OWN), rel=1e-6)
    assert _offset(GRADIENT, *SIDE) == pytest.approx(math.sqrt(OWN + (4.0 * 50e-6) ** 2), rel=1e-6)


def test_the_offset_of_a_pair_in_a_field() -> None:
    """var = 2*sigma^2*(1 - exp(-D/L)) beside that by the area."""
    wanted = OWN + 2 * 2e-3**2 * (1.0 - math.exp(-1.0))
    assert _offset(FIELD, *SIDE) == pytest.approx(math.sqrt(wanted), rel=1e-6)
    both = _offset(FIELD, GRADIENT, *SIDE)
    assert both == pytest.approx(math.sqrt(wanted + (4.0 * 50e-6) ** 2), rel=1e-6)


def test_a_common_centroid_cancels_the_gradient_and_most_of_the_field() -> None:
    assert _offset(GRADIENT, *QUAD) == pytest.approx(_offset(), rel=1e-12)
    assert not any(cause.of_places for cause in _spreads(GRADIENT, *QUAD).causes)
    variance = (1.0 + math.exp(-math.sqrt(2.0) / 5.0)) / 2.0
    wanted = 2 * 2e-3**2 * (variance - math.exp(-0.2))
    assert _offset(FIELD, *QUAD) == pytest.approx(math.sqrt(OWN + wanted), rel=1e-6)


def test_a_gradient_that_cancels_leaves_nothing_and_nothing_is_assumed() -> None:
    deck = _deck(GRADIENT, *QUAD).replace(" a_vt=3.5n", "")
    found = find_spreads(lt.read(deck).circuit)
    assert (found.causes, found.assumed) == ((), False)
    with pytest.raises(OptionError, match="round one centre"):
        found.chosen(Counted())


def test_what_goes_by_places_adds_and_a_later_rule_of_its_kind_holds() -> None:
    found = _spreads(FIELD, GRADIENT, "mismatch vto(m2) sigma=9m", *SIDE)
    names = [cause.name for cause in found.causes]
    assert names == ["m1.vto", "m1.vto (field)", "m2.vto (field)", "m1.vto (gradient)", "m2.vto (gradient)", "m2.vto"]
    again = _spreads(FIELD, FIELD.replace("2m", "3m"), *SIDE)
    assert [c.deviation for c in again.causes if c.of_places] == [3e-3, 3e-3]
    np.testing.assert_allclose(np.diag(found.correlation), 1.0)
    np.testing.assert_allclose(found.mixing @ found.mixing.T, found.correlation, atol=1e-12)
    assert found.correlation[1, 2] == pytest.approx(math.exp(-1.0))
    assert found.correlation[3, 4] == pytest.approx(-1.0)
    assert found.correlation[1, 3] == found.correlation[0, 1] == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_samples_have_the_correlations(kind: str) -> None:
    found = _spreads(FIELD, GRADIENT, "mismatch r(rc*) sigma=1% correlation=0.64", *SIDE)
    sampling = Sampling(found, 1 << 15, 3, kind)
    causes = sampling.causes(slice(0, 1 << 15))
    np.testing.assert_allclose(np.cov(causes.T), found.correlation, atol=0.03)
    np.testing.assert_array_equal(sampling.causes(np.array([411, 3])), causes[[411, 3]])


@pytest.mark.parametrize("rule", ["sigma=1% correlation_length=2m", "gradient=300%"])
def test_samples_of_several_devices_have_the_correlations(rule: str) -> None:
    places = "".join(f"*@ position r{k} {k}m {k * k % 3}m\n" for k in range(1, 5))
    text = f"t\n*@ mismatch r(r*) {rule}\n{places}v1 a 0 1\nr1 a b 1k\nr2 b c 1k\nr3 c d 1k\nr4 d 0 1k\n"
    found = find_spreads(lt.read(text).circuit)
    assert len(found.causes) == 4
    causes = Sampling(found, 1 << 15, 3, "sobol").causes(slice(0, 1 << 15))
    np.testing.assert_allclose(np.cov(causes.T), found.correlation, atol=0.01)


def test_monte_carlo_draws_what_contributions_tell() -> None:
    mc = lt.read(_deck(GRADIENT.replace("4", "40"), FIELD, *SIDE)).monte_carlo(
        measure="offset", samples=4096, sampling="sobol", only="m*"
    )
    wanted = math.sqrt(OWN + 2 * 2e-3**2 * (1.0 - math.exp(-1.0)) + (40.0 * 50e-6) ** 2)
    assert np.std(mc["offset"]) == pytest.approx(wanted, rel=0.03)


def test_a_yield_takes_it_too() -> None:
    """Five standard deviations of four places that go together, two of which are one."""
    deck = _deck(GRADIENT, FIELD, *SIDE)
    sigma = lt.read(deck).contributions().sigma[0, 0]
    found = lt.read(deck).yields(limit=f"|offset|<={3 * sigma}").limits[0]
    assert found.failure == pytest.approx(0.0027, rel=0.02)


@pytest.mark.parametrize("rule", [FIELD, GRADIENT])
def test_a_device_without_a_place_is_named(rule: str) -> None:
    deck = _deck(SIDE[0], rule)
    lt.read(deck).gains()  # what needs no spread needs no place
    with pytest.raises(NetlistError, match="m2 has no position, which") as raised:
        find_spreads(lt.read(deck).circuit)
    assert raised.value.span is not None
    assert raised.value.span.line == 3
    assert "*@ position m2" in str(raised.value.hint)


def test_a_worst_case_says_that_correlations_do_not_count() -> None:
    found = lt.read(_deck(GRADIENT, *SIDE)).worst_case(only="m*")
    assert any("correlations are not counted" in note for note in found.notes)
    assert {"m1.vto", "m1.vto (gradient)"} <= set(found.least.changes)


# a file beside the netlist


def _file(folder: Path, text: str) -> Path:
    path = folder / "kit.toml"
    path.write_text(text)
    return path


def test_rules_of_a_file_come_last_and_its_positions_in_place_of_the_netlists(tmp_path: Path) -> None:
    text = '[[mismatch]]\nparameter = "r"\nof = "rc1"\nsigma = "2%"\n[positions]\nm2 = [0, "10u"]\n'
    circuit = lt.read(_deck("mismatch r(rc*) sigma=1%", GRADIENT, *SIDE)).circuit
    found = find_spreads(circuit, _file(tmp_path, text))
    deviations = {cause.name: cause.deviation for cause in found.causes}
    assert (deviations["rc1.r"], deviations["rc2.r"]) == (0.02, 0.01)
    assert deviations["m1.vto (gradient)"] == pytest.approx(4.0 * 5e-6)
    assert circuit.positions["m2"] == ((30e-6, 40e-6),)  # the netlist stays as it is
    assert next(c.source for c in found.causes if c.name == "rc1.r") == "kit.toml: mismatch r(rc1)"


def test_every_analysis_of_spreads_reads_it_and_says_so_first(tmp_path: Path) -> None:
    path = _file(tmp_path, '[[mismatch]]\nparameter = "r"\nof = "rc*"\nsigma = "2%"\n')
    amp = lt.read(_deck())
    results = (
        amp.contributions(spreads=path),
        amp.monte_carlo(spreads=path, samples=2, measure="offset"),
        amp.yields(spreads=path, limit="|offset|<=10mV"),
        amp.worst_case(spreads=str(path)),
        amp.check_statistics(spreads=path),
    )
    for result in results:
        assert str(result.notes[0]).startswith("kit.toml was read")
    assert {cause.name for cause in results[0].causes} == {"m1.vto", "m2.vto", "rc1.r", "rc2.r"}
    assert results[4].causes == 4


def test_what_a_file_names_and_is_not_there_is_told_at_its_line(tmp_path: Path) -> None:
    circuit = lt.read(_deck()).circuit
    for text, message, line in (
        ('\n[[mismatch]]\nparameter = "r"\nof = "rd*"\nsigma = "2%"\n', "no device or model 'rd", 2),
        ("\n[positions]\nm3 = [0, 0]\n", "no device 'm3'", 3),
        ('[[process]]\nparameter = "rr"\nsigma = "2%"\n', "no parameter 'rr'", 1),
    ):
        with pytest.raises(NetlistError, match=message) as raised:
            find_spreads(circuit, _file(tmp_path, text))
        assert raised.value.span is not None
        assert (Path(raised.value.span.file).name, raised.value.span.line) == ("kit.toml", line)


# by area

PASSIVE = """t
{rule}
.model rp r ({model})
.model cp c (cj=1m a_c=0.005u)
v1 a 0 1
{card}
c1 b 0 cp w=10u l=10u
"""


def _passive(card: str, model: str = "rsh=100 a_r=0.01u", rule: str = "*") -> Spreads:
    return find_spreads(lt.read(PASSIVE.format(card=card, model=model, rule=rule)).circuit)


@pytest.mark.parametrize(
    ("card", "model", "name", "area"),
    [
        ("r1 a b rp w=2u l=200u", "rsh=100 a_r=0.01u", "r1.scale", 400e-12),
        ("r1 a b rp w=2u l=200u m=4", "rsh=100 a_r=0.01u", "r1.scale", 1600e-12),
        ("r1 a b 10k rp w=2u l=200u", "rsh=100 a_r=0.01u", "r1.r", 400e-12),
        ("r1 a b rp l=200u", "rsh=100 defw=4u a_r=0.01u", "r1.scale", 800e-12),
        ("r1 a b rp w=2u l=200u", "r=5k a_r=0.01u", "r1.scale", 400e-12),
    ],
)
def test_resistors_and_capacitors_by_their_area(card: str, model: str, name: str, area: float) -> None:
    found = {cause.names[0]: cause for cause in _passive(card, model).causes}
    assert found.keys() == {name, "c1.scale"}
    assert found[name].deviation == pytest.approx(0.01e-6 / math.sqrt(2 * area))
    assert found["c1.scale"].deviation == pytest.approx(0.005e-6 / math.sqrt(2 * 100e-12))
    assert found[name].relative
    assert found[name].source == "a_r of rp"


def test_a_rule_is_of_the_resistance_whatever_it_comes_from() -> None:
    found = _passive("r1 a b rp w=2u l=200u", rule="*@ mismatch r(rp) sigma=1%").causes[-1]
    assert (found.names, found.deviation) == (("r1.scale",), 0.01)
    by_area = _passive("r1 a b rp w=2u l=200u", rule="*@ mismatch r(rp) pelgrom=0.01u%").causes[-1]
    assert by_area.deviation == pytest.approx(0.0001e-6 / math.sqrt(2 * 400e-12))
    with pytest.raises(NetlistError, match=r"r1\.r' has no value") as raised:
        _passive("r1 a b rp w=2u l=200u", rule="*@ mismatch r(rp) sigma=10")
    assert "in percent" in str(raised.value.hint)


def test_the_resistance_moves_as_its_scale_does() -> None:
    """Half of a divider: the output moves by a quarter of the part."""
    deck = "t\n.model rp r (rsh=100 a_r=0.04u)\nv1 a 0 1\nr1 a b rp w=2u l=200u\nr2 b 0 10k\n"
    found = lt.read(deck).contributions(measure="v(b)")
    assert found.sigma[0, 0] == pytest.approx(0.25 * 0.04e-6 / math.sqrt(2 * 400e-12), rel=1e-5)


@pytest.mark.parametrize(
    ("card", "model", "missing"),
    [
        ("r1 a b 10k rp", "a_r=0.01u", "w and l"),
        ("r1 a b 10k rp w=2u", "a_r=0.01u", "l"),
        ("r1 a b 10k rp l=2u", "a_r=0.01u", "w"),
    ],
)
def test_an_area_that_is_not_known_is_asked_for(card: str, model: str, missing: str) -> None:
    with pytest.raises(OptionError, match="r1 has no area for a_r") as raised:
        _passive(card, model)
    assert f"give r1 {missing}, as in" in str(raised.value.hint)
    ruled = _passive(card, model, "*@ mismatch r(r1) sigma=1%")  # as the hint says
    assert [cause.deviation for cause in ruled.causes if cause.instance == "r1"] == [0.01]


def test_a_tolerance_is_of_each_resistor_once() -> None:
    deck = "t\n.model rp r (rsh=100)\nv1 a 0 1\nr1 a b rp w=2u l=200u\nr2 b 0 10k\n"
    found = lt.read(deck).worst_case(measure="v(b)", tolerance="1%")
    assert [each.name for each in found.tolerances] == ["r1.scale", "r2.r"]


def test_a_coefficient_of_what_has_no_value_is_refused() -> None:
    deck = _deck().replace("vto=0.5 ", "")
    with pytest.raises(OptionError, match="a_vt of nch: m1 has no vto to spread about"):
        find_spreads(lt.read(deck).circuit)
