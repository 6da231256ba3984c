"""Search in an index of people, without a word of HTTP."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from par_plugins.datasets.picture_file import decode_picture
from par_plugins.inference.frame import Frame
from par_plugins.inference.heat_map import require_inside
from par_plugins.search import PersonEmbedder, PersonIndex, search_people
from par_plugins.search.contact_sheet import person_picture
from par_plugins.structures import InputError
from par_runtime.crops import crop

SHOWN_HEIGHT = 256
"""Pixels of a found person's picture; smaller ones stay as they are."""


class WebSearch:
    """Answers of an index; safe in threads.

    Args:
        index: Where is searched.
        max_pixels: Of a picture that is searched by.
        device: Where the index's own network runs; it is loaded with the first picture.
    """

    def __init__(self, index: PersonIndex, *, max_pixels: int, device: str | None = None) -> None:
        self.index, self.max_pixels, self.device = index, max_pixels, device
        self._embedder: PersonEmbedder | None = None
        self._loading = threading.Lock()

    @property
    def paths(self) -> list[str]:
        """Of this computer, that messages may name."""
        weights = [] if self.index.model is None else [self.index.model.weights]
        return [*weights, str(self.index.folder)]

    def search(
        self,
        words: str | None,
        upload: tuple[str, bytes] | None,
        box: Sequence[float] | None = None,
        *,
        count: int = 20,
        at_least: float = 0.5,
    ) -> dict[str, Any]:
        """Find people.

        Args:
            words: See :func:`search_people`.
            upload: Name and content of a picture.
            box: Of the person in it; None takes all of it.
            count: See :func:`search_people`.
            at_least: See there.

        Returns:
            ``understood`` and ``not_understood`` words; ``people``, the best first, each with
            ``row``, ``source`` without folders, ``box``, ``track``, ``first``, ``last`` and
            ``score``; ``score``, what that is: ``distance`` or ``probability``.

        Raises:
            InputError: If the picture cannot be read, or see :func:`search_people`.
        """
        embedding = None if upload is None else self._embedding(upload, box)
        found = search_people(
            self.index, embedding=embedding, words=words, count=count, at_least=at_least
        )
        people = []
        for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True):
            person = self.index.person(row)
            people.append(
                {
                    'row': row,
                    'source': Path(person.source).name,
                    'box': person.box,
                    'track': person.track,
                    'first': person.first,
                    'last': person.last,
                    'score': score,
                }
            )
        query = found.query
        return {
            'score': 'probability' if embedding is None else 'distance',
            'understood': [] if query is None else [str(each) for each in query.conditions],
            'not_understood': [] if query is None else [str(each) for each in query.not_understood],
            'people': people,
        }

    def picture(self, row: int) -> bytes | None:
        """Return a person's picture as JPEG, or None where it is not any more.

        Args:
            row: Of the index.
        """
        if not 0 <= row < len(self.index):
            return None
        try:
            image = person_picture(self.index, self.index.person(row))
        except InputError:
            return None
        scale = min(1.0, SHOWN_HEIGHT / image.shape[0])
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return cv2.imencode('.jpg', small[:, :, ::-1])[1].tobytes()

    def _embedding(self, upload: tuple[str, bytes], box: Sequence[float] | None) -> np.ndarray:
        name, content = upload
        image = decode_picture(content, name, max_pixels=self.max_pixels)
        if box is not None:
            require_inside(box, image)
            image = crop(image, np.array(box))
        if self.index.model is None or self.index.embeddings.shape[1] == 0:
            raise InputError('this index can be searched by words alone')
        with self._loading:
            if self._embedder is None:
                self._embedder = self.index.model.embedder(device=self.device)
            # Its network notes features on their way: one picture at a time.
            (prediction,) = self._embedder.stream([Frame(image, name)])
        if prediction.record.error is not None:
            raise InputError(prediction.record.error)
        embedding: np.ndarray = prediction.samples[0].pred_embedding.float().cpu().numpy()
        return embedding
