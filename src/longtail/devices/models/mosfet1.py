"""MOSFET, level 1: the square law of Shichman and Hodges with body effect, Meyer's gate capacitances, and two
bulk junctions.

In the device's own sense (all voltages and currents reversed for a p channel), and with drain and source exchanged
where vds < 0:

    vth = vbi + gamma*sqrt(phi - vbs),   vdsat = max(vgs - vth, 0),   x = min(vds, vdsat)
    channel current = beta*(1 + lambda*vds)*x*(vdsat - x/2)
    junction current = is*(exp(v/(n*vt)) - 1) + gmin*v,   and -is + gmin*v for v <= -3*n*vt

For vbs > 0 the root is continued by its tangent at vbs = 0, down to zero. The junction current steps by is*exp(-3)
at -3*n*vt: that is how SPICE2 cut it, and ngspice still does.

PSpice's: n, a transit time tt, by which a junction stores tt times its current, rg and rb in series with gate and
bulk, and rds beside the channel, behind rd and rs. They are absent by default; ngspice 39 refuses them.

Signs of what is reported: as counted at the terminals, so that a conducting p-channel device has id < 0, vgs < 0,
vds < 0 and vth < 0. g_m, g_ds and g_mb are those of the exchanged device where vds < 0 (vds > 0 of a p channel).
`id` is the current into the drain, junction included.

Where this departs from ngspice 39: its @m1[...] has id, vgs, vds and vbs of a p channel with the other sign (von and
vdsat are as here), and power is what the device dissipates, ohmic resistances included (ngspice's is negative
for a p channel). With vbs > 0, g_mb is the slope of the current, gamma*g_m/(2*sqrt(phi)); ngspice's gmbs and its
small-signal analysis have gamma*g_m over twice the continued root instead, which is more. m devices in parallel have
m times gmin. Without nrd squares there is no drain resistance, as without nrs no source resistance.

Noise: thermal and flicker of the channel as the card's nlev has it (`longtail.devices.parts.mosfet_noise`), thermal of
rd, rs, rg and rb. The bulk junctions are silent, as in ngspice, and rds is, as in PSpice.
"""

from __future__ import annotations

from longtail.devices.base import DeviceModel, Flows, Parameters, Potentials, coefficients
from longtail.devices.parts import mosfet
from longtail.devices.parts.field_effect import WITH_BULK_INSIDE
from longtail.devices.parts.mosfet import Acting, Law, cut_junction, reverse_root, root_at_zero
from longtail.devices.parts.mosfet_parameters import INSTANCE, MODULATION, ignored_beside, model_parameters
from longtail.devices.parts.mosfet_process import MosfetAtTemperature, channel, scale, size
from longtail.lanes.functions import maximum, minimum, select
from longtail.lanes.graph import Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """Flows at the terminals and inner nodes; see the equations above."""
    s = _scaled(p)

    def conducting(v_gs: Real, v_ds: Real, v_bs: Real) -> Acting:
        v_th = _threshold(s, v_bs)
        v_dsat = maximum(v_gs - v_th, 0.0)
        # x is vds in triode, vdsat in saturation and 0 in cutoff: one expression for all three regions
        x = minimum(v_ds, v_dsat)
        return Acting(v_th, v_dsat, s.beta * (1.0 + p.model["lambda"] * v_ds) * x * (v_dsat - 0.5 * x))

    law = Law(lambda v_ds, v_bs: (_threshold(s, v_bs), 0.0), conducting, cut_junction, square=True, start=0.0)
    return mosfet.flows(v, p, s, law)


def _scaled(p: Parameters) -> MosfetAtTemperature:
    return scale(p, channel(p), size(p))


def _threshold(s: MosfetAtTemperature, v_bs: Real) -> Real:
    at_zero = root_at_zero(s.phi)
    forward = maximum(at_zero - 0.5 * v_bs / at_zero, 0.0)
    return s.vbi + s.gamma * select(v_bs <= 0.0, reverse_root(s.phi, v_bs), forward)


_MODEL = model_parameters((MODULATION,))

MODEL = DeviceModel(
    name="mosfet1",
    letter="m",
    doc=__doc__,
    terminals=("d", "g", "s", "b"),
    evaluate=evaluate,
    parameters=INSTANCE,
    model_parameters=(*_MODEL, *coefficients(mosfet.MISMATCH)),
    model_types={"nmos": 1.0, "pmos": -1.0},
    model_required=True,
    levels=(1,),
    ignored=ignored_beside(_MODEL),
    topology=mosfet.topology,
    quantities=mosfet.QUANTITIES,
    regions=mosfet.REGIONS,
    potentials=lambda p: mosfet.potentials(p, _scaled(p)),
    scales=("w", "ad", "as", "pd", "ps"),
    elements=WITH_BULK_INSIDE,
    mismatch=mosfet.MISMATCH,
    role=mosfet.ROLE,
    references=(
        "H. Shichman, D. A. Hodges, IEEE J. Solid-State Circuits 3 (1968) 285",
        "J. E. Meyer, RCA Review 32 (1971) 42",
        "ngspice 39, MOS1",
    ),
)
