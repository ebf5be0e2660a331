"""Writes the table between the markers of a page: `report.py RUN PAGE`."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from ratios import Spread, flagged, rates, ratio, spread

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
OURS = ("first-look", "both-looks")
SETS = ("headlines", "posts")
BUSY = 1.5
"""Load above which others were at work; the measurement's own is 1."""
ROUGH = "**The machine was busy with other work: these figures are rough.**"


def number(value: float) -> str:
    """Three digits, below 1 two."""
    digits = 3 if value >= 1 else 2
    return f"{Decimal(f'{value:.{digits}g}'):,f}"


def ranged(value: Spread) -> str:
    return f"**{number(value.median)}** ({number(value.low)}–{number(value.high)})"


def table(report: dict[str, Any]) -> list[str]:
    columns = ["", "posts a second: headlines", "posts"]
    columns += [f"{look} ×, {texts}" for look in ("first look", "both looks") for texts in SETS]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    for tool in report["tools"]:
        key = tool["key"]
        cells = [f"{tool['name']} – {tool['does']}"]
        cells += [number(spread(rates(report, key, texts)).median) for texts in SETS]
        for ours in OURS:
            for texts in SETS:
                is_ours = key in OURS
                cells.append("–" if is_ours else ranged(ratio(report, ours, key, texts)))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def setting(report: dict[str, Any]) -> list[str]:
    machine, settings, texts = report["machine"], report["settings"], report["texts"]
    about = [
        f"{texts[name]['texts']:,} {name} of {texts[name]['mean_characters']:.0f} characters "
        f"({texts[name]['mean_bytes']:.0f} bytes)"
        for name in SETS
    ]
    tools = [machine["rustc"], f"Python {machine['python']}", machine["java"]]
    versions = dict.fromkeys(tool["version"] for tool in report["tools"])
    separate = dict.fromkeys(part for version in versions for part in version.split(", "))
    shares = [f"{100 * flagged(report, OURS[0], name):.1f} %" for name in SETS]
    taken = (
        f"Taken {report['taken']} at commit {report['commit']}: {settings['rounds']} rounds of "
        f"{settings['seconds']:g} seconds a tool and set; {' and '.join(about)}, all distinct; "
        f"{texts['words']} words for the filters. "
        f"Mingjian flagged {shares[0]} of the headlines and {shares[1]} of the posts."
    )
    place = (
        f"One core of {machine['processor']} ({machine['cores']} cores, {machine['memory_gib']:g} "
        f"GiB); load {report['load']['before']:g} before, {report['load']['after']:g} after. "
        f"{', '.join(tool for tool in tools if tool)}; {', '.join(separate)}."
    )
    is_busy = report["load"]["after"] > BUSY
    return [taken, "", place, *(["", ROUGH] if is_busy else [])]


def main() -> None:
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    page = Path(sys.argv[2])
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    body = "\n".join(["", *setting(report), "", *table(report), ""])
    page.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")


main()
