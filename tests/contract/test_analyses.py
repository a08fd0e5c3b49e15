"""What every analysis fulfils, over all that discovery finds: a new file is tested on the day it appears."""

from __future__ import annotations

import inspect
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.circuit import Circuit
from longtail.contract import kinds
from longtail.contract.analysis import Analysis, Option
from longtail.contract.result import Result
from longtail.contract.subject import Subject
from longtail.errors import OptionError
from longtail.registry import analyses

DECK = Path(__file__).parents[2] / "examples" / "bjt_pair.cir"
MISMATCH = {"drc": 0.01}
# what an analysis cannot do without
NEEDED: dict[str, dict[str, Any]] = {
    "behavioral": {"frequency_hz": 1e3},
    "gains": {"frequency_hz": "1:1g:2"},
    "monte-carlo": {"samples": 20},
    "predict": {"differential": 100, "common": 0.01, "v1": 1.002, "v2": 0.998},
    "yields": {"limit": "|offset|<=5mV"},
    "sweep": {"vary": "rc=9k:11k:3", "measure": "cmrr_db"},
}
WITHOUT_POINT = {"half", "check-statistics"}  # what they tell is in the netlist alone


def example(**parameters: float) -> lt.Amplifier:
    return lt.read(DECK, parameters={**MISMATCH, **parameters})


def asked(name: str, **options: Any) -> Result:
    """What an analysis answers, of the example if it is about a circuit."""
    return analyses()[name](*subject(name), **options)


def subject(name: str) -> tuple[Circuit, ...]:
    """The circuit of the example for an analysis that is about one."""
    return (example().circuit,) if analyses()[name].about is Subject.CIRCUIT else ()


def face(name: str) -> Any:
    """Where Python has an analysis: a method of an amplifier, or a function of the package."""
    return getattr(example() if subject(name) else lt, analyses()[name].identifier)


def check_metadata(analysis: Analysis) -> None:
    assert analysis.name == analysis.name.lower()
    assert analysis.doc
    assert not analysis.doc.endswith(".")
    assert issubclass(analysis.result, Result)
    assert analysis.result.analysis == analysis.name
    names = [option.name for option in analysis.options]
    assert len(names) == len(set(names))
    for option in analysis.options:
        assert hasattr(kinds, option.kind.takes), option
        assert option.doc, option
        assert option.low <= option.high
    taken = inspect.signature(analysis.run).parameters
    assert set(taken) - {"circuit"} == {option.argument for option in analysis.options}
    assert len(taken) <= 7


def check_result(result: Result) -> None:
    line = repr(result)
    assert "\n" not in line
    data = json.loads(result.to_json())
    assert next(iter(data)) == "schema"
    again = type(result).from_json(result.to_json())
    assert again.to_json() == result.to_json()
    assert (repr(again), again.to_text()) == (line, result.to_text())
    assert "NaN" not in result.to_json()
    assert result.to_text().strip()
    assert "<div" in result._repr_html_()


@pytest.mark.parametrize("name", analyses())
def test_metadata(name: str) -> None:
    check_metadata(analyses()[name])


@pytest.mark.parametrize("name", analyses())
def test_an_unknown_option_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(lt.OptionError, match="has no option 'nonsense'"):
        asked(name, nonsense=1)


@pytest.mark.parametrize("name", analyses())
def test_a_number_out_of_bounds_is_refused(name: str) -> None:
    for option in analyses()[name].options:
        if option.kind in (kinds.NUMBER, kinds.COUNT) and np.isfinite(option.low):
            with pytest.raises(lt.OptionError, match=f"{option.name} must lie between"):
                asked(name, **{option.name: option.low - 1.0})


@pytest.mark.parametrize("name", analyses())
def test_results_show_themselves(name: str) -> None:
    check_result(asked(name, **NEEDED.get(name, {})))


