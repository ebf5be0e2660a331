"""The timed loop of the Python peers; the Rust and the Java peers have the same."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

STRIDE = 16
"""Texts between two looks at the clock."""

TEXT_SETS = ("headlines", "posts")


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def measure(items: Sequence[Any], work: Callable[[Sequence[Any]], object]) -> dict[str, float]:
    """Goes round the items in strides."""
    strides = [items[begin : begin + STRIDE] for begin in range(0, len(items), STRIDE)]
    return measure_batches(strides, work)


def measure_batches(
    batches: Sequence[Sequence[Any]], work: Callable[[Sequence[Any]], object]
) -> dict[str, float]:
    """Goes round the batches, first unmeasured, then measured."""
    seconds, warm_up, start = map(float, sys.argv[2:5])
    place = int(start * len(batches))

    def go_round(limit: float) -> tuple[int, float]:
        nonlocal place
        posts = 0
        started = time.perf_counter()
        while time.perf_counter() - started < limit:
            batch = batches[place]
            work(batch)
            posts += len(batch)
            place = (place + 1) % len(batches)
        return posts, time.perf_counter() - started

    go_round(warm_up)
    posts, elapsed = go_round(seconds)
    return {"posts": posts, "seconds": round(elapsed, 6)}


def main(work: Callable[[Sequence[str]], object]) -> None:
    """`PROGRAM FOLDER SECONDS WARM_UP START …`: measures both sets, prints one JSON object."""
    folder = Path(sys.argv[1])
    print(json.dumps({name: measure(lines(folder / f"{name}.txt"), work) for name in TEXT_SETS}))
