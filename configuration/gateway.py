"""What feedback needs of ``[gateway]``: three switches."""

from dataclasses import dataclass

from configuration.keys import GATEWAY, OBSERVABILITY
from configuration.node import Node


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway's switches."""

    observability: bool = True
    target_validation: bool = True
    debug: bool = False


def read_gateway(root: Node) -> Gateway:
    """Read ``[gateway]``; what else it holds is not looked at."""
    gateway = root.get("gateway")
    if gateway is None or not gateway.is_table():
        return Gateway()
    gateway.check_keys(GATEWAY)
    unchecked = gateway.read("unstable_disable_feedback_target_validation", bool, default=False)
    return Gateway(
        observability=_observability(gateway),
        target_validation=not unchecked,
        debug=gateway.read("debug", bool, default=False),
    )


def _observability(gateway: Node) -> bool:
    observability = gateway.get("observability")
    if observability is None:
        return True
    if not isinstance(observability.value, dict):
        observability.refuse_type("struct ObservabilityConfig")
    observability.check_keys(OBSERVABILITY)
    return observability.read("enabled", bool, default=True)
