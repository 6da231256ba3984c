"""Whether an exported network says what the network says that it was made from."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from par_plugins.inference.load_model import LoadedModel
from par_plugins.inference.person_pipeline import PersonPipeline
from par_runtime.answers import AnswerRule
from par_runtime.onnx_model import OnnxAttributeModel

BATCH_SIZES = (1, 2, 5, 16)


@dataclass(frozen=True)
class ParityReport:
    """How an exported network differs from its original, on the same pictures.

    Attributes:
        precision: ``fp32``, ``fp16`` or ``int8``.
        resize_inside: Whether the file resizes pictures by itself.
        pictures: Their number.
        origin: Which pictures these are.
        batch_sizes: At which they were predicted.
        largest_difference: Of a probability.
        largest_embedding_difference: Of an entry of an embedding, as a share of the largest entry.
        rule: By whose thresholds answers are given.
        answers: Their number, over pictures and attributes.
        changed_answers: Those that differ at any of the batch sizes.
        changed_by_attribute: The same by name, where there is one.
    """

    precision: str
    resize_inside: bool
    pictures: int
    origin: str
    batch_sizes: tuple[int, ...]
    largest_difference: float
    largest_embedding_difference: float
    rule: str
    answers: int
    changed_answers: int
    changed_by_attribute: dict[str, int]

    @property
    def changed_share(self) -> float:
        """Share of the answers that differ."""
        return self.changed_answers / self.answers

    def __str__(self) -> str:
        return (
            f'{self.precision}: {self.changed_answers} of {self.answers} answers change '
            f'({100 * self.changed_share:.2f} %), probabilities by at most '
            f'{self.largest_difference:.2g}, on {self.pictures} {self.origin} pictures in batches '
            f'of {", ".join(map(str, self.batch_sizes))}'
        )

    def write(self, path: str | Path) -> None:
        """Write the report as JSON."""
        text = json.dumps(asdict(self), indent=2, allow_nan=False)
        Path(path).write_text(text + '\n', encoding='utf-8')


def compare(
    loaded: LoadedModel,
    pipeline: PersonPipeline,
    exported: OnnxAttributeModel,
    pictures: Sequence[np.ndarray],
    *,
    origin: str,
) -> ParityReport:
    """Predict pictures by both, at several batch sizes.

    Args:
        loaded: The original, on the CPU.
        pipeline: That its pictures go through.
        exported: The other.
        pictures: ``(H, W, 3)`` uint8 each, red first.
        origin: Which pictures these are, for people to read.
    """
    rule = AnswerRule.of_checkpoint(exported.metadata, exported.schema, source=exported.source)
    expected, embeddings = original_outputs(loaded, pipeline, pictures)
    answers = rule.answer(expected).values
    changed = np.zeros(answers.shape, bool)
    difference, of_embedding = 0.0, 0.0
    sizes = tuple(size for size in BATCH_SIZES if size <= len(pictures))
    for size in sizes:
        probabilities, features = exported.predict(pictures, batch_size=size)
        changed |= rule.answer(probabilities).values != answers
        difference = max(difference, float(np.abs(probabilities - expected).max()))
        scale = max(float(np.abs(embeddings).max()), 1e-12)
        of_embedding = max(of_embedding, float(np.abs(features - embeddings).max()) / scale)
    counts = dict(zip(exported.schema.names, changed.sum(axis=0).tolist(), strict=True))
    return ParityReport(
        exported.metadata['precision'],
        exported.resize_inside,
        len(pictures),
        origin,
        sizes,
        difference,
        of_embedding,
        rule.name,
        answers.size,
        int(changed.sum()),
        {name: count for name, count in counts.items() if count},
    )


def original_outputs(
    loaded: LoadedModel, pipeline: PersonPipeline, pictures: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Predict pictures as a test does, one by one.

    Returns:
        Packed probabilities ``(N, C)`` and embeddings ``(N, D)``.
    """
    probabilities, embeddings = [], []
    head = loaded.model.head
    for row, picture in enumerate(pictures):
        blue_first = np.ascontiguousarray(picture[..., ::-1])
        inputs = pipeline.prepare(blue_first, None, f'picture {row}')
        batch = {'inputs': inputs['inputs'][None], 'data_samples': [inputs['data_samples']]}
        probabilities.append(loaded.probabilities(loaded.predict(batch)).numpy())
        with torch.inference_mode():
            data = loaded.model.data_preprocessor({'inputs': batch['inputs']}, False)
            features = loaded.model.extract_feat(data['inputs'])
            embeddings.append(head.pre_logits(features).flatten(1).numpy())
    return np.concatenate(probabilities), np.concatenate(embeddings)
