"""Netlist to flat circuit: every include, parameter and subcircuit resolved, one pass a file."""

from longtail.elaborate.pipeline import elaborate, load
from longtail.elaborate.ports import resolve_ports
from longtail.elaborate.writer import write

__all__ = ["elaborate", "load", "resolve_ports", "write"]
