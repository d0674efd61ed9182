"""Refusals: which ones a route answers with, and how an answer with one of them is described."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib import import_module
from typing import TypeAlias

from feedback.functions import UnknownFunction
from feedback.idempotency_key import InvalidIdempotencyKey
from feedback.kinds.registry import UnknownMetric
from feedback.rules import NotGranted
from feedback.waiting import TargetNotFound
from reads.aggregate.answer import AnswerTooLarge
from reads.aggregate.settings import UnknownVariant
from reads.aggregate.timeseries_request import UnsupportedTimeWindow
from reads.inferences import InferenceNotFound
from reads.receipts import FeedbackNotFound, UnknownRoute
from reads.target.window import AmbiguousCursor
from shared.caller import CredentialExpired
from shared.document import MalformedBody
from shared.dynamodb import StorageUnavailable
from shared.elements import BatchTooLarge
from shared.fields import InvalidField, MissingField, UnknownField
from shared.http import UnsupportedCharset, UnsupportedEncoding
from shared.items import ItemTooLarge
from shared.refusal import Refusal
from shared.structure import BodyTooLarge
from shared.uuids import NotUuidV7
from tests.support.template import ROOT
from tools.openapi import prose
from tools.openapi.schema import TEXT, Schema, array, record, ref

Refusals: TypeAlias = frozenset[type[Refusal]]


def every() -> Iterator[type[Refusal]]:
    """Import all modules of the functions but their app.py; yield each refusal that has a code."""
    for path in sorted((ROOT / "functions").rglob("*.py")):
        if path.name not in {"app.py", "__init__.py"}:
            import_module(".".join(path.relative_to(ROOT / "functions").with_suffix("").parts))
    yield from Refusal.__subclasses__()


def _of(*packages: str) -> Refusals:
    """Return the refusals that these packages define, each beside its rule."""
    return frozenset(
        one
        for one in every()
        if any(f"{one.__module__}.".startswith(f"{package}.") for package in packages)
    )


STORED: Refusals = frozenset({StorageUnavailable})
"""Of whatever calls DynamoDB."""
EVERYWHERE: Refusals = frozenset({CredentialExpired})
"""Of every route."""
BODY: Refusals = frozenset({MalformedBody, BodyTooLarge, UnsupportedCharset, UnsupportedEncoding})
"""Of a body, whatever is in it."""
FIELDS: Refusals = frozenset({InvalidField, MissingField, UnknownField})
"""Of an object's fields."""
FEEDBACK: Refusals = FIELDS | STORED | _of("feedback") | {ItemTooLarge, NotUuidV7}
"""Of feedback."""
FEEDBACK_ELEMENT: Refusals = FEEDBACK | _of("batch")
"""Of feedback as an element of a batch; no end user's token sends any."""
INFERENCE: Refusals = FIELDS | STORED | _of("inferences") | {ItemTooLarge}
"""Of an inference to record."""
BATCH: Refusals = BODY | {InvalidField, BatchTooLarge}
"""Of a batch as a whole."""
TARGET: Refusals = STORED | {InvalidField, UnknownRoute}
"""Of a target's id in the path."""
PAGE: Refusals = TARGET | {AmbiguousCursor}
"""Of a list."""
RECEIPT: Refusals = TARGET | {FeedbackNotFound}
"""Of a receipt."""
READ_INFERENCE: Refusals = STORED | {InvalidField, InferenceNotFound}
"""Of a recorded inference that is read."""
SERIES: Refusals = STORED | {InvalidField, MissingField, UnsupportedTimeWindow, AnswerTooLarge}
"""Of a time series."""
METRICS: Refusals = STORED | {InvalidField, UnknownFunction}
"""Of a function's metrics."""
INFERENCE_COUNT: Refusals = METRICS | {UnknownMetric}
"""Of a metric of a function."""
PERFORMANCES: Refusals = INFERENCE_COUNT | {MissingField, UnknownVariant, AnswerTooLarge}
"""Of a function's variants."""
LISTING: Refusals = (
    STORED
    | {InvalidField, MissingField, UnknownFunction, AmbiguousCursor, AnswerTooLarge}
    | _of("reads.listing")
)
"""Of inferences by their feedback."""
INVALID_KEY: Refusals = frozenset({InvalidIdempotencyKey})
"""Of the header with a batch, which has no key of its own."""
NOT_GRANTED: Refusals = frozenset({NotGranted})
"""Of what an end user's token may ask for."""


def schemas() -> dict[str, Schema]:
    """Return the schemas that the answers have in common."""
    return {
        "Refusal": record({"error": TEXT, "code": TEXT, "detail": ref("Detail")}, "detail"),
        "Detail": record({"pointer": TEXT, "expected": TEXT, "found": TEXT}),
        "GatewayMessage": record({"message": TEXT}),
    }


def by_status(refusals: Iterable[type[Refusal]]) -> dict[HTTPStatus, list[str]]:
    """Return the codes of each status, in order."""
    found: dict[HTTPStatus, list[str]] = defaultdict(list)
    for one in sorted(refusals, key=lambda one: (one.status, one.code)):
        found[one.status].append(one.code)
    return dict(found)


def may_be_retried(refusal: type[Refusal]) -> bool:
    """Whether an answer may say after how many seconds to send the same request again."""
    return refusal.retry_after is not None or refusal is TargetNotFound


def refused(codes: list[str]) -> Schema:
    """Describe the body of an answer with one of these codes."""
    return {"allOf": [ref("Refusal"), {"properties": {"code": {"enum": codes}}}]}


def meanings(codes: Iterable[str]) -> str:
    """Say what they mean, as a list in Markdown."""
    return "\n".join(f"- `{code}`: {prose.REFUSALS[code]}" for code in codes)


def elements(accepted: Schema, refusals: Refusals) -> Schema:
    """Describe the answer to a batch: of each element its status, and what it is answered alone."""
    refused_ones = (
        record(
            {
                "status": {"const": int(status)},
                "error": TEXT,
                "code": {"enum": codes},
                "detail": ref("Detail"),
            },
            "detail",
        )
        for status, codes in by_status(refusals).items()
    )
    properties = {"status": {"const": int(HTTPStatus.OK)}, **accepted["properties"]}
    return array({"anyOf": [record(properties), *refused_ones]})
