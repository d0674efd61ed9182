"""Sends a case to the real handlers, under its configuration, with inferences of its own."""

import base64
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.catalog import Catalog
from shared.clock import Clock
from tests.conformance.placeholders import HERE, PLACEHOLDER, TARGETS, Placeholders
from tests.support.handlers import RECORD, SUBMIT, compose
from tests.support.lambdas import LAYER, write_layer
from tests.unit.fakes import Invocation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.endpoint import Handler

ROWS = {
    "boolean": ("boolean", "target_id"),
    "float": ("float", "target_id"),
    "comment": ("comment", "target_id"),
    "demonstration": ("demonstration", "inference_id"),
    "evaluation_human_feedback": ("evaluation", "datapoint_id"),
}
"""A row's name in a case: the key of its table, and the table's partition key."""
RENAMED = {("no_chat_fn", "INF_CHAT"): "renamed_fn"}
"""Under a configuration where its function was renamed, the inference is of the new one."""


@dataclass(frozen=True)
class Answer:
    """The answer to a case, and the rows that are stored after it."""

    ids: Placeholders
    status: int
    body: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]


class Gateway:
    """The handlers under each configuration, over one set of tables."""

    def __init__(self, client: "DynamoDBClient", tables: dict[str, str], folder: Path) -> None:
        """Compile the configurations into a folder, and compose the handlers."""
        self._client = client
        self._tables = tables
        self._handlers = {
            path.stem: self._build(path, folder / path.stem)
            for path in (HERE / "config").glob("*.toml")
        }

    def send(self, case: dict[str, Any]) -> Answer:
        """Record what the case names, send its request, and read what is stored."""
        ids = Placeholders()
        config = case.get("config", "default")
        text = json.dumps(case)
        for name in {match[1] for match in PLACEHOLDER.finditer(text)}:
            self._prepare(name, ids, config)
        late = self._record_late(case, ids)
        answer = self._handlers[config][SUBMIT](_event(case, ids), Invocation())
        if late:
            late.join()
        return Answer(ids, answer["statusCode"], json.loads(answer["body"]), self._rows(ids))

    def _build(self, config: Path, folder: Path) -> dict[str, "Handler"]:
        catalog = Catalog.load(write_layer(folder, config) / LAYER)
        return compose(self._client, self._tables, catalog, Clock())

    def _prepare(self, name: str, ids: Placeholders, config: str) -> None:
        known = TARGETS["inferences"]
        inference = f"INF_{name.removeprefix('GONE_')}" if name.startswith("GONE_") else name
        if inference in known:
            function = RENAMED.get((config, name), known[inference]["function_name"])
            self._record_inference(ids[name], {**known[inference], "function_name": function}, ids)
        for child, inference_of_episode in known.items():
            if inference_of_episode["episode"] == name:
                self._record_inference(ids[child], inference_of_episode, ids)

    def _record_late(self, case: dict[str, Any], ids: Placeholders) -> threading.Timer | None:
        if "late_inference" not in case:
            return None
        inference = {"episode": "UNK_NOW", "function_name": "chat_tool", "variant_name": "v"}
        late = threading.Timer(
            case["late_inference"]["after_s"],
            self._record_inference,
            (ids["LATE"], inference, ids),
        )
        late.start()
        return late

    def _record_inference(
        self, inference_id: str, inference: dict[str, Any], ids: Placeholders
    ) -> None:
        body = {name: value for name, value in inference.items() if name != "episode"}
        body |= {"inference_id": inference_id, "episode_id": ids[inference["episode"]]}
        answer = self._handlers["default"][RECORD]({"body": json.dumps(body)}, Invocation())
        assert answer["statusCode"] == 200, answer

    def _rows(self, ids: Placeholders) -> dict[str, list[dict[str, Any]]]:
        return {
            row: [
                item
                for uuid in set(ids.ids.values())
                for item in self._query(self._tables[table], key, uuid)
            ]
            for row, (table, key) in ROWS.items()
        }

    def _query(self, table: str, key: str, uuid: str) -> list[dict[str, Any]]:
        answer = self._client.query(
            TableName=table,
            KeyConditionExpression="#key = :uuid",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":uuid": {"S": uuid}},
            ConsistentRead=True,
        )
        return list(answer["Items"])


def _event(case: dict[str, Any], ids: Placeholders) -> dict[str, Any]:
    if "raw_hex" in case:
        content = base64.b64encode(bytes.fromhex(case["raw_hex"])).decode()
        return {"body": content, "isBase64Encoded": True}
    text = case["raw"] if "raw" in case else json.dumps(case["body"], ensure_ascii=False)
    return {"body": ids.fill(text)}
