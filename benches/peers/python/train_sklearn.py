"""Fits scikit-learn's TF-IDF and six logistic regressions: `train_sklearn.py OUT FILE…`."""

from __future__ import annotations

import sys
from pathlib import Path

import joblib
import labelled
import numpy as np
import words
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion


def main() -> None:
    out = Path(sys.argv[1])
    rows = labelled.read([Path(file) for file in sys.argv[2:]])
    by_word = TfidfVectorizer(
        tokenizer=words.cut, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True, min_df=2
    )
    by_character = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    vectoriser = FeatureUnion([("words", by_word), ("characters", by_character)])
    features = vectoriser.fit_transform([row.text for row in rows]).tocsr()
    models = []
    for category in labelled.CATEGORIES:
        judged = np.array([category in row.judged for row in rows])
        positive = np.array([category in row.labels for row in rows])
        model = LogisticRegression(C=10, solver="liblinear")
        models.append(model.fit(features[judged], positive[judged]))
    out.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump((vectoriser, models), out)


main()
