"""The public names: what `import longtail` offers, and that it offers all there is."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail import errors
from longtail.contract.axes import frequency_axis
from longtail.registry import analyses, homes


def test_every_result_and_every_error_is_public() -> None:
    results = {analysis.result for analysis in analyses().values()}
    tree = {item for _, item in inspect.getmembers(errors, inspect.isclass) if issubclass(item, Exception)}
    for item in results | tree:
        assert getattr(lt, item.__name__) is item


def test_every_public_name_has_a_home_and_is_listed() -> None:
    assert set(lt.__all__) == set(homes()) == set(dir(lt))
    for name in lt.__all__:
        assert getattr(lt, name) is not None


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="no attribute 'raed': did you mean 'read'"):
        lt.raed  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'zzz'$"):
        lt.zzz  # noqa: B018


def test_types_are_announced() -> None:
    """PEP 561: without the marker no type checker looks at the annotations."""
    assert (Path(inspect.getfile(lt)).parent / "py.typed").exists()


def test_an_example_is_read_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("bjt_pair", "bjt_pair.cir"):
        circuit = lt.read(name, parameters={"drc": 0.01}).circuit
        assert "q1" in circuit.instances
        assert str(circuit.notes[-1]).startswith(f"no file '{name}' here: using the example of that name, ")
    with pytest.raises(lt.InputError, match="cannot read 'bjt_piar'"):
        lt.read("bjt_piar")
    with pytest.raises(lt.InputError, match="cannot read"):
        lt.read(Path("bjt_pair"))
    with pytest.raises(lt.InputError, match="cannot read"):
        lt.read("x" * 5000)


def test_a_file_comes_before_an_example(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bjt_pair").write_text("mine\nv1 a 0 1\nr1 a 0 1k\n")
    circuit = lt.read("bjt_pair").circuit
    assert circuit.title == "mine"
    assert circuit.notes == ()


@pytest.mark.parametrize("text", ["1:1g:20", "10:95:7", "1:1:1", "0.1:10k:3"])
def test_decades_are_those_of_a_range(text: str) -> None:
    start, stop, density = (float(x.replace("g", "e9").replace("k", "e3")) for x in text.split(":"))
    np.testing.assert_array_equal(lt.decades(start, stop, density), frequency_axis(text))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0, 1), "'0:1:20' is no frequency range"),
        ((2, 1), "is no frequency range"),
        ((1, float("nan")), "is no frequency range"),
        ((1, 10, 0.5), "0.5 points per decade, where 1 to 10000 are allowed"),
        ((1e-20, 1), "must lie between"),
    ],
)
def test_decades_have_bounds(given: tuple[float, ...], message: str) -> None:
    with pytest.raises(lt.OptionError, match=message):
        lt.decades(*given)
