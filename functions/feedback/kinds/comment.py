"""Comments: any text, the empty one included, on an inference or an episode."""

from feedback.model import Feedback, Kind, Record
from shared.catalog import Catalog
from shared.document import Json
from shared.dynamodb import Attribute, Item
from shared.errors import InvalidValue


def _parse(_metric: str, value: Json) -> str:
    if not isinstance(value, str):
        raise InvalidValue("Feedback value for a comment must be a string")
    return value


def _encode(value: str, _record: Record, _catalog: Catalog) -> Attribute:
    return {"S": value}


def _describe(feedback: Feedback) -> Item:
    return {"target_id": {"S": feedback.target.id}, "target_type": {"S": feedback.target.level}}


KIND = Kind(table="comment", parse=_parse, encode=_encode, describe=_describe)
