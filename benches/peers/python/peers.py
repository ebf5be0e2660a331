"""The tools that are measured: what each is called, does, and is started by."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent
ENCODER = FOLDER.parent.parent / "models" / "encoder"


@dataclass(frozen=True)
class Peer:
    """Started as `before… FOLDER SECONDS WARM_UP START after…`, prints one JSON object."""

    key: str
    name: str
    does: str
    version: str
    before: list[str]
    after: list[str] = field(default_factory=list)
    warm_up: float = 0.5
    """Seconds a set of texts."""


def python(script: str) -> list[str]:
    return [sys.executable, str(HERE / script)]


def all_of(work: Path) -> list[Peer]:
    return [*trained(work), *encoders(work), *keyword_filters(work), *limits(work)]


def trained(work: Path) -> list[Peer]:
    fasttext, jieba = version("fasttext-wheel"), version("jieba")
    sklearn, rjieba = version("scikit-learn"), version("rjieba")
    models = str(work / "fasttext")
    return [
        Peer(
            "fasttext", "fastText + jieba", "classifies, six models",
            f"fasttext-wheel {fasttext}, jieba {jieba}",
            python("fasttext_peer.py"), [models, "jieba"],
        ),
        Peer(
            "fasttext-rjieba", "fastText + rjieba", "classifies, six models",
            f"fasttext-wheel {fasttext}, rjieba {rjieba}",
            python("fasttext_peer.py"), [models, "rjieba"],
        ),
        Peer(
            "sklearn", "scikit-learn + jieba", "classifies, six regressions",
            f"scikit-learn {sklearn}, jieba {jieba}",
            python("sklearn_peer.py"), [str(work / "sklearn.joblib")],
        ),
    ]  # fmt: skip


def encoders(work: Path) -> list[Peer]:
    vocabulary, heads = str(ENCODER / "vocab.txt"), str(ENCODER / "heads.json")
    runtime = f"onnxruntime {version('onnxruntime')}"
    networks = {1: ENCODER / "encoder.onnx", 16: work / "batched.onnx"}
    return [
        Peer(
            f"encoder-{batch}", f"onnxruntime int8, batch {batch}", "our encoder at every post",
            runtime, python("encoder_peer.py"), [str(network), vocabulary, heads, str(batch)],
        )
        for batch, network in networks.items()
    ]  # fmt: skip


def keyword_filters(work: Path) -> list[Peer]:
    classes = work / "java" / "classes"
    filters = [
        Peer(
            "sensitive-rs", "sensitive-rs", "finds words and variants",
            f"sensitive-rs {locked('sensitive-rs')}", rust(work, "sensitive-rs"),
        )
    ]  # fmt: skip
    if classes.is_dir():
        path = f"{classes}:{work / 'java' / 'lib'}/*"
        java = ["java", "-XX:+UseSerialGC", "-cp", path, "mingjian.peers.SensitiveWord"]
        # A just-in-time compiler wants a longer warm-up.
        word = Peer(
            "sensitive-word", "houbb/sensitive-word", "finds words, conversions on",
            f"sensitive-word {from_pom()}", java, warm_up=2.0,
        )  # fmt: skip
        filters.insert(0, word)
    return filters


def limits(work: Path) -> list[Peer]:
    return [
        Peer(
            "daachorse", "daachorse alone", "finds words as they stand",
            f"daachorse {locked('daachorse')}", rust(work, "daachorse"),
        ),
        Peer(
            "jieba-rs", "jieba-rs alone", "segments, nothing else",
            f"jieba-rs {locked('jieba-rs')}", rust(work, "jieba-rs"),
        ),
    ]  # fmt: skip


def rust(work: Path, tool: str) -> list[str]:
    return [str(work / "rust" / "release" / "mingjian-peers"), tool]


def locked(crate: str) -> str:
    lock = tomllib.loads((FOLDER / "rust" / "Cargo.lock").read_text(encoding="utf-8"))
    return next(str(one["version"]) for one in lock["package"] if one["name"] == crate)


def from_pom() -> str:
    place = "{*}dependencies/{*}dependency/{*}version"
    return ElementTree.parse(FOLDER / "java" / "pom.xml").getroot().findtext(place) or "unknown"
