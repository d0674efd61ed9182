"""What `sam local` answers, by the x86_64 build in containers, over the emulated DynamoDB."""

import json
from typing import Any, TypeAlias

import pytest

from tests.sam_local.document import COMMANDS
from tests.support.events import AUTHORIZER, EVENTS, check, check_decision

Answers: TypeAlias = dict[str, Any]


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_answered_as_its_name_says(answers: Answers, name: str) -> None:
    """By `sam local start-lambda`."""
    reply = answers["events"][name]

    check(name, reply["statusCode"], json.loads(reply["body"]))


@pytest.mark.parametrize("name", sorted(AUTHORIZER))
def test_an_event_of_the_authorizer_is_decided_as_its_name_says(
    answers: Answers, name: str
) -> None:
    """It has the library for tokens in a layer of its own."""
    check_decision(name, answers["authorizer"][name])


def test_every_command_of_the_document_that_invokes_is_answered(answers: Answers) -> None:
    """As the name of its event says: `sam local invoke`, and curl."""
    found = 0
    for command, printed in answers["commands"].items():
        for name in EVENTS.keys() | {f"authorizer/{name}" for name in AUTHORIZER}:
            if f"events/{name}.json" in command:
                found += 1
                _check(name, json.loads(printed))

    assert found == sum(command.count("events/") for command in COMMANDS) == 4


def _check(name: str, reply: dict[str, Any]) -> None:
    folder, _, case = name.rpartition("/")
    if folder:
        check_decision(case, reply)
    else:
        check(case, reply["statusCode"], json.loads(reply["body"]))
