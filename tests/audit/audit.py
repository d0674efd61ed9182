"""Compares every answer that clients saw with every row: nothing lost, doubled or invented.

print(audit(requests, read(scan)))
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.audit.ledger import TAG, Feedback, Label, Request, Stored, wanted, wanted_labels

RULES = {
    "lost": "answered 200, and there is no row",
    "misnamed": "answered 200 with another id than the row's",
    "altered": "a row or a label that is not what was asked for",
    "doubled": "two rows of one request, of one key, or of one vote",
    "invented": "a row that nobody asked for, or that was refused",
    "torn": "half of an atomic batch, or of a label and its metric",
    "unkeyed": "a row without its key or vote, or one of these without its row",
}
SHOWN = 5
"""How many findings of a rule are spelled out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken, and by what."""

    rule: str
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """How much was compared, and what was found; prints as a table."""

    counted: Mapping[str, int]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Write a line for each rule, and below it what broke it."""
        lines = [f"{name:>12} {number:>9,}" for name, number in self.counted.items()]
        for rule, meaning in RULES.items():
            found = [finding.what for finding in self.findings if finding.rule == rule]
            lines.append(f"{rule:>12} {len(found):>9,}  {meaning}")
            lines += [f"{'':22}  - {what}" for what in found[:SHOWN]]
        return "\n".join(lines)


@dataclass(slots=True)
class _Case:
    """A request and its rows: (id, content)."""

    request: Request
    rows: list[tuple[str, Feedback]] = field(default_factory=list)


def audit(requests: Iterable[Request], stored: Stored) -> Report:
    """Compare; each row, label and reservation is looked at once."""
    cases = {request.name: _Case(request) for request in requests}
    strays = []
    for uuid, feedback in stored.rows:
        case = cases.get(feedback.tags.get(TAG, ""))
        if case is None:
            strays.append(Finding("invented", f"{uuid}: {feedback}"))
        else:
            case.rows.append((uuid, feedback))
    outcomes = Counter(one.kind for case in cases.values() for one in case.request.seen)
    return Report(
        counted={
            "requests": len(cases),
            "sends": outcomes.total(),
            **{kind: outcomes[kind] for kind in ("accepted", "refused", "failed", "unanswered")},
            "rows": len(stored.rows),
            "labels": len(stored.labels),
            "keys": len(stored.keys),
            "votes": len(stored.votes),
        },
        findings=(
            *strays,
            *(finding for case in cases.values() for finding in _answers(case)),
            *_reservations(cases.values(), "key", lambda request: request.key, stored.keys),
            *_reservations(cases.values(), "vote", lambda request: request.vote, stored.votes),
            *_labels(cases.values(), stored),
            *_batches(cases.values()),
        ),
    )


def _answers(case: _Case) -> Iterator[Finding]:
    """Compare a request's answers with its rows."""
    request, ids = case.request, [uuid for uuid, _ in case.rows]
    if len(ids) > 1:
        yield Finding("doubled", f"request {request.name}: {ids}")
    for uuid, feedback in case.rows:
        if not request.may_be_stored:
            yield Finding("invented", f"request {request.name}: {uuid}, but {request.seen}")
        elif feedback != wanted(request):
            yield Finding("altered", f"request {request.name}: {feedback}, not {request.body}")
    promised = {one.id for one in request.seen if one.kind == "accepted" and not request.dry}
    if promised and not ids:
        yield Finding("lost", f"request {request.name}: {promised}")
    elif promised - {*ids}:
        yield Finding("misnamed", f"request {request.name}: {promised}, not {ids}")


def _reservations(
    cases: Iterable[_Case],
    kind: str,
    of: Callable[[Request], str | None],
    stored: Sequence[str],
) -> Iterator[Finding]:
    """Compare keys, or votes, with rows: each has one row at most, and both are there or none."""
    kept = Counter(stored)
    holders = defaultdict(list)
    for case in cases:
        request, reserved = case.request, of(case.request)
        if case.rows and reserved is not None:
            holders[reserved].append(request.name)
        for uuid, _ in case.rows:
            if kept.pop(uuid, 0) != (reserved is not None):
                yield Finding("unkeyed", f"request {request.name}, {kind} {reserved}: {uuid}")
    for reserved, names in holders.items():
        if len(names) > 1:
            yield Finding("doubled", f"{kind} {reserved}: requests {names}")
    for uuid in kept:
        yield Finding("unkeyed", f"a {kind} without its row: {uuid}")


def _labels(cases: Iterable[_Case], stored: Stored) -> Iterator[Finding]:
    """Compare labels with metrics: both are there, or none."""
    kept: dict[str, list[Label]] = defaultdict(list)
    for uuid, label in stored.labels:
        kept[uuid].append(label)
    for case in cases:
        due = wanted_labels(case.request)
        for uuid, _ in case.rows:
            found = kept.pop(uuid, [])
            if len(found) != len(due):
                yield Finding("torn", f"request {case.request.name}: {uuid}, labels {found}")
            elif found != due:
                yield Finding("altered", f"request {case.request.name}: {found}, not {due}")
    for uuid in kept:
        yield Finding("torn", f"a label without its metric: {uuid}")


def _batches(cases: Iterable[_Case]) -> Iterator[Finding]:
    """Look for atomic batches that are neither whole nor absent."""
    batches = defaultdict(list)
    for case in cases:
        if case.request.atomic is not None and not case.request.dry:
            batches[case.request.atomic].append(case)
    for name, members in batches.items():
        there = [member.request.name for member in members if member.rows]
        if 0 < len(there) < len(members):
            yield Finding("torn", f"batch {name}: {len(there)} of {len(members)}, {there}")
