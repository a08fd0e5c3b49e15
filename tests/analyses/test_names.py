"""Names of a netlist that are also names of ours: nodes, parameters and options do not get into each other's way."""

import numpy as np
import pytest

from longtail import read
from longtail.errors import OptionError

NAMES = ["target", "near", "v_id", "v_ic", "self", "varied", "temp", "vcm", "first", "feedback", "source_factor", "e"]
PAIR = """a parameter and a node of one name
.param {name}=1k
vcc vcc 0 5
vee vee 0 -5
v1 inp 0 0
v2 inn 0 0
rc1 vcc o1 {{10*{name}+100}}
rc2 vcc {name} {{10*{name}}}
q1 o1 inp w q
q2 {name} inn w q
re w vee 10k
.model q npn is=1e-15 bf=100 vaf=50
*@ output o1 {name}
*@ corner large {name}=2k
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_and_a_node_may_have_any_name(name):
    circuit, plain = read(PAIR.format(name=name)), read(PAIR.format(name="zz"))
    values = np.array([1e3, 1.5e3, 2e3])
    swept = circuit.gains(parameters={name: values}, frequency_hz=[1.0])
    np.testing.assert_allclose(
        swept.matrix, plain.gains(parameters={"zz": values}, frequency_hz=[1.0]).matrix, rtol=1e-9
    )
    for lane, value in enumerate(values):
        alone = read(PAIR.format(name=name), parameters={name: value}).gains(frequency_hz=[1.0])
        assert swept.differential[lane] == pytest.approx(alone.differential, rel=1e-9)
    nulled, wanted = (c.offset(temp=[0.0, 27.0, 50.0]) for c in (circuit, plain))
    np.testing.assert_allclose(nulled.input_offset_over_temperature, wanted.input_offset_over_temperature, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_corner_of_any_name_has_its_effect(name):
    ours, wanted = (
        {row.symbol: row for row in read(PAIR.format(name=n)).analyze(corners="all", temperatures=[60.0]).rows}
        for n in (name, "zz")
    )
    for symbol in ("A_dd", "V_OS"):
        for column in ("minimum", "value", "maximum"):
            assert getattr(ours[symbol], column) == pytest.approx(getattr(wanted[symbol], column), rel=1e-6), symbol
    assert ours["A_dd"].maximum != pytest.approx(ours["A_dd"].minimum, rel=0.1)


def test_the_temperature_is_called_temper_where_a_parameter_is_called_temp():
    circuit, plain = read(PAIR.format(name="temp")), read(PAIR.format(name="zz"))
    hot = circuit.gains(parameters={"temper": [27.0, 100.0]}, frequency_hz=[1.0])
    wanted = plain.gains(parameters={"temp": [27.0, 100.0]}, frequency_hz=[1.0])
    np.testing.assert_allclose(hot.matrix, wanted.matrix, rtol=1e-9)
    assert wanted.matrix[0, 0, 0, 0] != pytest.approx(wanted.matrix[1, 0, 0, 0], rel=0.05)


def test_a_parameter_called_vcm_moves_what_the_netlist_says_and_nothing_else():
    text = (
        PAIR.format(name="zz")
        .replace("v1 inp 0 0", ".param vcm=0.2\nv1 inp 0 {vcm+0.1}")
        .replace("v2 inn 0 0", "v2 inn 0 {vcm+0.1}")
    )
    swept = read(text).gains(parameters={"vcm": [0.2, 0.5]}, frequency_hz=[1.0])
    np.testing.assert_allclose(swept.vcm, [0.3, 0.6], rtol=1e-12)


def test_a_parameter_with_the_name_of_a_column_is_refused():
    circuit = read(PAIR.format(name="cmrr_db"))
    with pytest.raises(OptionError, match="'cmrr_db' is the name of a figure"):
        circuit.sweep(vary={"cmrr_db": [1e3, 2e3]}, measure=["cmrr_db"])
    for name in ("status", "frequency"):
        with pytest.raises(OptionError, match=f"'{name}' is the name of a figure"):
            read(PAIR.format(name=name)).sweep(vary={name: [1e3, 2e3]}, measure=["differential"])
    assert circuit.sweep(vary={"cmrr_db": [1e3, 2e3]}, measure=["vcm"])["vcm"].shape == (2,)
