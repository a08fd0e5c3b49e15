"""Monte Carlo: samples against whole solutions of their own, against first order, and whatever carries them out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.errors import AnalysisError, OptionError

PAIR = """a bipolar pair
*@ mismatch r(rc*) sigma=0.5%
*@ mismatch is(q*) sigma=1%
*@ input inp inn
*@ output o1 o2
vcc vcc 0 5
vip inp 0 0
vin inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e n
q2 o2 inn e n
rt e vee 21.5k
vee vee 0 -5
.model n npn(is=1e-16 bf=200 vaf=100)
"""
V_T = 1.380649e-23 * 300.15 / 1.602176634e-19


def _run(deck: str = PAIR, **options: object) -> lt.MonteCarlo:
    result = lt.read(deck).run("monte-carlo", **options)
    assert isinstance(result, lt.MonteCarlo)
    return result


def test_samples_are_whole_solutions() -> None:
    """The figures of a sample are those of the netlist with its values: offset nulled, all else as it stands."""
    found = _run(samples=50, measure="offset,cmrr@50,differential_db@1k,v(o1)")
    for number in (0, 17, 49):
        alone = _run(samples=50, sample=number, measure="offset,cmrr@50,differential_db@1k,v(o1)")
        for name in found.values:
            assert alone[name][0] == pytest.approx(found[name][number], rel=1e-9)
        amp = lt.read(PAIR, parameters=dict(alone.drawn))
        gains = amp.gains(frequency_hz=[50.0, 1e3])
        assert found["cmrr@50"][number] == pytest.approx(gains.cmrr_db[0], abs=1e-6)
        assert found["differential_db@1k"][number] == pytest.approx(20 * math.log10(abs(gains.differential[1])))
        assert found["offset"][number] == pytest.approx(amp.offset().input_offset, rel=1e-6)
        assert found["v(o1)"][number] == pytest.approx(amp.op().nodes["o1"])


def test_the_offset_spreads_as_first_order_says() -> None:
    found = _run(samples=20_000, measure="offset")
    first = lt.read(PAIR).run("contributions", measure="offset")
    each = found.measures["offset"]
    assert each.sigma == pytest.approx(first.sigma[0, 0], rel=0.03)
    assert each.sigma == pytest.approx(V_T * math.sqrt(2.0) * math.hypot(0.005, 0.01), rel=0.03)
    assert abs(each.mean or 0.0) < 4.0 * (each.sigma or 0.0) / math.sqrt(20_000)


def test_the_rejection_has_quantiles_and_no_mean() -> None:
    """Of a real zero-mean ratio the rejection in dB spreads by 9.65 dB whatever the size of the mismatch."""
    found = _run(samples=20_000, measure="cmrr@50")
    each = found.measures["cmrr@50"]
    assert each.mean is None
    assert each.sigma is None
    assert found["cmrr@50"].std() == pytest.approx(math.pi / (2 * math.sqrt(2)) * 20 / math.log(10), rel=0.03)
    sigma = lt.read(PAIR).run("contributions", measure="cmrr@50").sigma[0, 0]
    assert each.quantiles["50"] == pytest.approx(-20 * math.log10(0.6744898 * sigma), abs=0.15)
    assert "cmrr@50" in found.to_text()


def test_yields_count_samples_and_say_how_sure_they_are() -> None:
    found = _run(samples=2000, measure="offset", limit=["|offset|<=0.5mV", "cmrr@50>=90dB"])
    kept = (abs(found["offset"]) <= 0.5e-3, found["cmrr@50"] >= 90.0)
    assert [each.passed for each in found.yields] == [kept[0].sum(), kept[1].sum(), (kept[0] & kept[1]).sum()]
    of_all = found.yields[-1]
    assert of_all.low < of_all.value < of_all.high
    told = json.loads(found.to_json())
    assert told["yield"] == {name: getattr(of_all, name) for name in ("value", "low", "high", "method")}
    assert {"samples", "seed", "failed", "measures"} <= told.keys()
    assert {"mean", "sigma", "quantiles"} <= told["measures"]["offset"].keys()


def test_samples_that_no_device_could_be_fail() -> None:
    """A saturation current that spreads by half of itself is below zero in one sample in forty."""
    deck = PAIR.replace("is(q*) sigma=1%", "is(q*) sigma=50%")
    found = _run(deck, samples=400, measure="offset", limit="|offset|<=1")
    missing = np.flatnonzero(np.isnan(found["offset"]))
    assert 5 < missing.size < 40
    assert found.failures == missing.size
    assert found.failed == tuple(missing[:20].tolist())
    assert found.yields[-1].passed == 400 - missing.size
    assert "could not be solved and count as fails" in found.to_text()


def test_bits_do_not_hang_on_threads_or_on_how_many_there_are() -> None:
    one = _run(samples=9000, measure="offset,cmrr@50")
    many = _run(samples=9000, measure="offset,cmrr@50", threads=4)
    fewer = _run(samples=1100, measure="offset,cmrr@50")
    for name, values in one.values.items():
        assert values.tobytes() == many[name].tobytes()
        assert values[:1100].tobytes() == fewer[name].tobytes()
    other = _run(samples=9000, measure="offset", seed=2)
    assert not np.allclose(other["offset"], one["offset"])


@pytest.mark.parametrize("sampling", ["latin", "sobol"])
def test_even_samples_know_the_mean_better(sampling: str) -> None:
    means = [
        [_run(samples=256, seed=s, sampling=k, measure="offset")["offset"].mean() for s in range(6)]
        for k in ("random", sampling)
    ]
    assert np.std(means[1]) < np.std(means[0]) / 3.0


def test_a_run_that_was_stopped_ends_with_the_same_bytes(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stopping(done: int, of: int) -> None:
        if done >= 4096:
            raise Stop

    options = {"samples": 9000, "measure": "offset,cmrr@50"}
    for ending in ("csv", "json"):
        whole, part = tmp_path / f"whole.{ending}", tmp_path / f"part.{ending}"
        _run(out=whole, **options)
        with pytest.raises(Stop):
            _run(out=part, progress=stopping, **options)
        resumed = _run(out=part, resume=True, **options)
        assert part.read_bytes() == whole.read_bytes()
        assert "resumed after 4096 lanes" in resumed.notes
        with pytest.raises(OptionError):
            _run(out=part, resume=True, **{**options, "seed": 9})


def test_the_json_gives_the_result_again() -> None:
    found = _run(samples=100, limit="|offset|<=1mV")
    again = lt.MonteCarlo.from_json(found.to_json())
    assert again.to_json() == found.to_json()
    assert again.to_text() == found.to_text()
    np.testing.assert_array_equal(again["offset"], found["offset"])
    assert not lt.MonteCarlo.from_json(_run(samples=10_001, measure="offset").to_json()).values


CORNERED = PAIR.replace("*@ input", ".param k=1\n*@ corner slow k=1.3\n*@ input").replace(" 10k", " {k*10k}")


def test_each_condition_has_the_same_samples_of_the_netlist_as_it_stands_there() -> None:
    """As netlists that are read with the values of the condition have them; kept everywhere is kept in each."""
    asked = {"samples": 400, "measure": "offset,v(o1)", "limit": ["|offset|<=0.5mV", "v(o1)<=4.032"]}
    found = _run(CORNERED, **asked, corners="slow", temperatures="-40,85")
    assert [each.condition for each in found.under] == ["typical", "-40 °C", "85 °C", "slow at -40 °C", "slow at 85 °C"]
    kept = np.ones(400, bool)
    for each in found.under:
        amp = lt.read(CORNERED, parameters={"k": each.values.get("k", 1.0), "temp": each.values.get("temp", 27.0)})
        alone = amp.run("monte-carlo", **asked)
        assert isinstance(alone, lt.MonteCarlo)
        assert each.yields == alone.yields
        assert dict(each.measures["offset"].quantiles) == dict(alone.measures["offset"].quantiles)
        kept &= (abs(alone["offset"]) <= 0.5e-3) & (alone["v(o1)"] <= 4.032)
    assert found.everywhere is not None
    assert found.everywhere.passed == kept.sum()  # hot ones have the larger offset, cold ones the larger output
    assert found.everywhere.passed < min(each.yields[-1].passed for each in found.under)
    again = lt.MonteCarlo.from_json(found.to_json())
    assert again.to_dict() == found.to_dict()
    text = found.to_text()
    assert "slow at 85 °C" in text
    assert "every one of them" in text


@pytest.mark.parametrize(
    ("limit", "holds"),
    [("|offset|<=0.6mV", lambda f: abs(f["offset"]) <= 0.6e-3), ("cmrr@50>=92dB", lambda f: f["cmrr@50"] >= 92.0)],
)
def test_the_picture_as_control_tells_the_yield_from_fewer_samples(limit: str, holds: Callable[..., Any]) -> None:
    """Intervals of many small runs hold what a large plain one has, as often as they say, and are narrower."""
    name = limit.split(">")[0] if ">" in limit else "offset"
    truth = float(holds(_run(samples=100_000, seed=9, measure=name)).mean())
    runs = [_run(samples=300, seed=seed, measure=name, limit=limit, control=True) for seed in range(20)]
    held = [each.controlled[0].low <= truth <= each.controlled[0].high for each in runs]
    assert sum(held) >= 19
    for each in runs:
        found, plain = each.controlled[0], each.yields[0]
        figures = each.values[name]
        assert found.value == pytest.approx(found.pictured + (found.more - found.fewer) / 300, abs=1e-12)
        assert plain.passed == holds({name: figures}).sum()
        assert found.more + found.fewer < 10
        assert found.worth > 300
        assert found.high - found.low < plain.high - plain.low
    assert np.mean([each.controlled[0].value for each in runs]) == pytest.approx(truth, abs=3e-3)


def test_a_picture_that_is_wrong_biases_no_yield() -> None:
    """Rejections of an amplifier as it stands, far from linear: samples decide."""
    asked = {"limit": "cmrr@50>=60dB", "samples": 4000}
    found = lt.read("ota_5t").run("monte-carlo", **asked, control=True)
    assert isinstance(found, lt.MonteCarlo)
    mine, plain = found.controlled[0], found.yields[0]
    assert mine.more + mine.fewer > 100
    assert abs(mine.pictured - plain.value) > 2.0 * (plain.high - plain.low)
    assert mine.low <= plain.value <= mine.high


def test_a_control_needs_normal_causes_and_all_samples() -> None:
    deck = PAIR.replace("r(rc*) sigma=0.5%", "r(rc*) limit=0.5%")
    with pytest.raises(OptionError, match="normal causes alone"):
        _run(deck, samples=10, limit="|offset|<=1mV", control=True)
    with pytest.raises(OptionError, match="one sample has no yield"):
        _run(samples=10, sample=3, limit="|offset|<=1mV", control=True)
    with pytest.raises(OptionError, match="has no effect without limit"):
        _run(samples=10, control=True)


def test_an_output_that_cannot_be_nulled_says_why() -> None:
    with pytest.raises(AnalysisError, match="does not follow the inputs at dc"):
        _run("radio_front_end", samples=10, measure="offset")


def test_a_file_is_of_one_condition(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="one condition"):
        _run(CORNERED, samples=10, corners="slow", out=tmp_path / "run.csv")


def test_process_and_mismatch_are_switched_apart() -> None:
    deck = PAIR + "*@ process r(rc*) sigma=10%\n"
    apart = {
        kind: _run(deck, samples=400, measure="offset,differential_db", **{kind: True})
        for kind in ("mismatch", "process")
    }
    assert apart["process"].measures["offset"].sigma == pytest.approx(0.0, abs=1e-9)
    assert (apart["process"].measures["differential_db"].sigma or 0) > 10 * (
        apart["mismatch"].measures["differential_db"].sigma or 0
    )
    assert "counted is process" in apart["process"].to_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "gains"}, "more than one figure"),
        ({"limit": "offset"}, "expected a figure"),
        ({"sampling": "sobel"}, "no sampling .sobel"),
        ({"samples": 10, "sample": 10}, "no sample 10"),
        ({"measure": "ofset"}, "nothing called 'ofset'"),
        ({"resume": True}, "nothing to resume"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        _run(**options)


def test_the_command_is_mc(capsys: pytest.CaptureFixture[str]) -> None:
    from longtail.cli.main import run

    assert run(["mc", "bjt_pair", "--samples", "20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"]["name"] == "monte-carlo"
    assert run(["monte-carlo", "bjt_pair"]) == 2
