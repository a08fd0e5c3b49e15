"""What is asked without a circuit, of options alone: written by scripts/methods.py, see CONTRIBUTING.md.

They have no bodies here: `asks_alone` runs the analysis of the name with the options that are given.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import TYPE_CHECKING

from longtail.methods.asking import asks_alone

if TYPE_CHECKING:
    from longtail.analyses.predict import Prediction
    from longtail.contract.kinds import (
        Number,
    )


@asks_alone
def predict(
    *,
    differential: Number | None = None,
    common: Number | None = None,
    cmrr: Number | None = None,
    common_to_differential: Number | None = None,
    differential_to_common: Number | None = None,
    v1: Number | None = None,
    v2: Number | None = None,
    v_id: Number | None = None,
    v_ic: Number | None = None,
) -> Prediction:
    """The output of an amplifier with these gains for two input voltages, without a netlist.

    differential: gain A_d, or A_dd of a differential output (V/V); none, it must be given if not given
    common: gain A_c, or A_cc of a differential output (V/V); from the CMRR, or it must be given if not given
    cmrr: rejection, in place of A_c, or of A_c→d of a differential output, which gets the sign of A_d (dB, at least
        -300, at most 300); none if not given
    common_to_differential: gain A_c→d of a differential output (V/V); a single output if not given
    differential_to_common: gain A_d→c of a differential output (V/V); a single output if not given
    v1: at the positive input (V); from the modes, or it must be given if not given
    v2: at the negative input (V); from the modes, or it must be given if not given
    v_id: v1 - v2, in place of v1 and v2 (V); from v1 and v2 if not given
    v_ic: (v1 + v2)/2, in place of v1 and v2 (V); from v1 and v2 if not given

    >>> from longtail import predict
    >>> predict(differential=100, common=0.01, v1=1.002, v2=0.998)
    <v_out = 410 mV of Behavioral(A_d=100, A_c=0.01)>
    """
