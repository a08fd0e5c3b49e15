"""The transistors of an operating point, with the roles that say what is worth showing of them."""

from __future__ import annotations

from longtail.analyses.op import OpResult
from longtail.devices.discovery import devices
from longtail.devices.role import Role


def role_of_kind(kind: str) -> Role | None:
    """The role of a kind of device, None of what is no transistor."""
    return devices()[kind].role


def transistors(op: OpResult) -> dict[str, Role]:
    """The transistors of a circuit by name, in the order of the netlist."""
    roles = {name: role_of_kind(op.kinds[name]) for name in op.devices if name in op.kinds}
    return {name: role for name, role in roles.items() if role is not None}


def amplifies(op: OpResult, name: str) -> bool:
    """Whether a transistor is in its amplifying region."""
    role = role_of_kind(op.kinds[name])
    return role is not None and bool(op.devices[name].get("region") == role.amplifying)
