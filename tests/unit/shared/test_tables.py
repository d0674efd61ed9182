"""Tables by their environment variables."""

from shared.tables import tables


def test_every_variable_of_a_table_gives_its_name_by_key() -> None:
    """Other variables are ignored."""
    environment = {"BOOLEAN_TABLE": "b-1", "TARGET_TABLE": "t-1", "TABLE": "x", "TABLE_DAYS": "7"}

    assert tables(environment) == {"boolean": "b-1", "target": "t-1"}
