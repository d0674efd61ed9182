"""The use case: a request becomes feedback, and feedback becomes a row."""

from dataclasses import dataclass

from feedback import tags
from feedback.kinds import registry
from feedback.model import Feedback, Metric, Target
from feedback.schemas import FeedbackRequest
from feedback.store import FeedbackStore, to_row
from feedback.targets import Clock, Targets, find, patience
from runtime import uuids
from runtime.catalog import Catalog
from runtime.errors import AmbiguousTarget, FeedbackDisabled
from runtime.uuids import Uuid


@dataclass(frozen=True, slots=True)
class Service:
    """Takes feedback, under one configuration."""

    catalog: Catalog
    targets: Targets
    store: FeedbackStore
    clock: Clock

    def submit(self, request: FeedbackRequest) -> Uuid:
        """Store what is asked for, unless it is a dry run, and give the feedback's id.

        The rules apply in TensorZero's order, but what needs no look-up is refused before the
        target is waited for. Raises a Refusal; then nothing is stored.
        """
        admitted = tags.admit(request.tags, internal=request.internal)
        self._require_enabled()
        metric, target = self._resolve(request)
        feedback_id = uuids.new()
        looked_up = self.catalog.target_validation or metric.kind.always_validated
        wait = patience(target.id, self.clock.now()) if looked_up else 0
        value = metric.kind.parse(metric.name, request.value)
        record = find(target, self.targets, self.clock, wait) if looked_up else {}
        row = to_row(
            Feedback(
                id=feedback_id,
                metric=metric,
                target=target,
                value=metric.kind.encode(value, record),
                tags=admitted,
                snapshot_hash=self.catalog.snapshot_hash,
            )
        )
        if not request.dryrun:
            self.store.put(row)
        return feedback_id

    def _require_enabled(self) -> None:
        if not self.catalog.observability:
            raise FeedbackDisabled(
                "Feedback requires observability to be enabled "
                "(`gateway.observability.enabled` must not be `false`)."
            )

    def _resolve(self, request: FeedbackRequest) -> tuple[Metric, Target]:
        if request.inference_id is not None and request.episode_id is not None:
            raise AmbiguousTarget("Both episode_id and inference_id cannot be provided")
        metric = registry.metric(self.catalog, request.metric_name)
        return metric, metric.target(request.inference_id, request.episode_id)
