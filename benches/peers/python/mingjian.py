"""Mingjian itself: `mingjian replay` over as many posts as fill the time.

`replay` counts from the first byte it reads to the last verdict; loading the model is outside, as
loading is for every other tool, reading and decoding JSON is inside, as it is for none.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import stopwatch

FIRST_GUESS = 256
"""Posts of the first, unmeasured run, which shows how many fill the time."""


@dataclass
class Mingjian:
    key: str
    name: str
    does: str
    version: str
    program: str
    options: list[str]
    rates: dict[str, float] = field(default_factory=dict)
    """Posts a second in the run before, by set of texts."""

    def measure(
        self, pinned: list[str], texts: Path, seconds: float, start: float
    ) -> dict[str, dict[str, float]]:
        results = {}
        for name in stopwatch.TEXT_SETS:
            if name not in self.rates:
                for count in (FIRST_GUESS, None):
                    guess = count or max(FIRST_GUESS, int(self.rates[name] * seconds / 4))
                    self.replay(pinned, texts, name, guess, start)
            count = max(FIRST_GUESS // 4, int(self.rates[name] * seconds))
            results[name] = self.replay(pinned, texts, name, count, start)
        return results

    def replay(
        self, pinned: list[str], texts: Path, name: str, count: int, start: float
    ) -> dict[str, float]:
        """Judges this many posts, beginning at `start` and going round."""
        posts = stopwatch.lines(texts / f"{name}.jsonl")
        first = int(start * len(posts))
        turned = posts[first:] + posts[:first]
        turns, rest = divmod(count, len(posts))
        feed = texts / "feed.jsonl"
        with feed.open("w", encoding="utf-8") as file:
            for part in [turned] * turns + [turned[:rest]]:
                file.writelines(f"{post}\n" for post in part)
        command = [self.program, "replay", "--json", "--quiet", "--threads", "1", *self.options]
        output = subprocess.check_output([*pinned, *command, str(feed)], text=True)
        feed.unlink()
        summary = json.loads(output)
        if summary["read"] != count or summary["dead_lettered"]:
            raise SystemExit(f"mingjian judged {summary['read']} posts of {count}")
        self.rates[name] = count / summary["seconds"]
        seconds = round(summary["seconds"], 6)
        return {"posts": count, "seconds": seconds, "flagged": summary["flagged"]}


def both(program: str) -> list[Mingjian]:
    version = subprocess.check_output([program, "--version"], text=True).strip()
    return [
        Mingjian(
            "first-look", "Mingjian, first look", "classifies, with evidence",
            version, program, ["--no-second-look"],
        ),
        Mingjian(
            "both-looks", "Mingjian, both looks", "classifies, encoder above the gate",
            version, program, [],
        ),
    ]  # fmt: skip
