"""What tests of devices share."""

from __future__ import annotations

import pytest

from devices.transistors import NGSPICE_BOLTZMANN, NGSPICE_CHARGE
from longtail.devices import base
from longtail.devices.parts import mosfet_process


@pytest.fixture
def constants_of_ngspice(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that both compute with the same numbers, and may be compared to more digits than the constants agree in."""
    monkeypatch.setattr(base, "BOLTZMANN", NGSPICE_BOLTZMANN)
    for module in (base, mosfet_process):  # process data of MOSFETs are converted with it, too
        monkeypatch.setattr(module, "ELEMENTARY_CHARGE", NGSPICE_CHARGE)
