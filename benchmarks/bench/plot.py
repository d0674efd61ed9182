"""Draws where a request's instructions go: `python -m benchmarks.bench.plot RESULTS PLOT.svg`."""

import json
import sys
from html import escape
from pathlib import Path

XMLNS = "http://www.w3.org/2000/svg"
WIDTH, MIDDLE, ROW, TOP = 1_040, 520, 30, 74
LABEL, LONGEST = 222, 150
"""How wide the names of parts are, and how long the longest bar is."""
STYLE = """
    svg { --ink: #1f2328; --soft: #59636e; --bar: #0969da; }
    @media (prefers-color-scheme: dark) {
      svg { --ink: #f0f6fc; --soft: #9198a1; --bar: #4493f8; }
    }
    text { font: 15px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
    .small { font-size: 13px; fill: var(--soft); }
    .name { font-weight: 600; }
    rect { fill: var(--bar); }
"""
PANELS = (
    ("first", "From the start to the first answer", "M", 1e6),
    ("warm", "A warm request", "k", 1e3),
)


def draw(written: dict[str, dict[str, int]], on: str) -> str:
    """Draw a panel for each; `on` says on what it was measured."""
    height = TOP + ROW * max(len(parts) for parts in written.values()) + 30
    title = "Where the instructions of a metric with target validation go"
    body = [
        f'<svg xmlns="{XMLNS}" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">',
        f'  <title id="title">{title}</title>',
        f"  <style>{STYLE}  </style>",
    ]
    for place, (name, heading, unit, size) in enumerate(PANELS):
        left, parts = 10 + place * MIDDLE, written[name]
        total, most = sum(parts.values()), max(parts.values())
        body.append(
            f'  <text class="name" x="{left}" y="28">{heading}: {total / size:,.0f} {unit}</text>'
        )
        for row, (part, count) in enumerate(sorted(parts.items(), key=lambda one: -one[1])):
            y = TOP + row * ROW
            bar = max(LONGEST * count / most, 1)
            figure = f"{count / size:,.1f} {unit}, {100 * count / total:.1f} %"
            body += [
                f'  <text x="{left}" y="{y}">{escape(part)}</text>',
                f'  <rect x="{left + LABEL}" y="{y - 13}" width="{bar:.1f}" height="16" rx="2"/>',
                f'  <text class="small" x="{left + LABEL + bar + 8:.1f}" y="{y}">{figure}</text>',
            ]
    body.append(f'  <text class="small" x="10" y="50">instructions, {escape(on)}</text>')
    return "\n".join([*body, "</svg>"]) + "\n"


if __name__ == "__main__":
    measured = json.loads(Path(sys.argv[1]).read_bytes())
    Path(sys.argv[2]).write_text(draw(measured["parts"], measured["machine"]), "utf-8")
