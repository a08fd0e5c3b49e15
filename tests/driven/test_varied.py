"""Arrays of parameters through the public face: names, axes, statuses, and the same figures as one at a time."""

from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.elaborate.named_values import nominal

DECK = """a pair whose level and tail are parameters
.param level=0.5 itail=200u
vcc vcc 0 5
v1 inp 0 {level}
v2 inn 0 {level+1m}
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e n 2
q2 o2 inn e n 2
i1 e 0 {itail}
r1 e 0 1meg
d1 o1 o2 dm 3 m=2
.model n npn is=5e-16 bf=150 vaf=80
.model dm d is=1e-15 m=0.4 cjo=1p
*@ input inp inn
*@ output o1 o2
.end
"""


@pytest.fixture(scope="module")
def amp() -> lt.Amplifier:
    return lt.read(DECK)


def one(parameters: dict[str, str], **options: object) -> lt.ModeGains:
    return lt.read(DECK, parameters=parameters).gains(frequency_hz=[1.0, 1e6], **options)


def test_a_netlist_parameter_moves_everything_that_depends_on_it(amp: lt.Amplifier) -> None:
    result = amp.gains(frequency_hz=[1.0, 1e6], parameters={"level": [0.0, 1.0], "itail": [1e-4, 3e-4]})
    for k, (level, tail) in enumerate([("0", "100u"), ("1", "300u")]):
        alone = one({"level": level, "itail": tail})
        np.testing.assert_allclose(result.matrix[k], alone.matrix, rtol=1e-9, atol=1e-14)
        assert result.vcm[k] == pytest.approx(alone.vcm)


def test_grid_names_its_axes(amp: lt.Amplifier) -> None:
    grid = lt.grid({"temp": [-40.0, 27.0, 125.0], "vcm": [0.2, 0.8]})
    assert repr(grid) == "Grid(temp: 3 × vcm: 2)"
    result = amp.gains(frequency_hz=[1.0], parameters=grid)
    data = result.to_xarray()
    assert data.differential.dims == ("temp", "vcm", "frequency")
    np.testing.assert_allclose(result.vcm, np.broadcast_to([0.2, 0.8], (3, 2)), rtol=1e-12)
    hot = lt.read(DECK.replace(".end", ".temp 125\n.end")).gains(frequency_hz=[1.0], vcm=0.8)
    np.testing.assert_allclose(data.differential.sel(temp=125, vcm=0.8), hot.differential, rtol=1e-9)
    assert result.to_dict()["axes"] == {"temp": [-40.0, 27.0, 125.0], "vcm": [0.2, 0.8]}


def test_operating_points_carry_lanes(amp: lt.Amplifier) -> None:
    result = amp.op(parameters={"rc1.r": [9e3, 10e3, 100e3]})
    alone = [lt.read(DECK.replace("rc1 vcc o1 10k", f"rc1 vcc o1 {r}")).op() for r in ("9k", "10k", "100k")]
    np.testing.assert_allclose(result.nodes["o1"], [a.nodes["o1"] for a in alone], rtol=1e-9)
    np.testing.assert_allclose(result.devices["q1"]["g_m"], [a.devices["q1"]["g_m"] for a in alone], rtol=1e-8)
    assert result.devices["q1"]["region"].tolist() == [a.devices["q1"]["region"] for a in alone]
    assert result.to_xarray().voltage.dims == ("lane", "node")
    assert result.status.tolist() == ["converged"] * 3


def test_scalars_give_one_plain_result(amp: lt.Amplifier) -> None:
    result = amp.gains(frequency_hz=[1.0], parameters={"itail": 3e-4})
    assert result.axes == ()
    assert result.status == "converged"
    np.testing.assert_allclose(result.matrix, one({"itail": "300u"}).matrix[:1], rtol=1e-9, atol=1e-14)


