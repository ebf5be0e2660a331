"""The encoder as a PyTorch module: BERT's layers, mean-pooled, with one linear head for all labels.

The weights start as those of BGE-small-zh-v1.5 (BAAI, MIT), read from its ONNX file.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

HIDDEN = 512
HEADS = 8
LAYERS = 4
EPSILON = 1e-12


class Layer(nn.Module):
    """One transformer layer with post-normalisation."""

    def __init__(self, hidden: int, inner: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.attended = nn.Linear(hidden, hidden)
        self.attended_norm = nn.LayerNorm(hidden, eps=EPSILON)
        self.inner = nn.Linear(hidden, inner)
        self.outer = nn.Linear(inner, hidden)
        self.norm = nn.LayerNorm(hidden, eps=EPSILON)
        self.drop = nn.Dropout(0.1)

    def forward(self, states: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """`states` is (batch, length, hidden); `mask` (batch, 1, 1, length) is true for tokens."""
        batch, length, hidden = states.shape

        def split(projected: torch.Tensor) -> torch.Tensor:
            return projected.view(batch, length, self.heads, hidden // self.heads).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            split(self.query(states)), split(self.key(states)), split(self.value(states)), mask
        )
        attended = attended.transpose(1, 2).reshape(batch, length, hidden)
        states = self.attended_norm(states + self.drop(self.attended(attended)))
        inner = functional.gelu(self.inner(states))
        return self.norm(states + self.drop(self.outer(inner)))


class Encoder(nn.Module):
    """Token ids to one state a token."""

    def __init__(self, vocabulary: int, positions: int, layers: int = LAYERS) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, HIDDEN)
        self.positions = nn.Embedding(positions, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=EPSILON)
        self.drop = nn.Dropout(0.1)
        self.layers = nn.ModuleList(Layer(HIDDEN, 4 * HIDDEN, HEADS) for _ in range(layers))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """`ids` is (batch, length), padded with 0; the result is (batch, length, hidden)."""
        places = self.positions.weight[: ids.shape[1]]
        states = self.drop(self.norm(self.words(ids) + places))
        attention = None if mask is None else mask[:, None, None, :]
        for layer in self.layers:
            states = layer(states, attention)
        return states


class Teacher(nn.Module):
    """The encoder with a linear head over the mean of its states: one logit a label.

    A logit is `head · mean(states) + bias`, so it is a sum over the tokens.
    """

    def __init__(self, encoder: Encoder, labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(HIDDEN, labels)
        self.drop = nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(ids, mask)
        weights = mask.to(states.dtype).unsqueeze(-1)
        mean = (states * weights).sum(1) / weights.sum(1)
        return self.head(self.drop(mean))


def load_base(path: Path, kept: list[int], positions: int, layers: int = LAYERS) -> Encoder:
    """The base encoder from its ONNX file, with the embeddings of the `kept` vocabulary rows.

    The segment embedding of type 0 is the same for every token and is added to the positions.
    With fewer `layers` the first ones are taken.
    """
    tensors = {
        tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy())
        for tensor in onnx.load(str(path)).graph.initializer
    }
    # The linear layers' weights have lost their names; they stand in the order of the graph.
    unnamed = iter([name for name in tensors if name.startswith("onnx::MatMul_")])
    encoder = Encoder(len(kept), positions, layers)
    embeddings = "embeddings."
    segment = tensors[embeddings + "token_type_embeddings.weight"][0]
    state = {
        "words.weight": tensors[embeddings + "word_embeddings.weight"][kept],
        "positions.weight": tensors[embeddings + "position_embeddings.weight"][:positions] + segment,
        "norm.weight": tensors[embeddings + "LayerNorm.weight"],
        "norm.bias": tensors[embeddings + "LayerNorm.bias"],
    }
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "attended": "attention.output.dense",
        "attended_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "norm": "output.LayerNorm",
    }
    for number in range(layers):
        for ours, theirs in parts.items():
            name = f"encoder.layer.{number}.{theirs}"
            weight = tensors.get(f"{name}.weight")
            if weight is None:
                weight = tensors[next(unnamed)].T
            state[f"layers.{number}.{ours}.weight"] = weight
            state[f"layers.{number}.{ours}.bias"] = tensors[f"{name}.bias"]
    encoder.load_state_dict(state)
    return encoder
