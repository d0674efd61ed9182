"""What the placeholders of a case stand for: new ids for each case, as targets.json says."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from shared import uuids

HERE = Path(__file__).parent
TARGETS: dict[str, Any] = json.loads((HERE / "targets.json").read_text())
HOUR = 3_600_000
WORKFLOW = 10_000_000_000_000
"""Milliseconds that the ids of workflow evaluations are ahead of the clock."""
AHEAD = {
    "UNK_OLD": -HOUR,
    "UNK_DAY": -24 * HOUR,
    "UNK_NOW": 0,
    "UNK_NOW_M3S": -3_000,
    "UNK_FUT_500MS": 500,
    "UNK_FUT_1H": HOUR,
    "UNK_WF": WORKFLOW,
    "UNK_WF_FUT": WORKFLOW + HOUR,
    "EP_WF_EMPTY": WORKFLOW,
    "EP_WF": WORKFLOW,
    "INF_WF": WORKFLOW,
}
"""Milliseconds from now to an id's timestamp, where it is not now."""
FIXED = {"UNK_EPOCH": 0, "UNK_MAXTS": 2**48 - 1}
"""Timestamps that do not depend on the clock."""
SPELLINGS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "simple": lambda text: text.replace("-", ""),
    "braced": lambda text: f"{{{text}}}",
    "urn": lambda text: f"urn:uuid:{text}",
}
PLACEHOLDER = re.compile(r"<<(\w+)(?:\|(\w+))?>>")


def uuid7(milliseconds: int) -> str:
    """Make a UUIDv7 of a given time."""
    digits = f"{milliseconds:012x}{uuids.new().replace('-', '')[12:]}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@dataclass
class Placeholders:
    """The ids of one case, each made when it is first named."""

    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """Return the id that a placeholder stands for."""
        return self.ids.setdefault(name, self._make(name))

    def fill(self, text: str) -> str:
        """Put the ids into a text."""
        return PLACEHOLDER.sub(self._spell, text)

    def _spell(self, match: re.Match[str]) -> str:
        text = self[match[1]]
        return SPELLINGS[match[2]](text) if match[2] else text

    def _make(self, name: str) -> str:
        if name == "V4":
            return str(uuid4())
        if name in TARGETS["ids"] and uuids.parse(TARGETS["ids"][name]):
            return str(TARGETS["ids"][name])
        if name in FIXED:
            return uuid7(FIXED[name])
        return uuid7(time.time_ns() // 1_000_000 + AHEAD.get(name, 0))
