"""A request that has kept every rule which needs no look-up, and what becomes of it with one."""

from typing import Any, NamedTuple

from feedback import evaluation, tags
from feedback.evaluation import Label
from feedback.kinds import registry
from feedback.model import Feedback, Metric, Record, Target
from feedback.request import FeedbackRequest
from submit.store import Row, to_row
from feedback.waiting import patience
from shared import uuids
from shared.caller import Caller, Grant
from shared.catalog import Catalog
from shared.errors import AmbiguousTarget, FeedbackDisabled, NotGranted, excerpt
from shared.uuids import Uuid


class Draft(NamedTuple):
    """Feedback that lacks only what is recorded of its target."""

    id: Uuid
    metric: Metric
    target: Target
    value: Any
    """As the metric's kind has parsed it."""
    tags: dict[str, str]
    label: Label | None
    reads: tuple[str, ...]
    """What is needed of the target's record."""
    wait: float | None
    """How many seconds the target is waited for; None if it need not exist."""


def draft(request: FeedbackRequest, caller: Caller, catalog: Catalog, now: float) -> Draft:
    """Apply TensorZero's rules in its order, up to those that need a look-up.

    Raises a Refusal.
    """
    admitted = tags.admit(request.tags, internal=request.internal)
    if not catalog.observability:
        raise FeedbackDisabled(
            "Feedback requires observability to be enabled "
            "(`gateway.observability.enabled` must not be `false`)."
        )
    metric, target = _resolve(request, catalog)
    if caller.grant is not None:
        _require_granted(caller.grant, request, metric, target)
    label = evaluation.label(metric, target, admitted, request.value)
    reads = metric.kind.reads + (evaluation.READS if label else ())
    looked_up = catalog.target_validation or bool(reads)
    return Draft(
        id=uuids.new(),
        metric=metric,
        target=target,
        wait=patience(target.id, now) if looked_up else None,
        value=metric.kind.parse(metric.name, request.value),
        tags={**admitted, **caller.tags},
        label=label,
        reads=reads,
    )


def complete(draft: Draft, record: Record, catalog: Catalog) -> list[Row]:
    """Give the rows to store, of which all or none are. Raises a Refusal."""
    feedback = Feedback(
        id=draft.id,
        metric=draft.metric,
        target=draft.target,
        value=draft.metric.kind.encode(draft.value, record, catalog),
        tags=draft.tags,
        snapshot_hash=catalog.snapshot_hash,
    )
    rows = [to_row(feedback)]
    if draft.label:
        rows.append(evaluation.to_row(draft.label, feedback, record))
    return rows


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
