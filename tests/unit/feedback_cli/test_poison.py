"""Whatever is wrong with a row, a rebuild and a check name it and count all others."""

import pytest

from tests.unit.aggregator.poison import INFERENCE, POISONS, Poison, name
from tests.unit.feedback_cli.operated import Operation

STORABLE = [poison for poison in POISONS if poison.is_storable]


@pytest.mark.parametrize("poison", STORABLE, ids=name)
def test_a_row_that_is_not_ours_is_named_and_stops_nothing(poison: Poison) -> None:
    """It lies there when the rebuild begins, and still when all is checked."""
    operation = Operation(1, writes=8)
    operation.history.put("boolean", {"S": INFERENCE}, "m", {"BOOL": True})
    operation.memory.put_item(TableName=poison.table, Item=poison.row)

    done, checked = operation.rebuild(), operation.check()

    [named] = checked.refused
    assert named.startswith(f"{poison.table} ")
    assert done.refused == checked.refused
    assert checked.differences == []
    operation.memory.delete(poison.table, poison.row)
    assert operation.is_exact()
