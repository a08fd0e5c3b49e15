"""Step limiting of control voltages between Newton iterations, written over lanes with `select`.

These rules change where a model is evaluated on the way to the solution, never the solution: at convergence the
new and the old voltage agree and every rule is the identity.
"""

from __future__ import annotations

import math

from longtail.lanes.functions import absolute, both, log, maximum, minimum, select
from longtail.lanes.graph import Real


def critical_voltage(saturation_current: Real, emission_voltage: Real) -> Real:
    """The junction voltage in V of strongest curvature, vt*ln(vt/(sqrt(2)*IS)): below it no step needs limiting.

    A junction without saturation current counts as one of 1e-60 A.

    >>> round(float(critical_voltage(1e-16, 0.025865)), 4)
    0.8494
    """
    return emission_voltage * log(emission_voltage / (math.sqrt(2.0) * maximum(saturation_current, 1e-60)))


def pnjlim(new: Real, old: Real, emission_voltage: Real, critical: Real) -> Real:
    """The voltage in V at which to evaluate a junction that was evaluated at `old` and is asked for `new`.

    Forward steps above the critical voltage that are longer than two emission voltages are taken on a logarithmic
    scale, so that the junction current grows by the factor that was asked of it and no more; steps down pass, as a
    falling exponential cannot overshoot; reverse voltages go at most 1 V beyond the mirrored or doubled old one.
    Nagel's rule (SPICE2, UCB/ERL M520, 1975) with the reverse limit of ngspice. ngspice's own forward rule
    subtracts 2 inside the logarithm, which throws a step of just over two emission voltages far into reverse;
    that is not followed.

    >>> pnjlim(0.61, 0.60, 0.026, 0.75)
    0.61
    >>> round(pnjlim(5.0, 0.7, 0.026, 0.75), 4)
    0.833
    >>> pnjlim(-20.0, 0.7, 0.026, 0.75), pnjlim(-20.0, -3.0, 0.026, 0.75)
    (-1.7, -7.0)
    """
    step = new - old
    from_forward = old + emission_voltage * log(1.0 + maximum(step, 0.0) / emission_voltage)
    from_reverse = emission_voltage * log(maximum(new / emission_voltage, 1.0))
    forward = select(old > 0.0, from_forward, from_reverse)
    reverse = maximum(new, select(old > 0.0, -old - 1.0, 2.0 * old - 1.0))
    steep = both(new > critical, step > 2.0 * emission_voltage)
    return select(steep, forward, select(new < 0.0, reverse, new))


def pnjlim_breaking(
    new: Real, old: Real, emission_voltage: Real, critical: Real, start: Real, breakdown_emission_voltage: Real
) -> Real:
    """The same of a junction that breaks down at -`start` V: from near there on the mirrored rule holds.

    >>> pnjlim_breaking(0.61, 0.60, 0.026, 0.75, 5.0, 0.026)
    0.61
    >>> round(pnjlim_breaking(-9.0, -5.7, 0.026, 0.75, 5.0, 0.026), 4)
    -5.8261
    """
    backward = -start - pnjlim(-start - new, -start - old, breakdown_emission_voltage, critical)
    near = new < minimum(0.0, 10.0 * breakdown_emission_voltage - start)
    return select(near, backward, pnjlim(new, old, emission_voltage, critical))


def fetlim(new: Real, old: Real, threshold: Real) -> Real:
    """The gate voltage in V at which to evaluate a field-effect transistor that was evaluated at `old`.

    Around the threshold three zones are told apart: off, just on (up to 3.5 V above), and well on. A step may not
    jump over the zone next to its own, and within the outer zones it may grow with the distance from the
    threshold. Rule of SPICE3 (Quarles, UCB/ERL M89/46, 1989) with ngspice's shorter step towards the threshold.

    >>> fetlim(1.2, 1.0, 0.7)
    1.2
    >>> fetlim(9.0, 0.0, 0.5), fetlim(9.0, 1.0, 0.5), fetlim(-9.0, 1.0, 0.5)
    (1.0, 4.5, 0.0)
    """
    high = absolute(2.0 * (old - threshold)) + 2.0
    low = absolute(old - threshold) + 1.0
    rising = new > old
    well_on = threshold + 3.5
    # SPICE bounds a fall within this zone, too, by a step that would lead out of it: that bound never acts
    from_well_on = select(rising, minimum(new, old + high), maximum(new, threshold + 2.0))
    from_just_on = select(rising, minimum(new, threshold + 4.0), maximum(new, threshold - 0.5))
    from_off = select(
        rising,
        select(new <= threshold + 0.5, minimum(new, old + low), threshold + 0.5),
        maximum(new, old - high),
    )
    return select(old >= well_on, from_well_on, select(old >= threshold, from_just_on, from_off))


def limvds(new: Real, old: Real) -> Real:
    """The drain-source voltage in V, in its forward sense, at which to evaluate a transistor evaluated at `old`.

    Rule of SPICE3 (Quarles, UCB/ERL M89/46, 1989).

    >>> limvds(0.3, 0.2), limvds(12.0, 0.2), limvds(-5.0, 0.2), limvds(-5.0, 6.0), limvds(100.0, 6.0)
    (0.3, 4.0, -0.5, 2.0, 20.0)
    """
    rising = new > old
    from_high = select(rising, minimum(new, 3.0 * old + 2.0), select(new < 3.5, maximum(new, 2.0), new))
    from_low = select(rising, minimum(new, 4.0), maximum(new, -0.5))
    return select(old >= 3.5, from_high, from_low)
