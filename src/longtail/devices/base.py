"""The contract that a device model fulfils, and the views through which it sees its terminals and parameters.

A model is written for one instance as plain equations: `evaluate(v, p)` takes potentials and parameters and returns
what flows out of each node into the device. Numbers may be floats or expressions (`Real`); mathematics comes from
`longtail.lanes.functions`. The engine batches, differentiates and solves; nobody writes a Jacobian.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from longtail.devices.role import Role
from longtail.devices.small_signal import Pattern
from longtail.lanes.graph import Real

# CODATA 2018, SI units
BOLTZMANN = 1.380649e-23
ELEMENTARY_CHARGE = 1.602176634e-19
ZERO_CELSIUS = 273.15


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an instance or a model card.

    `default` None means that the model derives the value when it is not given. A value outside [low, high] is an
    error with the span of the card, and so is one that is not among `choices` where there are any. `aliases` are
    other spellings; `flag` marks a word without value (`off`).
    """

    name: str
    unit: str
    doc: str
    default: float | None = 0.0
    low: float = float("-inf")
    high: float = float("inf")
    aliases: tuple[str, ...] = ()
    flag: bool = False
    choices: tuple[float, ...] = ()


NOISELESS = Parameter("noiseless", "", "LTspice's word for a device without noise", 0.0, flag=True)  # on any model card
RELATIVE_SPREAD, THRESHOLD_SPREAD = 0.01, 5e-3  # standard deviations: of sizes and currents, of thresholds in V


@dataclass(frozen=True, slots=True)
class Spread:
    """How a device differs from another of its kind: normally, with the standard `deviation`, of the value itself where
    `relative`; of 0 where nothing is known that holds for most. Of several `parameters`, of the instance or its model,
    the first that the netlist gives a value.

    `coefficient` is the parameter of a model card that says it by Pelgrom's law: the standard deviation of the
    difference of two devices is the coefficient over the root of the `area` of one, that of a device by itself
    is smaller by the root of 2 (M. Pelgrom, A. Duinmaijer, A. Welbers, IEEE J. Solid-State Circuits 24 (1989) 1433,
    eq. 5). The area is the product of these parameters of the instance, and of its m.
    """

    parameters: tuple[str, ...]
    deviation: float
    relative: bool
    coefficient: Parameter | None = None
    area: tuple[str, ...] = ()


def coefficients(spreads: Iterable[Spread]) -> tuple[Parameter, ...]:
    """The parameters of a model card that say how far devices spread; none of them has a part in the equations."""
    return tuple(spread.coefficient for spread in spreads if spread.coefficient is not None)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An operating-point quantity that the device reports. For m devices in parallel the engine multiplies
    those in A, S, F, C and W by m and divides those in ohm by it."""

    name: str
    unit: str
    doc: str


@dataclass(frozen=True, slots=True)
class Topology:
    """What an instance adds to the circuit: internal nodes, and branch currents that are unknowns of their own.

    `merged` maps an internal node that this instance does not need to the terminal that takes its place (an ohmic
    resistance of zero), so that `evaluate` can use the same names in every case.
    """

    internal: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    merged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delay:
    """A static flow that answers small signals late by `seconds` (excess phase): exp(-j omega tau) times its slope.

    `rows` maps local names to the sign with which `flow` enters their equations (it is in `static` already).
    """

    rows: Mapping[str, float]
    flow: Real
    seconds: Real


THERMAL, SHOT, FLICKER, GIVEN = MECHANISMS = ("thermal", "shot", "flicker", "given")  # given: by a macromodel


@dataclass(frozen=True, slots=True)
class NoiseSource:
    """A noise current between two local nodes, of the one-sided density `density`/f^`exponent` in A^2/Hz, f in Hz.

    `mechanism` is one of `MECHANISMS`; `name` tells sources of one device apart ("ic", "rb"). The sources of a device
    are independent of each other. Constructors are in `longtail.devices.parts.noise`.
    """

    name: str
    mechanism: str
    a: str
    b: str
    density: Real
    exponent: Real = 0.0


class Later(Mapping[str, Real]):
    """Quantities by name that are computed when one is first asked for, since few analyses ask.

    >>> Later(lambda: {"i": 1.0})["i"]
    1.0
    """

    def __init__(self, compute: Callable[[], Mapping[str, Real]]) -> None:
        self._compute = compute

    @cached_property
    def _values(self) -> Mapping[str, Real]:
        return self._compute()

    def __getitem__(self, name: str) -> Real:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class Flows:
    """What `evaluate` returns, by local name: a terminal, an internal node, or a branch.

    static         node: current in A from the node into the device; branch: its equation, zero when fulfilled
    charges        node: charge in C whose time derivative adds to the current; branch: flux that adds likewise
    capacitances   (a, b, C): a capacitor in F between two local nodes that is not the derivative of a charge (Meyer)
    quantities     operating-point quantities by name, as `Later` where they take derivatives; "region" is an index
                   into the model's `regions`
    delays         flows with excess phase
    conductances   (a, b, S): seen between two local nodes by small signals only, beside the slope of `static`
    noise          what the device itself adds at this bias; empty for one that makes no noise
    """

    static: Mapping[str, Real]
    charges: Mapping[str, Real] = field(default_factory=dict)
    capacitances: Sequence[tuple[str, str, Real]] = ()
    quantities: Mapping[str, Real] = field(default_factory=dict)
    delays: Sequence[Delay] = ()
    conductances: Sequence[tuple[str, str, Real]] = ()
    noise: Sequence[NoiseSource] = ()


class Potentials(Protocol):
    """The instance's view of the unknowns, by local name."""

    def __getitem__(self, name: str) -> Real:
        """Potential in V of a terminal or internal node; current in A of an own branch, flowing from the first
        terminal through the device to the second, or of controlling branch "i0", "i1", ..."""

    def limit(
        self,
        raw: Mapping[str, Real],
        initial: Mapping[str, Real],
        rule: Callable[[Mapping[str, Real], Mapping[str, Real]], Mapping[str, Real]],
    ) -> Mapping[str, Real]:
        """Control voltages with SPICE's step limiting: `rule(new, old)` gives the values to evaluate at from the
        voltages of this iteration and those used in the last; `initial` is used before there are any.
        Without limiting (tests, lanes that start near the solution) this returns `raw`. Every voltage that the
        nonlinear equations depend on should pass through here, also when its rule is the identity: derivatives
        are then taken with respect to these few, which makes the program shorter.
        """

    def derivative(self, expression: Real, control: Real) -> Real:
        """The partial derivative with respect to one control returned by `limit`, the other controls held."""

    def law(self) -> Real:
        """The value of the instance's behavioural expression (`Instance.expression`) at these potentials."""


