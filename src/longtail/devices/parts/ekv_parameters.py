"""The parameters of the EKV MOSFET: on the transistor's line, and on `.model` cards."""

from __future__ import annotations

from longtail.devices.base import Parameter
from longtail.devices.parts import mosfet_parameters

_OWN = {
    "ad": Parameter("ad", "m^2", "drain junction area; else from hdif, or the circuit's defad", None, low=0.0),
    "as": Parameter("as", "m^2", "source junction area; else from hdif, or the circuit's defas", None, low=0.0),
    "pd": Parameter("pd", "m", "drain junction perimeter; else from hdif", None, low=0.0),
    "ps": Parameter("ps", "m", "source junction perimeter; else from hdif", None, low=0.0),
    "nrd": Parameter("nrd", "", "squares of drain diffusion; else hdif/W", None, low=0.0),
    "nrs": Parameter("nrs", "", "squares of source diffusion; else hdif/W", None, low=0.0),
}
INSTANCE = tuple(_OWN.get(p.name, p) for p in mosfet_parameters.INSTANCE)

_CHANNEL = (
    Parameter(
        "vto", "V", "threshold of a long channel at vbs = 0; else 0.5, -0.5 of a p channel", None, aliases=("vt0",)
    ),
    Parameter("gamma", "V^0.5", "body effect", 1.0, low=0.0),
    Parameter("phi", "V", "surface potential", 0.7, low=0.1),
    Parameter("kp", "A/V^2", "transconductance parameter; else u0*cox, or the default", 5e-5, low=1e-12),
    Parameter("cox", "F/m^2", "gate capacitance by area; else from tox, or the default", 7e-4, low=1e-6),
    Parameter("tox", "m", "oxide thickness", None, low=1e-10),
    Parameter("u0", "cm^2/(V s)", "mobility", None, low=1e-3, aliases=("uo",)),
    Parameter("vmax", "m/s", "saturation velocity, for ucrit = vmax*cox/kp", None, low=1.0),
    Parameter("xj", "m", "junction depth", 1e-7, low=1e-9),
    Parameter("dl", "m", "what the channel is longer than drawn"),
    Parameter("dw", "m", "what the channel is wider than drawn"),
    Parameter("e0", "V/m", "field at which the mobility has halved; 0 and none: theta instead", None, low=0.0),
    Parameter("theta", "1/V", "fall of the mobility with vp, without e0", 0.0, low=0.0),
    Parameter("ucrit", "V/m", "longitudinal critical field; else vmax*cox/kp, or the default", 2e6, low=1.0),
    Parameter("lambda", "", "channel length modulation", 0.5, low=0.0),
    Parameter("weta", "", "narrow-channel effect", 0.25, low=0.0),
    Parameter("leta", "", "short-channel effect", 0.1, low=0.0),
    Parameter("q0", "C/m^2", "reverse short-channel effect: peak charge", 0.0, low=0.0),
    Parameter("lk", "m", "reverse short-channel effect: length", 2.9e-7, low=1e-9),
    Parameter("iba", "1/m", "impact ionization; 0: none", 0.0, low=0.0),
    Parameter("ibb", "V/m", "impact ionization: field", 3e8, low=1e3),
    Parameter("ibn", "", "impact ionization: factor on the saturation voltage", 1.0, low=0.0),
    Parameter("tcv", "V/K", "fall of vto with temperature, negative for a p channel; else 1e-3, -1e-3", None),
    Parameter("bex", "", "exponent of temperature in kp", -1.5),
    Parameter("ucex", "", "exponent of temperature in ucrit", 0.8),
    Parameter("ibbt", "1/K", "temperature coefficient of ibb", 9e-4),
    Parameter("tnom", "degC", "temperature at which the parameters hold; else the circuit's", None),
    Parameter("kf", "", "flicker noise coefficient", 0.0, low=0.0),
    Parameter("af", "", "exponent of frequency in flicker noise", 1.0),
    Parameter("xqc", "", "below 0.5: capacitances from charges, the only choice here", 0.4, low=0.0, high=0.4999),
    Parameter("nqs", "", "non-quasistatic signals, which are not there", 0.0, choices=(0.0,)),
    Parameter("ekvint", "", "interpolation: 0, the accurate one", 0.0, choices=(0.0,)),
)
_AROUND = (
    Parameter("rd", "ohm", "drain resistance, in place of rsh*nrd", 0.0, low=0.0),
    Parameter("rs", "ohm", "source resistance, in place of rsh*nrs", 0.0, low=0.0),
    Parameter("rsh", "ohm", "sheet resistance of drain and source diffusion", 0.0, low=0.0),
    Parameter("hdif", "m", "half the length of a diffusion", 0.0, low=0.0),
    Parameter(
        "is", "A", "saturation current of either junction, beside js and jsw; without all three 1e-14", None, low=0.0
    ),
    Parameter("js", "A/m^2", "saturation current by area", 0.0, low=0.0),
    Parameter("jsw", "A/m", "saturation current by perimeter", 0.0, low=0.0),
    Parameter("n", "", "emission coefficient of the bulk junctions", 1.0, low=0.1),
    Parameter("xti", "", "exponent of temperature in the saturation currents", 3.0),
    Parameter("cj", "F/m^2", "junction bottom capacitance by area", 0.0, low=0.0),
    Parameter("mj", "", "grading of the junction bottom", 0.5, low=0.0, high=0.95),
    Parameter("cjsw", "F/m", "junction sidewall capacitance by perimeter", 0.0, low=0.0),
    Parameter("mjsw", "", "grading of the junction sidewall", 0.33, low=0.0, high=0.95),
    Parameter("pb", "V", "built-in potential of the junction bottom", 0.8, low=1e-3),
    Parameter("pbsw", "V", "built-in potential of the junction sidewall; else pb", None, low=1e-3),
    Parameter("fc", "", "the part of pb above which junction capacitances are linear", 0.5, low=0.0, high=0.99),
    Parameter("cgso", "F/m", "gate-source overlap capacitance by width", 0.0, low=0.0),
    Parameter("cgdo", "F/m", "gate-drain overlap capacitance by width", 0.0, low=0.0),
    Parameter("cgbo", "F/m", "gate-bulk overlap capacitance by length", 0.0, low=0.0),
)
MODEL_PARAMETERS = (*_CHANNEL, *_AROUND)

# Which way areas and resistances are found in ELDO (this file has the third), Monte Carlo of matched transistors,
# printing, and what sizes a bin serves.
IGNORED = frozenset(
    (
        *("update", "alev", "rlev", "satlim", "avto", "akp", "agamma"),
        *("lmin", "lmax", "wmin", "wmax"),
    )
)
