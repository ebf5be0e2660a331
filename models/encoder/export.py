"""Writes the fine-tuned encoder as an int8 ONNX network, and its heads.

    python export.py --weights FOLDER/weights.pt … --vocab vocab.txt --out FOLDER

Of several weights, fine-tuned from the same base, the mean is taken: it is better than each.
The network takes `(1, tokens)` token ids and gives one state a token. Weights of matrices are int8,
one scale a column; activations are quantised as they come (one scale a post); embeddings are int8,
one scale a row. Everything else stays f32. Queries, keys and values are one product.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from network import EPSILON, HEADS, HIDDEN


class Graph:
    """An ONNX graph that is written from top to bottom."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.count = 0

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, outputs: int = 1, **attributes) -> str | list[str]:
        names = [f"v{self.count + number}" for number in range(outputs)]
        self.count += outputs
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def quantised(self, states: str) -> list[str]:
        return self.add("DynamicQuantizeLinear", states, outputs=3)

    def linear(self, quantised: list[str], name: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """`x · weight + bias` for `weight` of (inputs, outputs)."""
        values, scale, zero = quantised
        scales = np.maximum(np.abs(weight).max(0), 1e-8) / 127.0
        integers = np.clip(np.rint(weight / scales), -127, 127).astype(np.int8)
        product = self.add(
            "MatMulInteger", values, self.constant(f"{name}.weight", integers), zero
        )
        product = self.add("Cast", product, to=TensorProto.FLOAT)
        scale = self.add("Mul", scale, self.constant(f"{name}.scale", scales.astype(np.float32)))
        product = self.add("Mul", product, scale)
        return self.add("Add", product, self.constant(f"{name}.bias", bias.astype(np.float32)))

    def norm(self, states: str, name: str, weights: dict[str, np.ndarray]) -> str:
        scale = self.constant(f"{name}.weight", weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", weights[f"{name}.bias"])
        return self.add("LayerNormalization", states, scale, bias, epsilon=EPSILON, axis=-1)


def network(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    graph = Graph()
    words = weights["words.weight"]
    scales = np.maximum(np.abs(words).max(1, keepdims=True), 1e-8) / 127.0
    integers = np.clip(np.rint(words / scales), -127, 127).astype(np.int8)
    rows = graph.add("Gather", graph.constant("words", integers), "ids")
    rows = graph.add("Cast", rows, to=TensorProto.FLOAT)
    factors = graph.add("Gather", graph.constant("words.scale", scales.astype(np.float32)), "ids")
    states = graph.add("Mul", rows, factors)
    number = lambda name, *values: graph.constant(name, np.array(values, dtype=np.int64))
    length = graph.add("Shape", "ids", start=1, end=2)
    places = graph.add(
        "Slice", graph.constant("positions", weights["positions.weight"]),
        number("zero", 0), length, number("rows", 0),
    )
    states = graph.norm(graph.add("Add", states, places), "norm", weights)

    width = HIDDEN // HEADS
    split = number("split", 1, -1, HEADS, width)
    merged = number("merged", 1, -1, HIDDEN)
    thirds = number("thirds", HIDDEN, HIDDEN, HIDDEN)
    half = graph.constant("half", np.array(0.5, dtype=np.float32))
    one = graph.constant("one", np.array(1.0, dtype=np.float32))
    root = graph.constant("root", np.array(2.0**-0.5, dtype=np.float32))
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers."))
    for layer in range(layers):
        part = lambda name: weights[f"layers.{layer}.{name}"]
        # The scores' factor goes into the queries.
        factor = width**-0.5
        joint = np.concatenate(
            [part("query.weight").T * factor, part("key.weight").T, part("value.weight").T], 1
        )
        bias = np.concatenate([part("query.bias") * factor, part("key.bias"), part("value.bias")])
        joined = graph.linear(graph.quantised(states), f"layers.{layer}.joint", joint, bias)
        query, key, value = graph.add("Split", joined, thirds, outputs=3, axis=-1)
        head = lambda states, order: graph.add(
            "Transpose", graph.add("Reshape", states, split), perm=order
        )
        scores = graph.add("MatMul", head(query, [0, 2, 1, 3]), head(key, [0, 2, 3, 1]))
        attended = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), head(value, [0, 2, 1, 3]))
        attended = graph.add("Transpose", attended, perm=[0, 2, 1, 3])
        attended = graph.add("Reshape", attended, merged)
        attended = graph.linear(
            graph.quantised(attended), f"layers.{layer}.attended",
            part("attended.weight").T, part("attended.bias"),
        )
        states = graph.norm(
            graph.add("Add", states, attended), f"layers.{layer}.attended_norm", weights
        )
        inner = graph.linear(
            graph.quantised(states), f"layers.{layer}.inner", part("inner.weight").T,
            part("inner.bias"),
        )
        # GELU: x / 2 · (1 + erf(x / √2)).
        bell = graph.add("Add", graph.add("Erf", graph.add("Mul", inner, root)), one)
        inner = graph.add("Mul", graph.add("Mul", inner, bell), half)
        outer = graph.linear(
            graph.quantised(inner), f"layers.{layer}.outer", part("outer.weight").T,
            part("outer.bias"),
        )
        states = graph.norm(graph.add("Add", states, outer), f"layers.{layer}.norm", weights)
    graph.nodes[-1].output[0] = "states"

    ids = helper.make_tensor_value_info("ids", TensorProto.INT32, [1, "tokens"])
    out = helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "tokens", HIDDEN])
    body = helper.make_graph(graph.nodes, "encoder", [ids], [out], graph.constants)
    model = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="mingjian"
    )
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, nargs="+", required=True)
    parser.add_argument("--vocab", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    states = [torch.load(path, map_location="cpu", weights_only=True) for path in options.weights]
    weights = {
        name: (sum(state[name].float() for state in states) / len(states)).numpy()
        for name in states[0]
    }
    encoder = {
        name.removeprefix("encoder."): values
        for name, values in weights.items()
        if name.startswith("encoder.")
    }
    options.out.mkdir(parents=True, exist_ok=True)
    files = {
        "encoder.onnx": network(encoder).SerializeToString(deterministic=True),
        "vocab.txt": options.vocab.read_bytes(),
    }
    for name, content in files.items():
        (options.out / name).write_bytes(content)
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (options.out / "SHA256SUMS").write_text("".join(sums))
    heads = {
        "width": HIDDEN,
        "bias": [round(float(value), 6) for value in weights["head.bias"]],
        "weights": [[round(float(value), 6) for value in row] for row in weights["head.weight"]],
    }
    (options.out / "heads.json").write_text(json.dumps(heads) + "\n")
    size = sum(len(content) for content in files.values())
    print(f"{size / 1e6:.1f} MB written to {options.out}")


if __name__ == "__main__":
    main()
