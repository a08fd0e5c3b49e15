"""Finds every device: each module of `longtail.devices.models` is one, and exports it as `MODEL`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from longtail.devices.base import DeviceModel


@cache
def devices() -> dict[str, DeviceModel]:
    """Every device model by name, in sorted order of their files.

    >>> "resistor" in devices()
    True
    """
    import longtail.devices.models as package

    found: dict[str, DeviceModel] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        model = getattr(module, "MODEL", None)
        if not isinstance(model, DeviceModel):
            raise TypeError(f"{module.__name__} exports no MODEL; a device file must, see CONTRIBUTING.md")
        if model.name in found:
            raise TypeError(f"two device files call their model '{model.name}'")
        found[model.name] = model
    return found
