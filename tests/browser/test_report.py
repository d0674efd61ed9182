"""A report of `feedback report` in a browser: both themes, the keyboard, and no policy broken."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from feedback_cli.report import page
from feedback_cli.report.content import Comment, Content, Question, Section
from feedback_cli.statistics import Metric
from tensorzero_feedback import MetricCount, Performance, Point, StoredFeedback

NOW = datetime(2026, 11, 19, 9, 13, tzinfo=UTC)
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


def _section(name: str) -> Section:
    """Tell of two variants over a fortnight."""
    variants = {"baseline": 0.6, HOSTILE: 0.7}
    points = [
        Point(
            variant, NOW + timedelta(days=day), 10 * day, mean, mean - 1 / day, mean + 1 / day, {}
        )
        for day in range(1, 15)
        for variant, mean in variants.items()
    ]
    performances = [Performance(one, NOW, 140, mean, 0.05, {}) for one, mean in variants.items()]
    counts = [MetricCount(name, "boolean", 280, "inference", {})]
    return Section(Metric(name, counts, performances), "day", points)


@pytest.fixture(params=["light", "dark"])
def report(request: pytest.FixtureRequest, driver: Chrome, tmp_path: Path) -> Iterator[Chrome]:
    """Open a report in each theme."""
    feedback = StoredFeedback("1", "comment", "comment", "t", HOSTILE, {"a": HOSTILE}, NOW, {})
    content = Content(
        Question("draft_reply"),
        [_section("draft_accepted"), _section(HOSTILE)],
        [Comment(feedback, "inference", [HOSTILE])],
        50,
    )
    (tmp_path / "report.html").write_text(page.html(content, NOW), "utf-8")
    theme = {"features": [{"name": "prefers-color-scheme", "value": request.param}]}
    driver.get_log("browser")  # type: ignore[no-untyped-call]  # it forgets what it tells
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", theme)
    driver.get((tmp_path / "report.html").as_uri())
    yield driver
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_nothing_is_run_and_nothing_is_refused(report: Chrome) -> None:
    """The policy would say so on the console."""
    assert report.title == "Feedback on draft_reply"
    assert report.get_log("browser") == []  # type: ignore[no-untyped-call]
    loaded = "return performance.getEntriesByType('resource').length"
    assert report.execute_script(loaded) == 0


def test_charts_are_drawn_in_the_themes_colours(
    report: Chrome, request: pytest.FixtureRequest
) -> None:
    """Each series in one of its own, on the page's ground."""
    theme = request.node.callspec.params["report"]
    charts = report.find_elements(By.CSS_SELECTOR, "figure svg")
    assert len(charts) == 2
    assert all(chart.size["width"] > 500 for chart in charts)
    strokes = {
        path.value_of_css_property("stroke")
        for path in charts[0].find_elements(By.CSS_SELECTOR, ".mark-line path[stroke]")
    }
    assert len(strokes) == 2
    ground = report.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert ground == {"light": "rgba(255, 255, 255, 1)", "dark": "rgba(23, 23, 27, 1)"}[theme]
    assert strokes.isdisjoint({ground, "none"})


def test_all_of_it_is_reached_by_keyboard(report: Chrome) -> None:
    """The numbers of a chart open by the key that opens what is in focus."""
    reached = list[str]()
    for _ in range(12):
        ActionChains(report).send_keys(Keys.TAB).perform()
        focused = report.switch_to.active_element
        reached.append(focused.tag_name)
        if focused.tag_name == "summary":
            ActionChains(report).send_keys(Keys.ENTER).perform()

    assert reached == [*["a"] * 4, *["div", "summary", "div"] * 2, *reached[10:]]
    opened = report.find_elements(By.CSS_SELECTOR, "details[open] table")
    assert [table.is_displayed() for table in opened] == [True, True]
