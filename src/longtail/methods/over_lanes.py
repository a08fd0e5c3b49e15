"""What is asked of many lanes, and may go into a file: written by scripts/methods.py, see CONTRIBUTING.md.

They have no bodies here: `asks` runs the analysis of the name with the options that are given.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import TYPE_CHECKING

from longtail.methods.asking import asks

if TYPE_CHECKING:
    from longtail.analyses.monte_carlo.result import MonteCarlo
    from longtail.analyses.sweep.sweep import SweepResult
    from longtail.contract.kinds import (
        Address,
        Assignments,
        Callback,
        File,
        Flag,
        Frequency,
        Lanes,
        Listener,
        Names,
        Nodes,
        Number,
        Workers,
    )


class OverLanes:
    """What is asked of many lanes, and may go into a file."""

    @asks
    def monte_carlo(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        measure: Names = "offset,cmrr",
        limit: Assignments | None = None,
        samples: Number = 1000,
        seed: Number = 1,
        sampling: Names = "random",
        sample: Number | None = None,
        mismatch: Flag = False,
        process: Flag = False,
        both: Flag = False,
        only: Names | None = None,
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
        running: Listener | None = None,
    ) -> MonteCarlo:
        """Random samples: distributions of figures, yield against limits.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        measure: figures: offset, cmrr@50, or any single one that sweep measures, at a frequency or not
        limit: what a sample has to keep, as in cmrr@50>=80dB or |offset|<=5mV; may be repeated; none if not given
        samples: how many samples (at least 1, at most 2e+07)
        seed: of the draws: the same seed gives the same samples (at least 0, at most 9.0072e+15)
        sampling: how they are drawn: random, latin, sobol
        sample: solve this one sample again, by its number (at least 0); none if not given
        mismatch: only mismatch counts, each device by itself
        process: only the process counts, all devices together
        both: mismatch and process count, as also where nothing is said
        only: devices that spread, as in q1,q2,rc*; all of them if not given
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
        running: called with the yield so far as a text, after every part; none if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).monte_carlo()
        <1000 samples: median offset -0.0002603 V, cmrr 106.6 dB>
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
