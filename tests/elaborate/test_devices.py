"""Device cards: which words are nodes, models, values; controlled and behavioural sources."""

import pytest

import longtail as lt
from longtail.elaborate import load
from longtail.errors import NetlistError
from longtail.netlist.expressions.tree import Binary, Name, Number, Potential

MODELS = ".model q1m npn(bf=100)\n.model dm d(is=1e-14)\n.model nm nmos(vto=0.5)\n.model jm njf(vto=-1)\n"


def instance(card, name=None, more=""):
    circuit = load(f"t\n{card}\n{more}{MODELS}")
    return circuit.instances[name or card.split()[0].lower()]


@pytest.mark.parametrize(
    ("card", "nodes", "parameters"),
    [
        ("q1 c b e q1m", "c b e", {}),
        ("q1 c b e s q1m 2 off", "c b e s", {"area": 2.0}),
        ("q1 c b 0 0 q1m area=3", "c b 0 0", {"area": 3.0}),
        ("d1 a k dm {1+1}", "a k", {"area": 2.0}),
        ("m1 d g s b nm w=10u l=1u", "d g s b", {"w": 1e-5, "l": 1e-6}),
        ("j1 d g s jm 4", "d g s", {"area": 4.0}),
    ],
)
def test_the_model_ends_the_nodes(card, nodes, parameters):
    found = instance(card)
    assert found.nodes == tuple(nodes.split())
    assert {name: value for name, value in found.parameters.items() if name != "off"} == parameters
    assert found.model == next(word for word in card.split() if word.endswith("m") and len(word) > 1)


def test_a_node_may_have_the_name_of_a_model():
    assert instance("q1 q1m b e q1m").nodes == ("q1m", "b", "e")


@pytest.mark.parametrize(
    ("card", "parameters"),
    [
        ("r1 a b 1k", {"r": 1e3}),
        ("r1 a b r=1k tc1=1m tc2=2u", {"r": 1e3, "tc1": 1e-3, "tc2": 2e-6}),
        ("r1 a b 1k tc=1m,2u", {"r": 1e3, "tc1": 1e-3, "tc2": 2e-6}),
        ("r1 a b 2k2 m=3", {"r": 2200.0, "m": 3.0}),
        ("c1 a b 1p", {"c": 1e-12}),
        ("l1 a b 1u", {"l": 1e-6}),
    ],
)
def test_passives(card, parameters):
    assert instance(card).parameters == parameters


def test_a_resistor_may_have_a_model_a_value_or_both():
    model = ".model rm r(rsh=50)\n"
    assert instance("r1 a b rm l=10u w=1u", more=model).parameters == {"l": 1e-5, "w": 1e-6}
    both = instance("r1 a b rm 1k", more=model)
    assert (both.model, both.parameters) == ("rm", {"r": 1e3})
    assert instance("r1 a b 1k rm", more=model) == both or instance("r1 a b 1k rm", more=model).parameters == {"r": 1e3}


def test_milliohms_are_remarked():
    circuit = load("t\nr1 a 0 10M\nr2 a 0 10meg\n")
    assert [note.message for note in circuit.notes if "milli" in note.message]
    assert not [note for note in circuit.notes if note.message.startswith("r2")]


def test_a_resistance_that_reads_the_circuit_is_a_behavioural_current():
    found = instance("r1 a b r={1k*(1+v(c))}", more="r9 c 0 1\n")
    assert (found.device, found.nodes) == ("behavioral", ("a", "b", "c"))
    assert found.expression.left == Potential("a", "b")


def test_coupling_is_pairwise():
    circuit = load("t\nl1 a 0 1m\nl2 b 0 1m\nl3 c 0 1m\nk1 l1 l2 l3 0.5\nk2 l1 l2 0.1\n")
    pairs = {i.name: i.controls for i in circuit.instances_of("coupling")}
    assert pairs == {"k1_l1_l2": ("l1", "l2"), "k1_l1_l3": ("l1", "l3"), "k1_l2_l3": ("l2", "l3"), "k2": ("l1", "l2")}


