"""Whatever DynamoDB answers, a caller gets what the SDK's parser would have given."""

import json
from typing import Any

import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from shared.direct import parsing
from shared.direct.failure import NAMED, Failure
from shared.direct.reading import Answer
from tests.support.dynamodb import OPERATIONS, answers, error, operation

ONLY_THE_SDK = ("ConsumedCapacity", "ItemCollectionMetrics")
HEADERS = {"x-amzn-requestid": "VV4K", "content-type": "application/x-amz-json-1.0"}


def _answer(document: object, status: int = 200, headers: dict[str, str] = HEADERS) -> Answer:
    return Answer(status, headers, json.dumps(document).encode())


def _parsed_by_the_sdk(answer: Answer, shape: Any) -> dict[str, Any]:
    response = {"body": answer.body, "headers": answer.headers, "status_code": answer.status}
    parsed: dict[str, Any] = create_parser("json").parse(response, shape)
    return parsed


@st.composite
def successes(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw an operation and its answer, as far as it is asked for here."""
    name = draw(st.sampled_from(OPERATIONS))
    document = draw(answers(operation(name).output_shape))
    return name, {key: value for key, value in document.items() if key not in ONLY_THE_SDK}


@given(successes())
def test_a_result_is_the_sdks(success: tuple[str, dict[str, Any]]) -> None:
    """But for the metadata that nobody reads; of any shape that the SDK's model has."""
    name, document = success
    expected = _parsed_by_the_sdk(_answer(document), operation(name).output_shape)
    del expected["ResponseMetadata"]

    assert parsing.result(name, _answer(document)) == expected


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"Item":',
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"ConsumedCapacity":{}}',
        b'{"__type":"com.amazon.coral.service#InternalServerError","message":"sorry"}',
    ],
)
def test_what_is_no_result_is_left_to_the_sdk(name: str, body: bytes) -> None:
    """Whatever the status says: no JSON object, an error, or what nobody here asked for."""
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds, none of them ours to word
        parsing.result(name, Answer(200, {}, body))


@st.composite
def refusals(draw: st.DrawFn) -> tuple[str, Answer]:
    """Draw an error that callers cause every day, as DynamoDB spells it or might."""
    code = draw(st.sampled_from(sorted(NAMED)))
    kind = draw(st.sampled_from(["com.amazonaws.dynamodb.v20120810#{}", "{}", "a#{}:http://b/"]))
    texts = st.text(max_size=9)
    messages = draw(st.fixed_dictionaries({}, optional={"message": texts, "Message": texts}))
    document = {**draw(answers(error(code))), **messages, "__type": kind.format(code)}
    headers = draw(st.sampled_from([HEADERS, {}]))
    return code, _answer(document, 400, headers)


@given(refusals(), st.sampled_from(OPERATIONS))
def test_an_everyday_failure_is_the_sdks(refused: tuple[str, Answer], name: str) -> None:
    """With the items that were in the way, and the code by which callers catch it."""
    code, answer = refused
    expected = _parsed_by_the_sdk(answer, operation(name).output_shape)
    expected |= _parsed_by_the_sdk(answer, error(code))
    expected["ResponseMetadata"]["RetryAttempts"] = 0  # the SDK's endpoint adds it
    failed = parsing.refusal(answer)

    assert type(failed) is NAMED[code]
    assert failed is not None
    assert failed.response == expected


@pytest.mark.parametrize(
    "answer",
    [
        _answer({"__type": "x#ThrottlingException", "message": "slow down"}, 400),
        _answer({"message": "no code"}, 400),
        _answer({"__type": "x#TransactionCanceledException"}, 500),
        _answer({"__type": "x#TransactionCanceledException"}, 400, {"x-amzn-query-error": "a;b"}),
    ],
)
def test_any_other_failure_is_left_to_the_sdk(answer: Answer) -> None:
    """It decides on retries, and spells the error."""
    failed: Failure | None = parsing.refusal(answer)

    assert failed is None
