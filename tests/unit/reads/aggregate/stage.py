"""The reads' handler over tables in memory, after a random history that the aggregator followed."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from feedback.kinds.registry import KINDS
from reads.aggregate import keys, views
from reads.aggregate.table import DynamoTable
from reads.api import build
from shared import http
from shared.catalog import Catalog
from tests.support.memory import NAMES, Memory
from tests.unit.aggregator.stage import Stage
from tests.unit.fakes import Invocation, telemetry
from tests.unit.reads.aggregate.plain import Metric, Plain

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.items import Item

VARIANTS = {"f": ["a", "b", "never"], "g/h": ["a", "b"], "quiet": ["a"]}


def catalog(folder: Path, metrics: dict[str, Metric]) -> Catalog:
    """Compile a configuration: what the reads look at of it."""
    optimize = {name: one.optimize for name, one in metrics.items()}
    functions = {name: ["chat", names] for name, names in VARIANTS.items()}
    document = {"functions": functions, "optimize": optimize}
    (folder / "variants.json").write_text(json.dumps(document))
    kinds = {name: (one.kind, one.level) for name, one in metrics.items()}
    return Catalog("5f", True, True, False, kinds, folder)  # noqa: FBT003 - its three switches


@dataclass
class Reads:
    """The routes over many targets."""

    tables: Memory
    catalog: Catalog
    clients: int = 3
    left: int = 15_000
    """Milliseconds until Lambda ends a request."""

    def send(self, route: str, **event: Any) -> tuple[int, dict[str, Any]]:
        """Send an event."""
        client = cast("DynamoDBClient", self.tables)
        tables = [DynamoTable(client, NAMES, lambda _: None) for _ in range(self.clients)]
        handler = build(views.views(tables, self.catalog, http.body), telemetry("reads"))
        reply = handler({"routeKey": route, **event}, Invocation(milliseconds_left=self.left))
        return reply["statusCode"], json.loads(reply["body"])

    def get(self, route: str, query: Mapping[str, str], **path: str) -> tuple[int, dict[str, Any]]:
        """Ask a route."""
        return self.send(route, queryStringParameters=query, pathParameters=path)

    def list(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """List inferences."""
        return self.send(keys.LIST_INFERENCES, body=json.dumps(body))


@dataclass
class Scene:
    """What is stored, the reads of it, and the plain model."""

    reads: Reads
    plain: Plain


def scene(seed: int, folder: Path) -> Scene:
    """Play a history, with the aggregator after it."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    stage = Stage(seed)
    for _ in range(chance.randrange(1, 4)):
        stage.history.go_on(chance.randrange(1, 25))
        stage.follow()
    metrics = {
        name: Metric(kind, chance.choice(["inference", "episode"]), chance.choice(["max", "min"]))
        for name, kind in (("flag", "boolean"), ("score", "float"), ("unused", "float"))
    }
    if chance.random() < 0.7:
        metrics["both"] = Metric(chance.choice(["boolean", "float"]), "inference", "max")
    rows: dict[str, list[Item]] = {
        name: [*stage.tables.tables.get(name, {}).values()] for name in ("target", *KINDS)
    }
    reads = Reads(stage.tables, catalog(folder, metrics), clients=chance.randrange(1, 5))
    return Scene(reads, Plain.of(rows, metrics))
