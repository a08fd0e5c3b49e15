"""Colours of all plots, which everyone can tell apart."""

# Okabe and Ito's palette, https://jfly.uni-koeln.de/color/
BLUE, VERMILLION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#B07D00"
INK, PALE = "#222222", "#6a6a6a"
GAIN_COLOURS = {
    "A_dd": BLUE,
    "A_d": BLUE,
    "A_cc": ORANGE,
    "A_cm": ORANGE,
    "A_c→d": VERMILLION,
    "A_d→c": GREEN,
    "CMRR": PURPLE,
}
