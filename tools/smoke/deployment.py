"""A deployed stack, found by its name: what it consists of, its keys, and the rows that are ours.

Calls go where the AWS CLI would send them, to the emulator with AWS_ENDPOINT_URL.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError

from feedback_cli.keys import Item, Scope, moment, new_api_key

LIFETIME = timedelta(hours=1)
"""For how long a key works at most, should a run be killed before it removes it."""
KEYS = {
    "BooleanMetricFeedback": ("target_id", "id"),
    "FloatMetricFeedback": ("target_id", "id"),
    "CommentFeedback": ("target_id", "id"),
    "DemonstrationFeedback": ("inference_id", "id"),
    "EvaluationHumanFeedback": ("datapoint_id", "feedback_id"),
}
"""Partition and sort key of each table of feedback."""


class NoSuchStack(Exception):
    """The stack is not there, or is none of ours; the text says which."""


@dataclass
class Deployment:
    """A stack on AWS or in the emulator."""

    name: str
    session: Any
    endpoint: str | None
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    made: list[str] = field(default_factory=list)
    """Ids of the keys that were put."""

    @classmethod
    def find(cls, name: str) -> Self:
        """Look it up. Raises NoSuchStack."""
        session = boto3.session.Session(region_name=os.environ.get("AWS_REGION"))
        try:
            (stack,) = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise NoSuchStack(f"There is no stack {name} in {session.region_name}.") from error
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
        if missing := {"ApiId", "ApiUrl", "ApiKeyTable"} - outputs.keys():
            raise NoSuchStack(f"The stack {name} has no output {', '.join(sorted(missing))}.")
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
        return cls(name, session, os.environ.get("AWS_ENDPOINT_URL"), outputs, parameters)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes them
        """Make a client of a service of AWS."""
        return self.session.client(service)

    @cached_property
    def dynamodb(self) -> Any:  # noqa: ANN401 - as above
        """A client of DynamoDB."""
        return self.client("dynamodb")

    @property
    def url(self) -> str:
        """Where the API answers: the stack's output, which the emulator serves under a path."""
        if self.endpoint is None:
            return self.outputs["ApiUrl"]
        return f"{self.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/%24default"

    @property
    def authenticated(self) -> bool:
        """Whether a request needs a credential."""
        return self.parameters["Authentication"] == "required"

    @property
    def aggregates(self) -> bool:
        """Whether the stack has aggregates, and the routes that are answered from them."""
        return self.parameters.get("Aggregates") == "on"

    @property
    def keyless(self) -> set[str]:
        """The routes that need no credential though the others do."""
        return {"GET /health"} if self.parameters["HealthAuthentication"] == "none" else set()

    @property
    def functions(self) -> dict[str, str]:
        """The functions' names on AWS, by their own: Submit, Batch and so on."""
        return self._named("FunctionName")

    @property
    def tables(self) -> dict[str, str]:
        """The tables' names on AWS, by their logical ids."""
        return self._named("Table")

    def _named(self, kind: str) -> dict[str, str]:
        outputs = self.outputs.items()
        return {name.removesuffix(kind): one for name, one in outputs if name.endswith(kind)}

    def new_key(self, *scopes: Scope) -> str:
        """Make an API key with these scopes, or with all."""
        key, item = new_api_key(scopes or Scope, "make smoke", LIFETIME)
        self.put_key(item)
        return key

    def put_key(self, item: Item) -> None:
        """Put a key into the stack's table until the end of the run."""
        self.dynamodb.put_item(TableName=self.tables["ApiKey"], Item=item)
        self.made.append(item["id"]["S"])

    def disable(self, key_id: str) -> None:
        """Disable a key, as `feedback keys disable` does."""
        self.dynamodb.update_item(
            TableName=self.tables["ApiKey"],
            Key={"id": {"S": key_id}},
            UpdateExpression="SET disabled_at = :now",
            ExpressionAttributeValues={":now": {"S": moment(datetime.now(UTC))}},
        )

    def items(self, table: str, partition: str) -> list[Item]:
        """Read the rows of a table of feedback that are about a target or a datapoint."""
        answer = self.dynamodb.query(
            TableName=self.tables[table],
            KeyConditionExpression="#partition = :partition",
            ExpressionAttributeNames={"#partition": KEYS[table][0]},
            ExpressionAttributeValues={":partition": {"S": partition}},
            ConsistentRead=True,
        )
        items: list[Item] = answer["Items"]
        return items

    def target(self, target_id: str) -> Item | None:
        """Read what is recorded of an inference or an episode."""
        item: Item | None = self.dynamodb.get_item(
            TableName=self.tables["Target"],
            Key={"target_id": {"S": target_id}},
            ConsistentRead=True,
        ).get("Item")
        return item

    def remove(self, targets: set[str], datapoints: set[str]) -> int:
        """Delete all that is about these, and the keys; return how many rows of feedback it was."""
        removed = 0
        for table, names in KEYS.items():
            about = datapoints if table == "EvaluationHumanFeedback" else targets
            for item in (item for one in about for item in self.items(table, one)):
                key = {name: item[name] for name in names}
                self.dynamodb.delete_item(TableName=self.tables[table], Key=key)
                removed += 1
        for target in targets:
            key = {"target_id": {"S": target}}
            self.dynamodb.delete_item(TableName=self.tables["Target"], Key=key)
        for made in self.made:
            self.dynamodb.delete_item(TableName=self.tables["ApiKey"], Key={"id": {"S": made}})
        return removed
