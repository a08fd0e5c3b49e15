"""What spreads in an amplifier: every random cause, how far it moves which parameters, and what values follow.

The causes are standardized: each has mean 0 and variance 1. One of mismatch moves a parameter of one device, one of
the process all that its rule names. Of two devices by Pelgrom's law, each has 1/sqrt(2) of the deviation between them
(M. Pelgrom, A. Duinmaijer, A. Welbers, IEEE J. Solid-State Circuits 24 (1989) 1433, eq. 5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit, Instance, Value
from longtail.contract.counted import Counted
from longtail.elaborate.draws import UNNAMED, calls, places
from longtail.elaborate.named_values import known_value, nominal
from longtail.elaborate.spreads import called_names
from longtail.elaborate.value_bounds import beyond_bounds
from longtail.engine.equations.views import Numbers
from longtail.errors import OptionError, nearest
from longtail.lanes.graph import Expr, Graph
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower
from longtail.netlist.cards import SpreadRule
from longtail.netlist.expressions.draws import draw_of
from longtail.statistics.draws import NORMAL, TRUNCATED
from longtail.statistics.factor import factor
from longtail.statistics.together import Equal, Field, Plane, Together

Array = NDArray[np.float64]

STEP = 2.0**-10  # standard deviations, to either side of zero: the slope there


@dataclass(frozen=True, slots=True)
class Variation:
    """One random cause.

    instance, parameter  what it moves; for several devices at once `instance` has their names
    names        the same by varied name
    kind         `MISMATCH` or `PROCESS`
    deviation    the standard deviation that is given, in the unit of the parameter or as a part of it; `relative`
    shape        `NORMAL`, `UNIFORM` within sqrt(3) of the deviation, `TRUNCATED` at `cut` of the deviation, or
                 `TWO_VALUES`, a deviation above and below
    draw         whether it is what a statistical function of the netlist draws: `names` has that alone, and `deviation`
                 is what it does to the parameter
    group        causes of one group share a part of their chance, by the law `together` that each has of it
    source       what says so
    area         the parameters of the device whose product, with its m, the variance falls with, by Pelgrom's law
    """

    instance: str
    parameter: str
    names: tuple[str, ...]
    kind: str
    deviation: float
    relative: bool
    shape: str = NORMAL
    cut: float = math.inf
    group: str = ""
    together: Together | None = None
    source: str = ""
    draw: bool = False
    area: tuple[str, ...] = ()

    @property
    def of_places(self) -> bool:
        """Whether it goes by where devices lie."""
        return isinstance(self.together, Field | Plane)

    @property
    def name(self) -> str:
        """What it is called: of one device that has mismatch of its own and such by its place, each apart."""
        named = f"{self.instance}.{self.parameter}" if self.instance else self.parameter
        return f"{named} ({self.together.name})" if self.together is not None and self.together.name else named

    @property
    def owners(self) -> tuple[str, ...]:
        """The devices, or the parameter of the top level, that it moves."""
        if self.draw:
            return tuple(self.instance.split(", ")) if self.instance else (self.parameter,)
        return tuple(name.rpartition(".")[0] or name for name in self.names)

    def parameters(self, circuit: Circuit) -> tuple[str, ...]:
        """What it moves, by varied name: of a draw the parameters that it stands at."""
        if not self.draw:
            return self.names
        named = tuple(f"{owner}.{self.parameter}" if self.instance else owner for owner in self.owners)
        return () if self.parameter in UNNAMED else tuple(n for n in named if known_value(circuit, n))

    def moves(self, pattern: str) -> bool:
        """Whether it moves a device of this name."""
        return any(fnmatchcase(called, pattern) for owner in self.owners for called in called_names(owner))

    @property
    def standard(self) -> float:
        """The standard deviation as it is, which that of a truncated normal is not.

        sigma*sqrt(1 - 2*k*phi(k)/(2*Phi(k) - 1)), truncated at k*sigma (N. Johnson, S. Kotz, N. Balakrishnan,
        Continuous Univariate Distributions, vol. 1, 2nd ed., eq. 13.135).
        """
        if self.shape != TRUNCATED:
            return self.deviation
        k = self.cut
        density, inside = math.exp(-0.5 * k * k) / math.sqrt(2.0 * math.pi), math.erf(k / math.sqrt(2.0))
        return self.deviation * math.sqrt(1.0 - 2.0 * k * density / inside)


@dataclass(frozen=True, eq=False)
class Spreads:
    """The random causes of a circuit.

    assumed  whether the netlist says nothing, and these are what devices of their kinds have as a rule
    bare     devices that could have a spread, of which nothing is said where something is said of others
    rules    those of the netlist, and behind them those of a file beside it
    file     the name of that
    """

    circuit: Circuit
    causes: tuple[Variation, ...]
    assumed: bool = False
    bare: tuple[str, ...] = ()
    rules: tuple[SpreadRule, ...] = ()
    file: str = ""

    def __repr__(self) -> str:
        return f"Spreads({len(self.causes)} causes of {len(self.names)} parameters)"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The varied names, each once, in the order of the causes."""
        return tuple(dict.fromkeys(name for cause in self.causes for name in cause.names))

    @cached_property
    def nominal(self) -> dict[str, float]:
        """The values that the netlist has, by varied name."""
        return {name: nominal(self.circuit, name) for name in self.names}

    @cached_property
    def groups(self) -> dict[str, int]:
        """The place of what all causes of a group have in common, by group: behind those of the causes."""
        groups = dict.fromkeys(cause.group for cause in self.causes if isinstance(cause.together, Equal))
        return {group: len(self.causes) + k for k, group in enumerate(groups)}

    @cached_property
    def _moving(self) -> dict[str, list[tuple[int, Variation]]]:
        """The causes that move each name, with their places."""
        found: dict[str, list[tuple[int, Variation]]] = {name: [] for name in self.names}
        for k, cause in enumerate(self.causes):
            for name in cause.names:
                found[name].append((k, cause))
        return found

    @cached_property
    def mixing(self) -> Array:
        """The causes `[cause, independent]` as sums of independent variables of variance 1.

        Of a group with one correlation c each is sqrt(1 - c) of its own, in the order of the causes, and sqrt(c) of
        what the group has in common, behind them. Those that go by their places have a factor of their correlations.
        """
        count = len(self.causes)
        matrix = np.eye(count, count + len(self.groups))
        for group, members in self._members.items():
            if group in self.groups:
                for k in members:
                    c = self._correlation(k, k)
                    matrix[k, k], matrix[k, self.groups[group]] = math.sqrt(1.0 - c), math.sqrt(c)
            else:
                matrix[np.ix_(members, members)] = factor(self.correlation[np.ix_(members, members)])
        return matrix

    @cached_property
    def _members(self) -> dict[str, list[int]]:
        """The causes of each group."""
        found: dict[str, list[int]] = {}
        for k, cause in enumerate(self.causes):
            if cause.group:
                found.setdefault(cause.group, []).append(k)
        return found

    @cached_property
    def correlation(self) -> Array:
        """The correlations of the causes, `[cause, cause]`."""
        matrix = np.eye(len(self.causes))
        for members in self._members.values():
            for j, k in combinations(members, 2):
                matrix[j, k] = matrix[k, j] = self._correlation(j, k)
        return matrix

    def _correlation(self, j: int, k: int) -> float:
        """That of two causes of one group."""
        one, other = self.causes[j].together, self.causes[k].together
        assert one is not None and other is not None, "a group has a law"
        return one.correlation_with(other)

    def values(self, causes: Array) -> dict[str, Array]:
        """Values by varied name, `[sample]`, for the standardized causes `[sample, cause]`.

        A parameter of the top level moves whatever the netlist computes from it; what is relative is a part of that.
        A draw moves all that reads it, and is the cause itself.
        A sample in which a value is one that no card could have has nan there: it has no solution.
        """
        found = {cause.names[0]: causes[:, k] for k, cause in enumerate(self.causes) if cause.draw and cause.names}
        top = {name for name in self.names if name in self.circuit.parameters}
        for own in (True, False):
            moving = {name for name in found if name in self.circuit.draws} if own else {*found}
            for name in (n for n in self.names if n not in self.circuit.draws and (n in top) is own):
                base = np.asarray(self._follows(name, found, moving))
                moved = np.broadcast_to(base, len(causes)).astype(float)
                for k, cause in self._moving[name]:
                    moved = moved + cause.standard * causes[:, k] * (base if cause.relative else 1.0)
                found[name] = moved
        beyond = beyond_bounds(self.circuit, self.told(found)) if found else np.zeros(len(causes), bool)
        return {name: np.where(beyond, np.nan, value) for name, value in found.items()} if beyond.any() else found

    def _follows(self, name: str, found: Mapping[str, Array], moving: set[str]) -> float | Array:
        """The value of a name where parameters of the top level and draws have moved."""
        value = self._written(name)
        if not moving or value is None or isinstance(value, float | int):
            return self.nominal[name]
        return self._moved(value, found, moving)

    def _written(self, name: str) -> Value | None:
        """What the netlist has for a name."""
        if name in self.circuit.parameters:
            return self.circuit.parameters[name]
        owner, _, parameter = name.rpartition(".")
        card = self.circuit.instances.get(owner) or self.circuit.models[owner]
        values = card.parameters
        if isinstance(card, Instance) and parameter not in values and card.model:
            values = self.circuit.models[card.model].parameters
        return values.get(parameter)

    def _moved(self, value: Value, found: Mapping[str, Array], moving: set[str]) -> float | Array:
        graph = Graph()
        real = Numbers(self.circuit, graph, frozenset(moving)).real(value)
        if not isinstance(real, Expr):
            return real
        names = sorted(moving)
        program = lower(graph, [real], names)
        return np.asarray(NumpyExecutor().run(program, [found[n] for n in names], len(found[names[0]]))[0])

    def told(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """The same `values` with those that are drawn in place of the draws, by varied name."""
        moving = {name for name in values if name in self.circuit.draws}
        found = {name: value for name, value in values.items() if name not in moving}
        known = moving | {name for name in found if name in self.circuit.parameters}
        for owner, parameter, value in places(self.circuit) if moving else ():
            name = f"{owner}.{parameter}" if owner else parameter
            if name not in found and parameter not in UNNAMED and any(draw_of(c) in moving for c in calls(value)):
                found[name] = np.asarray(self._moved(value, values, known))
        return found

    @cached_property
    def moves(self) -> Array:
        """How far one standard deviation of each cause moves each name, `[cause, name]`, about the netlist's values."""
        steps = np.concatenate([np.eye(len(self.causes)), -np.eye(len(self.causes))]) * STEP
        ends = np.array([self.values(steps)[name] for name in self.names]).reshape(len(self.names), 2, -1)
        return np.asarray((ends[:, 0] - ends[:, 1]).T / (2.0 * STEP))

    def chosen(self, choice: Counted) -> Spreads:
        """The causes that are asked for. Raises `OptionError` where there are none of them."""
        some = tuple(
            cause
            for cause in self.causes
            if cause.kind in choice.kinds and (not choice.only or any(map(cause.moves, choice.only)))
        )
        if some:
            return replace(self, causes=some)
        kinds = " and ".join(dict.fromkeys(cause.kind for cause in self.causes))
        devices = [name for cause in self.causes for name in cause.owners]
        known = f"there is {kinds} of {', '.join(devices[:6])}" if self.causes else "no device has any"
        if not self.causes and any(rule.gradient for rule in self.rules):
            known = "a gradient moves devices alike that lie round one centre"
        raise OptionError(
            f"nothing of what is asked for spreads: {known}",
            hint=next((found for name in choice.only if (found := nearest(name, devices))), "")
            or "say it in the netlist, as in '*@ mismatch r(rc*) sigma=0.1%' or '*@ process vto(nch) sigma=10m'",
        )

    def within(self, circuit: Circuit) -> Spreads:
        """The same causes in a circuit that has lost some devices, those in front of the inputs: these move no more."""
        lost = self.circuit.instances.keys() - circuit.instances.keys()
        kept = (
            replace(cause, names=tuple(name for name in cause.names if name.rpartition(".")[0] not in lost))
            for cause in self.causes
        )
        return replace(self, circuit=circuit, causes=tuple(kept))
