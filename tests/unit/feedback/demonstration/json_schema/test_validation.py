"""Validation: a request has one budget for all that it checks, and a schema cannot exceed it."""

import json
import mmap
import resource
import struct
from itertools import pairwise

import pytest

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.check import InvalidSchema, Violation
from feedback.demonstration.json_schema.child import Ended
from feedback.demonstration.json_schema.confinement import confinement
from feedback.demonstration.json_schema.message import unpack
from feedback.demonstration.json_schema.schema import answer
from feedback.demonstration.json_schema.validation import PROCESSOR, RESERVE, Validation
from feedback.demonstration.json_schema.validator import MAX_SCHEMA, Validator
from feedback.demonstration.json_schema.worker import Worker
from shared.document import Json
from shared.dynamodb import StorageUnavailable

TITLE = "Failed to compile JSON Schema: "
NUMBER, WRONG = (
    '{"type":"number"}',
    Violation('"a" is not of type "number"', "", '"type": "number"'),
)


def chain(width: int, length: int, **root: Json) -> str:
    """Make definitions of which each refers so often to the next."""
    names = [f"d{number}" for number in range(length)]
    defs: dict[str, Json] = {
        name: {"allOf": [{"$ref": f"#/$defs/{after}"}] * width}
        for name, after in zip(names, [*names[1:], "end"], strict=True)
    }
    defs["end"] = {"type": "object"}
    return json.dumps({"$ref": "#/$defs/d0", "$defs": defs, **root})


UNEVALUATED: dict[str, Json] = {"unevaluatedProperties": False}
WIDE: Json = {"allOf": [{"properties": {f"p{number}": {}}} for number in range(500)]}
HOSTILE: dict[str, tuple[str, str]] = {
    "definitions that refer eight times to the next": (chain(8, 8, **UNEVALUATED), "{}"),
    "3,000 references in a chain": (chain(1, 3_000, **UNEVALUATED), "{}"),
    "2,500 nodes over one of 500": (
        json.dumps({"$defs": {"x": WIDE}, "allOf": [{"$ref": "#/$defs/x", **UNEVALUATED}] * 2_500}),
        '{"a":1}',
    ),
    "the smallest number as a divisor": (
        '{"items":{"multipleOf":5e-324}}',
        json.dumps([1.7e308] * 100_000),
    ),
    "a pattern that goes back as often as it may": (
        '{"items":{"not":{"pattern":"^(?:(?=a)a+)+$(?<=b)"}}}',
        json.dumps(["a" * 16 + "c"] * 4_000),
    ),
}


@pytest.fixture(scope="module")
def validation() -> Validation:
    """Make one for all requests: what one does to it, the next must not notice."""
    return Validation(512)


@pytest.mark.parametrize(("schema", "value"), HOSTILE.values(), ids=HOSTILE)
def test_a_schema_that_takes_too_much_is_refused(schema: str, value: str) -> None:
    """The refusal's cause says of what; the same request goes on."""
    validator, budget = Validator.within(512), Budget(PROCESSOR, 600)

    with pytest.raises(InvalidSchema) as refusal:
        validator.first_violation(schema, value, budget)

    assert isinstance(refusal.value.__cause__, Ended)
    assert validator.first_violation(NUMBER, '"a"', budget) == WRONG
    assert validator.first_violation(NUMBER, "1", budget) is None


def test_all_that_a_request_checks_has_one_budget(validation: Validation) -> None:
    """Many hostile schemas take no more than one, and the next request has a budget again."""
    schema, value = HOSTILE["the smallest number as a divisor"]
    before = _processor_time()
    check = validation.begin(lambda: 60)

    for _ in range(60):
        with pytest.raises(InvalidSchema, match="too much work"):
            check(schema, value)

    assert _processor_time() - before < 2
    assert validation.begin(lambda: 60)(NUMBER, '"a"') == WRONG


def _processor_time() -> float:
    """Count that of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_schemas_are_kept_by_their_size_not_by_their_number() -> None:
    """A child that has kept too much is replaced, before it has its most."""
    memory = 32 * 1024 * 1024
    seen = mmap.mmap(-1, 4 * 60)
    """Memory that the processes share: how large the child was after each question."""

    def measured(question: bytes) -> bytes:
        answered = answer(question)
        struct.pack_into("!I", seen, 4 * int(unpack(question)[1]), _resident())
        return answered

    validator = Validator(Worker(measured, confinement(memory)))
    for number in range(60):
        schema = chain(4, 5, title=str(number), **UNEVALUATED)
        assert validator.first_violation(schema, str(number), Budget(20, 60))

    sizes = struct.unpack("!60I", seen)
    # How often it is replaced depends on the room that the heap of this process has left.
    assert any(after < before for before, after in pairwise(sizes))
    assert max(sizes) - sizes[0] < memory


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("left", [0, RESERVE, RESERVE + 0.005])
def test_nothing_is_checked_when_nothing_could_be_stored(left: float) -> None:
    """The invocation is about to end: that is not the schema's fault."""
    check = Validation(512).begin(lambda: left)

    with pytest.raises(StorageUnavailable):
        check(NUMBER, "1")


def test_a_schema_of_any_length_is_refused_beyond_a_limit(validation: Validation) -> None:
    """Before it is read."""
    check = validation.begin(lambda: 60)

    assert check(NUMBER.ljust(MAX_SCHEMA), '"a"') == WRONG
    with pytest.raises(InvalidSchema) as refusal:
        check(NUMBER.ljust(MAX_SCHEMA + 1), '"a"')
    assert str(refusal.value) == f"{TITLE}it is longer than {MAX_SCHEMA} characters"


def test_a_schema_that_does_not_compile_is_refused_with_its_reason(validation: Validation) -> None:
    """In the library's words."""
    with pytest.raises(InvalidSchema) as refusal:
        validation.begin(lambda: 60)('{"$ref":"#/nope"}', "1")

    assert str(refusal.value) == f"{TITLE}Pointer '/nope' does not exist"


@pytest.mark.parametrize("answer", [b"\0", b"\0\0\0\2a", b"\0\0\0\1\xff", b"\0\0\0\0" * 4])
def test_an_answer_that_no_validator_gives_is_not_believed(answer: bytes) -> None:
    """The child has read what somebody else wrote."""
    validator = Validator(Worker(lambda _: answer, confinement(32 * 1024 * 1024)))

    with pytest.raises(InvalidSchema, match="the validator fails"):
        validator.first_violation(NUMBER, "1", Budget(20, 60))
