"""Small-signal quantities by those of the bias: g_m as I_C/V_T, as 2*I_D/V_ov, or as beta/r_pi."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from longtail.devices.base import BOLTZMANN, ELEMENTARY_CHARGE, ZERO_CELSIUS
from longtail.devices.role import EXPONENTIAL
from longtail.elaborate.roles import role_of
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError
from longtail.hints import said
from longtail.symbolic.algebra.minors import Polynomial
from longtail.symbolic.algebra.transfer import Ring, transfer
from longtail.symbolic.circuit.elements import Symbol
from longtail.symbolic.shorter.answer import Answer
from longtail.symbolic.shorter.approximate import error_bound, sampled_error
from longtail.symbolic.shorter.values import current, overdrive

BIAS, BETA = "bias", "beta"
_TAIL = 0.03  # relative: how near two device currents have to come to the whole of a current source


@dataclass(frozen=True)
class _Substitution:
    """A symbol as `factor` times other symbols."""

    factor: Fraction
    by: tuple[Symbol, ...]


def read_terms(given: Any) -> str:
    """The word for what formulas are to have in place of transconductances. Raises `OptionError` for another."""
    if str(given) not in (BIAS, BETA):
        raise OptionError(said("{in_terms}: there is {0} and {1}", BIAS, BETA, in_terms=given))
    return str(given)


def in_terms_of(answer: Answer, point: OperatingPoint, what: str) -> Answer:
    """The formula with transconductances replaced, its error against the full circuit determined anew.

    `what` is "bias" (g_m = I_C/V_T of a bipolar transistor, 2*I_D/V_ov of a field-effect transistor; where a current
    source feeds the pair, half of its current) or "beta" (g_m = beta/r_pi).
    """
    substitutions: dict[str, _Substitution] = {}
    for key in answer.transfer.used():
        symbol = answer.symbols[key]
        if symbol.head == "g" and symbol.sub == "m" and symbol.base is None:
            found = _beta(answer, symbol) if what == BETA else _bias(point, symbol)
            if found is not None:
                substitutions[key] = found
    return _substituted(answer, substitutions) if substitutions else answer


def _beta(answer: Answer, symbol: Symbol) -> _Substitution | None:
    conductance = answer.symbols.get(f"g_pi({symbol.device})")
    if conductance is None:
        return None
    value = symbol.value / conductance.value
    beta = Symbol(f"β({symbol.device})", "β", "", symbol.device, value, "current gain g_m·r_π", None, "")
    return _Substitution(Fraction(1), (beta, conductance))


def _bias(point: OperatingPoint, symbol: Symbol) -> _Substitution | None:
    devices = symbol.device.split("+")
    role = role_of(point.system.circuit.instances[devices[0]])  # of all of them: matched, or of one law in a row
    if role is None:
        return None
    mean_current = float(sum(current(point, d)[0] for d in devices) / len(devices))
    meaning = f"{role.output_name} current"
    carrier = Symbol(f"I({symbol.device})", "I", role.output.upper(), symbol.device, mean_current, meaning, None, "A")
    factor = Fraction(1)
    tail = _tail(point, 2.0 * mean_current) if len(devices) == 2 else None
    if tail is not None:
        name, value = tail
        carrier = Symbol(f"I({name})", "I", "", name, value, f"current of {name}", None, "A")
        factor = Fraction(1, 2)
    if role.law == EXPONENTIAL:
        volts = _temperature(point) * BOLTZMANN / ELEMENTARY_CHARGE
        across = Symbol("1/V_T", "V", "inverse", "", 1.0 / volts, "thermal voltage kT/q", ("V", "T"), "V")
    elif role.overdrive is not None:
        volts = float(sum(overdrive(point, d)[0] for d in devices) / len(devices))
        key = f"1/V_ov({symbol.device})"
        across = Symbol(key, "V", "inverse", symbol.device, 1.0 / volts, "overdrive voltage", ("V", "ov"), "V")
        factor *= 2
    else:
        return None
    return _Substitution(factor, (carrier, across))


def _temperature(point: OperatingPoint) -> float:
    circuit = point.system.circuit
    return circuit.number(circuit.options.temp_deg_c) + ZERO_CELSIUS


def _tail(point: OperatingPoint, whole: float) -> tuple[str, float] | None:
    """An independent current source that carries this current, if there is just one."""
    found = [
        (i.name, value)
        for i in point.system.circuit.instances_of("current_source")
        if abs((value := abs(float(point.quantities[i.name]["i"][0]))) - whole) <= _TAIL * whole
    ]
    return found[0] if len(found) == 1 else None


def _substituted(answer: Answer, substitutions: dict[str, _Substitution]) -> Answer:
    old = answer.transfer.ring
    added = {s.key: s for x in substitutions.values() for s in x.by}
    ring = Ring.of([*(key for key in old.keys if key not in substitutions), *(k for k in added if k not in old.keys)])
    over, under = (_replaced(p, old, ring, substitutions) for p in answer.transfer.expanded())
    found = transfer(ring, answer.transfer.scale * over[1] / under[1], over[0], under[0])
    symbols = {**answer.symbols, **added}
    values = {key: s.value for key, s in symbols.items()}
    sampled = sampled_error(found, values, answer.at)
    bound = error_bound(found, values, answer.at, sampled)
    return replace(answer, transfer=found, symbols=symbols, error_bound=bound, error_sampled=sampled)


def _replaced(
    f: Polynomial, old: Ring, ring: Ring, substitutions: dict[str, _Substitution]
) -> tuple[Polynomial, Fraction]:
    """A polynomial after substitution, made whole, and the number that it was divided by for that."""
    place = {key: k for k, key in enumerate(ring.keys)}
    terms: dict[tuple[int, ...], Fraction] = {}
    for m, c in zip(f.monoms(), f.coeffs(), strict=True):
        exponents, factor = [0] * (len(ring.keys) + 1), Fraction(int(c))
        exponents[-1] = int(m[-1])
        for key, e in zip(old.keys, map(int, m), strict=False):
            if e and key in substitutions:
                factor *= substitutions[key].factor ** e
                for symbol in substitutions[key].by:
                    exponents[place[symbol.key]] += e
            elif e:
                exponents[place[key]] += e
        terms[tuple(exponents)] = terms.get(tuple(exponents), Fraction(0)) + factor
    least = max(x.denominator for x in terms.values())
    return ring.context.from_dict({m: int(x * least) for m, x in terms.items()}), Fraction(1, least)
