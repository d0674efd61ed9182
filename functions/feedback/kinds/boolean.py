"""Boolean metrics: true or false, never 0, 1 or a text."""

from feedback.kinds.value import InvalidValue
from feedback.model import Kind
from shared.document import Json


def _parse(metric: str, value: Json) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(f"Feedback value for metric `{metric}` must be a boolean")
    return value


KIND = Kind("boolean", _parse, labels=True)
