"""Options are read once, before an analysis runs: every form that is documented, to what it computes with."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from contract.test_analyses import asked, example
from longtail.contract import kinds
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.result import Result
from longtail.registry import analyses

OPTIONS = [
    pytest.param(name, option, id=f"{name} {option.name}")
    for name, analysis in analyses().items()
    for option in analysis.options
]
SAME: dict[str, tuple[Any, ...]] = {  # what says the same in different forms, of an option's name or else its kind
    "Number": ("2", 2, 2.0, np.float64(2.0)),
    "Flag": (True, "on", 1),
    "Nodes": ("OutP,outn", "outp outn", ("outp", "outn"), ["outp", "outn"]),
    "Names": ("cmrr_db, op", ["cmrr_db", "op"]),
    "Frequency": (
        "100:1k:1",
        "100,1k",
        "100:1k:lin:2",
        "100:1k:DEC:1",
        [100.0, 1e3],
        (100, 1000),
        np.array([100.0, 1e3]),
    ),
    "Range": ("1:3:3", "1,2,3", "1:3:lin:3", "1 : 3 : 3", [1.0, 2.0, 3.0], np.array([1, 2, 3])),
    "band": ("20:20k", (20.0, 2e4), [20, 20000]),
    "error": ("10%", "0.1", 0.1),
    "of": ("common-to-differential", "common_to_differential"),
    "in_terms": ("beta",),
    "Assignments": ("rc=9k:11k:3", ["rc=9k,10k,11k"], {"rc": [9e3, 10e3, 11e3]}),
    "limit": ("cmrr@50>=80dB, |offset|<=5mV", ["cmrr@50>=80dB", "|offset|<=5mV"], ("cmrr@50>=80dB,|offset|<=5mV",)),
    "tolerance": ("1%", "0.01", 0.01),
    "improve": ("50%", "0.5", 0.5),
    "Lanes": ({"rc": [9e3, 11e3]},),
    "File": ("lanes.csv", Path("lanes.csv")),
    "Corners": ("slow, fast", ["slow", "fast"], ("slow", "fast")),
    "Limits": ({"A_dd": {"min": 30}}, {"A_dd": {"min": "30"}}),
    "Callback": (print,),
    "Listener": (print,),
    "Workers": (ThreadPoolExecutor(1),),
    "Address": ("tcp://10.0.0.1:8786", " tcp://10.0.0.1:8786"),
}
WRONG: dict[str, tuple[Any, ...]] = {
    "Number": ("much", True, [1.0, 2.0], {}, 10**400, float("nan")),
    "Flag": ("maybe", 2),
    "Nodes": (5, ["outp", 5]),
    "Names": (5, ["op", None]),
    "Frequency": ("1:x", "1:2:3:4", "1:2:log:3", "1:2:lin", "1,,2", "-1,2", {}, [-1.0]),
    "Range": ("1:x", "1:2:3:4", "0:1:dec:3", "1:2:lin", "1:2", "1,,2", {}, [[1.0]], [float("inf")]),
    "band": ("20", "2:1", {}, (1.0, 2.0, 3.0)),
    "error": ("no", "200%", {}),
    "of": ("nothing", 5),
    "in_terms": ("alpha", 5),
    "Assignments": ("rc", 5, {"rc": "much"}),
    "limit": ("cmrr", 5, {"cmrr": 80}, ["cmrr=80"]),
    "tolerance": ("no", "200%", {}),
    "improve": ("no", "200%", {}),
    "Lanes": (5, {"rc": "much"}),
    "File": (5,),
    "Corners": (5, ["slow", 5]),
    "Limits": (5, {"A_dd": 5}),
    "Callback": ("print",),
    "Listener": ("print",),
    "Workers": (2, "2"),
    "Address": ("", 8786),
}
CALLED = {"frequency_hz": "frequenc", "of": "gain", "corners": "corner", "limits": "limit"}  # in messages


def of(table: dict[str, tuple[Any, ...]], option: Option) -> tuple[Any, ...]:
    return table[option.name if option.name in table else option.kind.takes]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_form_of_a_value_is_read_to_the_same(name: str, option: Option) -> None:
    first, *others = map(option.read, of(SAME, option))
    for other in others:
        assert type(other) is type(first)
        np.testing.assert_equal(*(dict(each) if isinstance(each, Mapping) else each for each in (other, first)))
    assert option.default is None or type(option.read(None)) is type(first)
    assert option.default is not None or option.read(None) is None


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_a_wrong_value_is_an_error_that_names_its_option(name: str, option: Option) -> None:
    for wrong in of(WRONG, option):
        if option.name == "band" and option.kind is kinds.WORD and wrong == "20":
            continue  # of a formula it may be one frequency
        with pytest.raises(lt.OptionError, match=CALLED.get(option.name, option.name)):
            asked(name, **{option.name: wrong})


def test_what_an_option_takes_and_gives() -> None:
    """By kind: numbers and arrays of floats, counts, tuples of names, paths."""
    wanted = {kinds.NUMBER: float, kinds.COUNT: int, kinds.FREQUENCY: np.ndarray, kinds.NODES: tuple, kinds.FILE: Path}
    for option in (each for analysis in analyses().values() for each in analysis.options):
        if option.kind in wanted and option.reads is None:
            read = option.read(of(SAME, option)[0])
            assert isinstance(read, wanted[option.kind])
            assert not isinstance(read, np.ndarray) or (read.dtype, read.ndim) == (float, 1)
    threads = Option("threads", kinds.COUNT, "", "threads", 1, low=1, high=8)
    with pytest.raises(lt.OptionError, match=r"threads must be a whole number, not 2\.5"):
        threads.read(2.5)
    with pytest.raises(lt.OptionError, match="threads must lie between 1 and 8"):
        threads.read("16")


def test_a_value_is_read_once() -> None:
    given, taken = [], []

    def reads(value: Any) -> str:
        given.append(value)
        return f"<{value}>"

    def run(circuit: Any, drive: Drive, word: str) -> Result:
        taken.append((drive, word))
        return Result()

    word = Option("word", kinds.WORD, "", "a word", "x", reads=reads)
    analysis = Analysis("x", "X", run, Result, (*INPUT_OPTIONS, word, *NULL_OPTIONS))
    circuit = example().circuit
    analysis(circuit)
    analysis(circuit, word="y", output="O1", vcm="500m", null="yes", target=1)
    assert given == ["x", "y"]
    assert taken == [(Drive(), "<x>"), (Drive(None, ("o1",), 0.5, True, 1.0), "<y>")]


def test_a_kind_that_there_is_none_of_ends_the_import() -> None:
    with pytest.raises(TypeError, match="option 'vcm': 'number' is no kind"):
        Option("vcm", "number", "V", "level")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="option 'limits': nothing reads Limits"):
        Option("limits", kinds.LIMITS, "", "limits")


def test_the_default_range_is_the_default_however_it_is_given() -> None:
    amplifier = example()
    first, *others = (amplifier.analyze(**each) for each in ({}, {"frequency_hz": lt.decades(1, 1e9)}))
    assert [other.to_json() for other in others] == [first.to_json()]


def test_a_loop_is_one_name() -> None:
    with pytest.raises(lt.OptionError, match="there is no element 'vprobe' to cut a loop at"):
        example().poles(loop="vprobe")


def test_a_loop_of_two_wires_is_named_as_a_pair_of_nodes_is() -> None:
    for given in ("rc1,q1", "RC1 q1", ("rc1", "q1"), ["rc1", "q1"]):
        with pytest.raises(lt.OptionError, match="not at the leads of q1"):
            example().poles(loop=given)


def test_an_option_goes_by_its_other_names_too() -> None:
    amplifier = example()
    assert amplifier.run("offset", temperatures="0,50").to_json() == amplifier.offset(temp="0,50").to_json()
    assert amplifier.run("op", temperatures=50.0).to_json() == amplifier.op(temp=50.0).to_json()
    with pytest.raises(lt.OptionError, match="temperatures and temp are one option"):
        amplifier.run("offset", temp="0,50", temperatures="0,50")
    for analysis in analyses().values():
        names = [name for option in analysis.options for name in (option.name, *option.aliases)]
        assert len(names) == len(set(names))


def test_a_temperature_where_there_is_no_such_option_is_set_with_the_netlist() -> None:
    for name in ("temp", "temperatures"):
        with pytest.raises(lt.OptionError, match=f"gains has no option '{name}'") as refused:
            example().run("gains", **{name: 85.0})
        assert "parameters={'temp': 85}" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "nodes"),
    [
        ("o1,o2", ("o1", "o2")),
        ("o1 o2", ("o1", "o2")),
        ("V(O1,O2)", ("o1", "o2")),
        (" v( o1 ) - v( o2 ) ", ("o1", "o2")),
        ("v(out)", ("out",)),
        (["o1", "o2"], ("o1", "o2")),
        ("v(a,b)-v(c)", ("v(a", "b)-v(c)")),  # no voltage between two nodes: refused where the nodes are looked up
    ],
)
def test_nodes_are_read_from_names_or_from_their_voltage(given: Any, nodes: tuple[str, ...]) -> None:
    assert kinds.NODES.read(Option("output", kinds.NODES, "", "an output"), given) == nodes
