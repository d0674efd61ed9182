"""What a report tells: read from the API, several requests at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from feedback_cli import aggregated, statistics
from feedback_cli.progress import Move
from feedback_cli.report.window import finest
from feedback_cli.statistics import DEMONSTRATION, Metric
from tensorzero_feedback import FeedbackClient, Point, RecordedInference, StoredFeedback
from tensorzero_feedback.variants import Period, Rows

COMMENTS = 100
"""How many comments are shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked for."""

    function: str
    metrics: Sequence[str] = ()
    """All with feedback if there are none."""
    window: Period | None = None
    """As the data suggests if None."""
    periods: int = 60
    """How many periods are shown at most."""
    rows: Rows = "latest"
    inferences: int = 50
    """Of how many of the newest inferences, and of their episodes, comments are read."""


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of a metric."""

    metric: Metric
    window: Period
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, and the variants whose inferences it is about."""

    feedback: StoredFeedback
    level: str
    variants: Sequence[str]


@dataclass(frozen=True, slots=True)
class Content:
    """All of it."""

    question: Question
    sections: Sequence[Section]
    comments: Sequence[Comment]
    """The newest first."""
    inferences: int
    """Of how many inferences comments were read."""


def read(client: FeedbackClient, question: Question, move: Move) -> Content:
    """Read it. Raises Failure, FeedbackError."""
    move(0, 1, "metrics")
    metrics = statistics.read(client, question.function, question.metrics)
    with aggregated.needed():
        inferences = client.inferences(question.function, limit=question.inferences)
    targets = _targets(inferences)
    total, sections, comments = len(metrics) + len(targets), list[Section](), list[Comment]()
    for section in aggregated.each(partial(_section, client, question), metrics):
        sections.append(section)
        move(len(sections), total, section.metric.name)
    for done, found in enumerate(aggregated.each(partial(_comments, client), targets.items()), 1):
        comments += found
        move(len(sections) + done, total, "comments")
    comments.sort(key=lambda comment: comment.feedback.id, reverse=True)
    return Content(question, sections, comments[:COMMENTS], len(inferences))


def _section(client: FeedbackClient, question: Question, metric: Metric) -> Section:
    def ask(window: Period, max_periods: int) -> Sequence[Point]:
        return client.timeseries(
            question.function,
            metric.name,
            window=window,
            max_periods=max_periods,
            rows=question.rows,
        )

    if metric.name == DEMONSTRATION:
        return Section(metric, "month", ())
    if question.window is None:
        return Section(metric, *finest(ask, question.periods))
    return Section(metric, question.window, ask(question.window, question.periods - 1))


def _targets(inferences: Sequence[RecordedInference]) -> dict[str, list[str]]:
    """Return what can have comments, with its variants: inferences and their episodes."""
    targets = {inference.id: [inference.variant_name] for inference in inferences}
    for inference in inferences:
        variants = targets.setdefault(inference.episode_id, [])
        if inference.variant_name not in variants:
            variants.append(inference.variant_name)
    return targets


def _comments(client: FeedbackClient, target: tuple[str, list[str]]) -> list[Comment]:
    """Read the comments among a target's newest feedback."""
    target_id, variants = target
    return [
        Comment(feedback, feedback.row["target_type"], variants)
        for feedback in client.list(target_id).feedback
        if feedback.type == "comment"
    ]
