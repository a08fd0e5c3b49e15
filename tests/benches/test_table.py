"""Ports and targets of benches from practice are read as a person reads them, or refused with the way out."""

import pytest

import longtail as lt
from benches.table import BENCHES, MODELS
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import null_target


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_is_read_as_a_person_reads_it(name):
    bench = BENCHES[name]
    amplifier = lt.read(f"{name}\n{bench.deck}{MODELS}.end\n")
    circuit = amplifier.circuit
    if bench.refused:
        with pytest.raises(lt.OptionError, match=bench.refused) as caught:
            find_drives(circuit)
        assert caught.value.hint
        return
    drives = find_drives(circuit)
    assert (drives.hot, drives.output, circuit.ports.supplies) == (bench.input, bench.output, bench.supplies)
    assert null_target(drives, None) == pytest.approx(bench.target, abs=1e-3)
    assert (amplifier.poles().corners.low_hz is not None) == bench.coupled


def test_there_are_many():
    assert len(BENCHES) >= 40
