"""Audio amplifiers: the input is found, what is fed back is none, and gains of the open loop are had by naming both."""

from __future__ import annotations

import re

import pytest

from boards.audio import PHONO, POWER
from longtail.amplifier import read
from longtail.errors import LongtailError, OptionError
from reference import ngspice

NO_STATIC = frozenset({"offset", "range", "transfer", "derive"})  # of an output behind a capacitor
ANALYSES = (
    *("gains", "cmrr", "offset", "range", "psrr", "noise", "impedance", "poles", "transfer", "half", "derive"),
    *("formula", "source_imbalance", "analyze"),
)


@pytest.mark.ngspice
@pytest.mark.parametrize(("text", "at"), [(POWER, 10.0), (PHONO, 100.0)])
def test_one_input_is_told_with_the_gain_of_the_closed_loop(text: str, at: float) -> None:
    circuit = read(text).circuit
    assert (circuit.ports.input, circuit.ports.output) == ((), ("o",))
    with pytest.raises(OptionError, match="one signal input: vin at in") as caught:
        read(text).gains()
    found = re.search(
        rf"the gain from vin to o is (\S+) V/V with the loop closed.* \({at:g} Hz\)", caught.value.hint or ""
    )
    assert found, caught.value.hint
    plot = ngspice.small_signals(text, {"vin": 1.0}, at, 10.0 * at, 1)
    assert float(found[1]) == pytest.approx(abs(plot.vectors["v(o)"][0]), rel=1e-3)


def test_the_closed_loop_of_a_power_amplifier_has_the_gain_of_its_feedback() -> None:
    with pytest.raises(OptionError, match="the output is fed back to b2 by rf, rg, which is no second input") as caught:
        read(POWER).gains()
    assert (caught.value.hint or "").endswith("for gains of an open loop name both nodes: *@ input b1 b2")


@pytest.mark.parametrize(("text", "inputs", "refused"), [(POWER, "b1 b2", frozenset()), (PHONO, "b1 e1", NO_STATIC)])
def test_every_analysis_answers_or_gives_one_reason_about_the_open_loop(
    text: str, inputs: str, refused: frozenset[str]
) -> None:
    asked = read(text.replace(".end", f"*@ input {inputs}\n.end"))
    for name in ANALYSES:
        if name in refused:
            with pytest.raises(LongtailError) as caught:
                getattr(asked, name)()
            assert caught.value.hint
        else:
            assert "nan" not in getattr(asked, name)().to_text().split()
