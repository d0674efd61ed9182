"""Gives lines of feedback in batches, and keeps what was refused."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice

from feedback_cli.lines import Line
from tensorzero_feedback import FeedbackClient, FeedbackError, Outcome, Refused, Unconfirmed

BATCH = 100
"""How many lines are sent together."""

_ALL_ALIKE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
"""Refusals that say something of the key, and nothing of the line."""
_MALFORMED = Outcome(
    None, Refused("The line is not a JSON object.", status=None, code="malformed_line")
)


@dataclass(slots=True)
class Report:
    """What became of the lines so far."""

    accepted: int = 0
    refused: list[tuple[int, FeedbackError]] = field(default_factory=list)
    """The numbers of lines that were not accepted, each with the reason."""
    last: int = 0
    """The last line whose fate is known."""
    end: int = 0
    """How many bytes there were up to its end."""
    stopped: bool = False
    """Whether lines after it were not sent."""

    def note(self, line: Line, outcome: Outcome) -> None:
        """Count a line."""
        self.last, self.end = line.number, line.end
        if outcome.error is None:
            self.accepted += 1
        else:
            self.refused.append((line.number, outcome.error))

    def summary(self) -> str:
        """Say it in one sentence."""
        open_ = sum(isinstance(error, Unconfirmed) for _, error in self.refused)
        counts = {
            "accepted": self.accepted,
            "not accepted": len(self.refused) - open_,
            "not confirmed": open_,
        }
        parts = [f"{number:,} {what}" for what, number in counts.items() if number]
        return f"{', '.join(parts) or 'There was nothing to give'}."


def give(
    client: FeedbackClient, lines: Iterable[Line], noted: Callable[[Line, Outcome], None]
) -> Iterator[Report]:
    """Give lines; yield the same report after each batch, and call `noted` for each line.

    It stops where the API cannot be reached or takes no line for its key's sake, and at Ctrl-C.
    """
    report, left = Report(), iter(lines)
    try:
        while batch := [*islice(left, BATCH)]:
            outcomes = _outcomes(client, batch)
            for line, outcome in zip(batch, outcomes, strict=True):
                report.note(line, outcome)
                noted(line, outcome)
            yield report
            if all(_is_hopeless(outcome.error) for outcome in outcomes):
                report.stopped = next(left, None) is not None
                break
    except KeyboardInterrupt:
        report.stopped = True
    yield report


def _outcomes(client: FeedbackClient, batch: Sequence[Line]) -> list[Outcome]:
    sent = iter(client.batch([line.feedback for line in batch if line.feedback is not None]))
    return [_MALFORMED if line.feedback is None else next(sent) for line in batch]


def _is_hopeless(error: FeedbackError | None) -> bool:
    """Return whether the next line would meet the same."""
    if isinstance(error, Refused):
        return error.status in _ALL_ALIKE
    return error is not None
