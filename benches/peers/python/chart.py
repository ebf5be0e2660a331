"""Draws the ratios as an SVG that reads on light and dark pages: `chart.py RUN OUT`."""

from __future__ import annotations

import json
import math
import sys
from html import escape
from pathlib import Path
from typing import Any

from ratios import Spread, ratio

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 215, 24, 74, 40
SETS = ("headlines", "posts")
CAPTION = "one core; median and range over rounds; left of 1 ×: the alternative is faster"
STYLE = """
text { font: 13px sans-serif; fill: #1f2328 }
.small { font-size: 11px; fill: #59636e }
.grid { stroke: #d1d9e0 } .one { stroke: #59636e; stroke-width: 1.5 }
.headlines { stroke: #0969da; fill: #0969da } .posts { stroke: #bc4c00; fill: #bc4c00 }
text.headlines, text.posts { stroke: none; font-size: 11px }
line.headlines, line.posts { stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 }
  .grid { stroke: #3d444d } .one { stroke: #9198a1 }
  .headlines { stroke: #58a6ff; fill: #58a6ff } .posts { stroke: #f0883e; fill: #f0883e }
}
"""


class Scale:
    """A logarithmic axis over whole powers of ten."""

    def __init__(self, spreads: list[Spread]) -> None:
        self.low = math.floor(math.log10(min(one.low for one in spreads)))
        self.high = math.ceil(math.log10(max(one.high for one in spreads)))

    def place(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def mark(kind: str, value: Spread, scale: Scale, y: float) -> str:
    low, middle, high = map(scale.place, (value.low, value.median, value.high))
    label = f"{value.median:,.0f}" if value.median >= 10 else f"{value.median:.2g}"
    is_far_right = high > WIDTH - 60
    x, anchor = (low - 8, "end") if is_far_right else (high + 8, "start")
    return (
        f'<line class="{kind}" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
        f'<circle class="{kind}" cx="{middle}" cy="{y}" r="4"/>'
        f'<text class="{kind}" x="{x}" y="{y + 4}" text-anchor="{anchor}">{label} ×</text>'
    )


def draw(report: dict[str, Any]) -> str:
    peers = [tool for tool in report["tools"] if tool["key"] not in ("first-look", "both-looks")]
    spreads = {
        (tool["key"], kind): ratio(report, "first-look", tool["key"], kind)
        for tool in peers
        for kind in SETS
    }
    scale = Scale(list(spreads.values()))
    bottom = TOP + ROW * len(peers)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 34}" role="img">',
        "<title>How many times as fast as each alternative Mingjian's first look is</title>",
        f"<style>{STYLE}</style>",
        '<text x="12" y="24">Mingjian, first look: times as fast as …</text>',
        f'<text class="small" x="12" y="43">{CAPTION}</text>',
        f'<text class="headlines" x="{WIDTH - 150}" y="24">● headlines</text>',
        f'<text class="posts" x="{WIDTH - 70}" y="24">● posts</text>',
    ]
    for tick in scale.ticks():
        x, kind = scale.place(tick), "one" if tick == 1 else "grid"
        parts.append(f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP - 14}" y2="{bottom}"/>')
        label = f"{tick:,.0f}" if tick >= 1 else f"{tick:g}"
        parts.append(
            f'<text class="small" x="{x}" y="{bottom + 18}" text-anchor="middle">{label} ×</text>'
        )
    for row, tool in enumerate(peers):
        y = TOP + ROW * row
        parts.append(f'<text x="12" y="{y + 10}">{escape(tool["name"])}</text>')
        for kind, offset in zip(SETS, (0, 14), strict=True):
            parts.append(mark(kind, spreads[tool["key"], kind], scale, y + offset))
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(draw(report), encoding="utf-8")


main()
