"""The parameters of MOSFETs of levels 1 to 3: on the transistor's line, and on `.model` cards."""

from __future__ import annotations

from collections.abc import Sequence

from longtail.devices.base import MULTIPLIER, TEMPERATURE, TEMPERATURE_DIFFERENCE, Parameter

INSTANCE = (
    Parameter("l", "m", "drawn channel length; else the circuit's defl", None, low=0.0),
    Parameter("w", "m", "channel width; else the circuit's defw", None, low=0.0),
    Parameter("ad", "m^2", "drain junction area; else the circuit's defad", None, low=0.0),
    Parameter("as", "m^2", "source junction area; else the circuit's defas", None, low=0.0),
    Parameter("pd", "m", "drain junction perimeter", 0.0, low=0.0),
    Parameter("ps", "m", "source junction perimeter", 0.0, low=0.0),
    Parameter("nrd", "", "squares of drain diffusion", 1.0, low=0.0),
    Parameter("nrs", "", "squares of source diffusion", 1.0, low=0.0),
    Parameter("off", "", "start the search for the operating point with the device off", 0.0, flag=True),
    Parameter("icvds", "V", "first guess of the drain-source voltage"),
    Parameter("icvgs", "V", "first guess of the gate-source voltage"),
    Parameter("icvbs", "V", "first guess of the bulk-source voltage"),
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    MULTIPLIER,
)

_MODEL = (
    Parameter(
        "vto", "V", "threshold at vbs = 0, negative for a p channel; else from nsub, or 0", None, aliases=("vt0",)
    ),
    Parameter("kp", "A/V^2", "transconductance parameter; else from u0 and tox, or 2e-5", None, low=0.0),
    Parameter("gamma", "V^0.5", "body effect; else from nsub and tox, or 0", None, low=0.0),
    Parameter("phi", "V", "surface potential; else from nsub, or 0.6", None, low=1e-3),
    Parameter("rd", "ohm", "drain resistance, in place of rsh*nrd", 0.0, low=0.0),
    Parameter("rs", "ohm", "source resistance, in place of rsh*nrs", 0.0, low=0.0),
    Parameter("rg", "ohm", "gate resistance", 0.0, low=0.0),
    Parameter("rb", "ohm", "bulk resistance", 0.0, low=0.0),
    Parameter("rds", "ohm", "resistance beside the channel (not given: none)", None, low=1e-3),
    Parameter("cbd", "F", "bulk-drain capacitance at zero bias, in place of cj*ad", 0.0, low=0.0),
    Parameter("cbs", "F", "bulk-source capacitance at zero bias, in place of cj*as", 0.0, low=0.0),
    Parameter("is", "A", "saturation current of either bulk junction", 1e-14, low=0.0),
    Parameter("n", "", "emission coefficient of the bulk junctions", 1.0, low=0.1),
    Parameter("tt", "s", "transit time of the bulk junctions", 0.0, low=0.0),
    Parameter("pb", "V", "built-in potential of the bulk junctions", 0.8, low=1e-3),
    Parameter("cgso", "F/m", "gate-source overlap capacitance by width", 0.0, low=0.0),
    Parameter("cgdo", "F/m", "gate-drain overlap capacitance by width", 0.0, low=0.0),
    Parameter("cgbo", "F/m", "gate-bulk overlap capacitance by length", 0.0, low=0.0),
    Parameter("rsh", "ohm", "sheet resistance of drain and source diffusion", 0.0, low=0.0),
    Parameter("cj", "F/m^2", "junction bottom capacitance by area", 0.0, low=0.0),
    Parameter("mj", "", "grading of the junction bottom", 0.5, low=0.0, high=3.0),
    Parameter("cjsw", "F/m", "junction sidewall capacitance by perimeter", 0.0, low=0.0),
    Parameter("mjsw", "", "grading of the junction sidewall", 0.5, low=0.0, high=3.0),
    Parameter("js", "A/m^2", "saturation current by area, in place of is where ad and as are nonzero", 0.0, low=0.0),
    Parameter("tox", "m", "oxide thickness; without it there are no channel capacitances", None, low=0.0),
    Parameter("ld", "m", "lateral diffusion", 0.0, low=-2e-5, high=2e-5),
    Parameter("u0", "cm^2/(V s)", "surface mobility", 600.0, low=0.0, aliases=("uo",)),
    Parameter("fc", "", "the part of pb above which junction capacitances are linear", 0.5, low=0.0, high=0.99),
    Parameter("nsub", "1/cm^3", "substrate doping, at least the intrinsic density", None, low=1.45e10),
    Parameter(
        "tpg",
        "",
        "gate: 1 silicon doped opposite to the substrate, -1 as the substrate, 0 aluminium",
        1.0,
        choices=(-1.0, 0.0, 1.0),
    ),
    Parameter("nss", "1/cm^2", "surface state density"),
    Parameter("tnom", "degC", "temperature at which the parameters hold; else the circuit's", None),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "flicker noise exponent", 1.0),
    Parameter("nlev", "", "which noise equations; not given: those of SPICE3", None, choices=(0.0, 1.0, 2.0, 3.0)),
    Parameter("gdsnoi", "", "channel noise coefficient, with nlev = 3", 1.0, low=0.0),
)

MODULATION = Parameter("lambda", "1/V", "channel length modulation")
# of levels 2 and 3, which have an oxide and what follows from it on every card
WITH_OXIDE = (
    Parameter("kp", "A/V^2", "transconductance parameter; else u0*cox", None, low=0.0),
    Parameter("tox", "m", "oxide thickness", 1e-7, low=1e-10),
    Parameter("mjsw", "", "grading of the junction sidewall", 0.33, low=0.0, high=3.0),
    Parameter("xj", "m", "junction depth", 0.0, low=0.0),
    Parameter("nfs", "1/cm^2", "fast surface state density; 0: no current below threshold", 0.0, low=0.0),
    Parameter("vmax", "m/s", "largest drift velocity of carriers; 0: no limit", 0.0, low=0.0),
    Parameter("delta", "", "effect of the width on the threshold", 0.0, low=0.0),
)

# What cards have for another level, and what SPICE reads on none of these levels: the charge sharing of `xqc` acts in
# transients alone, `utra` was taken out of level 2 by SPICE2, edges of sizes serve bins.
_OF_OTHER_LEVELS = frozenset(
    (
        *("lambda", "xj", "nfs", "vmax", "delta", "ucrit", "uexp", "utra", "neff", "xqc"),
        *("theta", "eta", "kappa", "xl", "wd", "xw", "delvto", "delvt0"),
        *("lmin", "lmax", "wmin", "wmax"),
    )
)


def model_parameters(own: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """What all levels have on a `.model` card, with what one level has of its own in place of it or after it."""
    by_name = {p.name: p for p in _MODEL} | {p.name: p for p in own}
    return tuple(by_name.values())


def ignored_beside(declared: Sequence[Parameter]) -> frozenset[str]:
    """What a card may give to a level that declares these parameters, and that has no effect there."""
    return _OF_OTHER_LEVELS - {name for p in declared for name in (p.name, *p.aliases)}
