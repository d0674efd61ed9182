"""The stack on this machine, as it runs in the emulator.

stack = Stack.of(aws)
stack.url               # POST {url}/feedback
stack.items("BooleanMetricFeedback")
stack.new_key()         # for the header Authorization
"""

from dataclasses import dataclass
from typing import Any, Self

from feedback_cli.keys import Item, Scope, new_api_key
from shared.tables import tables
from tools.emulator import Emulator

NAME = "tensorzero-feedback-local"


@dataclass(frozen=True, slots=True)
class Stack:
    """The deployed stack: its URL, its tables, its logs."""

    aws: Emulator
    resources: dict[str, str]

    @classmethod
    def of(cls, aws: Emulator) -> Self:
        """Look up what is deployed to an emulator."""
        pages = aws.client("cloudformation").get_paginator("list_stack_resources")
        resources = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=NAME)
            for resource in page["StackResourceSummaries"]
        }
        return cls(aws, resources)

    @property
    def url(self) -> str:
        """The API, as the emulator serves it: what the official client takes as gateway_url."""
        # The stage is $default, written so that no shell takes it for a variable.
        return f"{self.aws.endpoint}/_aws/execute-api/{self.resources['Api']}/%24default"

    def functions(self) -> list[str]:
        """Return the names of the functions, as `log` takes them."""
        suffix = "Function"
        names = (name for name in self.resources if name.endswith(suffix))
        return sorted(name.removesuffix(suffix) for name in names)

    def tables(self) -> dict[str, str]:
        """Return the template's names of the tables, by the keys that the functions have."""
        client = self.aws.client("lambda")
        function = client.get_function_configuration(FunctionName=self.resources["SubmitFunction"])
        ids = {physical: logical for logical, physical in self.resources.items()}
        names = tables(function["Environment"]["Variables"])
        return {key: ids[name] for key, name in names.items()}

    def counted(self) -> dict[str, str]:
        """Return the real names of the tables that the aggregator knows, by the same keys."""
        client = self.aws.client("lambda")
        name = self.resources["AggregatorFunction"]
        return tables(
            client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        )

    def table(self, name: str) -> str:
        """Return the real name of a table of the template."""
        return self.resources[name]

    def items(self, name: str) -> list[dict[str, Any]]:
        """Read a whole table, in DynamoDB's own JSON."""
        pages = self.aws.client("dynamodb").get_paginator("scan")
        return [
            item
            for page in pages.paginate(TableName=self.table(name), ConsistentRead=True)
            for item in page["Items"]
        ]

    def new_key(self, *scopes: Scope, description: str = "") -> str:
        """Make an API key, as `feedback keys create` does: with these scopes, or with all."""
        key, item = new_api_key(scopes or Scope, description)
        self.put_key(item)
        return key

    def put_key(self, item: Item) -> None:
        """Put a key into the stack's table."""
        self.aws.client("dynamodb").put_item(TableName=self.table("ApiKey"), Item=item)

    def log(self, function: str, *, since: int = 0) -> list[tuple[int, str]]:
        """Read what a function printed from a moment on (ms since 1970): (moment, line)s."""
        pages = self.aws.client("logs").get_paginator("filter_log_events")
        group = self.resources[f"{function}Logs"]
        return [
            (event["timestamp"], event["message"])
            for page in pages.paginate(logGroupName=group, startTime=since)
            for event in page["events"]
        ]
