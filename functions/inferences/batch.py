"""The use case of a batch: many inferences are recorded, each with an outcome of its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from feedback.model import Inference
from inferences.request import InferenceRequest
from inferences.store import DynamoInferences
from shared.clock import Seconds, TimeLeft
from shared.document import Json
from shared.refusal import Refusal
from shared.retry import retry
from shared.uuids import Uuid

Outcome: TypeAlias = Inference | Refusal
"""What becomes of an element: it is recorded, or refused."""


@dataclass(frozen=True, slots=True)
class BatchRecorder:
    """Records inferences one after the other, as if each had come alone.

    A recorded inference is never overwritten, so each write has a condition: a BatchWriteItem
    knows none, and a transaction costs twice the write units and is cancelled by one element.
    """

    inferences: DynamoInferences
    sleep: Callable[[Seconds], None] = time.sleep

    def record(self, elements: list[Json], time_left: TimeLeft) -> list[Outcome]:
        """Record what is asked for; return what became of each element, in order.

        An episode of several inferences is written once.
        """
        episodes: set[Uuid] = set()
        return [self._record(element, episodes, time_left) for element in elements]

    def _record(self, element: Json, episodes: set[Uuid], time_left: TimeLeft) -> Outcome:
        try:
            inference = InferenceRequest.parse(element).to_inference()
            known = inference.episode_id in episodes
            record = partial(self.inferences.record, inference, episode_is_known=known)
            retry(record, time_left, self.sleep)
        except Refusal as refusal:
            return refusal
        episodes.add(inference.episode_id)
        return inference
