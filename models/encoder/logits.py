"""Puts together the logits that `mingjian train` reads.

    python logits.py --inputs inputs.jsonl --folds FOLD/logits.jsonl … --whole FOLDER/logits.jsonl --out FILE

Of a category that the row's source has judged: the logit of the fine-tuning that had not seen the
row. Of one that it has not judged: that of the fine-tuning on all rows, which has learnt nothing of
it from this row.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

Key = tuple[str, str]


def read(path: Path) -> dict[Key, dict]:
    rows = map(json.loads, path.open(encoding="utf-8"))
    return {(row["source"], row["id"]): row for row in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=Path, required=True)
    parser.add_argument("--folds", type=Path, nargs="+", required=True)
    parser.add_argument("--whole", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    unseen: dict[Key, dict] = {}
    for fold in options.folds:
        unseen |= read(fold)
    whole = read(options.whole)
    with options.out.open("w", encoding="utf-8") as out:
        for key, row in read(options.inputs).items():
            pairs = zip(row["labels"], unseen[key]["logits"], whole[key]["logits"])
            values = [known if label is None else held_out for label, held_out, known in pairs]
            line = {"id": row["id"], "source": row["source"], "fold": row["fold"], "logits": values}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
