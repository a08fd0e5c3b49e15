"""What a JSON text is of: each begins with the name of its analysis and the version of its form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from longtail.contract.encoding import finite, infinite, with_infinite
from longtail.errors import InputError

KEY = "schema"
INFINITE = "infinite"


@dataclass(frozen=True, slots=True)
class Schema:
    """The form of the JSON of an analysis; its version is one more each time a key goes or means something else.

    >>> Schema("gains").read(Schema("gains").write({"vcm": 2.5, "cmrr_db": float("inf")}))
    {'vcm': 2.5, 'cmrr_db': inf}
    """

    name: str
    version: int = 1

    def write(self, entries: Mapping[str, Any]) -> str:
        """The entries as text with the schema first. A number that is not finite becomes null; `infinite`, last of all,
        says which of these are infinite and with what sign, see `longtail.contract.encoding.infinite`."""
        signs = infinite(entries)
        said = {} if signs is None else {INFINITE: signs}
        return json.dumps({KEY: asdict(self), **finite(entries), **said}, indent=1, allow_nan=False)

    def read(self, text: str) -> dict[str, Any]:
        """The entries of such a text, infinite numbers among them; None for those that were none (nan).

        Raises `InputError` for a text that has another schema, or none.
        """
        try:
            found = json.loads(text)
        except ValueError as error:
            raise InputError(f"this is no JSON: {error}") from error
        match found.pop(KEY, None) if isinstance(found, dict) else None:
            case {"name": str(name), "version": int(version)}:
                self._check(name, version)
                return dict(with_infinite(found, found.pop(INFINITE, None)))
        raise InputError("this is not the JSON of a result", hint="it begins with a schema: a name and a version")

    def _check(self, name: str, version: int) -> None:
        if name != self.name:
            wanted = f"not of '{self.name}'" if self.name else "which the class of its result reads"
            raise InputError(f"this is the JSON of '{name}', {wanted}")
        if version != self.version:
            raise InputError(f"this JSON of '{name}' has version {version}: only version {self.version} is read here")