@pytest.mark.parametrize("name", analyses())
def test_the_method_is_named_and_documented(name: str) -> None:
    method = face(name)
    signature = inspect.signature(method)
    assert sorted(signature.parameters) == sorted(o.name for o in analyses()[name].options)
    assert signature.return_annotation == analyses()[name].result.__name__
    said = " ".join(method.__doc__.split())
    for option in analyses()[name].options:
        assert f"{option.name}: {option.doc}" in said
        assert signature.parameters[option.name].default == option.default


@pytest.mark.parametrize("name", analyses())
def test_the_method_answers_as_the_analysis(name: str) -> None:
    """Bits and all; a wrong option is answered as the analysis does."""
    method, needed = face(name), NEEDED.get(name, {})
    assert method(**needed).to_json() == asked(name, **needed).to_json()
    option = analyses()[name].options[-1].name
    with pytest.raises(lt.OptionError, match=rf"has no option '{option}s'; it has: .*\n.*did you mean '{option}'"):
        method(**{f"{option}s": 1})


def test_a_frequency_needs_no_name() -> None:
    amplifier = example()
    assert (
        amplifier.gains("1:1k:1").frequency_hz.tolist() == amplifier.gains(frequency_hz="1:1k:1").frequency_hz.tolist()
    )
    assert amplifier.psrr([50.0]).frequency_hz.tolist() == [50.0]
    for wrong, message in (
        (lambda: amplifier.gains("1", "2"), "too many positional"),
        (lambda: amplifier.gains("1", frequency_hz="2"), "multiple values"),
        (lambda: amplifier.sweep("rc=9k:11k:3"), "too many positional"),
    ):
        with pytest.raises(TypeError, match=message):
            wrong()


def test_a_wrong_analysis_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="an amplifier has no 'gain'; did you mean 'gains'"):
        example().gain()
    with pytest.raises(AttributeError, match="an amplifier has no 'zzz'; its analyses are: analyze, "):
        example().zzz()
    with pytest.raises(lt.OptionError, match="there is no analysis 'gain'"):
        example().run("gain")
    of_circuits = {each.identifier for each in analyses(Subject.CIRCUIT).values()}
    assert of_circuits <= set(dir(example())) & set(dir(lt.Amplifier))


@pytest.mark.parametrize("name", analyses(Subject.OPTIONS))
def test_what_is_about_no_circuit_is_no_method_of_one(name: str) -> None:
    """It is a public name, and whoever asks an amplifier for it is told so."""
    own = analyses()[name].identifier
    assert own in dir(lt) and own not in dir(example())
    assert "circuit" not in inspect.signature(analyses()[name].run).parameters
    with pytest.raises(AttributeError, match=rf"longtail\.{own}\(\.\.\.\) needs no netlist"):
        getattr(example(), own)
    with pytest.raises(lt.OptionError, match=f"{name} is about no circuit"):
        example().run(name, **NEEDED[name])


def test_what_is_about_a_circuit_is_not_run_without_one() -> None:
    for name, analysis in analyses(Subject.CIRCUIT).items():
        with pytest.raises(lt.OptionError, match=f"{name} is about a circuit"):
            analysis()
    assert not set(analyses(Subject.CIRCUIT)) & set(dir(lt))


def test_what_answers_in_the_place_of_another_needs_no_circuit() -> None:
    named = {each.without_circuit for each in analyses().values()} - {""}
    assert named and named <= set(analyses(Subject.OPTIONS))


def test_a_symmetric_circuit_converts_nothing() -> None:
    gains = lt.read(DECK).gains(frequency_hz="1:1g:3")
    for conversion in (gains.common_to_differential, gains.differential_to_common):
        assert (np.abs(conversion) <= gains.floor).all()
    assert np.isinf(gains.cmrr_db).all()


