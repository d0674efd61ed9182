"""Puts the Lambdas' modules into the package that is built: `feedback aggregates` counts by them.

An editable installation uses those of its checkout.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("aggregates", "aggregator", "feedback", "shared")


class Functions(BuildHookInterface):
    """The hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the modules."""
        if version != "editable":
            functions = Path(self.root).parent / "functions"
            for package in PACKAGES:
                target = f"feedback_cli/recount/functions/{package}"
                build_data["force_include"][str(functions / package)] = target
