"""A metric's series as a chart: drawn by Vega-Lite, as SVG that needs no script and no network."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import vl_convert

from feedback_cli.output import printable
from feedback_cli.report.content import Section
from feedback_cli.statistics import BOOLEAN, spelled
from tensorzero_feedback import Point
from tensorzero_feedback.variants import Period

SHAPES = {
    "\N{BLACK CIRCLE}": "circle",
    "\N{BLACK SQUARE}": "square",
    "\N{BLACK UP-POINTING TRIANGLE}": "triangle-up",
    "\N{BLACK DIAMOND}": "diamond",
    "\N{BLACK DOWN-POINTING TRIANGLE}": "triangle-down",
    "\N{HEAVY GREEK CROSS}": "cross",
}
"""How the points of each series look, beside a character for the key.

There are no more: of more colours, some could not be told apart.
"""

_SVG = "{http://www.w3.org/2000/svg}"
_MOST_SEEN = 0.15
"""How much of the means' range is left free above and below them, at least."""


def drawn(section: Section) -> list[str]:
    """Return the variants that are drawn: those with the most feedback, in the order of names."""
    counts: dict[str, int] = {}
    for point in section.points:
        counts[point.variant_name] = max(point.count, counts.get(point.variant_name, 0))
    return sorted(sorted(counts, key=lambda name: -counts[name])[: len(SHAPES)])


def svg(section: Section, label: str) -> str:
    """Draw a section that has points. Its colours are CSS variables, from `--series-0` on."""
    text = vl_convert.vegalite_to_svg(_specification(section), allowed_base_urls=[])
    ET.register_namespace("", _SVG[1:-1])
    root = ET.fromstring(text)  # noqa: S314 - of the library's own making
    root.set("role", "img")
    root.set("aria-label", label)
    for mark in root.iter():
        if mark.get("aria-roledescription") == "point":
            ET.SubElement(mark, f"{_SVG}title").text = mark.get("aria-label")
    return ET.tostring(root, encoding="unicode")


def _specification(section: Section) -> dict[str, Any]:
    names = drawn(section)
    points = [point for point in section.points if point.variant_name in names]
    last = {point.variant_name: point for point in points}
    shared = {"field": "variant", "type": "nominal", "legend": None}
    domain = [printable(name) for name in names]
    colors = [f"var(--series-{index})" for index in range(len(names))]
    shapes = [*SHAPES.values()][: len(names)]
    named = {
        "shape": {**shared, "scale": {"domain": domain, "range": shapes}},
        "description": {"field": "said"},
    }
    mark = {"type": "point", "filled": True, "size": 36, "opacity": 1}
    marked = _layer(mark, section, points, "mean")
    return {
        "width": 640,
        "height": 260,
        "background": None,
        "data": {"values": [_row(point, section, last) for point in points]},
        "encoding": {
            "x": {
                "field": "end",
                "type": "temporal",
                "title": None,
                "scale": {"type": "utc", "padding": 8},
                "axis": {
                    "format": _TIMES[section.window],
                    "grid": False,
                    "labelFlush": False,
                    "labelOverlap": True,
                },
            },
            "color": {**shared, "scale": {"domain": domain, "range": colors}},
        },
        "layer": [
            _layer({"type": "errorband", "opacity": 0.16}, section, points, "lower", "upper"),
            _layer({"type": "line", "strokeWidth": 2}, section, points, "mean"),
            {
                **_layer({"type": "rule", "strokeWidth": 1.5}, section, points, "lower", "upper"),
                "transform": [{"filter": "datum.last"}],
            },
            # Shapes are of this layer alone: in another, they would make points of its own.
            {**marked, "encoding": {**marked["encoding"], **named}},
        ],
        "config": _CONFIGURATION,
    }


_TIMES: dict[Period, str] = {
    "minute": "%b %d %H:%M",
    "hour": "%b %d %H:%M",
    "day": "%b %d",
    "week": "%b %d, %Y",
    "month": "%b %Y",
}
_CONFIGURATION: dict[str, Any] = {
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "domainColor": "currentColor",
        "tickColor": "currentColor",
        "gridColor": "currentColor",
        "gridOpacity": 0.15,
        "labelFontSize": 12,
    },
}


def _row(point: Point, section: Section, last: dict[str, Point]) -> dict[str, Any]:
    name, mean = printable(point.variant_name), spelled(point.mean, section.metric.type)
    return {
        "variant": name,
        "end": f"{point.period_end:%Y-%m-%dT%H:%M:%SZ}",
        "mean": point.mean,
        "lower": point.lower,
        "upper": point.upper,
        "last": last[point.variant_name] is point,
        "said": f"{name}, until {point.period_end:%Y-%m-%d %H:%M}: {mean} of {point.count:,}",
    }


def _layer(
    mark: dict[str, Any], section: Section, points: Sequence[Point], *fields: str
) -> dict[str, Any]:
    y = {
        "field": fields[0],
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [*_domain(section, points)], "nice": False},
        "axis": {"format": ".0%"} if section.metric.type == BOOLEAN else {"tickCount": 6},
    }
    encoding: dict[str, Any] = {"y": y}
    if len(fields) > 1:
        encoding["y2"] = {"field": fields[1]}
    return {"mark": {**mark, "clip": True, "aria": mark["type"] == "point"}, "encoding": encoding}


def _domain(section: Section, points: Sequence[Point]) -> tuple[float, float]:
    """Return what the chart shows of the values: all means, and where the intervals have come to.

    The first intervals are far too wide: of one vote, nothing is known.
    """
    if section.metric.type == BOOLEAN:
        return 0.0, 1.0
    last = {point.variant_name: point for point in points}.values()
    ends = [end for point in last for end in (point.lower, point.upper) if end is not None]
    seen = [*(point.mean for point in points), *ends]
    room = (max(seen) - min(seen)) * _MOST_SEEN or 1.0
    return min(seen) - room, max(seen) + room