@pytest.mark.parametrize(
    ("card", "parameters"),
    [
        ("v1 a 0 5", {"dc": 5.0}),
        ("v1 a 0 dc 5 ac 2 90", {"dc": 5.0, "acmag": 2.0, "acphase": 90.0}),
        ("v1 a 0 ac", {"acmag": 1.0}),
        ("v1 a 0 ac 1 dc 3", {"acmag": 1.0, "dc": 3.0}),
        ("v1 a 0 dc=3 ac=1", {"dc": 3.0, "acmag": 1.0}),
        ("i1 a 0 1m", {"dc": 1e-3}),
        ("v1 a 0 sin(1 2 1k 0 0 90)", {"dc": 3.0}),
        ("v1 a 0 sin 1 2 1k", {"dc": 1.0}),
        ("v1 a 0 sine (1 2 1k) ac 1", {"dc": 1.0, "acmag": 1.0}),
        ("v1 a 0 2 pulse(1 2)", {"dc": 2.0}),
        ("v1 a 0 pulse(1.5 2 0)", {"dc": 1.5}),
        ("v1 a 0 pwl(-1 0 1 4)", {"dc": 2.0}),
        ("v1 a 0 pwl(1 3 2 4)", {"dc": 3.0}),
        ("v1 a 0 exp(1 2 3)", {"dc": 1.0}),
        ("v1 a 0 sffm(1 2 3 4 5)", {"dc": 1.0}),
        ("v1 a 0 am(1 2 3 4 5)", {"dc": 0.0}),
    ],
)
def test_independent_sources(card, parameters):
    assert instance(card).parameters == parameters


def test_a_waveform_is_kept_with_its_parameters():
    circuit = load("t\n.param f=1k\nv1 a 0 sin(0 1 {f})\n")
    waveform = circuit.instances["v1"].waveform
    assert (waveform.kind, waveform.values) == ("sin", (0.0, 1.0, Name("f")))


@pytest.mark.parametrize(
    ("card", "device", "nodes", "controls"),
    [
        ("e1 p n c d 2", "vcvs", "p n c d", ()),
        ("g1 p n c d 2", "vccs", "p n c d", ()),
        ("f1 p n v9 2", "cccs", "p n", ("v9",)),
        ("h1 p n v9 {1+1}", "ccvs", "p n", ("v9",)),
    ],
)
def test_linear_controlled_sources(card, device, nodes, controls):
    found = instance(card, more="v9 c d 0\n")
    assert (found.device, found.nodes, found.controls) == (device, tuple(nodes.split()), controls)
    assert found.parameters == {"gain": 2.0}


@pytest.mark.parametrize(
    ("card", "voltage"),
    [
        ("e1 p 0 value={2*v(c,d)*i(v9)}", 1.0),
        ("e1 p 0 vol='2*v(c,d)*i(v9)'", 1.0),
        ("g1 p 0 cur={2*v(c,d)*i(v9)}", 0.0),
        ("b1 p 0 v={2*v(c,d)*i(v9)}", 1.0),
        ("b1 p 0 i=2*v(c,d)*i(v9)", 0.0),
    ],
)
def test_formulas(card, voltage):
    found = instance(card, more="v9 c d 0\nr9 c 0 1\n")
    assert (found.device, found.nodes, found.controls) == ("behavioral", ("p", "0", "c", "d"), ("v9",))
    assert found.parameters == {"voltage": voltage}


def test_polynomials_have_the_order_of_spice():
    circuit = load("t\ne1 p 0 poly(2) a 0 b 0 1 2 3 4 5 6\nv1 a 0 2\nv2 b 0 3\n")
    law = circuit.instances["e1"].expression
    a, b = Potential("a", "0"), Potential("b", "0")

    def term(c, *factors):
        result = Number(c)
        for factor in factors:
            result = Binary("*", result, factor)
        return result

    def terms(e):
        return [*terms(e.left), *terms(e.right)] if isinstance(e, Binary) and e.operator == "+" else [e]

    assert terms(law) == [term(1.0), term(2.0, a), term(3.0, b), term(4.0, a, a), term(5.0, a, b), term(6.0, b, b)]


def test_names_in_a_formula_are_flat():
    circuit = load("t\nx1 a s\n.subckt s p\nv1 p q 0\nr1 q 0 1k\nb1 p 0 i={v(q)*i(v1)*v(p)}\n.ends\nr2 a 0 1\n")
    found = circuit.instances["b.x1.b1"]
    assert (found.nodes, found.controls) == (("a", "0", "x1.q"), ("v.x1.v1",))


