"""What follows the tables' streams, and where it leaves what it cannot count.

The emulator ignores partial failures, bisecting, attempts and windows: so they are asserted here.
"""

import pytest

from aggregator.records import kinds
from shared.dynamodb import SHORTEST_CALL
from shared.retry import LONGEST_PAUSE
from tests.support.deployment import deployed
from tests.support.lambdas import TABLES
from tests.support.template import properties
from tests.unit.aggregator.stage import TIMEOUT

COUNTING = deployed(Aggregates="on")
FOLLOWED = properties("AWS::Lambda::EventSourceMapping", COUNTING)
RETENTION = 24 * 60 * 60
"""Seconds that DynamoDB keeps a record of a stream."""
OUTAGE = 10 * 60
"""Seconds of an outage after which all is counted still."""


def test_the_aggregator_follows_each_table_that_it_knows_and_no_other() -> None:
    """By its alias, so that a rollout is one for streams too."""
    sources = {one["EventSourceArn"]["Fn::GetAtt"][0] for one in FOLLOWED.values()}

    assert sources == kinds(TABLES).keys()
    assert FOLLOWED.keys() == {f"{table}Followed" for table in sources}
    for one in FOLLOWED.values():
        assert one["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"
        assert one["FunctionName"] == {"Ref": "AggregatorFunction.Alias"}


@pytest.mark.parametrize("mapping", FOLLOWED)
def test_no_record_is_lost_and_none_stops_the_others(mapping: str) -> None:
    """All since the stream is on; what fails alone is brought again, then lies in the queue."""
    one = FOLLOWED[mapping]

    assert one["StartingPosition"] == "TRIM_HORIZON"
    assert one["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert one["BisectBatchOnFunctionError"] is True
    assert one["MaximumRetryAttempts"] == 10
    assert one["MaximumRecordAgeInSeconds"] == RETENTION / 2
    timeout = properties("AWS::Serverless::Function", COUNTING)["AggregatorFunction"]["Timeout"]
    assert timeout == TIMEOUT
    assert (1 + one["MaximumRetryAttempts"]) * (timeout - SHORTEST_CALL - LONGEST_PAUSE) >= OUTAGE
    failures = {"Fn::GetAtt": ["AggregatorFailures", "Arn"]}
    assert one["DestinationConfig"] == {"OnFailure": {"Destination": failures}}


@pytest.mark.parametrize("mapping", FOLLOWED)
def test_records_come_soon_and_together(mapping: str) -> None:
    """At most 2 s from the answer to the aggregate: half of that for others to come along."""
    one = FOLLOWED[mapping]

    assert (one["BatchSize"], one["MaximumBatchingWindowInSeconds"]) == (100, 1)
    assert one["ParallelizationFactor"] == 1


def test_what_could_not_be_counted_waits_encrypted_and_as_long_as_it_can() -> None:
    """Somebody has to look, and may be away."""
    queues = properties("AWS::SQS::Queue", COUNTING)

    assert queues == {
        "AggregatorFailures": {
            "MessageRetentionPeriod": 14 * 24 * 60 * 60,
            "SqsManagedSseEnabled": True,
        }
    }


def test_without_aggregates_nothing_is_followed() -> None:
    """The default: an update that does not ask for them costs nothing."""
    without = deployed()

    for kind in ("AWS::Lambda::EventSourceMapping", "AWS::SQS::Queue"):
        assert not properties(kind, without)
    assert without["Resources"].keys() < COUNTING["Resources"].keys()
    assert without["Outputs"].keys() < COUNTING["Outputs"].keys()