def test_swapping_the_inputs_flips_what_is_odd() -> None:
    """A_dd and A_d→c change sign, A_cc and A_c→d do not; the offset changes sign; poles, noise and impedances stay."""
    amp, swapped = example(), {"input": ("inn", "inp")}
    one, other = amp.gains(frequency_hz="1:1g:3"), amp.gains(frequency_hz="1:1g:3", **swapped)
    signs = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    np.testing.assert_allclose(other.matrix, signs * one.matrix, rtol=1e-9, atol=1e-13)
    offsets = [amp.offset(**each).to_dict()["input_offset"] for each in ({}, swapped)]
    assert offsets[1] == pytest.approx(-offsets[0], rel=1e-6)
    for name, field in (("poles", "poles_rad_s"), ("noise", "input_v_per_rthz")):
        first, second = (amp.run(name, **each).to_dict()[field] for each in ({}, swapped))
        np.testing.assert_allclose(second, first, rtol=1e-6, atol=1e-3 * np.abs(first).min())


SILENT_WITHOUT = {  # options that do nothing without a flag
    name: [o for o in analysis.options if o.needs] for name, analysis in analyses().items()
}


def test_most_analyses_have_a_target_that_needs_nulling() -> None:
    assert {name for name, found in SILENT_WITHOUT.items() if found} >= {
        "gains",
        "noise",
        "poles",
        "psrr",
        "sweep",
        "cmrr",
    }


@pytest.mark.parametrize(
    ("name", "option"), [(name, o) for name, found in SILENT_WITHOUT.items() for o in found], ids=lambda x: str(x)[:20]
)
def test_what_would_be_ignored_is_refused(name: str, option: Any) -> None:
    run = partial(asked, name, **NEEDED.get(name, {}), **{option.name: 0.1})
    for off in ({}, {option.needs: False}, {option.needs: "no"}):
        with pytest.raises(OptionError, match=f"{option.name} has no effect without {option.needs}"):
            run(**off)


def test_flags_are_truth_values() -> None:
    """A word that says no is no: any other text would be true in Python."""
    flag = Option("null", kinds.FLAG, "", "", False)
    for words, wanted in (("false", "No", "off", "0", 0, False, np.False_), False), (("true", "ON", 1, True), True):
        assert [flag.read(word) for word in words] == [wanted] * len(words)
    assert flag.read(None) is False
    for word in ("maybe", "", 2, 0.5, []):
        with pytest.raises(OptionError, match="null must be true or false"):
            flag.read(word)
    amplifier, ports = example(), {"frequency_hz": [1.0]}
    assert amplifier.gains(null="false", **ports).null is None
    assert amplifier.gains(null="true", **ports).null is not None


def test_numbers_are_numbers() -> None:
    """Text is read as SPICE reads it; what is no number says so and does not end in a traceback."""
    level = Option("vcm", kinds.NUMBER, "V", "", None, low=-5.0, high=5.0)
    assert level.read("500m") == level.read(np.float64(0.5)) == 0.5
    for wrong in (True, "much", [1.0, 2.0], {}):
        with pytest.raises(OptionError, match="vcm must be a number"):
            level.read(wrong)
    for wrong in (6, "6k", float("nan")):
        with pytest.raises(OptionError, match="vcm must lie between -5 and 5 V"):
            level.read(wrong)


UNSOLVABLE = """a pair, and beside it a current that nothing can take up
vcc vcc 0 9
vee vee 0 -9
vp inp 0 0
vn inn 0 0
q1 o1 inp e m
q2 o2 inn e m
r1 vcc o1 5k
r2 vcc o2 5k
re e vee 9k
b1 vcc x i=exp(v(x))+1
rx x 0 1e12
.model m npn
"""


# half says it in a note
@pytest.mark.parametrize("name", [name for name in analyses(Subject.CIRCUIT) if name not in WITHOUT_POINT])
def test_a_circuit_without_an_operating_point_is_an_error_and_no_figure(name: str) -> None:
    """Whatever else may be missing, an offset or a rejection: this comes first, and names the node."""
    needed = {"sweep": {"vary": {"r1.r": "5k"}}, "analyze": {"full": True}, "yields": {"limit": "|offset|<=5mV"}}
    given = needed.get(name, {})
    with pytest.raises(lt.ConvergenceError, match=r"no operating point found with .* would not settle: .*\bx\b"):
        lt.read(UNSOLVABLE).run(name, **given)
