"""Comments: any text, the empty one included, on an inference or an episode."""

from feedback.kinds.value import InvalidValue
from feedback.model import Kind
from shared.document import Json


def _parse(_metric: str, value: Json) -> str:
    if not isinstance(value, str):
        raise InvalidValue("Feedback value for a comment must be a string")
    return value


KIND = Kind("comment", _parse, keeps="target_type")
