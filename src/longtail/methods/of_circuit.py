"""What is asked of the circuit as it is: written by scripts/methods.py, see CONTRIBUTING.md.

They have no bodies here: `asks` runs the analysis of the name with the options that are given.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import TYPE_CHECKING

from longtail.methods.asking import asks

if TYPE_CHECKING:
    from longtail.analyses.check_statistics.result import StatisticsCheck
    from longtail.analyses.derive import Derivation
    from longtail.analyses.formula.result import Formula
    from longtail.analyses.half import HalfCircuits
    from longtail.analyses.offset import Offset
    from longtail.analyses.op import OpResult
    from longtail.analyses.poles.poles import PolesAndZeros
    from longtail.analyses.transfer.transfer import Transfer
    from longtail.analyses.worst_case.result import WorstCase
    from longtail.analyses.yields.result import Yields
    from longtail.contract.kinds import (
        Assignments,
        Corners,
        Flag,
        Lanes,
        Names,
        Nodes,
        Number,
        Range,
        Word,
    )


class OfCircuit:
    """What is asked of the circuit as it is."""

    @asks
    def check_statistics(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
    ) -> StatisticsCheck:
        """Whether the mismatch that the netlist gives is physical, and what to write instead.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).check_statistics()
        <statistics of 0 causes: nothing said>
        """

    @asks
    def derive(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        error: Word = "2%",
        frequency: Number = 0.0,
        latex: Flag = False,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> Derivation:
        """The derivation of the gains, step by step, with the names of this circuit.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        error: leave out elements that change no gain by more than this: 2% or 0.02 (SHARE)
        frequency: where the gains are judged (Hz, at least 0)
        latex: write equations as LaTeX
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).derive()
        <derivation of Long-tailed pair of bipolar transistors with a mirror tail: 6 steps>
        """

    @asks
    def formula(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        of: Word = "differential",
        error: Word = "10%",
        band: Word = "0",
        matched: Flag = False,
        first_order: Flag = False,
        exact: Flag = False,
        in_terms: Word | None = None,
        latex: Flag = False,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        validity: Flag = False,
    ) -> Formula:
        """The formula of a gain in symbols, short, with a proven bound on its error.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        of: which gain: differential, common, common_to_differential, differential_to_common, cmrr (GAIN)
        error: relative error that may be made for a shorter formula: 10% or 0.1 (SHARE)
        band: where the error is bounded: low:high in Hz, or one frequency (RANGE)
        matched: matched devices share symbols; a conversion between modes is then zero
        first_order: keep what is linear in the differences of matched devices
        exact: leave nothing out
        in_terms: bias: g_m by bias currents; beta: g_m as β/r_π (WHAT); g_m stays if not given
        latex: print the formulas as LaTeX
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        validity: errors over mismatch, temperature and common-mode level as well

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).formula()
        <formula: A_dd = -g_m1,2·R_C>
        """

    @asks
    def half(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        at_hz: Number = 1000.0,
    ) -> HalfCircuits:
        """Mirror line, what breaks the symmetry, and the differential and common-mode half circuits.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        at_hz: frequency at which the gains of the halves are computed (Hz, at least 0)

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).half()  # doctest: +NORMALIZE_WHITESPACE
        <half circuits of 'Long-tailed pair of bipolar transistors with a mirror tail': inexact mirror image, 3 pairs of
        devices>
        """

    @asks
    def offset(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        target: Number | None = None,
        temp: Range = "-40:125:34",
    ) -> Offset:
        """Input offset by nulling, bias and offset currents, and their drift.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        target: output voltage to null to (V); 0 for a pair, mid-supply for one node if not given
        temp: temperatures: one, a list, start:stop:points or start:stop:dec:points-per-decade (degC, at least -272.15,
            at most 1000)

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).offset()
        <offset of v(o1) - v(o2): -0.0002625 V, -8.67e-07 V/K, bias 7.016e-07 A, offset -7.033e-09 A>
        """

    @asks
    def op(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        temp: Range | None = None,
        parameters: Lanes | None = None,
        threads: Number = 1,
    ) -> OpResult:
        """Operating point: voltages, currents, and each device's region and parameters.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        temp: temperatures: one, a list, start:stop:points or start:stop:dec:points-per-decade (degC, at least -272.15,
            at most 1000); the netlist's own if not given
        parameters: arrays by parameter name, or a grid: a lane for every value; none if not given
        threads: threads that share the lanes (at least 1, at most 256)

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).op()
        <operating point: converged, 8 nodes, 11 devices, newton, 10 iterations>
        """

    @asks
    def poles(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        loop: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> PolesAndZeros:
        """Poles, zeros of every mode transfer, bandwidth and margins.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        loop: an element in a loop, or one in each of its two wires, for the loop gain and its margins; none if not
            given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).poles()
        <13 poles, bandwidth 20.86 MHz, output o1, o2>
        """

    @asks
    def transfer(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Range | None = None,
        v_id: Range | None = None,
        null: Flag = False,
        target: Number | None = None,
        amplitude: Number | None = None,
        temperatures: Range | None = None,
        corners: Corners | None = None,
    ) -> Transfer:
        """Large-signal transfer: steering, linear range and distortion.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        vcm: dc common-mode levels: one, a list, start:stop:points or start:stop:dec:points-per-decade, or 'supplies'
            for all between them (V); the netlist's own if not given
        v_id: differential inputs: one, a list, start:stop:points or start:stop:dec:points-per-decade (V); as far as the
            pair steers if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); 0 for a pair, mid-supply for one node if not given
        amplitude: peak of the sine whose distortion is computed (V, at least 1e-12); the linear range to 1 % if not
            given
        temperatures: the transfer at these temperatures too: one, a list, start:stop:points or
            start:stop:dec:points-per-decade (degC, at least -272.15, at most 1000); the netlist's own if not given
        corners: and in these corners: names in the netlist, 'all', or a TOML file; none if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).transfer()
        <transfer to v(o1) - v(o2): gain -38.61 V/V, linear to 1 % within 9.378 mV>
        """

    @asks
    def worst_case(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        measure: Names = "offset",
        tolerance: Word | None = None,
        mismatch: Flag = False,
        process: Flag = False,
        both: Flag = False,
        only: Names | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> WorstCase:
        """Worst case of a figure where every part stays within its tolerance.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        measure: the figure: offset, cmrr@50, common_to_differential, or any that sweep measures, at a frequency or not
        tolerance: every resistor, capacitor and what else the netlist lets spread within this part of its value, as in
            1%; the limits of the netlist's rules if not given
        mismatch: only mismatch counts, each device by itself
        process: only the process counts, all devices together
        both: mismatch and process count, as also where nothing is said
        only: devices that spread, as in q1,q2,rc*; all of them if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).worst_case()
        <worst case of input_offset: -0.00339655 to 0.00287091 V, not proven>
        """

    @asks
    def yields(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        limit: Assignments | None = None,
        mismatch: Flag = False,
        process: Flag = False,
        both: Flag = False,
        only: Names | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> Yields:
        """Yield against limits without sampling, and a check of how far that holds.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        limit: what an amplifier has to keep, as in cmrr@50>=80dB or |offset|<=5mV; may be repeated; none, it must be
            given if not given
        mismatch: only mismatch counts, each device by itself
        process: only the process counts, all devices together
        both: mismatch and process count, as also where nothing is said
        only: devices that spread, as in q1,q2,rc*; all of them if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).yields(limit="|offset|<=5mV")
        <yield 100 % of 1 limits, linear>
        """
