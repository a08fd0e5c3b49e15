"""The contract of an analysis: its name, its options, and how it is run.

A file in `longtail/analyses/` exports one `Analysis` as `ANALYSIS`; the Python method, the command-line verb and its
options are made from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from longtail.circuit import Circuit
from longtail.contract.counted import Counted
from longtail.contract.kinds import Kind
from longtail.contract.result import Result
from longtail.contract.subject import Subject
from longtail.elaborate.draws import without_draws
from longtail.engine.remember import Remembered
from longtail.engine.size import LARGEST, SPARSE, check_size
from longtail.engine.solving import dense
from longtail.errors import OptionError, nearest
from longtail.hints import TEMPERATURES, TEMPERATURES_HINT, named, said
from longtail.lanes.threads import turn
from longtail.units import format_spice

_NOMINAL = Remembered[Circuit](8)  # circuits without draws, for analyses that draw nothing


def as_it_stands(circuit: Circuit) -> Circuit:
    """The circuit without what its statistical functions draw; the same one each time."""
    return _NOMINAL.get(circuit, None, lambda: without_draws(circuit)) if circuit.draws else circuit


@dataclass(frozen=True, slots=True)
class Option:
    """An option of an analysis.

    `kind` says what it takes and how that is read, see `longtail.contract.kinds`; an option with a grammar of its own
    has a reader, `reads`, which raises `OptionError` as that of its kind does. `low` and `high` are bounds in `unit`.
    `python_only` keeps it off the command line. `needs` names the flag without which the option has no effect.
    `group` is a dataclass with a field of this name: `run` gets one of them for all options of the group. `otherwise`
    says what holds where an option without default is not given. `aliases` are other names that are understood.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    default: Any = None
    low: float = -math.inf
    high: float = math.inf
    python_only: bool = False
    needs: str = ""
    reads: Callable[[Any], Any] | None = None
    group: type | None = None
    otherwise: str = ""
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.kind, Kind):
            raise TypeError(f"option '{self.name}': {self.kind!r} is no kind of `longtail.contract.kinds`")
        if self.reads is None and self.kind.read is None:
            raise TypeError(f"option '{self.name}': nothing reads {self.kind.takes}; give it `reads`")

    @property
    def argument(self) -> str:
        """Under what name `run` gets it: its own, or that of its group in lower case."""
        return self.name if self.group is None else self.group.__name__.lower()

    @property
    def unless_given(self) -> str:
        """What holds where it is not given, in words: its default as a command takes it, or else what is said of that.

        >>> from longtail.contract.kinds import FLAG, NUMBER
        >>> options = Option("load", NUMBER, "ohm", "load", 4700.0), Option("null", FLAG, "", "null", False)
        >>> [each.unless_given for each in options]
        ['4.7k ohm', 'off']
        """
        if self.default is None:
            return self.otherwise
        if isinstance(self.default, bool):
            return "on" if self.default else "off"
        return (
            str(self.default) if isinstance(self.default, str) else f"{format_spice(self.default)} {self.unit}".strip()
        )

    def read(self, given: Any) -> Any:
        """What an analysis computes with, of what was given or else of the default; None where there is neither.

        Raises `OptionError` for what is none of its kind, or out of bounds.
        """
        value = self.default if given is None else given
        if value is None:
            return None
        if self.kind.check is not None:
            self.kind.check(self, value)
        if self.reads is not None:
            return self.reads(value)
        assert self.kind.read is not None, "there is one or the other"
        return self.kind.read(self, value)


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis: `run(circuit, ...)` takes the values of the options, or groups of them, and returns a `result`.

    Options are read before it runs; those that are not given take their default. `example` are arguments that it
    cannot do without, as its help shows them. `most` is the size of the largest circuit that it takes, see
    `longtail.engine.size`. One that is `about` nothing but its options is run without a circuit; `without_circuit` is
    the name of that which answers such a question where there is no netlist. `verb` is what the command line calls it,
    where that is not its name. One that `draws` gets the circuit with what statistical functions draw, as do those that
    are asked which random causes count; all others get it as it stands.
    """

    name: str
    doc: str
    run: Callable[..., Result]
    result: type[Result]
    options: tuple[Option, ...] = ()
    example: str = ""
    most: int = LARGEST
    about: Subject = Subject.CIRCUIT
    without_circuit: str = ""
    verb: str = ""
    draws: bool = False

    @property
    def command(self) -> str:
        """What the command line calls it."""
        return self.verb or self.name

    @property
    def identifier(self) -> str:
        """Its name in Python: of a method of an amplifier, or of a function of the package."""
        return self.name.replace("-", "_")

    def __call__(self, circuit: Circuit | None = None, /, **given: Any) -> Result:
        """Run with options by name, on a circuit if it is about one.

        Raises `OptionError` for an option that is unknown or cannot be read, and for a circuit too much or too few;
        `SizeError` for a circuit that is too large.
        """
        known = {option.name: option for option in self.options}
        given = self._by_own_names(given)
        for name in given:
            if name not in known:
                has = f"it has: {', '.join(known) or 'none'}"
                way = nearest(name, known) if name not in TEMPERATURES else TEMPERATURES_HINT
                raise OptionError(f"{self.name} has no option '{name}'; {has}", hint=way)
        values = {name: option.read(given.get(name)) for name, option in known.items()}
        for name, option in known.items():
            if option.needs and given.get(name) is not None and not values[option.needs]:
                raise OptionError(
                    f"{name} has no effect without {option.needs}",
                    hint=said("add {0}, or leave {1} out", named(option.needs, True), named(name)),
                )
        subject = self._subject(circuit)
        if subject and (self.name not in SPARSE or values.get("parameters")):
            check_size(subject[0], self.name + (" over parameters" if values.get("parameters") else ""), self.most)
        with turn(), dense.one_thread():
            return self.run(*subject, **self._arguments(values))

    def _by_own_names(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Options under the names that they have here. Raises `OptionError` for one that is given by two names."""
        found: dict[str, Any] = {}
        own = {alias: option.name for option in self.options for alias in option.aliases}
        for name, value in given.items():
            if own.get(name, name) in found:
                raise OptionError(f"{name} and {own.get(name, name)} are one option", hint="leave one of them out")
            found[own.get(name, name)] = value
        return found

    def _subject(self, circuit: Circuit | None) -> tuple[Circuit, ...]:
        """What `run` gets before the options."""
        if self.about is Subject.OPTIONS:
            if circuit is not None:
                raise OptionError(f"{self.name} is about no circuit", hint=f"longtail.{self.identifier}(...) asks it")
            return ()
        if circuit is None:
            raise OptionError(f"{self.name} is about a circuit", hint=f"read(...).{self.identifier}(...) asks it")
        draws = self.draws or any(option.group is Counted for option in self.options)
        return (circuit if draws else as_it_stands(circuit),)

    def _arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as `run` takes them: those of a group as one of it, whose own defaults stand for None."""
        found: dict[str, Any] = {}
        for option in self.options:
            if option.group is None:
                found[option.name] = values[option.name]
            elif option.argument not in found:
                members = {o.name: values[o.name] for o in self.options if o.group is option.group}
                found[option.argument] = option.group(**{k: v for k, v in members.items() if v is not None})
        return found
