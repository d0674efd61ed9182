"""One look at the tables: all that a check compares is read into a ledger."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from aggregates import layout
from aggregates.layout import KINDS
from feedback_cli.progress import Move
from feedback_cli.recount.database import Tables, scan
from feedback_cli.recount.ledger import Ledger
from feedback_cli.recount.rows import Refused, read_inferences, read_votes
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def fill(client: "DynamoDBClient", tables: Tables, ledger: Ledger, move: Move) -> Refused:
    """Read the aggregates, and what they are made of after them; return what cannot be read."""
    refused, seen, lock = Refused(), 0, Lock()

    def read(table: str, handle: Callable[[list[Item]], Refused]) -> None:
        def page(items: list[Item], _: int) -> None:
            nonlocal seen
            wrong = handle(items)
            with lock:
                refused.update(wrong)
                seen += len(items)
                move(0, None, f"{seen:,} items read")

        scan(client, tables[table], page)

    read(layout.TABLE, partial(_add_aggregates, ledger))
    read("target", partial(_add_inferences, ledger))
    for kind in KINDS:
        read(kind, partial(_add_votes, ledger, kind))
    return refused


def _add_aggregates(ledger: Ledger, items: list[Item]) -> Refused:
    ledger.add_aggregates(items)
    return {}


def _add_inferences(ledger: Ledger, items: list[Item]) -> Refused:
    inferences, refused = read_inferences(items)
    ledger.add_inferences(inferences)
    return refused


def _add_votes(ledger: Ledger, kind: str, items: list[Item]) -> Refused:
    votes, refused = read_votes(kind, items)
    ledger.add_entries((*vote.feedback.subject, vote.entry) for vote in votes)
    return refused