class ParameterView(Protocol):
    """Parameters by name, as numbers to compute with."""

    def __getitem__(self, name: str) -> Real:
        """The value: given, or else the default (an error for a default of None: ask `given` first)."""

    def given(self, name: str) -> bool:
        """Whether the card gives the parameter."""

    def nominal(self, name: str) -> float:
        """The nominal value as a float, for structural decisions: which node exists, which term is left out."""


class Parameters(ParameterView, Protocol):
    """What an instance is told: its own line by item, its model card, and the circuit's conditions."""

    model: ParameterView
    polarity: float  # from DeviceModel.model_types: +1 npn, -1 pnp
    temperature: Real  # of this instance in K: its temp, or the circuit's plus dtemp
    nominal_temperature: Real  # at which the model's parameters were measured, in K: its tnom, or the circuit's
    gmin: Real  # S, across every junction
    source_factor: Real  # 1, except while source stepping: independent sources multiply by it
    defaults: Mapping[str, float]  # circuit options "defl", "defw", "defad", "defas" in SI units
    controls: Sequence[Parameters]  # what the controlling instances are told, in order

    extra_nodes: int  # how many nodes the card has beyond the fixed terminals: they are called "c0", "c1", ...


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """One device. A file in `longtail/devices/` exports one as `MODEL`, and discovery does the rest.

    `letter` is the first letter of its cards. `model_types` maps the type of a `.model` card to a polarity; empty
    when the device takes no model. `optional_terminals` trailing terminals may be left out of a card and are then
    ground. `levels` are the values of the model's `level` that this file serves; `marks` are parameters of a model card
    that make it one of this device, whatever its level. `multiplier` says that the engine
    multiplies every flow by the instance's `m`; devices with branches handle `m` themselves.
    `unreal` says of some of its `regions` why no real device is there: a note at the operating point.
    `ignored` are parameters that model cards may have without an effect here, for another level or another program:
    a note names them.
    `potentials` are built-in potentials in V at the device's temperature, by the parameter of the model that sets
    them: where one falls to zero the equations hold no more.
    `scales` are parameters of an instance whose value decides nothing but by its sign: devices that differ in them
    alone have the same equations, and share their programs in a large circuit.
    `own_program` says that its equations are a program of their own, in every circuit: traced once for all devices that
    share it and run over device x lane, and not written out in that of the circuit. It pays for equations of thousands
    of operations.
    `elements` are the named parts of its small-signal circuit, each read from what those before it leave.
    `mismatch` is what two of them differ in that ought to be equal.
    `role` is what a transistor is to those who do not know its equations; None of anything else.
    """

    name: str
    letter: str
    doc: str
    terminals: tuple[str, ...]
    evaluate: Callable[[Potentials, Parameters], Flows]
    parameters: tuple[Parameter, ...] = ()
    model_parameters: tuple[Parameter, ...] = ()
    model_types: Mapping[str, float] = field(default_factory=dict)
    model_required: bool = False
    optional_terminals: int = 0
    variadic: bool = False
    levels: tuple[int, ...] = ()
    ignored: frozenset[str] = frozenset()
    marks: tuple[str, ...] = ()
    topology: Callable[[Parameters], Topology] = lambda p: Topology()
    quantities: tuple[Quantity, ...] = ()
    regions: tuple[str, ...] = ()
    multiplier: bool = True
    unreal: Mapping[str, str] = field(default_factory=dict)
    potentials: Callable[[Parameters], Mapping[str, Real]] = lambda p: {}
    scales: tuple[str, ...] = ()
    own_program: bool = False
    elements: tuple[Pattern, ...] = ()
    mismatch: tuple[Spread, ...] = ()
    role: Role | None = None
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Every device with a model takes the word `noiseless` on its model cards."""
        if self.model_types and NOISELESS not in self.model_parameters:
            object.__setattr__(self, "model_parameters", (*self.model_parameters, NOISELESS))


MULTIPLIER = Parameter("m", "", "number of devices in parallel", 1.0, low=0.0)
TEMPERATURE = Parameter("temp", "degC", "device temperature, in place of the circuit's", None, low=-273.15)
TEMPERATURE_DIFFERENCE = Parameter("dtemp", "K", "device temperature above the circuit's", 0.0, aliases=("trise",))


def thermal_voltage(temperature: Real) -> Real:
    """kT/q in V of a temperature in K.

    >>> round(float(thermal_voltage(300.15)), 6)
    0.025865
    """
    return temperature * (BOLTZMANN / ELEMENTARY_CHARGE)
