"""The rules of feedback, in TensorZero's order: a request in, the rows to store out."""

from http import HTTPStatus
from typing import Any, NamedTuple

from feedback import evaluation, tags
from feedback.demonstration.json_schema.check import Check
from feedback.evaluation import Label
from feedback.kinds import registry
from feedback.model import AmbiguousTarget, Feedback, Metric, Record, Target
from feedback.request import FeedbackRequest
from feedback.rows import Row, feedback_row, label_row
from feedback.waiting import wait
from shared.caller import Caller, Grant
from shared.catalog import Catalog
from shared.clock import Seconds
from shared.refusal import Refusal, excerpt
from shared.uuids import Uuid


class FeedbackDisabled(Refusal):
    """Observability is switched off in the configuration."""

    code = "feedback_disabled"


class NotGranted(Refusal):
    """The token does not allow this."""

    code = "not_granted"
    status = HTTPStatus.FORBIDDEN


class Draft(NamedTuple):
    """Feedback that has passed every rule but those that need its target's record."""

    id: Uuid
    metric: Metric
    target: Target
    value: Any
    """As the metric's kind has parsed it."""
    tags: dict[str, str]
    label: Label | None
    reads: tuple[str, ...]
    """The parts of the target's record that are needed."""
    wait: Seconds | None
    """How long the target is waited for; None if it need not exist."""


def draft(
    feedback_id: Uuid, request: FeedbackRequest, caller: Caller, catalog: Catalog, now: Seconds
) -> Draft:
    """Apply the rules that need no look-up. The first one that is broken raises its Refusal."""
    admitted = tags.admit(request.tags, internal=request.internal)
    _require_observability(catalog)
    metric, target = _resolve(request, catalog)
    if caller.grant is not None:
        _require_granted(caller.grant, request, metric, target)
    label = evaluation.label(metric, target, admitted, request.value)
    reads = metric.kind.reads + (evaluation.READS if label else ())
    must_exist = catalog.target_validation or bool(reads)
    seconds = wait(target.id, now) if must_exist else None
    value = metric.kind.parse(metric.name, request.value)
    stored_tags = {**admitted, **caller.tags}
    return Draft(feedback_id, metric, target, value, stored_tags, label, reads, seconds)


def complete(draft: Draft, record: Record, catalog: Catalog, check: Check) -> list[Row]:
    """Apply the rules that need the target's record; return the rows, to be stored all or none.

    Raises a Refusal.
    """
    value = draft.metric.kind.complete(draft.value, record, catalog, check)
    feedback = Feedback(
        draft.id, draft.metric, draft.target, value, draft.tags, catalog.snapshot_hash
    )
    rows = [feedback_row(feedback)]
    if draft.label:
        output = evaluation.output(draft.target, record)
        rows.append(label_row(draft.label, feedback, output))
    return rows


def _require_observability(catalog: Catalog) -> None:
    if not catalog.observability:
        raise FeedbackDisabled(
            "Feedback requires observability to be enabled "
            "(`gateway.observability.enabled` must not be `false`)."
        )


def _resolve(request: FeedbackRequest, catalog: Catalog) -> tuple[Metric, Target]:
    if request.inference_id is not None and request.episode_id is not None:
        raise AmbiguousTarget("Both episode_id and inference_id cannot be provided")
    metric = registry.metric(catalog, request.metric_name)
    return metric, metric.target(request.inference_id, request.episode_id)


def _require_granted(
    grant: Grant, request: FeedbackRequest, metric: Metric, target: Target
) -> None:
    if request.internal:
        raise NotGranted("internal: an end user's token never allows internal feedback")
    if metric.name not in grant.metrics:
        raise NotGranted(f"metric_name: the token does not allow `{excerpt(metric.name)}`")
    if target.id not in grant.targets:
        raise NotGranted(f"{target.level}_id: the token does not allow {target.id}")
