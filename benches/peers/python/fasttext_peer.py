"""fastText's six models behind a segmenter: `… FOLDER SECONDS WARM_UP START MODELS SEGMENTER`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import fasttext
import labelled
import stopwatch

# It warns of an old change of its API whenever it loads a model.
fasttext.FastText.eprint = lambda *_: None


def segmenter(name: str) -> Callable[[str], list[str]]:
    if name == "rjieba":
        import rjieba

        return lambda text: rjieba.cut(text, hmm=False)
    import words

    return words.cut


def main() -> None:
    folder, cut = Path(sys.argv[5]), segmenter(sys.argv[6])
    models = [fasttext.load_model(str(folder / f"{name}.bin")) for name in labelled.CATEGORIES]

    def work(texts: Sequence[str]) -> None:
        # One list a call: `predict` of a single text fails under NumPy 2, and a list is faster.
        segmented = [" ".join(cut(text)) for text in texts]
        for model in models:
            model.predict(segmented)

    stopwatch.main(work)


main()
