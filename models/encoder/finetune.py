"""Fine-tunes the encoder on token ids that `encoder_inputs` wrote.

    python finetune.py --base FOLDER --vocab vocab.txt --inputs inputs.jsonl --out FOLDER [--hold-out FOLD]

With `--hold-out` the fold is left out of the training and scored afterwards, as are the rows of
`--score`: six logits a row in `logits.jsonl`. The weights are written to `weights.pt`.
A row counts only for the labels its source judged. Some rows are disturbed, token by token, as
disguised writing disturbs them. Deterministic on one thread.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

from network import Teacher, load_base

LABELS = 6
LONGEST = 128
SEPARATOR, UNKNOWN = 3, 1


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def kept_rows(base: Path, vocabulary: list[str]) -> list[int]:
    """The base model's row of every piece of the vocabulary; `[UNK]`'s for an added one."""
    tokenizer = json.loads(next(base.glob("*tokenizer.json")).read_text())
    rows = tokenizer["model"]["vocab"]
    return [rows.get(piece, rows["[UNK]"]) for piece in vocabulary]


def batches(rows: list[dict], size: int, shuffle: random.Random | None):
    """Batches of rows of about the same length, by tokens: `size` rows of 48 tokens each."""
    order = list(range(len(rows)))
    if shuffle:
        noise = [shuffle.uniform(-6, 6) for _ in rows]
        order.sort(key=lambda row: len(rows[row]["ids"]) + noise[row])
    else:
        order.sort(key=lambda row: len(rows[row]["ids"]))
    groups, group, longest = [], [], 0
    for row in order:
        longest = max(longest, len(rows[row]["ids"]))
        if group and longest * (len(group) + 1) > size * 48:
            groups.append(group)
            group, longest = [], len(rows[row]["ids"])
        group.append(row)
    if group:
        groups.append(group)
    if shuffle:
        shuffle.shuffle(groups)
    return groups


def padded(rows: list[dict]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(row["ids"]) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row["ids"])] = torch.tensor(row["ids"])
    lengths = torch.tensor([len(row["ids"]) for row in rows])
    return ids, torch.arange(longest)[None, :] < lengths[:, None]


def targets(rows: list[dict]) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.tensor([[label or 0.0 for label in row["labels"]] for row in rows])
    judged = torch.tensor([[float(label is not None) for label in row["labels"]] for row in rows])
    return labels.float(), judged


def disturbed(ids: list[int], spare: list[int], chance: random.Random) -> list[int]:
    """Some tokens lost, replaced or torn apart; `[CLS]` and `[SEP]` stay."""
    share = chance.uniform(0.05, 0.3)
    result = ids[:1]
    for token in ids[1:]:
        if token == SEPARATOR or chance.random() > share:
            result.append(token)
            continue
        kind = chance.random()
        if kind < 0.35:
            result.append(chance.choice(spare))
        elif kind < 0.55:
            result.append(UNKNOWN)
        elif kind < 0.85:
            result += [token, chance.choice(spare)]
        elif kind < 0.95:
            result += [token, token]
    return result[:LONGEST]


def logits(teacher: Teacher, rows: list[dict]) -> list[list[float]]:
    teacher.eval()
    found: list[list[float]] = [[] for _ in rows]
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for group in batches(rows, 32, None):
            ids, mask = padded([rows[row] for row in group])
            for row, values in zip(group, teacher(ids, mask).float().tolist()):
                found[row] = [round(value, 4) for value in values]
    return found


def sample(rows: list[dict], shares: dict[str, float], chance: random.Random) -> list[dict]:
    """The rows of one epoch: of every source its share, drawn anew; a share of 2.5 is two or three of each."""
    return [row for row in rows for _ in range(int(shares.get(row["source"], 1.0) + chance.random()))]


def train(teacher: Teacher, rows: list[dict], options: argparse.Namespace) -> None:
    shares = dict(part.split("=") for part in options.share)
    shares = {source: float(share) for source, share in shares.items()}
    chance = random.Random(options.seed)
    epochs = [sample(rows, shares, chance) for _ in range(options.epochs)]
    spare = list(range(4, teacher.encoder.words.num_embeddings))
    for epoch in epochs:
        for place, row in enumerate(epoch):
            ids = row["ids"][: options.longest]
            if chance.random() < options.disturb:
                ids = disturbed(ids, spare, chance)
            epoch[place] = {**row, "ids": ids}
    plan = [(epoch, group) for epoch in epochs for group in batches(epoch, options.batch, chance)]
    decayed = [weight for weight in teacher.parameters() if weight.ndim > 1]
    plain = [weight for weight in teacher.parameters() if weight.ndim < 2]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
        lr=options.rate,
    )
    warm = max(1, len(plan) // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / warm, max(0.02, (len(plan) - step) / (len(plan) - warm))),
    )
    # The mean of the weights along the way generalises better than the last ones.
    mean = {name: weight.detach().clone() for name, weight in teacher.state_dict().items()}
    teacher.train()
    started, total, seen = time.monotonic(), 0.0, 0
    for step, (epoch, group) in enumerate(plan, 1):
        chosen = [epoch[row] for row in group]
        ids, mask = padded(chosen)
        labels, judged = targets(chosen)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = teacher(ids, mask)
        loss = functional.binary_cross_entropy_with_logits(found.float(), labels, reduction="none")
        loss = (loss * judged).sum() / judged.sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(1 - 1 / (1 + step / 8), options.keep)
        with torch.no_grad():
            for name, weight in teacher.state_dict().items():
                mean[name].lerp_(weight, 1 - keep)
        total += loss.item()
        seen += len(group)
        if step % 50 == 0 or step == len(plan):
            rate = seen / (time.monotonic() - started)
            left = (len(plan) - step) * (time.monotonic() - started) / step
            print(
                f"step {step}/{len(plan)}  loss {total / min(step, 50):.4f}  {rate:.0f} posts/s"
                f"  {math.ceil(left / 60)} min left", file=sys.stderr, flush=True,
            )
            total = 0.0
    teacher.load_state_dict(mean)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--vocab", type=Path, required=True)
    parser.add_argument("--inputs", type=Path, required=True, help="what encoder_inputs wrote")
    parser.add_argument("--score", type=Path, nargs="*", default=[], help="more rows to score")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold-out", type=int, default=None, help="fold that is not trained on")
    parser.add_argument("--start", type=Path, nargs="*", default=[], metavar="WEIGHTS",
                        help="go on from the mean of these weights instead of the base model")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--longest", type=int, default=96, help="tokens a row is trained with")
    parser.add_argument("--disturb", type=float, default=0.3, help="share of disturbed rows")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--keep", type=float, default=0.998, help="decay of the weights' mean")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--share", nargs="*", default=[], metavar="SOURCE=SHARE",
                        help="share of a source's rows that an epoch sees; above 1 they are repeated")
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    torch.use_deterministic_algorithms(True)
    vocabulary = options.vocab.read_text(encoding="utf-8").splitlines()
    encoder = load_base(
        next(options.base.glob("*.onnx")), kept_rows(options.base, vocabulary), LONGEST,
        options.layers,
    )
    teacher = Teacher(encoder, LABELS)
    if options.start:
        states = [torch.load(path, weights_only=True) for path in options.start]
        teacher.load_state_dict(
            {name: sum(state[name] for state in states) / len(states) for name in states[0]}
        )
    rows = read(options.inputs)
    train(teacher, [row for row in rows if row["fold"] != options.hold_out], options)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(teacher.state_dict(), options.out / "weights.pt")
    with (options.out / "logits.jsonl").open("w", encoding="utf-8") as out:
        held_out = [row for row in rows if row["fold"] == options.hold_out]
        for scored in [held_out, *map(read, options.score)]:
            for row, values in zip(scored, logits(teacher, scored)):
                line = {"id": row["id"], "source": row["source"], "fold": row["fold"], "logits": values}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
