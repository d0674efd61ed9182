"""What `sam local` answers, by the x86_64 build in containers, over the emulated DynamoDB."""

import json
from typing import Any, TypeAlias

import pytest

from tests.sam_local.document import COMMANDS
from tests.support.events import AGGREGATOR, AUTHORIZER, EVENTS, check, check_batch, check_decision

Answers: TypeAlias = dict[str, Any]
CHECKS = {"authorizer": (AUTHORIZER, check_decision), "aggregator": (AGGREGATOR, check_batch)}
"""Events of functions that no route leads to, by their folders, with what checks an answer."""


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


@pytest.mark.parametrize("name", sorted(AGGREGATOR))
def test_a_batch_of_the_aggregator_is_answered_as_its_name_says(
    answers: Answers, name: str
) -> None:
    """Its records are of the tables of the stack on this machine, and so it knows them."""
    check_batch(name, answers["aggregator"][name])


def test_every_command_of_the_document_that_invokes_is_answered(answers: Answers) -> None:
    """As the name of its event says: `sam local invoke`, and curl."""
    found = 0
    for command, printed in answers["commands"].items():
        for name in (*EVENTS, *(f"{one}/{name}" for one in CHECKS for name in CHECKS[one][0])):
            if f"events/{name}.json" in command:
                found += 1
                _check(name, json.loads(printed))

    assert found == sum(command.count("events/") for command in COMMANDS) == 5


def _check(name: str, reply: dict[str, Any]) -> None:
    folder, _, case = name.rpartition("/")
    if folder:
        CHECKS[folder][1](case, reply)
    else:
        check(case, reply["statusCode"], json.loads(reply["body"]))
