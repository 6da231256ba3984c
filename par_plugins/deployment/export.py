"""A checkpoint becomes one .onnx file, which says the same or is not written."""

import contextlib
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.utils import digit_version
from torch import nn
from torch.nn.functional import interpolate

from par_plugins.deployment.exported_network import ExportedNetwork
from par_plugins.deployment.parity import ParityReport, compare
from par_plugins.deployment.quantization import in_half_precision, in_whole_numbers
from par_plugins.engine.smooth_noise import smooth_noise
from par_plugins.engine.written_aside import written_aside
from par_plugins.inference.load_model import LoadedModel, load_model
from par_plugins.inference.person_pipeline import PersonPipeline, test_pipeline
from par_plugins.structures import InputError, checked_choice
from par_runtime.installed_files import leaf_path
from par_runtime.onnx_model import METADATA_KEY, OnnxAttributeModel, check_pipeline, checked_size

PRECISIONS = ('fp32', 'fp16', 'int8')
MAX_DIFFERENCE = 1e-4
"""Of a probability, in fp32."""
MAX_CHANGED = 0.1
"""Share of the answers that a smaller precision, or resizing by the file itself, may change."""
PACKING = 'PackAttributeInputs'
LOWEST_TORCH = '2.11'
"""The exporters of 2.4, 2.5, 2.6 and 2.9 fail at these networks; 2.7, 2.8, 2.10 were not tried."""
VERSIONS = ('par-plugins', 'torch', 'onnx', 'onnxscript', 'onnxruntime')


def export_onnx(
    config: Config | str | Path,
    checkpoint: str,
    out: str | Path,
    *,
    resize_inside: bool = False,
    precision: str = 'fp32',
    calibration: Sequence[str | Path] | None = None,
    pictures: Sequence[np.ndarray] | None = None,
    max_changed: float = MAX_CHANGED,
) -> ParityReport:
    """Write a network as one ``.onnx`` file, and ``parity.json`` beside it.

    It takes ``(N, H, W, 3)`` uint8 pictures, red first, resized as the test pipeline does, and
    gives packed ``probabilities`` ``(N, C)`` and ``embedding`` ``(N, D)``. What
    :class:`par_runtime.onnx_model.OnnxAttributeModel` reads of it is in its metadata: thresholds
    and calibration too, which are about the probabilities that come out.

    Args:
        config: Of the network.
        checkpoint: Its weights.
        out: The file.
        resize_inside: Whether the file resizes pictures by itself.
        precision: ``fp32``, ``fp16`` or ``int8`` (weights per channel).
        calibration: Pictures of the training set, by which ``int8`` chooses the ranges of numbers.
        pictures: ``(H, W, 3)`` uint8 each, red first, on which both are compared; None takes those
            of the calibration, or generated ones.
        max_changed: Share of the answers that may change where the export is not exact.

    Returns:
        What was compared.

    Raises:
        InputError: If something of it cannot be exported or is not installed, or the file says
            other things than the network; nothing is written then.
    """
    checked_choice('precision', precision, PRECISIONS)
    if (precision == 'int8') != (calibration is not None):
        raise InputError('precision int8 needs calibration pictures, and no other has any')
    require_exporter()
    cfg = config if isinstance(config, Config) else Config.fromfile(leaf_path(str(config)))
    loaded = load_model(cfg, checkpoint, 'cpu')
    pipeline = PersonPipeline(cfg)
    steps = portable_steps(cfg)
    metadata = describe(loaded, steps, precision=precision, resize_inside=resize_inside)
    samples = None if calibration is None else [read_red_first(path) for path in calibration]
    origin = 'given'
    if pictures is None:
        origin = 'generated' if samples is None else 'calibration'
        pictures = generated_pictures() if samples is None else samples[:64]
    width, height = metadata['input_size']
    resize_to = (height, width) if resize_inside else None
    graph = traced(ExportedNetwork(loaded, resize_to).eval(), (height, width), str(checkpoint))
    if precision == 'fp16':
        graph = in_half_precision(graph)
    with tempfile.TemporaryDirectory() as folder, written_aside(out) as partial:
        if samples is not None:
            written(strip(graph), metadata, Path(folder, 'fp32.onnx'))
            ready = OnnxAttributeModel(Path(folder, 'fp32.onnx'))
            batches = (ready.prepared(image, 'a picture')[None] for image in samples)
            graph = in_whole_numbers(Path(folder, 'fp32.onnx'), batches, Path(folder, 'int8.onnx'))
        written(strip(graph), metadata, partial)
        exported = OnnxAttributeModel(partial)
        exported.source = str(out)
        report = compare(loaded, pipeline, exported, pictures, origin=origin)
        require_parity(report, str(out), max_changed)
        report.write(Path(out).with_name('parity.json'))
    return report


