"""What a user writes: read, ask, take from the results. Type checkers read it, and it runs."""

import numpy as np

import longtail as lt


def main() -> str:
    amp = lt.read("bjt_pair", parameters={"drc": 0.01}, input=["inp", "inn"])
    gains: lt.ModeGains = amp.gains("1:1g:20", vcm=0.5)
    first: complex = gains.differential[0].item()
    over = amp.cmrr(lt.decades(1, 1e6), vcm="-1:1:5", null=True)
    offset: lt.Offset = amp.offset(temp=[-40.0, 27.0], target="0.1")
    lanes = amp.gains([1.0], parameters=lt.grid({"rc": np.linspace(9e3, 11e3, 3)}), threads=2)
    swept = amp.sweep(vary={"rc": [9e3, 11e3]}, measure=["cmrr_db"])
    sheet = amp.analyze(corners={"hot": {"temp": 125.0}}, limits={"A_dd": {"min": 20, "unit": "dB"}})
    assert sheet.failure is None
    return "\n".join(
        (
            f"{abs(first):.2f} V/V, rejection of at least {gains.cmrr_db.min():.0f} dB, at {over.vcm.tolist()} V too",
            f"{offset.input_offset} V, {amp.op().nodes['o1']:.2f} V, {lanes.differential.shape}",
            swept.to_text(),
            sheet.to_markdown(),
        )
    )


def refused() -> str | None:
    try:
        lt.read("bjt_pair").impedance(50.0, output=("o1", "o3"))
    except lt.OptionError as error:
        return error.hint
    return None
