"""`feedback stats`: what it asks for, what it draws, and what it says where there is nothing."""

import json
import os
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import httpx
import pytest
from rich.console import Console

from feedback_cli.statistics import Bar
from tests.support.command import Feedback, Run
from tests.unit.feedback_cli.functions import HOSTILE, Functions, asked

NOW = datetime(2026, 11, 19, 9, 13, tzinfo=UTC)


def _votes(**variants: list[float]) -> list[Any]:
    return [(NOW, variant, value) for variant, values in variants.items() for value in values]


@pytest.fixture
def api() -> Functions:
    """Give feedback of every kind."""
    return Functions(
        {"accepted": "boolean", "demonstration": "demonstration", "gone": None, "stars": "float"},
        {
            "accepted": _votes(concise=[1, 1, 1, 0], baseline=[1, 0]),
            "demonstration": _votes(baseline=[1, 1, 1]),
            "gone": _votes(baseline=[1]),
            "stars": _votes(baseline=[-2, -1], concise=[4]),
            "of_episodes": _votes(baseline=[0, 0, 0, 1], concise=[0, 0]),
            "of_mixed_episodes": _votes(baseline=[0]),
            "new": _votes(baseline=[3, 3]),
            "nothing": [],
        },
        of_episodes={
            "of_episodes": ("boolean", 1_234),
            "of_mixed_episodes": ("boolean", 0),
            "stars": ("float", 2),
        },
    )


def _run(feedback: Feedback, api: Functions, *arguments: str) -> Run:
    with asked(api.answer, os.environ):
        return feedback("stats", *arguments)


def test_all_metrics_of_a_function_are_drawn(feedback: Feedback, api: Functions) -> None:
    """Also of its episodes. The best variant comes first; booleans are percentages."""
    stats = _run(feedback, api, "draft")

    assert (stats.code, stats.err) == (0, "")
    lines = [line.rstrip() for line in stats.out.splitlines()]
    assert lines == [
        "accepted  boolean, 6 feedbacks",
        "Variant   Targets    Mean      95 % interval",
        f"concise         4  75.0 %  50.0 % to 100.0 %  {'█' * 30}{'▓' * 15}{'░' * 15}",
        f"baseline        2  50.0 %   25.0 % to 75.0 %  {'█' * 15}{'▓' * 15}{'░' * 15}",
        "",
        "demonstration  3 in all",
        "",
        "gone  1 feedbacks; it is not configured any longer",
        "",
        "of_episodes  boolean, 1,234 feedbacks",
        "Variant   Targets    Mean      95 % interval",
        f"baseline        4  25.0 %    0.0 % to 50.0 %  {'▓' * 15}{'░' * 15}",
        "concise         2   0.0 %  -25.0 % to 25.0 %  ░░░░░░░░░░░░░░░",
        "",
        "of_mixed_episodes  boolean",
        "Variant   Targets   Mean  95 % interval",
        "baseline        1  0.0 %           none",
        "",
        "stars  float, 5 feedbacks",
        "Variant   Targets  Mean   95 % interval",
        f"concise         1     4            none  {' ' * 18}{'█' * 42}",
        f"baseline        2  -1.5  -1.75 to -1.25  ░░░▓▓{'█' * 13}",
        "",
        "█ up to the mean; ▓ and ░ are the 95 % interval below and above it.",
    ]


@pytest.mark.parametrize(
    ("metric", "lines"),
    [
        ("demonstration", ["demonstration  3 in all"]),
        ("nothing", ["nothing  no feedback"]),
        (
            "new",
            [
                "new",
                "Variant   Targets  Mean  95 % interval",
                f"baseline        2     3   2.75 to 3.25  {'█' * 51}{'▓' * 4}{'░' * 5}",
                "",
                "█ up to the mean; ▓ and ░ are the 95 % interval below and above it.",
            ],
        ),
    ],
)
def test_one_metric_is_drawn(
    metric: str, lines: list[str], feedback: Feedback, api: Functions
) -> None:
    """Also one that got its first feedback after the metrics were listed."""
    stats = _run(feedback, api, "draft", metric)

    assert [line.rstrip() for line in stats.out.splitlines()] == lines


def test_programs_get_what_the_api_says(feedback: Feedback, api: Functions) -> None:
    """In JSON."""
    stats = _run(feedback, api, "draft", "stars", "--json")

    row = {"period_start": "1970-01-01T00:00:00Z", "count": 1, "avg_metric": 4.0}
    assert json.loads(stats.out) == {
        "function_name": "draft",
        "metrics": [
            {
                "metric_name": "stars",
                "metric_type": "float",
                "feedback_count": 5,
                "performances": [
                    {**row, "variant_name": "concise"},
                    {
                        **row,
                        "variant_name": "baseline",
                        "count": 2,
                        "avg_metric": -1.5,
                        "stdev": 1.0,
                        "ci_error": 0.25,
                    },
                ],
            }
        ],
    }


def test_names_cannot_steer_the_terminal(feedback: Feedback) -> None:
    """Callers choose the names of variants."""
    api = Functions({HOSTILE: "float"}, {HOSTILE: [(NOW, HOSTILE, 1.0)]})

    stats = _run(feedback, api, "draft")

    assert "\x1b" not in stats.out
    assert "\u202e" not in stats.out
    assert "<script>" in stats.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nope"], "unknown_function (404): Unknown function: nope"),
        (["draft", "nope"], "unknown_metric (404): Unknown metric: nope"),
    ],
)
def test_what_is_unknown_is_told(
    arguments: list[str], told: str, feedback: Feedback, api: Functions
) -> None:
    """In the API's words."""
    assert _run(feedback, api, *arguments) == Run(1, "", f"Error: {told}\n")


def test_a_function_without_feedback_has_none(feedback: Feedback) -> None:
    """That is no error."""
    stats = _run(feedback, Functions(), "draft")

    assert stats == Run(0, "No metric of draft has feedback.\n", "")


def test_a_stack_without_aggregates_is_told(feedback: Feedback) -> None:
    """With what turns them on: API Gateway does not know the routes."""
    with asked(lambda _: httpx.Response(404, json={"message": "Not Found"}), os.environ):
        stats = feedback("stats", "draft")

    assert (stats.code, stats.out) == (1, "")
    assert stats.err.startswith(
        "Error: The stack keeps no aggregates. Deploy it with the parameter"
    )
    assert "feedback aggregates rebuild" in stats.err


@pytest.mark.parametrize(
    ("bar", "drawn"),
    [
        (Bar(0, 1, 0.5, 0.3, 0.7), "███▓▓░░   "),
        (Bar(0, 1, 0.5, 0.5, 0.5), "█████     "),
        (Bar(-1, 1, -0.6, -0.75, -0.25), " ░▓▓█     "),
        (Bar(-1e308, 1e308, 1e308, 1e308, 1e308), "     █████"),
        (Bar(0, 0, 0, 0, 0), "▓▓▓▓▓▓▓▓▓▓"),
    ],
)
def test_a_bar_begins_at_zero_and_ends_at_the_mean(bar: Bar, drawn: str) -> None:
    """Whatever the numbers are."""
    out = StringIO()

    Console(file=out, width=10).print(bar)

    assert out.getvalue().rstrip("\n") == drawn


def test_a_bar_is_no_longer_than_its_room() -> None:
    """On a narrow terminal."""
    out = StringIO()

    Console(file=out, width=5).print(Bar(0, 1, 1, 0, 0))

    assert out.getvalue() == "█████\n"
