"""The stack that is meant: found by its name, on AWS or on this machine."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from feedback_cli.aws import failures
from feedback_cli.errors import Failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEFAULT = "tensorzero-feedback-dev"
"""The development stack's name, as samconfig.toml has it."""
NOTE = Path(".local/run/stack.json")
"""What `make run` leaves in its checkout for as long as it runs."""

_TABLES = {
    "boolean": "BooleanMetricFeedbackTable",
    "float": "FloatMetricFeedbackTable",
    "demonstration": "DemonstrationFeedbackTable",
    "target": "TargetTable",
    "aggregate": "AggregateTable",
}
"""The outputs of the stack that name its tables."""
_CONFIG = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


def note(folder: Path) -> Path:
    """Find the note of the stack that runs in the checkout around a folder. Raises Failure."""
    for above in (folder, *folder.parents):
        if (above / NOTE).is_file():
            return above / NOTE
    raise Failure(f"No stack runs in a checkout around {folder}: start one there with `make run`.")


@dataclass(frozen=True, slots=True)
class Stack:
    """What is needed of a stack."""

    client: "DynamoDBClient"
    table: str
    """The table of keys."""
    cache_seconds: str
    """For how long API Gateway may go on with an earlier answer about a key."""
    tables: Mapping[str, str]
    """What aggregates are made of, and theirs, by the keys that the Lambdas have for them; those
    that the stack has."""

    @classmethod
    def find(cls, name: str, folder: Path, *, local: bool) -> Self:
        """Find the stack that a command line names. Raises Failure."""
        return cls.local(folder) if local else cls.deployed(name)

    def aggregates(self) -> Mapping[str, str]:
        """Return the tables. Raises Failure if the stack has no aggregates."""
        if "aggregate" not in self.tables:
            raise Failure(
                "The stack keeps no aggregates: deploy it with the parameter Aggregates=on."
            )
        return self.tables

    @classmethod
    def deployed(cls, name: str) -> Self:
        """Find a stack where the AWS CLI would look for it. Raises Failure."""
        with failures():
            return cls._find(boto3.session.Session(region_name=os.environ.get("AWS_REGION")), name)

    @classmethod
    def local(cls, folder: Path) -> Self:
        """Find the stack that runs in the checkout around a folder. Raises Failure."""
        noted = json.loads(note(folder).read_text("utf-8"))
        with failures():
            session = boto3.session.Session("test", "test", region_name=noted["region"])
            return cls._find(session, noted["stack"], endpoint_url=noted["endpoint"])

    @classmethod
    def _find(cls, session: Any, name: str, **where: str) -> Self:  # noqa: ANN401 - boto3's own
        formation = session.client("cloudformation", config=_CONFIG, **where)
        try:
            (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise Failure(
                f"There is no stack {name!r} in {session.region_name}: name it with --stack-name,"
                " its region with AWS_REGION."
            ) from error
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
        parameters = {
            one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", ())
        }
        if "ApiKeyTable" not in outputs:
            raise Failure(f"The stack {name!r} has no table of keys: deploy it anew.")
        return cls(
            session.client("dynamodb", config=_CONFIG, **where),
            outputs["ApiKeyTable"],
            parameters["AuthorizerCacheSeconds"],
            {key: outputs[name] for key, name in _TABLES.items() if name in outputs},
        )
