"""Every refusal a caller can receive, each with its status and its stable code.

    Refusal
    ├── MalformedBody           400
    ├── InvalidField            400
    ├── UnknownField            400
    ├── MissingField            400
    ├── ReservedTag             400
    ├── TagLimitExceeded        400
    ├── IncompleteEvaluation    400
    ├── InvalidEvaluation       400
    ├── FeedbackDisabled        400
    ├── AmbiguousTarget         400
    ├── WrongLevel              400
    ├── NotUuidV7               400
    ├── TargetNotFound          400
    ├── InvalidValue            400
    ├── InvalidDemonstration    400
    ├── InvalidSchema           400
    ├── ToolNotFound            400
    ├── DuplicateTool           400
    ├── InvalidIdempotencyKey   400
    ├── CredentialExpired       401
    ├── NotGranted              403
    ├── UnknownMetric           404
    ├── UnknownFunction         404
    ├── FeedbackNotFound        404
    ├── InferenceConflict       409
    ├── AlreadyVoted            409
    ├── BodyTooLarge            413
    ├── ItemTooLarge            413
    ├── BatchTooLarge           413
    ├── UnsupportedEncoding     415
    ├── IdempotencyKeyReused    422
    ├── BatchRefused            424
    └── StorageUnavailable      503

Whatever else is raised is a bug, and is left to Lambda to count.
"""

from http import HTTPStatus
from typing import ClassVar

ECHO = 200
"""The longest piece of a caller's text that an answer repeats, in characters."""


def excerpt(text: str) -> str:
    """Shorten a caller's text to what an answer may repeat."""
    return text if len(text) <= ECHO else f"{text[:ECHO]}…"


class Refusal(Exception):
    """The caller can act on this, and its text is safe to show them."""

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str]
    retry_after: ClassVar[int | None] = None
    """Seconds after which the same request may succeed; None where it cannot."""


class MalformedBody(Refusal):
    """The body is not JSON."""

    code = "malformed_body"


class InvalidField(Refusal):
    """A field has the wrong type or form."""

    code = "invalid_field"


class UnknownField(Refusal):
    """A field that the request does not have."""

    code = "unknown_field"


class MissingField(Refusal):
    """A required field is absent."""

    code = "missing_field"


class ReservedTag(Refusal):
    """A tag of TensorZero's own, without `internal`."""

    code = "reserved_tag"


class TagLimitExceeded(Refusal):
    """More or longer tags than feedback may have."""

    code = "tag_limit_exceeded"


class IncompleteEvaluation(Refusal):
    """Evaluation tags without the evaluator's inference."""

    code = "incomplete_evaluation"


class InvalidEvaluation(Refusal):
    """Evaluation tags that cannot be stored as a person's verdict."""

    code = "invalid_evaluation"


class FeedbackDisabled(Refusal):
    """Observability is switched off in the configuration."""

    code = "feedback_disabled"


class AmbiguousTarget(Refusal):
    """Both ids, or for a comment none."""

    code = "ambiguous_target"


class WrongLevel(Refusal):
    """Not the id that the metric's level asks for."""

    code = "wrong_level"


class NotUuidV7(Refusal):
    """An id that cannot be an inference's or an episode's."""

    code = "not_uuid_v7"


class TargetNotFound(Refusal):
    """No such inference or episode, after the wait."""

    code = "target_not_found"


class InvalidValue(Refusal):
    """A value that the metric does not take."""

    code = "invalid_value"


class InvalidDemonstration(Refusal):
    """A demonstration that its function could not have answered."""

    code = "invalid_demonstration"


class InvalidSchema(Refusal):
    """A schema of the inference's that does not compile, or asks for too much work."""

    code = "invalid_schema"


class ToolNotFound(Refusal):
    """A tool that was allowed or chosen for the inference, and is gone."""

    code = "tool_not_found"


class DuplicateTool(Refusal):
    """Two tools of one name."""

    code = "duplicate_tool"


class InvalidIdempotencyKey(Refusal):
    """An idempotency key that cannot be one."""

    code = "invalid_idempotency_key"


class CredentialExpired(Refusal):
    """The credential was good, and no longer is."""

    code = "credential_expired"
    status = HTTPStatus.UNAUTHORIZED


class NotGranted(Refusal):
    """The token does not allow this."""

    code = "not_granted"
    status = HTTPStatus.FORBIDDEN


class UnknownMetric(Refusal):
    """Not in the configuration."""

    code = "unknown_metric"
    status = HTTPStatus.NOT_FOUND


class UnknownFunction(Refusal):
    """The function of the inference is not in the configuration."""

    code = "unknown_function"
    status = HTTPStatus.NOT_FOUND


class FeedbackNotFound(Refusal):
    """No such feedback is stored."""

    code = "feedback_not_found"
    status = HTTPStatus.NOT_FOUND


class InferenceConflict(Refusal):
    """The id is recorded already, with other content."""

    code = "inference_conflict"
    status = HTTPStatus.CONFLICT


class AlreadyVoted(Refusal):
    """The one vote that the token allows is stored already."""

    code = "already_voted"
    status = HTTPStatus.CONFLICT


class BodyTooLarge(Refusal):
    """A body that cannot be an item."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class ItemTooLarge(Refusal):
    """An item that DynamoDB does not hold."""

    code = "item_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class BatchTooLarge(Refusal):
    """More elements or writes than a batch may have."""

    code = "batch_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedEncoding(Refusal):
    """A Content-Encoding that is not read here."""

    code = "unsupported_encoding"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class IdempotencyKeyReused(Refusal):
    """The key belongs to another request."""

    code = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BatchRefused(Refusal):
    """Another element of the atomic batch was refused, so this one was not stored."""

    code = "batch_refused"
    status = HTTPStatus.FAILED_DEPENDENCY


class StorageUnavailable(Refusal):
    """DynamoDB did not take it; try again."""

    code = "storage_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 1

    def __init__(self, *, congested: bool = False) -> None:
        """Tell it apart: `congested` if DynamoDB was too busy for it, which may pass."""
        super().__init__("The database did not confirm this in time: try again")
        self.congested = congested
