"""scikit-learn's TF-IDF and six logistic regressions: `… FOLDER SECONDS WARM_UP START MODEL`.

A batch of 256 posts a call, the way it is fastest.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import joblib
import stopwatch

BATCH = 256


def main() -> None:
    folder = Path(sys.argv[1])
    vectoriser, models = joblib.load(sys.argv[5])

    def work(texts: Sequence[str]) -> None:
        features = vectoriser.transform(texts)
        for model in models:
            model.predict_proba(features)

    results = {}
    for name in stopwatch.TEXT_SETS:
        texts = stopwatch.lines(folder / f"{name}.txt")
        batches = [texts[begin : begin + BATCH] for begin in range(0, len(texts), BATCH)]
        results[name] = stopwatch.measure_batches(batches, work)
    print(json.dumps(results))


main()
