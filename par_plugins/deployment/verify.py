"""Whether a release is whole, safe to load, and what its card says."""

import io
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlparse
from urllib.request import urlopen

import numpy as np
import torch

from par_plugins.deployment.checksums import SUMS, changed_files, read_checksums
from par_plugins.deployment.golden_pictures import (
    EXACT,
    predict_pictures,
    read_golden,
    released_inferencer,
)
from par_plugins.deployment.measured_scores import (
    answers_at_half,
    measured_scores,
    scores_of_form,
)
from par_plugins.deployment.model_card import score_tables
from par_plugins.deployment.predicted_test_set import predict_test_set
from par_plugins.deployment.released_weights import read_safetensors
from par_plugins.engine.checkpoint_files import load_checkpoint_file, sha256_of
from par_plugins.engine.hooks.operating_point_hook import ANSWER_RULES
from par_plugins.inference import AttributeInferencer
from par_plugins.inference.load_onnx_model import load_onnx_model
from par_plugins.inference.model_source import released_weights
from par_plugins.inference.plain_config import read_plain_config
from par_plugins.structures import AttributeSchema, InputError, read_regular_file
from par_runtime.onnx_model import OnnxAttributeModel

TOLERANCE = 1e-4
"""Probabilities of forms of one network in float32 differ by less."""
INEXACT = 0.01
"""In whole numbers, on average: processors round and saturate in ways of their own."""
CHANGED = 0.001
"""Share of the answers to a test set that other processors and versions may change."""
APART = 0.1
"""Percent that a number of the card may differ by in doing so; more where answers change."""
LARGEST = 2**31
"""Bytes of a file that is fetched."""
SECONDS = 60
"""That nothing may come."""
SLOWEST = 10_000
"""Bytes a second that must come after that."""
FEW_BYTES = 2**20


