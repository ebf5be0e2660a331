"""Writes the texts and the word list that all tools are given: `texts.py DEV_SETS RULES OUT`.

Of each set of texts: one text a line, shuffled, and the same as posts for `mingjian replay`.
"""

from __future__ import annotations

import json
import random
import sys
import tomllib
from pathlib import Path

from labelled import one_line

HEADLINE_SETS = ("FewCLUE_TNEWS", "NLPCC2017_headlines")
POST_LENGTHS = range(70, 161)
"""Characters; about 110 in the mean."""


def texts_of(file: Path, field: str) -> list[str]:
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [one_line(row[field]) for row in rows if row.get(field)]


def write(out: Path, name: str, field: str, texts: list[str]) -> dict[str, float]:
    distinct = sorted({text for text in texts if text})
    random.Random(0).shuffle(distinct)
    (out / f"{name}.txt").write_text("".join(f"{text}\n" for text in distinct), encoding="utf-8")
    with (out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
        for number, text in enumerate(distinct):
            post = {"id": f"{name}-{number}", field: text}
            file.write(json.dumps(post, ensure_ascii=False) + "\n")
    count = len(distinct)
    return {
        "texts": count,
        "mean_characters": round(sum(map(len, distinct)) / count, 1),
        "mean_bytes": round(sum(len(text.encode()) for text in distinct) / count, 1),
    }


def phrases(rules: Path) -> list[str]:
    """The phrases of the project's lexicon, those of `political` left out."""
    found = set()
    for file in sorted(rules.glob("*.toml")):
        for rule in tomllib.loads(file.read_text(encoding="utf-8"))["rule"]:
            if rule["category"] != "political":
                found.update(rule["phrases"])
    return sorted(found)


def main() -> None:
    dev, rules, out = map(Path, sys.argv[1:4])
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(dev.glob("*.jsonl"))
    headlines = [
        text for name in HEADLINE_SETS for text in texts_of(dev / f"{name}.jsonl", "title")
    ]
    posts = [text for file in files for text in texts_of(file, "text") if len(text) in POST_LENGTHS]
    words = phrases(rules)
    (out / "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    about = {
        "headlines": write(out, "headlines", "title", headlines),
        "posts": write(out, "posts", "text", posts),
        "words": len(words),
    }
    (out / "about.json").write_text(json.dumps(about) + "\n", encoding="utf-8")


main()
