"""Float metrics: any JSON number, as the 64-bit float that TensorZero keeps."""

from feedback.kinds.metric import describe
from feedback.model import Kind, Record
from shared.catalog import Catalog
from shared.document import Json
from shared.dynamodb import Attribute
from shared.errors import InvalidValue

SMALLEST = 1e-130
"""The smallest magnitude that a DynamoDB number can have, zero apart."""
BEYOND = 1e126
"""The magnitude that a DynamoDB number stays below."""


def _parse(metric: str, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"Feedback value for metric `{metric}` must be a number")
    number = float(value) or 0.0  # a DynamoDB number has no negative zero
    if number and not SMALLEST <= abs(number) < BEYOND:
        raise InvalidValue(
            f"Feedback value for metric `{metric}` must be 0 or have a magnitude "
            "from 1e-130 to 9.99e125"
        )
    return number


def _encode(value: float, _record: Record, _catalog: Catalog) -> Attribute:
    return {"N": repr(value)}


KIND = Kind(table="float", parse=_parse, encode=_encode, describe=describe, labels=True)
