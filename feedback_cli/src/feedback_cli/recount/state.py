"""Which generation of the aggregates is read, and which one is being built: moved on conditions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aggregates import layout
from feedback_cli.errors import Failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.items import Item

OVERTAKEN = "Another rebuild has begun meanwhile: this one has stopped, and nothing is lost."


@dataclass(frozen=True, slots=True)
class State:
    """The item that says it. Numbers of generations only grow, so none is ever used twice."""

    client: "DynamoDBClient"
    table: str

    def read(self) -> list[int]:
        """Return the generation that is read, and the one that is being built, if there is one."""
        return layout.read_state(self._item())

    def begin(self) -> int:
        """Begin a generation, instead of one that another rebuild has begun. Raises Failure."""
        item = self._item()
        generations = layout.read_state(item)
        new = max(generations) + 1
        if item is None:
            condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(#key)"}
            condition["ExpressionAttributeNames"] = {"#key": "key"}
        else:
            condition = self._unchanged(item)
        self._put({"current": generations[0], "building": new}, condition)
        return new

    def require(self, generation: int) -> None:
        """Raise Failure if this generation is not being built any longer."""
        if generation not in self.read()[1:]:
            raise Failure(OVERTAKEN)

    def finish(self, generation: int) -> None:
        """Let the generation be read that is being built. Raises Failure if it is not."""
        try:
            self._put(
                {"current": generation},
                {
                    "ConditionExpression": "building = :building",
                    "ExpressionAttributeValues": {":building": {"N": str(generation)}},
                },
            )
        except Failure:
            # The SDK makes a call again whose answer was lost: the first one may have done it.
            if self.read()[0] != generation:
                raise

    def _unchanged(self, item: "Item") -> dict[str, Any]:
        building = item.get("building")
        if building is None:
            return {
                "ConditionExpression": "#current = :current AND attribute_not_exists(building)",
                "ExpressionAttributeNames": {"#current": "current"},
                "ExpressionAttributeValues": {":current": item["current"]},
            }
        return {
            "ConditionExpression": "building = :building",
            "ExpressionAttributeValues": {":building": building},
        }

    def _item(self) -> "Item | None":
        answer = self.client.get_item(TableName=self.table, Key=layout.STATE, ConsistentRead=True)
        item: Any = answer.get("Item")
        found: Item | None = item
        return found

    def _put(self, numbers: dict[str, int], condition: dict[str, Any]) -> None:
        named = {name: {"N": str(number)} for name, number in numbers.items()}
        try:
            self.client.put_item(TableName=self.table, Item={**layout.STATE, **named}, **condition)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            raise Failure(OVERTAKEN) from error
