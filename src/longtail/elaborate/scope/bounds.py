"""Bounds that keep a hostile or mistaken netlist from taking all time and memory."""

from __future__ import annotations

INCLUDE_DEPTH = 32
INCLUDE_BYTES = 64 * 1024 * 1024
INCLUSIONS = 20_000  # files and sections put in place; a large process kit takes some thousands
INCLUDED_CARDS = 2_000_000  # cards put in place, once for every time that their file is included
SUBCIRCUIT_DEPTH = 64
DEVICES = 200_000
PLACED_CARDS = 1_000_000  # parameters, models and all others of subcircuits, once for every X card that places them
FUNCTION_DEPTH = 32
EXPRESSION_SIZE = 20_000
EXPRESSIONS_SIZE = 500_000  # terms of all expressions of a netlist together, after expansion
EXPRESSION_DEPTH = 150  # as many as the reader takes, so that what is written can be read
PARAMETER_DEPTH = 50
COUPLED = 64  # inductors on one K card: they make 2016 pairs
