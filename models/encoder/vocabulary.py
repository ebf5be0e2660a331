"""Chooses the vocabulary: the base model's pieces that Chinese posts use, and what it lacks.

    python vocabulary.py --base FOLDER --data FILE.jsonl … --out vocab.txt

Kept are the special pieces, ASCII, the characters of GB 2312, every other single character that
occurs in the data, and the pieces of Latin words and numbers that occur in the data. Added are
frequent characters that the base model lacks (emoji, curly quotes): they start as `[UNK]`.
`finetune.py` reads the base model's row of every kept piece.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import unicodedata
from pathlib import Path

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
# An added character in fewer posts could not be learnt.
FEWEST_POSTS = 8


def in_gb2312(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="labelled examples")
    parser.add_argument("--out", type=Path, default=Path("vocab.txt"))
    options = parser.parse_args()

    tokenizer = json.loads(next(options.base.glob("*tokenizer.json")).read_text())
    base = tokenizer["model"]["vocab"]

    posts: collections.Counter[str] = collections.Counter()
    words: collections.Counter[str] = collections.Counter()
    for path in options.data:
        for line in path.open(encoding="utf-8"):
            row = json.loads(line)
            text = " ".join(row.get(field) or "" for field in ("title", "text", "body")).lower()
            posts.update(set(text))
            words.update(set(re.findall(r"[a-z0-9]+", text)))
    word_starts = {word[:end] for word in words for end in range(1, len(word) + 1)}
    word_parts = {
        word[start:end]
        for word, count in words.items()
        if count > 1
        for start in range(1, len(word))
        for end in range(start + 1, len(word) + 1)
    }

    def is_kept(piece: str) -> bool:
        if piece.startswith("##"):
            return piece[2:] in word_parts
        if len(piece) == 1:
            return piece.isascii() or in_gb2312(piece) or posts[piece] > 0
        return piece in word_starts

    kept = [piece for piece in sorted(base, key=base.get) if piece not in SPECIAL and is_kept(piece)]
    added = [
        character
        for character, count in sorted(posts.items())
        if count >= FEWEST_POSTS and character not in base and character.isprintable()
        and not character.isspace() and unicodedata.normalize("NFKC", character) == character
    ]
    options.out.write_text("\n".join(SPECIAL + kept + added) + "\n", encoding="utf-8")
    print(f"{len(SPECIAL) + len(kept)} of {len(base)} pieces kept, {len(added)} added")


if __name__ == "__main__":
    main()
