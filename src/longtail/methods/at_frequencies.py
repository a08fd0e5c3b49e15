"""What is asked at a frequency, or over a range of them: written by scripts/methods.py, see CONTRIBUTING.md.

They have no bodies here: `asks` runs the analysis of the name with the options that are given.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import TYPE_CHECKING

from longtail.methods.asking import asks

if TYPE_CHECKING:
    from longtail.analyses.behavioral import BehavioralModel
    from longtail.analyses.cmrr import CmrrMap
    from longtail.analyses.gains import ModeGains
    from longtail.analyses.impedance import Impedances
    from longtail.analyses.noise.result import Noise
    from longtail.analyses.psrr import SupplyRejection
    from longtail.analyses.range import OperatingRange
    from longtail.analyses.source_imbalance import SourceImbalance
    from longtail.analyses.sweep.sweep import SweepResult
    from longtail.contract.kinds import (
        Address,
        Assignments,
        Callback,
        Corners,
        File,
        Flag,
        Frequency,
        Lanes,
        Limits,
        Names,
        Nodes,
        Number,
        Range,
        Workers,
    )
    from longtail.datasheet.analyze import Datasheet


class AtFrequencies:
    """What is asked at a frequency, or over a range of them."""

    @asks
    def analyze(
        self,
        frequency_hz: Frequency = "1:1g:20",
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        full: Flag = False,
        temperatures: Range | None = None,
        corners: Corners | None = None,
        at: Frequency | None = None,
        band: Frequency | None = None,
        limits: Limits | None = None,
        samples: Number = 0,
        spreads: File | None = None,
    ) -> Datasheet:
        """The datasheet: operating point, mode gains, CMRR and offset.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); 0 for a pair, mid-supply for one node if not given
        full: everything: ranges, impedances, supply rejection, noise, poles too
        temperatures: minimum and maximum over these temperatures: one, a list, start:stop:points or
            start:stop:dec:points-per-decade (degC, at least -272.15, at most 1000); the netlist's own if not given
        corners: and over these corners: names in the netlist, 'all', or a TOML file; none if not given
        at: rejection of supplies and common mode and noise at these frequencies too: one, a list,
            start:stop:points-per-decade or start:stop:lin:points (Hz); none if not given
        band: start:stop of the integrated noise (Hz); the pass band if not given
        limits: limits that rows have to keep, in a TOML file, or in YAML as CACE has it; none if not given
        samples: how figures spread over so many random samples (at least 0, at most 20000)
        spreads: TOML file of mismatch, process and positions, beside the netlist and before it; none if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).analyze()  # doctest: +NORMALIZE_WHITESPACE
        <datasheet of 'Long-tailed pair of bipolar transistors with a mirror tail': <mode gains of v(o1) - v(o2): 31.73
        dB differential, CMRR 109.9 dB at 1 Hz, 181 points>>
        """

    @asks
    def behavioral(
        self,
        frequency_hz: Number = 0.0,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> BehavioralModel:
        """The behavioural model at one frequency: A_d and A_c, or the matrix of a pair.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: of the model (Hz, at least 0)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).behavioral()
        <Behavioral(A_dd=-38.61, A_c→d=-0.0001231, A_d→c=-0.09651, A_cc=-0.0128) at 0 Hz, output v(o1) - v(o2)>
        """

    @asks
    def cmrr(
        self,
        frequency_hz: Frequency = "1:1g:20",
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Range | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> CmrrMap:
        """Common-mode rejection over frequency and over the common-mode level.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode levels: one, a list, start:stop:points or start:stop:dec:points-per-decade, or 'supplies'
            for all between them (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).cmrr()
        <CMRR of v(o1) - v(o2): 65.84 to 109.9 dB over 1 level and 181 points>
        """

    @asks
    def gains(
        self,
        frequency_hz: Frequency = "1:1g:20",
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        parameters: Lanes | None = None,
        threads: Number = 1,
        plain: Flag = False,
    ) -> ModeGains:
        """Mode gains and CMRR over frequency.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        parameters: arrays by parameter name, or a grid: a lane for every value; none if not given
        threads: threads that share the lanes (at least 1, at most 256)
        plain: solve at every frequency of every lane

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).gains()
        <mode gains of v(o1) - v(o2): 31.73 dB differential, CMRR 109.9 dB at 1 Hz, 181 points>
        """

    @asks
    def impedance(
        self,
        frequency_hz: Frequency = "1:1g:20",
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> Impedances:
        """Input and output impedance of both modes over frequency.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).impedance()
        <impedances at 1 Hz: input 7.466e+04 ohm differential, 2.822e+07 ohm common, output 1.975e+04 ohm>
        """

    @asks
    def noise(
        self,
        frequency_hz: Frequency = "1:1g:20",
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        band: Frequency | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        parameters: Lanes | None = None,
        threads: Number = 1,
    ) -> Noise:
        """Noise at the output and referred to the input, and who makes it.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        band: start:stop of the integrals (Hz); all frequencies if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        parameters: arrays by parameter name, or a grid: a lane for every value; none if not given
        threads: threads that share the lanes (at least 1, at most 256)

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).noise()
        <noise: 2.916e-09 V/rtHz at the input at 1 Hz, 0.0006397 V rms at the output, 0.253 of it shot noise of q1>
        """

    @asks
    def psrr(
        self,
        frequency_hz: Frequency = "1:1g:20",
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        supply: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> SupplyRejection:
        """Power-supply rejection: each supply to each output mode.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        supply: voltage sources that feed the circuit; as the netlist says, or as found if not given
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).psrr()
        <supply rejection at 1 Hz: vcc 91.12 dB, vee 90.18 dB>
        """

    @asks
    def range(
        self,
        frequency_hz: Number = 1.0,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        gain_loss_db: Number = 3.0,
        cmrr_loss_db: Number = 6.0,
        window: Number | None = None,
    ) -> OperatingRange:
        """Input common-mode range, output swing, and where both hold together.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        frequency_hz: at which gain and rejection are taken (Hz, at least 0)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); 0 for a pair, mid-supply for one node if not given
        gain_loss_db: loss of gain that ends a range (dB, at least 0.001, at most 100)
        cmrr_loss_db: loss of rejection that ends a range (dB, at least 0.001, at most 100)
        window: how far about the operating point to look (V, at least 1e-06); the supplies, and a fifth more for the
            input if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).range()
        <range of v(o1) - v(o2): input -4.034 to 4.314 V, output -1.13 to 1.109 V>
        """

    @asks
    def source_imbalance(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        resistance: Number = 10000.0,
        resistance_difference: Number = 1000.0,
        capacitance: Number = 1e-10,
        capacitance_difference: Number = 0.0,
        frequency_hz: Frequency = "1:1meg:10",
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> SourceImbalance:
        """Rejection with unequal source resistances and capacitances.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        resistance: mean of the two source resistances (ohm, at least 0.001)
        resistance_difference: of the first over the second source resistance (ohm)
        capacitance: mean of the capacitances from the inputs to ground (F, at least 0)
        capacitance_difference: of the first over the second capacitance (F)
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).source_imbalance()
        <source imbalance of 1000 ohm: CMRR 94.77 dB at 1 Hz>
        """

    @asks
    def sweep(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        vary: Assignments | None = None,
        parameters: Lanes | None = None,
        measure: Names = "differential_db,cmrr_db,bandwidth_hz",
        frequency_hz: Frequency = "1:1g:20",
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        out: File | None = None,
        resume: Flag = False,
        overwrite: Flag = False,
        threads: Number = 1,
        scheduler: Address | None = None,
        executor: Workers | None = None,
        progress: Callback | None = None,
    ) -> SweepResult:
        """Figures over swept parameters: gains, CMRR, offsets, operating points.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        vary: what to sweep, NAME= and values: one, a list, start:stop:points or start:stop:dec:points-per-decade;
            several are nested, repeat the option; none, it must be given if not given
        parameters: arrays by parameter name: a lane for every value; none if not given
        measure: what to keep: gains, op, cmrr, differential_db, common_db, common_to_differential_db,
            differential_to_common_db, cmrr_db, bandwidth_hz, low_corner_hz, unity_gain_hz, input_offset, offset_drift,
            vcm, input_bias_current, input_offset_current, supply_power, common_mode_low, common_mode_high, output_low,
            output_high, linear_range, lowest_cmrr_db, z_id, z_ic, z_od, z_oc, input_noise, output_noise,
            lowest_pole_hz, psrr(supply), v(node), i(device), device.quantity; name@frequency for figures of one
            frequency
        frequency_hz: frequencies: one, a list, start:stop:points-per-decade or start:stop:lin:points (Hz)
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        out: write every lane as it comes into FILE.csv, FILE.json or FILE.zarr; none if not given
        resume: go on with a file that was left unfinished
        overwrite: replace files that are there already
        threads: threads that share the lanes (at least 1, at most 256)
        scheduler: address of a Dask scheduler whose workers do it; none if not given
        executor: whose workers do it, as ProcessPoolExecutor(2); none if not given
        progress: called with lanes done and lanes in all; none if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).sweep(vary="rc=9k:11k:3", measure="cmrr_db")
        <sweep over rc 3, 100.0000% of lanes solved: cmrr_db>
        """