def test_ratings_in_a_model_are_noted():
    circuit = load("t\nq1 c b e qm\n.model qm npn(bf=100 vceo=40 mfg=acme)\n")
    assert "model 'qm': without effect: vceo, mfg" in [note.message for note in circuit.notes]
    assert circuit.models["qm"].parameters == {"bf": 100.0}


def test_options():
    circuit = load("t\nr1 a 0 1k\n.option temp=50 gmin=1e-13 reltol=1e-3 method=gear\n.nodeset v(a)=0.5\n.ic v(a)=1\n")
    assert (circuit.options.temp_deg_c, circuit.options.gmin, circuit.options.reltol) == (50.0, 1e-13, 1e-9)
    messages = [note.message for note in circuit.notes]
    assert "reltol=0.001 is looser than longtail's 1e-09, which is kept" in messages
    assert "options without effect here: method" in messages
    assert (circuit.nodesets, circuit.initial_conditions) == ({"a": 0.5}, {"a": 1.0})


def test_the_temperature_may_be_a_parameter():
    circuit = load("t\n.param t=75\n.temp {t}\nr1 a 0 1k\n")
    assert circuit.options.temp_deg_c == Name("t")
    assert circuit.number(circuit.options.temp_deg_c) == 75.0


def test_a_parameter_given_twice_is_remarked():
    circuit = load("t\nm1 d g s b n w=1u w=2u\n.model n nmos(vto=1)\n")
    assert circuit.instances["m1"].parameters == {"w": 2e-6}
    assert "m1: w is given twice, the last value is taken" in [note.message for note in circuit.notes]


def test_time_is_zero():
    circuit = load("t\nb1 a 0 v={1+time}\nr1 a 0 1k\n")
    assert circuit.instances["b1"].expression == Binary("+", Number(1.0), Number(0.0))
    assert "b1: time is zero in every analysis here" in [note.message for note in circuit.notes]


def test_port_directives_in_a_subcircuit_are_remarked():
    circuit = load("t\n.subckt s a\n*@ input a b\nr1 a 0 1k\n.ends\nx1 b s\n")
    assert "*@ input has no effect inside a subcircuit" in [note.message for note in circuit.notes]


def test_a_coefficient_means_the_same_where_a_local_parameter_has_its_name():
    body = ".subckt s p g=3\n.param k={10*g}\ne1 p 0 poly(1) q 0 0 {h}\ne2 q 0 table {v(p)} = (0,{h}) (1,{k})\n.ends\n"
    circuit = load(f"t\n.param k=2 h=7\n{body}x1 a s g={{k}}\nr1 a 0 1\n")
    assert circuit.instances["e.x1.e1"].expression == Binary("*", Name("h"), Potential("x1.q", "0"))
    first, second = circuit.instances["e.x1.e2"].expression.arguments[2::2]
    assert first == Name("h")
    assert second == Binary("*", Number(10.0), Name("k"))


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("e1 o 0 table {v(a,b)} = (-1,-5) (0,0) (1,5)", 1.5),
        ("e1 o 0 table={v(a,b)} (-1,-5) (0,0) (1,5)", 1.5),
        ("e1 o 0 table = {v(a,b)} = (-1,-5) (0,0) (1,5)", 1.5),
        ("e1 o 0 a b table=(-1 -5, 0 0, 1 5)", 1.5),
        ("e1 o 0 a b table = (-1,-5,0,0,1,5)", 1.5),
        ("g1 0 o a b table=(-1 -5m, 1 5m)", 1.5),
        ("g1 0 o table(v(a,b),-1,-5m,1,5m)", 1.5),
        ("b1 o 0 v=table(v(a,b),-1,-5,0,0,1,5)", 1.5),
        ("e1 o 0 b a table=(-1 -5, -0.2 -2, 1 5)", -2.375),
    ],
)
def test_tables_in_every_spelling(card: str, expected: float) -> None:
    nodes = lt.read(f"table\nv1 a 0 0.3\nv2 b 0 0\n{card}\nr1 o 0 1k\n").op().nodes
    assert nodes["o"] == pytest.approx(expected, rel=1e-9)


