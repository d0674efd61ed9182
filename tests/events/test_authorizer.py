"""Every file in events/authorizer/ is a case of the authorizer; a rejection's name has its code."""

from collections.abc import Iterator

import pytest

from authorizer.api import build
from authorizer.keys import DynamoKeys
from authorizer.rejection import Rejection
from authorizer.service import authorize
from shared.clock import Clock
from tests.support.clients import connected
from tests.support.events import AUTHORIZER, KEYS, check_decision
from tests.support.handlers import telemetry
from tests.unit.fakes import Invocation
from tools.emulator import Emulator
from tools.event import authorization


@pytest.fixture(scope="module")
def keys(aws: Emulator, tables: dict[str, str]) -> Iterator[DynamoKeys]:
    """Put the keys that the events are about into the template's table."""
    with connected(aws.endpoint) as client:
        for item in KEYS:
            client.put_item(TableName=tables["api_key"], Item=item)
        yield DynamoKeys(client, tables["api_key"])


@pytest.mark.parametrize("name", sorted(AUTHORIZER))
def test_an_event_is_decided_as_its_name_says(keys: DynamoKeys, name: str) -> None:
    """The function gets who the caller is."""
    check_decision(
        name, build(keys, Clock(), telemetry("authorizer"))(AUTHORIZER[name], Invocation())
    )


def test_every_reason_to_reject_has_an_event(keys: DynamoKeys) -> None:
    """And its name has the reason's code."""
    for name, event in AUTHORIZER.items():
        if name.startswith("403-"):
            with pytest.raises(Rejection) as rejected:
                authorize(
                    event["identitySource"][0], event["routeKey"], keys=keys, now=Clock().now()
                )
            assert name == f"403-{rejected.value.code.replace('_', '-')}"

    codes = {rejection.code.replace("_", "-") for rejection in Rejection.__subclasses__()}
    assert {f"403-{code}" for code in codes} == {one for one in AUTHORIZER if one[:3] == "403"}


@pytest.mark.parametrize("name", sorted(AUTHORIZER))
def test_an_event_is_what_api_gateway_asks(name: str) -> None:
    """Payload format 2.0, as tools/event.py makes it: it can be made again of its credential."""
    event = AUTHORIZER[name]
    credential = event["identitySource"][0].removeprefix("Bearer ")

    assert event == authorization(credential, event["routeKey"])
