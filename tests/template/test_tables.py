"""The tables: never replaced, and not to be lost in production."""

import pytest

from aggregates import layout
from feedback.reservations import Reservation
from shared.uuids import Uuid
from tests.support.deployment import deployed
from tests.support.template import properties, resources

KEYS = {
    "BooleanMetricFeedback": ["target_id", "id"],
    "FloatMetricFeedback": ["target_id", "id"],
    "CommentFeedback": ["target_id", "id"],
    "DemonstrationFeedback": ["inference_id", "id"],
    "EvaluationHumanFeedback": ["datapoint_id", "feedback_id"],
    "Target": ["target_id"],
    "Idempotency": ["key"],
    "ApiKey": ["id"],
}
"""As they are deployed: a line may be added to this, and none changed. With another name or other
keys, an empty table would take the place of one that holds rows."""
FOLLOWED = {"BooleanMetricFeedback", "FloatMetricFeedback", "DemonstrationFeedback", "Target"}
"""What aggregates are made of."""


@pytest.mark.parametrize(("stage", "kept"), [("dev", False), ("staging", False), ("prod", True)])
def test_a_table_is_never_replaced_and_in_production_outlives_mistakes(
    stage: str, kept: bool
) -> None:
    """It has the keys that it had, no name of its own, and what was in it can be brought back."""
    tables = resources("AWS::DynamoDB::Table", deployed(Stage=stage, Aggregates="off"))
    policies = ("RetainExceptOnCreate", "Retain") if kept else ("Delete", "Delete")

    assert tables.keys() == KEYS.keys()
    for name, table in tables.items():
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == policies
        expiry = {"TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True}}
        assert table["Properties"] == {
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": "S"} for key in KEYS[name]
            ],
            "KeySchema": [
                {"AttributeName": key, "KeyType": place}
                for key, place in zip(KEYS[name], ["HASH", "RANGE"], strict=False)
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "DeletionProtectionEnabled": kept,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
            **(expiry if name == "Idempotency" else {}),
        }


def test_aggregates_bring_streams_and_a_table_and_change_nothing_else() -> None:
    """A stream is turned on and off without a new table.

    What its records hold is not changed later: to DynamoDB that would be another stream.
    """
    without, with_ = (
        resources("AWS::DynamoDB::Table", deployed(Stage="prod", Aggregates=value))
        for value in ("off", "on")
    )
    with_.pop("Aggregate")
    streams = {
        name: table["Properties"].pop("StreamSpecification", None) for name, table in with_.items()
    }

    assert with_ == without
    assert {name for name, stream in streams.items() if stream} == FOLLOWED
    assert all(streams[name] == {"StreamViewType": "NEW_AND_OLD_IMAGES"} for name in FOLLOWED)


def test_aggregates_can_be_counted_anew_and_so_are_not_kept() -> None:
    """Neither in production nor by a backup: an old count is a wrong count."""
    stack = deployed(Stage="prod", Aggregates="on")
    aggregate = resources("AWS::DynamoDB::Table", stack)["Aggregate"]

    assert (aggregate["DeletionPolicy"], aggregate["UpdateReplacePolicy"]) == ("Delete", "Delete")
    assert aggregate["Properties"] == {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in layout.STATE
        ],
        "KeySchema": [
            {"AttributeName": name, "KeyType": place}
            for name, place in zip(layout.STATE, ["HASH", "RANGE"], strict=True)
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"SSEEnabled": True},
    }


def test_dynamodb_deletes_reservations_by_the_attribute_that_they_write() -> None:
    """No other table forgets."""
    reservation = Reservation("k", Uuid("i"), fingerprint=None, expires_at=1)

    assert "expires_at" in reservation.to_item()


def test_a_first_deployment_to_production_can_be_undone_if_it_is_asked_for() -> None:
    """DynamoDB refuses to delete a table that is protected, to CloudFormation too."""
    tables = properties("AWS::DynamoDB::Table", deployed(Stage="prod", TableProtection="false"))

    assert {one["DeletionProtectionEnabled"] for one in tables.values()} == {False}
