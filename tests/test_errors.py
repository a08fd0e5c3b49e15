"""The tree of errors and what they print."""

import inspect

import pytest

from longtail import errors
from longtail.errors import InputError, LongtailError, NetlistError, Span, UnsupportedError, nearest


def test_every_error_is_of_the_tree_and_has_an_exit_status():
    classes = [item for _, item in inspect.getmembers(errors, inspect.isclass) if issubclass(item, Exception)]
    assert len(classes) > 5
    for item in classes:
        assert issubclass(item, LongtailError)
        assert item.exit_status == (2 if issubclass(item, InputError) else 1)
        assert item.__doc__


def test_unsupported_is_a_netlist_error_and_an_input_error():
    assert issubclass(UnsupportedError, NetlistError)
    assert issubclass(NetlistError, InputError)


def test_an_error_points_at_its_place():
    error = NetlistError("no such node", span=Span("a.cir", 3, 7, "r1 a 0 1k"), hint="did you mean 'b'?")
    assert str(error).splitlines() == [
        "a.cir:3:7: no such node",
        "  | r1 a 0 1k",
        "  |       ^",
        "  hint: did you mean 'b'?",
    ]


def test_the_marker_stands_under_its_character_behind_tabs_too():
    error = NetlistError("wrong", span=Span("a.cir", 1, 4, "r1\ta 0"))
    assert str(error).splitlines()[2] == "  |   \t^"


def test_without_a_line_only_the_place_is_printed():
    assert str(NetlistError("empty", span=Span("a.cir", 1, 1, ""))) == "a.cir:1:1: empty"
    assert str(InputError("plain")) == "plain"


@pytest.mark.parametrize(("name", "expected"), [("RC", "did you mean 'rc1'?"), ("zzz", None)])
def test_the_nearest_name(name, expected):
    assert nearest(name, ["rc1", "q1"]) == expected
