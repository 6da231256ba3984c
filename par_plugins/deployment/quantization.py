"""Smaller numbers for an exported network."""

import logging
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from par_runtime.onnx_session import import_onnxruntime

QUANTIZED = (
    *('Conv', 'Gemm', 'MatMul', 'Add'),
    *('Clip', 'Relu', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'ReduceMean'),
)
"""Kinds of nodes that compute in whole numbers. With those that clip values the ranges are of what
is left of them: EfficientNet-Lite0 changes 1 to 2 % of its answers so, and 5 % without. Sigmoid and
softmax are not among them: 256 probabilities would be too few."""


def in_half_precision(graph: Any) -> Any:
    """Compute in 16 bits, pictures and results as they were.

    Args:
        graph: An ``onnx.ModelProto``.

    Returns:
        Another.
    """
    import_onnxruntime()
    from onnxruntime.transformers.float16 import convert_float_to_float16

    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of weights so small that they become 0
        return convert_float_to_float16(graph, keep_io_types=True)


class _Calibration:
    """Pictures as onnxruntime's quantisation asks for them."""

    def __init__(self, name: str, batches: Iterable[np.ndarray]) -> None:
        self.name = name
        self.batches: Iterator[np.ndarray] = iter(batches)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next inputs, None at the end."""
        batch = next(self.batches, None)
        return None if batch is None else {self.name: batch}


def in_whole_numbers(source: Path, batches: Iterable[np.ndarray], target: Path) -> Any:
    """Compute in whole numbers of 8 bits, with a scale of its own for every channel of weights.

    One scale for all channels of a layer, onnxruntime's default, costs several points of mA.

    Args:
        source: A network in fp32.
        batches: Its inputs, by which the ranges of what it computes are chosen.
        target: A file that may be written.

    Returns:
        An ``onnx.ModelProto``.
    """
    import onnx

    import_onnxruntime()
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = target.with_suffix('.prepared.onnx')
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises in the root's log
    try:
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(target),
            _Calibration('images', batches),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTIZED),
            per_channel=True,
            # Weights of 7 bits: with 8, sums overflow on processors without VNNI.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    finally:
        root.setLevel(level)
    return onnx.load(str(target))
