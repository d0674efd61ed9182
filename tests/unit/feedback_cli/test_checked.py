"""What a check shows: where something differs, and what nothing can be said of."""

from io import StringIO

import pytest
from rich.console import Console

from feedback_cli import checked
from feedback_cli.recount.check import Checked
from feedback_cli.recount.difference import Difference

ONE = Difference("5", "8", "cn", "f", "m\x1b", "float", "inference", "a", "d2026-03-02")


def _found(
    differences: list[Difference], *, more: int = 0, moving: int = 0, left: int = 0
) -> Checked:
    return Checked(differences, more, moving, 2, 1_000, {"boolean b": "why"}, left)


def _drawn(found: Checked) -> list[list[str]]:
    out = StringIO()
    Console(file=out, width=200).print(checked.table(found))
    return [line.split() for line in out.getvalue().splitlines()]


def test_a_difference_is_one_line() -> None:
    """What would be empty is left out, and nothing steers the terminal."""
    heading, line = _drawn(_found([ONE]))

    names = ["Function", "Metric", "Kind", "Level", "Variant", "Period", "What"]
    assert heading == [*names, "Expected", "Found"]
    where = ["f", "m\N{REPLACEMENT CHARACTER}", "float", "inference", "a", "d2026-03-02", "cn"]
    assert line == [*where, "5", "8"]


def test_of_many_differences_some_are_drawn() -> None:
    """Programs get all."""
    found = _found([ONE] * 102)

    assert len(_drawn(found)) == 101
    assert [*checked.remarks(found)] == [
        "And 2 more differences: --json lists them.",
        "Cannot be counted: boolean b: why",
        "102 differences; 1,000 feedbacks were compared.",
    ]
    assert len(checked.described(found)["differences"]) == 102


def test_where_too_many_differ_to_list_all_they_are_counted() -> None:
    """For programs as well."""
    found = _found([ONE], more=20_000)

    told, _, count = checked.remarks(found)

    assert told == "20,000 more have been found and are not listed."
    assert count == "20,001 differences; 1,000 feedbacks were compared."
    assert checked.described(found) == {
        "generation": 2,
        "feedback_count": 1_000,
        "differences": [ONE.described()],
        "more": 20_000,
        "moving": 0,
        "unreadable": ["boolean b: why"],
    }


@pytest.mark.parametrize(
    ("differences", "moving", "code"),
    [([], 0, 0), ([], 1, checked.UNKNOWN), ([ONE], 0, 1), ([ONE], 1, 1)],
)
def test_only_where_all_is_right_for_sure_the_exit_code_is_0(
    differences: list[Difference], moving: int, code: int
) -> None:
    """Rows that cannot be counted, and what is left of others, change nothing."""
    assert checked.exit_code(_found(differences, moving=moving, left=4)) == code


def test_what_is_not_judged_is_said() -> None:
    """And what lies about."""
    assert [*checked.remarks(_found([], moving=3, left=4))] == [
        "Cannot be counted: boolean b: why",
        (
            "3 places changed from look to look, so nothing can be said of them:"
            " check again when less feedback comes."
        ),
        "4 items of other generations are left: a rebuild deletes them.",
        "0 differences; 1,000 feedbacks were compared.",
    ]


def test_rows_that_cannot_be_counted_are_named() -> None:
    """Some of them."""
    remarks = [*checked.named({f"row {number:02}\x1b": "why" for number in range(22)})]

    assert remarks[0] == "Cannot be counted: row 00\N{REPLACEMENT CHARACTER}: why"
    assert remarks[20:] == ["And 2 more that cannot be counted."]
