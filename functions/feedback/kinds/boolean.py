"""Boolean metrics: true or false, never 0, 1 or a text."""

from feedback.kinds.metric import describe
from feedback.model import Kind, Record
from shared.catalog import Catalog
from shared.document import Json
from shared.dynamodb import Attribute
from shared.errors import InvalidValue


def _parse(metric: str, value: Json) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"Feedback value for metric `{metric}` must be a boolean")
    return value


def _encode(value: bool, _record: Record, _catalog: Catalog) -> Attribute:  # noqa: FBT001
    return {"BOOL": value}


KIND = Kind(table="boolean", parse=_parse, encode=_encode, describe=describe, labels=True)
