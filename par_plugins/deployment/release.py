"""A checkpoint as a folder that others can find, use and verify."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from mmengine.config import Config

from par_plugins.deployment.card_examples import card_examples
from par_plugins.deployment.checksums import SUMS, checksums
from par_plugins.deployment.export import (
    export_onnx,
    generated_pictures,
    read_red_first,
    require_exporter,
)
from par_plugins.deployment.golden_pictures import (
    EXACT,
    NUMBER,
    golden_bytes,
    npz_bytes,
    predict_pictures,
    released_inferencer,
)
from par_plugins.deployment.measured_scores import (
    answers_at_half,
    measured_scores,
    scores_of_form,
)
from par_plugins.deployment.model_card import metafile_entry, model_card
from par_plugins.deployment.parity import ParityReport
from par_plugins.deployment.portable_config import initial_weights, portable_config
from par_plugins.deployment.predicted_test_set import predict_test_set, require_test_set
from par_plugins.deployment.private_traces import private_names, refuse_private_traces
from par_plugins.deployment.release_notes import ReleaseNotes
from par_plugins.deployment.released_weights import (
    checkpoint_bytes,
    read_releasable,
    safetensors_bytes,
)
from par_plugins.deployment.run_record import (
    environment,
    run_settings,
    training_log,
    training_scalars,
)
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.hooks.operating_point_hook import ANSWER_RULES
from par_plugins.inference.load_onnx_model import load_onnx_model
from par_plugins.inference.plain_config import plain_config_text, read_plain_config
from par_plugins.structures import AnswerRules, AttributeSchema, InputError
from par_runtime.onnx_model import OnnxAttributeModel

NAME = re.compile(r'[\w][\w.+=-]*')
COMPARED = 64
"""Pictures of the test set by which ``model.onnx`` is compared with the network."""
ONNX, INT8 = 'model.onnx', 'model-int8.onnx'
GIT_ATTRIBUTES = ''.join(
    f'*.{suffix} filter=lfs diff=lfs merge=lfs -text\n'
    for suffix in ('npz', 'onnx', 'pth', 'safetensors')
)
"""What the hub asks for large files; ours, so that it adds none of its own."""


def release(
    cfg: Config,
    checkpoint: str,
    out: str | Path,
    notes: ReleaseNotes,
    *,
    onnx: bool = True,
    calibration: Sequence[str] = (),
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Path:
    """Write the folder of a release, whole or not at all.

    The same input gives the same bytes on the same machine.

    Args:
        cfg: A full config, whose test set is there: every number on the card is measured.
        checkpoint: The weights, with answer rules (``tools/analysis/fit_operating_points.py``).
            Logs and scalars are those of the folder that it lies in.
        out: The folder; must be new or empty.
        notes: What only people can say.
        onnx: Whether ``model.onnx`` is written too, compared on pictures of the test set.
        calibration: Pictures of the training set: with them ``model-int8.onnx`` is written too, and
            measured on the test set.
        progress: Of the test; see ``predict_test_set``.

    Returns:
        The checkpoint in the folder.

    Raises:
        InputError: If the checkpoint lacks something, is of another schema or cannot be exported,
            a name is no file's, or a file would hold something of this machine.
    """
    out = Path(out)
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f'{out}: is there already and not empty')
    if out.resolve() == Path.cwd():
        raise InputError(f'{out}: is the folder in which this runs; name a new one in it')
    if not NAME.fullmatch(notes.name):
        raise InputError(f'name {notes.name!r}: letters, digits and ._+=- make a name of files')
    require_test_set(cfg)
    if onnx:
        require_exporter()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='.release-', dir=out.parent) as aside:
        folder = Path(aside, 'release')
        folder.mkdir()
        weights = _write(cfg, checkpoint, folder, notes, onnx, calibration, progress)
        roots = _roots(cfg.test_dataloader.to_dict())
        used = [Path(checkpoint).absolute().parent, out.absolute(), *roots]
        refuse_private_traces(folder, *private_names(used))
        (folder / SUMS).write_text(checksums(folder), encoding='utf-8', newline='\n')
        os.rename(folder, out.resolve())  # over an empty folder, but never into or over another
    return out / weights.name


def _write(
    cfg: Config,
    checkpoint: str,
    folder: Path,
    notes: ReleaseNotes,
    onnx: bool,
    calibration: Sequence[str],
    progress: Callable[[int, int], object],
) -> Path:
    """Write all files but the sums."""

    def write(name: str, content: bytes | str) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    content = read_releasable(checkpoint)
    schema = AttributeSchema.from_dict(content['meta']['dataset_meta']['schema'])
    rules = AnswerRules.from_dict(content['meta'][ANSWER_RULES], schema, source=checkpoint)
    config = portable_config(cfg, schema)
    data = checkpoint_bytes(content)
    sha256 = hashlib.sha256(data).hexdigest()
    weights = write(f'{notes.name}-{sha256[:8]}.pth', data)
    write('model.safetensors', safetensors_bytes(content))
    write('config.py', plain_config_text(config, source=cfg.filename or 'the config'))
    write('schema.json', as_json(schema.to_dict()))
    inferencer = released_inferencer(folder, weights)
    pictures = generated_pictures(NUMBER)
    golden = {EXACT: predict_pictures(inferencer, pictures)}

    tested = predict_test_set(inferencer.loaded, cfg, progress)
    scores = measured_scores(tested, rules)
    forms = {}
    if onnx:
        plain = read_plain_config(folder / 'config.py')
        shown = [read_red_first(path) for path in tested.paths[:COMPARED]] or None
        forms[ONNX] = export_onnx(plain, str(weights), folder / ONNX, pictures=shown)
        if calibration:
            forms[INT8] = _export_int8(plain, weights, folder, calibration, shown)
            golden[INT8] = OnnxAttributeModel(folder / INT8).predict(pictures)[0]
            smaller = predict_test_set(load_onnx_model(folder / INT8), cfg, progress)
            scores['forms'] = {INT8: scores_of_form(smaller, rules)}
    write('golden.npz', golden_bytes(pictures, golden))
    write('test_scores.json', as_json(scores))
    write('test_answers.npz', npz_bytes(answers=answers_at_half(tested, schema)))
    write('dataset.json', as_json(tested.fingerprint))
    write('environment.json', as_json(environment()))
    work_dir = Path(checkpoint).parent
    for name, text in {
        'training.log': training_log(work_dir),
        'scalars.jsonl': training_scalars(work_dir),
    }.items():
        if text:
            write(name, text)
    parameters = sum(p.numel() for p in inferencer.loaded.model.parameters())
    entry = metafile_entry(
        notes, scores, checkpoint=weights.name, sha256=sha256, parameters=parameters
    )
    write('metafile.yml', yaml.safe_dump(entry, sort_keys=False, width=100, allow_unicode=True))
    card = model_card(
        notes,
        scores,
        rules,
        examples=card_examples(config, content['state_dict'], schema, weights.name, onnx=onnx),
        forms={name: str(report) for name, report in forms.items()},
        settings=run_settings(load_checkpoint_file(checkpoint, 'cpu').get('meta') or {}),
        fingerprint=tested.fingerprint,
        initial_weights=initial_weights(cfg),
    )
    write('README.md', card)
    write('.gitattributes', GIT_ATTRIBUTES)
    return weights


def _export_int8(
    config: Config, weights: Path, folder: Path, calibration: Sequence[str], pictures: Any
) -> ParityReport:
    """Write the smaller form under names of its own."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        written = Path(aside, ONNX)
        report = export_onnx(
            config, str(weights), written,
            precision='int8', calibration=calibration, pictures=pictures,
        )  # fmt: skip
        written.rename(folder / INT8)
        written.with_name('parity.json').rename(folder / 'parity-int8.json')
    return report


def as_json(content: Any) -> str:
    """Write plain data for people and programs."""
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + '\n'


def _roots(settings: Any) -> list[Path]:
    """Absolute folders of the data."""
    if isinstance(settings, dict):
        own = [Path(settings['data_root']).absolute()] if settings.get('data_root') else []
        return own + [root for value in settings.values() for root in _roots(value)]
    if isinstance(settings, list | tuple):
        return [root for value in settings for root in _roots(value)]
    return []
