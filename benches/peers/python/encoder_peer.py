"""onnxruntime with the encoder: `… FOLDER SECONDS WARM_UP START ENCODER VOCABULARY HEADS BATCH`.

Tokenising is done in advance and not timed. A batch holds posts of one length in tokens, since
the network knows no padding: the arrangement that suits batching best.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import onnxruntime
import stopwatch
from tokenizers import BertWordPieceTokenizer

LONGEST = 128
"""As many tokens as the network has positions."""


def batches_of(posts: list[list[int]], size: int) -> list[list[list[int]]]:
    if size == 1:
        return [[post] for post in posts]
    batches = []
    for _, group in groupby(sorted(posts, key=len), key=len):
        same = list(group)
        batches += [same[begin : begin + size] for begin in range(0, len(same), size)]
    # So that a short run sees all lengths.
    random.Random(0).shuffle(batches)
    return batches


def main() -> None:
    folder, (encoder, vocabulary, heads_file) = Path(sys.argv[1]), sys.argv[5:8]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(encoder, options, providers=["CPUExecutionProvider"])
    tokenizer = BertWordPieceTokenizer(vocabulary, lowercase=True)
    tokenizer.enable_truncation(LONGEST)
    heads = json.loads(Path(heads_file).read_text(encoding="utf-8"))
    weights = np.array(heads["weights"], dtype=np.float32).T
    bias = np.array(heads["bias"], dtype=np.float32)

    def work(posts: Sequence[list[int]]) -> None:
        (states,) = session.run(None, {"ids": np.array(posts, dtype=np.int32)})
        1.0 / (1.0 + np.exp(-(states.mean(axis=1) @ weights + bias)))

    results = {}
    for name in stopwatch.TEXT_SETS:
        texts = stopwatch.lines(folder / f"{name}.txt")
        posts = [tokenizer.encode(text).ids for text in texts]
        batches = batches_of(posts, int(sys.argv[8]))
        results[name] = stopwatch.measure_batches(batches, work)
    print(json.dumps(results))


main()
