"""The HTML of a report. It has no script, loads nothing, and says so to the browser."""

import base64
import hashlib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from feedback_cli import statistics
from feedback_cli.output import printable
from feedback_cli.report import chart
from feedback_cli.report.content import COMMENTS, Comment, Content, Section

_FOLDER = files("feedback_cli") / "report"
_LEVELS = {"inference": "an inference", "episode": "an episode"}


def html(content: Content, now: datetime) -> str:
    """Write the page. Whatever people wrote is text in it, and nothing else."""
    style = (_FOLDER / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(lines=_lines, moment=_moment, printable=printable)
    template = environment.from_string((_FOLDER / "page.html").read_text("utf-8"))
    return template.render(
        content=content,
        question=content.question,
        sections=[_section(one, index) for index, one in enumerate(content.sections, 1)],
        comments=[_comment(one) for one in content.comments],
        most=COMMENTS,
        now=now,
        style=Markup(style),  # noqa: S704 - a file of ours; escaped, it would have another hash
        digest=digest,
    )


def _section(section: Section, index: int) -> dict[str, Any]:
    metric = section.metric
    names = chart.drawn(section)
    label = f"Mean of {printable(metric.name)} by variant; the table below it has the numbers."
    return {
        "id": f"metric-{index}",
        "metric": metric,
        "counted": " and ".join(
            f"{one.count:,} feedbacks on {one.level}s" for one in metric.counts if one.count
        ),
        "window": section.window,
        "variants": [
            {
                "name": variant.variant_name,
                "count": f"{variant.count:,}",
                "mean": statistics.spelled(variant.mean, metric.type),
                "interval": statistics.spelled_interval(variant, metric.type),
            }
            for variant in metric.variants
        ],
        # The library escapes the names in it.
        "svg": Markup(chart.svg(section, label)) if names else None,  # noqa: S704
        "key": [*zip(chart.SHAPES, names, strict=False)],
        "missing": len({point.variant_name for point in section.points}) - len(names),
        "points": [
            {
                "end": point.period_end,
                "name": point.variant_name,
                "count": f"{point.count:,}",
                "mean": statistics.spelled(point.mean, metric.type),
                "sequence": "none"
                if point.lower is None or point.upper is None
                else f"{statistics.spelled(point.lower, metric.type)}"
                f" to {statistics.spelled(point.upper, metric.type)}",
            }
            for point in reversed(section.points)
        ],
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "feedback": comment.feedback,
        "level": _LEVELS.get(comment.level, comment.level),
        "variants": comment.variants,
        "tags": [
            f"{name}={value}"
            for name, value in sorted(comment.feedback.tags.items())
            if not name.startswith("tensorzero::")
        ],
    }


def _lines(text: object) -> str:
    """Keep a text's lines, and replace what could change how others read."""
    return "\n".join(printable(line) for line in str(text).splitlines())


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
