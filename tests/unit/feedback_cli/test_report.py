"""`feedback report`: one page that needs no network, in which all that people wrote is text."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from contextlib import chdir
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_cli.report.window import finest
from tensorzero_feedback import Point
from tensorzero_feedback.variants import Period
from tests.support.command import Feedback, Run
from tests.unit.feedback_cli.functions import HOSTILE, LENGTHS, Functions, Vote, asked, end, series

NOW = datetime(2026, 11, 19, 9, 13, tzinfo=UTC)


def _comment(number: int, target: str, value: str, level: str = "inference") -> dict[str, Any]:
    return {
        "type": "comment",
        "id": f"0192c4a0-7e00-7000-8000-{number:012}",
        "target_id": target,
        "target_type": level,
        "value": value,
        "tags": {"channel": HOSTILE, "tensorzero::api_key_public_id": "OVKWMLyrbD9x"},
        "timestamp": "2026-11-19T09:13:43.765Z",
    }


@pytest.fixture
def api() -> Functions:
    """Give feedback over ten days, by callers of all kinds."""
    days = [NOW + timedelta(days=day) for day in range(10)]
    votes = [(day, variant, 1.0) for day in days for variant in ("concise", HOSTILE)]
    return Functions(
        {
            "accepted": "boolean",
            "demonstration": "demonstration",
            HOSTILE: "float",
            "gone": None,
            "none": "float",
        },
        {
            "accepted": votes,
            HOSTILE: [(day, f"variant {i}", float(i)) for day in days for i in range(8)],
            "gone": votes[:1],
            "of_episodes": [(day, variant, 0.0) for day, variant, _ in votes],
            "none": [],
        },
        [
            {"inference_id": f"i{i}", "episode_id": f"e{i // 2}", "variant_name": variant}
            for i, variant in enumerate(["concise", HOSTILE, "concise", "concise"])
        ],
        {
            "i0": [_comment(3, "i0", f"{HOSTILE}\nsecond line"), {**_comment(9, "i0", "")}],
            "e0": [_comment(2, "e0", "on an episode", "episode")],
            "i3": [_comment(1, "i3", "the oldest"), {**_comment(8, "i3", "x"), "type": "float"}],
        },
        {"of_episodes": ("boolean", 20), "gone": (None, 2)},
    )


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        """Read it."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def _report(feedback: Feedback, api: Functions, file: Path, *arguments: str) -> tuple[Run, Page]:
    with asked(api.answer, os.environ):
        run = feedback("report", "draft", f"--output={file}", *arguments)
    return run, Page(file.read_text("utf-8"))


@pytest.fixture
def page(feedback: Feedback, api: Functions, tmp_path: Path) -> Page:
    """Write a report."""
    run, page = _report(feedback, api, tmp_path / "report.html")
    assert run == Run(0, f"{tmp_path / 'report.html'}\n", "")
    return page


