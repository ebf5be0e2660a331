"""From runs to figures: rates and ratios, each as its median with the range over the rounds."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float


def spread(values: list[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def rates(report: dict[str, Any], tool: str, texts: str) -> list[float]:
    """Posts a second, round by round."""
    return [run[texts]["per_second"] for run in report["runs"] if run["tool"] == tool]


def flagged(report: dict[str, Any], ours: str, texts: str) -> float:
    """The share of the posts that Mingjian flagged, all rounds together."""
    runs = [run[texts] for run in report["runs"] if run["tool"] == ours]
    return float(sum(run["flagged"] for run in runs) / sum(run["posts"] for run in runs))


def ratio(report: dict[str, Any], ours: str, peer: str, texts: str) -> Spread:
    """How many times as fast ours is, each round against the same round."""
    pairs = zip(rates(report, ours, texts), rates(report, peer, texts), strict=True)
    return spread([mine / theirs for mine, theirs in pairs])
