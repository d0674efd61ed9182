"""TensorZero's recorded answers: what it answers and stores, we answer and store.

All cases are sent before the first is looked at: some wait for seconds, as TensorZero does.
"""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.conformance.gateway import Answer, Gateway
from tests.conformance.placeholders import HERE
from tests.support.clients import connected
from tools.emulator import Emulator

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((HERE / "cases.json").read_text())
}
DEPARTED = {"tags/empty-key": "a name has at least 1 character"}
"""Cases in which TensorZero accepts what DynamoDB cannot hold: refused here, for this reason."""
KEPT_APART = {"id", "feedback_id", "snapshot_hash", "timestamp"}
"""What a row has besides that no case states."""


@pytest.fixture(scope="module")
def answers(
    aws: Emulator,
    tables: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future[Answer]]]:
    """Send every case."""
    folder = tmp_path_factory.mktemp("configurations")
    with connected(aws.endpoint) as client, ThreadPoolExecutor(max_workers=24) as pool:
        gateway = Gateway(client, tables, folder)
        yield {name: pool.submit(gateway.send, case) for name, case in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_answer_and_the_rows_are_tensorzeros(
    name: str, answers: dict[str, Future[Answer]]
) -> None:
    """The status, the text or its shape, and exactly the stated rows."""
    expect = CASES[name]["expect"]
    answer = answers[name].result(timeout=60)
    if name in DEPARTED:
        expect = {"status": 400, "match": "shape", "mentions": DEPARTED[name]}

    assert answer.status == expect["status"], answer.body
    if answer.status == 200:
        assert set(answer.body) == {"feedback_id"}
    else:
        _compare_refusal(answer, expect)
    stated = json.loads(answer.ids.fill(json.dumps(expect.get("stored", {}))))
    stored = {row: _row(items) for row, items in answer.rows.items() if items}
    assert stored.keys() == stated.keys()
    for row, attributes in stated.items():
        assert _digested(stored[row], attributes) == _as_numbers(attributes, row)


def _compare_refusal(answer: Answer, expect: dict[str, Any]) -> None:
    error = answer.body["error"]
    text = answer.ids.fill(expect.get("error", ""))
    assert answer.body["code"]
    if expect["match"] == "exact":
        assert error == text
    elif expect["match"] == "prefix":
        assert error.startswith(text)
    else:
        assert error
        assert expect.get("mentions", "") in error


def _row(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the only row that a case may have stored, as plain values."""
    (item,) = items
    return {name: _plain(value) for name, value in item.items() if name not in KEPT_APART}


def _plain(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return float(value)
    if kind == "M":
        return {name: _plain(entry) for name, entry in value.items()}
    return value


def _as_numbers(attributes: dict[str, Any], row: str) -> dict[str, Any]:
    """Take the value of a float metric, which a case gives as text, as a number."""
    return {**attributes, "value": float(attributes["value"])} if row == "float" else attributes


def _digested(stored: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """Bring a row to the form in which the case states it."""
    row = dict(stored)
    for name, value in stated.items():
        if isinstance(value, dict) and set(value) == {"sha256", "length"}:
            text = row[name]
            digest = hashlib.sha256(text.encode()).hexdigest()
            row[name] = {"sha256": digest, "length": len(text)}
        elif name == "value" and isinstance(value, list | dict):
            row[name] = json.loads(row[name], parse_float=lambda text: repr(float(text)))
    return row