def test_the_page_has_no_script_and_loads_nothing(page: Page) -> None:
    """Nor may it: the policy allows the style that it has, by its hash, and nothing else."""
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        places = {attributes.get(name) for name in ("src", "href", "xlink:href")} - {None}
        assert all(str(place).startswith("#") for place in places), places

    [policy] = [one["content"] for one in page.all("meta") if "http-equiv" in one]
    style = (files("feedback_cli") / "report/page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style in page.texts
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_what_people_wrote_is_text(page: Page) -> None:
    """Variants, metrics, comments and tags; what could turn the text around is replaced."""
    shown = HOSTILE.replace("\x1b", "\N{REPLACEMENT CHARACTER}")
    shown = shown.replace("\u202e", "\N{REPLACEMENT CHARACTER}")
    text = "".join(page.texts)

    assert text.count(shown) > 8
    assert f"{shown}\nsecond line" in page.texts
    assert f"channel={shown}" in page.texts
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "tensorzero::" not in text


def test_each_chart_has_its_numbers_beside_it(page: Page) -> None:
    """As a table; all is reached by keyboard, by headings and by landmarks."""
    charts = [one for one in page.all("svg") if one.get("role") == "img"]
    assert len(charts) == len(page.all("figure")) == len(page.all("details")) == 4
    assert all("the table below it has the numbers" in str(one["aria-label"]) for one in charts)

    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len({*ids})
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "href"):
            assert str(attributes.get(name, ids[0])).removeprefix("#") in ids
    headings = [tag for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings == ["h1", *["h2"] * 7]
    assert all(len(page.all(tag)) == 1 for tag in ("main", "header", "nav", "h1"))
    regions = [one for one in page.all("div") if one.get("role") == "region"]
    assert len(regions) == len(page.all("table")) == len(page.all("caption"))
    assert {one["tabindex"] for one in regions} == {"0"}


def test_a_point_says_what_it_is(page: Page) -> None:
    """To whoever hovers over it; each point of the drawn variants is there once."""
    said = [text for text in page.texts if ", until 2026-" in text]

    assert "concise, until 2026-11-20 00:00: 100.0 % of 1" in said
    # Ten days of two variants twice, of the six that are drawn of eight, and of one vote.
    assert len(said) == len({*said}) == 2 * 10 * 2 + 10 * 6 + 1 == len(page.all("title")) - 1


def test_metrics_of_inferences_and_of_episodes_are_told(page: Page) -> None:
    """With their types, and how much feedback there is."""
    text = " ".join(" ".join(page.texts).split())

    assert "accepted 20 feedbacks on inferences, boolean." in text
    assert "gone 1 feedbacks on inferences and 2 feedbacks on episodes. The metric is not" in text
    assert "of_episodes 20 feedbacks on episodes, boolean." in text
    assert "none There is no feedback." in text


def test_a_window_that_a_time_series_does_not_have_is_refused(feedback: Feedback) -> None:
    """Before anything is asked; those that it has are named."""
    run = feedback("report", "draft", "--window=cumulative")

    assert run.code == 2
    assert "'minute', 'hour', 'day', 'week', 'month'" in run.err


def test_of_many_variants_those_with_the_most_feedback_are_drawn(page: Page) -> None:
    """The table has all."""
    text = " ".join(" ".join(page.texts).split())

    assert "2 more variants have less feedback: they are in the table only." in text
    assert "variant 7" in text


def test_the_newest_comments_are_shown(page: Page) -> None:
    """On inferences and episodes, with their variants."""
    text = " ".join(" ".join(page.texts).split())

    assert "All on the newest 4 inferences and their episodes." in text
    assert text.index("on an episode of concise and") < text.index("the oldest")
    assert text.index("second line") < text.index("on an episode of concise and")
    assert "the oldest 2026-11-19 09:13 UTC , on an inference of concise ." in text


def test_more_comments_than_are_readable_are_cut(
    feedback: Feedback, api: Functions, tmp_path: Path
) -> None:
    """The newest are kept; it is said."""
    api.comments = {"i0": [_comment(number, "i0", f"no. {number}") for number in range(150)]}

    _, page = _report(feedback, api, tmp_path / "report.html")

    text = " ".join(" ".join(page.texts).split())
    assert "The newest 100 on the newest 4 inferences" in text
    assert "no. 50 " in text
    assert "no. 49 " not in text


def test_a_function_without_feedback_has_a_report_that_says_so(
    feedback: Feedback, tmp_path: Path
) -> None:
    """And no chart."""
    _, page = _report(feedback, Functions(), tmp_path / "report.html")

    text = " ".join(" ".join(page.texts).split())
    assert "No metric of this function has feedback." in text
    assert "There are none on the newest 0 inferences" in text
    assert page.all("svg") == page.all("nav") == []


def test_the_report_is_asked_for(feedback: Feedback, api: Functions, tmp_path: Path) -> None:
    """Which metrics, which window, which rows, of how many inferences."""
    api.votes["nothing"] = []
    _, page = _report(
        *(feedback, api, tmp_path / "report.html", "--metric=of_episodes", "--metric=nothing"),
        *("--window=week", "--periods=3", "--rows=all", "--inferences=1"),
    )

    text = " ".join(" ".join(page.texts).split())
    assert "All feedback, up to the end of each week" in text
    assert "nothing There is no feedback." in text
    assert "newest 1 inferences" in text
    asked_for = [one for one in api.requests if "timeseries" in one]
    assert len(asked_for) == 2
    assert all("time_window=week&max_periods=2&rows=all" in one for one in asked_for)
    assert [one for one in api.requests if "/internal/feedback/i" in one] == [
        "GET /internal/feedback/i0?limit=100"
    ]


def test_it_has_a_name_of_its_own(feedback: Feedback, tmp_path: Path) -> None:
    """Which is one in every file system."""
    with chdir(tmp_path), asked(_empty, os.environ):
        run = feedback("report", "tensorzero::draft/reply")

    assert run.out == "feedback-tensorzero-draft-reply.html\n"
    assert (tmp_path / "feedback-tensorzero-draft-reply.html").exists()


def _empty(request: httpx.Request) -> httpx.Response:
    name = "inferences" if request.method == "POST" else "metrics"
    return httpx.Response(200, json={name: []})


def test_a_report_that_cannot_be_written_is_told(
    feedback: Feedback, api: Functions, tmp_path: Path
) -> None:
    """In one line."""
    with asked(api.answer, os.environ):
        run = feedback("report", "draft", f"--output={tmp_path / 'nowhere' / 'report.html'}")

    assert run.code == 1
    assert run.err.startswith("Error: The report cannot be written: [Errno 2]")


def test_what_a_report_needs_besides_is_named(api: Functions, tmp_path: Path) -> None:
    """The charts' library is large: who makes no reports need not install it."""
    lacking = "import sys; sys.modules['vl_convert'] = None\n"
    with asked(api.answer, os.environ):
        run = subprocess.run(
            [
                *(sys.executable, "-c", f"{lacking}from feedback_cli.command import main; main()"),
                *("report", "draft", f"--output={tmp_path / 'report.html'}"),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        "Error: A report needs vl_convert: install './feedback_cli[report]' from the checkout.\n"
    )


WINDOWS: dict[str, int] = {"month": 31 * 86_400, **LENGTHS}


@given(
    moments=st.lists(
        st.one_of(st.integers(0, 400 * 86_400), st.integers(0, 7_200), st.integers(0, 9 * 86_400)),
        max_size=12,
    ),
    periods=st.integers(1, 80),
)
def test_the_window_is_the_shortest_that_shows_all(moments: list[int], periods: int) -> None:
    """Unless months are too short for that; no answer is much longer than what is shown."""
    votes: list[Vote] = [(NOW + timedelta(seconds=one), "a", 1.0) for one in moments]
    answers = list[int]()

    def ask(window: Period, max_periods: int) -> list[Point]:
        points = [Point.parse(row) for row in series(votes, window, max_periods)]
        if window != "month":
            answers.append(max_periods)
        return points

    window, points = finest(ask, periods)

    assert max([point.count for point in points], default=0) == len(votes)
    assert all(most <= 3 * 60 + 5 * periods for most in answers)
    for length in WINDOWS if votes else ():
        ends = {end(length, moment) for moment, *_ in votes}
        fits = (max(ends) - min(ends)).total_seconds() / WINDOWS[length] + 1 <= periods
        if length == window != "month":
            assert fits
        elif WINDOWS[length] < WINDOWS[window]:
            assert not fits


def _luminance(color: str) -> float:
    digits = color.removeprefix("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_all_can_be_read_in_both_themes() -> None:
    """By WCAG 2.2: texts 4.5 to 1, what is drawn 3 to 1."""
    style = (files("feedback_cli") / "report/page.css").read_text("utf-8")
    themes = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(themes) == 2
    for theme in themes:
        colors = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+);", theme))
        for name in colors.keys() - {"ground", "card", "line"}:
            for ground in ("ground", "card"):
                light, dark = sorted(
                    (_luminance(colors[name]), _luminance(colors[ground])), reverse=True
                )
                least = 3 if name.startswith("series") else 4.5
                assert (light + 0.05) / (dark + 0.05) >= least, (name, ground)
