"""The train rows that the two trained peers learn from: the public sets' and the project's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

CATEGORIES = ("political", "rumour", "counterfeit", "clickbait", "fake_reporting", "vulgar")


@dataclass(frozen=True)
class Row:
    text: str
    labels: frozenset[str]
    judged: frozenset[str]
    """The categories that the row's source judged; it says nothing about the others."""


def read(files: list[Path]) -> list[Row]:
    rows = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = " ".join(row[field] for field in ("title", "text") if row.get(field))
            labels = frozenset(row["labels"])
            rows.append(Row(one_line(text), labels, frozenset(row.get("annotated", CATEGORIES))))
    return rows


def one_line(text: str) -> str:
    """White space and control characters as single spaces: every tool reads the same bytes."""
    visible = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(visible.split())
