"""A check of a deployed stack, and what came of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tools.smoke.run import Run


class NotAsked(Exception):
    """It could not be asked here; the text says why, and where it can."""


class Verdict(StrEnum):
    """What came of a check."""

    HOLDS = "holds"
    FAILS = "FAILS"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Check:
    """Something that holds of a stack that works."""

    title: str
    ask: Callable[[Run], str | None]
    """Returns what there is to say. Raises Unexpected where it does not hold, or NotAsked."""
    on_aws: str = ""
    """Why only AWS can answer; empty if the emulator can as well."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    verdict: Verdict
    title: str
    note: str = ""


def answers(checks: Iterable[Check], run: Run) -> Iterator[Row]:
    """Ask them all, one after the other; whatever else is raised is a failure as well."""
    for check in checks:
        if check.on_aws and run.stack.endpoint is not None:
            yield Row(Verdict.NOT_ASKED, check.title, f"only AWS can answer: {check.on_aws}")
            continue
        run.start()
        try:
            yield Row(Verdict.HOLDS, check.title, check.ask(run) or "")
        except NotAsked as reason:
            yield Row(Verdict.NOT_ASKED, check.title, str(reason))
        except Exception as failure:  # noqa: BLE001 - of whatever kind, it is this check's
            text = f"{str(failure) or type(failure).__name__}{run.reason(failure)}"
            yield Row(Verdict.FAILS, check.title, " ".join(text.split()))