@dataclass
class Verification:
    """What has been looked at, and what is wrong.

    Attributes:
        passed: A sentence for each check that was passed.
        faults: A sentence for each fault.
        sums: The SHA-256 of ``SHA256SUMS``: the one number to have from elsewhere, since who can
            change the files can change the sums.
    """

    passed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    sums: str = ''

    def __bool__(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(
    source: str | Path,
    *,
    data: str | Path | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Verification:
    """Verify a release.

    After damaged files nothing else is looked at: what they say is worth nothing.

    Args:
        source: Its folder, or the ``http`` or ``https`` address of it, whose files are fetched into
            a folder that is removed again.
        data: Root of the data, to test again and compare with the card.
        progress: Of the test; see ``predict_test_set``.

    Raises:
        InputError: If there is no such folder or address.
    """
    if isinstance(source, str) and urlparse(source).scheme in ('http', 'https'):
        with tempfile.TemporaryDirectory() as kept:
            fetch_release(source, Path(kept))
            return verify(Path(kept), data=data, progress=progress)
    folder = Path(source)
    if not folder.is_dir():
        raise InputError(f'{source}: there is no such folder')
    result = Verification(faults=changed_files(folder))
    if (folder / SUMS).is_file():
        result.sums = sha256_of(folder / SUMS)
    if result.faults:
        return result
    result.passed.append(f'all files are as {SUMS} has them')
    checks = [_check_forms, _check_golden]
    if data is not None:
        checks.append(lambda folder: _check_scores(folder, Path(data), progress))
    for check in checks:
        try:
            result.passed += check(folder)
        except InputError as error:
            result.faults.append(str(error))
            break
        except Exception as error:  # a stranger's files lead libraries to errors of every kind
            result.faults.append(f'a file is not of the form that a release has ({error!r})')
            break
    return result


def fetch_release(url: str, folder: Path) -> None:
    """Fetch the files that ``SHA256SUMS`` at an address names; what they hold is not checked.

    Args:
        url: Of the folder.
        folder: Where they go.

    Raises:
        InputError: If one cannot be fetched, comes too slowly, or they are together larger than any
            checkpoint.
    """
    _fetch(url, SUMS, folder, largest=FEW_BYTES)
    room = LARGEST
    for name in read_checksums(folder / SUMS):
        room -= _fetch(url, name, folder, largest=room)


def _fetch(url: str, name: str, folder: Path, *, largest: int) -> int:
    """Fetch a file and return its size."""
    address = f'{url.rstrip("/")}/{quote(name)}'
    began, size = time.monotonic(), 0
    try:
        with urlopen(address, timeout=SECONDS) as answer, (folder / name).open('wb') as file:
            while chunk := answer.read1(FEW_BYTES):
                size += file.write(chunk)
                if size > largest:
                    raise InputError(f'{address}: more than {largest} bytes are not fetched')
                if time.monotonic() - began > SECONDS + size / SLOWEST:
                    raise InputError(f'{address}: {size} bytes in {SECONDS} s are too slow')
    except InputError:
        raise
    except (HTTPException, OSError, ValueError) as error:
        raise InputError(f'{address} cannot be fetched ({error!r})') from error
    return size


def _check_forms(folder: Path) -> Iterator[str]:
    """The checkpoint is data, and schema, config and safetensors are of it."""
    weights = released_weights(folder)
    content = load_checkpoint_file(str(weights), map_location='cpu')
    yield f'{weights.name} loads without running code, and its name has its hash'
    inferencer = released_inferencer(folder, weights)
    named = AttributeSchema.from_dict(_json(folder / 'schema.json'))
    named.require_equal(inferencer.schema, source=weights.name)
    scores = _json(folder / 'test_scores.json')
    scored = [cell['name'] for cell in scores['attributes']]
    if scored != list(named.names):
        raise InputError('test_scores.json is of other attributes than schema.json')
    yield f'config.py, schema.json and the weights are of the same {len(named)} attributes'
    card = read_regular_file(folder / 'README.md', largest=LARGEST).decode(errors='replace')
    if not all(table in card for table in score_tables(scores)):
        raise InputError('README.md has other numbers than test_scores.json')
    yield 'the tables of README.md are those of test_scores.json'
    other = read_safetensors(folder / 'model.safetensors')
    ours = content['state_dict']
    different = sorted(set(ours) ^ set(other['state_dict'])) or [
        name for name, weight in ours.items() if not _same(weight, other['state_dict'][name])
    ]
    if different or other['meta'] != json.loads(json.dumps(content['meta'])):
        raise InputError(
            f'model.safetensors is not {weights.name}: they differ in '
            f'{different[0] if different else "what they say of their attributes"}'
        )
    yield f'model.safetensors holds the same {len(ours)} tensors'


def _check_golden(folder: Path) -> Iterator[str]:
    """The forms of the network say of generated pictures what is expected."""
    path = folder / 'golden.npz'
    pictures, known = read_golden(read_regular_file(path, largest=LARGEST), source=str(path))
    inferencer = released_inferencer(folder, released_weights(folder))
    yield _compared('the checkpoint', predict_pictures(inferencer, pictures), known[EXACT])
    for path in sorted(folder.glob('*.onnx')):
        exported = OnnxAttributeModel(path)
        exported.schema.require_equal(inferencer.schema, source=path.name)
        if exported.metadata[ANSWER_RULES] != inferencer.loaded.meta[ANSWER_RULES]:
            raise InputError(f'{path.name} has other operating points than the checkpoint')
        exact = exported.metadata['precision'] == 'fp32'
        yield _compared(
            path.name,
            exported.predict(pictures)[0],
            known[EXACT if exact else path.name],
            exact=exact,
        )


def _check_scores(
    folder: Path, data: Path, progress: Callable[[int, int], object]
) -> Iterator[str]:
    """The test is run again."""
    weights = released_weights(folder)
    inferencer: AttributeInferencer = released_inferencer(folder, weights)
    config = read_plain_config(folder / 'config.py')
    _set_root(config.test_dataloader, str(data))
    tested = predict_test_set(inferencer.loaded, config, progress)
    known = _json(folder / 'dataset.json')
    if tested.fingerprint != known:
        changed = [name for name, value in known.items() if tested.fingerprint.get(name) != value]
        raise InputError(
            f'{data}: is not the test set of the card: {", ".join(changed)} differ, so that its '
            'numbers cannot be compared'
        )
    expected = _json(folder / 'test_scores.json')
    rules = inferencer.rule.known
    found = measured_scores(tested, rules)
    if 'forms' in expected:
        found['forms'] = {
            path.name: scores_of_form(
                predict_test_set(load_onnx_model(path), config, progress), rules
            )
            for path in sorted(folder.glob('*.onnx'))
            if path.name in expected['forms']
        }
    after = answers_at_half(tested, inferencer.schema)
    with np.load(io.BytesIO((folder / 'test_answers.npz').read_bytes())) as file:
        before = file['answers'].reshape(after.shape)
    changes = int((before != after).sum())
    tried = f'tested again on {len(after)} pictures, {changes} of {after.size} answers are others'
    differences = _differences(json.loads(json.dumps(found)), expected)
    if changes > CHANGED * after.size:
        raise InputError(f'{tried} than those of the card')
    if not differences:
        yield f'tested again on {len(after)} pictures: every number of the card, to the last digit'
        return
    where, apart = max(differences.items(), key=lambda item: item[1])
    if apart > APART * (1 + changes):
        raise InputError(f'{tried}, but {where} of test_scores.json is another number')
    yield f'{tried}, and numbers at most {apart:.2g} apart, as processors and versions make them'


def _set_root(settings: Any, root: str) -> None:
    """Let all datasets read below one folder.

    Raises:
        InputError: If they were below several.
    """
    found: list[Any] = []
    open_ends: list[Any] = [settings]
    while open_ends:
        value = open_ends.pop()
        if isinstance(value, Mapping):
            found += [value] if 'data_root' in value else []
            open_ends += value.values()
        elif isinstance(value, list | tuple):
            open_ends += value
    if len({item['data_root'] for item in found}) != 1:
        raise InputError('the test set lies in several folders: the test cannot be run again')
    for item in found:
        item['data_root'] = root


def _differences(found: Any, expected: Any, where: str = '') -> dict[str, float]:
    """By their places the numbers that differ, and how much; infinitely where one is none."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        pairs: Any = [(key, found[key], expected[key]) for key in found]
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        pairs = zip(range(len(found)), found, expected, strict=True)
    elif found == expected:
        return {}
    elif isinstance(found, int | float) and isinstance(expected, int | float):
        return {where: abs(found - expected)}
    else:
        return {where: math.inf}
    return {
        place: apart
        for key, one, other in pairs
        for place, apart in _differences(one, other, f'{where}.{key}'.lstrip('.')).items()
    }


def _compared(form: str, found: np.ndarray, expected: np.ndarray, *, exact: bool = True) -> str:
    """Say how near two sets of probabilities are, or refuse them."""
    if found.shape != expected.shape:
        raise InputError(
            f'golden.npz: {form} has outputs of shape {found.shape}, expected are {expected.shape}'
        )
    differences = np.abs(found - expected)
    apart = float(differences.max() if exact else differences.mean())
    most, how = (TOLERANCE, 'at most') if exact else (INEXACT, 'on average')
    if not apart <= most:
        raise InputError(
            f'golden.npz: probabilities of {form} differ by {apart:.2g} {how} from those expected, '
            f'more than {most:g}'
        )
    return f'{form} on {len(found)} generated pictures: as expected, to within {apart:.1g} {how}'


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.dtype == other.dtype and torch.equal(one, other)


def _json(path: Path) -> Any:
    try:
        return json.loads(read_regular_file(path, largest=LARGEST))
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f'{path}: not JSON ({error})') from error