def test_nulling_lane_by_lane(amp: lt.Amplifier) -> None:
    result = amp.gains(frequency_hz=[1.0], parameters={"rc1.r": [9.9e3, 10.1e3]}, null=True)
    for k, r in enumerate(("9.9k", "10.1k")):
        alone = lt.read(DECK.replace("rc1 vcc o1 10k", f"rc1 vcc o1 {r}")).gains(frequency_hz=[1.0], null=True)
        assert result.null.input_offset[k] == pytest.approx(alone.null.input_offset, rel=1e-7)
        np.testing.assert_allclose(result.matrix[k], alone.matrix, rtol=1e-7, atol=1e-12)


def test_a_lane_without_solution_is_nan_and_says_why(amp: lt.Amplifier) -> None:
    result = amp.gains(frequency_hz=[1.0], parameters={"rc1.r": [10e3, np.nan]})
    assert np.isfinite(result.matrix[0]).all()
    assert np.isnan(result.matrix[1]).all()
    assert result.status[0] == "converged" != result.status[1]


def test_plain_solves_and_threads_give_the_same(amp: lt.Amplifier) -> None:
    parameters = {"rc1.r": 10e3 * (1 + 0.02 * np.random.default_rng(0).normal(size=50))}
    few = amp.gains(parameters=parameters)
    plain = amp.gains(parameters=parameters, plain=True)
    largest = np.abs(plain.matrix).max(axis=1, keepdims=True)
    # a conversion of a millionth of the gain is itself a difference of signals that are rounded
    assert (np.abs(few.matrix - plain.matrix) <= np.maximum(1e-9 * largest, 1e-13 * np.abs(plain.matrix).max())).all()
    assert (amp.gains(parameters=parameters, threads=2).matrix == few.matrix).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [("level", 0.5), ("temp", 27.0), ("rc1.r", 10e3), ("q1.area", 2.0), ("q1.is", 5e-16), ("n.bf", 150.0),
     ("d1.m", 2.0), ("d1.model.m", 0.4), ("q1.nf", 1.0)],
)  # fmt: skip
def test_what_a_name_stands_for(amp: lt.Amplifier, name: str, value: float) -> None:
    assert nominal(amp.circuit, name) == value


@pytest.mark.parametrize(
    ("name", "message"),
    [("rc9.r", "did you mean 'rc"), ("rc1.x", "no parameter 'x'"), ("q1.bq", "'bq'"), ("nothing", "nothing"),
     ("d1.model.q", "'q'"), ("d1.temp", "has no value")],
)  # fmt: skip
def test_a_wrong_name_is_answered_with_the_nearest(amp: lt.Amplifier, name: str, message: str) -> None:
    with pytest.raises(lt.OptionError) as caught:
        amp.op(parameters={name: [1.0]})
    assert message in str(caught.value)


def test_an_unknown_parameter_without_owner_is_not_looked_for_in_devices():
    amp = lt.read("t\nv1 a 0 1\nv2 b 0 1\nr1 a out 1k\nr2 b out {rx}\n.param rx=1k\n")
    with pytest.raises(lt.OptionError) as caught:
        amp.gains(input=["v1", "v2"], output="out", parameters={"nosuch": [1.0, 2.0]})
    assert caught.value.message == "there is no parameter 'nosuch'"
    assert caught.value.hint is not None and "name a .param" in caught.value.hint


# o1 follows the difference with k, and the common mode by a leak; u and w cancel at o2, from signals of q V/V inside
DECADES = """gains over decades
.param k=1g leak=3p q=1
v1 inp 0 0
v2 inn 0 0
g1 0 o1 inp inn {k}
g2 0 o1 inp 0 {leak/2}
g3 0 o1 inn 0 {leak/2}
r1 o1 0 1
eu u 0 inp 0 {q}
ew w 0 inp 0 {-1.1*q}
ru u o2 1k
rw w o2 1.1k
rc o2 0 {1e9}
*@ input inp inn
*@ output o1
"""


