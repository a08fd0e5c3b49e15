"""Meyer's gate capacitances of a field-effect transistor, as SPICE and ngspice evaluate them."""

from __future__ import annotations

from longtail.lanes.functions import maximum, minimum
from longtail.lanes.graph import Real

# V: the smallest saturation voltage that divides the channel, so that both parts stay bounded at vds = 0
_SMALLEST_SATURATION = 0.025


def meyer(overdrive: Real, v_ds: Real, v_dsat: Real, phi: Real, oxide: Real) -> tuple[Real, Real, Real]:
    """The gate-source, gate-drain and gate-bulk capacitances in F, overlap not included.

    `overdrive` is vgs - vth, `v_ds` >= 0 the drain-source voltage, `phi` the surface potential, all in V and for
    the terminal that acts as source; `oxide` is the capacitance of the whole gate in F. With x = min(vds, vdsat):

        cgs + cgd -> channel = (2/3)*oxide*clip(1 + 2*overdrive/phi, 0, 1)
        cgs = channel*(1 - ((vdsat - x)/(2*vdsat - x))^2)
        cgd = channel*(1 - (vdsat/(2*vdsat - x))^2)
        cgb = oxide*clip(-overdrive/phi, 0, 1)

    Meyer, RCA Review 32 (1971), with the transition below threshold of SPICE2 and ngspice's floor of 25 mV on
    vdsat. These are not derivatives of any charge: small signals about one point are right, as ngspice has them, but
    summed up over time they lose charge. A model with charges of its terminals gives those (`Flows.charges`), after
    Ward and Dutton, IEEE J. Solid-State Circuits 13 (1978) 703.

    >>> [round(c, 4) for c in meyer(0.5, 2.0, 0.5, 0.6, 3.0)]
    [2.0, 0.0, 0.0]
    >>> [round(c, 4) for c in meyer(0.5, 0.0, 0.5, 0.6, 3.0)]
    [1.5, 1.5, 0.0]
    >>> [round(c, 4) for c in meyer(-1.0, 2.0, 0.0, 0.6, 3.0)]
    [0.0, 0.0, 3.0]
    """
    relative = overdrive / phi
    channel = oxide * (2.0 / 3.0) * _clip(1.0 + 2.0 * relative)
    saturation = maximum(v_dsat, _SMALLEST_SATURATION)
    along = minimum(v_ds, saturation)
    scale = 1.0 / (2.0 * saturation - along)
    to_source = (saturation - along) * scale
    to_drain = saturation * scale
    return (
        channel * (1.0 - to_source * to_source),
        channel * (1.0 - to_drain * to_drain),
        oxide * _clip(-relative),
    )


def _clip(x: Real) -> Real:
    return minimum(maximum(x, 0.0), 1.0)
