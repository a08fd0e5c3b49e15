"""Noise current: a source without a current, whose noise between p and n has the density i^2*(1 + corner/f) = S_i.

i is its white part in A/sqrt(Hz), or what a formula over the frequency says, as a macromodel states its input noise;
corner is the frequency in Hz at which flicker and white noise are equal. It is written as LTspice's card without a
transconductance, `a1 p n 0 0 0 0 0 0 ota g=0 in=1p ink=10`.
"""

from __future__ import annotations

from longtail.devices.base import (
    FLICKER,
    GIVEN,
    MULTIPLIER,
    DeviceModel,
    Flows,
    NoiseSource,
    Parameter,
    Parameters,
    Potentials,
)


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """No current; the noise."""
    amplitude = v.law() if p.nominal("formula") else p["i"]
    density = amplitude * amplitude
    sources = [NoiseSource("white", GIVEN, "p", "n", density)]
    if p.nominal("corner") > 0.0:
        sources.append(NoiseSource("flicker", FLICKER, "p", "n", density * p["corner"], 1.0))
    return Flows(static={"p": 0.0, "n": 0.0}, noise=sources)


MODEL = DeviceModel(
    name="noise_current",
    letter="a",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(
        Parameter("i", "A/sqrt(Hz)", "white noise current", 0.0, low=0.0, aliases=("in",)),
        Parameter("corner", "Hz", "frequency at which flicker noise is as large", 0.0, low=0.0, aliases=("ink",)),
        Parameter("formula", "", "i is a formula over the frequency", 0.0, flag=True),
        MULTIPLIER,
    ),
    references=(
        "LTspice help, A. Special Functions: noise of the OTA",
        "ngspice, ota code model of 2026: densities of en, enk, in, ink",
    ),
)
