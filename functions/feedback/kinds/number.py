"""Float metrics: any JSON number, as the 64-bit float that TensorZero keeps."""

from feedback.kinds.value import InvalidValue
from feedback.model import Kind
from shared.document import Json

SMALLEST = 1e-130
"""The smallest magnitude that a DynamoDB number can have, zero apart."""
LIMIT = 1e126
"""Every magnitude of a DynamoDB number is below this."""


def _parse(metric: str, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"Feedback value for metric `{metric}` must be a number")
    number = float(value) or 0.0  # a DynamoDB number has no negative zero
    if number and not SMALLEST <= abs(number) < LIMIT:
        raise InvalidValue(
            f"Feedback value for metric `{metric}` must be 0 or have a magnitude "
            "from 1e-130 to 9.99e125"
        )
    return number


KIND = Kind("float", _parse, restore=float, labels=True)
