"""The API as a reader of the documents meets it: a request in, an answer out."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback.kinds.registry import KINDS
from reads.aggregate.keys import ROUTES
from tests.support import routing
from tests.support.lambdas import handler, packages, write_layer
from tests.support.streams import to_record
from tests.unit.fakes import Invocation
from tools.event import event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.endpoint import Handler

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FOLLOWED = ("target", "boolean", "float", "demonstration")
"""The tables whose streams the aggregator follows."""


@dataclass(frozen=True)
class Gateway:
    """The template's routes, each with its Lambda, and the authorizer in front of them."""

    routes: dict[str, "Handler"]
    authorizer: "Handler"
    count: Callable[[set[str]], None]
    """Brings what is stored of some ids to the aggregator."""
    seen: set[str] = field(default_factory=set)
    """The ids of all bodies."""

    def send(
        self, method: str, path: str, body: str, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        """Answer a request as the API does: with a status and a text."""
        plain, _, query = path.partition("?")
        match = routing.match(self.routes, method, plain)
        if match is None:
            return 404, '{"message":"Not Found"}'
        self.seen.update(UUID.findall(body))
        if match.route in ROUTES:
            self.count(self.seen)
        # curl calls a body a form, and API Gateway encodes what is neither text nor JSON.
        request = event(
            body.encode() if body else None,
            route=match.route,
            headers=headers,
            query=query,
        )
        request["pathParameters"] = match.parameters
        return self._call(self.routes[match.route], request)

    def _call(self, handle: "Handler", request: dict[str, Any]) -> tuple[int, str]:
        credential = request["headers"].get("authorization")
        if credential is None:
            return 401, '{"message":"Unauthorized"}'
        identity = {"type": "REQUEST", "identitySource": [credential, request["routeKey"]]}
        decision = self.authorizer({**request, **identity}, Invocation())
        if not decision["isAuthorized"]:
            return 403, '{"message":"Forbidden"}'
        request["requestContext"]["authorizer"] = {"lambda": decision["context"]}
        reply = handle(request, Invocation())
        return reply["statusCode"], reply["body"]


@contextmanager
def gateway(
    folder: Path, endpoint: str, client: "DynamoDBClient", tables: Mapping[str, str]
) -> Iterator[Gateway]:
    """Build every Lambda, with the tests' configuration, for as long as the block lasts."""
    layer = write_layer(folder)
    with ExitStack() as stack:
        handlers = {
            package: stack.enter_context(handler(package, layer, endpoint, tables))
            for package in {*packages().values(), "authorizer", "aggregator"}
        }
        routes = {route: handlers[package] for route, package in packages().items()}

        def count(ids: set[str]) -> None:
            rows = [
                (tables[name], item)
                for name in FOLLOWED
                for item in _items(client, tables, name, ids)
            ]
            records = [
                to_record(table, {"NewImage": item}, number)
                for number, (table, item) in enumerate(rows)
            ]
            answer = handlers["aggregator"]({"Records": records}, Invocation())
            assert answer == {"batchItemFailures": []}

        yield Gateway(routes, handlers["authorizer"], count)


def _items(
    client: "DynamoDBClient", tables: Mapping[str, str], name: str, ids: set[str]
) -> Iterator[Any]:
    key = KINDS[name].key if name in KINDS else "target_id"
    for id_ in ids:
        answer = client.query(
            TableName=tables[name],
            KeyConditionExpression="#key = :id",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":id": {"S": id_}},
            ConsistentRead=True,
        )
        yield from answer["Items"]


@contextmanager
def served(api: Gateway) -> Iterator[str]:
    """Serve the API on loopback, for clients that speak HTTP; yield its URL."""

    class _Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = api.send(self.command, self.path, body, headers)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