def test_rounding_is_that_of_each_lane() -> None:
    """A gain of 3e-12 beside one of 1 is a gain, though the nominal lane has one of 1e9."""
    amp = lt.read(DECADES)
    lanes = {"k": [1e9, 1.0, 1e-3, 1.0], "leak": [3e-12, 3e-12, 3e-12, 3e-17]}
    wanted = [np.inf, 20 * np.log10(1 / 3e-12), 20 * np.log10(1e-3 / 3e-12), np.inf]
    for null in ({}, {"null": True, "target": 0.0}):
        assert amp.gains(parameters=lanes, frequency_hz=[1.0], **null).cmrr_db[:, 0] == pytest.approx(wanted, rel=1e-6)
        swept = amp.sweep(parameters=lanes, measure="cmrr_db,cmrr,common_db", frequency_hz=[1.0, 10.0], **null)
        assert swept["cmrr_db"] == pytest.approx(wanted, rel=1e-6)
        common = 20 * np.log10(3e-12)
        assert swept["common_db"] == pytest.approx([-np.inf, common, common, -np.inf], rel=1e-6)


def test_signals_inside_count_in_their_lane() -> None:
    """What is left of 1e7 at an inner node is rounding at the output: no rejection of one lane is made of it."""
    amp = lt.read(DECADES.replace("output o1", "output o2"), parameters={"k": 1.0})
    q = 1e7 * np.linspace(0.3, 1.0, 50)
    found = amp.gains(parameters={"q": q}, frequency_hz=[1.0])
    assert (found.matrix == 0.0).all()
    assert not np.isfinite(found.cmrr_db).any()
    solved = found.floor[:, 0] > 1e-12  # some leave more than nothing, or it would be too easy
    assert solved.any()
    assert found.floor[solved, 0] == pytest.approx(1.1e-12 * q[solved], rel=1e-6)
    unequal = DECADES.replace("output o1", "output o2").replace("1.1k\n", "{1.1k*(1+dr)}\n.param dr=0\n", 1)
    leaky = lt.read(unequal, parameters={"k": 1.0})
    some = leaky.gains(parameters={"q": [1.0, 1e7 / 3], "dr": [2e-11, 2e-11]}, frequency_hz=[1.0])
    assert np.isfinite(some.cmrr_db).all()


def test_lanes_with_ordinary_figures_are_not_solved_for_all_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a lane was solved for all its nodes")

    amp = lt.read(Path(__file__).parents[2] / "examples" / "bjt_pair.cir")
    monkeypatch.setattr("longtail.driven.lane_floor.Points", refuse)
    amp.gains(parameters={"rc1.r": np.linspace(9e3, 9.9e3, 50)}, frequency_hz="1:1g:5")


def test_one_point_in_xarray_says_its_status_and_lanes_each_theirs(amp: lt.Amplifier) -> None:
    alone = amp.op().to_xarray()
    assert alone.voltage.dims == ("node",)
    assert alone.attrs["status"] == "converged"
    assert "status" not in alone
    lanes = amp.op(parameters={"rc1.r": [9e3, 10e3]}).to_xarray()
    assert lanes.status.dims == ("lane",)
    assert lanes.status.values.tolist() == ["converged"] * 2
    assert "status" not in lanes.attrs


def test_levels_vary_alone_behind_a_bench() -> None:
    """Nothing else that varies could move the inputs, so the bench is not asked."""
    text = DECK.replace("*@ input inp inn", "*@ input src@rs inn").replace("v1 inp 0", "v1 src 0")
    amp = lt.read(text.replace(".end", "rs src inp 1\n.end"))
    found = amp.gains(frequency_hz=[1.0], parameters={"vcm": [0.2, 0.8]})
    for k, vcm in enumerate((0.2, 0.8)):
        alone = amp.gains(frequency_hz=[1.0], vcm=vcm)
        np.testing.assert_allclose(found.differential[k], alone.differential, rtol=1e-9)
