"""Parameters of the bipolar transistor's instances and model cards, with ngspice's names, aliases and defaults."""

from __future__ import annotations

from longtail.devices.base import MULTIPLIER, RELATIVE_SPREAD, TEMPERATURE, TEMPERATURE_DIFFERENCE, Parameter, Spread

INSTANCE = (
    Parameter("area", "", "emitter area factor", 1.0, low=1e-12),
    Parameter("areab", "", "base area factor (not given: area)", None, low=1e-12),
    Parameter("areac", "", "collector area factor (not given: area)", None, low=1e-12),
    Parameter("off", "", "start the search for the operating point with both junctions at zero", 0.0, flag=True),
    Parameter("icvbe", "V", "initial base-emitter voltage of a transient", None),
    Parameter("icvce", "V", "initial collector-emitter voltage of a transient", None),
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    MULTIPLIER,
)

_STATIC = (
    Parameter("is", "A", "transport saturation current", 1e-16, low=0.0),
    Parameter("ibe", "A", "base-emitter saturation current, used in place of is when ibc is given", None, low=0.0),
    Parameter("ibc", "A", "base-collector saturation current, used in place of is when ibe is given", None, low=0.0),
    Parameter("bf", "", "ideal forward current gain", 100.0, low=1e-9),
    Parameter("nf", "", "forward emission coefficient", 1.0, low=0.1),
    Parameter("vaf", "V", "forward Early voltage (0: infinite)", 0.0, low=0.0, aliases=("va",)),
    Parameter(
        "ikf", "A", "corner of the forward gain's high-current roll-off (0: none)", 0.0, low=0.0, aliases=("ik",)
    ),
    Parameter("ise", "A", "base-emitter leakage current; above 1e-4 a factor of is", 0.0, low=0.0, aliases=("c2",)),
    Parameter("ne", "", "base-emitter leakage emission coefficient", 1.5, low=0.1),
    Parameter("br", "", "ideal reverse current gain", 1.0, low=1e-9),
    Parameter("nr", "", "reverse emission coefficient", 1.0, low=0.1),
    Parameter("var", "V", "reverse Early voltage (0: infinite)", 0.0, low=0.0, aliases=("vb",)),
    Parameter("ikr", "A", "corner of the reverse gain's high-current roll-off (0: none)", 0.0, low=0.0),
    Parameter("isc", "A", "base-collector leakage current; above 1e-4 a factor of is", 0.0, low=0.0, aliases=("c4",)),
    Parameter("nc", "", "base-collector leakage emission coefficient", 2.0, low=0.1),
    Parameter("nkf", "", "exponent of the high-current roll-off, at most 1", 0.5, low=0.0, aliases=("nk",)),
    Parameter("iss", "A", "substrate junction saturation current", 0.0, low=0.0),
    Parameter("ns", "", "substrate junction emission coefficient", 1.0, low=0.1),
    Parameter(
        "subs",
        "",
        "substrate 1 vertical, at c; -1 lateral, at b (npn 1, pnp -1)",
        None,
        choices=(1.0, -1.0),
    ),
)

_RESISTANCE = (
    Parameter("rb", "ohm", "base resistance at zero bias", 0.0, low=0.0),
    Parameter("irb", "A", "base current at which the base resistance is halfway to rbm (0: follows qb)", 0.0, low=0.0),
    Parameter("rbm", "ohm", "base resistance at high current (not given: rb)", None, low=0.0),
    Parameter("re", "ohm", "emitter resistance", 0.0, low=0.0),
    Parameter("rc", "ohm", "collector resistance", 0.0, low=0.0),
    Parameter("rco", "ohm", "resistance of the epitaxial layer; switches quasi-saturation on", None, low=0.0),
    Parameter("vo", "V", "carrier drift saturation voltage of the epitaxial layer", 10.0, low=1e-3),
    Parameter("gamma", "", "doping factor of the epitaxial layer", 1e-11, low=0.0),
    Parameter("qco", "C", "charge factor of the epitaxial layer", 0.0, low=0.0),
)

