"""Makes the encoder take several posts of one length: `batched_encoder.py IN OUT`.

The program's network is fixed to one post. Here the shapes that say so keep the batch of their
input instead; weights and operators stay as they are.
"""

from __future__ import annotations

import sys

import numpy as np
import onnx
from onnx import numpy_helper


def main() -> None:
    model = onnx.load(sys.argv[1])
    graph = model.graph
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for constant in graph.initializer:
        if constant.name in shapes:
            shape = numpy_helper.to_array(constant).copy()
            if shape[0] != 1:
                raise SystemExit(f"{constant.name}: a shape for one post was expected, not {shape}")
            # 0: as long as the input is there.
            shape[0] = np.int64(0)
            constant.CopyFrom(numpy_helper.from_array(shape, constant.name))
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "posts"
    onnx.checker.check_model(model)
    onnx.save(model, sys.argv[2])


main()
