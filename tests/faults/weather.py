"""Trouble at random: any fault may strike any call of DynamoDB that it can happen to."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.faults.fault import FAULTS
from tests.support.loopback import Answer
from tests.support.proxy import Call, Trouble

SHARE = 0.2
"""Of the calls, how many go wrong."""


@dataclass
class Weather(Trouble):
    """A fault strikes one call in so many: of those that can, one that has struck least."""

    random: Random
    struck: Counter[str] = field(default_factory=Counter)

    def meet(self, call: Call) -> Answer | str:
        """Let it happen, or strike."""
        if self.random.random() > SHARE:
            return call.happen()
        possible = [name for name, fault in FAULTS.items() if call.operation in fault.hits]
        name = min(self.random.sample(possible, len(possible)), key=self.struck.__getitem__)
        self.struck[name] += 1
        return FAULTS[name].strike(call)