_CHARGE = (
    Parameter("cje", "F", "base-emitter depletion capacitance at zero bias", 0.0, low=0.0),
    Parameter("vje", "V", "base-emitter built-in potential", 0.75, low=0.01, aliases=("pe",)),
    Parameter("mje", "", "base-emitter grading coefficient, at most 0.999", 0.33, low=0.0, aliases=("me",)),
    Parameter("tf", "s", "ideal forward transit time", 0.0, low=0.0),
    Parameter("xtf", "", "bias dependence of tf", 0.0, low=0.0),
    Parameter("vtf", "V", "voltage scale of the dependence of tf on the collector (0: none)", 0.0, low=0.0),
    Parameter("itf", "A", "current scale of the dependence of tf on current (0: none)", 0.0, low=0.0),
    Parameter("ptf", "deg", "excess phase at 1/(2*pi*tf)", 0.0, low=0.0),
    Parameter("cjc", "F", "base-collector depletion capacitance at zero bias", 0.0, low=0.0),
    Parameter("vjc", "V", "base-collector built-in potential", 0.75, low=0.01, aliases=("pc",)),
    Parameter("mjc", "", "base-collector grading coefficient, at most 0.999", 0.33, low=0.0, aliases=("mc",)),
    Parameter("xcjc", "", "share of cjc at the internal base", 1.0, low=0.0, high=1.0),
    Parameter("tr", "s", "ideal reverse transit time", 0.0, low=0.0),
    Parameter("cjs", "F", "substrate depletion capacitance at zero bias", 0.0, low=0.0, aliases=("csub", "ccs")),
    Parameter("vjs", "V", "substrate built-in potential", 0.75, low=0.01, aliases=("ps",)),
    Parameter("mjs", "", "substrate grading coefficient, at most 0.999", 0.0, low=0.0, aliases=("ms",)),
    Parameter("fc", "", "share of the built-in potential from which capacitances go on straight", 0.5, 0.0, 0.9999),
)

_SCALED_QUADRATICALLY = (
    *("bf", "br", "ikf", "ikr", "irb", "vaf", "var", "nf", "nr", "ne", "nc", "ns", "rb", "rm", "rc", "re"),
    *("tf", "tr", "itf", "mje", "mjc", "mjs", "is", "ise", "isc", "iss"),
)
_LONGER = {"rm": "rbm", "is": "is (tlev 3)", "ise": "ise (tlev 3)", "isc": "isc (tlev 3)", "iss": "iss (tlev 3)"}


_TEMPERATURE = (
    Parameter("tnom", "degC", "temperature of the parameters (not given: the circuit's)", None, aliases=("tref",)),
    Parameter("xtb", "", "temperature exponent of both current gains", 0.0),
    Parameter("eg", "eV", "band gap for the temperature dependence of saturation currents", 1.11, low=0.1),
    Parameter("xti", "", "temperature exponent of saturation currents", 3.0),
    Parameter("tlev", "", "equations for currents over temperature", 0.0, choices=(0.0, 1.0, 3.0)),
    Parameter("tlevc", "", "equations for junctions over temperature", 0.0, choices=(0.0, 1.0)),
    *(
        Parameter(
            f"t{name}{order}",
            "1/K" if order == 1 else "1/K^2",
            f"{'first' if order == 1 else 'second'} temperature coefficient of {_LONGER.get(name, name)}",
            aliases=(f"t{name}",) if name in ("rb", "rc", "re") and order == 1 else (),
        )
        for name in _SCALED_QUADRATICALLY
        for order in (1, 2)
    ),
    *(Parameter(f"ct{k}", "1/K", f"temperature coefficient of cj{k} (tlevc 1)") for k in "ecs"),
    *(Parameter(f"tvj{k}", "V/K", f"fall of vj{k} with temperature (tlevc 1)") for k in "ecs"),
    Parameter("quasimod", "", "1: rco, vo and gamma follow temperature", 0.0, choices=(0.0, 1.0)),
    Parameter("vg", "eV", "band gap for gamma over temperature", 1.206),
    Parameter("cn", "", "temperature exponent of rco (not given: npn 2.42, pnp 2.2)", None),
    Parameter("d", "", "temperature exponent of vo (not given: npn 0.87, pnp 0.52)", None),
)

_NOT_STATIC = (
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
    *(
        Parameter(name, unit, f"safe operating limit of {what}; checked by nothing here", None)
        for name, unit, what in (
            ("vbe_max", "V", "the base-emitter voltage"),
            ("vbc_max", "V", "the base-collector voltage"),
            ("vce_max", "V", "the collector-emitter voltage"),
            ("pd_max", "W", "dissipated power"),
            ("ic_max", "A", "collector current"),
            ("ib_max", "A", "base current"),
            ("te_max", "degC", "temperature"),
            ("rth0", "K/W", "power, by thermal resistance"),
        )
    ),
)

MODEL = (*_STATIC, *_RESISTANCE, *_CHARGE, *_TEMPERATURE, *_NOT_STATIC)

MISMATCH = (
    Spread(
        ("is",),
        RELATIVE_SPREAD,
        relative=True,
        coefficient=Parameter("a_is", "", "Pelgrom's coefficient of is, for an area of 1", None, low=0.0),
        area=("area",),
    ),
    Spread(
        ("bf",),
        0.0,
        relative=True,
        coefficient=Parameter("a_bf", "", "Pelgrom's coefficient of bf, for an area of 1", None, low=0.0),
        area=("area",),
    ),
)
