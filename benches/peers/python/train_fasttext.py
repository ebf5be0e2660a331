"""Trains fastText's six binary models: `train_fasttext.py OUT FILE…`."""

from __future__ import annotations

import sys
from pathlib import Path

import fasttext
import labelled
import words


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rows = labelled.read([Path(file) for file in sys.argv[2:]])
    texts = [" ".join(words.cut(row.text)) for row in rows]
    for category in labelled.CATEGORIES:
        examples = out / f"{category}.txt"
        with examples.open("w", encoding="utf-8") as file:
            for row, text in zip(rows, texts, strict=True):
                if category in row.judged:
                    label = "yes" if category in row.labels else "no"
                    file.write(f"__label__{label} {text}\n")
        model = fasttext.train_supervised(
            str(examples), wordNgrams=2, dim=50, epoch=25, lr=0.5, thread=1, verbose=0
        )
        model.save_model(str(out / f"{category}.bin"))
        examples.unlink()


main()
