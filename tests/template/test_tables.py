"""The tables: never replaced, and not to be lost in production."""

import pytest

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


@pytest.mark.parametrize(("stage", "kept"), [("dev", False), ("staging", False), ("prod", True)])
def test_a_table_is_never_replaced_and_in_production_outlives_mistakes(
    stage: str, kept: bool
) -> None:
    """It has the keys that it had, no name of its own, and what was in it can be brought back."""
    tables = resources("AWS::DynamoDB::Table", deployed(Stage=stage))
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


def test_dynamodb_deletes_reservations_by_the_attribute_that_they_write() -> None:
    """No other table forgets."""
    reservation = Reservation("k", Uuid("i"), fingerprint=None, expires_at=1)

    assert "expires_at" in reservation.to_item()


def test_a_first_deployment_to_production_can_be_undone_if_it_is_asked_for() -> None:
    """DynamoDB refuses to delete a table that is protected, to CloudFormation too."""
    tables = properties("AWS::DynamoDB::Table", deployed(Stage="prod", TableProtection="false"))

    assert {one["DeletionProtectionEnabled"] for one in tables.values()} == {False}
