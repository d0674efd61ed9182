"""Replays a history, at the times that it has, and reads it through the handler of the reads."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aggregator.api import build
from aggregator.records import kinds
from aggregator.service import Aggregator
from feedback.demonstration.json_schema.validation import Validation
from feedback.kinds.registry import KINDS
from feedback.lookup import DynamoLookup
from feedback.model import Record
from feedback.request import FeedbackRequest
from feedback.rules import complete, draft
from inferences.request import InferenceRequest
from inferences.store import DynamoInferences
from shared.caller import ANYBODY
from shared.catalog import Catalog
from shared.clock import Clock
from shared.uuids import Generator, Uuid
from submit.store import DynamoFeedbackStore
from tests.conformance.placeholders import HERE
from tests.support import routing
from tests.support.handlers import compose, telemetry
from tests.support.lambdas import LAYER, packages, write_layer
from tests.support.streams import Driver, to_record
from tests.support.tables import create_table
from tests.unit.fakes import Invocation
from tools.event import event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.endpoint import Handler
    from shared.items import Item

READS = HERE / "reads"
DOCUMENT: dict[str, Any] = json.loads((READS / "cases.json").read_text("utf-8"))
OUTPUTS: dict[str, Any] = {"json_fn": {"raw": '{"answer":"x"}', "parsed": {"answer": "x"}}}
CHAT: list[dict[str, str]] = [{"type": "text", "text": "stub answer"}]
"""What every other function has answered."""
EPOCH, MILLISECOND = datetime.fromtimestamp(0, UTC), timedelta(milliseconds=1)
NIL = "00000000-0000-0000-0000-000000000000"
PLACEHOLDER = re.compile(r"<<(\w+)(?::(\w+))?>>")
SPELLINGS: dict[str | None, Callable[[str], str]] = {
    "upper": str.upper,
    "simple": lambda text: text.replace("-", ""),
    None: str,
}


@dataclass
class Ids:
    """The ids of one history: of its steps, in their order, each of its moment."""

    now: int = 0
    """Nanoseconds since 1970."""
    known: dict[str, Uuid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the ids of this history ascend."""
        self._generator = Generator(lambda: self.now)

    def __getitem__(self, name: str) -> Uuid:
        """Return the id that a placeholder stands for."""
        if name not in self.known:
            self.known[name] = self._generator.new()
        return self.known[name]

    def fill(self, text: str) -> str:
        """Put the ids into a text."""
        return PLACEHOLDER.sub(lambda one: SPELLINGS[one[2]](self[one[1]]), text)

    def filled(self, document: Any) -> Any:
        """Put the ids into a document."""
        return json.loads(self.fill(json.dumps(document)))


@dataclass(frozen=True)
class Replayed:
    """A history that has been replayed: its ids, and the handlers that read it."""

    ids: Ids
    handlers: dict[str, "Handler"]


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    body: Any


