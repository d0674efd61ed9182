"""The shape of a recorded inference; the field names are TensorZero's."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from feedback.model import Inference, Record
from shared import uuids
from shared.document import Json, dump
from shared.fields import InvalidField, MissingField, UnknownField
from shared.refusal import Refusal, excerpt
from shared.uuids import NotUuidV7, Uuid


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
Document = Any  # JSON, which it is already


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Tool(_Shape):
    """A tool given with an inference, besides those of its function."""

    type: Literal["function", "openai_custom"] = "function"
    name: Name
    description: str | None = None
    parameters: Document = None
    strict: bool = False
    format: Document = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type == "function" and self.parameters is None:
            raise ValueError("a function tool needs parameters, its JSON Schema")
        return self


class Specific(_Shape):
    """The choice of one tool by name."""

    specific: Name


class InferenceRequest(_Shape):
    """An inference that feedback may be given on, and the episode it belongs to."""

    inference_id: Uuid7
    episode_id: Uuid7
    function_name: Name
    variant_name: Name
    additional_tools: list[Tool] | None = None
    allowed_tools: list[Name] | None = None
    tool_choice: Literal["none", "auto", "required"] | Specific | None = None
    parallel_tool_calls: bool | None = None
    output_schema: Document = None
    output: Document = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.inference_id == self.episode_id:
            raise ValueError("inference_id and episode_id must differ")
        return self

    @property
    def tool_params(self) -> dict[str, Json]:
        """The inference's own settings of tools, as they were given; empty if there are none."""
        given = {"additional_tools", "allowed_tools", "tool_choice", "parallel_tool_calls"}
        return self.model_dump(include=given, exclude_none=True)

    def to_inference(self) -> Inference:
        """Return what is recorded; an output is found by its text, so its keys are sorted."""
        record = Record(
            function_name=self.function_name,
            tool_params=dump(self.tool_params) if self.tool_params else None,
            output_schema=None if self.output_schema is None else dump(self.output_schema),
            output=None if self.output is None else dump(self.output, sort_keys=True),
        )
        return Inference(Uuid(self.inference_id), Uuid(self.episode_id), self.variant_name, record)

    @classmethod
    def parse(cls, document: Json) -> Self:
        """Read a record. Raises InvalidField, UnknownField, MissingField for the first fault."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise _refusal(error.errors(include_url=False)[0]) from error


def _refusal(fault: ErrorDetails) -> Refusal:
    path = ".".join(excerpt(str(part)) for part in fault["loc"]) or "body"
    reason = fault["msg"].removeprefix("Value error, ")  # pydantic's words for our own
    if fault["type"] == "model_type":
        reason = "expected an object"  # pydantic's would name a class
    kinds: dict[str, type[Refusal]] = {"missing": MissingField, "extra_forbidden": UnknownField}
    return kinds.get(fault["type"], InvalidField)(f"{path}: {reason}")
