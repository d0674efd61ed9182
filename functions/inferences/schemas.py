"""The shape of a recorded inference; the field names are TensorZero's."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from runtime import uuids
from runtime.document import Json
from runtime.errors import InvalidField, MissingField, NotUuidV7, Refusal, UnknownField, excerpt


def _uuid7(text: str) -> str:
    uuid = uuids.parse(text)
    if uuid is None:
        raise ValueError("expected a UUID")
    try:
        uuids.milliseconds(uuid)
    except NotUuidV7 as refusal:
        raise ValueError(str(refusal)) from refusal
    return uuid


Uuid7 = Annotated[str, AfterValidator(_uuid7)]
Name = Annotated[str, Field(min_length=1)]


class InferenceRecord(BaseModel):
    """An inference that feedback may be given on, and the episode it belongs to."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    inference_id: Uuid7
    episode_id: Uuid7
    function_name: Name
    variant_name: Name

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.inference_id == self.episode_id:
            raise ValueError("inference_id and episode_id must differ")
        return self

    @classmethod
    def parse(cls, document: Json) -> Self:
        """Read a record. Raises InvalidField, UnknownField, MissingField for the first fault."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise _refusal(error.errors(include_url=False)[0]) from error


def _refusal(fault: ErrorDetails) -> Refusal:
    path = ".".join(excerpt(str(part)) for part in fault["loc"]) or "body"
    kinds: dict[str, type[Refusal]] = {"missing": MissingField, "extra_forbidden": UnknownField}
    return kinds.get(fault["type"], InvalidField)(f"{path}: {fault['msg']}")