class Replay:
    """The library that writes, and the handler that reads, over one set of tables."""

    def __init__(self, client: "DynamoDBClient", tables: dict[str, str], folder: Path) -> None:
        """Compile the configurations; the write cases have the schemas that they name."""
        sources = copytree(HERE / "config", folder / "sources")
        copytree(READS / "config", sources, dirs_exist_ok=True)
        self._catalogs = {
            path.stem: Catalog.load(write_layer(folder / path.stem, sources / path.name) / LAYER)
            for path in (READS / "config").glob("*.toml")
        }
        self._lookup = DynamoLookup(client, tables)
        self._store = DynamoFeedbackStore(client, tables)
        self._inferences = DynamoInferences(client, tables["target"])
        self._validation = Validation(512)
        self._client, self._tables = client, tables
        self._replayed: dict[str | None, Replayed] = {}

    def history(self, name: str | None) -> Replayed:
        """Replay a history, once; without a name, one in which nothing has happened.

        It has aggregates of its own: others have the same functions. The reads are under the
        configuration that was the last.
        """
        if name not in self._replayed:
            history = DOCUMENT["histories"][name] if name else {"config": "reads", "steps": []}
            ids, tables = (
                Ids(),
                {**self._tables, "aggregate": create_table(self._client, "aggregate")},
            )
            catalog = self._replay(history, ids)
            self._aggregate(ids, tables)
            self._replayed[name] = Replayed(ids, compose(self._client, tables, catalog, Clock()))
        return self._replayed[name]

    def has_route(self, request: dict[str, Any], to: Replayed) -> bool:
        """Whether API Gateway has a route for a request."""
        return _match(request, to.ids) is not None

    def send(self, request: dict[str, Any], to: Replayed) -> Answer:
        """Send a request as API Gateway would pass it on."""
        ids, match = to.ids, _match(request, to.ids)
        if match is None:
            return Answer(404, {"message": "Not Found"})
        body = json.dumps(ids.filled(request["body"])) if "body" in request else None
        query = ids.fill(_query(request))
        made = event(body, route=match.route, parameters=match.parameters, query=query)
        reply = to.handlers[match.route](made, Invocation())
        return Answer(reply["statusCode"], json.loads(reply["body"]))

    def walk(self, walk: dict[str, Any], to: Replayed) -> Iterator[list[str]]:
        """Yield the ids of page after page, until one is empty."""
        direction = walk["direction"]
        query = {"after": NIL} if direction == "after" else {}
        while True:
            request = {"method": "GET", "path": walk["path"]}
            limit = {"limit": str(walk["limit"])}
            answer = self.send({**request, "query": {**limit, **query}}, to)
            page = [row["id"] for row in answer.body["feedback"]]
            if not page:
                return
            yield page
            query = {direction: page[0] if direction == "after" else page[-1]}

    def _replay(self, history: dict[str, Any], ids: Ids) -> Catalog:
        """Take the steps; return the last configuration."""
        catalog = self._catalogs[history["config"]]
        for step in history["steps"]:
            ids.now = (datetime.fromisoformat(step["at"]) - EPOCH) // MILLISECOND * 1_000_000
            if "inference" in step:
                self._record(ids.filled(step["inference"]))
            elif "feedback" in step:
                self._give(step["feedback"], catalog, ids)
            else:
                catalog = self._catalogs[step["config"]]
        return catalog

    def _aggregate(self, ids: Ids, tables: dict[str, str]) -> None:
        """Bring what the tables have of a history to the aggregator, in any order."""
        service, followed = Aggregator(self._client, tables, Clock()), kinds(tables)
        handler = build(service, followed, telemetry("aggregator"))
        items = [
            (table, item)
            for table, name in followed.items()
            for id_ in ids.known.values()
            for item in self._items(table, KINDS[name].key if name in KINDS else "target_id", id_)
        ]
        records = [
            to_record(table, {"NewImage": item}, number)
            for number, (table, item) in enumerate(items)
        ]
        chance = random.Random(0)  # noqa: S311 - the same in every run
        driver = Driver(lambda some: handler({"Records": some}, Invocation()), chance)
        driver.bring(records)
        assert driver.queue == []

    def _items(self, table: str, key: str, id_: str) -> "list[Item]":
        answer: Any = self._client.query(
            TableName=table,
            KeyConditionExpression="#key = :id",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":id": {"S": id_}},
            ConsistentRead=True,
        )
        items: list[Item] = answer["Items"]
        return items

    def _record(self, inference: dict[str, Any]) -> None:
        output = OUTPUTS.get(inference["function_name"], CHAT)
        document = {**inference, "inference_id": inference["id"], "output": output}
        del document["id"]
        self._inferences.record(InferenceRequest.parse(document).to_inference())

    def _give(self, step: dict[str, Any], catalog: Catalog, ids: Ids) -> None:
        """Do as the service does, but with an id of the history's moment."""
        request = FeedbackRequest.parse(ids.filled(step["body"]))
        feedback_id = ids[step["id"].strip("<>")] if "id" in step else ids["dryrun"]
        drafted = draft(feedback_id, request, ANYBODY, catalog, ids.now / 1e9)
        record = self._lookup.get(drafted.target, drafted.reads) or Record()
        rows = complete(drafted, record, catalog, self._validation.begin(lambda: 28))
        if not request.dryrun:
            self._store.write(rows, [], 0)


def _match(request: dict[str, Any], ids: Ids) -> routing.Match | None:
    return routing.match(packages(), request["method"], ids.fill(request["path"]))


def _query(request: dict[str, Any]) -> str:
    """Return the query as it is sent."""
    if "raw_query" in request:
        return str(request["raw_query"])
    return urlencode(request.get("query", {}), safe="<>:")