def require_exporter() -> None:
    """Refuse to export where what it takes is not installed.

    Raises:
        InputError: Naming the command that installs it.
    """
    for package in ('onnx', 'onnxscript', 'onnxruntime'):
        try:
            version(package)
        except PackageNotFoundError as error:
            raise InputError(
                f"exporting needs {package}: pip install 'par-plugins[deploy]'"
            ) from error
    if digit_version(installed := version('torch')) < digit_version(LOWEST_TORCH):
        raise InputError(
            f'exporting needs torch {LOWEST_TORCH} or newer, {installed} is installed: '
            "pip install 'par-plugins[deploy]'"
        )


def require_parity(report: ParityReport, out: str, max_changed: float) -> None:
    """Refuse an exported network that says other things.

    Args:
        report: Of the comparison.
        out: The file, for the message.
        max_changed: Share of the answers that may change where the export is not exact.

    Raises:
        InputError: If it does.
    """
    exact = report.precision == 'fp32' and not report.resize_inside
    if exact and (report.changed_answers or not report.largest_difference <= MAX_DIFFERENCE):
        raise InputError(f'{out} is not written, it says other things than the network: {report}')
    if not report.changed_share <= max_changed:
        raise InputError(
            f'{out} is not written, more than {100 * max_changed:g} % of the answers change: '
            f'{report}'
        )


def portable_steps(cfg: Config) -> list[dict[str, Any]]:
    """The test pipeline between loading and packing, as plain data.

    Raises:
        InputError: If a step of it is unknown to whoever runs the file.
    """
    steps = [dict(step) for step in test_pipeline(cfg)]
    if steps[0].get('color_type', 'color') != 'color':
        raise InputError(f'the test pipeline loads {steps[0]["color_type"]} pictures, not colours')
    if steps[-1]['type'].rpartition('.')[2] not in (PACKING, 'PackInputs'):
        raise InputError(f'the test pipeline ends in {steps[-1]["type"]}, not in {PACKING}')
    middle: list[dict[str, Any]] = json.loads(json.dumps(steps[1:-1]))
    for step in middle:
        step['type'] = step['type'].rpartition('.')[2]
        if isinstance(step.get('scale'), int):
            step['scale'] = [step['scale'], step['scale']]
    check_pipeline(middle)
    if not any(step['type'] == 'Resize' for step in middle):
        raise InputError('the test pipeline has no Resize: the size of the input is not known')
    return middle


def describe(
    loaded: LoadedModel,
    steps: Sequence[Mapping[str, Any]],
    *,
    precision: str,
    resize_inside: bool,
) -> dict[str, Any]:
    """What a file says of itself, see :class:`par_runtime.onnx_model.OnnxAttributeModel`."""
    size = next(step['scale'] for step in reversed(steps) if step['type'] == 'Resize')
    return {
        'schema': loaded.schema.to_dict(),
        'answer_rules': loaded.meta.get('answer_rules'),
        'operating_points': loaded.meta.get('operating_points') or {},
        'pipeline': list(steps),
        'input_size': list(checked_size(size)),
        'resize_inside': resize_inside,
        'precision': precision,
        'versions': {package: version(package) for package in VERSIONS},
    }


