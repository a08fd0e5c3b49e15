"""What is input, output and supply of a circuit: said, or found by looking at it."""

from longtail.elaborate.ports.resolve import read_ports, resolve_ports

__all__ = ["read_ports", "resolve_ports"]
