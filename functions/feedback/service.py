"""The use case: a request becomes feedback, and feedback becomes rows."""

from dataclasses import dataclass

from feedback import evaluation, tags
from feedback.kinds import registry
from feedback.model import Feedback, Metric, Record, Target
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
        label = evaluation.label(metric, target, admitted, request.value)
        reads = metric.kind.reads + (evaluation.READS if label else ())
        wait = self._patience(target, reads)
        value = metric.kind.parse(metric.name, request.value)
        record = self._find(target, reads, wait)
        feedback = Feedback(
            id=feedback_id,
            metric=metric,
            target=target,
            value=metric.kind.encode(value, record, self.catalog),
            tags=admitted,
            snapshot_hash=self.catalog.snapshot_hash,
        )
        rows = [to_row(feedback)]
        if label:
            rows.append(evaluation.to_row(label, feedback, record))
        if not request.dryrun:
            self.store.write(rows)
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

    def _patience(self, target: Target, reads: tuple[str, ...]) -> float | None:
        """Tell how long the target is waited for; None if it need not exist."""
        if self.catalog.target_validation or reads:
            return patience(target.id, self.clock.now())
        return None

    def _find(self, target: Target, reads: tuple[str, ...], wait: float | None) -> Record:
        if wait is None:
            return Record()
        return find(lambda: self.targets.get(target, reads), target, self.clock, wait)