def test_the_sense_of_a_table_in_a_subcircuit_is_of_its_own_nodes() -> None:
    deck = "table\nv1 a 0 0.3\nv2 b 0 0\n.subckt s p n q\ne1 q 0 p n table=(-1 -5, 1 5)\n.ends\nx1 a b o s\nr1 o 0 1k\n"
    assert lt.read(deck).op().nodes["o"] == pytest.approx(1.5, rel=1e-9)


def test_nodes_before_a_table_of_an_expression_are_refused() -> None:
    with pytest.raises(NetlistError, match="unexpected 'a' before 'table'") as caught:
        lt.read("table\nv1 a 0 0.3\ne1 o 0 a table={v(a)} (0,0) (1,5)\nr1 o 0 1k\n")
    assert caught.value.span is not None and caught.value.span.line == 3


@pytest.mark.parametrize(
    "source", ["pwl file=wave.txt", "PWL(file=wave.txt)", 'pwl file = "wave.txt"', "ac 1 pwl file=wave.txt"]
)
def test_a_waveform_in_a_file_asks_for_a_dc_value(source: str) -> None:
    with pytest.raises(NetlistError, match=r"v1: the waveform is in a file, wave\.txt, which is not read") as caught:
        lt.read(f"waves\nv1 a 0 {source}\nr1 a 0 1k\n")
    assert caught.value.span is not None and caught.value.span.line == 2
    assert caught.value.hint is not None and "dc 0.7" in caught.value.hint


def test_a_waveform_in_a_file_does_not_matter_beside_a_dc_value() -> None:
    amplifier = lt.read("waves\nv1 a 0 dc 0.7 pwl file=Wave.txt ac 1\nr1 a 0 1k\n")
    assert amplifier.op().nodes["a"] == 0.7
    assert amplifier.circuit.number(amplifier.circuit.instances["v1"].parameters["acmag"]) == 1.0
    assert any("pwl file=Wave.txt acts in transient analysis only" in note.message for note in amplifier.circuit.notes)


@pytest.mark.parametrize(
    ("model", "card", "device", "name", "of_the_model"),
    [
        ("nmos(l=2u kp=20u)", "m{n} a b 0 0 x", "mosfet1", "l", 2e-6),
        ("nmos(as=3p level=3)", "m{n} a b 0 0 x", "mosfet3", "as", 3e-12),
        ("npn(area=10)", "q{n} a b 0 x", "bipolar", "area", 10.0),
        ("njf(area=3)", "j{n} a b 0 x", "jfet", "area", 3.0),
    ],
)
def test_sizes_of_a_model_are_those_of_instances_that_give_none(model, card, device, name, of_the_model):
    own = f"{card.format(n=2)} {name}=7u"
    circuit = load(f"t\nv1 a 0 1\nv2 b 0 1\n{card.format(n=1)}\n{own}\n.model x {model}\n")
    letter = card[0]
    assert circuit.instances[f"{letter}1"].device == circuit.instances[f"{letter}2"].device == device
    assert circuit.instances[f"{letter}1"].parameters[name] == of_the_model
    assert circuit.instances[f"{letter}2"].parameters[name] == 7e-6
    assert name not in circuit.models["x"].parameters


def test_sizes_of_a_model_come_with_what_starts_from_it_and_are_checked():
    circuit = load("t\nv1 a 0 1\nm1 a a 0 0 y\n.model x nmos(l=2u w=3u)\n.model y ako:x nmos(w=4u)\n")
    assert {name: circuit.instances["m1"].parameters[name] for name in "lw"} == {"l": 2e-6, "w": 4e-6}
    with pytest.raises(NetlistError, match="model 'x': l = -2 µm, but it must be at least"):
        load("t\nv1 a 0 1\nm1 a a 0 0 x\n.model x nmos(l=-2u)\n")


def test_what_acts_in_transient_analysis_alone_is_a_note():
    circuit = load("t\nv1 a 0 1\nb2 out 0 v=2*v(a) tripdv=1 tripdt=1n\nr1 out 0 1k\n")
    notes = [note.message for note in circuit.notes]
    assert (
        "b2: tripdv acts in transient analysis only" in notes and "b2: tripdt acts in transient analysis only" in notes
    )
    assert circuit.instances["b2"].parameters["voltage"] == 1.0
