"""What is asked of random differences: written by scripts/methods.py, see CONTRIBUTING.md.

They have no bodies here: `asks` runs the analysis of the name with the options that are given.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import TYPE_CHECKING

from longtail.methods.asking import asks

if TYPE_CHECKING:
    from longtail.analyses.contributions.result import Contributions
    from longtail.analyses.monte_carlo.result import MonteCarlo
    from longtail.analyses.worst_case.result import WorstCase
    from longtail.analyses.yields.result import Yields
    from longtail.contract.kinds import (
        Address,
        Assignments,
        Callback,
        Corners,
        File,
        Flag,
        Frequency,
        Listener,
        Names,
        Nodes,
        Number,
        Range,
        Word,
        Workers,
    )


class OfMismatch:
    """What is asked of random differences."""

    @asks
    def contributions(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        measure: Names = "offset",
        mismatch: Flag = False,
        process: Flag = False,
        both: Flag = False,
        only: Names | None = None,
        spreads: File | None = None,
        frequency_hz: Frequency | None = None,
        vcm: Range | None = None,
        null: Flag = False,
        target: Number | None = None,
    ) -> Contributions:
        """Which random mismatch spoils a figure: ranked shares of its variance.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        measure: the figure: offset, cmrr@50, common_to_differential, or any that sweep measures, at a frequency or not
        mismatch: only mismatch counts, each device by itself
        process: only the process counts, all devices together
        both: mismatch and process count, as also where nothing is said
        only: devices that spread, as in q1,q2,rc*; all of them if not given
        spreads: TOML file of mismatch, process and positions, beside the netlist and before it; none if not given
        frequency_hz: frequencies of a gain or of cmrr: one, a list, start:stop:points-per-decade or
            start:stop:lin:points (Hz); mid-band, or what stands behind the @ of the figure if not given
        vcm: dc common-mode levels: one, a list, start:stop:points or start:stop:dec:points-per-decade, or 'supplies'
            for all between them (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).contributions()
        <contributions to input_offset: sigma 0.0005218 V; rc1.r 0.25, rc2.r 0.25, q2.is 0.25>
        """

    @asks
    def monte_carlo(
        self,
        *,
        input: Nodes | None = None,
        output: Nodes | None = None,
        measure: Names = "offset,cmrr",
        limit: Assignments | None = None,
        control: Flag = False,
        samples: Number = 1000,
        seed: Number = 1,
        sampling: Names = "random",
        sample: Number | None = None,
        mismatch: Flag = False,
        process: Flag = False,
        both: Flag = False,
        only: Names | None = None,
        spreads: File | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        temperatures: Range | None = None,
        corners: Corners | None = None,
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
        control: yields with the linear picture as control too: the same interval from fewer samples
        samples: how many samples (at least 1, at most 2e+07)
        seed: of the draws: the same seed gives the same samples (at least 0, at most 9.0072e+15)
        sampling: how they are drawn: random, latin, sobol
        sample: solve this one sample again, by its number (at least 0); none if not given
        mismatch: only mismatch counts, each device by itself
        process: only the process counts, all devices together
        both: mismatch and process count, as also where nothing is said
        only: devices that spread, as in q1,q2,rc*; all of them if not given
        spreads: TOML file of mismatch, process and positions, beside the netlist and before it; none if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        temperatures: the same samples at these temperatures too: one, a list, start:stop:points or
            start:stop:dec:points-per-decade (degC, at least -272.15, at most 1000); the netlist's own if not given
        corners: and in these corners: names in the netlist, 'all', or a TOML file; none if not given
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
        spreads: File | None = None,
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
        spreads: TOML file of mismatch, process and positions, beside the netlist and before it; none if not given
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
        samples: Number = 0,
        seed: Number | None = None,
        improve: Word | None = None,
        mismatch: Flag = False,
        process: Flag = False,
        both: Flag = False,
        only: Names | None = None,
        spreads: File | None = None,
        vcm: Number | None = None,
        null: Flag = False,
        target: Number | None = None,
        temperatures: Range | None = None,
        corners: Corners | None = None,
    ) -> Yields:
        """Yield against limits without sampling, and a check of how far that holds.

        input: input nodes or input voltage sources, positive first; as the netlist says, or as found if not given
        output: output nodes, positive first, or one node; as the netlist says, or as found if not given
        limit: what an amplifier has to keep, as in cmrr@50>=80dB or |offset|<=5mV; may be repeated; none, it must be
            given if not given
        samples: whole solutions about the worst case of each limit, 100 or more, for failures that are rare; 0: none
            (at least 0, at most 2e+07)
        seed: of these samples (at least 0, at most 9.0072e+15); 1 if not given
        improve: a yield of all limits together, as in 99.7%: the least areas, or deviations, that reach it; none if not
            given
        mismatch: only mismatch counts, each device by itself
        process: only the process counts, all devices together
        both: mismatch and process count, as also where nothing is said
        only: devices that spread, as in q1,q2,rc*; all of them if not given
        spreads: TOML file of mismatch, process and positions, beside the netlist and before it; none if not given
        vcm: dc common-mode level of the inputs (V); the netlist's own if not given
        null: find the input offset that brings the output to its target, and analyze there
        target: output voltage to null to (V); with null only; 0 for a pair, mid-supply for one node if not given
        temperatures: the yield at these temperatures too: one, a list, start:stop:points or
            start:stop:dec:points-per-decade (degC, at least -272.15, at most 1000); the netlist's own if not given
        corners: and in these corners: names in the netlist, 'all', or a TOML file; none if not given

        >>> from longtail import read
        >>> read("bjt_pair", parameters={"drc": 0.01}).yields(limit="|offset|<=5mV")
        <yield 100 % of 1 limits, linear>
        """
