"""DynamoDB's answers as the SDK's parser would give them."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Never, TypeAlias

from shared.direct.failure import NAMED, Failure, failure
from shared.direct.reading import Answer

Parse: TypeAlias = Callable[[Any], Any]
"""A member's JSON value to what the SDK's parser makes of it."""

BAD_REQUEST = 400


def result(operation: str, answer: Answer) -> dict[str, Any]:
    """Give the dictionary of a call that succeeded; without `ResponseMetadata`.

    Raises ValueError if the body is not a JSON object, tells an error in spite of its status, or
    has what only the SDK reads.
    """
    document = _document(answer)
    if "__type" in document:
        raise ValueError("an error that is called a success")
    parsed: dict[str, Any] = _RESULTS[operation](document)
    return parsed


def refusal(answer: Answer) -> Failure | None:
    """Give the failure that an answer tells, if it is one that callers cause every day.

    None for all others: the SDK judges them. Raises ValueError if the body is not a JSON object.
    """
    if answer.status != BAD_REQUEST or "x-amzn-query-error" in answer.headers:
        return None
    document = _document(answer)
    code = str(document.get("__type")).partition(":")[0].rpartition("#")[2]
    if code not in NAMED:
        return None
    metadata: dict[str, Any] = {"HTTPStatusCode": answer.status, "HTTPHeaders": answer.headers}
    if "x-amzn-requestid" in answer.headers:
        metadata["RequestId"] = answer.headers["x-amzn-requestid"]
    message = document.get("message", document.get("Message", ""))
    return failure(
        {
            "Error": {"Message": message, "Code": code},
            "ResponseMetadata": {**metadata, "RetryAttempts": 0},
            **_REFUSALS[code](document),
        }
    )


def _document(answer: Answer) -> dict[str, Any]:
    document = json.loads(answer.body.decode())
    if not isinstance(document, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - nothing of ours is wrong
    return document


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - JSON
    return value


def _structure(**members: Parse) -> Parse:
    """Take these members of an object: no other, and none that is null."""

    def parse(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if value is None:
            return None
        return {
            name: members[name](member)
            for name, member in value.items()
            if member is not None and name in members
        }

    return parse


def _list(parse: Parse) -> Parse:
    return lambda value: [None if entry is None else parse(entry) for entry in value]


def _map(parse: Parse) -> Parse:
    return lambda value: {name: parse(entry) for name, entry in value.items()}


def _only_the_sdk(_value: Any) -> Never:  # noqa: ANN401 - JSON
    raise ValueError("a member that no call here asks for")


def _attribute(value: Any) -> Any:  # noqa: ANN401 - JSON
    return _ATTRIBUTE(value)


_ITEM = _map(_attribute)
_ATTRIBUTE = _structure(
    **dict.fromkeys(("S", "N", "BOOL", "NULL"), _as_it_is),
    **dict.fromkeys(("SS", "NS"), _list(_as_it_is)),
    B=b64decode,
    BS=_list(b64decode),
    M=_ITEM,
    L=_list(_attribute),
)
_KEYS = _structure(
    Keys=_list(_ITEM),
    AttributesToGet=_list(_as_it_is),
    ConsistentRead=_as_it_is,
    ProjectionExpression=_as_it_is,
    ExpressionAttributeNames=_map(_as_it_is),
)
_WRITE = _structure(PutRequest=_structure(Item=_ITEM), DeleteRequest=_structure(Key=_ITEM))
_NOT_ASKED: dict[str, Parse] = dict.fromkeys(
    ("ConsumedCapacity", "ItemCollectionMetrics"), _only_the_sdk
)
_RESULTS: dict[str, Parse] = {
    "PutItem": _structure(Attributes=_ITEM, **_NOT_ASKED),
    "GetItem": _structure(Item=_ITEM, **_NOT_ASKED),
    "BatchGetItem": _structure(
        Responses=_map(_list(_ITEM)), UnprocessedKeys=_map(_KEYS), **_NOT_ASKED
    ),
    "BatchWriteItem": _structure(UnprocessedItems=_map(_list(_WRITE)), **_NOT_ASKED),
    "TransactWriteItems": _structure(**_NOT_ASKED),
    "Query": _structure(
        Items=_list(_ITEM),
        Count=_as_it_is,
        ScannedCount=_as_it_is,
        LastEvaluatedKey=_ITEM,
        **_NOT_ASKED,
    ),
}
_REFUSALS: dict[str, Parse] = {
    "TransactionCanceledException": _structure(
        Message=_as_it_is,
        CancellationReasons=_list(
            _structure(Item=_ITEM, Code=_as_it_is, Message=_as_it_is),
        ),
    ),
    "ConditionalCheckFailedException": _structure(message=_as_it_is, Item=_ITEM),
}