def traced(network: nn.Module, size: tuple[int, int], source: str) -> Any:
    """Let torch make an ONNX graph of a network.

    Args:
        network: Of pictures ``(N, H, W, 3)``.
        size: Height and width of the sample that goes through it.
        source: The checkpoint, for messages.

    Returns:
        An ``onnx.ModelProto`` with a dynamic number of pictures, and of pixels where the network
        resizes.

    Raises:
        InputError: If something in it cannot be exported.
    """
    # Two pictures: of one, the exporter would take the number for fixed.
    sample = torch.zeros(2, *size, 3, dtype=torch.uint8)
    axes: dict[int, Any] = {0: torch.export.Dim('pictures', min=1)}
    if getattr(network, 'resize_to', None) is not None:
        axes |= {1: torch.export.Dim('height', min=1), 2: torch.export.Dim('width', min=1)}
        sample = torch.zeros(2, size[0] + 3, size[1] + 5, 3, dtype=torch.uint8)
    quiet = logging.getLogger('torch.onnx')
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter('ignore')
            program = torch.onnx.export(
                network,
                (sample,),
                dynamo=True,
                input_names=['images'],
                output_names=['probabilities', 'embedding'],
                dynamic_shapes={'images': axes},
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # each step of the exporter has errors of its own
        chain = [error]
        while (cause := chain[-1].__cause__) is not None:
            chain.append(cause)  # type: ignore[arg-type]
        told = next((one for one in chain if isinstance(one, InputError)), None)
        reason = str(told or chain[-1]).strip().splitlines() or [type(chain[-1]).__name__]
        raise InputError(f'{source}: cannot be exported ({reason[0]})') from error
    finally:
        quiet.setLevel(level)
    assert program is not None
    return program.model_proto


def strip(graph: Any) -> Any:
    """Remove what exporters note of their machine: paths and lines of code at every node.

    Args:
        graph: An ``onnx.ModelProto``; changed.

    Returns:
        The same.
    """
    graph.doc_string = ''
    del graph.metadata_props[:]
    graphs = [graph.graph, *graph.functions]
    domains = {''}
    for one in graphs:
        one.doc_string = ''
        del one.metadata_props[:]
        for node in one.node:
            node.doc_string = ''
            domains.add(node.domain)
            del node.metadata_props[:]
            graphs += [attribute.g for attribute in node.attribute if attribute.HasField('g')]
        for values in ('input', 'output', 'value_info', 'initializer'):
            for value in getattr(one, values, ()):
                if not isinstance(value, str):  # a function's are names
                    value.doc_string = ''
                    del value.metadata_props[:]
    # onnxruntime names every set of operators that it knows, other programs may not.
    used = [one for one in graph.opset_import if one.domain in domains]
    del graph.opset_import[:]
    graph.opset_import.extend(used)
    return graph


def written(graph: Any, metadata: Mapping[str, Any], path: Path) -> None:
    """Write a graph with its metadata."""
    import onnx

    onnx.helper.set_model_props(
        graph, {METADATA_KEY: json.dumps(metadata, sort_keys=True, allow_nan=False)}
    )
    path.write_bytes(graph.SerializeToString(deterministic=True))


def read_red_first(path: str | Path) -> np.ndarray:
    """Read a picture as exported networks take it.

    Raises:
        InputError: If it cannot be read.
    """
    from par_plugins.datasets.picture_file import read_picture

    return cv2.cvtColor(read_picture(str(path)), cv2.COLOR_BGR2RGB)


def generated_pictures(number: int = 16) -> list[np.ndarray]:
    """Make pictures of coloured clouds, the same ones always, of several sizes."""
    generator = torch.Generator().manual_seed(0)
    clouds = 127.5 + 80 * smooth_noise((number, 3, 256, 128), cells=9, generator=generator)
    pixels = clouds.clamp(0, 255).round()
    return [
        interpolate(picture[None], (160 + 12 * row, 70 + 7 * row), mode='nearest')[0]
        .permute(1, 2, 0)
        .to(torch.uint8)
        .numpy()
        for row, picture in enumerate(pixels)
    ]
